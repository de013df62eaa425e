import { check } from '../../harness/run/check.ts'
import type { BodyOf } from '../../harness/wire/answers.ts'
import type { Route } from '../../schemas/llama-server/types.ts'
import { wrong } from '../ollama/requests.ts'
import { completionRequest } from './requests.ts'

type Body = BodyOf<'POST', '/embedding'>
type OpenaiBody = BodyOf<'POST', '/v1/embeddings', Route>

const embed = (body: Body) => ({ method: 'POST' as const, path: '/embedding' as const, body })
const embedOpenai = (body: OpenaiBody) => ({
  method: 'POST' as const,
  path: '/v1/embeddings' as const,
  body,
})

type Embedding = { index: number; embedding: number[][] }

/** The components that are not 0, by place: `a` is the unit vector of place 4, `b` that of place 5. */
const components = (vector: number[]) =>
  Object.fromEntries(
    vector.flatMap((value, index) => (value === 0 ? [] : [[index, Number(value.toFixed(3))]])),
  )
const vectors = (embeddings: Embedding[]) =>
  embeddings.map(({ index, embedding }) => ({ index, vectors: embedding.map(components) }))

check('llama-server.embedding.native', async ({ client }) => {
  const { json } = await client.send(embed({ input: ['a', 'ab'] }))
  return vectors(json)
})

check('llama-server.embedding.input', async ({ client }) => {
  const tokens = await client.send(embed({ input: [100, 101] }))
  const mixed = await client.send(embed({ input: ['a', [101]] }))
  return { tokens: vectors(tokens.json), mixed: vectors(mixed.json) }
})

check('llama-server.embedding.alias', async ({ client }) => {
  const { json } = await client.send({ ...embed({ content: 'a' }), path: '/embeddings' })
  return vectors(json)
})

check('llama-server.embedding.embd_normalize', async ({ client }) => {
  const observed: Record<string, unknown> = {}
  for (const embd_normalize of [-1, 1, 2]) {
    const { json } = await client.send(embed({ input: 'aab', embd_normalize }))
    observed[embd_normalize] = vectors(json)[0]?.vectors[0]
  }
  return observed
})

check('llama-server.embedding.pooling.none', async ({ client }) => {
  const { json } = await client.send(embed({ input: 'ab' }))
  return vectors(json)
})

check('llama-server.embedding.pooling.none.openai', async ({ client }) => {
  const { status, json } = await client.send(embedOpenai({ input: 'ab' }))
  return { status, type: json.error.type }
})

check('llama-server.embedding.openai', async ({ client }) => {
  const body = { input: ['a', 'ab'], model: 'any', encoding_format: 'float' as const }
  const { json } = await client.send(embedOpenai(body))
  const { data, usage, model } = json
  return {
    model,
    usage,
    data: data.map(({ index, embedding }) => ({ index, vector: components(embedding) })),
  }
})

check('llama-server.embedding.openai.base64', async ({ client }) => {
  const { json } = await client.send(embedOpenai({ input: 'ab', encoding_format: 'base64' }))
  const bytes = Buffer.from(json.data[0].embedding, 'base64')
  const numbers = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(4 * index))
  return { length: numbers.length, vector: components(numbers) }
})

check('llama-server.embedding.openai.content', async ({ client }) => {
  const { json } = await client.send(embedOpenai({ content: 'a' }))
  return vectors(json)
})

check('llama-server.embedding.error.empty', async ({ client }) => {
  const list = await client.send(embed({ input: [] }))
  const text = await client.send(embed({ input: '' }))
  const nothing = await client.send(embed({}))
  return { list: list.status, text: text.status, nothing: nothing.status }
})

check('llama-server.embedding.error.batch', async ({ client }) => {
  const { status, json } = await client.send(embed({ input: 'a'.repeat(600) }))
  return { status, type: json.error.type }
})

check('llama-server.embedding.disabled', async ({ client }) => {
  const { status, json } = await client.send(embed({ input: 'a' }))
  return { status, type: json.error.type }
})

check('llama-server.embedding.format.unknown', async ({ client }) => {
  const { status, json } = await client.send(wrong(embed, { input: 'a', encoding_format: 'hex' }))
  return { status, type: json.error.type }
})

check('llama-server.embedding.completion', async ({ client }) => {
  const { status } = await client.send(completionRequest({ prompt: 'a', n_predict: 1 }))
  return status
})
