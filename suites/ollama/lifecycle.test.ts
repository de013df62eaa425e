import { setTimeout as pause } from 'node:timers/promises'
import { instrumentFile } from '../../fixtures/instruments/instruments.ts'
import { models, tagged } from '../../fixtures/instruments/models.ts'
import { check, type Tools } from '../../harness/run/check.ts'
import type { AnswerOf, BodyOf } from '../../harness/wire/answers.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import { askEach, outcome } from '../answers.ts'
import { findLoaded, isLoaded, listLoaded, poll, staysLoaded, timeLeft, unload, withModel } from './loaded.ts'
import { GREEDY } from './requests.ts'

type Options = NonNullable<BodyOf<'POST', '/api/generate'>['options']>

const model = models.spare
const LOAD = { model, prompt: '', stream: false, options: GREEDY }
/** Answered by `defghi`. */
const SHORT = { model, prompt: 'abc', raw: true, stream: false, options: { temperature: 0, num_predict: 6 } }

/**
 * Stop strings that never come, though their beginnings do, in turn: what may become one is held back, so a stream has
 * one record for 24 tokens. They are short, for since 0.30.0 a stream ends when 30 tokens are held back.
 */
const stop = [
  'bcdefghijklmnopqrstuvwx\n',
  'z{|}~ !"#$%&\'()*+,-./01\n',
  '3456789:;<=>?@ABCDEFGHI\n',
  'KLMNOPQRSTUVWXYZ[\\]^_`\n',
]
/**
 * Ends only by an abort: 0 tokens are no limit. Mostly not streamed, for a server that sends a record just as its
 * client goes away may never get its slot back.
 */
const ENDLESS = { model, prompt: 'a', raw: true, stream: false, options: { ...GREEDY, num_predict: 0, stop } }
const long = (num_predict: number) => ({
  ...ENDLESS,
  stream: true,
  options: { ...GREEDY, num_predict, stop },
})
const begun = ({ lines }: Exchange) => lines.length > 0

/** What is answered by `defghi` as long as a slot becomes free. */
const askShort = async ({ post }: Tools, options: Options = {}) =>
  (await post('/api/generate', { ...SHORT, options: { ...SHORT.options, ...options } })).json.response

/** Sends a request that ends only by an abort; when the server has answered another, it has it. */
async function startEndless({ post, get }: Tools, options: Options = {}) {
  const call = post.start('/api/generate', { ...ENDLESS, options: { ...ENDLESS.options, ...options } })
  await get('/api/version')
  return call
}

/**
 * Tries again, four times at most, where nothing could be seen for a request came too late: on a busy machine a stream
 * may end before.
 */
const inTime = <Result>(seen: (result: Result) => boolean, attempt: () => Promise<Result>) =>
  poll(attempt, seen, 4)

// Loading

check.alone('lifecycle.load.on-request', async (tools) => {
  await unload(tools.client)
  const before = await isLoaded(tools.client)
  const response = await askShort(tools)
  return { before, response, after: await isLoaded(tools.client) }
})

check.alone('lifecycle.load.empty-prompt', async ({ post, client }) => {
  await unload(client)
  const { created_at, ...answer } = (await post('/api/generate', LOAD)).json
  return { answer, loaded: await isLoaded(client) }
})

check.alone('lifecycle.load.absent-prompt', async ({ post }) => {
  const { status, json } = await post('/api/generate', { model, stream: false, options: GREEDY })
  return { status, response: json.response, done_reason: json.done_reason }
})

check.alone('lifecycle.load.stream', async ({ post }) => {
  const { contentType, records } = await post('/api/generate', { ...LOAD, stream: true })
  return { content_type: contentType, done_reasons: records.map(({ done_reason }) => done_reason) }
})

check.alone('lifecycle.load.legacy', async ({ post, client }) => {
  await unload(client)
  const body = { model, prompt: '', temperature: 0, max_tokens: 8 }
  const { status, json } = await post('/v1/completions', body)
  const { text, finish_reason } = json.choices[0]
  return { status, text, finish_reason, loaded: await isLoaded(client) }
})

check.alone('lifecycle.load.shared', async ({ post, client }) => {
  const twin = 'conformance/lifecycle-twin'
  await unload(client)
  return withModel(
    client,
    { model: twin, from: model, system: 'Another model of the same file.' },
    async () => {
      await post('/api/generate', LOAD)
      await post('/api/generate', { ...LOAD, model: twin })
      const names = (await listLoaded(client)).map(({ name }) => name)
      const listed = [model, twin].filter((name) => names.includes(tagged(name)))
      await post('/api/generate', { ...LOAD, model: twin, keep_alive: 0 })
      return { listed, stays_after_unload_of_twin: await staysLoaded(client) }
    },
  )
})

// Reloading

/**
 * Whether a request loads the model anew. One that was to be kept for ever has the default time then, and a request
 * without `keep_alive` does not change it otherwise.
 */
async function reloads({ post, client }: Tools, before: Options, after: Options): Promise<boolean> {
  await post('/api/generate', { ...LOAD, keep_alive: -1, options: { ...GREEDY, ...before } })
  const { json } = await post('/api/generate', { ...LOAD, options: { ...GREEDY, ...after } })
  return (await timeLeft(client, json.created_at)) !== 'never'
}

check.alone('lifecycle.reload.runner-options', async (tools) => {
  const observed: Record<string, boolean> = {}
  // One on top of the other, so that each option costs one load.
  let options: Options = {}
  for (const [name, value] of Object.entries({ num_ctx: 64, num_batch: 8, use_mmap: false, num_gpu: 0 })) {
    const changed = { ...options, [name]: value }
    observed[name] = await reloads(tools, options, changed)
    options = changed
  }
  observed.none = await reloads(tools, options, {})
  return observed
})

check.alone('lifecycle.reload.sampling-options', (tools) => reloads(tools, {}, tools.given))

check.alone('lifecycle.ps.busy', async ({ post, client }) => {
  await unload(client)
  const call = post.start('/api/generate', { ...long(1500), keep_alive: '50m' })
  const { records } = await call.until(begun)
  const { expires_at } = (await findLoaded(client)) ?? {}
  call.abort()
  await call.ended
  await unload(client)
  return Math.round((Date.parse(expires_at ?? '') - Date.parse(records[0].created_at)) / 60_000)
})

check.alone('lifecycle.ps.context_length', async ({ post, client }) => {
  const observed = await askEach([64, 1, 8192], async (num_ctx) => {
    await post('/api/generate', { ...LOAD, options: { ...GREEDY, num_ctx } })
    return (await findLoaded(client))?.context_length
  })
  await unload(client)
  return observed
})

/** Whether a model without `num_ctx` cuts a prompt, and the size of its context where `/api/ps` tells it. */
async function cuts({ post, client }: Tools, prompt: string) {
  const bare = 'conformance/lifecycle-bare'
  // Not the file of a model that was unloaded a moment ago: what ends its runner may end the next one too.
  const files = { 'stopper.gguf': instrumentFile('stopper').digest }
  return withModel(client, { model: bare, files }, async () => {
    const options = { temperature: 0, num_predict: 1, num_thread: 1 }
    const { json } = await post('/api/generate', { model: bare, prompt, raw: true, stream: false, options })
    const entry = await findLoaded(client, bare)
    await unload(client, bare)
    return { cut: json.prompt_eval_count < prompt.length, context_length: entry?.context_length }
  })
}

check.alone('lifecycle.context.default', (tools) => cuts(tools, 'x'.repeat(2100)))

check.alone('lifecycle.context.setting', (tools) => cuts(tools, 'x'.repeat(700)))

// Parallel requests

const answered = (answer: Exchange<AnswerOf<'POST', '/api/generate'>>) =>
  answer.status === 200 ? { status: 200, response: answer.json.response } : outcome(answer)

/** Whether a request is answered while a stream that began before it runs, by the server's clock. */
async function overlaps({ post }: Tools, steps: number): Promise<boolean> {
  const first = post.start('/api/generate', long(steps))
  await first.until(begun)
  const second = await post('/api/generate', SHORT)
  const { records } = await first.ended
  return Date.parse(second.json.created_at) < Date.parse(records.at(-1).created_at)
}

check.alone('lifecycle.parallel.default', (tools) => overlaps(tools, 2500))

check.alone('lifecycle.parallel.one', (tools) => overlaps(tools, 500))

check.alone('lifecycle.parallel.two', (tools) => inTime(Boolean, () => overlaps(tools, 2500)))

check.alone('lifecycle.queue.full', ({ post }) =>
  inTime(
    ({ status }) => status !== undefined,
    async () => {
      const first = post.start('/api/generate', long(1000))
      await first.until(begun)
      // One waits for the only place to become free, one is in the queue, and one is too many.
      const waiting = [1, 2, 3].map(() => post.start('/api/generate', { ...SHORT, model: models.successor }))
      const answers = await Promise.all(waiting.map((call) => call.ended))
      const refused = answers.find(({ status }) => status !== 200)
      const others_answered = answers.some(({ status }) => status === 200)
      return { ...(refused && outcome(refused)), others_answered }
    },
  ),
)

check.alone('lifecycle.queue.loaded-model', (tools) =>
  inTime(
    ({ end, waiting, answers }) =>
      end === 'aborted' &&
      waiting.filter(({ status }) => status === 503).length === 1 &&
      new Set(answers.map(({ status }) => status)).size === 1,
    async () => {
      const { post } = tools
      await post('/api/generate', LOAD)
      const first = await startEndless(tools)
      // It takes the way that the endless one took before it.
      await post('/api/generate', LOAD)
      // One waits for the only place to become free, and one fills the queue.
      const others = [1, 2, 3].map(() => post.start('/api/generate', { ...SHORT, model: models.successor }))
      await Promise.race(others.map((call) => call.ended))
      const calls = [1, 2, 3].map(() => post.start('/api/generate', SHORT))
      await post('/api/generate', LOAD)
      first.abort()
      const { end } = await first.ended
      const answers = await Promise.all(calls.map((call) => call.ended))
      const waiting = await Promise.all(others.map((call) => call.ended))
      return { end, waiting: waiting.map(outcome), answers: answers.map(answered) }
    },
  ).then(({ answers }) => answers),
)

check.alone('lifecycle.max-loaded', async ({ post, client }) => {
  await post('/api/generate', LOAD)
  const { json } = await post('/api/generate', { ...SHORT, model: models.successor })
  return { response: json.response, loaded: (await listLoaded(client)).map(({ name }) => name) }
})

// Clients that go away

check.alone('lifecycle.abort.stream', ({ post, client }) =>
  inTime(
    ({ next, stays }) => next !== undefined || stays,
    async () => {
      const call = post.start('/api/generate', { ...ENDLESS, stream: true })
      await call.until(begun)
      call.abort()
      const { end } = await call.ended
      const next = post.start('/api/generate', SHORT)
      await Promise.race([next.ended, pause(10_000, undefined, { ref: false })])
      if (next.exchange.end) return { first: end, next: next.exchange.json.response }
      // A record met the abort, and the slot is lost with it; it is free in a runner of its own.
      next.abort()
      return { first: end, stays: await unload(client) }
    },
  ),
)

check.alone('lifecycle.abort.unloads', async (tools) => {
  const call = await startEndless(tools)
  call.abort()
  await call.ended
  await tools.post('/api/generate', { ...LOAD, keep_alive: 0 })
  return { stays: await staysLoaded(tools.client), next: await askShort(tools) }
})

/** Whether both of two slots are free: one takes an endless request, the other answers. */
async function askBeside(tools: Tools, options: Options = {}) {
  const call = await startEndless(tools, options)
  const response = await askShort(tools, options)
  call.abort()
  const { end } = await call.ended
  return { response, end }
}

check.alone('lifecycle.abort.whole', async (tools) => {
  await tools.post('/api/generate', LOAD)
  const { response, end } = await askBeside(tools)
  return { meanwhile: response, first: end, next: (await askBeside(tools)).response }
})

check.alone('lifecycle.abort.prefill', async (tools) => {
  // Two tokens at a time: the prompt takes hundreds of steps.
  const slow = { num_ctx: 2048, num_batch: 2 }
  const options = { ...ENDLESS.options, ...slow }
  const long = { ...ENDLESS, stream: true, prompt: 'a'.repeat(1500), options }
  return inTime(
    (result) => !result.begun,
    async () => {
      await tools.post('/api/generate', { ...LOAD, options: { ...GREEDY, ...slow } })
      const call = tools.post.start('/api/generate', long)
      await tools.get('/api/version')
      // Its few steps lie between those of the long prompt.
      const meanwhile = await askShort(tools, slow)
      call.abort()
      const { end, status } = await call.ended
      const { response } = await askBeside(tools, slow)
      return { meanwhile, first: end, begun: status !== undefined, next: response }
    },
  )
})

check.alone('lifecycle.abort.queued', async (tools) => {
  const first = tools.post.start('/api/generate', long(300))
  await first.until(begun)
  const queued = await startEndless(tools)
  queued.abort()
  return { queued: (await queued.ended).end, next: await askShort(tools) }
})

check.alone('lifecycle.abort.loading', async (tools) => {
  await unload(tools.client)
  // Loading takes far longer than an answer to another request.
  const call = await startEndless(tools)
  call.abort()
  return { first: (await call.ended).end, next: await askShort(tools) }
})

// Unloading under load

check.alone('lifecycle.unload.while-streaming', ({ post, client }) =>
  inTime(
    ({ streams_on }) => streams_on,
    async () => {
      const call = post.start('/api/generate', long(2500))
      await call.until(begun)
      const { json } = await post('/api/generate', { ...LOAD, keep_alive: 0 })
      const last = (await call.ended).records.at(-1)
      return {
        done_reason: json.done_reason,
        streams_on: Date.parse(last.created_at) > Date.parse(json.created_at),
        eval_count: last.eval_count,
        stays: await staysLoaded(client),
      }
    },
  ),
)

check.alone('lifecycle.error.next-answers', async (tools) => {
  const body = { model, prompt: 'abc', stream: true, format: { type: 'nothing' } }
  const { records } = await tools.post.wrong('/api/generate', body)
  return { refused: records.some(({ error }) => error), next: await askShort(tools) }
})

// Which model goes when another needs its place

check.alone('lifecycle.beside', async ({ post, client }) => {
  // One that an earlier check left would have to make room, and any may be chosen.
  for (const { name } of await listLoaded(client)) await unload(client, name)
  await post('/api/generate', LOAD)
  await post('/api/generate', { ...SHORT, model: models.stopper })
  const ours = (await listLoaded(client)).map(({ name }) => name.replace(':latest', ''))
  return [models.spare, models.stopper].filter((name) => ours.includes(name))
})

/** While a model answers another is asked for, which needs its place, and then the model itself again. */
check.alone('lifecycle.evicted.asked-again', async ({ post, client }) => {
  await post('/api/generate', LOAD)
  const busy = post.start('/api/generate', long(1500))
  await busy.until(begun)
  const noted = (await findLoaded(client))?.expires_at
  const other = post.start('/api/generate', { ...SHORT, model: models.successor })
  // Each comes later, and the last surely after the scheduler has chosen which model goes.
  for (let again = 0; again < 5; again++) await post('/api/generate', { ...LOAD, keep_alive: '20m' })
  await busy.ended
  const entry = await poll(
    () => findLoaded(client),
    (entry) => entry?.expires_at !== noted,
  )
  await unload(client)
  const { json } = await other.ended
  return { stays: entry !== undefined, other: json.response }
})

/** Loads the spare model and the successor with a time of their own, then a third, and tells which of the two is left. */
check.alone.each('lifecycle.evict.*', async ({ post, client, given: { spare, successor, busy } }) => {
  const other = models.successor
  /** Loads it, and waits until the scheduler knows that it is idle. */
  const load = async (model: string, keep_alive: string | number) => {
    const { json } = await post('/api/generate', {
      model,
      prompt: '',
      stream: false,
      options: GREEDY,
      keep_alive,
    })
    await timeLeft(client, json.created_at, model)
  }
  return inTime(
    ({ left }) => !busy || left.length === 1,
    async () => {
      await load(models.spare, spare)
      await load(other, successor)
      const call = busy ? post.start('/api/generate', { ...long(1500), keep_alive: spare }) : undefined
      await call?.until(begun)
      const { json } = await post('/api/generate', { ...SHORT, model: models.stopper })
      const left = (await listLoaded(client))
        .map(({ name }) => name.replace(':latest', ''))
        .filter((name) => [models.spare, other].includes(name as never))
      call?.abort()
      await call?.ended
      return { answered: json.response, left }
    },
  )
})

check.alone.each('lifecycle.reload.shift.*', async ({ post, client, given: { before, after } }) => {
  await post('/api/generate', { ...LOAD, ...before, keep_alive: -1 })
  const { json } = await post('/api/generate', { ...LOAD, ...after })
  return (await timeLeft(client, json.created_at)) !== 'never'
})

check.alone('lifecycle.reload.automatic', async ({ client, post }) => {
  const windowless = models.windowless
  await unload(client, windowless)
  const load = async (options: Options) => {
    await post('/api/generate', { model: windowless, stream: false, options })
    return (await findLoaded(client, windowless))?.context_length
  }
  const windows = [await load({}), await load({ num_ctx: 512 }), await load({}), await load({})]
  await unload(client, windowless)
  return windows
})
