import { isDeepStrictEqual } from 'node:util'
import { type ModelName, models } from '../../fixtures/instruments/models.ts'
import { inRange } from '../../harness/base/versions.ts'
import { check } from '../../harness/run/check.ts'
import type { BodyOf } from '../../harness/wire/answers.ts'
import type { Client } from '../../harness/wire/client.ts'
import type { Route } from '../../schemas/ollama/types.ts'
import { findLoaded, garbling, poll, unload } from './loaded.ts'
import { complete, completeRequest, generate, generateRequest, wrong } from './requests.ts'

type Fields = Record<string, unknown>
type Body = BodyOf<'POST', '/v1/completions', Route>
type GenerateBody = BodyOf<'POST', '/api/generate'>
type Options = NonNullable<GenerateBody['options']>
type Answer = Awaited<ReturnType<typeof complete>>
type GenerateAnswer = Awaited<ReturnType<typeof generate>>

const keys = (value: object) => Object.keys(value).sort()

/** What `/v1/completions` says, in the words of `/api/generate`. */
function completed({ json }: Answer) {
  const [choice] = json.choices
  return {
    response: choice.text,
    done_reason: choice.finish_reason,
    prompt_eval_count: json.usage.prompt_tokens,
    eval_count: json.usage.completion_tokens,
  }
}

function generated({ json }: GenerateAnswer) {
  const { response, done_reason, prompt_eval_count, eval_count } = json
  return { response, done_reason, prompt_eval_count, eval_count }
}

const completeText = async (client: Client, body: Body) => completed(await complete(client, body)).response

const generateText = async (client: Client, body: GenerateBody) =>
  generated(await generate(client, body)).response

const events = async (client: Client, body: Body) =>
  (await complete(client, { stream: true, ...body })).eventData

// What the endpoint forwards

for (const [field, body] of Object.entries<Body>({
  stop_string: { model: models.successor, prompt: 'a', stop: 'd' },
  stop_list: { model: models.successor, prompt: 'a', stop: ['x', 'e', 'f'] },
  max_tokens: { model: models.successor, prompt: 'a', max_tokens: 3 },
  frequency_penalty: { model: models.tuned, prompt: 'x', frequency_penalty: 1 },
  presence_penalty: { model: models.tuned, prompt: 'x', presence_penalty: 1 },
  suffix: { model: models.infill, prompt: 'ab', suffix: 'xy', max_tokens: 3 },
})) {
  check(`legacy-completions.forwards.${field}`, async ({ client }) => {
    const { response, done_reason, prompt_eval_count } = completed(await complete(client, body))
    return { text: response, finish_reason: done_reason, prompt_tokens: prompt_eval_count }
  })
}

/** What the successor says from one character to another. */
function said(first: string, last: string): string {
  const [from, to] = [first.charCodeAt(0), last.charCodeAt(0)]
  return String.fromCharCode(...Array.from({ length: to - from + 1 }, (_, index) => from + index))
}

/** Enough tokens that two ways of sampling hardly ever say the same. */
const SAMPLED = { model: models.distribution, prompt: 'x' }
const LONG = 24

const sampledLegacy = (client: Client, body: Partial<Body>) =>
  completeText(client, { ...SAMPLED, temperature: 1, seed: 7, max_tokens: LONG, ...body })

const sampledGenerate = (client: Client, options: Options) =>
  generateText(client, {
    ...SAMPLED,
    options: { temperature: 1, top_p: 1, seed: 7, num_predict: LONG, ...options },
  })

for (const [field, value, double] of [
  ['temperature', 0.5, 1],
  ['seed', 8, 16],
  ['top_p', 0.4, 0.8],
] as const) {
  check(`legacy-completions.forwards.${field}`, async ({ client }) => {
    const legacy = await sampledLegacy(client, { [field]: value })
    return {
      as_generate: legacy === (await sampledGenerate(client, { [field]: value })),
      as_generate_at_double: legacy === (await sampledGenerate(client, { [field]: double })),
      as_without: legacy === (await sampledLegacy(client, { [field]: undefined })),
    }
  })
}

check('legacy-completions.forwards.logprobs', async ({ client }) => {
  const request = { model: models.successor, prompt: 'a', max_tokens: 1 }
  const { status, json } = await client.send(wrong(completeRequest, { ...request, logprobs: 21 }))
  return { status, message: json.error?.message }
})

check('legacy-completions.logprobs.hidden', async ({ client }) => {
  const request = { model: models.successor, prompt: 'a', max_tokens: 1, logprobs: 3 }
  const { json } = await client.send(wrong(completeRequest, request, { before: '0.12.11' }))
  return { text: json.choices[0].text, keys: keys(json.choices[0]) }
})

check('legacy-completions.debug-render-only', async ({ client }) => {
  const request = { model: models.successor, prompt: 'a', _debug_render_only: true }
  return completed(await client.send(wrong(completeRequest, request, { before: '0.12.0' })))
})

// Options and fields of Ollama that the endpoint drops

type Drop = {
  value: unknown
  model?: ModelName
  prompt?: string
  /** Options that both endpoints know by one name. */
  shared?: Options
  alone?: true
}

const SAMPLING = { temperature: 1, top_p: 1, seed: 7 }

const droppedOptions: Record<string, Drop> = {
  top_k: { value: 1, shared: SAMPLING },
  min_p: { value: 1, shared: SAMPLING },
  typical_p: { value: 0.1, shared: SAMPLING },
  repeat_penalty: { value: 1.5 },
  repeat_last_n: { value: 0, shared: { presence_penalty: 1 } },
  num_predict: { value: 3, model: 'stopper', prompt: 'p' },
  // The first character is kept or cut off as the prompt is cut to the window, and is penalised or not.
  num_keep: {
    value: 0,
    model: 'tuned',
    prompt: `a${'x'.repeat(299)}`,
    shared: { presence_penalty: 0, frequency_penalty: 1 },
  },
  num_ctx: { value: 16, model: 'spare', prompt: 'a'.repeat(40), alone: true },
}

for (const [option, { value, model = 'distribution', prompt = 'x', shared = {}, alone }] of Object.entries(
  droppedOptions,
)) {
  const bind = alone ? check.alone : check
  bind(`legacy-completions.drops.${option}`, async ({ client }) => {
    const request = { model: models[model], prompt }
    const options = { num_predict: 12, ...shared }
    const legacy = { ...request, max_tokens: 12, ...shared }
    const changed = { [option]: value }
    const legacyAnswers = [
      await complete(client, legacy),
      await client.send(wrong(completeRequest, { ...legacy, ...changed, options: changed })),
    ].map(completed)
    const answers = [
      await generate(client, { ...request, options }),
      await generate(client, { ...request, options: { ...options, ...changed } }),
    ].map(generated)
    return {
      generate_differs: !isDeepStrictEqual(answers[0], answers[1]),
      legacy_differs: !isDeepStrictEqual(legacyAnswers[0], legacyAnswers[1]),
    }
  })
}

for (const [field, value] of Object.entries({
  raw: true,
  template: '{{ .Prompt }}!',
  system: 'S',
  context: [100, 101],
  format: { enum: ['x'] },
  options: { num_predict: 3 },
})) {
  check(`legacy-completions.drops.${field}`, async ({ client }) => {
    const request = { model: models.templated, prompt: 'a' }
    const answers = [
      await generate(client, request),
      await generate(client, { ...request, [field]: value }),
    ].map(generated)
    const legacyAnswers = [
      await complete(client, request),
      await client.send(wrong(completeRequest, { ...request, [field]: value })),
    ].map(completed)
    return {
      generate_differs: !isDeepStrictEqual(answers[0], answers[1]),
      legacy_differs: !isDeepStrictEqual(legacyAnswers[0], legacyAnswers[1]),
    }
  })
}

// What has no effect on the answer, or one that a small model cannot show: a value that /api/generate refuses.
for (const option of [
  'num_batch',
  'num_gpu',
  'main_gpu',
  'num_thread',
  'use_mmap',
  'mirostat',
  'mirostat_tau',
  'mirostat_eta',
  'draft_num_predict',
]) {
  check(`legacy-completions.drops.${option}`, ({ client }) =>
    refusals(client, { options: { [option]: 'x' } }, { [option]: 'x', options: { [option]: 'x' } }),
  )
}

for (const [field, value] of Object.entries({
  images: ['?'],
  think: true,
  truncate: 'x',
  shift: 'x',
  top_logprobs: 21,
})) {
  check(`legacy-completions.drops.${field}`, ({ client }) =>
    refusals(client, { [field]: value }, { [field]: value }),
  )
}

check('legacy-completions.drops.removed-options', async ({ client }) => {
  const refused = { generate: [] as string[], legacy: [] as string[] }
  for (const option of ['use_mlock', 'low_vram', 'f16_kv', 'logits_all', 'vocab_only']) {
    const options = { [option]: 'x' }
    const { generate, legacy } = await refusals(client, { options }, { ...options, options })
    if (generate !== 200) refused.generate.push(option)
    if (legacy !== 200) refused.legacy.push(option)
  }
  return refused
})

async function refusals(client: Client, fields: Fields, legacyFields: Fields) {
  const request = { model: models.successor, prompt: 'a' }
  const answer = await client.send(wrong(generateRequest, { ...request, ...fields }))
  const legacy = await client.send(wrong(completeRequest, { ...request, ...legacyFields }))
  return { generate: answer.status, legacy: legacy.status }
}

check.alone('legacy-completions.drops.keep_alive', async ({ client }) => {
  const request = { model: models.spare, prompt: 'a' }
  // A negative keep_alive is some 290 years.
  const staysForEver = async () => Number((await findLoaded(client))?.expires_at.slice(0, 4)) > 2300
  await unload(client)
  await client.send(wrong(completeRequest, { ...request, keep_alive: -1 }))
  const legacy = await staysForEver()
  await generate(client, { ...request, keep_alive: -1 })
  // The scheduler hears of the end of a request after the client does.
  const stays = await poll(staysForEver, (forEver) => forEver)
  await unload(client)
  return { generate_stays_for_ever: stays, legacy_stays_for_ever: legacy }
})

// Fields of OpenAI's API that the endpoint does not serve

for (const [field, value] of Object.entries({
  n: 2,
  best_of: 2,
  echo: true,
  // The token of "z".
  logit_bias: { 125: 100 },
  user: 'someone',
  max_completion_tokens: 2,
  response_format: { type: 'json_object' },
  stream_options: { include_usage: true },
})) {
  check(`legacy-completions.unserved.${field}`, async ({ client }) => {
    const request = { model: models.stopper, prompt: 'v', max_tokens: undefined, [field]: value }
    const { json } = await client.send(wrong(completeRequest, request))
    return {
      texts: json.choices.map(({ text }) => text),
      finish_reason: json.choices[0].finish_reason,
      completion_tokens: json.usage.completion_tokens,
    }
  })
}

// What the endpoint sets by itself

for (const [name, { given, set }] of Object.entries<{ given: Options; set: Options }>({
  temperature: { given: {}, set: { temperature: 1 } },
  top_p: { given: { temperature: 1 }, set: { top_p: 1 } },
  'top_p-zero': { given: { temperature: 1, top_p: 0 }, set: { top_p: 1 } },
  presence_penalty: { given: { temperature: 0 }, set: { presence_penalty: 0 } },
  frequency_penalty: { given: { temperature: 0 }, set: { frequency_penalty: 0 } },
})) {
  check(`legacy-completions.defaults.${name}`, async ({ client }) => {
    // Its parameters say something else.
    const request = { model: models.tuned, prompt: 'x' }
    const parameter = Object.fromEntries(keys(set).map((field) => [field, undefined]))
    const options = {
      top_p: 1,
      presence_penalty: 0,
      frequency_penalty: 0,
      seed: 7,
      num_predict: 12,
      ...given,
    }
    const asks = (own: Options) => generateText(client, { ...request, options: { ...options, ...own } })
    const legacy = await completeText(client, {
      ...request,
      temperature: undefined,
      max_tokens: 12,
      seed: 7,
      ...given,
    })
    return { as_set: legacy === (await asks(set)), as_parameter: legacy === (await asks(parameter)) }
  })
}

check('legacy-completions.defaults.model-parameters', async ({ client }) => {
  const answers = []
  for (const prompt of ['a', 'p']) {
    answers.push(completed(await complete(client, { model: models.halting, prompt, max_tokens: undefined })))
  }
  return answers.map(({ response, done_reason }) => ({ text: response, finish_reason: done_reason }))
})

check('legacy-completions.defaults.request-over-parameters', ({ client }) =>
  completeText(client, { model: models.halting, prompt: 'a', max_tokens: 8, stop: 'h' }),
)

// One handler with /api/generate

for (const [name, [model, prompt, limit]] of Object.entries({
  stop: ['stopper', 'v', 20],
  length: ['successor', 'abc', 6],
  template: ['templated', 'abc', 6],
  bos: ['starter', 'abc', 6],
  bytes: ['scripted', '1', 20],
} as const)) {
  check(`legacy-completions.as-generate.${name}`, async ({ client }) => {
    const request = { model: models[model], prompt }
    const legacy = completed(await complete(client, { ...request, max_tokens: limit }))
    const answer = generated(
      await generate(client, { ...request, options: { top_p: 1, num_predict: limit } }),
    )
    return { same: isDeepStrictEqual(legacy, answer), answer: legacy }
  })
}

check('legacy-completions.as-generate.sampled', async ({ client }) => {
  const texts = []
  for (const seed of [1, 2, 3]) {
    texts.push([await sampledLegacy(client, { seed }), await sampledGenerate(client, { seed })])
  }
  return { same: texts.every(([a, b]) => a === b), different_texts: new Set(texts.flat()).size }
})

check.alone('legacy-completions.as-generate.cap', async ({ client }) => {
  const request = { model: models.narrow, prompt: 'a' }
  const legacy = completed(await complete(client, { ...request, max_tokens: -1 }))
  const answer = generated(await generate(client, { ...request, options: { num_predict: -1 } }))
  return { same: legacy.eval_count === answer.eval_count, finish_reason: legacy.done_reason }
})

check('legacy-completions.prompt.cached', async ({ client }) => {
  const request = { model: models.stopper, prompt: 'qrstuvw' }
  const first = completed(await complete(client, request))
  const second = completed(await complete(client, request))
  return [first.prompt_eval_count, second.prompt_eval_count]
})

// The answer

const REQUEST = { model: models.successor, prompt: 'abc', max_tokens: 3 }

check('legacy-completions.answer.keys', async ({ client }) => {
  const { json } = await complete(client, REQUEST)
  return { answer: keys(json), choice: keys(json.choices[0]), usage: keys(json.usage) }
})

check('legacy-completions.answer.constants', async ({ client }) => {
  const { json } = await complete(client, REQUEST)
  const { object, system_fingerprint, choices } = json
  return { object, system_fingerprint, index: choices[0].index, choices: choices.length }
})

check('legacy-completions.answer.id', async ({ client }) => {
  const { json } = await complete(client, REQUEST)
  return /^cmpl-\d{1,3}$/.test(json.id)
})

check('legacy-completions.answer.model', async ({ client }) => {
  const names = [models.successor, `${models.successor}:latest`, models.successor.toUpperCase()]
  const answers = []
  for (const model of names) answers.push((await complete(client, { ...REQUEST, model })).json.model)
  return answers
})

check('legacy-completions.answer.created', async ({ client }) => {
  const exchange = await complete(client, REQUEST)
  const { created } = exchange.json
  const answered = Date.parse(exchange.header('date') ?? '') / 1000
  return { whole: Number.isInteger(created), seconds: Math.abs(created - answered) < 60 }
})

check('legacy-completions.answer.usage', async ({ client }) => {
  const { json } = await complete(client, { model: models.starter, prompt: 'v', max_tokens: 20 })
  return json.usage
})

check('legacy-completions.answer.content-type', async ({ client }) => {
  const answer = await complete(client, REQUEST)
  const stream = await complete(client, { ...REQUEST, stream: true })
  return { answer: answer.contentType, stream: stream.contentType }
})

check('legacy-completions.answer.stream-default', async ({ client }) => {
  const body = { model: models.successor, prompt: 'abc' }
  const limit = { temperature: 0, max_tokens: 3 }
  const legacy = await client.send({ method: 'POST', path: '/v1/completions', body: { ...body, ...limit } })
  const options = { temperature: 0, num_predict: 3 }
  const answer = await client.send({ method: 'POST', path: '/api/generate', body: { ...body, options } })
  return { generate: answer.contentType?.split(';')[0], legacy: legacy.contentType?.split(';')[0] }
})

// The stream

check('legacy-completions.stream.events', async ({ client }) => {
  const data = await events(client, REQUEST)
  return data.map((event) =>
    event === '[DONE]' ? event : [event.choices[0].text, event.choices[0].finish_reason],
  )
})

check('legacy-completions.stream.keys', async ({ client }) => {
  const data = (await events(client, REQUEST)).filter((event) => event !== '[DONE]')
  return { every: [...new Set(data.map((event) => keys(event).join()))], choice: keys(data[0].choices[0]) }
})

check('legacy-completions.stream.include_usage', async ({ client }) => {
  const data = await events(client, { ...REQUEST, stream_options: { include_usage: true } })
  return data.map((event) =>
    event === '[DONE]' ? event : { choices: event.choices.length, tokens: event.usage?.total_tokens },
  )
})

check('legacy-completions.stream.include_usage-false', async ({ client }) => {
  const data = await events(client, { ...REQUEST, stream_options: { include_usage: false } })
  return { events: data.length, with_usage: data.filter((event) => event.usage).length }
})

check('legacy-completions.stream.id', async ({ client }) => {
  const data = await events(client, { ...REQUEST, stream_options: { include_usage: true } })
  return new Set(data.filter((event) => event !== '[DONE]').map(({ id }) => id)).size
})

check('legacy-completions.stream.as-answer', async ({ client }) => {
  const request = { model: models.scripted, prompt: '1', max_tokens: 20 }
  const data = await events(client, { ...request, stream_options: { include_usage: true } })
  const answer = (await complete(client, request)).json
  const chunks = data.filter((event) => event !== '[DONE]')
  const text = chunks.map(({ choices }) => choices[0]?.text ?? '').join('')
  return {
    text,
    same_text: text === answer.choices[0].text,
    usage: chunks.at(-1).usage,
    same_usage: isDeepStrictEqual(chunks.at(-1).usage, answer.usage),
  }
})

// The empty prompt

for (const [name, prompt] of [
  ['empty', ''],
  ['absent', undefined],
] as const) {
  check(`legacy-completions.prompt.${name}`, async ({ client }) =>
    completed(await complete(client, { model: models.successor, prompt })),
  )
}

check('legacy-completions.prompt.empty-stream', async ({ client }) => {
  const exchange = await complete(client, { model: models.successor, prompt: '', stream: true })
  const data = exchange.eventData
  return {
    content_type: exchange.contentType,
    events: data.map((event) =>
      event === '[DONE]' ? event : [event.choices[0].text, event.choices[0].finish_reason],
    ),
  }
})

check.alone('legacy-completions.prompt.empty-loads', async ({ client }) => {
  await unload(client)
  await complete(client, { model: models.spare, prompt: '' })
  return (await findLoaded(client)) !== undefined
})

// The repetition guard

check('legacy-completions.repetition.answer', async ({ client }) => {
  const request = { model: models.repeater, prompt: 'q' }
  const { response, ...rest } = completed(await complete(client, { ...request, max_tokens: 40 }))
  const below = completed(await complete(client, { ...request, max_tokens: 30 }))
  return { text: response.length, ...rest, below: below.done_reason }
})

check('legacy-completions.repetition.stream', async ({ client }) => {
  const data = await events(client, { model: models.repeater, prompt: 'q', max_tokens: 40 })
  return {
    texts: data.length,
    done: data.some((event) => event === '[DONE]'),
    finished: data.some((event) => event.choices?.[0].finish_reason),
  }
})

check('legacy-completions.repetition.held-back', async ({ client }) => {
  const request = { model: models.successor, prompt: 'A', stop: `${said('D', '~')}!`, max_tokens: 70 }
  const { response, done_reason } = completed(await complete(client, request))
  return { text: response, finish_reason: done_reason }
})

// Errors

const refused = async (client: Client, body: unknown) => {
  const exchange = await client.send(wrong({ method: 'POST', path: '/v1/completions', body }))
  return { status: exchange.status, message: exchange.json.error?.message }
}

check('legacy-completions.errors.envelope', async ({ client }) => {
  const { json } = await client.send(wrong(completeRequest, { model: models.successor, prompt: 5 }))
  const { param, code } = json.error
  return { keys: keys(json), error: keys(json.error), param, code }
})

for (const [name, fields] of Object.entries({
  parser: { model: models.successor, prompt: 5 },
  'not-found': { model: 'conformance/nobody' },
  'bad-request': { model: models.successor, prompt: 'a', suffix: 'b' },
  internal: { model: models.mistyped, prompt: 'a' },
})) {
  check(`legacy-completions.errors.type.${name}`, async ({ client }) => {
    const exchange = await client.send(wrong(completeRequest, fields))
    return { status: exchange.status, type: exchange.json.error.type, content_type: exchange.contentType }
  })
}

for (const [name, bodies] of Object.entries<Record<string, unknown>>({
  body: { absent: undefined, broken: '{bad}', cut: '{"model":', array: '[]' },
  'no-model': { absent: { prompt: 'a' }, null_body: 'null' },
  prompt: {
    texts: { model: models.successor, prompt: ['a', 'b'] },
    tokens: { model: models.successor, prompt: [100, 101] },
  },
})) {
  check(`legacy-completions.errors.${name}`, async ({ client }) => {
    const messages: Record<string, string> = {}
    for (const [which, body] of Object.entries(bodies)) {
      const { status, message } = await refused(client, body)
      messages[which] = `${status} ${message}`
    }
    return messages
  })
}

for (const [name, body] of Object.entries({
  'unknown-model': { model: 'conformance/nobody', prompt: 'a' },
  'invalid-model': { model: 'bad name!', prompt: 'a' },
  suffix: { model: models.successor, prompt: 'a', suffix: 'b' },
  'stop-element': { model: models.successor, prompt: 'a', stop: [1] },
})) {
  check(`legacy-completions.errors.${name}`, ({ client }) => refused(client, body))
}

check('legacy-completions.errors.stop-number', ({ client }) =>
  client
    .send(wrong(completeRequest, { model: models.stopper, prompt: 'v', stop: 5 }))
    .then((exchange) => completed(exchange).response),
)

check('legacy-completions.errors.wrong-types', async ({ client }) => {
  const wanted: Record<string, string> = {}
  for (const [field, value] of Object.entries({
    model: 5,
    prompt: 5,
    suffix: 5,
    stream: 'x',
    stream_options: 'x',
    max_tokens: 1.5,
    seed: 1.5,
    temperature: 'x',
    top_p: 'x',
    frequency_penalty: 'x',
    presence_penalty: 'x',
  })) {
    const { status, message } = await refused(client, {
      model: models.successor,
      prompt: 'a',
      [field]: value,
    })
    wanted[field] = `${status} ${message}`
  }
  return wanted
})

check('legacy-completions.errors.stream', async ({ client }) => {
  const exchange = await complete(client, { model: models.refused, prompt: 'a', stream: true })
  const { status, contentType, events } = exchange
  return {
    status,
    content_type: contentType,
    models: events.length > 0 ? exchange.eventData.map(({ model }) => model) : [],
  }
})

check.alone('legacy-completions.errors.mid-stream', async ({ client }) => {
  const data = await garbling(client, () => events(client, { model: models.garbler, prompt: 'a' }))
  return data.map((event) => (event === '[DONE]' ? event : [event.model, event.choices[0].text]))
})

// A client that goes away

// A client that goes away while an event is being sent can leave the slot taken for ever (abort.stream-sending), so
// nearly all of the time nothing is sent here: the characters of a round may yet become a stop string, the one after
// them frees them, and so on for ever. From 0.30.0 on a stream ends when 30 tokens are held back.
const ROUND = [`${said('g', '~')}${said(' ', 'e')}\t`]
const QUARTERS = [said('g', '}'), said(' ', '6'), said('8', 'N'), said('P', 'e')].map((part) => `${part}\t`)

check('legacy-completions.abort.stream', async ({ client, version }) => {
  const stop = inRange(version, { since: '0.30.0' }) ? QUARTERS : ROUND
  const call = client.start(completeRequest({ ...REQUEST, max_tokens: 0, stop, stream: true }))
  await call.until((exchange) => exchange.events.length >= 3)
  call.abort()
  const { end } = await call.ended
  return { aborted: end, next: await completeText(client, REQUEST) }
})

check.alone('legacy-completions.abort.answer', async ({ client }) => {
  const request = { ...REQUEST, model: models.spare }
  await complete(client, request)
  const call = client.start(completeRequest({ ...request, max_tokens: 0 }))
  // Nothing tells that the model computes by now, but a generation that was asked for later has ended.
  await complete(client, { ...REQUEST, max_tokens: 64 })
  call.abort()
  const { end } = await call.ended
  return { aborted: end, next: await completeText(client, request) }
})

// Null

check('legacy-completions.null', async ({ client }) => {
  // It ends by itself.
  const request = { model: models.stopper, prompt: 'w' }
  const fields = { temperature: null, max_tokens: null, seed: null, stop: null, stream_options: null }
  const absent = await complete(client, { ...request, max_tokens: undefined })
  const nulls = await complete(client, { ...request, ...fields })
  const options = await complete(client, { ...request, stream_options: {} })
  return {
    text: nulls.json.choices[0].text,
    as_absent: isDeepStrictEqual(nulls.json.choices, absent.json.choices),
    empty_stream_options: options.status,
  }
})

check('legacy-completions.null.logprobs', async ({ client }) => {
  const request = { model: models.stopper, prompt: 'w', logprobs: null }
  return (await client.send(wrong(completeRequest, request, { before: '0.12.11' }))).json.choices[0].text
})
