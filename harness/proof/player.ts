import { SuiteError } from '../base/errors.ts'
import { type StoredExchange, restoreBytes, storeBytes } from '../recording/recording.ts'
import { sameBody } from '../recording/replay.ts'
import type { Exchange } from '../wire/exchange.ts'
import { Call, type Transport } from '../wire/transport.ts'
import type { Answer } from './answer.ts'

/** A recorded exchange: the request as it was stored, and what came back, where something did. */
export type Played = { request: StoredExchange['request']; answer: Answer | undefined; end: Exchange['end'] }

export const playedOf = ({ request, response, end }: StoredExchange): Played => ({
  request,
  end,
  answer: response && {
    status: response.status,
    headers: response.headers,
    chunks: response.chunks.map(([, bytes]) => restoreBytes(bytes)),
    end,
  },
})

/** Thrown where a check, after it was told something else, asks for what nothing is recorded for. */
export class Strayed extends SuiteError {}

/** Answers from memory what a recording has, with nothing on a wire: a check runs over it in no time. */
export class Player implements Pick<Transport, 'start'> {
  readonly #played: readonly Played[]
  #next = 0
  /** How many requests there were: nothing moves any more when it stays the same. */
  asked = 0

  constructor(played: readonly Played[]) {
    this.#played = played
  }

  start: Transport['start'] = (_, exchange) => {
    this.asked++
    const call = new Call(exchange)
    play(this.#find(exchange as unknown as Exchange), call as unknown as Call)
    return call
  }

  /** The next; else, of those with the same request, the last: what is asked again and again stays as it is. */
  #find(exchange: Exchange): Played {
    const next = this.#played[this.#next]
    if (next && isFor(next, exchange)) {
      this.#next++
      return next
    }
    const again = this.#played.slice(0, this.#next).findLast((one) => isFor(one, exchange))
    if (again) return again
    const later = this.#played.findIndex((one, index) => index > this.#next && isFor(one, exchange))
    const found = this.#played[later]
    if (!found) throw new Strayed(`${exchange.request.method} ${exchange.request.path} is not recorded`)
    this.#next = later + 1
    return found
  }
}

function isFor({ request: { method, path, body } }: Played, { request }: Exchange): boolean {
  if (method !== request.method || path !== request.path) return false
  const sent = request.body && request.body.length > 0 ? storeBytes(request.body, true) : undefined
  const kept = body === '' ? undefined : body
  return sent === kept || sameBody(sent, kept)
}

function play({ answer, end }: Played, call: Call): void {
  const handler = call.handler(0)
  const controller = {
    rawHeaders: answer?.headers.flat().map((text) => Buffer.from(text)) ?? [],
    abort: (reason: Error) => handler.onResponseError?.(controller as never, reason),
  }
  const on = controller as never
  handler.onRequestStart?.(on, undefined)
  if (answer) handler.onResponseStart?.(on, answer.status, {})
  for (const bytes of answer?.chunks ?? []) handler.onResponseData?.(on, bytes)
  if (end === 'complete') handler.onResponseEnd?.(on, {})
  else if (end !== 'aborted') handler.onResponseError?.(on, new Error(`the exchange was ${end}`))
}
