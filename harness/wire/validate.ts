import { isUtf8 } from 'node:buffer'
import { MissingSchemaError, validateMessage } from '../schemas.ts'
import type { Session } from '../session.ts'
import type { Exchange } from './exchange.ts'

/**
 * Holds every message of an exchange to its schema: the request unless it is wrong on purpose, the response, each
 * record and each event. An exchange that the server broke off is a problem by itself.
 *
 * @returns the problems, two lines each
 * @throws MissingSchemaError, which is a SuiteError, when a request has no schema
 */
export function messageProblems(exchange: Exchange, target: Pick<Session, 'system' | 'version' | 'kind'>) {
  const { method, path } = exchange.request
  const problems: string[] = []
  if (exchange.end === 'cut' || exchange.end === 'refused') {
    problems.push(`${method} ${path}: the exchange was ${exchange.end}\n  ${exchange.problem}`)
  }
  // llama-server has no schemas yet.
  if (target.system !== 'ollama') return problems
  const { system, version } = target
  const common = { system, method, path, version, open: target.kind === 'url' }
  if (!exchange.wrong) {
    problems.push(...validateMessage({ ...common, part: 'request', body: parsed(exchange.request.body) }))
  }
  for (const part of responseParts(exchange)) {
    try {
      problems.push(...validateMessage({ ...common, ...part }))
    } catch (error) {
      // What a server answers is not in the suite's hands.
      if (!(error instanceof MissingSchemaError)) throw error
      problems.push(error.message)
    }
  }
  if (exchange.end === 'complete' && exchange.contentType && !isUtf8(exchange.body)) {
    problems.push(`${method} ${path}: ${exchange.contentType}\n  the body is not UTF-8`)
  }
  return problems
}

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
  const body = contentType?.startsWith('application/json')
    ? parsed(exchange.body)
    : exchange.text || undefined
  return [{ part: 'response', status, contentType, body }]
}

/** The records of a stream; undefined for what is no stream. */
function streamRecords(exchange: Exchange): unknown[] | undefined {
  if (exchange.contentType?.startsWith('application/x-ndjson')) {
    // An aborted stream may end inside a line.
    const last = exchange.end === 'complete' ? Number.POSITIVE_INFINITY : exchange.lines.length - 1
    return exchange.lines
      .filter(({ problem }, index) => !problem || index < last)
      .map(({ text, value, problem }) => (problem ? `${problem}: ${text}` : value))
  }
  if (exchange.contentType?.startsWith('text/event-stream')) return exchange.eventData
  return undefined
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
