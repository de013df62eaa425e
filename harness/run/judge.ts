import { isDeepStrictEqual } from 'node:util'
import { request } from 'undici'
import { inject, type TestContext } from 'vitest'
import { PREFIX } from '../../fixtures/instruments/models.ts'
import { messageOf, SuiteError } from '../base/errors.ts'
import { knownFailure } from '../ledger/known-failures.ts'
import { expectedValue, type Statement } from '../ledger/ledger.ts'
import { storeExchange } from '../recording/recording.ts'
import { knownFields } from '../schema/known.ts'
import { judgeMessages } from '../schema/messages.ts'
import { remembered } from '../schema/references.ts'
import { describeProblem } from '../schema/validate.ts'
import { operationOf } from '../schema/routes.ts'
import type { Settings } from '../targets/target.ts'
import { type Client, Unanswered } from '../wire/client.ts'
import type { Exchange } from '../wire/exchange.ts'
import { type Verbs, verbsOf } from '../wire/verbs.ts'
import { addedIn, nameOf, withoutKeys } from './added.ts'
import {
  guard,
  lookForAbsence,
  NotApplicable,
  NotServed,
  notApplicable,
  notServed,
  wouldHang,
} from './applicable.ts'
import { GONE, type Query } from './control.ts'
import { unlikeKnown } from './known-answers.ts'
import { unlikeFiles } from './known-models.ts'
import { askedIn, waiting } from './lookout.ts'
import { asNamed } from './names.ts'
import { failure } from './failure.ts'
import { clientFor } from './server-client.ts'
import { shelfFor, workerId } from './shelf.ts'
import { NAMING_VARIABLE } from './server-client.ts'
import type { Session } from './session.ts'
import type { MessageProblem, Verdict } from './verdict.ts'

declare module 'vitest' {
  interface TaskMeta {
    verdict?: Verdict
  }
}

/** What a check is given. */
export type Tools = Verbs & {
  /** For what the verbs do not say: another method, a request as an object. */
  client: Client
  /** Of the statement. */
  id: string
  /** Version of the target. */
  version: string
  /** Of the fields of a body those that the target's version knows, where an unknown one would prove nothing. */
  known: <Body extends object>(path: string, body: Body) => Body
  /** Two letters that make a text new to a server on which the suite ran before; `of` where it starts the server itself. */
  mark: string
  /** What the row says that is sent, where one check serves a family of statements. */
  // oxlint-disable-next-line typescript/no-explicit-any -- each family has a form of its own
  given: any
}

export type Procedure = (tools: Tools) => Promise<unknown>

/** So many texts of two letters or figures there are. */
const MARKS = 36 ** 2

/** What is recorded has been sent before, wherever it is served. */
const markOf = ({ kind, startedAt }: Session) =>
  kind === 'url' && !process.env[NAMING_VARIABLE]
    ? (Math.floor(Date.parse(startedAt) / 1000) % MARKS).toString(36).padStart(2, '0')
    : 'of'

/** A finding about the server. */
export class Finding extends Error {
  override name = 'Finding'
}

/** The server went away in mid-run: what is asked of it then says nothing about it. */
class ServerGone extends SuiteError {}

/** There is another server in the place of the one that was asked: the check begins anew. */
class ServerReplaced extends SuiteError {}

/**
 * Runs the procedure of a statement and keeps the verdict in the task's `meta`.
 *
 * @throws Error with all that a reader needs, when the statement fails
 */
export async function judge(statement: Statement, procedure: Procedure, context: TestContext): Promise<void> {
  const { task, skip } = context
  const session = inject('session')
  const verdict: Verdict = {
    id: statement.id,
    status: 'pass',
    expected: asNamed(expectedValue(statement, session.version), session.supply?.names),
    observed: undefined,
    message: '',
    durationMs: 0,
    validationMs: 0,
    requests: 0,
    exchanges: [],
    messages: [],
    problems: [],
  }
  task.meta.verdict = verdict
  const absent = notApplicable(statement, session)
  if (absent) {
    verdict.status = 'not-applicable'
    verdict.message = absent
    skip(absent)
  }
  const [started, began] = [performance.now(), Date.now()]
  let client: Client | undefined
  let gone: ServerGone | ServerReplaced | undefined
  try {
    const missing = notServed(statement, session)
    if (missing) throw missing
    const hang = wouldHang(statement, session)
    if (hang) throw new Finding(hang)
    const url = await serverOf(statement, session)
    const guarded = guard(session)
    const supply = shelfFor(session, task.file.filepath)
    // A list is asked for by no name.
    supply?.({ path: '', body: verdict.expected })
    client = clientFor({ ...session, url }, statement.id, {
      registry: statement.needs?.registry && session.registry,
      before: (request) => {
        guarded(request)
        supply?.(request)
      },
      silence: session.manners?.silence,
      silent: session.kind === 'replay' ? undefined : (session.served?.silent ?? []),
    })
    await attempt(statement, procedure, client, verdict, session, 0.3 * task.timeout)
  } catch (thrown) {
    const lost = client && (await goneDuring(client, statement, session))
    // What it observed to its end counts, whatever became of the server by then.
    const whole = verdict.observed !== undefined && !client?.exchanges.some(isBroken)
    if (lost instanceof ServerReplaced && !whole) return judge(statement, procedure, context)
    if (
      client &&
      !lost &&
      statusOf(thrown) === 'fail' &&
      (await metRace(client.url, began, statement, session))
    )
      return judge(statement, procedure, context)
    gone = thrown instanceof ServerGone ? thrown : whole ? undefined : lost
    const error = gone ?? thrown
    verdict.status = statusOf(error)
    verdict.message =
      verdict.status === 'fail' ? reasonOf(error, verdict.problems, client?.exchanges) : messageOf(error)
    verdict.gone = gone !== undefined
  }
  verdict.durationMs = Math.round(performance.now() - started)
  verdict.requests = client?.exchanges.length ?? 0
  verdict.exchanges = client?.exchanges.map(storeExchange) ?? []
  applyKnownFailure(verdict, session)
  // The reporter says it once for all of them.
  if (gone) skip(gone.message)
  if (verdict.status === 'not-applicable') skip(verdict.message)
  if (verdict.status === 'fail' || verdict.status === 'error') throw failure(statement, verdict, client)
}

function statusOf(error: unknown): Verdict['status'] {
  if (error instanceof NotApplicable) return 'not-applicable'
  return error instanceof SuiteError ? 'error' : 'fail'
}

/** What the procedure observes, then what its messages show; they are looked at however the procedure ends. */
async function attempt(
  statement: Statement,
  procedure: Procedure,
  client: Client,
  verdict: Verdict,
  session: Session,
  limit: number,
): Promise<void> {
  const lookout = lookWhileSilent(client, statement, session)
  try {
    const observed = procedure({
      ...verbsOf(client),
      client,
      id: statement.id,
      version: session.version,
      known: (path, body) => knownFields(session.system, session.version, path, body),
      mark: markOf(session),
      given: asNamed(statement.given, session.supply?.names),
    })
    const over = Promise.race([overEarly(session), lookout.gone])
    verdict.observed = normalise(await within(limit, observed, over))
  } finally {
    lookout.end()
    await client.close()
    // A mismatch explains whatever else went wrong.
    client.assertRecorded()
    lookForAbsence(client.exchanges, session)
    judgeExchanges(client, statement, verdict, session)
  }
  const broken = brokenOf(client.exchanges)
  if (broken) throw new Finding(broken)
  if (isSame(verdict.observed, verdict.expected, session)) return
  if (!holdsWithout(statement, client, verdict, session)) throw new Finding('the server does something else')
}

/** Whether a statement holds but for keys that another server may add; they become findings of their own. */
function holdsWithout({ tier }: Statement, client: Client, verdict: Verdict, session: Session): boolean {
  // What is there besides is what exact statements are about.
  if (!session.served || tier === 'exact') return false
  const added = addedIn(client.exchanges, session)
  const rest = withoutKeys(verdict.observed, new Set(added.map(nameOf)))
  if (added.length === 0 || !isSame(rest, verdict.expected, session)) return false
  verdict.problems.push(...added)
  return true
}

/** Whether two values are the same, whatever the suite's models are called on this server. */
function isSame(observed: unknown, expected: unknown, { supply }: Session): boolean {
  const names = Object.values(supply?.names ?? {})
  if (names.length === 0) return isDeepStrictEqual(observed, expected)
  const own = new RegExp(
    `(?:${PREFIX}(?:${Object.keys(supply?.names ?? {}).join('|')})|${names.map(escaped).join('|')})(?::latest)?(?![\\w:-])`,
    'g',
  )
  const [a, b] = [observed, expected].map((value) => JSON.stringify(value)?.replaceAll(own, '{model}'))
  return a === b || isDeepStrictEqual(parsed(a), parsed(b))
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')

const parsed = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(text))

function judgeExchanges(client: Client, { needs }: Statement, verdict: Verdict, session: Session): void {
  const before = threadMs()
  const met = new Set<string>()
  const once = new Set<string>()
  for (const [index, exchange] of client.exchanges.entries()) {
    // How a server of somebody else says that it has no such route is its own affair.
    if (session.served && !isOfRoute(exchange, session)) continue
    const seen = judgeMessages(exchange, session)
    for (const name of seen.met) met.add(name)
    const said = answersAreKnown(session, needs?.launch)
      ? [...unlikeKnown(exchange, session.version), ...unlikeFiles(exchange)]
      : []
    for (const problem of [...seen.problems, ...seen.apart, ...said]) {
      // A stream without end has the same wrong with each of its records.
      const { message, place, kind, rule } = problem
      const key = JSON.stringify([index, message, place.replaceAll(/\/\d+(?=\/|$)/g, '/*'), kind, rule])
      if (!once.has(key)) verdict.problems.push({ ...problem, exchange: index })
      once.add(key)
    }
  }
  verdict.messages = [...met]
  verdict.validationMs = threadMs() - before
}

/** Whether the models are those of the suite, on a server of Ollama itself; its other engine counts in another way. */
const answersAreKnown = ({ kind, supply }: Session, launch: Settings = {}) =>
  kind !== 'url' && supply === undefined && !('OLLAMA_NEW_ENGINE' in launch)

function isOfRoute({ request, to }: Exchange, { system, version }: Session): boolean {
  return to !== undefined || operationOf(system, version, request.method, request.path) !== undefined
}

/** Why a statement fails; where one of its messages is broken, that is named first. */
function reasonOf(error: unknown, problems: MessageProblem[], exchanges: readonly Exchange[] = []): string {
  const found = error instanceof Finding || error instanceof Unanswered
  const lost = found ? undefined : brokenOf(exchanges)
  // What did not arrive could not be read.
  if (lost) return reasonOf(new Finding(lost), problems)
  const stumbled = !(found || error instanceof NotServed)
  const broken = problems.find(({ kind }) => kind !== 'added')
  const own = stumbled ? `the check could not read an answer: ${messageOf(error)}` : messageOf(error)
  if (!broken) return own
  return `${stumbled ? 'the check could not read an answer' : own}, and a message is broken: ${describeProblem(broken)}`
}

function applyKnownFailure(verdict: Verdict, session: Session): void {
  const known = knownFailure(verdict.id, session)
  if (known && verdict.status === 'fail') {
    verdict.status = 'known-fail'
    verdict.message = `known: ${known.reason} (${known.link})`
  } else if (known && verdict.status === 'pass') {
    verdict.status = 'fail'
    verdict.message = `passes, but ${known.entry} lists it as a known failure; take it off the list`
  }
}

/** Processor time of this thread: unlike the clock it does not run while others compute. Node 24 knows it. */
function threadMs(): number {
  const usage = process.threadCpuUsage?.()
  return usage ? (usage.user + usage.system) / 1000 : 0
}

/** Gives up a little before Vitest would, whose time-out keeps no evidence. */
async function within<T>(limit: number, work: Promise<T>, over: Promise<never>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Finding(`no end within ${limit / 1000} s`)), limit)
  try {
    return await Promise.race([work, late.promise, over])
  } finally {
    clearTimeout(timer)
  }
}

/** The servers that this worker was told of, by whom it asked and the settings, until one is gone. */
const addresses = new Map<string, Promise<string>>()

/**
 * The address of this worker's server with the settings that a statement needs.
 *
 * @throws SuiteError when it cannot be started, or is of no use any more
 */
function serverOf(statement: Statement, session: Session): Promise<string> {
  const key = JSON.stringify([session.control, statement.needs?.launch ?? {}])
  return remembered(addresses, key, () => {
    const asked = askForServer(statement, session)
    asked.catch(() => addresses.delete(key))
    return asked
  })
}

/** @throws SuiteError when it cannot be started, or is of no use any more */
async function askForServer(
  { needs }: Statement,
  { control }: Session,
  more: Pick<Query, 'lost' | 'failed'> = {},
): Promise<string> {
  if (listening?.control === control && listening.ended) throw listening.ended
  const settings = needs?.launch ?? {}
  const query: Query = { settings, worker: workerId(), ...more }
  const { statusCode, body } = await request(control, { method: 'POST', body: JSON.stringify(query) })
  const text = await body.text()
  if (statusCode === GONE) throw new ServerGone(text)
  if (statusCode !== 200) throw new SuiteError(text)
  return text
}

/** Why a check failed, where it lost its server; it may have when an exchange did not end by itself. */
async function goneDuring(
  { exchanges, url }: Client,
  statement: Statement,
  session: Session,
): Promise<ServerGone | ServerReplaced | undefined> {
  if (!exchanges.some((one) => one.to === undefined && one.end !== 'complete')) return undefined
  try {
    const lost = answersAtOnce(session) ? askedIn(exchanges) : []
    const now = await askForServer(statement, session, { lost })
    if (now === url) return undefined
    addresses.clear()
    return new ServerReplaced(`the server at ${url} has ended, and there is another`)
  } catch (error) {
    if (!(error instanceof ServerGone)) return undefined
    addresses.clear()
    return error
  }
}

/** Whether another server is in the place of the one on which a check failed, for that met a race. */
async function metRace(
  url: string,
  failed: number,
  statement: Statement,
  session: Session,
): Promise<boolean> {
  if (session.kind !== 'binary') return false
  const now = await askForServer(statement, session, { failed })
  if (now !== url) addresses.clear()
  return now !== url
}

/** So long a model may say nothing before it is looked whether it ever will, ms. */
const LOOK_AFTER = 5_000

/** Rejects when the server proves of no use while a check waits for one of its models. */
function lookWhileSilent(
  client: Client,
  statement: Statement,
  session: Session,
): { gone: Promise<never>; end: () => void } {
  const found = Promise.withResolvers<never>()
  found.promise.catch(() => {})
  let before = waiting([])
  const look = async () => {
    const now = waiting(client.exchanges)
    const silent = [...now].some(([exchange, said]) => before.get(exchange) === said)
    before = now
    const gone = silent ? await goneDuring(client, statement, session) : undefined
    if (gone) found.reject(gone)
  }
  const timer = answersAtOnce(session) ? setInterval(() => void look(), LOOK_AFTER) : undefined
  return { gone: found.promise, end: () => clearInterval(timer) }
}

/** Whether the models are the suite's, which take no time, and may be asked. */
const answersAtOnce = ({ supply, asked }: Session) =>
  supply?.way !== 'own' && !asked.readOnly && asked.patience === undefined

let listening: { control: string; over: Promise<never>; ended?: ServerGone } | undefined

/** Rejects when the run is over early; a worker waits for it once. */
function overEarly({ control }: Session): Promise<never> {
  if (listening?.control !== control) {
    const over = listen(control)
    const since: typeof listening = { control, over }
    over.catch((error: ServerGone) => {
      since.ended = error
      addresses.clear()
    })
    listening = since
  }
  return listening.over
}

async function listen(control: string): Promise<never> {
  try {
    const { body } = await request(control, { headersTimeout: 0 })
    throw new ServerGone(await body.text())
  } catch (error) {
    if (error instanceof ServerGone) throw error
    // When the run ends, nobody is there to be asked.
    return new Promise(() => {})
  }
}

/** That an exchange did not come to its end, and why. */
function brokenOf(exchanges: readonly Exchange[]): string | undefined {
  const broken = exchanges.find(isBroken)
  if (!broken) return undefined
  const { request, end, problem } = broken
  return `${request.method} ${request.path}: the exchange was ${end}: ${problem}`
}

const isBroken = ({ end }: Exchange) => end === 'cut' || end === 'refused'

/** Absent and undefined are one on the wire. */
export const normalise = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value))
