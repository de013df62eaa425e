import { isDeepStrictEqual } from 'node:util'
import { isBeforeCheck, type Ledger, type Statement } from '../ledger/ledger.ts'
import { restoreExchange, type StoredExchange } from '../recording/recording.ts'
import type { MessageProblemResult, Results, StatementResult } from '../report/results.ts'
import { routeOf } from '../schema/routes.ts'
import { ANY } from '../schema/specialise.ts'
import { evidence } from '../wire/exchange.ts'
import {
  type Change,
  type Changes,
  inOrder,
  type Said,
  type SurfaceChange,
  statementChange,
} from './changes.ts'
import { surfaceVerdict } from './rules.ts'
import { excerpts } from './values.ts'

/** The exchanges of both sides. */
export type Evidence = { was: StoredExchange[]; is: StoredExchange[] }

/** What two runs observed differently, and what could not be compared. */
export type Difference = Changes & {
  /** By statement. */
  evidence: Map<string, Evidence>
  /** Statements of which one side says nothing that could be compared, and why. */
  incomparable: { id: string; why: string }[]
}

/** Compares what two runs observed, statement by statement. */
export function difference(ledger: Ledger, was: Results, is: Results, notes: string[] = []): Difference {
  const [before, after] = [was, is].map(
    ({ statements }) => new Map(statements.map((one) => [one.id, one])),
  ) as [Map<string, StatementResult>, Map<string, StatementResult>]
  const changes: Change[] = []
  const evidences = new Map<string, Evidence>()
  const incomparable: Difference['incomparable'] = []
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    const statement = ledger.get(id)
    if (!statement) {
      incomparable.push({ id, why: 'the ledger has no such statement any more' })
      continue
    }
    if ([was, is].some(({ target }) => isBeforeCheck(statement, target.version))) {
      incomparable.push({ id, why: 'one side is older than the check' })
      continue
    }
    const sides = [sideOf(statement, before.get(id)), sideOf(statement, after.get(id))] as const
    const why = sides.map((side) => side.why).find((one) => one !== undefined)
    if (why !== undefined) {
      incomparable.push({ id, why })
      continue
    }
    const change = statementChange(statement, sides[0].said, sides[1].said)
    if (!change) continue
    changes.push(change)
    evidences.set(id, { was: before.get(id)?.evidence ?? [], is: after.get(id)?.evidence ?? [] })
  }
  return {
    system: was.target.system,
    from: was.target.version,
    to: is.target.version,
    notes,
    changes: inOrder([...changes, ...messageChanges(was, is)]),
    evidence: evidences,
    incomparable,
  }
}

/** By what a message has wrong on one side only, for its version: what came or went there, which no schema knows yet. */
function messageChanges(was: Results, is: Results): SurfaceChange[] {
  const { system } = is.target
  const [before, after] = [problemsOf(was), problemsOf(is)]
  const found: SurfaceChange[] = []
  for (const [key, problem] of new Map([...before, ...after])) {
    if (before.has(key) && after.has(key)) continue
    const { message, place, kind, evidence } = problem
    const { method, path } = evidence.request
    const route = routeOf(system, ANY, method, path)
    const side = message.endsWith('/request') ? 'request' : 'answer'
    const now = after.has(key)
    const part = PARTS[kind]
    const event = kind === 'missing' ? (now ? 'optional' : 'required') : now ? 'came' : 'went'
    const field = place
      .split('/')
      .slice(1)
      .filter((one) => !/^(\*|\d+)$/.test(one))
      .join('.')
    found.push({
      kind: 'surface',
      verdict: surfaceVerdict(part, side, event),
      // What is not in a field is the message as a whole.
      part: field ? part : 'form',
      event,
      endpoints: [`${method} ${route?.path ?? path}`],
      side,
      messages: [message],
      ...(field ? { field } : {}),
      ...(kind === 'type' || kind === 'value' ? { what: [problem.found] } : {}),
      description: `found ${problem.found}, where ${problem.rule}`,
    })
  }
  return found
}

const PARTS = { added: 'field', missing: 'field', type: 'type', value: 'value', route: 'form' } as const

type Met = MessageProblemResult & { message: string }

function problemsOf({ messages }: Results): Map<string, Met> {
  const met = (messages ?? []).flatMap(({ id, problems }) =>
    problems.map((problem): Met => ({ ...problem, message: id })),
  )
  // The figures in what was found are others each time.
  return new Map(
    met.map((problem) => [JSON.stringify([problem.message, problem.place, problem.kind]), problem]),
  )
}

type Compared = { said?: Said | undefined; why?: string }

/** What was observed of a statement; nothing where it does not speak of the version; or why there is nothing to compare. */
function sideOf(statement: Statement, result: StatementResult | undefined): Compared {
  if (!result) return { why: 'one side did not check it' }
  const { status, observed, message } = result
  if (status === 'error') return { why: message }
  if (status === 'not-applicable') return outsideOfRange(message) ? {} : { why: message }
  // A check that failed on its way observed nothing; what it failed for is all there is to tell.
  if (observed === null && status !== 'pass' && result.expected !== null) {
    return { said: { value: `(the check did not come to its end) ${message.split('\n')[0]}` } }
  }
  const means = statement.values?.find(({ value }) => isDeepStrictEqual(value, observed))?.means
  return { said: { value: observed, ...(means === undefined ? {} : { means }) } }
}

/** Whether a check was left out for the version of the target, and not for what the target lacks. */
const outsideOfRange = (message: string) => /^holds for .*, the target is /.test(message)

/** The exchange in which the two sides part: the first that has another answer, else the last. */
export function telling({ was, is }: Evidence): {
  was: StoredExchange | undefined
  is: StoredExchange | undefined
} {
  const length = Math.max(was.length, is.length)
  let place = length - 1
  for (let index = 0; index < length; index++) {
    if (answerOf(was[index]) !== answerOf(is[index])) {
      place = index
      break
    }
  }
  return { was: was[place], is: is[place] }
}

/** Status and body without what is another each time: times, durations, digests of the moment. */
function answerOf(exchange: StoredExchange | undefined): string {
  if (!exchange) return ''
  const { status, text } = restoreExchange(exchange)
  return `${status} ${text
    .replaceAll(/"\d{4}-\d\d-\d\dT[^"]*"/g, '"time"')
    .replaceAll(/("(?:created(?:_at)?|\w+_duration|id)"):("[^"]*"|\d+)/g, '$1')}`
}

/** An exchange as a curl command with its raw answer. */
export const asCurl = (exchange: StoredExchange): string => evidence(restoreExchange(exchange))

/** The telling exchanges of a change: what was sent, once where it is the same, and how it was and is answered. */
export function shownEvidence(found: Evidence | undefined, width: number): string[] {
  if (!found) return []
  const { was, is } = telling(found)
  const [before, after] = [parts(was), parts(is)]
  const [bodyBefore, bodyAfter] = excerpts(before?.body ?? '', after?.body ?? '', width)
  const answer = (one: Parts, body: string) => `  ${one.status} ${body}`
  return [
    ...(before ? [cut(before.curl, width), answer(before, bodyBefore)] : []),
    ...(after && after.curl !== before?.curl ? [cut(after.curl, width)] : []),
    ...(after ? [answer(after, bodyAfter)] : []),
  ]
}

type Parts = { curl: string; status: string; body: string }

function parts(exchange: StoredExchange | undefined): Parts | undefined {
  if (!exchange) return undefined
  const [curl = '', status = '', ...rest] = asCurl(exchange).split('\n')
  return {
    curl,
    status: status.replace(/^HTTP\/1\.1 /, ''),
    body: rest.slice(rest.indexOf('') + 1).join('⏎'),
  }
}

const cut = (text: string, width: number) => (text.length > width ? `${text.slice(0, width)}…` : text)
