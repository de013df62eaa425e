import { SuiteError } from '../base/errors.ts'
import type { AnswerOf } from './answers.ts'
import { Exchange, type Request } from './exchange.ts'
import { secretsIn } from './secrets.ts'
import { type Call, LIMITS, Transport } from './transport.ts'

/** Names the exchange that a request belongs to: `<statement id>#<index>`. Sent to a replay and to nothing else. */
export const EXCHANGE_HEADER = 'x-conformance-exchange'
/** Present on an answer of the replay itself; the body says why nothing recorded could be served. */
export const MISMATCH_HEADER = 'x-conformance-mismatch'
/** Stands for the host and port of the suite's registry, which are others in each run, in what a check sends. */
export const REGISTRY = '{registry}'

const network = new Transport()

export type ClientOptions = {
  url: string
  /** Under it, in their order, the exchanges are recorded and replayed: the id of a statement. */
  name: string
  /** Whether a replay answers. */
  replay?: boolean
  /** Host and port of the suite's registry, for a statement that needs it on a live server. */
  registry?: string | undefined
  /** Headers of every request to the server: they are sent, and never kept. */
  credentials?: Record<string, string> | undefined
  /** The most requests in a second, over all clients. */
  rate?: number | undefined
  /** For how long the server may be silent, ms. */
  silence?: number | undefined
  /** Present where a path that is silent again and again is asked no more: the routes that were silent before. */
  silent?: readonly string[] | undefined
  /** What requests go through in place of the network. */
  transport?: Pick<Transport, 'start'> | undefined
  /** Is told each request before it is sent, and may throw. */
  before?: ((request: Request) => void) | undefined
}

/** Thrown where a route is asked that was silent so often that nothing more is expected of it. */
export class Unanswered extends Error {
  override name = 'Unanswered'
}

/** Of a path: how often in a row it was silent for all the time that it had, and whether it ever answered. */
type Silence = { times: number; answers: boolean }

/** By path, whatever the method. The workers of a run tell each other: each would wait for the same in vain. */
const silences = new Map<string, Silence>()
const others = new BroadcastChannel('ollama-conformance silences')
others.onmessage = ({ data: [path, silence] }: { data: [string, Silence] }) => silences.set(path, silence)
others.unref()

function note(path: string, silence: Silence): void {
  silences.set(path, silence)
  others.postMessage([path, silence])
}

/** So often in a row a path may be silent: a run on a server that hangs is to end. One that did answer gets longer. */
const mostOf = ({ answers }: Silence) => (answers ? 10 : 2)

/** When the next request may be sent, where there is a rate. */
let next = 0

/** How long a request has to wait so that there are no more in a second. */
function turn(rate: number | undefined): number {
  if (rate === undefined) return 0
  const now = performance.now()
  const at = Math.max(now, next)
  next = at + 1000 / rate
  return at - now
}

const silenceOf = (path: string, silent: readonly string[]): Silence =>
  silences.get(path) ?? { times: silent.some((one) => one.endsWith(` ${path}`)) ? 1 : 0, answers: false }

/** A request that the check itself aborted says nothing. */
function noteSilence(path: string, { status, problem }: Exchange, silent: readonly string[]): void {
  const { times, answers } = silenceOf(path, silent)
  if (/UND_ERR_(HEADERS|BODY)_TIMEOUT/.test(problem ?? ''))
    note(path, { times: times + 1, answers: answers || status !== undefined })
  else if (status !== undefined && !(times === 0 && answers)) note(path, { times: 0, answers: true })
}

/**
 * How long an answer is waited for, ms: a third of the time where there was none before.
 *
 * @throws Unanswered when a path was silent too often
 */
function patienceWith(method: string, path: string, silence: number, silent: readonly string[]): number {
  const known = silenceOf(path, silent)
  if (known.times < mostOf(known)) return known.times > 0 && !known.answers ? silence / 3 : silence
  throw new Unanswered(
    `${method} ${path} answers nothing${known.answers ? ' any more' : ''}: ${mostOf(known)} requests in a row waited for up to ${Math.round(silence / 1000)} s`,
  )
}

/**
 * Sends the requests of one check, or of the harness, to one server or to the suite's registry, and keeps every
 * exchange. Where a body names the registry by its placeholder the address is sent, and the placeholder is kept: a
 * recording fits every port.
 */
export class Client {
  readonly url: string
  readonly #name: string
  readonly #replay: boolean
  readonly #registry: string | undefined
  readonly #options: ClientOptions
  readonly #calls: Call[] = []

  constructor(options: ClientOptions) {
    const { url, name, replay = false, registry } = options
    this.url = url
    this.#name = name
    this.#replay = replay
    this.#registry = registry
    this.#options = options
  }

  /** Sends a request without waiting for the answer. */
  start<const Method extends string, const Path extends string>(
    request: Request<Method, Path>,
  ): Call<AnswerOf<Method, Path>> {
    const { credentials, rate, silence, silent, before, transport = network } = this.#options
    before?.(request)
    const exchange = new Exchange<AnswerOf<Method, Path>>(request)
    const { headers, body } = exchange.request
    const mark: Record<string, string> = this.#replay
      ? { [EXCHANGE_HEADER]: `${this.#name}#${this.#calls.length}` }
      : {}
    const own = (request.to === undefined && credentials) || {}
    const sent = {
      headers: { ...without(headers, Object.keys(own)), ...mark, ...own },
      body: body && this.#addressed(body),
    }
    const { method, path } = request
    const noted = request.to === undefined ? silent : undefined
    const wait = noted ? patienceWith(method, path, silence ?? LIMITS.silence, noted) : silence
    const call = transport.start(this.urlOf(request), exchange, sent, {
      delay: turn(rate),
      silence: wait,
      secrets: secretsIn(own),
    })
    if (noted) void call.ended.then((ended) => noteSilence(path, ended as Exchange, noted))
    this.#calls.push(call as unknown as Call)
    return call
  }

  /**
   * Sends a request and waits until the exchange has ended, however it ended.
   *
   * @throws SuiteError when a replay has nothing recorded for it
   */
  async send<const Method extends string, const Path extends string>(
    request: Request<Method, Path>,
  ): Promise<Exchange<AnswerOf<Method, Path>>> {
    const exchange = await this.start(request).ended
    this.assertRecorded()
    return exchange
  }

  /** The address that a request goes to. A replay answers for the registry too. */
  urlOf({ to }: { to?: Request['to'] | undefined }): string {
    if (to === undefined || this.#replay) return this.url
    if (!this.#registry) throw new SuiteError(`${this.#name} asks the registry; say so in its row: needs`)
    return `http://${this.#registry}`
  }

  #addressed(body: Buffer): Buffer {
    if (!this.#registry || !body.includes(REGISTRY)) return body
    return Buffer.from(body.toString('latin1').replaceAll(REGISTRY, this.#registry), 'latin1')
  }

  /** @throws SuiteError when a replay had nothing recorded for one of the requests */
  assertRecorded(): void {
    for (const exchange of this.exchanges) {
      if (this.#replay && exchange.header(MISMATCH_HEADER)) throw new SuiteError(exchange.text)
    }
  }

  get exchanges(): Exchange[] {
    return this.#calls.map(({ exchange }) => exchange)
  }

  /** Leaves an exchange out of what is judged and recorded: one that a race of the server spoilt, and that is sent again. */
  forget(exchange: Pick<Exchange, 'request'>): void {
    this.#calls.splice(
      this.#calls.findIndex(({ exchange: { request } }) => request === exchange.request),
      1,
    )
  }

  /** Aborts what is still under way. */
  async close(): Promise<void> {
    for (const call of this.#calls) call.abort()
    await Promise.all(this.#calls.map((call) => call.ended))
  }
}

/** Headers but for some, however they are written: a recorded client says `Authorization`. */
function without(headers: Record<string, string>, names: readonly string[]): Record<string, string> {
  const gone = new Set(names.map((name) => name.toLowerCase()))
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !gone.has(name.toLowerCase())))
}
