import { isUtf8 } from 'node:buffer'
import type { System } from '../base/systems.ts'
import type { Exchange } from '../wire/exchange.ts'
import { formFields } from '../wire/form.ts'
import { brokenRules, type Named } from './exchanges.ts'
import { withoutQuery } from './routes.ts'
import { type Message, messageName, type Problem, showMessage } from './validate.ts'

/** Whose schemas messages are held to; those of other people's servers (`url`) are open. */
export type Held = { system: System; version: string; kind: string }

/** What an exchange shows of its messages. */
export type Seen = {
  /** The names of the messages that have schemas. */
  met: string[]
  problems: Problem[]
  /** How they do not belong together, where each is as it should be. */
  apart: Problem[]
}

/**
 * Holds every message of an exchange to its schema: the request unless it is wrong on purpose, the response, each
 * record and each event; and the exchange to its rules.
 *
 * @throws SuiteError when no version takes the request
 */
export function judgeMessages(exchange: Exchange, target: Held): Seen {
  const met = new Set<string>()
  const problems: Problem[] = []
  const answered: Named[] = []
  for (const message of messagesOf(exchange, target)) {
    const shown = showMessage(message)
    const name = shown.schema && messageName(shown.schema)
    if (name) met.add(name)
    problems.push(...shown.problems)
    if (message.part !== 'request' && name) answered.push({ name, body: message.body })
  }
  if (exchange.end === 'complete' && exchange.contentType && !isUtf8(exchange.body)) {
    const { method, path } = exchange.request
    problems.push({
      message: `${method} ${withoutQuery(path)}`,
      place: '',
      kind: 'value',
      found: 'bytes that are not UTF-8',
      rule: `${exchange.contentType} is UTF-8`,
    })
  }
  // Somebody else may have headers and names of his own; a message that is broken belongs to nothing.
  const apart = target.kind === 'url' || problems.length > 0 ? [] : brokenRules(exchange, answered, target)
  return { met: [...met], problems, apart }
}

/** The messages of an exchange: the request unless it is wrong on purpose, then the response, or each record. */
export function messagesOf(exchange: Exchange, { system, version, kind }: Held): Message[] {
  const { method, path } = exchange.request
  const common = { system, method, path, version, open: kind === 'url' }
  return [
    ...(exchange.wrong
      ? []
      : [
          {
            ...common,
            open: common.open || exchange.foreign,
            part: 'request' as const,
            body: sent(exchange),
          },
        ]),
    ...responseParts(exchange).map((part) => ({ ...common, ...part })),
  ]
}

/** JSON itself, and the parts of a stored model that are JSON. */
const JSON_TYPES = /^application\/(json|[\w.]+\+json|vnd\.ollama\.image\.(params|messages))(;|$)/

type ResponsePart =
  | { part: 'response'; status: number; contentType: string | undefined; body: unknown }
  | { part: 'record'; status: number; contentType: string; body: unknown }

function responseParts(exchange: Exchange): ResponsePart[] {
  const { status, contentType } = exchange
  if (status === undefined) return []
  const records = streamRecords(exchange)
  if (records) {
    return records.map((body) => ({ part: 'record', status, contentType: contentType ?? '', body }))
  }
  if (exchange.end !== 'complete') return []
  const json = JSON_TYPES.test(contentType ?? '') ? exchange.whole : undefined
  const body = json === undefined ? exchange.text || undefined : json
  return [{ part: 'response', status, contentType, body }]
}

/** The records of a stream; undefined for what is no stream. Some streams of events say that they are NDJSON. */
function streamRecords(exchange: Exchange): unknown[] | undefined {
  const lines = exchange.contentType?.startsWith('application/x-ndjson')
  if (lines && exchange.text.startsWith('event: ')) return exchange.eventData
  if (lines) {
    // An aborted stream may end inside a line.
    const last = exchange.end === 'complete' ? Number.POSITIVE_INFINITY : exchange.lines.length - 1
    return exchange.lines
      .filter(({ problem }, index) => !problem || index < last)
      .map(({ text, value, problem }) => (problem ? `${problem}: ${text}` : value))
  }
  if (exchange.contentType?.startsWith('text/event-stream')) return exchange.eventData
  return undefined
}

/** What was sent: the fields of a form, JSON, or a text that is neither. */
function sent({ request: { headers, body }, sent }: Exchange): unknown {
  if (!body || body.length === 0) return undefined
  if (sent !== undefined) return sent
  // A model file is long, and is held to no schema.
  const text = isUtf8(body) ? body.toString() : 'bytes that are no text'
  return formFields(headers['content-type'] ?? '', text) ?? text
}
