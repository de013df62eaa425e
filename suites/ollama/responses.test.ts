import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { BodyOf } from '../../harness/wire/answers.ts'
import type { Client } from '../../harness/wire/client.ts'
import { answersTo } from '../answers.ts'
import { garbling } from './loaded.ts'
import { wrong } from './requests.ts'

type Fields = Record<string, unknown>
type Body = BodyOf<'POST', '/v1/responses'>
type Item = Extract<Body['input'], unknown[]>[number]

/** `POST /v1/responses` to a model that says `hello world END of story`, two tokens of it unless the body says otherwise. */
const request = (body: Partial<Body>) => ({
  method: 'POST' as const,
  path: '/v1/responses' as const,
  body: { model: models.caller, input: '2', temperature: 0, max_output_tokens: 2, ...body },
})
const respond = (client: Client, body: Partial<Body>) => client.send(request(body))

type Answer = Awaited<ReturnType<typeof respond>>

const WEATHER = {
  type: 'function',
  name: 'get_weather',
  description: 'the weather in a city',
  strict: true,
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
}
const CALL = { model: models.caller, input: '5', tools: [WEATHER], max_output_tokens: 8 }
const THINK = { model: models.thinker, input: '4', max_output_tokens: 8 }
const THINK_AND_CALL = { model: models.agent, input: '7', tools: [WEATHER], max_output_tokens: 8 }

/** The output without the identifiers, which are others each time. */
const output = ({ json }: Answer) => json.output.map(({ id, call_id, ...item }) => item)

/** The text of the message that comes last. */
const text = ({ json }: Answer) => json.output.at(-1).content[0].text

const user = (content: Item['content']) => [{ role: 'user', content }]

/** What each event says, in a few words: its type, its item, and what there is more. */
const told = ({ eventData }: Answer) =>
  eventData.map(({ type, output_index, item, delta, text, arguments: args, response }) => {
    const more = delta ?? text ?? args ?? response?.status
    return [type.replace('response.', ''), output_index, item?.type, more]
      .filter((part) => part !== undefined)
      .join(' ')
  })

const streamed = (client: Client, body: Partial<Body>) =>
  respond(client, { stream: true, ...body }).then(told)

async function refused(client: Client, body: unknown) {
  const { status, json } = await client.send({ ...wrong(request({})), body })
  return json.error ? `${status} ${json.error.type}: ${json.error.message}` : status
}

const refusals = (client: Client, bodies: Record<string, unknown>) =>
  answersTo(bodies, (body) => refused(client, body))

const some = (answer: Fields, fields: string[]) =>
  Object.fromEntries(fields.filter((field) => field in answer).map((field) => [field, answer[field]]))

check('responses.route', async ({ client }) => {
  const { status, contentType } = await client.send({ ...wrong(request({})), body: undefined })
  return `${status} ${contentType}`
})

// Whole answers

check('responses.answer', async ({ client }) => {
  const exchange = await respond(client, { stream: false })
  const { object, status, usage } = exchange.json
  return { content_type: exchange.contentType, object, status, output: output(exchange), usage }
})

check('responses.defaults', async ({ client }) => {
  const { json } = await respond(client, { temperature: undefined, max_output_tokens: undefined, input: '?' })
  const { id, object, created_at, completed_at, status, model, output, usage, ...rest } = json
  return rest
})

const SENT = {
  instructions: 'i',
  max_output_tokens: 1,
  temperature: 0.5,
  top_p: 0.5,
  truncation: 'auto',
  background: true,
  text: { format: { type: 'json_schema' as const, name: 'n', strict: true, schema: { type: 'object' } } },
}

check('responses.echo', async ({ client }) =>
  some((await respond(client, { ...SENT, model: models.terse })).json, Object.keys(SENT)),
)

const IGNORED = {
  previous_response_id: 'resp_1',
  store: true,
  metadata: { a: 'b' },
  tool_choice: 'none',
  parallel_tool_calls: false,
  service_tier: 'flex',
  max_tool_calls: 1,
  top_logprobs: 2,
  safety_identifier: 's',
  prompt_cache_key: 'k',
}

check('responses.ignored', async ({ client }) => {
  const { json } = await client.send(wrong(request, { ...CALL, ...IGNORED }))
  return { type: json.output[0].type, ...some(json, Object.keys(IGNORED)) }
})

check('responses.stateless', async ({ client }) => {
  const exchange = await respond(client, {
    conversation: { id: 'conv_1' },
    include: ['reasoning.encrypted_content'],
  })
  return { status: exchange.status, text: text(exchange) }
})

check('responses.limit', async ({ client }) => {
  const exchange = await respond(client, { max_output_tokens: 1 })
  const { status, incomplete_details } = exchange.json
  return { text: text(exchange), status, incomplete_details }
})

check('responses.no-input', async ({ client }) => {
  const told = async (input: Body['input']) => {
    const exchange = await respond(client, { input })
    return [exchange.json.status, text(exchange), exchange.json.usage.total_tokens]
  }
  return {
    absent: await told(undefined),
    null: await told(null),
    empty: await told(''),
    list: await told([]),
  }
})

// Every character of a prompt is a token here; what is counted begins as nothing before it does, for 0.30.0 does not
// count what it has seen.
const tokens = async (client: Client, body: Partial<Body>) =>
  (await respond(client, { max_output_tokens: 1, ...body })).json.usage.input_tokens

check('responses.input', async ({ client }) => ({
  text: await tokens(client, { input: 'ab2' }),
  message: await tokens(client, { input: [{ type: 'message', role: 'user', content: 'cd2' }] }),
  'without type': await tokens(client, { input: user('ef2') }),
  parts: await tokens(client, {
    input: user([
      { type: 'input_text', text: 'gh' },
      { type: 'output_text', text: '2' },
    ]),
  }),
  'uploaded image': await tokens(client, {
    input: user([
      { type: 'input_text', text: 'ij2' },
      { type: 'input_image', detail: 'auto', file_id: 'file_1' },
    ]),
  }),
}))

check('responses.instructions', async ({ client }) => ({
  absent: await tokens(client, {}),
  given: await tokens(client, { instructions: 'kl' }),
  'with a system message': await tokens(client, {
    instructions: 'mn',
    input: [
      { role: 'system', content: 'op' },
      { role: 'developer', content: 'q' },
      { role: 'user', content: '2' },
    ],
  }),
}))

check('responses.sampling', async ({ client }) => {
  const certain = async (body: Partial<Body>) => {
    const said = text(
      await respond(client, {
        model: models.seeded,
        input: 'x',
        max_output_tokens: 8,
        temperature: undefined,
        ...body,
      }),
    )
    return said === 'aaaaaaaa'
  }
  return {
    absent: await certain({}),
    temperature: await certain({ temperature: 0 }),
    top_p: await certain({ top_p: 0.1 }),
  }
})

check('responses.text-format', async ({ client }) => {
  const said = async (format: NonNullable<Body['text']>['format']) =>
    text(await respond(client, { model: models.terse, text: { format } }))
  const isJson = (text: string) => text === '{}'
  return {
    text: isJson(await said({ type: 'text' })),
    json_object: isJson(await said({ type: 'json_object' })),
    json_schema: isJson(await said({ type: 'json_schema', name: 'n', schema: { type: 'object' } })),
  }
})

check('responses.images', async ({ client }) => {
  const image = (image_url: string) =>
    user([
      { type: 'input_text', text: 'r' },
      { type: 'input_image', detail: 'auto', image_url },
    ])
  const { status, json } = await respond(client, { input: image('data:image/png;base64,aGk=') })
  return {
    'of a model for text': `${status} ${json.error?.message ?? json.status}`,
    url: await refused(client, { model: models.caller, input: image('http://127.0.0.1/a.png') }),
  }
})

check('responses.files', ({ client }) =>
  refused(client, {
    model: models.caller,
    input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'file_1' }] }],
  }),
)

// Reasoning

check('responses.reasoning', async ({ client }) => output(await respond(client, THINK)))

check('responses.reasoning.effort', async ({ client }) => {
  const levels = { '': 'none', n: 'medium', x: 'low', i: 'high', y: 'max' }
  const told = async (effort?: string) => {
    const body = { model: models.leveller, input: '~', max_output_tokens: 1, reasoning: { effort } }
    const exchange = await respond(client, body)
    return exchange.json.error?.message ?? levels[text(exchange).trim() as keyof typeof levels]
  }
  return {
    absent: await told(),
    none: await told('none'),
    low: await told('low'),
    max: await told('max'),
    minimal: await told('minimal'),
    xhigh: await told('xhigh'),
    auto: await told('auto'),
  }
})

check('responses.reasoning.unsupported', async ({ client }) => {
  const exchange = await respond(client, { reasoning: { effort: 'low' } })
  return exchange.json.error?.message ?? text(exchange)
})

check('responses.reasoning.echo', async ({ client }) => {
  const reasoning = { summary: 'auto', generate_summary: 'auto' }
  const whole = await respond(client, { ...THINK, max_output_tokens: 1, reasoning })
  const { eventData } = await respond(client, { ...THINK, max_output_tokens: 1, reasoning, stream: true })
  const effort = await respond(client, { ...THINK, max_output_tokens: 1, reasoning: { effort: 'low' } })
  return {
    whole: whole.json.reasoning,
    stream: eventData.at(-1).response.reasoning,
    effort: effort.json.reasoning,
  }
})

// Tools

check('responses.tools', async ({ client }) => {
  const exchange = await respond(client, CALL)
  return { status: exchange.json.status, output: output(exchange), tools: exchange.json.tools }
})

check('responses.tools.short', async ({ client }) => {
  const tools = [{ type: 'function', name: 'get_weather' }]
  const exchange = await respond(client, { ...CALL, tools })
  return { types: output(exchange).map(({ type }) => type), tools: exchange.json.tools }
})

check('responses.tools.unsupported', async ({ client }) => {
  const { status, json } = await respond(client, { ...THINK, tools: [WEATHER] })
  return `${status}: ${json.error.message}`
})

check('responses.tools.namespace', async ({ client }) => {
  // The model calls `get_weather`, whose name begins with that of the space, and no `get.get_weather`.
  const body = { ...THINK_AND_CALL, tools: [{ type: 'namespace', name: 'get', tools: [WEATHER] }] }
  const known = { before: '0.32.7' }
  const whole = await client.send(wrong(request(body), known))
  const { eventData } = await client.send(wrong(request({ ...body, stream: true }), known))
  const echoed = ({ tools }: { tools?: object[] }) => tools?.some((tool) => 'tools' in tool)
  return {
    output: output(whole).map(({ type, name, content }) => name ?? content?.[0]?.text ?? type),
    echoed: { whole: echoed(whole.json), stream: echoed(eventData[0].response) },
  }
})

check('responses.history', async ({ client }) => {
  const call: Item = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f', arguments: '{"a":1}' }
  const thought: Item = {
    type: 'reasoning',
    id: 'rs_1',
    summary: [{ type: 'summary_text', text: 's' }],
    encrypted_content: 'hm',
  }
  const result = (output: Item['output']): Item => ({
    type: 'function_call_output',
    call_id: 'call_1',
    output,
  })
  // What comes last in the prompt decides what is said.
  const said = async (...input: Item[]) => {
    const body = { model: models.agent, input: [...user('hi'), ...input], max_output_tokens: 1 }
    return text(await respond(client, body))
  }
  const parts = [...user('hi'), call, result([{ type: 'input_text', text: '2' }])]
  const known = wrong(request({ model: models.agent, input: parts }), { before: '0.20.4' })
  const { status, json } = await client.send(known)
  return {
    result: await said(thought, call, result('2')),
    parts: json.error?.message ?? status,
    'broken call': await refused(client, { model: models.agent, input: [{ ...call, arguments: '{' }] }),
  }
})

check('responses.history.search', async ({ client }) => {
  const action = { type: 'search', query: 'news' }
  const search = { type: 'web_search_call', id: 'ws_1', status: 'completed', action }
  const body = { input: [search, ...user('2')] }
  const { status } = await client.send(wrong(request, body, { before: '0.32.10' }))
  return status
})

// Streams

check('responses.stream.text', ({ client }) => streamed(client, {}))
check('responses.stream.reasoning', ({ client }) => streamed(client, THINK))
check('responses.stream.tools', ({ client }) => streamed(client, THINK_AND_CALL))

check('responses.stream.nothing', async ({ client }) => {
  const exchange = await respond(client, { input: '?', stream: true })
  return { events: told(exchange), output: exchange.eventData.at(-1).response.output }
})

check('responses.stream.framing', async ({ client }) => {
  const exchange = await respond(client, { max_output_tokens: 1, stream: true })
  const numbers = exchange.eventData.map(({ sequence_number }) => sequence_number)
  return {
    content_type: exchange.contentType,
    cache_control: exchange.header('cache-control'),
    names_are_types: exchange.events.every(({ event, data }) => event === JSON.parse(data).type),
    numbered_from_0: numbers.every((number, index) => number === index),
    done: exchange.text.includes('[DONE]'),
  }
})

check('responses.stream.identifiers', async ({ client }) => {
  const { eventData } = await respond(client, { ...THINK_AND_CALL, stream: true })
  const { created, completed } = {
    created: eventData[0].response,
    completed: eventData.at(-1).response,
  }
  const added = eventData
    .filter(({ type }) => type === 'response.output_item.added')
    .map(({ item }) => item.id)
  const done = eventData.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item.id)
  return {
    answer: created.id === completed.id,
    items: JSON.stringify(added) === JSON.stringify(done),
    output: JSON.stringify(done) === JSON.stringify(completed.output.map(({ id }) => id)),
  }
})

check('responses.stream.error.before', async ({ client }) => {
  const { status, contentType, json } = await respond(client, { model: models.mistyped, stream: true })
  return { status, content_type: contentType, message: json.error.message }
})

check.alone('responses.stream.error.within', ({ client }) =>
  garbling(client, () => streamed(client, { model: models.garbler, max_output_tokens: 8 })),
)

// What is refused

check('responses.errors.body', ({ client }) =>
  refusals(client, {
    absent: undefined,
    broken: '{bad}',
    array: '[]',
    input: { model: 'm', input: 5 },
    item: { model: 'm', input: ['a'] },
    content: { model: 'm', input: [{ role: 'user', content: 5 }] },
    part: { model: 'm', input: [{ role: 'user', content: [{ type: 'nonsense' }] }] },
  }),
)

check('responses.errors.item', ({ client }) =>
  refusals(client, {
    unknown: { model: 'm', input: [{ type: 'nonsense' }] },
    'without type': { model: 'm', input: [{ text: 'a' }] },
  }),
)

check('responses.errors.model', ({ client }) =>
  refusals(client, {
    absent: { input: 'a' },
    unknown: { model: 'conformance/nobody', input: 'a' },
    invalid: { model: 'bad name!', input: 'a' },
  }),
)

/** A Zstandard frame that holds the text as it is; at most 255 bytes. */
function zstd(text: string): Buffer {
  const block = (text.length << 3) | 1
  const header = [0x28, 0xb5, 0x2f, 0xfd, 0x20, text.length, block & 0xff, block >> 8, 0]
  return Buffer.concat([Buffer.from(header), Buffer.from(text)])
}

check('responses.zstd', async ({ client }) => {
  const headers = { 'content-type': 'application/json', 'content-encoding': 'zstd' }
  const sent = async (body: Buffer) => {
    const exchange = await client.send({ ...wrong(request({})), headers, body })
    const { error } = exchange.json
    return error ? `${exchange.status} ${error.message ?? JSON.stringify(error)}` : text(exchange)
  }
  const body = JSON.stringify(request({ max_output_tokens: 1 }).body)
  return { frame: await sent(zstd(body)), none: await sent(Buffer.from(body)) }
})

// Without the cloud

check('responses.web-search', async ({ client }) => {
  const body = { model: models.agent, input: '8', tools: [{ type: 'web_search' }], max_output_tokens: 8 }
  const exchange = await client.send(wrong(request({ ...body, stream: true }), { before: '0.32.10' }))
  return { content_type: exchange.contentType, events: told(exchange) }
})

check('responses.cloud', async ({ client }) => {
  const { status, json } = await respond(client, { model: 'nobody:cloud' })
  return { status, error: json.error }
})

// Null, and what is not understood

check('responses.null', async ({ client }) => {
  const fields = {
    temperature: null,
    max_output_tokens: null,
    stream: null,
    top_p: null,
    truncation: null,
    conversation: null,
    text: {},
  }
  const { status, json } = await respond(client, { ...fields, model: models.stopper, input: 'w' })
  return { status, output: json.output.length }
})

check('responses.text-format.strict', async ({ client }) => {
  const format = { type: 'json_schema' as const, name: 'n', strict: null, schema: { type: 'object' } }
  return (await respond(client, { model: models.terse, text: { format } })).json.text?.format
})

check('responses.text-format.unknown', async ({ client }) => {
  const text = { format: { type: 'xml', schema: [1] } }
  const { status, json } = await client.send(wrong(request, { text }))
  return { status, format: json.text?.format }
})

check('responses.conversation', async ({ client }) => {
  return (await respond(client, { conversation: { id: 'c' } })).status
})
