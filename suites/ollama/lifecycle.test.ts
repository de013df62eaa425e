import { instrumentFile } from '../../fixtures/instruments/instruments.ts'
import { models } from '../../fixtures/instruments/models.ts'
import { oracle } from '../../fixtures/instruments/oracle.ts'
import { check } from '../../harness/run/check.ts'
import type { BodyOf } from '../../harness/wire/answers.ts'
import type { Client } from '../../harness/wire/client.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import { findLoaded, listLoaded, poll, staysLoaded, unload } from './loaded.ts'
import { complete, generate, startGenerate, wrong } from './requests.ts'

type Body = BodyOf<'POST', '/api/generate'>
type Options = NonNullable<Body['options']>

const model = models.spare

/** What the successor says after `a`, over and over. */
const ROUND = oracle('successor', 'a', 95).text

/**
 * Stop strings that are each a quarter of the round, but for their end. What may become a stop string is held back,
 * so a long stream has few records. They are short, for since 0.30 a stream ends when 30 tokens are held back; a
 * character lies between them, for else nothing would ever be sent.
 */
const HELD = [0, 24, 48, 72].map((start) => `${ROUND.slice(start, Math.min(start + 23, 94))}\n`)

/**
 * A generation that only an abort can end: 0 tokens count as no limit. Mostly not streamed, for a server that sends a
 * record just as its client goes away may never get its slot back.
 */
const endless = { model, prompt: 'a', raw: true, options: { num_predict: 0, stop: HELD } }
/** A stream that takes so many steps. */
const long = (num_predict: number) => ({ ...endless, stream: true, options: { num_predict, stop: HELD } })
const short = { model, prompt: 'abc', raw: true, options: { num_predict: 6 } }

const ask = async (client: Client, body: Body = short) => (await generate(client, body)).json.response
const begun = ({ lines }: Exchange) => lines.length > 0
/** One more answer of the server: what was sent before has reached it. */
const roundTrip = (client: Client) => client.send({ method: 'GET', path: '/api/version' })

// Loading

check.alone('lifecycle.load.on-request', async ({ client }) => {
  await unload(client)
  const before = await findLoaded(client)
  const response = await ask(client)
  const after = await findLoaded(client)
  return { before: before !== undefined, response, after: after !== undefined }
})

check.alone('lifecycle.load.empty-prompt', async ({ client }) => {
  await unload(client)
  const { json } = await generate(client, { model, prompt: '' })
  const { created_at: _, ...answer } = json
  return { answer, loaded: (await findLoaded(client)) !== undefined }
})

check.alone('lifecycle.load.absent-prompt', async ({ client }) => {
  const { status, json } = await generate(client, { model })
  return { status, response: json.response, done_reason: json.done_reason }
})

check.alone('lifecycle.load.stream', async ({ client }) => {
  const { contentType, records } = await generate(client, { model, prompt: '', stream: true })
  return { content_type: contentType, reasons: records.map(({ done_reason }) => done_reason) }
})

check.alone('lifecycle.load.legacy', async ({ client }) => {
  await unload(client)
  const { status, json } = await complete(client, { model, prompt: '' })
  const { text, finish_reason } = json.choices[0]
  return { status, text, finish_reason, loaded: (await findLoaded(client)) !== undefined }
})

check.alone('lifecycle.load.shared', async ({ client }) => {
  const twin = 'conformance/lifecycle-twin'
  await unload(client)
  await client.send({
    method: 'POST',
    path: '/api/create',
    body: { model: twin, from: model, system: 'Another model of the same file.', stream: false },
  })
  await generate(client, { model, prompt: '' })
  await generate(client, { model: twin, prompt: '' })
  const names = (await listLoaded(client)).map(({ name }) => name)
  const listed = [model, twin].filter((name) => names.includes(`${name}:latest`))
  await generate(client, { model: twin, prompt: '', keep_alive: 0 })
  const stays = await staysLoaded(client)
  await client.send({ method: 'DELETE', path: '/api/delete', body: { model: twin } })
  return { listed, stays_after_unload_of_twin: stays }
})

// Reloading

const YEAR_2100 = 4102444800000

/**
 * Whether a request reloads its model. A model that is kept for ever forgets that when it is loaded anew, and a
 * request without `keep_alive` does not change it otherwise.
 */
async function reloads(client: Client, before: Options, after: Options): Promise<boolean> {
  await generate(client, { model, prompt: '', keep_alive: -1, options: { ...before } })
  await generate(client, { model, prompt: '', options: { ...after } })
  const entry = await findLoaded(client)
  return Date.parse(entry?.expires_at ?? '') < YEAR_2100
}

check.alone('lifecycle.reload.runner-options', async ({ client }) => {
  const observed: Record<string, boolean> = {}
  // One on top of the other, so that each option costs one load.
  let options: Options = {}
  for (const [name, value] of Object.entries({ num_ctx: 64, num_batch: 8, use_mmap: false, num_gpu: 0 })) {
    const changed = { ...options, [name]: value }
    observed[name] = await reloads(client, options, changed)
    options = changed
  }
  observed.none = await reloads(client, options, {})
  return observed
})

check.alone('lifecycle.reload.sampling-options', async ({ client }) => {
  const sampling = {
    temperature: 0.5,
    top_k: 3,
    top_p: 0.5,
    min_p: 0.1,
    seed: 5,
    repeat_penalty: 1.5,
    num_predict: 4,
    stop: ['x'],
  }
  return reloads(client, {}, sampling)
})

check.alone('lifecycle.ps.context_length', async ({ client }) => {
  const observed: Record<string, unknown> = {}
  for (const num_ctx of [64, 1, 8192]) {
    await generate(client, { model, prompt: '', options: { num_ctx } })
    observed[`num_ctx ${num_ctx}`] = (await findLoaded(client))?.context_length
  }
  await unload(client)
  return observed
})

/** Whether a model without `num_ctx` cuts a prompt, and its context as later versions give it in `/api/ps`. */
async function longestPrompt(client: Client, length: number) {
  const bare = 'conformance/lifecycle-bare'
  await unload(client)
  await client.send({
    method: 'POST',
    path: '/api/create',
    body: { model: bare, files: { 'spare.gguf': instrumentFile('spare').digest }, stream: false },
  })
  const { json } = await generate(client, {
    model: bare,
    prompt: 'x'.repeat(length),
    raw: true,
    options: { num_predict: 1, num_thread: 1 },
  })
  const entry = await findLoaded(client, bare)
  await unload(client, bare)
  await client.send({ method: 'DELETE', path: '/api/delete', body: { model: bare } })
  return { cut: json.prompt_eval_count < length, context_length: entry?.context_length }
}

check.alone('lifecycle.context.default', ({ client }) => longestPrompt(client, 2100))

check.alone('lifecycle.context.setting', ({ client }) => longestPrompt(client, 700))

// Parallel requests

/** Whether a short request is answered while a long one that came before runs, by the server's own clock. */
async function overlap(client: Client, steps: number): Promise<boolean> {
  const first = startGenerate(client, long(steps))
  await first.until(begun)
  const second = await generate(client, short)
  const { records } = await first.ended
  return Date.parse(second.json.created_at) < Date.parse(records.at(-1).created_at)
}

check.alone('lifecycle.parallel.default', ({ client }) => overlap(client, 2500))

check.alone('lifecycle.parallel.one', ({ client }) => overlap(client, 500))

check.alone('lifecycle.parallel.two', ({ client }) => overlap(client, 2500))

check.alone('lifecycle.queue.full', async ({ client }) => {
  const first = startGenerate(client, long(1000))
  await first.until(begun)
  // One waits for the only place to become free, one is in the queue, and one is too many.
  const waiting = [1, 2, 3].map(() => startGenerate(client, { ...short, model: models.successor }))
  const answers = await Promise.all(waiting.map((call) => call.ended))
  const refused = answers.find(({ status }) => status !== 200)
  return {
    status: refused?.status,
    error: refused?.json.error,
    others_answered: answers.some(({ status }) => status === 200),
  }
})

check.alone('lifecycle.queue.loaded-model', async ({ client }) => {
  const first = startGenerate(client, long(1000))
  await first.until(begun)
  const waiting = []
  for (let n = 0; n < 3; n++) {
    waiting.push(startGenerate(client, short))
    await roundTrip(client)
    // The scheduler takes requests one by one from its queue, and a load of what is loaded needs no slot: when it
    // is answered, the request before it is out of the queue.
    await poll(
      () => generate(client, { model, prompt: '' }),
      ({ status }) => status === 200,
    )
  }
  const answers = await Promise.all(waiting.map((call) => call.ended))
  return answers.map(({ status, json }) => ({ status, response: json.response }))
})

check.alone('lifecycle.max-loaded', async ({ client }) => {
  await generate(client, { model, prompt: '' })
  const response = await ask(client, { ...short, model: models.successor })
  return { response, loaded: (await listLoaded(client)).map(({ name }) => name) }
})

// Clients that go away

check.alone('lifecycle.abort.stream', async ({ client }) => {
  const call = startGenerate(client, { ...endless, stream: true })
  await call.until(begun)
  call.abort()
  const { end } = await call.ended
  return { first: end, next: await ask(client) }
})

check.alone('lifecycle.abort.unloads', async ({ client }) => {
  const call = startGenerate(client, endless)
  await roundTrip(client)
  call.abort()
  await call.ended
  await generate(client, { model, prompt: '', keep_alive: 0 })
  return { stays: await staysLoaded(client), next: await ask(client) }
})

/** Whether both of two slots are free: one takes an endless request, the other answers. */
async function bothSlots(client: Client, options: Options = {}): Promise<string> {
  const call = startGenerate(client, { ...endless, options: { ...endless.options, ...options } })
  await roundTrip(client)
  const response = await ask(client, { ...short, options: { ...short.options, ...options } })
  call.abort()
  await call.ended
  return response
}

check.alone('lifecycle.abort.whole', async ({ client }) => {
  await generate(client, { model, prompt: '' })
  const call = startGenerate(client, endless)
  await roundTrip(client)
  // The other slot answers, so the first request has its slot by now.
  const meanwhile = await ask(client)
  call.abort()
  const { end } = await call.ended
  return { meanwhile, first: end, next: await bothSlots(client) }
})

check.alone('lifecycle.abort.prefill', async ({ client }) => {
  // Two tokens at a time: the prompt takes hundreds of steps.
  const slow = { num_ctx: 2048, num_batch: 2 }
  await generate(client, { model, prompt: '', options: slow })
  const call = startGenerate(client, {
    ...endless,
    stream: true,
    prompt: 'a'.repeat(1500),
    options: { ...endless.options, ...slow },
  })
  await roundTrip(client)
  // Its few steps lie between those of the long prompt.
  const meanwhile = await ask(client, { ...short, options: { ...short.options, ...slow } })
  call.abort()
  const { end, status } = await call.ended
  return { meanwhile, first: end, begun: status !== undefined, next: await bothSlots(client, slow) }
})

check.alone('lifecycle.abort.queued', async ({ client }) => {
  const first = startGenerate(client, long(1000))
  await first.until(begun)
  const queued = startGenerate(client, endless)
  await roundTrip(client)
  queued.abort()
  const { end } = await queued.ended
  return { queued: end, next: await ask(client) }
})

check.alone('lifecycle.abort.loading', async ({ client }) => {
  await unload(client)
  const call = startGenerate(client, endless)
  // Loading takes far longer than this.
  await roundTrip(client)
  call.abort()
  const { end } = await call.ended
  return { first: end, next: await ask(client) }
})

// Unloading under load

check.alone('lifecycle.unload.while-streaming', async ({ client }) => {
  const call = startGenerate(client, long(2500))
  await call.until(begun)
  const { json } = await generate(client, { model, prompt: '', keep_alive: 0 })
  const last = (await call.ended).records.at(-1)
  return {
    done_reason: json.done_reason,
    streams_on: Date.parse(last.created_at) > Date.parse(json.created_at),
    eval_count: last.eval_count,
    stays: await staysLoaded(client),
  }
})

check.alone('lifecycle.error.next-answers', async ({ client }) => {
  const bad = await client.send(
    wrong({
      method: 'POST',
      path: '/api/generate',
      body: { model, prompt: 'abc', stream: true, format: { type: 'nothing' } },
    }),
  )
  return { refused: bad.records.some(({ error }) => error), next: await ask(client) }
})
