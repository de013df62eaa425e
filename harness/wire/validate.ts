import { SuiteError } from '../errors.ts'
import type { System } from '../ledger/ledger.ts'
import { MissingSchemaError, validateMessage } from '../schemas.ts'
import type { Exchange } from './exchange.ts'

/**
 * Holds every message of an exchange to its schema: the request unless it is wrong on purpose, the response, each
 * record and each event.
 *
 * @returns the problems, two lines each
 * @throws SuiteError when a route or status has no schema
 */
export function messageProblems(
  exchange: Exchange,
  target: { system: System; version: string; kind: string },
): string[] {
  // llama-server has no schemas yet.
  if (target.system !== 'ollama') return []
  const { method, path, body } = exchange.request
  const common = { method, path, version: target.version, open: target.kind === 'url' }
  try {
    const problems: string[] = []
    if (!exchange.wrong) problems.push(...validateMessage({ ...common, part: 'request', body: parsed(body) }))
    const { status, contentType } = exchange
    if (status === undefined) return problems
    const records = streamRecords(exchange)
    if (records) {
      for (const value of records) {
        problems.push(
          ...validateMessage({
            ...common,
            part: 'record',
            status,
            contentType: contentType ?? '',
            body: value,
          }),
        )
      }
      return problems
    }
    if (exchange.end !== 'complete') return problems
    const value = contentType?.startsWith('application/json')
      ? parsed(exchange.body)
      : exchange.text || undefined
    problems.push(...validateMessage({ ...common, part: 'response', status, contentType, body: value }))
    return problems
  } catch (error) {
    if (error instanceof MissingSchemaError) throw new SuiteError(error.message)
    throw error
  }
}

/** The records of a stream; undefined for what is no stream. */
function streamRecords(exchange: Exchange): unknown[] | undefined {
  if (exchange.contentType?.startsWith('application/x-ndjson')) {
    // An aborted stream may end inside a line.
    const lines = exchange.lines
    return (exchange.end === 'complete' ? lines : lines.filter(({ problem }) => !problem)).map(
      ({ text, value, problem }) => (problem ? `${problem}: ${text}` : value),
    )
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
