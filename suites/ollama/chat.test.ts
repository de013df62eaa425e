import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { BodyOf } from '../../harness/wire/answers.ts'
import type { Client } from '../../harness/wire/client.ts'
import { garbling } from './loaded.ts'
import { chat, chatRequest, user, wrong } from './requests.ts'

type Fields = Record<string, unknown>
type Body = BodyOf<'POST', '/api/chat'>
type Message = NonNullable<Body['messages']>[number]
type Answer = Awaited<ReturnType<typeof chat>>

const { keys } = Object
const ABC = { model: models.templated, messages: [user('abc')], options: { num_predict: 3 } }
const WEATHER = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    description: 'Weather',
    parameters: {
      type: 'object',
      required: ['city'],
      properties: { city: { type: 'string', description: 'City', enum: ['Rome', 'Oslo'] } },
    },
  },
}
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const said = ({ json }: Answer) => json.message.content

const answered = ({ status, json }: Answer) =>
  status === 200 ? `200 ${json.message.content}` : `${status} ${json.error}`

async function rendered(client: Client, body: Body): Promise<string> {
  const { json } = await chat(client, { ...body, _debug_render_only: true })
  return json._debug_info.rendered_template
}

// The answer

check('chat.answer.whole', async ({ client }) => {
  // No other prompt begins with Q: 0.30.0 does not count tokens of the prompt that it has seen before.
  const request = { model: models.caller, messages: [user('Q1')], options: { num_predict: 3 } }
  const { message, done, done_reason, prompt_eval_count, eval_count } = (await chat(client, request)).json
  return { message, done, done_reason, prompt_eval_count, eval_count }
})

check('chat.answer.keys', async ({ client }) => {
  const { json } = await chat(client, ABC)
  // The durations of the runner may round to zero, and are left out then.
  return keys(json).filter((key) => !/^(prompt_)?eval_duration$/.test(key))
})

check('chat.answer.stream', async ({ client }) => {
  const { contentType, records } = await chat(client, { ...ABC, stream: true })
  return { contentType, records: records.map(({ message, done_reason }) => [message.content, done_reason]) }
})

check('chat.answer.stream-default', async ({ client }) => {
  const { contentType, records } = await chat(client, { ...ABC, stream: undefined })
  return { contentType, records: records.length }
})

check('chat.answer.examples', async ({ client }) => {
  const { records } = await chat(client, { ...ABC, stream: true })
  return {
    first_message: keys(records[0].message),
    last_message: keys(records.at(-1).message),
    offset: records[0].created_at.at(-1),
  }
})

check('chat.answer.stream-event', async ({ client }) => {
  const { records } = await chat(client, { ...ABC, stream: true })
  const listed = ['model', 'created_at', 'message', 'done']
  return keys(records.at(-1)).filter((key) => !listed.includes(key) && !/^(prompt_)?eval_duration$/.test(key))
})

check('chat.answer.repetition', async ({ client }) => {
  const request = { model: models.repeater, messages: [user('q')], options: { num_predict: 40 } }
  const { message, done, eval_count } = (await chat(client, request)).json
  return { length: message.content.length, done, eval_count }
})

// Loading

check('chat.load', async ({ client }) => {
  const request = { model: models.templated, messages: [], keep_alive: '5m', options: {} }
  const { contentType, json } = await chat(client, { ...request, stream: true })
  const { created_at: _, ...answer } = json
  return { contentType, answer }
})

check('chat.load.messages', async ({ client }) => {
  const { status, json } = await chat(client, { model: models.templated })
  return `${status} ${json.done_reason}`
})

check.alone('chat.unload', async ({ client }) => {
  await chat(client, { model: models.spare, messages: [] })
  const reasons = []
  for (const _ of ['loaded', 'no longer loaded']) {
    const { json } = await chat(client, { model: models.spare, messages: [], keep_alive: 0 })
    reasons.push(json.done_reason)
  }
  return reasons
})

// The conversation

check('chat.template.absent', async ({ client }) =>
  said(await chat(client, { model: models.successor, messages: [user('abc')] })),
)

check('chat.messages.order', async ({ client }) => {
  const ask = (messages: Message[]) => rendered(client, { model: models.historian, messages })
  const system = { role: 'system' as const, content: 'NEW' }
  return {
    user_first: await ask([user('a')]),
    system_first: await ask([system, user('a')]),
    system_later: await ask([user('a'), system, user('b')]),
  }
})

check('chat.messages.roles', async ({ client }) => {
  const ask = async (role: unknown) => {
    const request = { model: models.historian, messages: [{ role, content: 'x' }], _debug_render_only: true }
    const known = ['system', 'user', 'assistant', 'tool'].includes(role as string)
    const { json } = await client.send(wrong(chatRequest, request, known ? { before: '0.11.5' } : {}))
    return json._debug_info.rendered_template.split('<').at(-1)
  }
  const roles = []
  for (const role of ['system', 'user', 'assistant', 'tool', 'USER', 'nobody', undefined]) {
    roles.push(await ask(role))
  }
  return roles
})

const CALL = { function: { index: 0, name: 'NAME', arguments: { KEY: 'ARGUMENT' } } }

check('chat.messages.fields', async ({ client }) => {
  const read = []
  for (const [when, field, value, mark = value] of [
    [{ before: '0.5.7' }, 'content', 'CONTENT'],
    [{ before: '0.9.0' }, 'thinking', 'THINKING'],
    [{ before: '0.5.7' }, 'tool_calls', [CALL], 'ARGUMENT'],
    [{ before: '0.12.10' }, 'tool_calls', [{ ...CALL, id: 'ID' }], 'ID'],
    [{ before: '0.9.6' }, 'tool_name', 'TOOL'],
    [{ before: '0.12.10' }, 'tool_call_id', 'CALLED'],
    [{}, 'name', 'UNKNOWN'],
  ] as const) {
    const messages = [{ role: 'assistant', [field]: value }]
    const request = { model: models.lister, messages, _debug_render_only: true }
    const { json } = await client.send(wrong(chatRequest, request, when))
    if (json._debug_info.rendered_template.includes(`"${mark}"`)) read.push(mark)
  }
  return read
})

// Thinking

const FOUR = { model: models.thinker, messages: [user('4')] }

check('chat.thinking', async ({ client }) => {
  const ask = async (think: boolean | undefined) => {
    const { content, thinking } = (await chat(client, { ...FOUR, think })).json.message
    return { content, thinking }
  }
  return { absent: await ask(undefined), true: await ask(true), false: await ask(false) }
})

check('chat.thinking.stream', async ({ client }) => {
  const { records } = await chat(client, { ...FOUR, think: true, stream: true })
  return records.map(({ message: { thinking, content } }) => [thinking, content])
})

check('chat.thinking.levels', async ({ client }) => {
  const answers: Fields = {}
  for (const [think, before] of [
    ['low', '0.11.0'],
    ['medium', '0.11.0'],
    ['high', '0.11.0'],
    ['max', '0.22.0'],
  ] as const) {
    answers[think] = answered(await client.send(wrong(chatRequest, { ...FOUR, think }, { before })))
  }
  return answers
})

check('chat.thinking.unsupported', async ({ client }) =>
  answered(await chat(client, { ...ABC, think: true })),
)

check('chat.thinking.format', async ({ client }) => {
  const { json } = await chat(client, { ...FOUR, think: true, format: { enum: ['x'] } })
  const { message, eval_count } = json
  return { thinking: message.thinking, content: message.content, eval_count }
})

// Tools

const TWO_CALLS = { model: models.multicaller, messages: [user('6')], tools: [WEATHER] }

const called = (calls: Answer['json']['message']['tool_calls'] | undefined) =>
  calls?.map(
    ({
      id,
      function: {
        name,
        index,
        arguments: { city },
      },
    }) => [name, city, index, id === undefined ? 'no id' : 'id'],
  )

check('chat.tools.call', async ({ client }) => {
  const { status, json } = await chat(client, { ...TWO_CALLS, stream: false })
  if (status !== 200) return `${status} ${json.error}`
  const { message, done_reason } = json
  return { content: message.content, calls: called(message.tool_calls), done_reason }
})

check('chat.tools.stream', async ({ client }) => {
  const exchange = await chat(client, { ...TWO_CALLS, stream: true })
  if (exchange.status !== 200) return `${exchange.status} ${exchange.json.error}`
  return exchange.records.map(({ message, done_reason }) => done_reason ?? called(message.tool_calls))
})

check('chat.tools.unfinished', async ({ client }) => {
  const request = { model: models.caller, messages: [user('5')], tools: [WEATHER], stream: true }
  const { records } = await chat(client, { ...request, options: { num_predict: 2 } })
  return records.map(({ message: { content, tool_calls }, done_reason }) => [
    content,
    tool_calls?.length ?? 0,
    done_reason,
  ])
})

check('chat.tools.none', async ({ client }) => said(await chat(client, { ...ABC, tools: [] })))

check('chat.tools.unsupported', async ({ client }) =>
  answered(await chat(client, { ...ABC, tools: [WEATHER] })),
)

/** A tool with one argument `a`. */
const tool = (argument: Fields, parameters: Fields = {}, more: Fields = {}) => ({
  type: 'function',
  ...more,
  function: {
    name: 'f',
    description: '',
    parameters: { type: 'object', required: [], properties: { a: argument }, ...parameters },
  },
})

check('chat.tools.items', async ({ client }) => {
  const count = async (tool: Fields) => {
    const request = { model: models.caller, messages: [user('x')], tools: [tool] }
    const { status, json } = await client.send(wrong(chatRequest, request, { before: '0.6.6' }))
    return json.prompt_eval_count ?? status
  }
  const plain = await count(tool({ type: 'array', description: '' }))
  const items = { items: { type: 'string' } }
  const list = await count(tool({ type: ['string', 'null'], description: '' }))
  return {
    items: (await count(tool({ type: 'array', description: '', ...items }))) !== plain,
    others: (await count(tool({ type: 'array', description: '' }, { ...items, $defs: {} }, items))) !== plain,
    list_of_types: list === 400 ? 400 : list !== plain,
  }
})

check('chat.tools.keywords', async ({ client }) => {
  const read = []
  for (const [when, keyword, given] of [
    [{ before: '0.6.6' }, 'items', tool({ type: 'array', items: {} })],
    [{ before: '0.11.3' }, 'anyOf', tool({ anyOf: [{ type: 'string' }] })],
    [{ before: '0.13.5' }, 'b', tool({ type: 'object', properties: { b: { type: 'string' } } })],
    [{ before: '0.20.0' }, 'c', tool({ type: 'object', required: ['c'] })],
    [{}, 'default', tool({ type: 'string', default: 'x' })],
    [{}, 'minimum', tool({ type: 'integer', minimum: 1 })],
    [{}, 'additionalProperties', tool({ type: 'object' }, { additionalProperties: false })],
    [{}, 'strict', tool({ type: 'object' }, {}, { strict: true })],
  ] as const) {
    const request = {
      model: models.lister,
      messages: [user('x')],
      tools: [given],
      _debug_render_only: true,
    }
    const { json } = await client.send(wrong(chatRequest, request, when))
    if (json._debug_info.rendered_template.includes(`"${keyword}"`)) read.push(keyword)
  }
  return read
})

check('chat.tools.printed', ({ client }) =>
  rendered(client, { model: models.caller, messages: [user('x')], tools: [WEATHER] }),
)

// Options of the endpoint

const LOGPROBS = { model: models.distribution, messages: [user('x')], logprobs: true, top_logprobs: 2 }

check('chat.logprobs', async ({ client }) => {
  const ask = async (stream: boolean) => {
    const request = { ...LOGPROBS, stream, options: { num_predict: 1 } }
    const exchange = await client.send(wrong(chatRequest, request, { before: '0.12.11' }))
    const records = stream ? exchange.records : [exchange.json]
    return records.map(({ logprobs }) =>
      (logprobs ?? []).flatMap(({ top_logprobs }) => top_logprobs.map(({ token }) => token)),
    )
  }
  return { whole: await ask(false), stream: await ask(true) }
})

check('chat.logprobs.range', async ({ client }) =>
  answered(await client.send(wrong(chatRequest, { ...ABC, logprobs: true, top_logprobs: 21 }))),
)

check.alone('chat.options', async ({ client }) => {
  const request = (options: Fields) => ({
    model: models.spare,
    messages: [user('a')],
    options: { ...options, num_predict: 1 },
  })
  const old = { low_vram: false, f16_kv: true, logits_all: false, vocab_only: false, use_mlock: false }
  const answers = [
    await chat(client, request({ main_gpu: 0 })),
    await client.send(wrong(chatRequest, request(old), { from: '0.7.0' })),
    await client.send(wrong(chatRequest, request({ draft_num_predict: 1 }), { before: '0.30.0' })),
  ]
  return answers.map(({ status }) => status)
})

const formatted = async (client: Client, format: Body['format']) =>
  said(await chat(client, { model: models.terse, messages: [user('a')], format }))

check('chat.format', async ({ client }) => {
  const schema = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] }
  const none = await formatted(client, undefined)
  return {
    schema: await formatted(client, schema),
    null_is_none: (await formatted(client, null)) === none,
    empty_is_none: (await formatted(client, '')) === none,
  }
})

check('chat.format.json', ({ client }) => formatted(client, 'json'))

check('chat.images', async ({ client }) => {
  const image = { ...user('abc'), images: [PIXEL] }
  const ask = async (model: string) => answered(await chat(client, { ...ABC, model, messages: [image] }))
  return { template: await ask(models.templated), no_template: await ask(models.successor) }
})

check('chat.images.rendered', async ({ client }) => {
  const image = { ...user('abc'), images: [PIXEL] }
  return (await chat(client, { ...ABC, messages: [image], _debug_render_only: true })).json._debug_info
})

const LONG = { model: models.templated, messages: [user('x'.repeat(254))], options: { num_predict: 2 } }

check('chat.truncate', async ({ client }) => {
  const ask = async (truncate: boolean) =>
    answered(await client.send(wrong(chatRequest, { ...LONG, truncate }, { before: '0.12.6' })))
  return { true: await ask(true), false: await ask(false) }
})

check('chat.truncate.oldest', async ({ client }) => {
  const messages = [{ role: 'system' as const, content: 's' }, user('x'.repeat(150)), user('y'.repeat(150))]
  const prompt = await rendered(client, { ...LONG, model: models.historian, messages })
  return prompt.replace(/(.)\1{100,}/g, '$1…')
})

check('chat.shift', async ({ client }) => {
  const ask = async (shift: boolean) => {
    const request = { ...LONG, messages: [user('x'.repeat(250))], options: { num_predict: 8 }, shift }
    const { json } = await client.send(wrong(chatRequest, request, { before: '0.12.6' }))
    return { eval_count: json.eval_count, done_reason: json.done_reason }
  }
  return { true: await ask(true), false: await ask(false) }
})

check('chat.debug', async ({ client }) => {
  const { json } = await chat(client, { ...ABC, stream: true, _debug_render_only: true })
  const { created_at: _, ...answer } = json
  return answer
})

// Errors

check('chat.errors.model', async ({ client }) => {
  const ask = async (model: unknown) => answered(await client.send(wrong(chatRequest, { ...ABC, model })))
  return {
    unknown: await ask('conformance/nobody'),
    absent: await ask(undefined),
    invalid: await ask('bad name!'),
    cloud: await ask(`${models.templated}:cloud`),
    upper_case: await ask(models.templated.toUpperCase()),
  }
})

check('chat.errors.body', async ({ client }) => {
  const ask = async (body: unknown) =>
    answered(await client.send(wrong({ method: 'POST' as const, path: '/api/chat' as const, body })))
  const model = models.templated
  return {
    absent: await ask(undefined),
    broken: await ask('{bad'),
    messages: await ask({ model, messages: 'a' }),
    content: await ask({ model, messages: [{ role: 'user', content: ['a'] }] }),
    images: await ask({ model, messages: [{ ...user('a'), images: ['!'] }] }),
    tools: await ask({ model, messages: [user('a')], tools: {} }),
    format: await ask({ model, messages: [user('a')], format: 'xml', stream: false }),
  }
})

check('chat.errors.before-content', async ({ client }) => {
  const { status, contentType, text } = await chat(client, { ...ABC, model: models.refused, stream: true })
  return { status, contentType, error: JSON.parse(text).error }
})

check.alone('chat.errors.mid-stream', async ({ client }) => {
  const request = { model: models.garbler, messages: [user('a')], stream: true }
  const { status, records } = await garbling(client, () => chat(client, request))
  return { status, records: records.map(({ message, error }) => (error ? 'error' : message.content)) }
})

check('chat.errors.embedding-model', async ({ client }) =>
  answered(await chat(client, { ...ABC, model: models.embedder })),
)
