import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { BodyOf } from '../../harness/wire/answers.ts'
import type { Client } from '../../harness/wire/client.ts'
import type { Route } from '../../schemas/ollama/types.ts'
import { wrong } from './requests.ts'

type Fields = Record<string, unknown>
type Body = BodyOf<'POST', '/v1/embeddings', Route>

const embedRequest = (body: Partial<Body>) => ({
  method: 'POST' as const,
  path: '/v1/embeddings' as const,
  body: { model: models.embedder, ...body },
})

const embed = (client: Client, body: Partial<Body>) => client.send(embedRequest(body))

type Answer = Awaited<ReturnType<typeof embed>>

const refusal = ({ status, json }: Answer) => ({
  status,
  message: json.error?.message,
  type: json.error?.type,
})

/** What is not zero, by its place. */
const sparse = (vector: number[]) =>
  Object.fromEntries([...vector.entries()].filter(([, value]) => value !== 0))

check('openai-embeddings.answer', async ({ client }) => {
  const { contentType, json } = await embed(client, { input: 'ab' })
  const [{ embedding, ...rest }] = json.data
  const { data: _, ...answer } = json
  return {
    contentType,
    ...answer,
    entry: { ...rest, length: embedding.length, embedding: sparse(embedding) },
  }
})

check('openai-embeddings.list', async ({ client }) => {
  const { json } = await embed(client, { input: ['a', 'bc', 'a'] })
  const vectors = json.data.map(({ embedding }) => JSON.stringify(embedding))
  return {
    index: json.data.map(({ index }) => index),
    same_text_same_vector: vectors[0] === vectors[2] && vectors[0] !== vectors[1],
    prompt_tokens: json.usage.prompt_tokens,
  }
})

check('openai-embeddings.base64', async ({ client }) => {
  const floats = await embed(client, { input: 'ab', encoding_format: 'float' })
  const encoded = await embed(client, { input: 'ab', encoding_format: 'base64' })
  const bytes = Buffer.from(encoded.json.data[0].embedding, 'base64')
  const decoded = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(4 * index))
  const expected = floats.json.data[0].embedding.map(Math.fround)
  return { floats: decoded.length, same: decoded.every((value, index) => value === expected[index]) }
})

check('openai-embeddings.encoding-format.unknown', async ({ client }) => {
  const answer = await client.send(wrong(embedRequest, { input: 'a', encoding_format: 'int8' }))
  return { ...refusal(answer), length: answer.json.data?.[0].embedding.length }
})

check('openai-embeddings.dimensions', async ({ client }) => {
  const lengths: Fields = {}
  for (const dimensions of [6, 64, -1]) {
    const { json } = await embed(client, { input: 'a', dimensions })
    lengths[dimensions] = json.data[0].embedding.length
  }
  return lengths
})

check('openai-embeddings.input.refused', async ({ client }) => {
  const answers: Fields = {}
  for (const [name, input] of Object.entries({
    absent: undefined,
    'empty list': [],
    number: 1,
    tokens: [1, 2],
    'lists of tokens': [[1], [2]],
  })) {
    answers[name] = refusal(await client.send(wrong(embedRequest, { input })))
  }
  return answers
})

check('openai-embeddings.input.too-long', async ({ client }) => {
  const { status, json } = await embed(client, { input: 'x'.repeat(300) })
  return { status, prompt_tokens: json.usage.prompt_tokens }
})

check('openai-embeddings.drops', async ({ client }) => {
  const plain = await embed(client, { input: 'ab' })
  const dropped = { user: 1, truncate: 1, keep_alive: [], options: 1 }
  const answer = await client.send(wrong(embedRequest, { input: 'ab', ...dropped }))
  return { same: answer.text === plain.text }
})

check('openai-embeddings.without-pooling', async ({ client }) => {
  const answer = await embed(client, { model: models.successor, input: 'a' })
  return answer.status === 200 ? { status: 200 } : refusal(answer)
})

check('openai-embeddings.unknown-model', async ({ client }) =>
  refusal(await embed(client, { model: 'conformance/nobody', input: 'a' })),
)
