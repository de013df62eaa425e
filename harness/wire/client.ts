import { SuiteError } from '../errors.ts'
import { type StoredExchange, storeExchange } from '../recording/recording.ts'
import { EXCHANGE_HEADER, MISMATCH_HEADER } from '../recording/replay.ts'
import { REGISTRY } from '../registry.ts'
import type { AnswerOf } from './answers.ts'
import type { Exchange, Request } from './exchange.ts'
import { type Call, Transport } from './transport.ts'

const transport = new Transport()

type ClientOptions = { url: string; replay: boolean; name: string; registry?: string | undefined }

/**
 * Sends the requests of one check, or of the harness, to one server or to the suite's registry, and keeps every
 * exchange. Where a body names the registry by its placeholder the address is sent, and the placeholder is kept: a
 * recording fits every port.
 */
export class Client {
  readonly url: string
  readonly #replay: boolean
  readonly #name: string
  readonly #registry: string | undefined
  readonly #calls: Call[] = []

  /**
   * @param name the statement's id: under it, in their order, the exchanges are recorded and replayed
   * @param registry host and port of the suite's registry, for a statement that needs it on a live server
   */
  constructor({ url, replay, name, registry }: ClientOptions) {
    this.url = url
    this.#replay = replay
    this.#name = name
    this.#registry = registry
  }

  /** Sends a request without waiting for the answer. */
  start<const Method extends string, const Path extends string>(
    request: Request<Method, Path>,
  ): Call<AnswerOf<Method, Path>> {
    const extra = this.#replay ? { [EXCHANGE_HEADER]: `${this.#name}#${this.#calls.length}` } : {}
    const call = transport.start<AnswerOf<Method, Path>>(
      this.urlOf(request),
      request,
      extra as Record<string, string>,
      (body) => this.#addressed(body),
    )
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
      if (this.#replay && exchange.header(MISMATCH_HEADER)) {
        throw new SuiteError(`the recording is stale: ${exchange.text}; record again: npm run record`)
      }
    }
  }

  get exchanges(): Exchange[] {
    return this.#calls.map(({ exchange }) => exchange)
  }

  /** The exchanges as they are recorded. */
  stored(): StoredExchange[] {
    return this.exchanges.map(storeExchange)
  }

  /** Aborts what is still under way. */
  async close(): Promise<void> {
    for (const call of this.#calls) call.abort()
    await Promise.all(this.#calls.map((call) => call.ended))
  }
}
