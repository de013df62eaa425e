import { models } from '../../fixtures/instruments/models.ts'
import { check, type Tools } from '../../harness/run/check.ts'
import type { BodyOf } from '../../harness/wire/answers.ts'
import type { Client } from '../../harness/wire/client.ts'
import { outcome } from '../answers.ts'
import { findLoaded, poll, staysLoaded, unload } from './loaded.ts'
import { GREEDY } from './requests.ts'

const model = models.spare
const LOAD = { model, prompt: '', stream: false, options: GREEDY }
/** Leaves a time that no check asks for. */
const TWO_HOURS = { ...LOAD, keep_alive: '2h' }
const UNLOAD = { ...LOAD, keep_alive: 0 }

const MINUTE = 60_000
/** The longest time of Go, 2^63 ns: the meaning of a negative `keep_alive`. */
const FOREVER = Math.floor(2 ** 63 / 1e6)

/**
 * What becomes of the model after an answer: whole minutes until it expires, `never`, or `unloaded`.
 *
 * The scheduler hears of the end of a request after the client does, so `/api/ps` may still tell the time that an
 * earlier request left. All times here are whole minutes or for ever, counted from after the answer: one that was noted
 * before it is a little short of that, and a model that is going has none left.
 */
async function left(client: Client, answered: string, of: string = model) {
  const remaining = async () => {
    const entry = await findLoaded(client, of)
    return entry && Date.parse(entry.expires_at) - Date.parse(answered)
  }
  const noted = (ms: number) => ms >= MINUTE && (ms >= FOREVER ? ms - FOREVER : ms % MINUTE) < 1000
  const ms = await poll(remaining, (now) => now === undefined || noted(now))
  if (ms === undefined) return 'unloaded'
  return ms >= FOREVER ? 'never' : Math.round(ms / MINUTE)
}

type KeepAlive = Pick<BodyOf<'POST', '/api/generate'>, 'keep_alive'>

/** Loads a model to which two hours were left, and tells what is left to it then. */
async function reload({ post, client }: Tools, fields: KeepAlive) {
  await post('/api/generate', TWO_HOURS)
  const { json } = await post('/api/generate', { ...LOAD, ...fields })
  return { done_reason: json.done_reason, left: await left(client, json.created_at) }
}

// What it may be

check.alone.each('keep-alive.number.*', (tools) => reload(tools, tools.given))

check.alone('keep-alive.string.minutes', (tools) => reload(tools, { keep_alive: '5m' }))

check.alone('keep-alive.string.combined', (tools) => reload(tools, { keep_alive: '1h30m' }))

check.alone('keep-alive.string.milliseconds', (tools) => reload(tools, { keep_alive: '1ms' }))

check.alone('keep-alive.string.negative', (tools) => reload(tools, { keep_alive: '-1s' }))

check.alone('keep-alive.string.zero', async ({ post }) => {
  const { status, json } = await post('/api/generate', { ...LOAD, keep_alive: '0' })
  return { status, done_reason: json.done_reason }
})

check.alone('keep-alive.string.zero-unit', async ({ post }) => {
  const { status, json } = await post('/api/generate', { ...LOAD, keep_alive: '0s' })
  return { status, done_reason: json.done_reason }
})

check.alone('keep-alive.string.no-unit', async ({ post }) =>
  outcome(await post.wrong('/api/generate', { ...LOAD, keep_alive: '10' })),
)

check.alone('keep-alive.string.negative-no-unit', async ({ post }) =>
  outcome(await post.wrong('/api/generate', { ...LOAD, keep_alive: '-1' })),
)

check.alone('keep-alive.string.empty', async ({ post }) =>
  outcome(await post.wrong('/api/generate', { ...LOAD, keep_alive: '' })),
)

check.alone('keep-alive.string.nonsense', async ({ post }) =>
  outcome(await post.wrong('/api/generate', { ...LOAD, keep_alive: 'soon' })),
)

check.alone('keep-alive.string.days', async ({ post }) =>
  outcome(await post.wrong('/api/generate', { ...LOAD, keep_alive: '1d' })),
)

check.alone('keep-alive.boolean', async ({ post }) =>
  outcome(await post.wrong('/api/generate', { ...LOAD, keep_alive: true })),
)

check.alone('keep-alive.object', async ({ post }) =>
  outcome(await post.wrong('/api/generate', { ...LOAD, keep_alive: {} })),
)

// Without it

check.alone('keep-alive.absent.new', async ({ post, client }) => {
  await unload(client)
  const { json } = await post('/api/generate', LOAD)
  return { done_reason: json.done_reason, left: await left(client, json.created_at) }
})

check.alone('keep-alive.absent.again', (tools) => reload(tools, {}))

check.alone('keep-alive.null.again', (tools) => reload(tools, { keep_alive: null }))

check.alone('keep-alive.restarts', async ({ post, client }) => {
  await unload(client)
  await post('/api/generate', TWO_HOURS)
  const first = await findLoaded(client)
  await post('/api/generate', { model, prompt: 'abc', stream: false, options: GREEDY })
  const second = await poll(
    () => findLoaded(client),
    (entry) => entry?.expires_at !== first?.expires_at,
  )
  return { later: Date.parse(second?.expires_at ?? '') >= Date.parse(first?.expires_at ?? '') }
})

// One after the other: on 0.12.11 a model that loads at the same time pushes the other out.
check.alone('keep-alive.default-setting', async ({ post, client }) => {
  const { json } = await post('/api/generate', LOAD)
  return { left: await left(client, json.created_at) }
})

check.alone('keep-alive.default-setting.overridden', async ({ post, client }) => {
  const { json } = await post('/api/generate', { ...LOAD, model: models.successor, keep_alive: '9m' })
  return { left: await left(client, json.created_at, models.successor) }
})

check.alone('keep-alive.legacy.ignored', async ({ post, client }) => {
  await post('/api/generate', TWO_HOURS)
  await post.wrong('/v1/completions', { model, prompt: 'abc', temperature: 0, max_tokens: 8, keep_alive: 0 })
  const { json } = await post('/api/generate', LOAD)
  return { left: await left(client, json.created_at) }
})

// Unloading

check.alone('keep-alive.zero.with-prompt', async ({ post, client }) => {
  await post('/api/generate', TWO_HOURS)
  const options = { ...GREEDY, num_predict: 6 }
  const { json } = await post('/api/generate', { ...UNLOAD, prompt: 'abc', raw: true, options })
  return { response: json.response, done_reason: json.done_reason, stays: await staysLoaded(client) }
})

check.alone('keep-alive.unload.answer', async ({ post }) => {
  const { created_at, ...answer } = (await post('/api/generate', UNLOAD)).json
  return answer
})

check.alone('keep-alive.unload.stream', async ({ post }) => {
  const { contentType, records } = await post('/api/generate', { ...UNLOAD, stream: true })
  return { content_type: contentType, done_reasons: records.map(({ done_reason }) => done_reason) }
})

check.alone('keep-alive.unload.not-loaded', async ({ post, client }) => {
  await unload(client)
  const { status, json } = await post('/api/generate', UNLOAD)
  return { status, done_reason: json.done_reason, loaded: (await findLoaded(client)) !== undefined }
})

check.alone('keep-alive.unload.before-options', async ({ post }) => {
  const bad = { ...UNLOAD, suffix: 'x', options: { ...GREEDY, num_ctx: 'many' } }
  const empty = await post.wrong('/api/generate', bad)
  const prompted = await post.wrong('/api/generate', { ...bad, prompt: 'abc' })
  return {
    empty_prompt: { status: empty.status, done_reason: empty.json.done_reason },
    prompt: { status: prompted.status },
  }
})

check('keep-alive.unload.unknown-model', async ({ post }) =>
  outcome(await post('/api/generate', { ...UNLOAD, model: 'conformance/nothing' })),
)
