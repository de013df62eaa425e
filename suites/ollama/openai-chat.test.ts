import { isDeepStrictEqual } from 'node:util'
import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { BodyOf } from '../../harness/wire/answers.ts'
import type { Client } from '../../harness/wire/client.ts'
import type { Route } from '../../schemas/ollama/types.ts'
import { garbling } from './loaded.ts'
import { user, wrong } from './requests.ts'

type Fields = Record<string, unknown>
type Body = BodyOf<'POST', '/v1/chat/completions', Route>
type Message = Body['messages'][number]
type Part = Extract<Message['content'], unknown[]>[number]

/** `POST /v1/chat/completions`, greedy and at most 8 tokens unless the body says otherwise. */
const chatRequest = ({ model, messages, ...body }: Body) => ({
  method: 'POST' as const,
  path: '/v1/chat/completions' as const,
  body: { model, messages, temperature: 0, max_tokens: 8, ...body },
})

const chat = (client: Client, body: Body) => client.send(chatRequest(body))

type Answer = Awaited<ReturnType<typeof chat>>

const streamed = async (client: Client, body: Body) =>
  (await chat(client, { stream: true, ...body })).eventData

/** A request that the templated model answers with `?@A`. */
const countRequest = (body: Partial<Body>) =>
  chatRequest({ model: models.templated, messages: [user('abc')], max_tokens: 3, ...body })

const count = (client: Client, body: Partial<Body> = {}) => client.send(countRequest(body))

const userWith = (...content: Part[]) => [{ role: 'user', content }]
const text = (text: string) => ({ type: 'text' as const, text })

const refusal = ({ status, json }: Answer) => ({ status, message: json.error?.message })

/** The text of an answer, or the status of an error. */
const contentOf = ({ status, json }: Answer) => json.choices?.[0].message.content ?? status

// The answer

check('openai-chat.answer', async ({ client }) => {
  const { contentType, json } = await chat(client, { model: models.caller, messages: [user('y3')] })
  const [{ message, finish_reason }] = json.choices
  return { contentType, message, finish_reason, usage: json.usage }
})

check('openai-chat.stream.events', async ({ client }) => {
  const { contentType, eventData } = await count(client, { stream: true })
  return {
    contentType,
    events: eventData.map((event) =>
      event === '[DONE]' ? event : [event.choices[0].delta, event.choices[0].finish_reason],
    ),
  }
})

check('openai-chat.stream.usage', async ({ client }) => {
  const { eventData } = await count(client, { stream: true, stream_options: { include_usage: true } })
  return eventData.map((event) => (event === '[DONE]' ? event : (event.usage?.completion_tokens ?? null)))
})

check.alone('openai-chat.stream.error', async ({ client }) => {
  const request = { model: models.garbler, messages: [user('a')] }
  const events = await garbling(client, () => streamed(client, request))
  return events.map((event) =>
    event === '[DONE]'
      ? event
      : {
          model: event.model,
          content: event.choices[0].delta.content ?? '',
          reason: event.choices[0].finish_reason,
        },
  )
})

check('openai-chat.repetition', async ({ client }) => {
  const { json } = await chat(client, { model: models.repeater, messages: [user('q')], max_tokens: 40 })
  const [{ message, finish_reason }] = json.choices
  return { length: message.content.length, finish_reason, completion_tokens: json.usage.completion_tokens }
})

// Contents

check('openai-chat.content.parts', async ({ client }) => {
  const { json } = await chat(client, { model: models.caller, messages: userWith(text('m'), text('n')) })
  return { prompt_tokens: json.usage.prompt_tokens }
})

check('openai-chat.content.none', async ({ client }) => {
  const request = { model: models.templated, messages: userWith() }
  const { json } = await chat(client, request)
  const events = await streamed(client, request)
  const [{ message, finish_reason }] = json.choices
  return {
    message,
    finish_reason,
    total_tokens: json.usage.total_tokens,
    streamed: events.map((event) =>
      event === '[DONE]' ? event : [event.choices[0].delta.content ?? null, event.choices[0].finish_reason],
    ),
  }
})

check('openai-chat.content.refused', async ({ client }) => {
  const answers: Fields = {}
  for (const [name, content] of Object.entries({
    null: null,
    number: 1,
    'part that is a text': ['a'],
    'part of unknown type': [{ type: 'video' }],
    'text that is none': [{ type: 'text', text: 1 }],
  })) {
    const request = { model: models.templated, messages: [{ role: 'user', content }] }
    answers[name] = refusal(await client.send(wrong(chatRequest, request)))
  }
  return answers
})

/** One black pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

check('openai-chat.image.refused', async ({ client }) => {
  const answers: Fields = {}
  for (const [name, url] of Object.entries({
    address: 'https://127.0.0.1/a.png',
    gif: `data:image/gif;base64,${PNG}`,
    webp: `data:image/webp;base64,${PNG}?`,
    untyped: `data:;base64,${PNG}?`,
    'not base64': 'data:image/png;base64,???',
  })) {
    const messages = userWith({ type: 'image_url', image_url: { url } })
    const request = chatRequest({ model: models.templated, messages })
    answers[name] = (await client.send(wrong(request))).json.error.message
  }
  return answers
})

check('openai-chat.image.without-vision', async ({ client }) => {
  const url = `data:image/png;base64,${PNG}`
  const answers = []
  for (const image_url of [url, { url }]) {
    const messages = userWith(text('a'), { type: 'image_url', image_url })
    const answer = await count(client, { messages })
    answers.push({ ...refusal(answer), prompt_tokens: answer.json.usage?.prompt_tokens })
  }
  return answers
})

check('openai-chat.audio.without-audio', async ({ client }) => {
  const messages = userWith({ type: 'input_audio', input_audio: { data: 'UklGRg==' } })
  const answer = await count(client, { messages })
  return { ...refusal(answer), prompt_tokens: answer.json.usage?.prompt_tokens }
})

// Tools

const weather = <City>(city: City, more?: object) => ({
  type: 'function' as const,
  function: {
    name: 'get_weather',
    description: 'the weather',
    parameters: { type: 'object', required: ['city'], properties: { city }, ...more },
  },
})

/** A request that makes the model call its tool. */
const CALLED = {
  model: models.caller,
  messages: [user('5')],
  tools: [weather({ type: 'string', description: 'a city' })],
}

check('openai-chat.tools.call', async ({ client }) => {
  const { json } = await chat(client, CALLED)
  const [{ message, finish_reason }] = json.choices
  const calls = message.tool_calls.map(({ id: _, ...call }) => call)
  return { content: message.content, calls, finish_reason }
})

check('openai-chat.tools.stream', async ({ client }) => {
  const events = await streamed(client, CALLED)
  return events.map((event) =>
    event === '[DONE]'
      ? event
      : [event.choices[0].delta.tool_calls?.length ?? 0, event.choices[0].finish_reason],
  )
})

check('openai-chat.tools.length', async ({ client }) => {
  const { json } = await chat(client, { ...CALLED, max_tokens: 6 })
  const [{ message, finish_reason }] = json.choices
  return { calls: message.tool_calls.length, finish_reason }
})

const CALL = {
  id: 'call_1',
  index: 0,
  type: 'function' as const,
  function: { name: 'f', arguments: '{"a":1}' },
}

check('openai-chat.tools.history', async ({ client }) => {
  const tokens: Fields = {}
  for (const [name, said, content] of [
    ['without text', 'u', null],
    ['beside a text', 'v', 'b'],
    ['beside parts', 'w', [text('b')]],
  ] as [string, string, Message['content']][]) {
    const call = { role: 'assistant', content, tool_calls: [CALL] }
    const messages = [user(said), call, { role: 'tool', content: '3' }]
    const { json } = await chat(client, { model: models.caller, messages })
    tokens[name] = json.usage.prompt_tokens
  }
  return tokens
})

check.alone('openai-chat.tools.name', async ({ client }) => {
  const model = 'conformance/openai-chat-tool-name'
  const template = '{{ range .Messages }}{{ .Content }}[{{ .ToolName }}]{{ end }}'
  await client.send({
    method: 'POST',
    path: '/api/create',
    body: { model, from: models.successor, template, stream: false },
  })
  const tokens: Fields = {}
  for (const [name, ...messages] of [
    ['neither', { role: 'tool', content: 'k' }],
    ['name', { role: 'tool', content: 'l', name: 'abc' }],
    [
      'tool_call_id',
      { role: 'assistant', content: 'm', tool_calls: [CALL] },
      { role: 'tool', content: 'n', tool_call_id: CALL.id },
    ],
  ] as [string, ...Message[]][]) {
    const { json } = await chat(client, { model, messages, max_tokens: 1 })
    tokens[name] = json.usage.prompt_tokens
  }
  await client.send({ method: 'DELETE', path: '/api/delete', body: { model } })
  return tokens
})

check('openai-chat.tools.refused', async ({ client }) => {
  const withArguments = (given: unknown) => {
    const call = { ...CALL, function: { name: 'f', arguments: given } }
    const messages = [{ role: 'assistant', tool_calls: [call] }]
    return wrong(chatRequest, { model: models.caller, messages })
  }
  return {
    'without the capability': refusal(await count(client, { tools: CALLED.tools })),
    'arguments that are no JSON': refusal(await client.send(withArguments('{'))),
    'arguments as an object': refusal(await client.send(withArguments({}))),
  }
})

check('openai-chat.tools.types', async ({ client }) => {
  const statuses: Fields = {}
  for (const [name, city] of Object.entries({
    'a list of types': { type: ['string', 'null'] },
    'a number in an enum': { type: 'integer', enum: [1] },
  })) {
    statuses[name] = (await chat(client, { ...CALLED, tools: [weather(city)] })).status
  }
  return statuses
})

check('openai-chat.tools.keywords', async ({ client }) => {
  const city = {
    type: 'string',
    description: 'kept-description',
    enum: ['kept-enum'],
    items: 'kept-items',
    anyOf: [{ type: 'kept-anyOf' }],
    properties: { 'kept-properties': { type: 'string' } },
    required: ['kept-required'],
    default: 'kept-default',
    title: 'kept-title',
    format: 'kept-format',
    pattern: 'kept-pattern',
    $ref: 'kept-$ref',
  }
  const tool = weather(city, { $defs: 'kept-$defs', additionalProperties: 'kept-additionalProperties' })
  const request = { model: models.caller, messages: [user('a')], tools: [tool], _debug_render_only: true }
  const { json } = await client.send(wrong(chatRequest, request))
  const rendered = json._debug_info.rendered_template.matchAll(/kept-([$\w]+)/g)
  return [...rendered].map(([, keyword]) => keyword).sort()
})

// What is asked for beside the conversation

check('openai-chat.debug.answer', async ({ client }) => {
  const { json } = await count(client, { _debug_render_only: true })
  const [{ message, finish_reason }] = json.choices
  const messages = userWith({ type: 'image_url', image_url: `data:image/png;base64,${PNG}` })
  const image = await chat(client, { model: models.templated, messages, _debug_render_only: true })
  return {
    rendered: json._debug_info,
    message,
    finish_reason,
    total_tokens: json.usage.total_tokens,
    rendered_image: image.json._debug_info,
  }
})

check('openai-chat.debug.stream', async ({ client }) => {
  const { eventData } = await count(client, { _debug_render_only: true, stream: true })
  return eventData.map(({ choices }) => choices[0].delta.content)
})

check('openai-chat.logprobs', async ({ client }) => {
  const request = {
    model: models.tuned,
    messages: [user('x')],
    max_tokens: 2,
    presence_penalty: 0,
    frequency_penalty: 0,
    logprobs: true,
    top_logprobs: 2,
  }
  const { json } = await chat(client, request)
  const events = await streamed(client, request)
  const [first] = json.choices[0].logprobs.content
  const rounded = ({ token, logprob }: { token: string; logprob: number }) => [token, logprob.toFixed(3)]
  return {
    first: rounded(first),
    bytes: first.bytes,
    top: first.top_logprobs.map(rounded),
    tokens: json.choices[0].logprobs.content.length,
    tokens_by_event: events
      .filter((event) => event !== '[DONE]')
      .map(({ choices }) => choices[0].logprobs?.content.length ?? 0),
  }
})

check('openai-chat.logprobs.bounds', async ({ client }) => ({
  'top_logprobs alone': (await count(client, { top_logprobs: 2 })).json.choices[0].logprobs ?? null,
  'top_logprobs 21': refusal(await client.send(wrong(countRequest, { logprobs: true, top_logprobs: 21 }))),
}))

check('openai-chat.response-format', async ({ client }) => {
  const request = { model: models.terse, messages: [user('x')] }
  const constrained = async (response_format: Body['response_format']) =>
    contentOf(await chat(client, { ...request, response_format }))
  const wrongly = async (response_format: Fields) =>
    contentOf(await client.send(wrong(chatRequest, { ...request, response_format })))
  const schema = { enum: ['t'] }
  const given = { type: 'json_schema' as const, json_schema: { schema } }
  const free = await constrained({ type: 'text' })
  const said = {
    json_object: await constrained({ type: 'json_object' }),
    json_schema: await constrained(given),
    'JSON_Schema in spaces': await wrongly({ ...given, type: ' JSON_Schema ' }),
    'json_schema without its object': await wrongly({ type: 'json_schema', schema }),
    'an unknown type': await wrongly({ ...given, type: 'grammar' }),
  }
  return Object.fromEntries(
    Object.entries(said).map(([name, content]) => [name, content === free ? 'free' : content]),
  )
})

// Reasoning

const FOUR = { model: models.thinker, messages: [user('4')] }

const thought = ({ status, json }: Answer) => {
  const { content, reasoning } = json.choices?.[0].message ?? {}
  return status === 200 ? { content, reasoning } : status
}

check('openai-chat.reasoning.answer', async ({ client }) => thought(await chat(client, FOUR)))

check('openai-chat.reasoning.stream', async ({ client }) => {
  const events = await streamed(client, FOUR)
  return events
    .filter((event) => event !== '[DONE]')
    .map(({ choices }) => [choices[0].delta.reasoning ?? null, choices[0].delta.content ?? null])
})

const EFFORTS = {
  levels: ['low', 'medium', 'high'],
  none: ['none'],
  max: ['max'],
  beyond: ['minimal', 'xhigh', 'ultra'],
} as const

for (const [name, efforts] of Object.entries(EFFORTS)) {
  check(`openai-chat.reasoning.effort.${name}`, async ({ client }) => {
    const answers: Fields = {}
    for (const reasoning_effort of efforts) {
      answers[reasoning_effort] = thought(await chat(client, { ...FOUR, reasoning_effort }))
    }
    return answers
  })
}

check('openai-chat.reasoning.effort.both', async ({ client }) =>
  refusal(
    await client.send(
      wrong(countRequest, { reasoning: { effort: 'effort' }, reasoning_effort: 'reasoning_effort' }),
    ),
  ),
)

check('openai-chat.reasoning.effort.without-thinking', async ({ client }) =>
  refusal(await count(client, { reasoning: { effort: 'low' } })),
)

check('openai-chat.reasoning.empty', async ({ client }) => {
  const { status, text } = await count(client, { reasoning: {} })
  return { status, empty: text === '' }
})

check('openai-chat.reasoning.history', async ({ client }) => {
  const tokens = []
  for (const [said, reasoning] of [
    ['r', undefined],
    ['s', 'because'],
  ] as const) {
    const answer = { role: 'assistant', content: 'c', reasoning }
    const { json } = await chat(client, { ...FOUR, messages: [user(said), answer, user('4')] })
    tokens.push(json.usage.prompt_tokens)
  }
  return { without: tokens[0], with: tokens[1] }
})

// Sampling

/** Parameters that say something else than those of the model. */
const SAMPLED = { temperature: 1, top_p: 1, seed: 7, presence_penalty: 0, frequency_penalty: 0 }

const sampled = async (client: Client, body: Partial<Body>) =>
  contentOf(await chat(client, { model: models.tuned, messages: [user('x')], ...body }))

check('openai-chat.forwards.sampling', async ({ client }) => {
  const said = (body: Partial<Body>) => sampled(client, { ...SAMPLED, ...body })
  const random = await said({})
  const greedy = await said({ temperature: 0 })
  return {
    again: (await said({})) === random,
    seed: (await said({ seed: 8 })) !== random,
    temperature: greedy,
    top_p: await said({ top_p: 0.4 }),
    presence_penalty: (await said({ temperature: 0, presence_penalty: 5 })) !== greedy,
    frequency_penalty: (await said({ temperature: 0, frequency_penalty: 1 })) !== greedy,
  }
})

check('openai-chat.forwards.stop', async ({ client }) => {
  const said = async (stop: unknown) =>
    contentOf(await client.send(wrong(countRequest, { stop, max_tokens: 6 })))
  const list = await count(client, { stop: ['x', 'C'], max_tokens: 6 })
  return {
    text: contentOf(await count(client, { stop: 'B', max_tokens: 6 })),
    list: contentOf(list),
    finish_reason: list.json.choices[0].finish_reason,
    'list with a number': await said([1, 'A']),
    number: await said(1),
  }
})

check('openai-chat.defaults', async ({ client }) => {
  const said = (body: Partial<Body>) => sampled(client, { temperature: undefined, seed: 7, ...body })
  const absent = await said({})
  const penalties = { presence_penalty: 5, frequency_penalty: 5 }
  return {
    as_1: absent === (await said({ temperature: 1, top_p: 1, ...penalties })),
    as_parameters: absent === (await said({ temperature: 0, top_p: 0.1, ...penalties })),
  }
})

// Fields that are read by others

check('openai-chat.drops.openai', async ({ client }) => {
  const plain = contentOf(await count(client))
  const changed: string[] = []
  for (const [field, value] of Object.entries({
    max_completion_tokens: 1,
    n: 2,
    // The token of `~`.
    logit_bias: { 129: 100 },
    parallel_tool_calls: 'x',
    user: 1,
    store: 'x',
    metadata: 1,
    modalities: ['audio'],
    prediction: 1,
    service_tier: 1,
    verbosity: 1,
    functions: 1,
  })) {
    const answer = await client.send(wrong(countRequest, { [field]: value }))
    if (contentOf(answer) !== plain || answer.json.choices.length !== 1) changed.push(field)
  }
  return { changed }
})

check('openai-chat.drops.ollama', async ({ client }) => {
  const fields = ['options', 'keep_alive', 'think', 'format', 'truncate', 'shift', 'top_k', 'num_ctx', 'raw']
  const wrongTypes = Object.fromEntries(fields.map((field) => [field, [1]]))
  return contentOf(await client.send(wrong(countRequest, wrongTypes)))
})

check('openai-chat.drops.tool_choice', async ({ client }) => {
  const calls: Fields = {}
  for (const [name, tool_choice] of Object.entries({
    none: 'none',
    another: { type: 'function', function: { name: 'another' } },
  })) {
    const { json } = await client.send(wrong(chatRequest, { ...CALLED, tool_choice }))
    calls[name] = json.choices[0].message.tool_calls?.[0].function.name
  }
  return calls
})

// Errors

check('openai-chat.errors.request', async ({ client }) => {
  const post = (body: unknown) =>
    client.send(
      wrong({
        method: 'POST' as const,
        path: '/v1/chat/completions' as const,
        headers: { 'content-type': 'application/json' },
        body,
      }),
    )
  return {
    empty: refusal(await post('')),
    'cut JSON': refusal(await post('{')),
    'no messages': refusal(await post({ model: models.templated })),
    'model of another type': refusal(await post({ model: 1 })),
  }
})

for (const [name, stream] of Object.entries({ whole: false, stream: true })) {
  check(`openai-chat.errors.unknown-model.${name}`, async ({ client }) => {
    const request = { model: 'conformance/nobody', messages: [user('a')], stream }
    const { status, contentType, json } = await chat(client, request)
    return { status, contentType, message: json.error.message, type: json.error.type }
  })
}

check('openai-chat.errors.no-model', async ({ client }) =>
  refusal(await client.send(wrong(countRequest, { model: undefined }))),
)

check('openai-chat.errors.form', async ({ client }) => {
  const { contentType, json } = await client.send(wrong(countRequest, { messages: [] }))
  return { contentType, error: json.error }
})

// Null, and what may be left out

check('openai-chat.null', async ({ client }) => {
  // It ends by itself.
  const request = { model: models.stopper, messages: [user('w')] }
  const fields = { temperature: null, max_tokens: null, stream_options: null, tools: null }
  const absent = await chat(client, { ...request, max_tokens: undefined })
  const nulls = await chat(client, { ...request, ...fields })
  const options = await chat(client, { ...request, stream_options: {} })
  return {
    as_absent: isDeepStrictEqual(nulls.json.choices, absent.json.choices),
    finish_reason: nulls.json.choices[0].finish_reason,
    empty_stream_options: options.status,
  }
})

check('openai-chat.tools.bare', async ({ client }) => {
  const called = async (tool: NonNullable<Body['tools']>[number]) => {
    const { json } = await chat(client, { ...CALLED, tools: [tool] })
    return json.choices[0].message.tool_calls?.map((call) => call.function.name) ?? 'no call'
  }
  return {
    name: await called({ type: 'function', function: { name: 'get_weather' } }),
    empty_parameters: await called({ type: 'function', function: { name: 'get_weather', parameters: {} } }),
  }
})

check('openai-chat.tools.bare-call', async ({ client }) => {
  const call = { function: { name: 'f', arguments: '{}' } }
  const messages = [{ role: 'assistant' as const, tool_calls: [call] }, user('3')]
  const { status, json } = await chat(client, { model: models.caller, messages })
  return { status, content: json.choices[0].message.content }
})

check('openai-chat.tools.nameless', async ({ client }) => {
  // What the model says, `{"answer": 42}`, names no tool.
  const tool = { type: 'function' as const, function: { name: '' } }
  const { json } = await chat(client, { model: models.caller, messages: [user('3')], tools: [tool] })
  return json.choices[0].message.tool_calls?.map((call) => call.function) ?? 'no call'
})
