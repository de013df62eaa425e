import { isDeepStrictEqual } from 'node:util'
import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { BodyOf } from '../../harness/wire/answers.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import type { Verbs } from '../../harness/wire/verbs.ts'
import type { Route } from '../../schemas/ollama/types.ts'
import { askEach, mediaType, outcome } from '../answers.ts'
import { garbling, withModel } from './loaded.ts'
import { LEVEL_TOLD, user } from './requests.ts'

type Body = BodyOf<'POST', '/v1/chat/completions', Route>
type Part = Extract<Body['messages'][number]['content'], unknown[]>[number]

const SHORT = { temperature: 0, max_tokens: 8 } as const
/** The templated model answers `?@A`. */
const ABC = { model: models.templated, messages: [user('abc')], temperature: 0, max_tokens: 3 }

const userWith = (...content: Part[]) => [{ role: 'user', content }]
const text = (text: string) => ({ type: 'text' as const, text })

/** The text of an answer, or the status of an error. */
const contentOf = ({ status, json }: Exchange) => json.choices?.[0].message.content ?? status

/** What `read` makes of the events of a stream, `[DONE]` as it is. */
const eachEvent = <Read>({ eventData }: Exchange, read: (event: Exchange['json']) => Read) =>
  eventData.map((event) => (event === '[DONE]' ? event : read(event)))

// The answer

check('openai-chat.answer', async ({ post }) => {
  const body = { model: models.caller, messages: [user('y3')], ...SHORT }
  const { contentType, json } = await post('/v1/chat/completions', body)
  const [{ message, finish_reason }] = json.choices
  return { content_type: contentType, message, finish_reason, usage: json.usage }
})

check('openai-chat.stream.events', async ({ post }) => {
  const answer = await post('/v1/chat/completions', { ...ABC, stream: true })
  const events = eachEvent(answer, ({ choices: [{ delta, finish_reason }] }) => ({ delta, finish_reason }))
  return { content_type: answer.contentType, events }
})

check('openai-chat.stream.usage', async ({ post }) => {
  const stream_options = { include_usage: true }
  const answer = await post('/v1/chat/completions', { ...ABC, stream: true, stream_options })
  return eachEvent(answer, ({ usage }) => ({ completion_tokens: usage?.completion_tokens }))
})

check('openai-chat.stream.usage-choices', async ({ post }) => {
  const stream_options = { include_usage: true }
  const answer = await post('/v1/chat/completions', { ...ABC, stream: true, stream_options })
  return eachEvent(answer, ({ choices }) => choices.length)
})

check('openai-chat.stream.usage-unasked', ({ post }) =>
  askEach({ false: { include_usage: false }, empty: {}, none: null }, async (stream_options) => {
    const answer = await post.wrong('/v1/chat/completions', { ...ABC, stream: true, stream_options })
    return answer.eventData.filter((event) => event.usage || event.choices?.length === 0).length
  }),
)

check.alone('openai-chat.stream.error', async ({ client, post }) => {
  const body = { model: models.garbler, messages: [user('a')], stream: true, ...SHORT }
  const answer = await garbling(client, () => post('/v1/chat/completions', body))
  return eachEvent(answer, ({ model, choices: [{ delta, finish_reason }] }) => ({
    model,
    content: delta.content ?? '',
    finish_reason,
  }))
})

check('openai-chat.repetition', async ({ post }) => {
  const body = { model: models.repeater, messages: [user('q')], temperature: 0, max_tokens: 40 }
  const { choices, usage } = (await post('/v1/chat/completions', body)).json
  const [{ message, finish_reason }] = choices
  return { length: message.content.length, finish_reason, completion_tokens: usage.completion_tokens }
})

// Contents

check('openai-chat.content.parts', async ({ post }) => {
  const body = { model: models.caller, messages: userWith(text('m'), text('n')), ...SHORT }
  return { prompt_tokens: (await post('/v1/chat/completions', body)).json.usage.prompt_tokens }
})

check('openai-chat.content.none', async ({ post }) => {
  const body = { model: models.templated, messages: userWith(), ...SHORT }
  const { choices, usage } = (await post('/v1/chat/completions', body)).json
  const [{ message, finish_reason }] = choices
  const stream = await post('/v1/chat/completions', { ...body, stream: true })
  return {
    message,
    finish_reason,
    total_tokens: usage.total_tokens,
    streamed: eachEvent(stream, ({ choices: [{ delta, finish_reason }] }) => ({
      content: delta.content,
      finish_reason,
    })),
  }
})

check('openai-chat.content.refused', ({ post }) =>
  askEach<unknown, unknown>(
    {
      null: null,
      number: 1,
      'part that is a text': ['a'],
      'part of unknown type': [{ type: 'video' }],
      'text that is none': [{ type: 'text', text: 1 }],
    },
    async (content) => {
      const body = { model: models.templated, messages: [{ role: 'user', content }], ...SHORT }
      return outcome(await post.wrong('/v1/chat/completions', body))
    },
  ),
)

/** One black pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const PIXEL = `data:image/png;base64,${PNG}`

check('openai-chat.image.refused', ({ post }) =>
  askEach(
    {
      address: 'https://127.0.0.1/a.png',
      gif: `data:image/gif;base64,${PNG}`,
      webp: `data:image/webp;base64,${PNG}?`,
      untyped: `data:;base64,${PNG}?`,
      'not base64': 'data:image/png;base64,???',
    },
    async (url) => {
      const messages = userWith({ type: 'image_url', image_url: { url } })
      const body = { model: models.templated, messages, ...SHORT }
      return (await post.wrong('/v1/chat/completions', body)).json.error.message
    },
  ),
)

const tokensOrError = (answer: Exchange) => ({
  ...outcome(answer),
  prompt_tokens: answer.json.usage?.prompt_tokens,
})

check('openai-chat.image.without-vision', ({ post }) =>
  askEach({ text: PIXEL, object: { url: PIXEL } }, async (image_url) => {
    const messages = userWith(text('a'), { type: 'image_url', image_url })
    return tokensOrError(await post('/v1/chat/completions', { ...ABC, messages }))
  }),
)

check('openai-chat.audio.without-audio', async ({ post }) => {
  const messages = userWith({ type: 'input_audio', input_audio: { data: 'UklGRg==' } })
  return tokensOrError(await post('/v1/chat/completions', { ...ABC, messages }))
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

/** Makes the model call its tool. */
const CALLED = {
  model: models.caller,
  messages: [user('5')],
  tools: [weather({ type: 'string', description: 'a city' })],
  ...SHORT,
}

check('openai-chat.tools.call', async ({ post }) => {
  const [{ message, finish_reason }] = (await post('/v1/chat/completions', CALLED)).json.choices
  const calls = message.tool_calls.map(({ id: _, ...call }) => call)
  return { content: message.content, calls, finish_reason }
})

check('openai-chat.tools.stream', async ({ post }) =>
  eachEvent(
    await post('/v1/chat/completions', { ...CALLED, stream: true }),
    ({ choices: [{ delta, finish_reason }] }) => ({ calls: delta.tool_calls?.length ?? 0, finish_reason }),
  ),
)

check('openai-chat.tools.length', async ({ post }) => {
  const [choice] = (await post('/v1/chat/completions', { ...CALLED, max_tokens: 6 })).json.choices
  return { calls: choice.message.tool_calls.length, finish_reason: choice.finish_reason }
})

const CALL = {
  id: 'call_1',
  index: 0,
  type: 'function' as const,
  function: { name: 'f', arguments: '{"a":1}' },
}

check('openai-chat.tools.history', ({ post }) =>
  askEach(
    {
      'without text': { said: 'u', content: null },
      'beside a text': { said: 'v', content: 'b' },
      'beside parts': { said: 'w', content: [text('b')] },
    },
    async ({ said, content }) => {
      const call = { role: 'assistant', content, tool_calls: [CALL] }
      const messages = [user(said), call, { role: 'tool', content: '3' }]
      const { json } = await post('/v1/chat/completions', { model: models.caller, messages, ...SHORT })
      return json.usage.prompt_tokens
    },
  ),
)

check.alone('openai-chat.tools.name', ({ client, post }) => {
  const model = 'conformance/openai-chat-tool-name'
  const template = '{{ range .Messages }}{{ .Content }}[{{ .ToolName }}]{{ end }}'
  return withModel(client, { model, from: models.successor, template }, () =>
    askEach(
      {
        neither: [{ role: 'tool', content: 'k' }],
        name: [{ role: 'tool', content: 'l', name: 'abc' }],
        tool_call_id: [
          { role: 'assistant', content: 'm', tool_calls: [CALL] },
          { role: 'tool', content: 'n', tool_call_id: CALL.id },
        ],
      },
      async (messages) => {
        const { json } = await post('/v1/chat/completions', { model, messages, ...SHORT, max_tokens: 1 })
        return json.usage.prompt_tokens
      },
    ),
  )
})

check('openai-chat.tools.refused', async ({ post }) => {
  const withArguments = (given: unknown) => {
    const call = { ...CALL, function: { name: 'f', arguments: given } }
    return { model: models.caller, messages: [{ role: 'assistant', tool_calls: [call] }], ...SHORT }
  }
  return {
    'without the capability': outcome(await post('/v1/chat/completions', { ...ABC, tools: CALLED.tools })),
    'arguments that are no JSON': outcome(await post.wrong('/v1/chat/completions', withArguments('{'))),
    'arguments as an object': outcome(await post.wrong('/v1/chat/completions', withArguments({}))),
  }
})

check('openai-chat.tools.types', ({ post }) =>
  askEach(
    {
      'a list of types': { type: ['string', 'null'] },
      'a number in an enum': { type: 'integer', enum: [1] },
    },
    async (city) => (await post('/v1/chat/completions', { ...CALLED, tools: [weather(city)] })).status,
  ),
)

check('openai-chat.tools.keywords', async ({ post }) => {
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
  const body = { model: models.caller, messages: [user('a')], tools: [tool], _debug_render_only: true }
  const { json } = await post.wrong('/v1/chat/completions', { ...body, ...SHORT })
  const rendered: string = json._debug_info.rendered_template
  return [...rendered.matchAll(/kept-([$\w]+)/g)].map(([, keyword]) => keyword).sort()
})

check('openai-chat.tools.bare', ({ post }) =>
  askEach(
    { name: { name: 'get_weather' }, empty_parameters: { name: 'get_weather', parameters: {} } },
    async (named) => {
      const tools = [{ type: 'function' as const, function: named }]
      const { json } = await post('/v1/chat/completions', { ...CALLED, tools })
      return json.choices[0].message.tool_calls?.map((call) => call.function.name) ?? 'no call'
    },
  ),
)

check('openai-chat.tools.bare-call', async ({ post }) => {
  const call = { function: { name: 'f', arguments: '{}' } }
  const messages = [{ role: 'assistant' as const, tool_calls: [call] }, user('3')]
  const { status, json } = await post('/v1/chat/completions', { model: models.caller, messages, ...SHORT })
  return { status, content: json.choices[0].message.content }
})

check('openai-chat.tools.nameless', async ({ post }) => {
  // What the model says, `{"answer": 42}`, names no tool.
  const tools = [{ type: 'function' as const, function: { name: '' } }]
  const body = { model: models.caller, messages: [user('3')], tools, ...SHORT }
  const [{ message }] = (await post('/v1/chat/completions', body)).json.choices
  return message.tool_calls?.map((call) => call.function) ?? 'no call'
})

// What is asked for beside the conversation

check('openai-chat.debug.answer', async ({ post }) => {
  const { json } = await post('/v1/chat/completions', { ...ABC, _debug_render_only: true })
  const [{ message, finish_reason }] = json.choices
  const messages = userWith({ type: 'image_url', image_url: PIXEL })
  const body = { model: models.templated, messages, _debug_render_only: true, ...SHORT }
  return {
    rendered: json._debug_info,
    message,
    finish_reason,
    total_tokens: json.usage.total_tokens,
    rendered_image: (await post('/v1/chat/completions', body)).json._debug_info,
  }
})

check('openai-chat.debug.stream', async ({ post }) =>
  eachEvent(
    await post('/v1/chat/completions', { ...ABC, _debug_render_only: true, stream: true }),
    ({ choices }) => ({ content: choices[0].delta.content }),
  ),
)

check('openai-chat.logprobs', async ({ post }) => {
  const penalties = { presence_penalty: 0, frequency_penalty: 0 }
  const asked = { logprobs: true, top_logprobs: 2, temperature: 0, max_tokens: 2 }
  const body = { model: models.tuned, messages: [user('x')], ...penalties, ...asked }
  const { content } = (await post('/v1/chat/completions', body)).json.choices[0].logprobs
  const stream = await post('/v1/chat/completions', { ...body, stream: true })
  const rounded = ({ token, logprob }: { token: string; logprob: number }) => ({
    token,
    logprob: Number(logprob.toFixed(3)),
  })
  return {
    first: rounded(content[0]),
    bytes: content[0].bytes,
    top: content[0].top_logprobs.map(rounded),
    tokens: content.length,
    tokens_by_event: eachEvent(stream, ({ choices }) => choices[0].logprobs?.content.length ?? 0),
  }
})

check('openai-chat.logprobs.bounds', async ({ post }) => ({
  'top_logprobs alone':
    (await post('/v1/chat/completions', { ...ABC, top_logprobs: 2 })).json.choices[0].logprobs ?? null,
  'top_logprobs 21': outcome(
    await post.wrong('/v1/chat/completions', { ...ABC, logprobs: true, top_logprobs: 21 }),
  ),
}))

check('openai-chat.response-format', async ({ post }) => {
  const body = { model: models.terse, messages: [user('x')], ...SHORT }
  const schema = { enum: ['t'] }
  const wanted = { type: 'json_schema' as const, json_schema: { schema } }
  const free = contentOf(await post('/v1/chat/completions', { ...body, response_format: { type: 'text' } }))
  const said = (answer: Exchange) => (contentOf(answer) === free ? 'free' : contentOf(answer))
  const known = await askEach(
    { json_object: { type: 'json_object' as const }, json_schema: wanted },
    async (response_format) => said(await post('/v1/chat/completions', { ...body, response_format })),
  )
  const others = await askEach(
    {
      'JSON_Schema in spaces': { ...wanted, type: ' JSON_Schema ' },
      'json_schema without its object': { type: 'json_schema', schema },
      'an unknown type': { ...wanted, type: 'grammar' },
    },
    async (response_format) => said(await post.wrong('/v1/chat/completions', { ...body, response_format })),
  )
  return { ...known, ...others }
})

// Reasoning

const FOUR = { model: models.thinker, messages: [user('4')], ...SHORT }

const thought = ({ status, json }: Exchange) => {
  const { content, reasoning } = json.choices?.[0].message ?? {}
  return status === 200 ? { content, reasoning } : { status }
}

check('openai-chat.reasoning.answer', async ({ post }) => thought(await post('/v1/chat/completions', FOUR)))

check('openai-chat.reasoning.stream', async ({ post }) =>
  eachEvent(await post('/v1/chat/completions', { ...FOUR, stream: true }), ({ choices: [{ delta }] }) => ({
    reasoning: delta.reasoning,
    content: delta.content,
  })),
)

const thoughtAt = (post: Verbs['post'], ...efforts: Body['reasoning_effort'][]) =>
  askEach(efforts, async (reasoning_effort) =>
    thought(await post('/v1/chat/completions', { ...FOUR, reasoning_effort })),
  )

check('openai-chat.reasoning.effort.levels', ({ post }) => thoughtAt(post, 'low', 'medium', 'high'))

check('openai-chat.reasoning.effort.none', ({ post }) => thoughtAt(post, 'none'))

check('openai-chat.reasoning.effort.max', ({ post }) => thoughtAt(post, 'max'))

check('openai-chat.reasoning.effort.beyond', ({ post }) => thoughtAt(post, 'minimal', 'xhigh', 'ultra'))

check('openai-chat.reasoning.effort.both', async ({ post }) => {
  const efforts = { reasoning: { effort: 'effort' }, reasoning_effort: 'reasoning_effort' }
  return outcome(await post.wrong('/v1/chat/completions', { ...ABC, ...efforts }))
})

check('openai-chat.reasoning.effort.without-thinking', async ({ post }) =>
  outcome(await post('/v1/chat/completions', { ...ABC, reasoning: { effort: 'low' } })),
)

check('openai-chat.reasoning.empty', async ({ post }) => {
  const { status, text } = await post('/v1/chat/completions', { ...ABC, reasoning: {} })
  return { status, empty: text === '' }
})

check('openai-chat.reasoning.history', ({ post }) =>
  askEach(
    { without: { said: 'r' }, with: { said: 's', reasoning: 'because' } },
    async ({ said, ...thoughts }) => {
      const messages = [user(said), { role: 'assistant', content: 'c', ...thoughts }, user('4')]
      return (await post('/v1/chat/completions', { ...FOUR, messages })).json.usage.prompt_tokens
    },
  ),
)

// Sampling

const TUNED = { model: models.tuned, messages: [user('x')], max_tokens: 8, seed: 7 }

check('openai-chat.forwards.sampling', async ({ post }) => {
  const other = { ...TUNED, temperature: 1, top_p: 1, presence_penalty: 0, frequency_penalty: 0 }
  const say = async (fields: object) => contentOf(await post('/v1/chat/completions', { ...other, ...fields }))
  const random = await say({})
  const greedy = await say({ temperature: 0 })
  return {
    again: (await say({})) === random,
    seed: (await say({ seed: 8 })) !== random,
    temperature: greedy,
    top_p: await say({ top_p: 0.4 }),
    presence_penalty: (await say({ temperature: 0, presence_penalty: 5 })) !== greedy,
    frequency_penalty: (await say({ temperature: 0, frequency_penalty: 1 })) !== greedy,
  }
})

check('openai-chat.forwards.stop', async ({ post }) => {
  const six = { ...ABC, max_tokens: 6 }
  const list = await post('/v1/chat/completions', { ...six, stop: ['x', 'C'] })
  return {
    text: contentOf(await post('/v1/chat/completions', { ...six, stop: 'B' })),
    list: contentOf(list),
    finish_reason: list.json.choices[0].finish_reason,
    'list with a number': contentOf(await post.wrong('/v1/chat/completions', { ...six, stop: [1, 'A'] })),
    number: contentOf(await post.wrong('/v1/chat/completions', { ...six, stop: 1 })),
  }
})

check('openai-chat.defaults', async ({ post }) => {
  const say = async (fields: object) => contentOf(await post('/v1/chat/completions', { ...TUNED, ...fields }))
  const absent = await say({})
  const penalties = { presence_penalty: 5, frequency_penalty: 5 }
  return {
    as_1: absent === (await say({ temperature: 1, top_p: 1, ...penalties })),
    as_parameters: absent === (await say({ temperature: 0, top_p: 0.1, ...penalties })),
  }
})

// Fields that are read by others

check('openai-chat.drops.openai', ({ post }) =>
  askEach<object, unknown>(
    {
      none: {},
      max_completion_tokens: { max_completion_tokens: 1 },
      n: { n: 2 },
      // The token of `~`.
      logit_bias: { logit_bias: { 129: 100 } },
      parallel_tool_calls: { parallel_tool_calls: 'x' },
      user: { user: 1 },
      store: { store: 'x' },
      metadata: { metadata: 1 },
      modalities: { modalities: ['audio'] },
      prediction: { prediction: 1 },
      service_tier: { service_tier: 1 },
      verbosity: { verbosity: 1 },
      functions: { functions: 1 },
    },
    async (field) => {
      const { json } = await post.wrong('/v1/chat/completions', { ...ABC, ...field })
      return json.choices.map(({ message }) => message.content)
    },
  ),
)

check('openai-chat.drops.ollama', async ({ post }) => {
  const fields = ['options', 'keep_alive', 'think', 'format', 'truncate', 'shift', 'top_k', 'num_ctx', 'raw']
  const wrongTypes = Object.fromEntries(fields.map((field) => [field, [1]]))
  return contentOf(await post.wrong('/v1/chat/completions', { ...ABC, ...wrongTypes }))
})

check('openai-chat.drops.tool_choice', ({ post }) =>
  askEach<unknown, unknown>(
    { none: 'none', another: { type: 'function', function: { name: 'another' } } },
    async (tool_choice) => {
      const { json } = await post.wrong('/v1/chat/completions', { ...CALLED, tool_choice })
      return json.choices[0].message.tool_calls?.[0].function.name
    },
  ),
)

// Errors

check('openai-chat.errors.request', ({ post }) =>
  askEach<unknown, unknown>(
    {
      empty: '',
      'cut JSON': '{',
      'no messages': { model: models.templated },
      'model of another type': { model: 1 },
    },
    async (body) => {
      const headers = { 'content-type': 'application/json' }
      return outcome(await post.wrong('/v1/chat/completions', body, { headers }))
    },
  ),
)

check.each('openai-chat.errors.unknown-model.*', async ({ post, given }) => {
  const body = { model: 'conformance/nobody', messages: [user('a')], ...SHORT, stream: given.stream }
  const answer = await post('/v1/chat/completions', body)
  return { ...outcome(answer), content_type: answer.contentType, type: answer.json.error.type }
})

check('openai-chat.errors.no-model', async ({ post }) =>
  outcome(await post.wrong('/v1/chat/completions', { ...ABC, model: undefined })),
)

check('openai-chat.errors.form', async ({ post }) => {
  const exchange = await post.wrong('/v1/chat/completions', { ...ABC, messages: [] })
  const { message, ...rest } = exchange.json.error ?? {}
  return { media_type: mediaType(exchange), error: { message: typeof message, ...rest } }
})

// Null

check('openai-chat.null', async ({ post }) => {
  // It ends by itself.
  const body = { model: models.stopper, messages: [user('w')], temperature: 0 }
  const nulls = { temperature: null, max_tokens: null, stream_options: null, tools: null }
  const absent = await post('/v1/chat/completions', body)
  const { choices } = (await post('/v1/chat/completions', { ...body, ...nulls })).json
  const options = await post('/v1/chat/completions', { ...body, max_tokens: 8, stream_options: {} })
  return {
    as_absent: isDeepStrictEqual(choices, absent.json.choices),
    finish_reason: choices[0].finish_reason,
    empty_stream_options: options.status,
  }
})

// Several calls, and where an answer ends

/** Makes the model call its tool twice. */
const TWICE = { ...CALLED, model: models.multicaller, messages: [user('6')] }
/** The calls of an answer, or of the events of a stream. */
const callsOf = (answer: Exchange): Exchange['json'][] =>
  answer.contentType?.startsWith('text/event-stream')
    ? answer.eventData.flatMap((event) => event.choices?.[0].delta.tool_calls ?? [])
    : answer.json.choices[0].message.tool_calls

check.each('openai-chat.parallel.*', async ({ post, given }) => {
  const answer = await post('/v1/chat/completions', { ...TWICE, ...given })
  if (answer.status !== 200) return outcome(answer)
  const calls = callsOf(answer)
  return {
    calls: calls.map(({ index, function: called }) => ({ index, arguments: called.arguments })),
    ids: new Set(calls.map(({ id }) => id)).size,
    ids_have_the_form: calls.every(({ id }) => /^call_[a-z0-9]{8}$/.test(id)),
  }
})

const lastReason = (answer: Exchange) =>
  answer.contentType?.startsWith('text/event-stream')
    ? answer.eventData.at(-2).choices[0].finish_reason
    : answer.json.choices[0].finish_reason

check.each('openai-chat.finish.*', async ({ post, given }) => {
  const body = { model: models.caller, messages: [user('2')], temperature: 0, max_tokens: 8, ...given }
  return {
    whole: lastReason(await post('/v1/chat/completions', body)),
    stream: lastReason(await post('/v1/chat/completions', { ...body, stream: true })),
  }
})

/** Answered with five tokens, `hello world END of story`, and the end. */
const HELLO = { model: models.caller, messages: [user('2')], temperature: 0 }

check.each('openai-chat.limit.*', async ({ post, given }) => {
  const answer = await post.wrong('/v1/chat/completions', { ...HELLO, ...given })
  if (answer.status !== 200) return outcome(answer)
  const [{ message, finish_reason }] = answer.json.choices
  return { content: message.content, finish_reason, completion_tokens: answer.json.usage.completion_tokens }
})

// Names and times

check.each('openai-chat.model.*', async ({ post, given }) => {
  const body = { ...HELLO, model: given.name }
  const { model } = (await post('/v1/chat/completions', body)).json
  const { eventData } = await post('/v1/chat/completions', { ...body, stream: true })
  return { whole: model, stream: [...new Set(eventData.slice(0, -1).map((event) => event.model))] }
})

const secondsOf = (answer: Exchange) => Date.parse(answer.header('date') ?? '') / 1000

check('openai-chat.identity', async ({ post }) => {
  const answer = await post('/v1/chat/completions', HELLO)
  const { id, object, created, system_fingerprint, choices } = answer.json
  return {
    id_has_the_form: /^chatcmpl-\d{1,3}$/.test(id),
    object,
    created_now: Math.abs(created - secondsOf(answer)) <= 60,
    system_fingerprint,
    choices: choices.map(({ index }) => index),
  }
})

check('openai-chat.stream.identity', async ({ post }) => {
  const answer = await post('/v1/chat/completions', { ...HELLO, stream: true })
  const events = answer.eventData.slice(0, -1)
  const all = <Value>(read: (event: Exchange['json']) => Value) => [...new Set(events.map(read))]
  return {
    ids: all(({ id }) => id).length,
    id_has_the_form: events.every(({ id }) => /^chatcmpl-\d{1,3}$/.test(id)),
    objects: all(({ object }) => object),
    created_now: events.every(({ created }) => Math.abs(created - secondsOf(answer)) <= 60),
    fingerprints: all(({ system_fingerprint }) => system_fingerprint),
    indices: all(({ choices }) => choices[0].index),
    roles: events.map(({ choices }) => choices[0].delta.role ?? null),
  }
})

check.each('openai-chat.as-answer.*', async ({ post, given }) => {
  const body = {
    temperature: 0,
    max_tokens: 20,
    messages: [user(given.say)],
    model: `conformance/${given.model}`,
  }
  const { choices, usage } = (await post('/v1/chat/completions', body)).json
  const stream_options = { include_usage: true }
  const { eventData } = await post('/v1/chat/completions', { ...body, stream: true, stream_options })
  const deltas = eventData.flatMap((event) => event.choices?.map(({ delta }) => delta) ?? [])
  const joined = (field: 'content' | 'reasoning') => deltas.map((delta) => delta[field] ?? '').join('')
  const [{ message }] = choices
  return {
    content: message.content,
    same_content: joined('content') === message.content,
    same_reasoning: joined('reasoning') === (message.reasoning ?? ''),
    same_usage: isDeepStrictEqual(eventData.at(-2).usage, usage),
  }
})

// What comes to the template

check.each('openai-chat.prompt.*', async ({ post, given }) => {
  const { model, ...body } = given
  const sent = { model: `conformance/${model}`, ...body, _debug_render_only: true, ...SHORT }
  const answer = await post.wrong('/v1/chat/completions', sent)
  return answer.status === 200 ? answer.json._debug_info.rendered_template : outcome(answer)
})

// A model's own parameters

check.alone('openai-chat.parameters', ({ client, post, given }) => {
  const model = 'conformance/openai-chat-parameters'
  const parameters = { num_predict: 3, stop: ['D'] }
  return withModel(client, { model, from: models.templated, parameters }, () =>
    askEach(given, async (own: object) => {
      const body = { model, messages: [user('abc')], temperature: 0, ...own }
      const [{ message, finish_reason }] = (await post('/v1/chat/completions', body)).json.choices
      return { content: message.content, finish_reason }
    }),
  )
})

check('openai-chat.tools.format', async ({ post }) => {
  const response_format = { type: 'json_schema' as const, json_schema: { schema: { enum: ['x'] } } }
  const [{ message, finish_reason }] = (await post('/v1/chat/completions', { ...CALLED, response_format }))
    .json.choices
  return { content: message.content, calls: message.tool_calls?.length ?? 0, finish_reason }
})

// Each effort makes the model say the letter after the last of the level that it is told.
check.each('openai-chat.effort.*', async ({ post, given }) => {
  const body = { model: models.leveller, messages: [user('~')], temperature: 0, max_tokens: 1, ...given }
  const answer = await post.wrong('/v1/chat/completions', body)
  return answer.status === 200 ? LEVEL_TOLD[String(contentOf(answer))] : outcome(answer)
})

check('openai-chat.null.each', ({ post, given }) =>
  askEach(given, async (field: string) => {
    const answer = await post.wrong('/v1/chat/completions', { ...HELLO, max_tokens: 8, [field]: null })
    return answer.status === 200 ? answer.json.choices[0].finish_reason : outcome(answer)
  }),
)

check('openai-chat.wrong-types', ({ post, given }) =>
  askEach(Object.keys(given), async (field) => {
    const body = { ...HELLO, max_tokens: 8, [field]: given[field] }
    return outcome(await post.wrong('/v1/chat/completions', body)).error ?? 'accepted'
  }),
)
