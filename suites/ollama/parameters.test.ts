import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import type { Verbs } from '../../harness/wire/verbs.ts'
import { askEach, outcome } from '../answers.ts'

/** How each endpoint is asked for a text: where options stand, and what the limit of tokens is called. */
const ENDPOINTS = {
  generate: {
    path: '/api/generate',
    limit: 'num_predict',
    body: (text: string, options: object) => ({ prompt: text, stream: false, options }),
    said: ({ json }: Exchange) => json.response,
  },
  chat: {
    path: '/api/chat',
    limit: 'num_predict',
    body: (text: string, options: object) => ({ ...conversation(text), stream: false, options }),
    said: ({ json }: Exchange) => json.message.content,
  },
  completions: {
    path: '/v1/completions',
    limit: 'max_tokens',
    body: (text: string, options: object) => ({ prompt: text, ...options }),
    said: ({ json }: Exchange) => json.choices[0].text,
  },
  'openai-chat': {
    path: '/v1/chat/completions',
    limit: 'max_tokens',
    body: (text: string, options: object) => ({ ...conversation(text), ...options }),
    said: ({ json }: Exchange) => json.choices[0].message.content,
  },
  responses: {
    path: '/v1/responses',
    limit: 'max_output_tokens',
    body: (text: string, options: object) => ({ input: text, ...options }),
    said: ({ json }: Exchange) => json.output.at(-1).content[0].text,
  },
  messages: {
    path: '/v1/messages',
    limit: 'max_tokens',
    body: (text: string, options: object) => ({ ...conversation(text), max_tokens: 8, ...options }),
    said: ({ json }: Exchange) => json.content?.[0]?.text ?? '',
  },
} as const

type Endpoint = keyof typeof ENDPOINTS

const conversation = (content: string) => ({ messages: [{ role: 'user', content }] })

/** What a model says at an endpoint with some options, or how that was refused. */
async function say(post: Verbs['post'], endpoint: Endpoint, model: string, text: string, options: object) {
  const { path, body, said } = ENDPOINTS[endpoint]
  const answer = await post.wrong(path as string, { model, ...body(text, options) })
  return answer.status === 200 ? String(said(answer)) : outcome(answer)
}

const GREEDY = 'aaaaaaaa'

/** Each parameter with an effect: of which model, with what beside it, and what it then says. */
const EFFECTS: Record<
  string,
  { model?: string; text?: string; beside?: object; value: unknown; shows: RegExp }
> = {
  // Of four letters the likeliest alone is left.
  temperature: { value: 0, shows: /^a{8}$/ },
  top_k: { value: 1, beside: { temperature: 1 }, shows: /^a{8}$/ },
  top_p: { value: 0.1, beside: { temperature: 1 }, shows: /^a{8}$/ },
  min_p: { value: 0.9, beside: { temperature: 1 }, shows: /^a{8}$/ },
  // The letter whose surprise is the most usual.
  typical_p: { value: 0.01, beside: { temperature: 1 }, shows: /^b{8}$/ },
  // Another letter than the likeliest comes as well.
  repeat_penalty: { value: 5, beside: { temperature: 0 }, shows: /[^a]/ },
  presence_penalty: { value: 2, beside: { temperature: 0 }, shows: /[^a]/ },
  frequency_penalty: { value: 2, beside: { temperature: 0 }, shows: /[^a]/ },
  stop: { model: models.caller, text: '2', value: ['END'], shows: /^hello world $/ },
  stop_sequences: { model: models.caller, text: '2', value: ['END'], shows: /^hello world $/ },
  num_predict: { model: models.caller, text: '2', value: 1, shows: /^hello $/ },
  max_tokens: { model: models.caller, text: '2', value: 1, shows: /^hello $/ },
  max_completion_tokens: { model: models.caller, text: '2', value: 1, shows: /^hello $/ },
  max_output_tokens: { model: models.caller, text: '2', value: 1, shows: /^hello $/ },
}

check.each('parameters.*.effect.*', async ({ post, given }) => {
  const {
    model = models.seeded,
    text = 'x',
    beside,
    value,
    shows,
  } = EFFECTS[given.parameter] as (typeof EFFECTS)[string]
  const endpoint = given.endpoint as Endpoint
  const limit = model === models.seeded ? { [ENDPOINTS[endpoint].limit]: 8 } : {}
  const said = await say(post, endpoint, model, text, { ...limit, ...beside, [given.parameter]: value })
  return typeof said === 'string' ? (shows.test(said) ? 'honoured' : 'dropped') : said
})

check.each('parameters.*.seed', async ({ post, given }) => {
  const endpoint = given.endpoint as Endpoint
  // Its own seed would make it say the same each time.
  const asked = { [ENDPOINTS[endpoint].limit]: 24, temperature: 1 }
  const [once, again] = [await seeded(7), await seeded(7)]
  const other = await seeded(8)
  return { same: once === again, other: once !== other }
  function seeded(seed: number) {
    return say(post, endpoint, models.distribution, 'x', { ...asked, seed })
  }
})

// Whether a model's own temperature of 0 holds where the request has none.
check.each('parameters.*.model-temperature', async ({ post, given }) => {
  const endpoint = given.endpoint as Endpoint
  const said = await say(post, endpoint, models.seeded, 'x', { [ENDPOINTS[endpoint].limit]: 8 })
  return said === GREEDY ? 'holds' : 'overridden'
})

// What has no effect to be seen: whether a value of another type is refused.
check.each('parameters.*.typed', ({ post, given }) =>
  askEach(given.parameters, async (parameter: string) => {
    const endpoint = given.endpoint as Endpoint
    const options = { [ENDPOINTS[endpoint].limit]: 1, [parameter]: {} }
    const said = await say(post, endpoint, models.caller, '2', options)
    return typeof said === 'string' ? 'dropped' : 'read'
  }),
)

check.each('parameters.*.options-object', async ({ post, given }) => {
  const endpoint = given.endpoint as Endpoint
  const said = await say(post, endpoint, models.caller, '2', { options: { num_predict: 1 } })
  return said === 'hello ' ? 'honoured' : 'dropped'
})

// What is published of an API and read by nobody: all of it at once, of a type that none of it has.
check.each('parameters.*.published', async ({ post, given }) => {
  const endpoint = given.endpoint as Endpoint
  const nonsense = Object.fromEntries(given.parameters.map((parameter: string) => [parameter, [[1]]]))
  const options = { [ENDPOINTS[endpoint].limit]: 1 }
  const [without, said] = [
    await say(post, endpoint, models.caller, '2', options),
    await say(post, endpoint, models.caller, '2', { ...options, ...nonsense }),
  ]
  return said === without ? 'dropped' : said
})

// Embeddings

const EMBEDDING: Record<string, { path: string; body: (options: object) => object }> = {
  embed: { path: '/api/embed', body: (options) => ({ input: 'a', options }) },
  embeddings: { path: '/api/embeddings', body: (options) => ({ prompt: 'a', options }) },
  'openai-embeddings': { path: '/v1/embeddings', body: (options) => ({ input: 'a', ...options }) },
}

check.each('parameters.*.embedding', ({ post, given }) =>
  askEach(given.parameters, async (parameter: string) => {
    const { path, body } = EMBEDDING[given.endpoint] as (typeof EMBEDDING)[string]
    const { status } = await post.wrong(path, { model: models.embedder, ...body({ [parameter]: {} }) })
    return status === 200 ? 'dropped' : 'read'
  }),
)
