import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { AnswerOf, BodyOf } from '../../harness/wire/answers.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import { askEach, outcome, pick, refusal } from '../answers.ts'
import { garbling, withModel } from './loaded.ts'
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

check('messages.stream.start-only', async ({ post }) => {
  const { eventData } = await post('/v1/messages', { ...HELLO, max_tokens: 2, stream: true })
  const [{ message }, ...later] = eventData
  const { id, model: _, usage: __, ...first } = message
  return {
    first: { ...first, id_has_the_form: /^msg_[0-9a-f]+$/.test(id) },
    later: later.filter(
      (event) => 'id' in event || 'model' in event || 'role' in event || 'message' in event,
    ),
  }
})

check('messages.stream.last-only', async ({ post }) => {
  const { eventData } = await post('/v1/messages', { ...HELLO, max_tokens: 2, stream: true })
  const reasoned = eventData.filter((event) => /"stop_reason":"/.test(JSON.stringify(event)))
  return { with_a_reason: reasoned.map(({ type }) => type), last: Object.keys(eventData.at(-1)) }
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

// Of a model of the harmony format, which speaks, thinks and speaks again.
check('messages.text-first', async ({ post }) => {
  const body = { ...HELLO, model: models.harmonist, messages: [user('n')], max_tokens: 64 }
  const whole = await post('/v1/messages', body)
  return { whole: content(whole), events: events(await post('/v1/messages', { ...body, stream: true })) }
})

// Several calls, and what a stream makes up

const TWICE = { ...CALL, model: models.multicaller, messages: [user('6')], max_tokens: 16 }

check.each('messages.parallel.*', async ({ post, given }) => {
  const answer = await post('/v1/messages', { ...TWICE, ...given })
  if (!given.stream) {
    const { content, stop_reason } = answer.json
    return {
      inputs: content.map(({ input }) => input),
      ids: new Set(content.map(({ id }) => id)).size,
      stop_reason,
    }
  }
  const starts = answer.eventData.filter(({ type }) => type === 'content_block_start')
  const deltas = answer.eventData.filter(({ type }) => type === 'content_block_delta')
  return {
    inputs: deltas.map(({ index, delta }) => ({ index, ...JSON.parse(delta.partial_json) })),
    ids: new Set(starts.map(({ content_block }) => content_block.id)).size,
    stop_reason: answer.eventData.at(-2).delta.stop_reason,
  }
})

check.each('messages.as-answer.*', async ({ post, given }) => {
  const body = { max_tokens: 16, ...given }
  const { content: whole, stop_reason, usage } = (await post('/v1/messages', body)).json
  const { eventData } = await post('/v1/messages', { ...body, stream: true })
  const blocks = eventData
    .filter(({ type }) => type === 'content_block_start')
    .map(({ index, content_block: { type } }) => {
      const own = eventData.filter((event) => event.type === 'content_block_delta' && event.index === index)
      return {
        type,
        says: own.map(({ delta }) => delta.text ?? delta.thinking ?? delta.partial_json).join(''),
      }
    })
  const said = whole.map(({ type, text, thinking, input }) => ({
    type,
    says: text ?? thinking ?? JSON.stringify(input),
  }))
  const end = eventData.at(-2)
  return {
    blocks,
    same_blocks: JSON.stringify(blocks) === JSON.stringify(said),
    same_reason: end.delta.stop_reason === stop_reason,
    same_usage: JSON.stringify(end.usage) === JSON.stringify(usage),
  }
})

check.each('messages.limit.*', async ({ post, given }) => {
  const answer = await post.wrong('/v1/messages', { ...HELLO, ...given })
  if (answer.status !== 200) return outcome(answer)
  const { stop_reason, usage } = answer.json
  return { text: text(answer), stop_reason, output_tokens: usage.output_tokens }
})

check.each('messages.model.*', async ({ post, given }) => {
  const body = { ...ONE, model: given.name }
  const { model } = (await post('/v1/messages', body)).json
  const { eventData } = await post('/v1/messages', { ...body, stream: true })
  return { whole: model, stream: eventData[0].message.model }
})

check('messages.identity', async ({ post }) => {
  const { json } = await post('/v1/messages', ONE)
  const { eventData } = await post('/v1/messages', { ...ONE, stream: true })
  const form = /^msg_[0-9a-f]{24}$/
  return {
    ids_have_the_form: [json.id, eventData[0].message.id].every((id) => form.test(id)),
    ids_differ: json.id !== eventData[0].message.id,
    type: json.type,
  }
})

// What comes to the template, by its length: every character is a token

check.each('messages.prompt.*', async ({ post, given }) => {
  const { model, ...body } = given
  const answer = await post.wrong('/v1/messages', { model: `conformance/${model}`, max_tokens: 1, ...body })
  return answer.status === 200 ? inputTokens(answer) : outcome(answer)
})

check.alone('messages.parameters', ({ client, post, given }) => {
  const model = 'conformance/messages-parameters'
  const parameters = { num_predict: 3, stop: ['D'], temperature: 0 }
  return withModel(client, { model, from: models.templated, parameters }, () =>
    askEach(given, async (own: object) =>
      text(await post('/v1/messages', { model, max_tokens: 20, messages: [user('abc')], ...own })),
    ),
  )
})

check('messages.null.each', ({ post, given }) =>
  askEach(given, async (field: string) => {
    const answer = await post.wrong('/v1/messages', { ...HELLO, [field]: null })
    return answer.status === 200 ? answer.json.stop_reason : outcome(answer)
  }),
)

check('messages.wrong-types', ({ post, given }) =>
  askEach(Object.keys(given), async (field) => {
    const answer = await post.wrong('/v1/messages', { ...HELLO, [field]: given[field] })
    return outcome(answer).error ?? 'accepted'
  }),
)

check('messages.estimate', ({ post, given }) =>
  askEach(given, async (body: object) => {
    const { eventData } = await post.wrong('/v1/messages', { ...ONE, stream: true, ...body })
    return eventData[0].message.usage.input_tokens
  }),
)
