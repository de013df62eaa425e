import { check } from '../../harness/run/check.ts'
import { askEach } from '../answers.ts'
import { errorType } from './requests.ts'

/** The components that are not 0, by place: `a` is the unit vector of place 4, `b` that of place 5. */
const components = (vector: number[]) =>
  Object.fromEntries(
    vector.flatMap((value, index) => (value === 0 ? [] : [[index, Number(value.toFixed(3))]])),
  )

const vectors = (embeddings: { index: number; embedding: number[][] }[]) =>
  embeddings.map(({ index, embedding }) => ({ index, vectors: embedding.map(components) }))

check('llama-server.embedding.native', async ({ post }) =>
  vectors((await post('/embedding', { input: ['a', 'ab'] })).json),
)

check('llama-server.embedding.input', async ({ post }) => ({
  tokens: vectors((await post('/embedding', { input: [100, 101] })).json),
  mixed: vectors((await post('/embedding', { input: ['a', [101]] })).json),
}))

check('llama-server.embedding.alias', async ({ post }) =>
  vectors((await post('/embeddings', { content: 'a' })).json),
)

check('llama-server.embedding.embd_normalize', ({ post }) =>
  askEach([-1, 1, 2], async (embd_normalize) => {
    const { json } = await post('/embedding', { input: 'aab', embd_normalize })
    return components(json[0].embedding[0] ?? [])
  }),
)

check('llama-server.embedding.pooling.none', async ({ post }) =>
  vectors((await post('/embedding', { input: 'ab' })).json),
)

check('llama-server.embedding.pooling.none.openai', async ({ post }) =>
  errorType(await post('/v1/embeddings', { input: 'ab' })),
)

check('llama-server.embedding.openai', async ({ post }) => {
  const body = { input: ['a', 'ab'], model: 'any', encoding_format: 'float' as const }
  const { data, usage, model } = (await post('/v1/embeddings', body)).json
  return {
    model,
    usage,
    data: data.map(({ index, embedding }) => ({ index, vector: components(embedding) })),
  }
})

check('llama-server.embedding.openai.base64', async ({ post }) => {
  const { json } = await post('/v1/embeddings', { input: 'ab', encoding_format: 'base64' })
  const bytes = Buffer.from(json.data[0].embedding, 'base64')
  const numbers = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(4 * index))
  return { length: numbers.length, vector: components(numbers) }
})

check('llama-server.embedding.openai.content', async ({ post }) =>
  vectors((await post('/v1/embeddings', { content: 'a' })).json),
)

check('llama-server.embedding.completion', async ({ post }) => {
  const { status } = await post('/completion', { prompt: 'a', temperature: 0, n_predict: 1 })
  return status
})

// What is refused

check('llama-server.embedding.error.empty', ({ post, given }) =>
  askEach(given, async (body: object) => (await post('/embedding', body)).status),
)

check('llama-server.embedding.error.batch', async ({ post }) =>
  errorType(await post('/embedding', { input: 'a'.repeat(600) })),
)

check('llama-server.embedding.disabled', async ({ post }) =>
  errorType(await post('/embedding', { input: 'a' })),
)

check('llama-server.embedding.format.unknown', async ({ post }) =>
  errorType(await post.wrong('/embedding', { input: 'a', encoding_format: 'hex' })),
)
