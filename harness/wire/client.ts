import { SuiteError } from '../errors.ts'
import { type StoredExchange, storeExchange } from '../recording/recording.ts'
import { EXCHANGE_HEADER, MISMATCH_HEADER } from '../recording/replay.ts'
import type { Exchange, Request } from './exchange.ts'
import { type Call, Transport } from './transport.ts'

const transport = new Transport()

/** Sends the requests of one check, or of the harness, to one server, and keeps every exchange. */
export class Client {
  readonly url: string
  readonly #replay: boolean
  readonly #name: string
  readonly #calls: Call[] = []

  /** @param name the statement's id: under it, in their order, the exchanges are recorded and replayed */
  constructor({ url, replay, name }: { url: string; replay: boolean; name: string }) {
    this.url = url
    this.#replay = replay
    this.#name = name
  }

  /** Sends a request without waiting for the answer. */
  start(request: Request): Call {
    const extra = this.#replay ? { [EXCHANGE_HEADER]: `${this.#name}#${this.#calls.length}` } : {}
    const call = transport.start(this.url, request, extra as Record<string, string>)
    this.#calls.push(call)
    return call
  }

  /**
   * Sends a request and waits until the exchange has ended, however it ended.
   *
   * @throws SuiteError when a replay has nothing recorded for it
   */
  async send(request: Request): Promise<Exchange> {
    const exchange = await this.start(request).ended
    this.assertRecorded()
    return exchange
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
