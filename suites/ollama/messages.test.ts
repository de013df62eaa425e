import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { BodyOf } from '../../harness/wire/answers.ts'
import type { Client } from '../../harness/wire/client.ts'
import { answersTo } from '../answers.ts'
import { garbling } from './loaded.ts'
import { wrong } from './requests.ts'

type Body = BodyOf<'POST', '/v1/messages'>
type Content = Body['messages'][number]['content']
type Block = Exclude<Content, string>[number]

const user = (content: Content) => [{ role: 'user', content }]

/** `POST /v1/messages` to a model that says `hello world END of story`, unless the body says otherwise. */
const request = (body: Partial<Body>) => ({
  method: 'POST' as const,
  path: '/v1/messages' as const,
  body: { model: models.caller, max_tokens: 8, messages: user('2'), ...body },
})
const message = (client: Client, body: Partial<Body>) => client.send(request(body))

type Answer = Awaited<ReturnType<typeof message>>

const THINKER = { model: models.thinker, messages: user('4') }
const WEATHER = {
  name: 'get_weather',
  description: 'the weather in a city',
  input_schema: { type: 'object', properties: { city: { type: 'string' } } },
}
const CALL = { model: models.caller, messages: user('5'), tools: [WEATHER] }
const THINK_AND_CALL = { model: models.agent, messages: user('7'), tools: [WEATHER] }
const SEARCH = {
  model: models.agent,
  messages: user('8'),
  tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 1 }],
}

/** The content without the identifiers, which are others each time. */
const content = ({ json }: Answer) =>
  json.content?.map(({ id, tool_use_id, ...block }) => block) ?? json.content

const text = ({ json }: Answer) => json.content?.map(({ text }) => text).join('')

/** What each event says, in a few words: its type, its block, and what the block has more. */
const told = ({ eventData }: Answer) =>
  eventData.map(({ type, index, content_block, delta }) => {
    const more = delta?.text ?? delta?.thinking ?? delta?.partial_json ?? delta?.stop_reason
    return [type, index, content_block?.type, more].filter((part) => part !== undefined).join(' ')
  })

const streamed = (client: Client, body: Partial<Body>) =>
  message(client, { stream: true, ...body }).then(told)

async function refused(client: Client, body: unknown) {
  const { status, json } = await client.send({ ...wrong(request({})), body })
  return `${status} ${json.error.type}: ${json.error.message}`
}

const refusals = (client: Client, bodies: Record<string, unknown>) =>
  answersTo(bodies, (body) => refused(client, body))

check('messages.route', async ({ client }) => {
  const { status, contentType } = await client.send({ ...wrong(request({})), body: undefined })
  return `${status} ${contentType}`
})

// Whole answers

check('messages.answer', async ({ client }) => {
  const exchange = await message(client, { max_tokens: 2, stream: false })
  const { role, stop_reason, usage } = exchange.json
  return { contentType: exchange.contentType, role, content: content(exchange), stop_reason, usage }
})

check('messages.stop-reason', async ({ client }) => {
  const told = async (body: Partial<Body>) => {
    const exchange = await message(client, body)
    return [text(exchange), exchange.json.stop_reason, 'stop_sequence' in exchange.json]
  }
  return {
    end: await told({}),
    stop_sequences: await told({ stop_sequences: ['END'] }),
    max_tokens: await told({ max_tokens: 1 }),
  }
})

check('messages.nothing', async ({ client }) => {
  const { json } = await message(client, { messages: user('?') })
  return { content: json.content, stop_reason: json.stop_reason }
})

check('messages.empty-message', async ({ client }) => {
  const { status, json } = await message(client, { messages: user('') })
  return json.error
    ? { status, message: json.error.message }
    : { status, content: json.content, stop_reason: json.stop_reason, usage: json.usage }
})

check('messages.thinking', async ({ client }) => content(await message(client, THINKER)))

check('messages.thinking.switch', async ({ client }) => {
  const kinds = (answer: Answer) => content(answer).map(({ type }) => type)
  const asked = async (thinking?: Body['thinking']) => kinds(await message(client, { ...THINKER, thinking }))
  const adaptive = { ...THINKER, thinking: { type: 'adaptive' } }
  return {
    absent: await asked(),
    enabled: await asked({ type: 'enabled', budget_tokens: 1 }),
    disabled: await asked({ type: 'disabled' }),
    adaptive: kinds(await client.send(wrong(request, adaptive))),
  }
})

check('messages.thinking.unsupported', async ({ client }) => {
  const exchange = await message(client, { max_tokens: 1, thinking: { type: 'enabled' } })
  return { status: exchange.status, content: content(exchange) }
})

check('messages.effort', async ({ client }) => {
  const levels = { '': 'none', n: 'medium', x: 'low', i: 'high', y: 'max' }
  const told = async (body: Partial<Body>) => {
    const levelled = request({ model: models.leveller, messages: user('~'), max_tokens: 1, ...body })
    const known = wrong(levelled, { before: '0.23.4' })
    return levels[text(await client.send(known)).trim() as keyof typeof levels]
  }
  const effort = (effort: string) => ({ output_config: { effort } })
  return {
    absent: await told({}),
    low: await told(effort('low')),
    ' HIGH ': await told(effort(' HIGH ')),
    xhigh: await told(effort('xhigh')),
    max: await told(effort('max')),
    none: await told(effort('none')),
    'low, thinking enabled': await told({ ...effort('low'), thinking: { type: 'enabled' } }),
    'low, thinking disabled': await told({ ...effort('low'), thinking: { type: 'disabled' } }),
  }
})

// Every character of a prompt is a token here; what is counted begins as nothing before it does, for 0.30.0 does not
// count what it has seen.
const tokens = async (client: Client, body: Partial<Body>) =>
  (await message(client, { max_tokens: 1, ...body })).json.usage.input_tokens

const texts = (...texts: string[]) => texts.map((text) => ({ type: 'text' as const, text }))

check('messages.system', async ({ client }) => ({
  absent: await tokens(client, {}),
  text: await tokens(client, { system: 'abcd' }),
  blocks: await tokens(client, { system: texts('ef', 'gh') }),
  empty: await tokens(client, { system: '' }),
}))

check('messages.content.blocks', async ({ client }) => ({
  text: await tokens(client, { messages: user('ij2') }),
  blocks: await tokens(client, { messages: user(texts('kl', '2')) }),
}))

check('messages.sampling', async ({ client }) => {
  const certain = async (body: Partial<Body>) => {
    const said = text(await message(client, { model: models.seeded, messages: user('x'), ...body }))
    return said === 'aaaaaaaa'
  }
  return {
    absent: await certain({}),
    temperature: await certain({ temperature: 1 }),
    top_k: await certain({ temperature: 1, top_k: 1 }),
    top_p: await certain({ temperature: 1, top_p: 0.1 }),
  }
})

check('messages.images', async ({ client }) => {
  const image = <const Source>(source: Source) => [
    { role: 'user', content: [...texts('x'), { type: 'image' as const, source }] },
  ]
  const { status, json } = await message(client, {
    max_tokens: 1,
    messages: image({ type: 'base64', media_type: 'image/png', data: 'aGk=' }),
  })
  const body = { model: models.caller, max_tokens: 1 }
  return {
    'of a model for text': `${status} ${json.error?.message ?? json.stop_reason}`,
    ...(await refusals(client, {
      url: { ...body, messages: image({ type: 'url', url: 'http://127.0.0.1/a.png' }) },
      broken: { ...body, messages: image({ type: 'base64', data: '!' }) },
      empty: { ...body, messages: user([{ type: 'image' }]) },
    })),
  }
})

// Tools

check('messages.tools', async ({ client }) => {
  const exchange = await message(client, CALL)
  return { content: content(exchange), stop_reason: exchange.json.stop_reason }
})

check('messages.tools.unsupported', async ({ client }) => {
  const { status, json } = await message(client, { ...THINKER, tools: [WEATHER] })
  return `${status} ${json.error.type}: ${json.error.message}`
})

check('messages.ignored', async ({ client }) => {
  const exchange = await message(client, {
    ...CALL,
    tool_choice: { type: 'none', name: 'nobody', disable_parallel_tool_use: true },
    metadata: { user_id: 'somebody' },
  })
  const unknown = await client.send(
    wrong(request, {
      service_tier: 'auto',
      context_management: {},
      system: [{ type: 'text', text: 'a', cache_control: {} }],
    }),
  )
  return { stop_reason: exchange.json.stop_reason, unknown: unknown.status }
})

check('messages.tool-results', async ({ client }) => {
  const thinking: Block = { type: 'thinking', thinking: 'hm', signature: 'none' }
  const call: Block = { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Rome' } }
  const result: Block = { type: 'tool_result', tool_use_id: 'toolu_1' }
  const said = async (...answer: Block[]) => {
    const messages = [...user('hi'), { role: 'assistant', content: [thinking, call] }, ...user(answer)]
    return text(await message(client, { model: models.agent, max_tokens: 1, messages }))
  }
  // What comes last in the prompt decides what is said.
  return {
    text: await said({ ...result, content: '2', is_error: false }),
    parts: await said({ ...result, content: [{ type: 'text', text: '2' }] }),
    'before a text': await said({ ...result, content: '2' }, { type: 'text', text: '3' }),
    'after a text': await said({ type: 'text', text: '3' }, { ...result, content: '2' }),
  }
})

check('messages.history.search', async ({ client }) => {
  const call = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'news' } }
  const error = { type: 'web_search_tool_result_error', error_code: '2' }
  const result = { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: error }
  const messages = [...user('hi'), { role: 'assistant', content: [call, result] }]
  const body = { model: models.agent, max_tokens: 1, messages }
  // What comes last in the prompt decides what is said.
  return content(await client.send(wrong(request, body, { before: '0.16.2' })))
})

// Streams

check('messages.stream.text', ({ client }) => streamed(client, { max_tokens: 2 }))
check('messages.stream.thinking', ({ client }) => streamed(client, THINKER))
check('messages.stream.tools', ({ client }) => streamed(client, CALL))
check('messages.stream.thinking-and-tools', ({ client }) => streamed(client, THINK_AND_CALL))
check('messages.stream.nothing', ({ client }) => streamed(client, { messages: user('?') }))

check('messages.stream.framing', async ({ client }) => {
  const exchange = await message(client, { ...THINK_AND_CALL, stream: true })
  return {
    content_type: exchange.contentType,
    cache_control: exchange.header('cache-control'),
    names_are_types: exchange.events.every(({ event, data }) => event === JSON.parse(data).type),
    done: exchange.text.includes('[DONE]'),
  }
})

check('messages.stream.usage', async ({ client }) => {
  const { eventData } = await message(client, { messages: user('qrstuvwxyz:2'), max_tokens: 1, stream: true })
  return { start: eventData[0].message.usage, delta: eventData.at(-2).usage }
})

check('messages.stream.error.before', async ({ client }) => {
  const { status, contentType, json } = await message(client, { model: models.mistyped, stream: true })
  return { status, contentType, error: json.error }
})

check.alone('messages.stream.error.within', ({ client }) =>
  garbling(client, () => streamed(client, { model: models.garbler })),
)

// What is refused

check('messages.errors.required', ({ client }) =>
  refusals(client, {
    nothing: {},
    max_tokens: { model: 'm' },
    no_tokens: { model: 'm', max_tokens: 0 },
    messages: { model: 'm', max_tokens: 1 },
    no_messages: { model: 'm', max_tokens: 1, messages: [] },
  }),
)

check('messages.errors.body', ({ client }) =>
  refusals(client, {
    absent: undefined,
    broken: '{bad}',
    array: '[]',
    max_tokens: { model: 'm', max_tokens: 'x' },
    temperature: { model: 'm', max_tokens: 1, temperature: 'x' },
  }),
)

check('messages.errors.model', ({ client }) =>
  refusals(client, {
    unknown: { model: 'conformance/nobody', max_tokens: 1, messages: user('a') },
    invalid: { model: 'bad name!', max_tokens: 1, messages: user('a') },
  }),
)

check('messages.errors.content', ({ client }) => {
  const body = (content: unknown) => ({
    model: models.caller,
    max_tokens: 1,
    messages: [{ role: 'user', content }],
  })
  return refusals(client, {
    number: body(5),
    'text in a list': body(['a']),
    'call without id': body([{ type: 'tool_use', name: 'f', input: {} }]),
    'call without name': body([{ type: 'tool_use', id: 'c', input: {} }]),
  })
})

check('messages.unknown-block', async ({ client }) => {
  const document = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: '3' } }
  const messages = [{ role: 'user', content: [...texts('2'), document] }]
  const exchange = await client.send(wrong(request, { max_tokens: 1, messages }))
  return { status: exchange.status, text: text(exchange), tokens: exchange.json.usage.input_tokens }
})

check('messages.headers', async ({ client }) => {
  const headers = { 'anthropic-version': '1999-01-01', 'anthropic-beta': 'none', 'x-api-key': 'wrong' }
  const { status } = await client.send({ ...request({ max_tokens: 1 }), headers })
  return status
})

check('messages.count-tokens', async ({ client }) => {
  const { status, text } = await client.send(
    wrong({ ...request({ max_tokens: 1 }), path: '/v1/messages/count_tokens' }),
  )
  return { status, text }
})

// Without the cloud

check('messages.web-search', async ({ client }) => {
  const exchange = await client.send(wrong(request(SEARCH), { before: '0.16.2' }))
  return { content: content(exchange), stop_reason: exchange.json.stop_reason }
})

check('messages.web-search.stream', async ({ client }) => {
  const exchange = await message(client, { ...SEARCH, stream: true })
  return { content_type: exchange.contentType, events: told(exchange) }
})

check('messages.cloud', async ({ client }) => {
  const { status, json } = await message(client, { model: 'nobody:cloud' })
  const search = await client.send(wrong(request({ ...SEARCH, model: 'nobody:cloud' }), { before: '0.16.2' }))
  return { status, error: json.error, search: search.json.error }
})
