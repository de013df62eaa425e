import { restoreExchange } from '../recording/recording.ts'
import { NOT_STOPPED } from '../run/manners.ts'
import type { StatementResult } from './results.ts'

/** From so many on, what checks fail for alike is told once. */
const MANY = 10

type Checked = Pick<StatementResult, 'id' | 'status' | 'message' | 'evidence'>

/** For what many checks fail, or could not be made, alike: one fault of a server may make hundreds fail, or be known. */
export function commonReasons(statements: readonly Checked[]): { reason: string; ids: string[] }[] {
  const found = new Map<string, string[]>()
  for (const one of statements) {
    const reason = reasonOf(one)
    if (reason !== undefined) found.set(reason, [...(found.get(reason) ?? []), one.id])
  }
  return [...found]
    .map(([reason, ids]) => ({ reason, ids }))
    .filter(({ reason, ids }) => ids.length >= MANY || reason.startsWith(NOT_STOPPED))
}

/** Counts while the checks run, so that a fault of the server is named before they are over. */
export class Reasons {
  readonly #counts = new Map<string, number>()

  /** One more check is done; a line for the one with which a reason is that of many. */
  count(one: Checked): string | undefined {
    const reason = reasonOf(one)
    if (reason === undefined) return undefined
    const count = (this.#counts.get(reason) ?? 0) + 1
    this.#counts.set(reason, count)
    return count === MANY ? `${MANY} checks so far for one reason: ${reason}` : undefined
  }
}

/** A route that was asked in vain so often that it was asked no more. */
const UNANSWERED = /^\w+ \S+ answers nothing[^,]*/

function reasonOf({ status, message, evidence }: Checked): string | undefined {
  if (status === 'error') return message.split('\n')[0]
  if (status !== 'fail') return undefined
  const unanswered = UNANSWERED.exec(message)
  if (unanswered) return unanswered[0]
  if (message.startsWith(NOT_STOPPED)) return message
  for (const stored of evidence) {
    if (stored.end === 'refused') return 'there is no answer'
    if (stored.end === 'cut') return 'the answer is cut off'
    const { request, status, text } = restoreExchange(stored)
    if (status !== undefined && status >= 500)
      return `${request.method} ${request.path} answers ${status} ${text.slice(0, 100).trimEnd()}`
  }
  return undefined
}
