import { isDeepStrictEqual } from 'node:util'
import { models, tagged } from '../../fixtures/instruments/models.ts'
import { inRange } from '../../harness/base/versions.ts'
import { check, type Tools } from '../../harness/run/check.ts'
import type { AnswerOf, BodyOf } from '../../harness/wire/answers.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import type { Verbs } from '../../harness/wire/verbs.ts'
import type { Route } from '../../schemas/ollama/types.ts'
import { askEach, outcome } from '../answers.ts'
import { findLoaded, garbling, lastsForever, poll, unload } from './loaded.ts'
import { GREEDY } from './requests.ts'

type Post = Verbs['post']
type Body = BodyOf<'POST', '/v1/completions', Route>
type Options = BodyOf<'POST', '/api/generate'>['options']

/** What `GREEDY` is on this endpoint. */
const SHORT = { temperature: 0, max_tokens: 8 }
const A = { model: models.successor, prompt: 'a' }
const ABC = { model: models.successor, prompt: 'abc', temperature: 0, max_tokens: 3 }

const keys = (value: object) => Object.keys(value).sort()

/** What `/v1/completions` says, in the words of `/api/generate`. */
function completed({ json }: Exchange<AnswerOf<'POST', '/v1/completions'>>) {
  const [choice] = json.choices
  return {
    response: choice.text,
    done_reason: choice.finish_reason,
    prompt_eval_count: json.usage.prompt_tokens,
    eval_count: json.usage.completion_tokens,
  }
}

function generated({ json }: Exchange<AnswerOf<'POST', '/api/generate'>>) {
  const { response, done_reason, prompt_eval_count, eval_count } = json
  return { response, done_reason, prompt_eval_count, eval_count }
}

const textOf = ({ json }: Exchange<AnswerOf<'POST', '/v1/completions'>>) => json.choices[0].text

/** The text and reason of an answer or event. */
const choiceOf = (event: { choices: { text: string; finish_reason: string }[] } | '[DONE]') => {
  if (event === '[DONE]') return event
  const { text, finish_reason } = event.choices[0] ?? {}
  return { text, finish_reason }
}

// What the endpoint forwards

async function forwarded({ post, given }: Tools) {
  const { response, done_reason, prompt_eval_count } = completed(await post('/v1/completions', given))
  return { text: response, finish_reason: done_reason, prompt_tokens: prompt_eval_count }
}

check('legacy-completions.forwards.stop_string', forwarded)
check('legacy-completions.forwards.stop_list', forwarded)
check('legacy-completions.forwards.max_tokens', forwarded)
check('legacy-completions.forwards.frequency_penalty', forwarded)
check('legacy-completions.forwards.presence_penalty', forwarded)
check('legacy-completions.forwards.suffix', forwarded)

/** What is sampled: 24 tokens, so that two ways of sampling hardly ever say the same. */
const SAMPLED = { model: models.distribution, prompt: 'x' }

const sampleLegacy = async (post: Post, fields: Partial<Body>) =>
  textOf(await post('/v1/completions', { ...SAMPLED, max_tokens: 24, ...fields }))

const sample = async (post: Post, fields: Options) => {
  const options = { top_p: 1, num_predict: 24, ...fields }
  return (await post('/api/generate', { ...SAMPLED, stream: false, options })).json.response
}

async function sampledAsGenerate({ post, given: { sent, double, without } }: Tools) {
  const legacy = await sampleLegacy(post, sent)
  return {
    as_generate: legacy === (await sample(post, sent)),
    as_generate_at_double: legacy === (await sample(post, double)),
    as_without: legacy === (await sampleLegacy(post, without)),
  }
}

check('legacy-completions.forwards.temperature', sampledAsGenerate)
check('legacy-completions.forwards.seed', sampledAsGenerate)
check('legacy-completions.forwards.top_p', sampledAsGenerate)

check('legacy-completions.forwards.logprobs', async ({ post }) =>
  outcome(await post.wrong('/v1/completions', { ...A, temperature: 0, max_tokens: 1, logprobs: 21 })),
)

check('legacy-completions.logprobs.hidden', async ({ post }) => {
  const { json } = await post('/v1/completions', { ...A, temperature: 0, max_tokens: 1, logprobs: 3 })
  return { text: json.choices[0].text, keys: keys(json.choices[0]) }
})

check('legacy-completions.debug-render-only', async ({ post }) =>
  completed(await post('/v1/completions', { ...A, ...SHORT, _debug_render_only: true })),
)

// Options and fields of Ollama that the endpoint drops

check.alone.each('legacy-completions.drops.*', (tools) => {
  const { effect, refused, removed } = tools.given
  if (effect) return dropped(tools)
  if (refused) return refusals(tools.post, refused)
  if (removed) return removedOptions(tools.post, removed)
  return keepAliveDropped(tools)
})

/** Which endpoint answers otherwise with the fields that are given for it; they are asked in the order in the row. */
async function dropped({ post, given: { model, prompt, limit = 8, shared, effect } }: Tools) {
  const body = { model, prompt }
  const ask: Record<string, (fields: { options?: object }) => Promise<object>> = {
    generate: async ({ options, ...fields }) => {
      const all = { temperature: 0, num_predict: limit, ...shared, ...options }
      return generated(await post('/api/generate', { ...body, stream: false, ...fields, options: all }))
    },
    legacy: async (fields) => {
      const all = { ...body, temperature: 0, max_tokens: limit, ...shared, ...fields }
      return completed(await post.wrong('/v1/completions', all))
    },
  }
  const differs: Record<string, boolean> = {}
  for (const [endpoint, fields] of Object.entries<object>(effect)) {
    const without = await ask[endpoint]?.({})
    differs[`${endpoint}_differs`] = !isDeepStrictEqual(await ask[endpoint]?.(fields), without)
  }
  return differs
}

/** Where nothing shows in an answer of a small model: the status where `/api/generate` refuses. */
async function refusals(post: Post, fields: { options?: object }) {
  const options = { ...GREEDY, ...fields.options }
  return {
    generate: (await post.wrong('/api/generate', { ...A, ...fields, stream: false, options })).status,
    legacy: (await post.wrong('/v1/completions', { ...A, ...SHORT, ...fields, ...fields.options })).status,
  }
}

async function removedOptions(post: Post, removed: string[]) {
  const statuses = await askEach(removed, (option) => refusals(post, { options: { [option]: 'x' } }))
  const refusedBy = (endpoint: 'generate' | 'legacy') =>
    removed.filter((option) => statuses[option]?.[endpoint] !== 200)
  return { generate: refusedBy('generate'), legacy: refusedBy('legacy') }
}

async function keepAliveDropped({ client, post, given }: Tools) {
  const body = { model: models.spare, prompt: 'a', ...given }
  await unload(client)
  await post.wrong('/v1/completions', { ...SHORT, ...body })
  const legacy = lastsForever(await findLoaded(client))
  await post('/api/generate', { ...body, stream: false, options: GREEDY })
  // The scheduler hears of the end of a request after the client does.
  const entry = await poll(() => findLoaded(client), lastsForever)
  await unload(client)
  return { generate_stays_for_ever: lastsForever(entry), legacy_stays_for_ever: legacy }
}

// Fields of OpenAI's API that the endpoint does not serve

check.each('legacy-completions.unserved.*', async ({ post, given }) => {
  const body = { model: models.stopper, prompt: 'v', temperature: 0, ...given }
  const { choices, usage } = (await post.wrong('/v1/completions', body)).json
  return {
    texts: choices.map(({ text }: { text: string }) => text),
    finish_reason: choices[0].finish_reason,
    completion_tokens: usage.completion_tokens,
  }
})

// What the endpoint sets by itself

/** Whether the endpoint says what `/api/generate` says with an option set, or without, by the parameter of the model. */
async function asSet({ post, given: { sent, set, rest } }: Tools) {
  const body = { model: models.tuned, prompt: 'x' }
  const legacy = textOf(await post('/v1/completions', { ...body, ...sent, seed: 7, max_tokens: 12 }))
  const ask = async (given: Options) => {
    const options = { seed: 7, num_predict: 12, ...given }
    return (await post('/api/generate', { ...body, stream: false, options })).json.response
  }
  return { as_set: legacy === (await ask({ ...rest, ...set })), as_parameter: legacy === (await ask(rest)) }
}

check('legacy-completions.defaults.temperature', asSet)
check('legacy-completions.defaults.top_p', asSet)
check('legacy-completions.defaults.top_p-zero', asSet)
check('legacy-completions.defaults.presence_penalty', asSet)
check('legacy-completions.defaults.frequency_penalty', asSet)

check('legacy-completions.defaults.model-parameters', ({ post }) =>
  askEach(['a', 'p'], async (prompt) =>
    choiceOf((await post('/v1/completions', { model: models.halting, prompt, temperature: 0 })).json),
  ),
)

check('legacy-completions.defaults.request-over-parameters', async ({ post }) => {
  const body = { ...SHORT, model: models.halting, prompt: 'a', stop: 'h' }
  return textOf(await post('/v1/completions', body))
})

// One handler with /api/generate

async function asGenerate({ post, given: { model, prompt, limit } }: Tools) {
  const body = { model, prompt }
  const options = { temperature: 0, top_p: 1, num_predict: limit }
  const answer = completed(await post('/v1/completions', { ...body, temperature: 0, max_tokens: limit }))
  const same = generated(await post('/api/generate', { ...body, stream: false, options }))
  return { same: isDeepStrictEqual(answer, same), answer }
}

check('legacy-completions.as-generate.stop', asGenerate)
check('legacy-completions.as-generate.length', asGenerate)
check('legacy-completions.as-generate.template', asGenerate)
check('legacy-completions.as-generate.bos', asGenerate)
check('legacy-completions.as-generate.bytes', asGenerate)

check('legacy-completions.as-generate.sampled', async ({ post }) => {
  const texts = Object.values(
    await askEach([1, 2, 3], async (seed) => ({
      legacy: await sampleLegacy(post, { temperature: 1, seed }),
      generate: await sample(post, { temperature: 1, top_p: 1, seed }),
    })),
  )
  return {
    same: texts.every(({ legacy, generate }) => legacy === generate),
    different_texts: new Set(texts.flatMap(({ legacy, generate }) => [legacy, generate])).size,
  }
})

check.alone('legacy-completions.as-generate.cap', async ({ post }) => {
  const body = { model: models.narrow, prompt: 'a' }
  const options = { temperature: 0, num_predict: -1 }
  const legacy = completed(await post('/v1/completions', { ...body, temperature: 0, max_tokens: -1 }))
  const { json } = await post('/api/generate', { ...body, stream: false, options })
  return { same: legacy.eval_count === json.eval_count, finish_reason: legacy.done_reason }
})

check('legacy-completions.prompt.cached', async ({ post }) => {
  const body = { ...SHORT, model: models.stopper, prompt: 'qrstuvw' }
  const first = (await post('/v1/completions', body)).json.usage.prompt_tokens
  return { first, second: (await post('/v1/completions', body)).json.usage.prompt_tokens }
})

// The answer

check('legacy-completions.answer.keys', async ({ post }) => {
  const { json } = await post('/v1/completions', ABC)
  return { answer: keys(json), choice: keys(json.choices[0]), usage: keys(json.usage) }
})

check('legacy-completions.answer.constants', async ({ post }) => {
  const { object, system_fingerprint, choices } = (await post('/v1/completions', ABC)).json
  return { object, system_fingerprint, index: choices[0].index, choices: choices.length }
})

check('legacy-completions.answer.id', async ({ post }) =>
  /^cmpl-\d{1,3}$/.test((await post('/v1/completions', ABC)).json.id),
)

check('legacy-completions.answer.model', async ({ post }) => [
  (await post('/v1/completions', ABC)).json.model,
  (await post('/v1/completions', { ...ABC, model: tagged(ABC.model) })).json.model,
  (await post('/v1/completions', { ...ABC, model: ABC.model.toUpperCase() })).json.model,
])

check('legacy-completions.answer.created', async ({ post }) => {
  const exchange = await post('/v1/completions', ABC)
  const { created } = exchange.json
  const answered = Date.parse(exchange.header('date') ?? '') / 1000
  return { whole: Number.isInteger(created), seconds: Math.abs(created - answered) < 60 }
})

check('legacy-completions.answer.usage', async ({ post }) => {
  const body = { model: models.starter, prompt: 'v', temperature: 0, max_tokens: 20 }
  return (await post('/v1/completions', body)).json.usage
})

check('legacy-completions.answer.content-type', async ({ post }) => ({
  answer: (await post('/v1/completions', ABC)).contentType,
  stream: (await post('/v1/completions', { ...ABC, stream: true })).contentType,
}))

check('legacy-completions.answer.stream-default', async ({ post }) => {
  const { model, prompt } = ABC
  const options = { temperature: 0, num_predict: 3 }
  return {
    legacy: (await post('/v1/completions', ABC)).contentType,
    generate: (await post('/api/generate', { model, prompt, options })).contentType,
  }
})

// The stream

const STREAM = { ...ABC, stream: true }
const WITH_USAGE = { ...STREAM, stream_options: { include_usage: true } }

check('legacy-completions.stream.events', async ({ post }) =>
  (await post('/v1/completions', STREAM)).eventData.map(choiceOf),
)

check('legacy-completions.stream.keys', async ({ post }) => {
  const events = (await post('/v1/completions', STREAM)).eventData.filter((event) => event !== '[DONE]')
  return {
    every: [...new Set(events.map((event) => keys(event).join()))],
    choice: keys(events[0].choices[0]),
  }
})

check('legacy-completions.stream.include_usage', async ({ post }) =>
  (await post('/v1/completions', WITH_USAGE)).eventData.map((event) =>
    event === '[DONE]' ? event : { choices: event.choices.length, tokens: event.usage?.total_tokens },
  ),
)

check('legacy-completions.stream.include_usage-false', async ({ post }) => {
  const { eventData } = await post('/v1/completions', { ...STREAM, stream_options: { include_usage: false } })
  return { events: eventData.length, with_usage: eventData.filter((event) => event.usage).length }
})

check('legacy-completions.stream.id', async ({ post }) => {
  const { eventData } = await post('/v1/completions', WITH_USAGE)
  return new Set(eventData.filter((event) => event !== '[DONE]').map(({ id }) => id)).size
})

check('legacy-completions.stream.repeated', async ({ post }) => {
  const { eventData } = await post('/v1/completions', WITH_USAGE)
  const events = eventData.filter((event) => event !== '[DONE]')
  const each = <Value>(value: (event: (typeof events)[number]) => Value) => [...new Set(events.map(value))]
  return {
    models: each(({ model }) => model).length,
    objects: each(({ object }) => object),
    fingerprints: each(({ system_fingerprint }) => system_fingerprint),
    indices: [...new Set(events.flatMap(({ choices }) => choices.map(({ index }) => index)))],
  }
})

check('legacy-completions.stream.as-answer', async ({ post }) => {
  const body = { model: models.scripted, prompt: '1', temperature: 0, max_tokens: 20 }
  const streamed = { ...body, stream: true, stream_options: { include_usage: true } }
  const events = (await post('/v1/completions', streamed)).eventData.filter((event) => event !== '[DONE]')
  const { choices, usage } = (await post('/v1/completions', body)).json
  const text = events.map(({ choices }) => choices[0]?.text ?? '').join('')
  return {
    text,
    same_text: text === choices[0].text,
    usage: events.at(-1).usage,
    same_usage: isDeepStrictEqual(events.at(-1).usage, usage),
  }
})

// The empty prompt

check('legacy-completions.prompt.empty', async ({ post }) =>
  completed(await post('/v1/completions', { ...SHORT, model: models.successor, prompt: '' })),
)

check('legacy-completions.prompt.absent', async ({ post }) =>
  completed(await post('/v1/completions', { ...SHORT, model: models.successor })),
)

check('legacy-completions.prompt.empty-stream', async ({ post }) => {
  const body = { ...SHORT, model: models.successor, prompt: '', stream: true }
  const { contentType, eventData } = await post('/v1/completions', body)
  return { content_type: contentType, events: eventData.map(choiceOf) }
})

check.alone('legacy-completions.prompt.empty-loads', async ({ client, post }) => {
  await unload(client)
  await post('/v1/completions', { ...SHORT, model: models.spare, prompt: '' })
  return (await findLoaded(client)) !== undefined
})

// The repetition guard

const REPEAT = { model: models.repeater, prompt: 'q', temperature: 0 }

check('legacy-completions.repetition.answer', async ({ post }) => {
  const { response, ...rest } = completed(await post('/v1/completions', { ...REPEAT, max_tokens: 40 }))
  const below = completed(await post('/v1/completions', { ...REPEAT, max_tokens: 30 }))
  return { text: response.length, ...rest, below: below.done_reason }
})

check('legacy-completions.repetition.stream', async ({ post }) => {
  const { eventData } = await post('/v1/completions', { ...REPEAT, max_tokens: 40, stream: true })
  return {
    texts: eventData.length,
    done: eventData.some((event) => event === '[DONE]'),
    finished: eventData.some((event) => event.choices?.[0].finish_reason),
  }
})

check('legacy-completions.repetition.held-back', async ({ post }) => {
  // What it says from D on is the begin of the stop string, up to the last character.
  const stop = 'DEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~!'
  const body = { model: models.successor, prompt: 'A', stop, temperature: 0, max_tokens: 70 }
  return choiceOf((await post('/v1/completions', body)).json)
})

// Errors

check('legacy-completions.errors.envelope', async ({ post }) => {
  const { json } = await post.wrong('/v1/completions', { ...SHORT, model: models.successor, prompt: 5 })
  const { param, code } = json.error
  return { keys: keys(json), error: keys(json.error), param, code }
})

check.each('legacy-completions.errors.type.*', async ({ post, given }) => {
  const { status, json, contentType } = await post.wrong('/v1/completions', { ...SHORT, ...given })
  return { status, type: json.error.type, content_type: contentType }
})

const refused = async ({ post, given }: Tools) => outcome(await post.wrong('/v1/completions', given))

check('legacy-completions.errors.unknown-model', refused)
check('legacy-completions.errors.invalid-model', refused)
check('legacy-completions.errors.suffix', refused)
check('legacy-completions.errors.stop-element', refused)

const eachRefused = ({ post, given }: Pick<Tools, 'post' | 'given'>) =>
  askEach(given, async (body) => outcome(await post.wrong('/v1/completions', body)))

check('legacy-completions.errors.no-model', eachRefused)
check('legacy-completions.errors.prompt', eachRefused)
check('legacy-completions.errors.wrong-types', eachRefused)

check('legacy-completions.errors.body', ({ post }) =>
  eachRefused({ post, given: { absent: undefined, broken: '{bad}', cut: '{"model":', array: '[]' } }),
)

check('legacy-completions.errors.stop-number', async ({ post }) => {
  const body = { ...SHORT, model: models.stopper, prompt: 'v', stop: 5 }
  return textOf(await post.wrong('/v1/completions', body))
})

check('legacy-completions.errors.stream', async ({ post }) => {
  const body = { ...SHORT, model: models.refused, prompt: 'a', stream: true }
  const { status, contentType, eventData } = await post('/v1/completions', body)
  return { status, content_type: contentType, models: eventData.map(({ model }) => model) }
})

check.alone('legacy-completions.errors.mid-stream', async ({ client, post }) => {
  const body = { ...SHORT, model: models.garbler, prompt: 'a', stream: true }
  const { eventData } = await garbling(client, () => post('/v1/completions', body))
  return eventData.map((event) =>
    event === '[DONE]' ? event : { model: event.model, text: event.choices[0].text },
  )
})

// A client that goes away

// A client that goes away while an event is being sent can leave the slot taken for ever (abort.stream-sending), so
// nearly all of the time nothing is sent here: what the model says, over and over, is the begin of a stop string, up
// to its tab. From 0.30.0 on a stream ends when 30 tokens are held back.
const ROUND = [
  'ghijklmnopqrstuvwxyz{|}~ !"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcde\t',
]
const QUARTERS = [
  'ghijklmnopqrstuvwxyz{|}\t',
  ' !"#$%&\'()*+,-./0123456\t',
  '89:;<=>?@ABCDEFGHIJKLMN\t',
  'PQRSTUVWXYZ[\\]^_`abcde\t',
]

check('legacy-completions.abort.stream', async ({ post, version }) => {
  const stop = inRange(version, { since: '0.30.0' }) ? QUARTERS : ROUND
  const call = post.start('/v1/completions', { ...ABC, max_tokens: 0, stop, stream: true })
  await call.until((exchange) => exchange.events.length >= 3)
  call.abort()
  const { end } = await call.ended
  return { aborted: end, next: textOf(await post('/v1/completions', ABC)) }
})

check.alone('legacy-completions.abort.answer', async ({ post }) => {
  const body = { ...ABC, model: models.spare }
  await post('/v1/completions', body)
  const call = post.start('/v1/completions', { ...body, max_tokens: 0 })
  // Nothing tells that the model computes by now, but a generation that was asked for later has ended.
  await post('/v1/completions', { ...ABC, max_tokens: 64 })
  call.abort()
  const { end } = await call.ended
  return { aborted: end, next: textOf(await post('/v1/completions', body)) }
})

// Null

// It ends by itself.
const W = { model: models.stopper, prompt: 'w' }

check('legacy-completions.null', async ({ post }) => {
  const nothing = { temperature: null, max_tokens: null, seed: null, stop: null, stream_options: null }
  const absent = (await post('/v1/completions', { ...W, temperature: 0 })).json
  const nulls = (await post('/v1/completions', { ...W, ...nothing })).json
  const { status } = await post('/v1/completions', { ...W, ...SHORT, stream_options: {} })
  return {
    text: nulls.choices[0].text,
    as_absent: isDeepStrictEqual(nulls.choices, absent.choices),
    empty_stream_options: status,
  }
})

check('legacy-completions.null.logprobs', async ({ post }) =>
  textOf(await post('/v1/completions', { ...W, ...SHORT, logprobs: null })),
)
