import { isDeepStrictEqual } from 'node:util'
import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { AnswerOf, BodyOf } from '../../harness/wire/answers.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import { askEach, outcome, pick, refusal, mediaType } from '../answers.ts'
import { garbling, withModel } from './loaded.ts'
import { LEVEL_TOLD, user } from './requests.ts'

type Format = NonNullable<NonNullable<BodyOf<'POST', '/v1/responses'>['text']>['format']>
type Item = Extract<BodyOf<'POST', '/v1/responses'>['input'], unknown[]>[number]
type Answer = Exchange<AnswerOf<'POST', '/v1/responses'>>

const GREEDY = { temperature: 0, max_output_tokens: 2 }
/** Answered with `hello world END of story`. */
const HELLO = { model: models.caller, input: '2', ...GREEDY }
const ONE = { ...HELLO, max_output_tokens: 1 }
/** Answered with nothing. */
const NOTHING = { ...HELLO, input: '?' }
const WEATHER = {
  type: 'function',
  name: 'get_weather',
  description: 'the weather in a city',
  strict: true,
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
}
const CALL = { model: models.caller, input: '5', tools: [WEATHER], temperature: 0, max_output_tokens: 8 }
const THINK = { model: models.thinker, input: '4', temperature: 0, max_output_tokens: 8 }
const THINK_AND_CALL = { ...CALL, model: models.agent, input: '7' }

/** The output without the identifiers, which are others each time. */
const output = ({ json }: Answer) => json.output.map(({ id, call_id, ...item }) => item)

/** The text of the message that comes last. */
const text = ({ json }: Answer) => json.output.at(-1).content[0].text

/** The events without identifiers, numbers and what they repeat: of an item its type, of the answer its status. */
const events = ({ eventData }: Answer) =>
  eventData.map(({ type, output_index, item, delta, text, arguments: args, response }) => ({
    type,
    output_index,
    item: item && pick(item, 'type'),
    delta,
    text,
    arguments: args,
    response: response && pick(response, 'status'),
  }))

check('responses.route', async ({ post }) => {
  const { status, contentType } = await post.wrong('/v1/responses')
  return { status, content_type: contentType }
})

// Whole answers

check('responses.answer', async ({ post }) => {
  const answer = await post('/v1/responses', { ...HELLO, stream: false })
  const { object, status, usage } = answer.json
  return { content_type: answer.contentType, object, status, output: output(answer), usage }
})

check('responses.defaults', async ({ post }) => {
  const { json } = await post('/v1/responses', { model: models.caller, input: '?' })
  const { id, object, created_at, completed_at, status, model, output, usage, ...rest } = json
  return rest
})

check('responses.echo', async ({ post, given }) => {
  const { json } = await post('/v1/responses', { model: models.terse, input: '2', ...given })
  return pick(json, ...Object.keys(given))
})

check('responses.ignored', async ({ post, given }) => {
  const { json } = await post.wrong('/v1/responses', { ...CALL, ...given })
  return { type: json.output[0].type, ...pick(json, ...Object.keys(given)) }
})

check('responses.stateless', async ({ post }) => {
  const ignored = { conversation: { id: 'conv_1' }, include: ['reasoning.encrypted_content'] }
  const answer = await post('/v1/responses', { ...HELLO, ...ignored })
  return { status: answer.status, text: text(answer) }
})

check('responses.conversation', async ({ post }) => {
  const { status } = await post('/v1/responses', { ...HELLO, conversation: { id: 'c' } })
  return status
})

check('responses.limit', async ({ post }) => {
  const answer = await post('/v1/responses', ONE)
  return { text: text(answer), ...pick(answer.json, 'status', 'incomplete_details') }
})

check('responses.no-input', ({ post, given }) =>
  askEach(given, async (input: object) => {
    const answer = await post('/v1/responses', { model: models.caller, ...GREEDY, ...input })
    const { status, usage } = answer.json
    return { status, text: text(answer), total_tokens: usage.total_tokens }
  }),
)

check('responses.null', async ({ post }) => {
  const nulls = { temperature: null, max_output_tokens: null, stream: null, top_p: null, truncation: null }
  const body = { model: models.stopper, input: 'w', ...nulls, conversation: null, text: {} }
  const { status, json } = await post('/v1/responses', body)
  return { status, output: json.output.length }
})

// Every character of a prompt is a token here; what is counted begins as nothing before it does, for 0.30.0 does not
// count what it has seen.
const inputTokens = ({ json }: Answer) => json.usage.input_tokens

check('responses.input', ({ post, given }) =>
  askEach(given, async (input: Item[]) => inputTokens(await post('/v1/responses', { ...ONE, input }))),
)

check('responses.instructions', ({ post, given }) =>
  askEach(given, async (body: object) => inputTokens(await post('/v1/responses', { ...ONE, ...body }))),
)

check('responses.sampling', ({ post, given }) =>
  askEach(given, async (options: object) => {
    const body = { model: models.seeded, input: 'x', max_output_tokens: 8, ...options }
    return text(await post('/v1/responses', body)) === 'aaaaaaaa' ? 'the likeliest alone' : 'others too'
  }),
)

check('responses.text-format', ({ post, given }) =>
  askEach(given, async (format: Format) =>
    text(await post('/v1/responses', { model: models.terse, input: '2', ...GREEDY, text: { format } })),
  ),
)

check('responses.text-format.strict', async ({ post }) => {
  const format = { type: 'json_schema' as const, name: 'n', strict: null, schema: { type: 'object' } }
  const body = { model: models.terse, input: '2', ...GREEDY, text: { format } }
  return (await post('/v1/responses', body)).json.text?.format
})

check('responses.text-format.unknown', async ({ post }) => {
  const text = { format: { type: 'xml', schema: [1] } }
  const { status, json } = await post.wrong('/v1/responses', { ...HELLO, text })
  return { status, format: json.text?.format }
})

check('responses.images', async ({ post }) => {
  const input = (image_url: string) => {
    const image = { type: 'input_image' as const, detail: 'auto' as const, image_url }
    return [{ role: 'user', content: [{ type: 'input_text' as const, text: 'r' }, image] }]
  }
  const data = await post('/v1/responses', { ...HELLO, input: input('data:image/png;base64,aGk=') })
  const url = { model: models.caller, input: input('http://127.0.0.1/a.png') }
  return {
    'of a model for text': { ...outcome(data), answer: data.status === 200 ? data.json.status : undefined },
    url: refusal(await post.wrong('/v1/responses', url)),
  }
})

check('responses.files', async ({ post }) => {
  const input = [{ role: 'user', content: [{ type: 'input_file', file_id: 'file_1' }] }]
  return refusal(await post.wrong('/v1/responses', { model: models.caller, input }))
})

// Reasoning

check('responses.reasoning', async ({ post }) => output(await post('/v1/responses', THINK)))

check('responses.reasoning.effort', ({ post, given }) =>
  askEach(given, async (reasoning: { effort?: string }) => {
    const body = { model: models.leveller, input: '~', temperature: 0, max_output_tokens: 1, reasoning }
    const answer = await post('/v1/responses', body)
    return answer.status === 200 ? LEVEL_TOLD[text(answer)] : outcome(answer)
  }),
)

check('responses.reasoning.unsupported', async ({ post }) => {
  const answer = await post('/v1/responses', { ...HELLO, reasoning: { effort: 'low' } })
  return answer.status === 200 ? text(answer) : outcome(answer)
})

check('responses.reasoning.echo', async ({ post }) => {
  const body = { ...THINK, max_output_tokens: 1 }
  const reasoning = { summary: 'auto', generate_summary: 'auto' }
  const whole = await post('/v1/responses', { ...body, reasoning })
  const { eventData } = await post('/v1/responses', { ...body, reasoning, stream: true })
  const effort = await post('/v1/responses', { ...body, reasoning: { effort: 'low' } })
  return {
    whole: whole.json.reasoning,
    stream: eventData.at(-1).response.reasoning,
    effort: effort.json.reasoning,
  }
})

// Tools

check('responses.tools', async ({ post }) => {
  const answer = await post('/v1/responses', CALL)
  return { status: answer.json.status, output: output(answer), tools: answer.json.tools }
})

check('responses.tools.short', async ({ post }) => {
  const tools = [{ type: 'function', name: 'get_weather' }]
  const { json } = await post('/v1/responses', { ...CALL, tools })
  return { types: json.output.map(({ type }) => type), tools: json.tools }
})

check('responses.tools.unsupported', async ({ post }) =>
  outcome(await post('/v1/responses', { ...THINK, tools: [WEATHER] })),
)

check('responses.tools.namespace', async ({ post }) => {
  // The model calls `get_weather`, whose name begins with that of the space, and no `get.get_weather`.
  const body = { ...THINK_AND_CALL, tools: [{ type: 'namespace', name: 'get', tools: [WEATHER] }] }
  const whole = await post('/v1/responses', body)
  const { eventData } = await post('/v1/responses', { ...body, stream: true })
  const echoed = ({ tools }: { tools?: object[] }) => tools?.some((tool) => 'tools' in tool)
  return {
    output: output(whole).map(({ type, name, content }) => ({ type, name, text: content?.[0]?.text })),
    echoed: { whole: echoed(whole.json), stream: echoed(eventData[0].response) },
  }
})

check('responses.history', async ({ post }) => {
  const call = {
    type: 'function_call' as const,
    id: 'fc_1',
    call_id: 'call_1',
    name: 'f',
    arguments: '{"a":1}',
  }
  const result = { type: 'function_call_output' as const, call_id: 'call_1' }
  const parts = { ...result, output: [{ type: 'input_text' as const, text: '2' }] }
  const summary = [{ type: 'summary_text' as const, text: 's' }]
  const thought = { type: 'reasoning' as const, id: 'rs_1', summary, encrypted_content: 'hm' }
  // What comes last in the prompt decides what is said.
  const body = { model: models.agent, ...GREEDY }
  const inParts = await post('/v1/responses', { ...body, input: [user('hi'), call, parts] })
  const input = [user('hi'), thought, call, { ...result, output: '2' }]
  const broken = { model: models.agent, input: [{ ...call, arguments: '{' }] }
  return {
    result: text(await post('/v1/responses', { ...body, max_output_tokens: 1, input })),
    parts: outcome(inParts),
    'broken call': refusal(await post.wrong('/v1/responses', broken)),
  }
})

check('responses.history.search', async ({ post }) => {
  const action = { type: 'search' as const, query: 'news' }
  const search = { type: 'web_search_call' as const, id: 'ws_1', status: 'completed', action }
  return (await post('/v1/responses', { ...HELLO, input: [search, user('2')] })).status
})

// Streams

check('responses.stream.text', async ({ post }) =>
  events(await post('/v1/responses', { ...HELLO, stream: true })),
)

check('responses.stream.reasoning', async ({ post }) =>
  events(await post('/v1/responses', { ...THINK, stream: true })),
)

check('responses.stream.tools', async ({ post }) =>
  events(await post('/v1/responses', { ...THINK_AND_CALL, stream: true })),
)

check('responses.stream.nothing', async ({ post }) => {
  const answer = await post('/v1/responses', { ...NOTHING, stream: true })
  return { events: events(answer), output: answer.eventData.at(-1).response.output }
})

check('responses.stream.framing', async ({ post }) => {
  const answer = await post('/v1/responses', { ...ONE, stream: true })
  return {
    media_type: mediaType(answer),
    cache_control: answer.header('cache-control'),
    names_are_types: answer.events.every(({ event, data }) => event === JSON.parse(data).type),
    numbered_from_0: answer.eventData.every(({ sequence_number }, index) => sequence_number === index),
    done: answer.text.includes('[DONE]'),
  }
})

check('responses.stream.identifiers', async ({ post }) => {
  const { eventData } = await post('/v1/responses', { ...THINK_AND_CALL, stream: true })
  const { id, output } = eventData.at(-1).response
  const items = (event: string) => eventData.filter(({ type }) => type === event).map(({ item }) => item.id)
  const done = items('response.output_item.done')
  return {
    answer: eventData[0].response.id === id,
    items: String(items('response.output_item.added')) === String(done),
    output: String(output.map(({ id }) => id)) === String(done),
  }
})

check('responses.stream.last-only', async ({ post }) => {
  const { eventData } = await post('/v1/responses', { ...HELLO, stream: true })
  const [created, inProgress, completed] = [0, 1, -1].map((index) =>
    Object.entries({ ...eventData.at(index).response, created_at: 'that of the event' }),
  )
  const changed = (later: [string, unknown][] = []) =>
    later.filter((entry) => !created?.some((one) => isDeepStrictEqual(one, entry))).map(([key]) => key)
  return {
    in_progress: changed(inProgress),
    completed: changed(completed).sort(),
    keys: created?.length === completed?.length,
  }
})

check('responses.stream.parts', async ({ post }) => {
  const { eventData } = await post('/v1/responses', { ...THINK, stream: true })
  const added = (index: number) => eventData.slice(0, index).findLast(({ item }) => item)?.item.id
  const told = (places: (number | undefined)[]) => [...new Set(places.filter((one) => one !== undefined))]
  return {
    of_the_item: eventData.every(({ item_id: id }, index) => id === undefined || id === added(index)),
    content_index: told(eventData.map(({ content_index }) => content_index)),
    summary_index: told(eventData.map(({ summary_index }) => summary_index)),
  }
})

check('responses.stream.error.before', async ({ post }) => {
  const answer = await post('/v1/responses', { ...HELLO, model: models.mistyped, stream: true })
  return { ...outcome(answer), content_type: answer.contentType }
})

check.alone('responses.stream.error.within', ({ post, client }) =>
  garbling(client, async () => {
    const body = { ...HELLO, model: models.garbler, max_output_tokens: 8, stream: true }
    return events(await post('/v1/responses', body))
  }),
)

// What is refused

// What is given as null is sent without a body.
check.each('responses.errors.*', ({ post, given }) =>
  askEach(given, async (body) => refusal(await post.wrong('/v1/responses', body ?? undefined))),
)

/** A Zstandard frame that holds the text as it is; at most 255 bytes. */
function zstd(text: string): Buffer {
  const block = (text.length << 3) | 1
  const header = [0x28, 0xb5, 0x2f, 0xfd, 0x20, text.length, block & 0xff, block >> 8, 0]
  return Buffer.concat([Buffer.from(header), Buffer.from(text)])
}

check('responses.zstd', ({ post }) => {
  const body = JSON.stringify(ONE)
  return askEach({ frame: zstd(body), none: Buffer.from(body) }, async (bytes) => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'zstd' }
    const answer = await post.wrong('/v1/responses', bytes, { headers })
    const { error } = answer.json
    if (!error) return text(answer)
    return { status: answer.status, error: typeof error === 'string' ? error : pick(error, 'message') }
  })
})

// Without the cloud

check('responses.web-search', async ({ post }) => {
  const body = { ...CALL, model: models.agent, input: '8', tools: [{ type: 'web_search' }], stream: true }
  const answer = await post('/v1/responses', body)
  return { content_type: answer.contentType, events: events(answer) }
})

check('responses.cloud', async ({ post }) => {
  const { status, json } = await post('/v1/responses', { ...HELLO, model: 'nobody:cloud' })
  return { status, error: json.error }
})

// Several calls, and what a stream makes up

const TWICE = { ...CALL, model: models.multicaller, input: '6' }
const lastOf = (answer: Answer) =>
  answer.contentType?.startsWith('text/event-stream') ? answer.eventData.at(-1).response : answer.json

check.each('responses.parallel.*', async ({ post, given }) => {
  const answer = await post('/v1/responses', { ...TWICE, ...given })
  const calls = lastOf(answer).output
  const added = given.stream
    ? answer.eventData.filter(({ type }) => type === 'response.output_item.added')
    : []
  return {
    arguments: calls.map((call) => call.arguments),
    call_ids: new Set(calls.map(({ call_id }) => call_id)).size,
    ids: new Set(calls.map(({ id }) => id)).size,
    output_indices: added.map(({ output_index }) => output_index),
  }
})

check.each('responses.event-echo.*', async ({ post, given }) => {
  const body = { ...ONE, ...given }
  const [field = ''] = Object.keys(given)
  const whole = pick((await post('/v1/responses', body)).json, field)
  const { eventData } = await post('/v1/responses', { ...body, stream: true })
  const of = (event: string) => pick(eventData.find(({ type }) => type === event)?.response ?? {}, field)
  return {
    whole: whole[field],
    created: of('response.created')[field],
    in_progress: of('response.in_progress')[field],
    completed: of('response.completed')[field],
  }
})

check.each('responses.as-answer.*', async ({ post, given }) => {
  const body = { temperature: 0, ...given }
  const bare = ({ output, usage }: Pick<Answer['json'], 'output' | 'usage'>) => ({
    output: output.map(({ id, call_id, ...item }) => item),
    usage,
  })
  const whole = bare((await post('/v1/responses', body)).json)
  const { eventData } = await post('/v1/responses', { ...body, stream: true })
  const { output, usage } = bare(eventData.at(-1).response)
  const deltas = eventData
    .filter(({ type }) => type === 'response.output_text.delta')
    .map(({ delta }) => delta)
  return {
    text: deltas.join(''),
    same_output: JSON.stringify(sorted(output)) === JSON.stringify(sorted(whole.output)),
    same_usage: JSON.stringify(sorted(usage)) === JSON.stringify(sorted(whole.usage)),
  }
})

/** With the keys of objects in order: events and answers have them in another. */
const sorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sorted)
    : value !== null && typeof value === 'object'
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, one]) => [key, sorted(one)]),
        )
      : value

check.each('responses.model.*', async ({ post, given }) => {
  const body = { ...ONE, model: given.name }
  const { model } = (await post('/v1/responses', body)).json
  const { eventData } = await post('/v1/responses', { ...body, stream: true })
  return { whole: model, stream: eventData.at(-1).response.model }
})

check('responses.identity', async ({ post }) => {
  const answer = await post('/v1/responses', ONE)
  const { id, created_at, completed_at, output } = answer.json
  const now = Date.parse(answer.header('date') ?? '') / 1000
  return {
    id_has_the_form: /^resp_\d{1,6}$/.test(id),
    item_has_the_form: /^msg_\d{1,6}$/.test(output[0].id),
    created_now: Math.abs(created_at - now) <= 60,
    completed_now: Math.abs(completed_at - now) <= 60,
  }
})

// What comes to the template, by its length: every character is a token

check.each('responses.prompt.*', async ({ post, given }) => {
  const { model, ...body } = given
  const answer = await post.wrong('/v1/responses', {
    model: `conformance/${model}`,
    ...GREEDY,
    max_output_tokens: 1,
    ...body,
  })
  return answer.status === 200 ? inputTokens(answer) : outcome(answer)
})

check.alone('responses.parameters', ({ client, post, given }) => {
  const model = 'conformance/responses-parameters'
  const parameters = { num_predict: 3, stop: ['D'] }
  return withModel(client, { model, from: models.templated, parameters }, () =>
    askEach(given, async (own: object) =>
      text(await post('/v1/responses', { model, input: 'abc', temperature: 0, ...own })),
    ),
  )
})

check('responses.tools.format', async ({ post }) => {
  const format = { type: 'json_schema' as const, name: 'n', schema: { enum: ['x'] } }
  return output(await post('/v1/responses', { ...CALL, text: { format } })).map(({ type, content }) => ({
    type,
    text: content?.[0]?.text,
  }))
})

check('responses.null.each', ({ post, given }) =>
  askEach(given, async (field: string) => {
    const answer = await post.wrong('/v1/responses', { ...HELLO, max_output_tokens: 8, [field]: null })
    return answer.status === 200 ? answer.json.status : outcome(answer)
  }),
)

check('responses.wrong-types', ({ post, given }) =>
  askEach(Object.keys(given), async (field) => {
    const answer = await post.wrong('/v1/responses', { ...HELLO, [field]: given[field] })
    return outcome(answer).error ?? 'accepted'
  }),
)
