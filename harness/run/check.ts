import { isDeepStrictEqual } from 'node:util'
import { inject, type TestContext, test } from 'vitest'
import { messageOf, SuiteError } from '../base/errors.ts'
import { describeRange } from '../base/versions.ts'
import { knownFailure } from '../ledger/known-failures.ts'
import { applies, expectedValue, type Statement } from '../ledger/ledger.ts'
import { type StoredExchange, storeExchange } from '../recording/recording.ts'
import { messageProblems } from '../schema/messages.ts'
import { Client } from '../wire/client.ts'
import { evidence } from '../wire/exchange.ts'
import { type Verbs, verbsOf } from '../wire/verbs.ts'
import type { Session } from './session.ts'

export type Status = 'pass' | 'fail' | 'known-fail' | 'not-applicable' | 'error'

/** What became of a check; it travels to the reporter in `task.meta`. */
export type Outcome = {
  id: string
  status: Status
  expected: unknown
  observed: unknown
  message: string
  durationMs: number
  /** Processor time of validation against the schemas, where Node tells it. */
  validationMs: number
  requests: number
  exchanges: StoredExchange[]
}

declare module 'vitest' {
  interface TaskMeta {
    outcome?: Outcome
  }
}

/** What a check is given. */
export type Tools = Verbs & {
  /** For what the verbs do not say: another method, a request as an object. */
  client: Client
  /** Version of the target. */
  version: string
  /** What the row says that is sent, where one check serves a family of statements. */
  // biome-ignore lint/suspicious/noExplicitAny: each family has a form of its own
  given: any
}

type Procedure = (tools: Tools) => Promise<unknown>

/** A finding about the server. */
class Finding extends Error {
  override name = 'Finding'
}

/** Fails the check with a reason, where a value to compare would say less. */
export function fail(reason: string): never {
  throw new Finding(reason)
}

// Read once, for the whole run: to parse it takes longer than most suites.
const ledger = inject('ledger')

type Check = {
  /**
   * Binds a procedure to a statement of the ledger. What the procedure returns is what was observed; it must equal the
   * statement's value for the target's version. Checks run concurrently with each other.
   *
   * @throws SuiteError when the ledger has no such statement
   */
  (id: string, procedure: Procedure): void
  /**
   * Binds a procedure to every statement whose id fits the pattern, in which `*` stands for one part between dots. What
   * is particular to each stands in its row: `given`.
   *
   * @throws SuiteError when no statement fits, or one that fits gives nothing
   */
  each: (pattern: string, procedure: Procedure) => void
}

const checks = (concurrent: boolean): Check => {
  const bind = (id: string, procedure: Procedure) => {
    const statement = ledger.get(id)
    if (!statement) throw new SuiteError(`no statement ${id} in specs/; add the row first`)
    if (statement.excluded)
      throw new SuiteError(`${statement.place}: ${id} is excluded and has a check; keep one`)
    test(id, { concurrent }, (context) => run(statement, procedure, context))
  }
  const each = (pattern: string, procedure: Procedure) => {
    const fitting = [...ledger.values()].filter(({ id, excluded }) => !excluded && fits(pattern, id))
    if (fitting.length === 0)
      throw new SuiteError(`no statement fits ${pattern} in specs/; add the rows first`)
    for (const { id, given, place } of fitting) {
      if (given === undefined)
        throw new SuiteError(`${place}: ${id} fits ${pattern} and says nothing as \`given\``)
      bind(id, procedure)
    }
  }
  return Object.assign(bind, { each })
}

function fits(pattern: string, id: string): boolean {
  const parts = id.split('.')
  const wanted = pattern.split('.')
  return (
    parts.length === wanted.length && wanted.every((part, index) => part === '*' || part === parts[index])
  )
}

/** Declares checks; those that are `alone` run by themselves on their server. */
export const check: Check & { alone: Check } = Object.assign(checks(true), { alone: checks(false) })

async function run(statement: Statement, procedure: Procedure, context: TestContext) {
  const session = inject('session')
  const started = performance.now()
  const expected = expectedValue(statement, session.version)
  const outcome: Outcome = {
    id: statement.id,
    status: 'pass',
    expected,
    observed: undefined,
    message: '',
    durationMs: 0,
    validationMs: 0,
    requests: 0,
    exchanges: [],
  }
  context.task.meta.outcome = outcome
  const absent = notApplicable(statement, session)
  if (absent) {
    outcome.status = 'not-applicable'
    outcome.message = absent
    context.skip(absent)
  }
  let client: Client | undefined
  try {
    client = new Client({
      url: await serverFor(statement, session),
      replay: session.kind === 'replay',
      name: statement.id,
      registry: statement.needs?.registry && session.registry,
    })
    try {
      const observed = procedure({
        ...verbsOf(client),
        client,
        version: session.version,
        given: statement.given,
      })
      outcome.observed = normalise(await within(0.9 * context.task.timeout, observed))
    } finally {
      await client.close()
      // A mismatch explains whatever else went wrong.
      client.assertRecorded()
    }
    const before = threadMs()
    const problems = client.exchanges.flatMap((exchange) => messageProblems(exchange, session))
    outcome.validationMs = threadMs() - before
    if (problems.length > 0)
      throw new Finding(`messages that do not fit their schemas:\n${problems.join('\n')}`)
    if (!isDeepStrictEqual(outcome.observed, expected)) throw new Finding('the server does something else')
  } catch (error) {
    outcome.status = error instanceof SuiteError ? 'error' : 'fail'
    outcome.message = messageOf(error)
  }
  outcome.durationMs = Math.round(performance.now() - started)
  outcome.requests = client?.exchanges.length ?? 0
  outcome.exchanges = client?.exchanges.map(storeExchange) ?? []
  const known = knownFailure(statement.id, session)
  if (known && outcome.status === 'fail') {
    outcome.status = 'known-fail'
    outcome.message = `known: ${known.reason} (${known.link})`
  } else if (known && outcome.status === 'pass') {
    outcome.status = 'fail'
    outcome.message = `passes, but ${known.place} lists it as a known failure; take it off the list`
  }
  if (outcome.status === 'fail' || outcome.status === 'error') throw report(statement, outcome, client)
}

/** Processor time of this thread: unlike the clock it does not run while others compute. Node 24 knows it. */
function threadMs(): number {
  const usage = process.threadCpuUsage?.()
  return usage ? (usage.user + usage.system) / 1000 : 0
}

/** Gives up a little before Vitest would, whose time-out keeps no evidence. */
async function within<T>(limit: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Finding(`no end within ${limit / 1000} s`)), limit)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

function notApplicable(
  statement: Statement,
  { version, kind, launches, registry }: Session,
): string | undefined {
  if (!applies(statement, version)) {
    return `holds for ${describeRange(statement)}, the target is ${version}`
  }
  const settings = statement.needs?.launch
  if (settings && !launches) {
    return `needs a server started with ${JSON.stringify(settings)}, and the suite did not start this one`
  }
  if (settings?.OLLAMA_HOST && kind === 'container') {
    return `needs a server that listens on ${settings.OLLAMA_HOST}, which nobody outside its container could reach`
  }
  if (statement.needs?.registry && !registry && kind !== 'replay') {
    return "needs a server that reaches the suite's registry, on the loopback interface of this machine"
  }
  return undefined
}

async function serverFor({ needs }: Statement, { url, control, launches }: Session): Promise<string> {
  if (!launches) return url
  const query = { settings: needs?.launch ?? {}, worker: process.env.VITEST_POOL_ID ?? '1' }
  const answer = await fetch(control, { method: 'POST', body: JSON.stringify(query) })
  const text = await answer.text()
  if (!answer.ok) throw new SuiteError(text)
  return text
}

/** Absent and undefined are one on the wire. */
const normalise = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value))

const SHOWN_EXCHANGES = 3

function report(statement: Statement, outcome: Outcome, client: Client | undefined): Error {
  const lines = [`${statement.text} (${statement.place})`, outcome.message]
  if (outcome.status === 'fail') {
    lines.push(
      `expected ${JSON.stringify(outcome.expected)}`,
      outcome.observed === undefined
        ? 'observed nothing, for the check did not come to its end'
        : `observed ${JSON.stringify(outcome.observed)}`,
    )
  }
  const exchanges = client?.exchanges ?? []
  for (const [index, exchange] of exchanges.entries()) {
    if (index < exchanges.length - SHOWN_EXCHANGES) continue
    lines.push(
      '',
      `exchange ${index + 1} of ${exchanges.length}:`,
      evidence(exchange, client?.urlOf(exchange)),
    )
  }
  const error = new Error(lines.join('\n'))
  error.name = outcome.status
  // The place that matters is the row, not a frame of the harness.
  error.stack = `${outcome.status}: ${error.message}`
  return error
}
