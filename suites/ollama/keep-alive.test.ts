import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { BodyOf } from '../../harness/wire/answers.ts'
import type { Client } from '../../harness/wire/client.ts'
import { findLoaded, poll, staysLoaded, unload } from './loaded.ts'
import { completeRequest, generate, generateRequest, wrong } from './requests.ts'

type KeepAlive = BodyOf<'POST', '/api/generate'>['keep_alive']

const model = models.spare
/** What every check begins with: a time that none of them asks for. */
const BEFORE = { model, prompt: '', keep_alive: '2h' }

const YEAR = 365 * 24 * 60

/** How long after an answer its model expires: whole minutes by the server's clock, or `never`. */
function minutesLeft(expires: string, answered: string): number | 'never' {
  const minutes = Math.round((Date.parse(expires) - Date.parse(answered)) / 60_000)
  return minutes > 100 * YEAR ? 'never' : minutes
}

/** What becomes of the loaded model after an answer: minutes until it expires, `never`, or `unloaded`. */
async function left(client: Client, answered: string, before?: number) {
  const ask = async () => {
    const entry = await findLoaded(client)
    return entry ? minutesLeft(entry.expires_at, answered) : 'unloaded'
  }
  // The scheduler hears of the end of a request after the client does, and a model that is going has no time left.
  return poll(ask, (minutes) => minutes !== before && minutes !== 0)
}

async function send(client: Client, keep_alive: KeepAlive) {
  await generate(client, BEFORE)
  return client.send(wrong(generateRequest, { model, prompt: '', keep_alive }))
}

const accepted: Record<string, KeepAlive> = {
  'number.positive': 120,
  'number.zero': 0,
  'number.negative': -1,
  'number.negative-fraction': -0.5,
  'string.minutes': '5m',
  'string.combined': '1h30m',
  'string.negative': '-1s',
}
for (const [form, keep_alive] of Object.entries(accepted)) {
  check.alone(`keep-alive.${form}`, async ({ client }) => {
    const { json } = await send(client, keep_alive)
    return { done_reason: json.done_reason, left: await left(client, json.created_at, 120) }
  })
}

for (const [form, keep_alive] of [
  ['string.zero', '0'],
  ['string.zero-unit', '0s'],
] as const) {
  check.alone(`keep-alive.${form}`, async ({ client }) => {
    const { status, json } = await generate(client, { model, prompt: '', keep_alive })
    return { status, done_reason: json.done_reason }
  })
}

const refused: Record<string, unknown> = {
  'string.no-unit': '10',
  'string.negative-no-unit': '-1',
  'string.empty': '',
  'string.nonsense': 'soon',
  'string.days': '1d',
  boolean: true,
  object: {},
}
for (const [form, keep_alive] of Object.entries(refused)) {
  check.alone(`keep-alive.${form}`, async ({ client }) => {
    const { status, json } = await client.send(wrong(generateRequest, { model, prompt: '', keep_alive }))
    return { status, error: json.error }
  })
}

for (const [form, keep_alive] of [
  ['number.fraction', 0.001],
  ['string.milliseconds', '1ms'],
] as const) {
  check.alone(`keep-alive.${form}`, async ({ client }) => {
    const { json } = await send(client, keep_alive)
    return { done_reason: json.done_reason, stays: await staysLoaded(client) }
  })
}

check.alone('keep-alive.number.overflow', async ({ client }) => {
  const { json } = await send(client, 9223372037)
  return { done_reason: json.done_reason, stays: await staysLoaded(client) }
})

check.alone('keep-alive.absent.new', async ({ client }) => {
  await unload(client)
  const { json } = await generate(client, { model, prompt: '' })
  return { done_reason: json.done_reason, left: await left(client, json.created_at) }
})

for (const [form, fields] of [
  ['absent', {}],
  ['null', { keep_alive: null }],
] as const) {
  check.alone(`keep-alive.${form}.again`, async ({ client }) => {
    await generate(client, BEFORE)
    const { json } = await generate(client, { model, prompt: '', ...fields })
    return { done_reason: json.done_reason, left: await left(client, json.created_at) }
  })
}

check.alone('keep-alive.restarts', async ({ client }) => {
  await unload(client)
  await generate(client, BEFORE)
  const first = await findLoaded(client)
  await generate(client, { model, prompt: 'abc' })
  const second = await poll(
    () => findLoaded(client),
    (entry) => entry?.expires_at !== first?.expires_at,
  )
  return { later: Date.parse(second?.expires_at ?? '') >= Date.parse(first?.expires_at ?? '') }
})

// One after the other: on 0.12.11 a model that loads at the same time pushes the other out.
check.alone('keep-alive.default-setting', async ({ client }) => {
  const { json } = await generate(client, { model, prompt: '' })
  return { left: await left(client, json.created_at) }
})

check.alone('keep-alive.default-setting.overridden', async ({ client }) => {
  const { json } = await generate(client, { model: models.successor, prompt: '', keep_alive: '9m' })
  const entry = await findLoaded(client, models.successor)
  return { left: minutesLeft(entry?.expires_at ?? '', json.created_at) }
})

check.alone('keep-alive.zero.with-prompt', async ({ client }) => {
  await generate(client, BEFORE)
  const { json } = await generate(client, {
    model,
    prompt: 'abc',
    raw: true,
    keep_alive: 0,
    options: { num_predict: 6 },
  })
  return { response: json.response, done_reason: json.done_reason, stays: await staysLoaded(client) }
})

check.alone('keep-alive.unload.answer', async ({ client }) => {
  const { json } = await generate(client, { model, prompt: '', keep_alive: 0 })
  const { created_at: _, ...answer } = json
  return answer
})

check.alone('keep-alive.unload.stream', async ({ client }) => {
  const { contentType, records } = await generate(client, {
    model,
    prompt: '',
    keep_alive: 0,
    stream: true,
  })
  return { content_type: contentType, done: records.map(({ done_reason }) => done_reason) }
})

check.alone('keep-alive.unload.not-loaded', async ({ client }) => {
  await unload(client)
  const { status, json } = await generate(client, { model, prompt: '', keep_alive: 0 })
  return { status, done_reason: json.done_reason, loaded: (await findLoaded(client)) !== undefined }
})

check.alone('keep-alive.unload.before-options', async ({ client }) => {
  const bad = { model, options: { num_ctx: 'many' }, suffix: 'x', keep_alive: 0 }
  const without = await client.send(wrong(generateRequest, { ...bad, prompt: '' }))
  const withPrompt = await client.send(wrong(generateRequest, { ...bad, prompt: 'abc' }))
  return {
    empty_prompt: { status: without.status, done_reason: without.json.done_reason },
    prompt: { status: withPrompt.status },
  }
})

check('keep-alive.unload.unknown-model', async ({ client }) => {
  const { status, json } = await generate(client, { model: 'conformance/nothing', prompt: '', keep_alive: 0 })
  return { status, error: json.error }
})

check.alone('keep-alive.legacy.ignored', async ({ client }) => {
  await generate(client, BEFORE)
  await client.send(wrong(completeRequest, { model, prompt: 'abc', keep_alive: 0 }))
  const { json } = await generate(client, { model, prompt: '' })
  return { left: await left(client, json.created_at) }
})
