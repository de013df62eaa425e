import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import { askEach, outcome } from '../answers.ts'

const model = models.embedder
const LONG = 'x'.repeat(257)

/** The numbers of a vector that are not zero, by their place; rounded, for they are 32-bit floats. */
const places = (vector: number[]) =>
  Object.fromEntries(
    vector.flatMap((number, place) => (number === 0 ? [] : [[place, Number(number.toFixed(4))]])),
  )

/** How either endpoint ended, and how many numbers its first vector has. */
const lengthOrError = (exchange: Exchange) => {
  const { embeddings, embedding } = exchange.json
  return { ...outcome(exchange), numbers: (embeddings?.[0] ?? embedding)?.length }
}

check('embed.vectors', async ({ post }) => {
  const { json } = await post('/api/embed', { model, input: ['a', 'b', 'ab', 'aab'] })
  return json.embeddings.map(places)
})

check('embed.normalised', async ({ post }) => {
  const { json } = await post('/api/embed', { model, input: 'aab' })
  return Number(Math.hypot(...json.embeddings[0]).toFixed(4))
})

check('embed.answer', async ({ post }) => {
  const { json } = await post('/api/embed', { model, input: ['ab', 'c'] })
  return { keys: Object.keys(json), model: json.model, prompt_eval_count: json.prompt_eval_count }
})

// The input

check('embed.input', async ({ post }) => {
  const text = (await post('/api/embed', { model, input: 'a' })).json.embeddings
  const list = (await post('/api/embed', { model, input: ['a'] })).json.embeddings
  return { text: text.length, same_as_list: JSON.stringify(text) === JSON.stringify(list) }
})

check('embed.input.empty', ({ post }) =>
  askEach(
    { 'empty text': '', 'empty list': [], null: null, absent: undefined },
    async (input) => (await post('/api/embed', { model, input })).text,
  ),
)

check('embed.input.empty-text', async ({ post }) => {
  const { status, json } = await post('/api/embed', { model, input: [''] })
  return { status, error: json.error }
})

check('embed.input.types', ({ post }) =>
  askEach({ number: 5, object: {}, tokens: [97], mixed: ['a', 5] }, async (input) =>
    outcome(await post.wrong('/api/embed', { model, input })),
  ),
)

// Other fields

check('embed.keep_alive', async ({ post }) =>
  lengthOrError(await post('/api/embed', { model, input: 'a', keep_alive: 300, options: { num_thread: 1 } })),
)

check('embed.dimensions', async ({ post }) => {
  const [vector] = (await post('/api/embed', { model, input: 'ba', dimensions: 5 })).json.embeddings
  return { numbers: vector.length, vector: places(vector) }
})

check('embed.dimensions.none', ({ post }) =>
  askEach([0, -1, 33], async (dimensions) =>
    lengthOrError(await post('/api/embed', { model, input: 'ba', dimensions })),
  ),
)

check('embed.truncate', ({ post }) =>
  askEach({ true: true, false: false }, async (truncate) => {
    const answer = await post('/api/embed', { model, input: LONG, truncate })
    return { ...outcome(answer), prompt_eval_count: answer.json.prompt_eval_count }
  }),
)

check('embed.truncate.default', async ({ post }) =>
  lengthOrError(await post('/api/embed', { model, input: LONG })),
)

// Errors

check('embed.other-model', async ({ post }) =>
  lengthOrError(await post('/api/embed', { model: models.successor, input: 'a' })),
)

check('embed.errors.model', ({ post }) =>
  askEach(
    {
      unknown: 'conformance/nobody',
      absent: undefined,
      invalid: 'bad name!',
      cloud: `${model}:cloud`,
      upper_case: model.toUpperCase(),
    },
    async (model) => lengthOrError(await post.wrong('/api/embed', { model, input: 'a' })),
  ),
)

check('embed.errors.body', ({ post }) =>
  askEach(['/api/embed', '/api/embeddings'], async (path) => ({
    absent: outcome(await post.wrong(path)),
    broken: outcome(await post.wrong(path, '{bad')),
  })),
)

// The older endpoint

check('embed.legacy.vector', async ({ post }) => {
  const { json } = await post('/api/embeddings', { model, prompt: 'ab', keep_alive: '5m', options: {} })
  return { keys: Object.keys(json), vector: places(json.embedding) }
})

check('embed.legacy.digits', async ({ post }) => {
  const firstNumber = (text: string) => text.match(/0?\.\d+|1\b/)?.[0]
  return {
    embed: firstNumber((await post('/api/embed', { model, input: 'ab' })).text),
    embeddings: firstNumber((await post('/api/embeddings', { model, prompt: 'ab' })).text),
  }
})

check('embed.legacy.empty', async ({ post }) => ({
  empty: (await post('/api/embeddings', { model, prompt: '' })).json,
  absent: (await post('/api/embeddings', { model })).json,
  input: (await post.wrong('/api/embeddings', { model, input: 'a' })).json,
}))

check('embed.legacy.long', async ({ post }) =>
  lengthOrError(await post('/api/embeddings', { model, prompt: LONG })),
)

check('embed.legacy.other-model', async ({ post }) =>
  lengthOrError(await post('/api/embeddings', { model: models.successor, prompt: 'a' })),
)

check('embed.legacy.errors', ({ post }) =>
  askEach(
    {
      prompt: { model, prompt: ['a'] },
      unknown: { model: 'conformance/nobody', prompt: 'a' },
      absent: { prompt: 'a' },
      invalid: { model: 'bad name!', prompt: 'a' },
      upper_case: { model: model.toUpperCase(), prompt: 'a' },
    },
    async (body) => outcome(await post.wrong('/api/embeddings', body)),
  ),
)
