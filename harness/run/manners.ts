import { models, tagged } from '../../fixtures/instruments/models.ts'
import type { ServerSettings } from '../config/server.ts'
import type { Client } from '../wire/client.ts'
import type { Call } from '../wire/transport.ts'
import { leavesAlone } from './lookout.ts'
import { persist } from './persist.ts'
import { type Loaded, loadedModels } from './loaded.ts'
import type { Supply } from './models.ts'
import type { Served } from './served.ts'

/** How long a check may take, ms, on a server that answers at once; Vitest has the same limit. */
export const PATIENCE = 60_000

/** So many short answers fit into the time that a check has. */
const ANSWERS = 60

/** What was seen of a server before the checks. */
export type Manners = {
  /** How long a check may take, and how long the server may be silent, ms. */
  limit: number
  silence: number
  /** Whether a generation ends when its client goes away; undefined where that could not be seen. */
  stopsWhenLeft?: Stops | undefined
}

/** @param answer how long a short answer takes, ms */
export const limitsFor = (answer: number, patience = PATIENCE): Manners => {
  const limit = Math.round(Math.max(patience, ANSWERS * answer))
  // A server that falls silent is named before the check is over.
  return { limit, silence: Math.round(0.75 * limit) }
}

/** Whether a generation ends when its client leaves a stream, and when it leaves before an answer has begun. */
export type Stops = { streamed: boolean; whole: boolean }

/** What begins the line that names such a server, and the message of each check that would hang on it. */
export const NOT_STOPPED = 'aborts do not reach the engine'

export const notStopped = ({ streamed }: Stops) =>
  `${NOT_STOPPED}: a generation goes on after its client has gone away${streamed ? ' before the answer began' : ''}`

const ROUTES = [
  'POST /api/generate',
  'POST /api/chat',
  'POST /v1/chat/completions',
  'POST /v1/completions',
] as const

/** A request for a few tokens, by the first of these routes that is served and not silent. */
function request({ absent, silent }: Served, model: string, tokens: number, stream: boolean) {
  const operation = ROUTES.find((one) => !absent.includes(one) && !silent.includes(one))
  if (operation === undefined) return undefined
  const path = operation.replace('POST ', '')
  const own = path.startsWith('/api/')
  const asked = /chat/.test(path) ? { messages: [{ role: 'user', content: 'a' }] } : { prompt: 'a' }
  const length = own
    ? { options: { temperature: 0, num_predict: tokens } }
    : { temperature: 0, max_tokens: tokens }
  return { method: 'POST', path, body: { model, stream, ...asked, ...length } } as const
}

/**
 * Sees how long a short answer takes, and whether a generation stops when its client goes away. Where it does not, the
 * endless one of a check would keep the server from all that comes after it.
 */
export async function learnManners(
  client: Client,
  served: Served,
  { way, names }: Supply,
  { patience = PATIENCE, readOnly }: Pick<ServerSettings, 'patience' | 'readOnly'>,
  loaded: readonly Loaded[],
): Promise<Manners> {
  if (way === 'none') return limitsFor(0, patience)
  const model = names.spare ?? models.spare
  const short = request(served, model, 4, false)
  if (!short) return limitsFor(0, patience)
  // The first loads the model. A route that does not answer says nothing of how long an answer takes.
  if ((await persist(client, short)).status !== 200) return limitsFor(0, patience)
  const began = performance.now()
  await persist(client, short)
  const limits = limitsFor(performance.now() - began, patience)
  // To see it a model is unloaded, which others may be using.
  if (readOnly || loaded.some(({ name }) => tagged(name) === tagged(model))) return limits
  return {
    ...limits,
    stopsWhenLeft: await stopsWhenLeft(
      client,
      served,
      model,
      way === 'own' ? { num_predict: 100 } : { num_predict: 8000, num_ctx: 1024 },
    ),
  }
}

/** So many times it is looked whether a token comes, four times a second: of a server that nobody else asks. */
const LOOKS = 10

/**
 * What has to be minded with a server that the suite started, and that has some models loaded: nothing, unless it goes on
 * with a generation whose client went away, and the next request waits for that. On any other it takes no time to see.
 */
export async function mannersOfOwn(client: Client): Promise<Manners | undefined> {
  // Of many seconds, and not endless: it may have to be waited for.
  const window = { num_ctx: 4096 }
  const generate = (model: string, prompt: string, options: object) => {
    const body = { model, prompt, raw: true, stream: false, options }
    return { method: 'POST', path: '/api/generate', body } as const
  }
  const tokens = (num_predict: number) =>
    generate(models.spare, 'a', { ...window, temperature: 0, num_predict })
  // Not streamed: one that sends a record just as its client goes away may never get its slot back.
  const call = client.start(tokens(10 * window.num_ctx))
  // Its model is loaded; then another has gone the way that the long one went before it, to the engine.
  await persist(client, generate(models.spare, '', window))
  await persist(client, generate(models.successor, 'a', { num_predict: 1 }))
  call.abort()
  await call.ended
  const goesOn = await leavesAlone(client, tokens(1), { beats: LOOKS })
  return goesOn ? { ...limitsFor(0), stopsWhenLeft: { streamed: false, whole: false } } : undefined
}

/** A model that is to be unloaded stays in the list of the loaded ones as long as it is generating. */
async function stopsWhenLeft(
  client: Client,
  served: Served,
  model: string,
  options: { num_predict: number; num_ctx?: number },
): Promise<Stops | undefined> {
  const asked = request(served, model, options.num_predict, true)
  const long = asked && { ...asked, body: { ...asked.body, options: { temperature: 0, ...options } } }
  if (!long?.path.startsWith('/api/') || served.absent.includes('GET /api/ps')) return undefined
  const unloads = async () => {
    const began = performance.now()
    await client.send({ method: 'POST', path: long.path, body: { model, keep_alive: 0, stream: false } })
    while (performance.now() - began < 60_000 && (await isLoaded(client, model))) await pause()
    return performance.now() - began
  }
  const began = performance.now()
  const whole = await client.send(long)
  const full = performance.now() - began
  if (whole.status !== 200 || !(await isLoaded(client, model))) return undefined
  const idle = await unloads()
  /** Whether the model is gone at once after the client of a request for it has left. */
  const stops = async (stream: boolean, until: (call: Call) => Promise<unknown>): Promise<boolean> => {
    const token = { ...long.body, options: { ...long.body.options, num_predict: 1 } }
    // Loads it again.
    await client.send({ ...long, body: token })
    const call = client.start({ ...long, body: { ...long.body, stream } })
    await until(call)
    call.abort()
    await call.ended
    const left = performance.now()
    // A model may be unloaded in the midst of it, and keep the next request waiting; of a stream a record may have met
    // the abort, and its place is lost.
    if (!stream) await client.send({ ...long, body: { ...token, stream } })
    await unloads()
    return performance.now() - left < idle + full / 3
  }
  /** A machine that was busy a moment ago and is not now makes one that goes on look like one that stops. */
  const surely = async (seen: () => Promise<boolean>) => (await seen()) && (await seen())
  const streamed = await surely(() => stops(true, (call) => call.until(({ chunks }) => chunks.length > 0)))
  if (!streamed) return { streamed, whole: false }
  // Many a proxy stops a stream, and sees nobody leave before there is anything to pass on.
  const begun = async () => {
    const since = performance.now()
    while (performance.now() - since < full / 4) await pause()
  }
  return { streamed, whole: await surely(() => stops(false, begun)) }
}

const isLoaded = async (client: Client, model: string): Promise<boolean> =>
  (await loadedModels(client)).some(({ name }) => tagged(name) === tagged(model))

const pause = () => new Promise((resolve) => setTimeout(resolve, 20))
