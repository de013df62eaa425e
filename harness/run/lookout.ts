import { setTimeout as pause } from 'node:timers/promises'
import { say } from '../base/errors.ts'
import type { Target } from '../targets/target.ts'
import type { Client } from '../wire/client.ts'
import type { Exchange } from '../wire/exchange.ts'

/** A model that was asked for, and the options of its runner. */
export type Asked = { model: string; options: Record<string, unknown> }

/** How long a server may take to say anything at all, ms. It is asked only when something went wrong. */
const PATIENCE = 10_000

/** How long for one token, which may stand behind a long prompt of somebody else, ms. */
const PATIENCE_FOR_A_TOKEN = 20_000

/** Why a server is gone; undefined when it answers anything. */
export async function whyGone(target: Target, client: Client): Promise<string | undefined> {
  let problem = ''
  // Some lose a connection now and then.
  for (let attempt = 0; attempt < 3; attempt++) {
    const exchange = await ask(client, { method: 'GET', path: '/' })
    if (exchange.status !== undefined) return undefined
    problem = exchange.problem ?? `no byte within ${PATIENCE / 1000} s`
    if (exchange.end === 'aborted') break
  }
  const end = (await target.ended?.(client.url)) ?? `nothing answers at ${client.url} any more (${problem})`
  return `the server went away in mid-run: ${end}`
}

/** Why a server that is there generates no more with one of the models; undefined when it answers, whatever it says. */
export async function whyStuck(client: Client, asked: readonly Asked[]): Promise<string | undefined> {
  for (const { model, options } of asked) {
    const body = { model, prompt: 'a', raw: true, stream: false, options: { ...options, num_predict: 1 } }
    const silentFor = (ms: number) =>
      `asked for one token of ${model} it says nothing for ${ms / 1000} s, as if requests whose clients went away kept their place`
    // Said already where it may still prove busy: whoever watches need not wait for the verdict.
    const suspect = () =>
      say(`the server may leave requests without an answer: ${silentFor(PATIENCE_FOR_A_TOKEN / 4)}`)
    if (await leavesAlone(client, { method: 'POST', path: '/api/generate', body }, { suspect })) {
      return `the server leaves requests without an answer: ${silentFor(PATIENCE_FOR_A_TOKEN)}`
    }
  }
  return undefined
}

type Asking = { method: string; path: string; body?: unknown }

/** How often the server is asked for something else meanwhile. */
const BEATS = 80

/**
 * Whether a server answers nothing for as long as it answers other requests quickly: on a busy machine these take longer
 * as well, and more is waited for.
 *
 * @param suspect is called after a quarter of it
 */
export async function leavesAlone(
  client: Client,
  request: Asking,
  { suspect = () => {}, beats = BEATS },
): Promise<boolean> {
  const call = client.start(request)
  for (let beat = 0; beat < beats && !call.exchange.end; beat++) {
    await Promise.race([call.ended, pause(PATIENCE_FOR_A_TOKEN / BEATS, undefined, { ref: false })])
    if (!call.exchange.end && beat === beats / 4) suspect()
    if (!call.exchange.end && (await ask(client, { method: 'GET', path: '/' })).end === 'aborted') break
  }
  if (call.exchange.end) return false
  call.abort()
  await call.ended
  return true
}

async function ask(client: Client, request: Asking): Promise<Exchange> {
  const call = client.start(request)
  const timer = setTimeout(() => call.abort(), PATIENCE)
  const exchange = await call.ended
  clearTimeout(timer)
  return exchange
}

/** The models that exchanges asked for, each with its last options. */
export function askedIn(exchanges: readonly Exchange[]): Asked[] {
  const found = new Map<string, Asked>()
  for (const { request, to, wrong } of exchanges) {
    if (to !== undefined || wrong || !GENERATES.test(request.path) || !request.body) continue
    const { model, options = {} } = JSON.parse(request.body.toString()) as Partial<Asked>
    if (typeof model === 'string') found.set(model, { model, options })
  }
  return [...found.values()]
}

/** Exchanges that wait for a model to say something, and how much each has said. */
export function waiting(exchanges: readonly Exchange[]): Map<Exchange, number> {
  const open = exchanges.filter(
    ({ end, to, request }) => end === undefined && to === undefined && GENERATES.test(request.path),
  )
  return new Map(open.map((exchange) => [exchange, exchange.chunks.length]))
}

const GENERATES = /^\/(api\/(generate|chat)|v1\/(chat\/completions|completions|messages|responses))$/
