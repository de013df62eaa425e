import { SuiteError } from '../base/errors.ts'
import type { AnswerOf } from './answers.ts'
import { Exchange, type Request } from './exchange.ts'
import { type Call, Transport } from './transport.ts'

/** Names the exchange that a request belongs to: `<statement id>#<index>`. Sent to a replay and to nothing else. */
export const EXCHANGE_HEADER = 'x-conformance-exchange'
/** Present on an answer of the replay itself; the body says why nothing recorded could be served. */
export const MISMATCH_HEADER = 'x-conformance-mismatch'
/** Stands for the host and port of the suite's registry, which are others in each run, in what a check sends. */
export const REGISTRY = '{registry}'

const transport = new Transport()

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
  /** Whether a route that was silent twice is waited for no longer than a ninth of that, until it answers again. */
  impatient?: boolean | undefined
  /** Is told each request before it is sent, and may throw. */
  before?: ((request: Request) => void) | undefined
}

/** How often in a row a route was silent for all the time that it had. */
const silent = new Map<string, number>()

/** So often in a row, and a route is asked only now and then: a run on a server that hangs is to end. */
const GIVEN_UP = 10

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

function noteSilence(route: string, status: number | undefined, problem: string | undefined): void {
  if (/UND_ERR_(HEADERS|BODY)_TIMEOUT/.test(problem ?? '')) silent.set(route, (silent.get(route) ?? 0) + 1)
  else if (status !== undefined) silent.delete(route)
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
    const { credentials, rate, silence, impatient, before } = this.#options
    before?.(request)
    const exchange = new Exchange<AnswerOf<Method, Path>>(request)
    const { headers, body } = exchange.request
    const mark: Record<string, string> = this.#replay
      ? { [EXCHANGE_HEADER]: `${this.#name}#${this.#calls.length}` }
      : {}
    const sent = {
      headers: { ...headers, ...mark, ...(request.to === undefined ? credentials : {}) },
      body: body && this.#addressed(body),
    }
    const route = `${request.method} ${request.path}`
    const times = (impatient && silent.get(route)) || 0
    const hangs = times >= 2
    if (times >= GIVEN_UP) {
      // Counted too, so that it is asked again now and then.
      silent.set(route, times + 1)
      if (times % 10 !== 0)
        throw new Error(`${route} was silent each time, and is asked every tenth time only`)
    }
    const call = transport.start(this.urlOf(request), exchange, sent, {
      delay: turn(rate),
      silence: hangs && silence !== undefined ? Math.round(silence / 9) : silence,
    })
    if (impatient) void call.ended.then(({ status, problem }) => noteSilence(route, status, problem))
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
    if (!this.#registry) return body
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

  /** Aborts what is still under way. */
  async close(): Promise<void> {
    for (const call of this.#calls) call.abort()
    await Promise.all(this.#calls.map((call) => call.ended))
  }
}
