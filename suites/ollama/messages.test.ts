import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { AnswerOf, BodyOf } from '../../harness/wire/answers.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import { askEach, outcome, pick, refusal } from '../answers.ts'
import { garbling } from './loaded.ts'
import { LEVEL_TOLD, user } from './requests.ts'

type Body = BodyOf<'POST', '/v1/messages'>
type Block = Exclude<Body['messages'][number]['content'], string>[number]
type Answer = Exchange<AnswerOf<'POST', '/v1/messages'>>

/** Answered with `hello world END of story`. */
const HELLO = { model: models.caller, max_tokens: 8, messages: [user('2')] }
const ONE = { ...HELLO, max_tokens: 1 }
/** Answered with nothing. */
const NOTHING = { ...HELLO, messages: [user('?')] }
const THINK = { ...HELLO, model: models.thinker, messages: [user('4')] }
const CITY = { type: 'object', properties: { city: { type: 'string' } } }
const WEATHER = { name: 'get_weather', description: 'the weather in a city', input_schema: CITY }
const CALL = { ...HELLO, messages: [user('5')], tools: [WEATHER] }
const THINK_AND_CALL = { ...CALL, model: models.agent, messages: [user('7')] }
const WEB_SEARCH = { type: 'web_search_20250305', name: 'web_search', max_uses: 1 }
const SEARCH = { ...HELLO, model: models.agent, messages: [user('8')], tools: [WEB_SEARCH] }

/** A message of a user in blocks. */
const blocks = (...content: Block[]) => ({ role: 'user' as const, content })

/** The content without the identifiers, which are others each time. */
const content = ({ json }: Answer) =>
  json.content?.map(({ id, tool_use_id, ...block }) => block) ?? json.content

const text = ({ json }: Answer) => json.content?.map(({ text }) => text).join('')

/** The events without identifiers, counts, and what a block has beside its type. */
const events = ({ eventData }: Answer) =>
  eventData.map(({ type, index, content_block, delta }) => ({
    type,
    index,
    content_block: content_block && pick(content_block, 'type'),
    delta,
  }))

check('messages.route', async ({ post }) => {
  const { status, contentType } = await post.wrong('/v1/messages')
  return { status, content_type: contentType }
})

// Whole answers

check('messages.answer', async ({ post }) => {
  const answer = await post('/v1/messages', { ...HELLO, max_tokens: 2, stream: false })
  const { role, stop_reason, usage } = answer.json
  return { content_type: answer.contentType, role, content: content(answer), stop_reason, usage }
})

check('messages.stop-reason', ({ post, given }) =>
  askEach(given, async (limits: object) => {
    const answer = await post('/v1/messages', { ...HELLO, ...limits })
    return { text: text(answer), ...pick(answer.json, 'stop_reason', 'stop_sequence') }
  }),
)

check('messages.nothing', async ({ post }) => {
  const { content, stop_reason } = (await post('/v1/messages', NOTHING)).json
  return { content, stop_reason }
})

check('messages.empty-message', async ({ post }) => {
  const answer = await post('/v1/messages', { ...HELLO, messages: [user('')] })
  return { ...outcome(answer), ...pick(answer.json, 'content', 'stop_reason', 'usage') }
})

check('messages.thinking', async ({ post }) => content(await post('/v1/messages', THINK)))

check('messages.thinking.switch', async ({ post }) => {
  const types = (answer: Answer) => content(answer).map(({ type }) => type)
  const budget = { type: 'enabled' as const, budget_tokens: 1 }
  return {
    absent: types(await post('/v1/messages', THINK)),
    enabled: types(await post('/v1/messages', { ...THINK, thinking: budget })),
    disabled: types(await post('/v1/messages', { ...THINK, thinking: { type: 'disabled' } })),
    adaptive: types(await post.wrong('/v1/messages', { ...THINK, thinking: { type: 'adaptive' } })),
  }
})

check('messages.thinking.unsupported', async ({ post }) => {
  const answer = await post('/v1/messages', { ...ONE, thinking: { type: 'enabled' } })
  return { status: answer.status, content: content(answer) }
})

check('messages.effort', ({ post, given }) =>
  askEach(given, async (effort: object) => {
    const body = { model: models.leveller, max_tokens: 1, messages: [user('~')], ...effort }
    return LEVEL_TOLD[text(await post('/v1/messages', body))]
  }),
)

// Every character of a prompt is a token here; what is counted begins as nothing before it does, for 0.30.0 does not
// count what it has seen.
const inputTokens = ({ json }: Answer) => json.usage.input_tokens
const block = (text: string) => ({ type: 'text' as const, text })

check('messages.system', ({ post, given }) =>
  askEach(given, async (system: object) => inputTokens(await post('/v1/messages', { ...ONE, ...system }))),
)

check('messages.content.blocks', ({ post }) =>
  askEach({ text: user('ij2'), blocks: blocks(block('kl'), block('2')) }, async (message) =>
    inputTokens(await post('/v1/messages', { ...ONE, messages: [message] })),
  ),
)

check('messages.sampling', ({ post, given }) =>
  askEach(given, async (options: object) => {
    const body = { model: models.seeded, max_tokens: 8, messages: [user('x')], ...options }
    return text(await post('/v1/messages', body)) === 'aaaaaaaa' ? 'the likeliest alone' : 'others too'
  }),
)

check('messages.images', async ({ post }) => {
  const image = <const Source>(source: Source) => ({
    ...ONE,
    messages: [{ role: 'user', content: [block('x'), { type: 'image' as const, source }] }],
  })
  const png = await post('/v1/messages', image({ type: 'base64', media_type: 'image/png', data: 'aGk=' }))
  const url = image({ type: 'url', url: 'http://127.0.0.1/a.png' })
  return {
    'of a model for text': { ...outcome(png), ...pick(png.json, 'stop_reason') },
    url: refusal(await post.wrong('/v1/messages', url)),
    broken: refusal(await post.wrong('/v1/messages', image({ type: 'base64', data: '!' }))),
    empty: refusal(await post.wrong('/v1/messages', { ...ONE, messages: [blocks({ type: 'image' })] })),
  }
})

check('messages.unknown-block', async ({ post }) => {
  const source = { type: 'text', media_type: 'text/plain', data: '3' }
  const messages = [{ role: 'user', content: [block('2'), { type: 'document', source }] }]
  const answer = await post.wrong('/v1/messages', { ...ONE, messages })
  return { status: answer.status, text: text(answer), input_tokens: inputTokens(answer) }
})

// Tools

check('messages.tools', async ({ post }) => {
  const answer = await post('/v1/messages', CALL)
  return { content: content(answer), stop_reason: answer.json.stop_reason }
})

check('messages.tools.unsupported', async ({ post }) =>
  refusal(await post('/v1/messages', { ...THINK, tools: [WEATHER] })),
)

check('messages.ignored', async ({ post }) => {
  const tool_choice = { type: 'none' as const, name: 'nobody', disable_parallel_tool_use: true }
  const { json } = await post('/v1/messages', { ...CALL, tool_choice, metadata: { user_id: 'somebody' } })
  const system = [{ type: 'text', text: 'a', cache_control: {} }]
  const unknown = { ...HELLO, service_tier: 'auto', context_management: {}, system }
  return { stop_reason: json.stop_reason, unknown: (await post.wrong('/v1/messages', unknown)).status }
})

check('messages.tool-results', async ({ post }) => {
  const thinking: Block = { type: 'thinking', thinking: 'hm', signature: 'none' }
  const call: Block = { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Rome' } }
  const result = { type: 'tool_result' as const, tool_use_id: 'toolu_1', content: '2' }
  const answers = {
    text: blocks({ ...result, is_error: false }),
    parts: blocks({ ...result, content: [block('2')] }),
    'before a text': blocks(result, block('3')),
    'after a text': blocks(block('3'), result),
  }
  // What comes last in the prompt decides what is said.
  return askEach(answers, async (answer) => {
    const messages = [user('hi'), { role: 'assistant', content: [thinking, call] }, answer]
    return text(await post('/v1/messages', { model: models.agent, max_tokens: 1, messages }))
  })
})

check('messages.history.search', async ({ post }) => {
  const call: Block = {
    type: 'server_tool_use',
    id: 'srvtoolu_1',
    name: 'web_search',
    input: { query: 'news' },
  }
  const error = { type: 'web_search_tool_result_error' as const, error_code: '2' }
  const result: Block = { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: error }
  const messages = [user('hi'), { role: 'assistant', content: [call, result] }]
  // What comes last in the prompt decides what is said.
  return content(await post('/v1/messages', { model: models.agent, max_tokens: 1, messages }))
})

// Streams

check('messages.stream.text', async ({ post }) =>
  events(await post('/v1/messages', { ...HELLO, max_tokens: 2, stream: true })),
)

check('messages.stream.thinking', async ({ post }) =>
  events(await post('/v1/messages', { ...THINK, stream: true })),
)

check('messages.stream.tools', async ({ post }) =>
  events(await post('/v1/messages', { ...CALL, stream: true })),
)

check('messages.stream.thinking-and-tools', async ({ post }) =>
  events(await post('/v1/messages', { ...THINK_AND_CALL, stream: true })),
)

check('messages.stream.nothing', async ({ post }) =>
  events(await post('/v1/messages', { ...NOTHING, stream: true })),
)

check('messages.stream.framing', async ({ post }) => {
  const answer = await post('/v1/messages', { ...THINK_AND_CALL, stream: true })
  return {
    content_type: answer.contentType,
    cache_control: answer.header('cache-control'),
    names_are_types: answer.events.every(({ event, data }) => event === JSON.parse(data).type),
    done: answer.text.includes('[DONE]'),
  }
})

check('messages.stream.usage', async ({ post }) => {
  const messages = [user('qrstuvwxyz:2')]
  const { eventData } = await post('/v1/messages', { ...ONE, messages, stream: true })
  return { message_start: eventData[0].message.usage, message_delta: eventData.at(-2).usage }
})

check('messages.stream.error.before', async ({ post }) => {
  const answer = await post('/v1/messages', { ...HELLO, model: models.mistyped, stream: true })
  return { content_type: answer.contentType, ...refusal(answer) }
})

check.alone('messages.stream.error.within', ({ post, client }) =>
  garbling(client, async () => {
    return events(await post('/v1/messages', { ...HELLO, model: models.garbler, stream: true }))
  }),
)

// What is refused

// What is given as null is sent without a body.
check.each('messages.errors.*', ({ post, given }) =>
  askEach(given, async (body) => refusal(await post.wrong('/v1/messages', body ?? undefined))),
)

check('messages.headers', async ({ post }) => {
  const headers = { 'anthropic-version': '1999-01-01', 'anthropic-beta': 'none', 'x-api-key': 'wrong' }
  return (await post('/v1/messages', ONE, { headers })).status
})

check('messages.count-tokens', async ({ post }) => {
  const { status, text } = await post.wrong('/v1/messages/count_tokens', ONE)
  return { status, text }
})

// Without the cloud

check('messages.web-search', async ({ post }) => {
  const answer = await post('/v1/messages', SEARCH)
  return { content: content(answer), stop_reason: answer.json.stop_reason }
})

check('messages.web-search.stream', async ({ post }) => {
  const answer = await post('/v1/messages', { ...SEARCH, stream: true })
  return { content_type: answer.contentType, events: events(answer) }
})

check('messages.cloud', async ({ post }) => {
  const { status, json } = await post('/v1/messages', { ...HELLO, model: 'nobody:cloud' })
  const search = await post('/v1/messages', { ...SEARCH, model: 'nobody:cloud' })
  return { status, error: json.error, search: search.json.error }
})
