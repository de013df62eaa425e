import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/check.ts'
import { user, wrong } from '../../harness/requests.ts'
import type { Client } from '../../harness/wire/client.ts'
import type { Exchange, Request } from '../../harness/wire/exchange.ts'

type Fields = Record<string, unknown>

/** `POST /v1/chat/completions`, greedy and at most 8 tokens unless the fields say otherwise; a text is a user's. */
const chatRequest = (model: string, said: string | Fields[], fields: Fields = {}): Request => ({
  method: 'POST',
  path: '/v1/chat/completions',
  body: {
    model,
    messages: typeof said === 'string' ? [user(said)] : said,
    temperature: 0,
    max_tokens: 8,
    ...fields,
  },
})

const chat = (client: Client, model: string, said: string | Fields[], fields?: Fields) =>
  client.send(chatRequest(model, said, fields))

/** A request that the templated model answers with `?@A`. */
const countRequest = (fields: Fields) => chatRequest(models.templated, 'abc', { max_tokens: 3, ...fields })

const count = (client: Client, fields: Fields = {}) => client.send(countRequest(fields))

const streamed = async (client: Client, model: string, said: string, fields: Fields = {}) =>
  (await chat(client, model, said, { stream: true, ...fields })).eventData

const userWith = (...parts: unknown[]) => [{ role: 'user', content: parts }]
const text = (text: string) => ({ type: 'text', text })

const refusal = ({ status, json }: Exchange) => ({ status, message: json.error?.message })

/** The text of an answer, or the status of an error. */
const contentOf = ({ status, json }: Exchange) => json.choices?.[0].message.content ?? status

// The answer

check('openai-chat.answer', async ({ client }) => {
  const { contentType, json } = await chat(client, models.caller, 'y3')
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

check('openai-chat.stream.error', async ({ client }) => {
  const events = await streamed(client, models.garbler, 'a')
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
  const { json } = await chat(client, models.repeater, 'q', { max_tokens: 40 })
  const [{ message, finish_reason }] = json.choices
  return { length: message.content.length, finish_reason, completion_tokens: json.usage.completion_tokens }
})

// Contents

check('openai-chat.content.parts', async ({ client }) => {
  const { json } = await chat(client, models.caller, userWith(text('m'), text('n')))
  return { prompt_tokens: json.usage.prompt_tokens }
})

check('openai-chat.content.none', async ({ client }) => {
  const { json } = await chat(client, models.templated, userWith())
  const { eventData } = await chat(client, models.templated, userWith(), { stream: true })
  const [{ message, finish_reason }] = json.choices
  return {
    message,
    finish_reason,
    total_tokens: json.usage.total_tokens,
    streamed: eventData.map((event) =>
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
    const answer = await client.send(wrong(chatRequest(models.templated, [{ role: 'user', content }])))
    answers[name] = refusal(answer)
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
    const request = chatRequest(models.templated, userWith({ type: 'image_url', image_url: { url } }))
    answers[name] = (await client.send(wrong(request))).json.error.message
  }
  return answers
})

check('openai-chat.image.without-vision', async ({ client }) => {
  const url = `data:image/png;base64,${PNG}`
  const answers = []
  for (const image_url of [url, { url }]) {
    const parts = userWith(text('a'), { type: 'image_url', image_url })
    const answer = await chat(client, models.templated, parts, { max_tokens: 3 })
    answers.push({ ...refusal(answer), prompt_tokens: answer.json.usage?.prompt_tokens })
  }
  return answers
})

check('openai-chat.audio.without-audio', async ({ client }) => {
  const parts = userWith({ type: 'input_audio', input_audio: { data: 'UklGRg==' } })
  const answer = await chat(client, models.templated, parts, { max_tokens: 3 })
  return { ...refusal(answer), prompt_tokens: answer.json.usage?.prompt_tokens }
})

// Tools

const weather = (
  properties: Fields = { city: { type: 'string', description: 'a city' } },
  more?: Fields,
) => ({
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'the weather',
    parameters: { type: 'object', required: ['city'], properties, ...more },
  },
})
const tools = [weather()]

type Call = { id: string }

check('openai-chat.tools.call', async ({ client }) => {
  const { json } = await chat(client, models.caller, '5', { tools })
  const [{ message, finish_reason }] = json.choices
  const calls = message.tool_calls.map(({ id: _, ...call }: Call) => call)
  return { content: message.content, calls, finish_reason }
})

check('openai-chat.tools.stream', async ({ client }) => {
  const events = await streamed(client, models.caller, '5', { tools })
  return events.map((event) =>
    event === '[DONE]'
      ? event
      : [event.choices[0].delta.tool_calls?.length ?? 0, event.choices[0].finish_reason],
  )
})

check('openai-chat.tools.length', async ({ client }) => {
  const { json } = await chat(client, models.caller, '5', { tools, max_tokens: 6 })
  const [{ message, finish_reason }] = json.choices
  return { calls: message.tool_calls.length, finish_reason }
})

const CALL = { id: 'call_1', index: 0, type: 'function', function: { name: 'f', arguments: '{"a":1}' } }

check('openai-chat.tools.history', async ({ client }) => {
  const tokens: Fields = {}
  for (const [name, said, content] of [
    ['without text', 'u', null],
    ['beside a text', 'v', 'b'],
    ['beside parts', 'w', [text('b')]],
  ] as const) {
    const call = { role: 'assistant', content, tool_calls: [CALL] }
    const { json } = await chat(client, models.caller, [user(said), call, { role: 'tool', content: '3' }])
    tokens[name] = json.usage.prompt_tokens
  }
  return tokens
})

check(
  'openai-chat.tools.name',
  async ({ client }) => {
    const model = 'conformance/openai-chat-tool-name'
    const template = '{{ range .Messages }}{{ .Content }}[{{ .ToolName }}]{{ end }}'
    await client.send({
      method: 'POST',
      path: '/api/create',
      body: { model, from: models.successor, template, stream: false },
    })
    const tokens: Fields = {}
    for (const [name, ...said] of [
      ['neither', { role: 'tool', content: 'k' }],
      ['name', { role: 'tool', content: 'l', name: 'abc' }],
      [
        'tool_call_id',
        { role: 'assistant', content: 'm', tool_calls: [CALL] },
        { role: 'tool', content: 'n', tool_call_id: CALL.id },
      ],
    ] as [string, ...Fields[]][]) {
      const { json } = await chat(client, model, said, { max_tokens: 1 })
      tokens[name] = json.usage.prompt_tokens
    }
    await client.send({ method: 'DELETE', path: '/api/delete', body: { model } })
    return tokens
  },
  { alone: true },
)

check('openai-chat.tools.refused', async ({ client }) => {
  const withArguments = (given: unknown) => {
    const call = { ...CALL, function: { name: 'f', arguments: given } }
    return wrong(chatRequest(models.caller, [{ role: 'assistant', tool_calls: [call] }]))
  }
  return {
    'without the capability': refusal(await count(client, { tools })),
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
    statuses[name] = (await chat(client, models.caller, '5', { tools: [weather({ city })] })).status
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
  const tool = weather({ city }, { $defs: 'kept-$defs', additionalProperties: 'kept-additionalProperties' })
  const request = chatRequest(models.caller, 'a', { tools: [tool], _debug_render_only: true })
  const { json } = await client.send(wrong(request))
  const rendered: string = json._debug_info.rendered_template
  return [...rendered.matchAll(/kept-([$\w]+)/g)].map(([, keyword]) => keyword).sort()
})

// What is asked for beside the conversation

check('openai-chat.debug.answer', async ({ client }) => {
  const { json } = await count(client, { _debug_render_only: true })
  const [{ message, finish_reason }] = json.choices
  const parts = userWith({ type: 'image_url', image_url: `data:image/png;base64,${PNG}` })
  const image = await chat(client, models.templated, parts, { _debug_render_only: true })
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
  const given = { max_tokens: 2, presence_penalty: 0, frequency_penalty: 0, logprobs: true, top_logprobs: 2 }
  const { json } = await chat(client, models.tuned, 'x', given)
  const events = await streamed(client, models.tuned, 'x', given)
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
  'top_logprobs 21': refusal(await client.send(wrong(countRequest({ logprobs: true, top_logprobs: 21 })))),
}))

check('openai-chat.response-format', async ({ client }) => {
  const constrained = async (response_format: unknown) =>
    contentOf(await client.send(wrong(chatRequest(models.terse, 'x', { response_format }))))
  const schema = { enum: ['t'] }
  const given = { type: 'json_schema', json_schema: { schema } }
  const free = contentOf(await chat(client, models.terse, 'x', { response_format: { type: 'text' } }))
  const said = {
    json_object: contentOf(
      await chat(client, models.terse, 'x', { response_format: { type: 'json_object' } }),
    ),
    json_schema: contentOf(await chat(client, models.terse, 'x', { response_format: given })),
    'JSON_Schema in spaces': await constrained({ ...given, type: ' JSON_Schema ' }),
    'json_schema without its object': await constrained({ type: 'json_schema', schema }),
    'an unknown type': await constrained({ ...given, type: 'grammar' }),
  }
  return Object.fromEntries(
    Object.entries(said).map(([name, content]) => [name, content === free ? 'free' : content]),
  )
})

// Reasoning

const thought = ({ status, json }: Exchange) => {
  const { content, reasoning } = json.choices?.[0].message ?? {}
  return status === 200 ? { content, reasoning } : status
}

check('openai-chat.reasoning.answer', async ({ client }) => thought(await chat(client, models.thinker, '4')))

check('openai-chat.reasoning.stream', async ({ client }) => {
  const events = await streamed(client, models.thinker, '4')
  return events
    .filter((event) => event !== '[DONE]')
    .map(({ choices }) => [choices[0].delta.reasoning ?? null, choices[0].delta.content ?? null])
})

for (const [name, efforts] of Object.entries({
  levels: ['low', 'medium', 'high'],
  none: ['none'],
  max: ['max'],
  beyond: ['minimal', 'xhigh', 'ultra'],
})) {
  check(`openai-chat.reasoning.effort.${name}`, async ({ client }) => {
    const answers: Fields = {}
    for (const reasoning_effort of efforts) {
      answers[reasoning_effort] = thought(await chat(client, models.thinker, '4', { reasoning_effort }))
    }
    return answers
  })
}

check('openai-chat.reasoning.effort.both', async ({ client }) =>
  refusal(
    await client.send(
      wrong(countRequest({ reasoning: { effort: 'effort' }, reasoning_effort: 'reasoning_effort' })),
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
    const { json } = await chat(client, models.thinker, [user(said), answer, user('4')])
    tokens.push(json.usage.prompt_tokens)
  }
  return { without: tokens[0], with: tokens[1] }
})

// Sampling

/** Parameters that say something else than the requests. */
const SAMPLED = { temperature: 1, top_p: 1, seed: 7, presence_penalty: 0, frequency_penalty: 0 }

check('openai-chat.forwards.sampling', async ({ client }) => {
  const said = async (fields: Fields) =>
    contentOf(await chat(client, models.tuned, 'x', { ...SAMPLED, ...fields }))
  const sampled = await said({})
  const greedy = await said({ temperature: 0 })
  return {
    again: (await said({})) === sampled,
    seed: (await said({ seed: 8 })) !== sampled,
    temperature: greedy,
    top_p: await said({ top_p: 0.4 }),
    presence_penalty: (await said({ temperature: 0, presence_penalty: 5 })) !== greedy,
    frequency_penalty: (await said({ temperature: 0, frequency_penalty: 1 })) !== greedy,
  }
})

check('openai-chat.forwards.stop', async ({ client }) => {
  const said = async (stop: unknown) =>
    contentOf(await client.send(wrong(countRequest({ stop, max_tokens: 6 }))))
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
  const said = async (fields: Fields) =>
    contentOf(await chat(client, models.tuned, 'x', { temperature: undefined, seed: 7, ...fields }))
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
    const answer = await client.send(wrong(countRequest({ [field]: value })))
    if (contentOf(answer) !== plain || answer.json.choices.length !== 1) changed.push(field)
  }
  return { changed }
})

check('openai-chat.drops.ollama', async ({ client }) => {
  const fields = ['options', 'keep_alive', 'think', 'format', 'truncate', 'shift', 'top_k', 'num_ctx', 'raw']
  const wrongTypes = Object.fromEntries(fields.map((field) => [field, [1]]))
  return contentOf(await client.send(wrong(countRequest(wrongTypes))))
})

check('openai-chat.drops.tool_choice', async ({ client }) => {
  const calls: Fields = {}
  for (const [name, tool_choice] of Object.entries({
    none: 'none',
    another: { type: 'function', function: { name: 'another' } },
  })) {
    const { json } = await client.send(wrong(chatRequest(models.caller, '5', { tools, tool_choice })))
    calls[name] = json.choices[0].message.tool_calls?.[0].function.name
  }
  return calls
})

// Errors

check('openai-chat.errors.request', async ({ client }) => {
  const post = (body: unknown) =>
    client.send(
      wrong({
        method: 'POST',
        path: '/v1/chat/completions',
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
    const { status, contentType, json } = await chat(client, 'conformance/nobody', 'a', { stream })
    return { status, contentType, message: json.error.message, type: json.error.type }
  })
}

check('openai-chat.errors.no-model', async ({ client }) =>
  refusal(await client.send(wrong(countRequest({ model: undefined })))),
)

check('openai-chat.errors.form', async ({ client }) => {
  const { contentType, json } = await client.send(wrong(countRequest({ messages: [] })))
  return { contentType, error: json.error }
})
