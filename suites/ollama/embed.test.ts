import { type InstrumentName, instrumentFile } from '../../fixtures/instruments/instruments.ts'
import { models, PARAMETERS } from '../../fixtures/instruments/models.ts'
import { nomicBert } from '../../fixtures/instruments/nomic-bert.ts'
import { check, type Tools } from '../../harness/run/check.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import { askEach, outcome } from '../answers.ts'
import { findLoaded, unload, withModel } from './loaded.ts'
import { stored } from './making.ts'

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

check('embed.truncate.end', async ({ post }) => {
  const { json } = await post('/api/embed', {
    model,
    input: ['a'.repeat(256) + 'b'.repeat(44), 'b'.repeat(44) + 'a'.repeat(256)],
  })
  return json.embeddings.map((vector) => Object.keys(places(vector)))
})

/** The longest input that is taken whole, of those around the size of the window. */
check('embed.truncate.limit', ({ post }) =>
  askEach([253, 254, 255, 256, 257], async (length) => {
    const answer = await post('/api/embed', { model, input: 'a'.repeat(length), truncate: false })
    return answer.status === 200 ? answer.json.prompt_eval_count : outcome(answer)
  }),
)

check('embed.truncate.count', ({ post }) =>
  askEach([253, 254, 255, 256, 257], async (length) => {
    const { json } = await post('/api/embed', { model, input: 'b' + 'a'.repeat(length - 1) })
    return json.prompt_eval_count
  }),
)

check('embed.truncate.list', async ({ post }) => {
  const input = ['b', LONG, 'c']
  const whole = await post('/api/embed', { model, input, truncate: false })
  const { json } = await post('/api/embed', { model, input })
  return { refused: outcome(whole), vectors: json.embeddings.map((vector) => Object.keys(places(vector))) }
})

check('embed.order', async ({ post }) => {
  const input = [...'gabcdefabcdefg']
  const { json } = await post('/api/embed', { model, input })
  return (
    json.embeddings
      .map((vector) => String.fromCharCode(93 + Number(Object.keys(places(vector))[0])))
      .join('') === input.join('')
  )
})

check('embed.count', async ({ post }) => {
  const ask = async (input: string | string[]) =>
    (await post('/api/embed', { model, input })).json.prompt_eval_count
  return {
    one: await ask('abc'),
    two: await ask(['abc', 'abc']),
    three: await ask(['a', 'bc', 'def']),
    multi_byte: await ask('é€'),
  }
})

check('embed.dimensions.values', ({ post }) =>
  askEach([4, 5, 6, 31, 32], async (dimensions) => {
    const [vector] = (await post('/api/embed', { model, input: 'aab', dimensions })).json.embeddings
    return { numbers: vector.length, vector: places(vector) }
  }),
)

check('embed.durations', async ({ post }) => {
  const { json } = await post('/api/embed', { model, input: ['a', 'b'] })
  return {
    load_within_total: json.load_duration <= json.total_duration,
    finer_than_microseconds: json.total_duration > 1000,
  }
})

check('embed.name', ({ post }) =>
  askEach(
    [model, `${model}:latest`, `registry.ollama.ai/${model}:latest`, model.toUpperCase()],
    async (model) => (await post('/api/embed', { model, input: 'a' })).json.model,
  ),
)

check.each('embed.null.*', async ({ post, given }) => {
  const answer = await post.wrong('/api/embed', { model, input: 'ab', ...given })
  const absent = await post('/api/embed', { model, input: 'ab' })
  return {
    status: answer.status,
    as_absent: JSON.stringify(answer.json.embeddings) === JSON.stringify(absent.json.embeddings),
  }
})

check.each('embed.type.*', async ({ post, given }) =>
  outcome(await post.wrong('/api/embed', { model, input: 'a', ...given })),
)

check('embed.unknown-field', async ({ post }) =>
  lengthOrError(
    await post.wrong('/api/embed', { model, input: 'a', prompt: 'b', stream: true, colour: 'red' }),
  ),
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

check('embed.legacy.length', async ({ post }) => {
  const { json } = await post('/api/embeddings', { model, prompt: 'aab' })
  return { vector: places(json.embedding), length: Number(Math.hypot(...json.embedding).toFixed(4)) }
})

check.alone('embed.legacy.nomic-bert', async ({ client, post }) => {
  const digest = await stored(post, nomicBert())
  const model = 'conformance/embed-nomic-own'
  const made = { model, files: { 'a.gguf': digest }, parameters: { num_thread: 1 } }
  return withModel(client, made, async () => {
    const { embedding } = (await post('/api/embeddings', { model, prompt: 'ab' })).json
    const { embeddings } = (await post('/api/embed', { model, input: 'ab' })).json
    await unload(client, model)
    const length = (vector: number[]) => Number(Math.hypot(...vector).toFixed(3))
    return { legacy: length(embedding), embed: length(embeddings[0]) }
  })
})

check('embed.legacy.limit', ({ post }) =>
  askEach([255, 256, 257], async (length) =>
    lengthOrError(await post('/api/embeddings', { model, prompt: 'a'.repeat(length) })),
  ),
)

check('embed.legacy.drops', async ({ post }) => {
  const body = { model, prompt: 'ab', dimensions: 5, truncate: false, input: 'c' }
  const { status, json } = await post.wrong('/api/embeddings', body)
  return { status, numbers: json.embedding.length }
})

check.each('embed.legacy.null.*', async ({ post, given }) => {
  const answer = await post.wrong('/api/embeddings', { model, prompt: 'ab', ...given })
  return { ...outcome(answer), numbers: answer.json.embedding?.length }
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

// What the server puts around a text, and how long it may be

/** Makes a model for embeddings of a file that no other model has. */
const embedding = <Result>(
  { client, post }: Tools,
  name: InstrumentName,
  use: (model: string) => Promise<Result>,
) => {
  const { bytes, digest } = instrumentFile(name)
  const model = `conformance/embed-${name}`
  return post(`/api/blobs/${digest}`, bytes).then(() =>
    withModel(client, { model, files: { 'model.gguf': digest }, parameters: PARAMETERS }, () => use(model)),
  )
}

check.alone('embed.bos', (tools) =>
  embedding(tools, 'beginner', async (model) => {
    const { json } = await tools.post('/api/embed', { model, input: ['a', 'ab'] })
    return { vectors: json.embeddings.map(places), prompt_eval_count: json.prompt_eval_count }
  }),
)

check.alone('embed.bos.limit', (tools) =>
  embedding(tools, 'beginner', (model) =>
    askEach([253, 254, 255, 256], async (length) => {
      const input = 'a'.repeat(length)
      const whole = await tools.post('/api/embed', { model, input, truncate: false })
      const cut = await tools.post('/api/embed', { model, input })
      return {
        whole: whole.status === 200 ? whole.json.prompt_eval_count : outcome(whole),
        cut: cut.json.prompt_eval_count ?? outcome(cut),
      }
    }),
  ),
)

check.alone('embed.bos.legacy', (tools) =>
  embedding(tools, 'beginner', async (model) =>
    places((await tools.post('/api/embeddings', { model, prompt: 'a' })).json.embedding),
  ),
)

/** The vector, or what went wrong. */
const vectorOrError = (exchange: Exchange) => {
  const { embeddings, embedding, data } = exchange.json
  const vector = embeddings?.[0] ?? embedding ?? data?.[0]?.embedding
  return vector ? { status: exchange.status, vector: places(vector) } : outcome(exchange)
}

check.alone('embed.infinite', (tools) =>
  embedding(tools, 'infinite', async (model) => ({
    embed: vectorOrError(await tools.post('/api/embed', { model, input: 'a' })),
    embeddings: vectorOrError(await tools.post('/api/embeddings', { model, prompt: 'a' })),
    openai: vectorOrError(await tools.post('/v1/embeddings', { model, input: 'a' })),
  })),
)

check.alone.each('embed.window.*', async ({ post, given: { length, ...more } }) => {
  const body = { model, input: 'a'.repeat(length), ...more }
  const cut = await post('/api/embed', body)
  const whole = await post('/api/embed', { ...body, truncate: false })
  return {
    cut: cut.status === 200 ? cut.json.prompt_eval_count : outcome(cut),
    whole: whole.status === 200 ? whole.json.prompt_eval_count : outcome(whole),
  }
})

check('embed.dimensions.each', async ({ post }) => {
  const body = { model, input: ['ab', 'aab', 'b', 'ba'], dimensions: 5 }
  const native = (await post('/api/embed', body)).json.embeddings
  const openai = (await post('/v1/embeddings', body)).json.data
  return { embed: native.map(places), openai: openai.map(({ embedding }) => places(embedding as number[])) }
})

check.alone.each('embed.options.*', async ({ client, post, given: path }) => {
  await unload(client, model)
  const text = path === '/api/embeddings' ? { prompt: 'a' } : { input: 'a' }
  await post.wrong(path, { model, ...text, options: { num_ctx: 128, num_thread: 1 } })
  const { context_length } = (await findLoaded(client, model)) ?? {}
  await unload(client, model)
  return context_length
})
