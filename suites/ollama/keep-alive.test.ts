import { models } from '../../fixtures/instruments/models.ts'
import { check, type Tools } from '../../harness/run/check.ts'
import { askEach, outcome } from '../answers.ts'
import { findLoaded, isLoaded, listLoaded, poll, staysLoaded, timeLeft, unload } from './loaded.ts'
import { GREEDY } from './requests.ts'

const model = models.spare
const LOAD = { model, prompt: '', stream: false, options: GREEDY }
/** Leaves a time that no check asks for. */
const TWO_HOURS = { ...LOAD, keep_alive: '2h' }
const UNLOAD = { ...LOAD, keep_alive: 0 }

/** Loads a model to which two hours were left, and tells what is left to it then. */
async function reload({ post, client, given }: Tools) {
  await post('/api/generate', TWO_HOURS)
  const { json } = await post('/api/generate', { ...LOAD, ...given })
  return { done_reason: json.done_reason, left: await timeLeft(client, json.created_at) }
}

async function unloadAtOnce({ post, given }: Tools) {
  const { status, json } = await post('/api/generate', { ...LOAD, ...given })
  return { status, done_reason: json.done_reason }
}

const refusal = async ({ post, given }: Tools) =>
  outcome(await post.wrong('/api/generate', { ...LOAD, ...given }))

// What it may be

check.alone.each('keep-alive.number.*', reload)
check.alone('keep-alive.string.minutes', reload)
check.alone('keep-alive.string.combined', reload)
check.alone('keep-alive.string.milliseconds', reload)
check.alone('keep-alive.string.negative', reload)

check.alone('keep-alive.string.zero', unloadAtOnce)
check.alone('keep-alive.string.zero-unit', unloadAtOnce)

check.alone('keep-alive.string.no-unit', refusal)
check.alone('keep-alive.string.negative-no-unit', refusal)
check.alone('keep-alive.string.empty', refusal)
check.alone('keep-alive.string.nonsense', refusal)
check.alone('keep-alive.string.days', refusal)
check.alone('keep-alive.boolean', refusal)
check.alone('keep-alive.object', refusal)

// Without it

check.alone('keep-alive.absent.new', async ({ post, client }) => {
  await unload(client)
  const { json } = await post('/api/generate', LOAD)
  return { done_reason: json.done_reason, left: await timeLeft(client, json.created_at) }
})

check.alone('keep-alive.absent.again', reload)
check.alone('keep-alive.null.again', reload)

check.alone('keep-alive.restarts', async ({ post, client }) => {
  await unload(client)
  await post('/api/generate', TWO_HOURS)
  const first = await findLoaded(client)
  await post('/api/generate', { model, prompt: 'abc', stream: false, options: GREEDY })
  const second = await poll(
    () => findLoaded(client),
    (entry) => entry?.expires_at !== first?.expires_at,
  )
  return { later: Date.parse(second?.expires_at ?? '') > Date.parse(first?.expires_at ?? '') }
})

check.alone('keep-alive.lasts', async ({ post, client }) => {
  await unload(client)
  await post('/api/generate', LOAD)
  // As soon as the load is over for the server too, nothing asks for the model any more.
  const [first, second] = await poll(
    async () => [await findLoaded(client), await findLoaded(client)],
    ([one, other]) => one?.expires_at === other?.expires_at,
    20,
  )
  return { same: first !== undefined && first.expires_at === second?.expires_at }
})

// One after the other: on 0.12.11 a model that loads at the same time pushes the other out.
check.alone('keep-alive.default-setting', async ({ post, client }) => {
  const { json } = await post('/api/generate', LOAD)
  return { left: await timeLeft(client, json.created_at) }
})

check.alone('keep-alive.default-setting.overridden', async ({ post, client }) => {
  const { json } = await post('/api/generate', { ...LOAD, model: models.successor, keep_alive: '9m' })
  return { left: await timeLeft(client, json.created_at, models.successor) }
})

check.alone('keep-alive.legacy.ignored', async ({ post, client }) => {
  await post('/api/generate', TWO_HOURS)
  await post.wrong('/v1/completions', { model, prompt: 'abc', temperature: 0, max_tokens: 8, keep_alive: 0 })
  const { json } = await post('/api/generate', LOAD)
  return { left: await timeLeft(client, json.created_at) }
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
  return { status, done_reason: json.done_reason, loaded: await isLoaded(client) }
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

check.alone('keep-alive.unload.chat-fraction', ({ post, client }) =>
  askEach([0, 0.001, '1ms'], async (keep_alive) => {
    const body = { model, messages: [], keep_alive, options: GREEDY, stream: false }
    const { json } = await post('/api/chat', body)
    // Nothing of so short a time is to reach the next check.
    await unload(client)
    return json.done_reason
  }),
)

check('keep-alive.unload.unknown-model', async ({ post }) =>
  outcome(await post('/api/generate', { ...UNLOAD, model: 'conformance/nothing' })),
)

// On the routes for embeddings

check.alone('keep-alive.embed', async ({ post, client }) => {
  /** Which of two models stays longer: the list of what is loaded is in that order. */
  const order = async () =>
    (await listLoaded(client))
      .map(({ name }) => name.replace(':latest', ''))
      .filter((name) => [model, models.embedder].includes(name as never))
  await post('/api/generate', { ...LOAD, keep_alive: '30m' })
  await post('/api/embed', { model: models.embedder, input: 'a', keep_alive: '50m' })
  const longer = await poll(order, ([first]) => first === models.embedder)
  await post('/api/embeddings', { model: models.embedder, prompt: 'a', keep_alive: '20m' })
  const shorter = await poll(order, ([first]) => first === model)
  await post('/api/embed', { model: models.embedder, input: 'a', keep_alive: 0 })
  return { longer, shorter, stays: await staysLoaded(client, models.embedder) }
})

check.alone('keep-alive.embed-empty', ({ post, client }) =>
  askEach(['/api/embed', '/api/embeddings'] as const, async (path) => {
    const load = { model: models.embedder, ...(path === '/api/embed' ? { input: [] } : { prompt: '' }) }
    await unload(client, models.embedder)
    await post(path, load)
    const loads = await isLoaded(client, models.embedder)
    await post(path, { ...load, keep_alive: 0 })
    return { loads, stays: await staysLoaded(client, models.embedder) }
  }),
)

check.alone.each('keep-alive.setting.*', async ({ post, client }) => {
  const { json } = await post('/api/generate', LOAD)
  return { left: await timeLeft(client, json.created_at) }
})
