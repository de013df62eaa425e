import type { Statement } from '../ledger/ledger.ts'

/**
 * What a change between two versions means for a client that works with the first one. This is the one place that
 * decides it; `docs/bump-ollama.md` says the same in words.
 *
 * - What went breaks: a route, a statement, a field, an event, a listed value, a type of a value.
 * - What moved breaks: a statement that has another value. What is refused now breaks; what was refused and is
 *   accepted now only adds.
 * - What came only adds: a route, a statement, a field, an event, a listed value. Except that a field of an answer
 *   which may have another type than before breaks, for whoever decodes it.
 * - A field of a request that must be sent now breaks; one that need not be sent any more only adds. A field of an
 *   answer that is no longer always sent breaks; one that always is now only adds.
 */
export type Verdict = 'breaks' | 'adds'

/** Request or answer. */
export type Side = 'request' | 'answer'

/** What happened to a part of the surface. */
export type Event = 'went' | 'came' | 'required' | 'optional'

/** The verdict on a part of the surface. */
export function surfaceVerdict(part: string, side: Side | undefined, event: Event): Verdict {
  switch (event) {
    case 'went':
      return 'breaks'
    case 'came':
      return part === 'type' && side === 'answer' ? 'breaks' : 'adds'
    case 'required':
      return side === 'request' ? 'breaks' : 'adds'
    case 'optional':
      return side === 'request' ? 'adds' : 'breaks'
  }
}

/** How a statement moved: another value, or between being refused and being accepted. */
export type Move = 'moved' | 'refused' | 'accepted'

/** What became of a statement whose value is another. */
export function moveOf(was: unknown, is: unknown): Move {
  const [before, after] = [isRefusal(was), isRefusal(is)]
  if (before === after) return 'moved'
  return after ? 'refused' : 'accepted'
}

/** The verdict on a statement. */
export const statementVerdict = (change: Move | 'went' | 'came'): Verdict =>
  change === 'accepted' || change === 'came' ? 'adds' : 'breaks'

/** Whether a value of the ledger speaks of an error status: `400`, `"400 too long"`, `{ status: 400, … }`. */
/** The statuses that there are: other numbers from 400 on are sizes, 512 is one. */
const REFUSAL = /^(4(0\d|1[0-8]|2[1-689]|31|51)|5(0\d|1[01]))$/

function isRefusal(value: unknown): boolean {
  if (typeof value === 'string') return isRefusal(Number(value.match(/^([45]\d\d)( |$)/)?.[1]))
  if (typeof value === 'object' && value !== null && 'status' in value) return isRefusal(value.status)
  return typeof value === 'number' && REFUSAL.test(`${value}`)
}

/** Statements that every server must keep come before texts and figures. */
export const TIERS: Statement['tier'][] = ['core', 'complete', 'exact']
