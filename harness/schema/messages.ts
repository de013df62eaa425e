import { isUtf8 } from 'node:buffer'
import type { System } from '../base/systems.ts'
import type { Exchange } from '../wire/exchange.ts'
import { formFields } from '../wire/form.ts'
import { type Message, MissingSchemaError, validateMessage } from './schemas.ts'

/** Whose schemas messages are held to; those of other people's servers (`url`) are open. */
export type Held = { system: System; version: string; kind: string }

/**
 * Holds every message of an exchange to its schema: the request unless it is wrong on purpose, the response, each
 * record and each event. An exchange that the server broke off is a problem by itself.
 *
 * @returns the problems, two lines each
 * @throws MissingSchemaError, which is a SuiteError, when a request has no schema
 */
export function messageProblems(exchange: Exchange, target: Held) {
  const { method, path } = exchange.request
  const problems: string[] = []
  if (exchange.end === 'cut' || exchange.end === 'refused') {
    problems.push(`${method} ${path}: the exchange was ${exchange.end}\n  ${exchange.problem}`)
  }
  for (const message of messagesOf(exchange, target)) {
    try {
      problems.push(...validateMessage(message))
    } catch (error) {
      // What a server answers is not in the suite's hands.
      if (!(error instanceof MissingSchemaError) || message.part === 'request') throw error
      problems.push(error.message)
    }
  }
  if (exchange.end === 'complete' && exchange.contentType && !isUtf8(exchange.body)) {
    problems.push(`${method} ${path}: ${exchange.contentType}\n  the body is not UTF-8`)
  }
  return problems
}

/** The messages of an exchange: the request unless it is wrong on purpose, then the response, or each record. */
export function messagesOf(exchange: Exchange, { system, version, kind }: Held): Message[] {
  const { method, path } = exchange.request
  const common = { system, method, path, version, open: kind === 'url' }
  return [
    ...(exchange.wrong ? [] : [{ ...common, part: 'request' as const, body: sent(exchange) }]),
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
  const body = JSON_TYPES.test(contentType ?? '') ? parsed(exchange.body) : exchange.text || undefined
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

/** What was sent: the fields of a form, or JSON. */
function sent({ request: { headers, body } }: Exchange): unknown {
  const type = headers['content-type'] ?? ''
  return (body && formFields(type, body.toString())) ?? parsed(body)
}

function parsed(body: Buffer | undefined): unknown {
  if (!body || body.length === 0) return undefined
  const text = body.toString()
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
