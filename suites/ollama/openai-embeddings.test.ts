import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import { askEach, refusal } from '../answers.ts'

const model = models.embedder

/** What is not zero, by its place. */
const sparse = (vector: number[]) =>
  Object.fromEntries([...vector.entries()].filter(([, value]) => value !== 0))

check('openai-embeddings.answer', async ({ post }) => {
  const { contentType, json } = await post('/v1/embeddings', { model, input: 'ab' })
  const { data, ...answer } = json
  const [{ embedding, ...entry }] = data
  return {
    content_type: contentType,
    ...answer,
    entry: { ...entry, length: embedding.length, embedding: sparse(embedding) },
  }
})

check('openai-embeddings.list', async ({ post }) => {
  const { json } = await post('/v1/embeddings', { model, input: ['a', 'bc', 'a'] })
  const vectors = json.data.map(({ embedding }) => JSON.stringify(embedding))
  return {
    index: json.data.map(({ index }) => index),
    same_text_same_vector: vectors[0] === vectors[2] && vectors[0] !== vectors[1],
    prompt_tokens: json.usage.prompt_tokens,
  }
})

check('openai-embeddings.base64', async ({ post }) => {
  const floats = await post('/v1/embeddings', { model, input: 'ab', encoding_format: 'float' })
  const encoded = await post('/v1/embeddings', { model, input: 'ab', encoding_format: 'base64' })
  const bytes = Buffer.from(encoded.json.data[0].embedding, 'base64')
  const decoded = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(4 * index))
  const expected = floats.json.data[0].embedding.map(Math.fround)
  return { floats: decoded.length, same: decoded.every((value, index) => value === expected[index]) }
})

check('openai-embeddings.encoding-format.unknown', async ({ post }) => {
  const answer = await post.wrong('/v1/embeddings', { model, input: 'a', encoding_format: 'int8' })
  return { ...refusal(answer), length: answer.json.data?.[0].embedding.length }
})

check('openai-embeddings.dimensions', ({ post }) =>
  askEach([6, 64, -1], async (dimensions) => {
    const { json } = await post('/v1/embeddings', { model, input: 'a', dimensions })
    return json.data[0].embedding.length
  }),
)

check('openai-embeddings.input.refused', ({ post }) =>
  askEach(
    { absent: undefined, 'empty list': [], number: 1, tokens: [1, 2], 'lists of tokens': [[1], [2]] },
    async (input) => refusal(await post.wrong('/v1/embeddings', { model, input })),
  ),
)

check('openai-embeddings.input.too-long', async ({ post }) => {
  const { status, json } = await post('/v1/embeddings', { model, input: 'x'.repeat(300) })
  return { status, prompt_tokens: json.usage.prompt_tokens }
})

check('openai-embeddings.drops', async ({ post }) => {
  const plain = await post('/v1/embeddings', { model, input: 'ab' })
  const dropped = { user: 1, truncate: 1, keep_alive: [], options: 1 }
  const answer = await post.wrong('/v1/embeddings', { model, input: 'ab', ...dropped })
  return { same: answer.text === plain.text }
})

check('openai-embeddings.without-pooling', async ({ post }) =>
  refusal(await post('/v1/embeddings', { model: models.successor, input: 'a' })),
)

check('openai-embeddings.unknown-model', async ({ post }) =>
  refusal(await post('/v1/embeddings', { model: 'conformance/nobody', input: 'a' })),
)

check('openai-embeddings.order', async ({ post }) => {
  const input = [...'cabcab']
  const { json } = await post('/v1/embeddings', { model, input })
  return json.data.map(({ index, embedding }) => ({
    index,
    says: String.fromCharCode(93 + (embedding as number[]).indexOf(1)),
  }))
})

check('openai-embeddings.truncated-end', async ({ post }) => {
  const { json } = await post('/v1/embeddings', {
    model,
    input: ['a'.repeat(256) + 'b'.repeat(44), 'b'.repeat(44) + 'a'.repeat(256)],
  })
  return json.data.map(({ embedding }) => Object.keys(sparse(embedding as number[])))
})

check('openai-embeddings.limits', ({ post }) =>
  askEach(
    [254, 255, 256, 257],
    async (length) =>
      (await post('/v1/embeddings', { model, input: 'a'.repeat(length) })).json.usage.prompt_tokens,
  ),
)

check('openai-embeddings.dimensions.values', ({ post }) =>
  askEach([4, 5, 6, 32], async (dimensions) => {
    const { json } = await post('/v1/embeddings', { model, input: 'b', dimensions })
    return sparse(json.data[0]?.embedding as number[])
  }),
)

check('openai-embeddings.base64.dimensions', async ({ post }) => {
  const { json } = await post('/v1/embeddings', {
    model,
    input: 'b',
    dimensions: 6,
    encoding_format: 'base64',
  })
  return Buffer.from(json.data[0]?.embedding as string, 'base64').length
})

check('openai-embeddings.name', ({ post }) =>
  askEach(
    [model, `${model}:latest`, model.toUpperCase()],
    async (model) => (await post('/v1/embeddings', { model, input: 'a' })).json.model,
  ),
)

check.each('openai-embeddings.null.*', async ({ post, given }) => {
  const answer = await post.wrong('/v1/embeddings', { model, input: 'ab', ...given })
  return { ...refusal(answer), length: answer.json.data?.[0].embedding.length }
})

check.each('openai-embeddings.type.*', async ({ post, given }) =>
  refusal(await post.wrong('/v1/embeddings', { model, input: 'ab', ...given })),
)

check.each('openai-embeddings.inputs.*', async ({ post, given }) => {
  const answer = await post.wrong('/v1/embeddings', { model, ...given })
  return { ...refusal(answer), vectors: answer.json.data?.length }
})

check.each('openai-embeddings.format.*', async ({ post, given }) => {
  const { json } = await post.wrong('/v1/embeddings', { model, input: 'ab', encoding_format: given })
  return typeof json.data[0]?.embedding
})
