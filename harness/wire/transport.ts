import { Agent, type Dispatcher } from 'undici'
import type { Answer, AnyAnswer } from './answers.ts'
import type { Exchange } from './exchange.ts'
import { hidden, hide, hideSignIn } from './secrets.ts'

/** What a server may take at most, so that none can make a run hang or fill the memory. */
export type Limits = {
  /** Time without a byte, ms. */
  silence: number
  /** Length of a response body, bytes. */
  length: number
}

// A check has 60 s: a server that falls silent is named before that, and soon enough to end the run within a minute.
export const LIMITS: Limits = { silence: 30_000, length: 16 * 2 ** 20 }

/** In how many chunks a body may come: each takes far more memory than its bytes. */
const MOST_CHUNKS = 50_000

/** The most that is kept of an answer that did not come to its end, bytes and chunks. */
const EVIDENCE = { bytes: 2 ** 18, chunks: 5_000 }

/**
 * Takes away what a flood has more than anybody reads: each of its records would be held to its schema, and a check that
 * reads it would make a text of it.
 */
function shorten({ chunks }: Pick<Exchange, 'chunks'>): void {
  let bytes = 0
  const end = chunks.findIndex(
    (one, index) => (bytes += one.bytes.length) > EVIDENCE.bytes || index === EVIDENCE.chunks,
  )
  if (end < 0) return
  const last = chunks[end]
  chunks.splice(end)
  if (last)
    chunks.push({
      t: last.t,
      bytes: last.bytes.subarray(0, Math.max(0, last.bytes.length - bytes + EVIDENCE.bytes)),
    })
}

/** A request under way. */
export class Call<Known extends Answer = AnyAnswer> {
  readonly exchange: Exchange<Known>
  /** Resolves when the exchange has ended, however it ended. */
  readonly ended: Promise<Exchange<Known>>
  readonly #finish: (exchange: Exchange<Known>) => void
  readonly #secrets: readonly string[]
  readonly #waiting = new Set<() => void>()
  #controller: Dispatcher.DispatchController | undefined
  #aborted = false

  /** @param secrets texts that are to be kept nowhere, should the server repeat them */
  constructor(exchange: Exchange<Known>, secrets: readonly string[] = []) {
    this.exchange = exchange
    this.#secrets = secrets
    const { promise, resolve } = Promise.withResolvers<Exchange<Known>>()
    this.ended = promise
    this.#finish = resolve
  }

  /** Closes the connection, as a client that goes away does. */
  abort(): void {
    if (this.exchange.end) return
    this.#aborted = true
    this.#controller?.abort(new Error('aborted by the check'))
  }

  /** Resolves when `condition` holds of what has arrived so far, or when the exchange has ended. */
  async until(condition: (exchange: Exchange<Known>) => boolean): Promise<Exchange<Known>> {
    while (!this.exchange.end && !condition(this.exchange)) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#waiting.add(resolve)
      await promise
    }
    return this.exchange
  }

  #wake() {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }

  /** @internal */
  handler(started: number): Dispatcher.DispatchHandler {
    const { exchange } = this
    const end = (how: Exchange<Known>['end'], problem?: string) => {
      if (how === 'cut') shorten(exchange)
      hideSignIn(exchange.chunks)
      exchange.end = how
      exchange.problem = problem
      this.#wake()
      this.#finish(exchange)
    }
    return {
      onRequestStart: (controller) => {
        this.#controller = controller
        if (this.#aborted) controller.abort(new Error('aborted by the check'))
      },
      onResponseStart: (controller, status) => {
        // An interim response, such as 103, comes before the response.
        if (status < 200) return
        exchange.status = status
        const raw = (controller.rawHeaders ?? []) as (Buffer | string)[]
        for (let i = 0; i < raw.length; i += 2) {
          exchange.headers.push([String(raw[i]), hidden(String(raw[i + 1]), this.#secrets)])
        }
        this.#wake()
      },
      onResponseData: (controller, chunk) => {
        if (exchange.chunks.length === MOST_CHUNKS)
          controller.abort(new Error(`more than ${MOST_CHUNKS} chunks`))
        // undici reuses its buffer for the next read.
        exchange.chunks.push({ t: Math.round(performance.now() - started), bytes: Buffer.from(chunk) })
        hide(exchange.chunks, this.#secrets)
        this.#wake()
      },
      onResponseEnd: () => end('complete'),
      onResponseError: (_, error) => {
        if (this.#aborted) end('aborted')
        else end(exchange.status === undefined ? 'refused' : 'cut', describe(error))
      },
    }
  }
}

function describe(error: Error & { code?: string }): string {
  return error.code === 'ECONNREFUSED'
    ? 'connection refused'
    : `${error.message}${error.code ? ` (${error.code})` : ''}`
}

/** How a request is sent. */
export type How = {
  /** How long to wait before, and for how long the server may be silent, ms. */
  delay?: number
  silence?: number | undefined
  /** Texts that are kept nowhere, should the server repeat them. */
  secrets?: readonly string[] | undefined
}

/** The one way to a server: undici, one connection pool, nothing in between. */
export class Transport {
  readonly #agent: Agent

  constructor({ silence, length }: Limits = LIMITS) {
    this.#agent = new Agent({
      headersTimeout: silence,
      bodyTimeout: silence,
      maxResponseSize: length,
      connections: 64,
      // llama-server closes a connection that was idle for 5 s, maybe just when the next request is sent.
      keepAliveTimeout: 1_000,
      keepAliveMaxTimeout: 1_000,
    })
  }

  /**
   * Sends the request of an exchange; what comes back is put into the exchange.
   *
   * @param url base address, `http://host:port`, with a path that comes before every route
   * @param sent headers and body on the wire, where they are others than the exchange keeps
   */
  start<Known extends Answer = AnyAnswer>(
    url: string,
    exchange: Exchange<Known>,
    sent: Pick<Exchange['request'], 'headers' | 'body'> = exchange.request,
    { delay = 0, silence, secrets }: How = {},
  ): Call<Known> {
    const call = new Call(exchange, secrets)
    const { method, path } = exchange.request
    const { origin, pathname } = new URL(url)
    const dispatch = () =>
      this.#agent.dispatch(
        {
          origin,
          path: pathname === '/' ? path : pathname + path,
          method: method as Dispatcher.HttpMethod,
          headers: sent.headers,
          body: sent.body ?? null,
          ...(silence === undefined ? {} : { headersTimeout: silence, bodyTimeout: silence }),
        },
        call.handler(performance.now()),
      )
    if (delay > 0) setTimeout(dispatch, delay)
    else dispatch()
    return call
  }

  close(): Promise<void> {
    return this.#agent.destroy()
  }
}
