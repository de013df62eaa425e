import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { BodyOf } from '../../harness/wire/answers.ts'
import type { Client } from '../../harness/wire/client.ts'
import { wrong } from './requests.ts'

type Fields = Record<string, unknown>
type Body = BodyOf<'POST', '/api/embed'>
type LegacyBody = BodyOf<'POST', '/api/embeddings'>

const { keys } = Object
const model = models.embedder

/** `POST /api/embed` to the model for embeddings unless the body names another. */
const embedRequest = (body: Partial<Body>) => ({
  method: 'POST' as const,
  path: '/api/embed' as const,
  body: { model, ...body },
})
const embed = (client: Client, body: Partial<Body>) => client.send(embedRequest(body))

/** `POST /api/embeddings` to the model for embeddings unless the body names another. */
const legacyRequest = (body: Partial<LegacyBody>) => ({
  method: 'POST' as const,
  path: '/api/embeddings' as const,
  body: { model, ...body },
})
const embedLegacy = (client: Client, body: Partial<LegacyBody>) => client.send(legacyRequest(body))

/** The numbers of a vector that are not zero, by their place; rounded, for they are 32-bit floats. */
const places = (vector: number[]) =>
  Object.fromEntries(
    vector.flatMap((number, place) => (number === 0 ? [] : [[place, Number(number.toFixed(4))]])),
  )

/** Of either endpoint. */
type Answer = {
  status: number | undefined
  json: { embeddings?: number[][]; embedding?: number[]; error: unknown }
}

/** Status and length of the first vector, or what went wrong. */
const outcome = ({ status, json }: Answer) =>
  status === 200
    ? `200, ${(json.embeddings?.[0] ?? json.embedding ?? []).length} numbers`
    : `${status} ${typeof json.error === 'string' ? json.error : JSON.stringify(json.error)}`

check('embed.vectors', async ({ client }) => {
  const { json } = await embed(client, { input: ['a', 'b', 'ab', 'aab'] })
  return json.embeddings.map(places)
})

check('embed.normalised', async ({ client }) => {
  const { json } = await embed(client, { input: 'aab' })
  return Number(Math.hypot(...json.embeddings[0]).toFixed(4))
})

check('embed.answer', async ({ client }) => {
  const { json } = await embed(client, { input: ['ab', 'c'] })
  return { keys: keys(json), model: json.model, prompt_eval_count: json.prompt_eval_count }
})

check('embed.input', async ({ client }) => {
  const text = (await embed(client, { input: 'a' })).json.embeddings
  const list = (await embed(client, { input: ['a'] })).json.embeddings
  return { text: text.length, same_as_list: JSON.stringify(text) === JSON.stringify(list) }
})

check('embed.input.empty', async ({ client }) => {
  const answers = new Set<string>()
  for (const input of ['', [], null, undefined]) answers.add((await embed(client, { input })).text)
  return [...answers]
})

check('embed.input.empty-text', async ({ client }) => outcome(await embed(client, { input: [''] })))

check('embed.input.types', async ({ client }) => {
  const answers: Fields = {}
  for (const [name, input] of Object.entries({ number: 5, object: {}, tokens: [97], mixed: ['a', 5] })) {
    answers[name] = outcome(await client.send(wrong(embedRequest, { input })))
  }
  return answers
})

check('embed.keep_alive', async ({ client }) =>
  outcome(await embed(client, { input: 'a', keep_alive: 300, options: { num_thread: 1 } })),
)

const cut = (client: Client, dimensions: number) =>
  client.send(wrong(embedRequest, { input: 'ba', dimensions }, { before: '0.11.11' }))

check('embed.dimensions', async ({ client }) => {
  const [vector] = (await cut(client, 5)).json.embeddings
  return { numbers: vector.length, vector: places(vector) }
})

check('embed.dimensions.none', async ({ client }) => {
  const answers: Fields = {}
  for (const dimensions of [0, -1, 33]) answers[dimensions] = outcome(await cut(client, dimensions))
  return answers
})

const LONG = 'x'.repeat(257)

check('embed.truncate', async ({ client }) => {
  const shortened = await embed(client, { input: LONG, truncate: true })
  return {
    prompt_eval_count: shortened.json.prompt_eval_count,
    false: outcome(await embed(client, { input: LONG, truncate: false })),
  }
})

check('embed.truncate.default', async ({ client }) => outcome(await embed(client, { input: LONG })))

check('embed.other-model', async ({ client }) =>
  outcome(await embed(client, { model: models.successor, input: 'a' })),
)

check('embed.errors.model', async ({ client }) => {
  const ask = async (model: unknown) => outcome(await client.send(wrong(embedRequest, { model, input: 'a' })))
  return {
    unknown: await ask('conformance/nobody'),
    absent: await ask(undefined),
    invalid: await ask('bad name!'),
    cloud: await ask(`${models.embedder}:cloud`),
    upper_case: await ask(models.embedder.toUpperCase()),
  }
})

check('embed.errors.body', async ({ client }) => {
  const both = []
  for (const path of ['/api/embed', '/api/embeddings'] as const) {
    const ask = async (body: string | undefined) => {
      const { status, json } = await client.send(wrong({ method: 'POST', path, body }))
      return `${status} ${json.error}`
    }
    both.push({ absent: await ask(undefined), broken: await ask('{bad') })
  }
  return both
})

// The older endpoint

check('embed.legacy.vector', async ({ client }) => {
  const { json } = await embedLegacy(client, { prompt: 'ab', keep_alive: '5m', options: {} })
  return { keys: keys(json), vector: places(json.embedding) }
})

check('embed.legacy.digits', async ({ client }) => {
  const first = (text: string) => text.match(/0?\.\d+|1\b/)?.[0]
  return {
    embed: first((await embed(client, { input: 'ab' })).text),
    embeddings: first((await embedLegacy(client, { prompt: 'ab' })).text),
  }
})

check('embed.legacy.empty', async ({ client }) => {
  const empty = await embedLegacy(client, { prompt: '' })
  const absent = await embedLegacy(client, {})
  const input = await client.send(wrong(legacyRequest, { input: 'a' }))
  return { empty: empty.json, absent: absent.json, input: input.json }
})

check('embed.legacy.long', async ({ client }) => outcome(await embedLegacy(client, { prompt: LONG })))

check('embed.legacy.other-model', async ({ client }) =>
  outcome(await embedLegacy(client, { model: models.successor, prompt: 'a' })),
)

check('embed.legacy.errors', async ({ client }) => {
  const ask = async (body: Fields) => outcome(await client.send(wrong(legacyRequest, body)))
  return {
    prompt: await ask({ prompt: ['a'] }),
    unknown: await ask({ model: 'conformance/nobody', prompt: 'a' }),
    absent: await ask({ model: undefined, prompt: 'a' }),
    invalid: await ask({ model: 'bad name!', prompt: 'a' }),
    upper_case: await ask({ model: models.embedder.toUpperCase(), prompt: 'a' }),
  }
})
