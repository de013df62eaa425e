import { instruments, scriptedTable } from '../../fixtures/instruments/instruments.ts'
import { models } from '../../fixtures/instruments/models.ts'
import { tableModel } from '../../fixtures/instruments/table-model.ts'
import { check, type Tools } from '../../harness/run/check.ts'
import type { BodyOf } from '../../harness/wire/answers.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import { askEach, outcome } from '../answers.ts'
import { unload, withModel } from './loaded.ts'
import { stored, withSaying } from './making.ts'
import { GREEDY, user } from './requests.ts'

type Body = BodyOf<'POST', '/api/chat'>

const OPTIONS = { ...GREEDY, num_predict: 20 }
const PARAMETERS = {
  type: 'object',
  required: ['city'],
  properties: {
    city: { type: 'string', description: 'City', enum: ['Rome', 'Oslo'] },
    days: { type: 'integer', description: 'Days' },
  },
}
const WEATHER = {
  type: 'function' as const,
  function: { name: 'get_weather', description: 'Weather', parameters: PARAMETERS },
}
const CALL = { function: { index: 0, name: 'get_weather', arguments: { city: 'Rome' } } }

/** A conversation with all that a message can have. */
const CONVERSATION = [
  { role: 'system' as const, content: 'Be brief.' },
  user('Weather?'),
  { role: 'assistant' as const, content: '', thinking: 'I ask.', tool_calls: [CALL] },
  { role: 'tool' as const, content: 'sunny', tool_name: 'get_weather' },
  { role: 'assistant' as const, content: 'It is sunny.', thinking: 'Sun.' },
  user('And tomorrow?'),
]

/** The part of a message that parsers fill. */
const read = ({ content, thinking, tool_calls }: Exchange['json']) => ({
  content,
  thinking,
  calls: tool_calls?.map(({ function: { name, arguments: given } }: Exchange['json']) => ({
    name,
    ...given,
  })),
})

// Built-in renderers

/** Two calls of one message, without and with a text before them, and what both came to. */
const TURNS = [
  user('Weather and time?'),
  {
    role: 'assistant' as const,
    content: '',
    tool_calls: [CALL, { function: { index: 1, name: 'get_time', arguments: { zone: 'CET', hours: 24 } } }],
  },
  { role: 'tool' as const, content: 'sunny', tool_name: 'get_weather' },
  { role: 'tool' as const, content: 'noon', tool_name: 'get_time' },
  { role: 'assistant' as const, content: 'Once more.', tool_calls: [CALL] },
  { role: 'tool' as const, content: 'rain', tool_name: 'get_weather' },
  { role: 'assistant' as const, content: 'Rain at noon.' },
  { role: 'system' as const, content: 'Be brief.' },
  user('Thanks.'),
]

/** The prompt that a renderer makes of messages, line by line, or how it refuses them. */
const renderedBy = ({ client, post }: Tools, renderer: string, talk: Pick<Body, 'messages' | 'tools'>) => {
  const model = 'conformance/rendering'
  return withModel(client, { model, from: models.quoter, renderer, parser: 'qwen3-thinking' }, async () => {
    const body = {
      model,
      ...talk,
      stream: false,
      options: OPTIONS,
      truncate: false,
      _debug_render_only: true,
    }
    const exchange = await post('/api/chat', body)
    if (exchange.status !== 200) return outcome(exchange)
    return exchange.json._debug_info.rendered_template
      .replace(/\d{4}-\d\d-\d\d|\d{1,2} [A-Z][a-z]+ \d{4}/g, '<date>')
      .split('\n')
  })
}

check.alone.each('rendering.renderer.*', (tools) =>
  renderedBy(tools, tools.given, { messages: CONVERSATION, tools: [WEATHER] }),
)

check.alone.each('rendering.renderer-turns.*', (tools) => renderedBy(tools, tools.given, { messages: TURNS }))

check.alone('rendering.renderer-unknown', ({ client, post }) => {
  const model = 'conformance/rendering'
  return withModel(client, { model, from: models.quoter, renderer: 'nobody' }, async () =>
    outcome(await post('/api/chat', { model, messages: [user('a')], stream: false, options: OPTIONS })),
  )
})

/** The results of a call without the question that led to it, as a client sends it or a window leaves it. */
check.alone.each('rendering.renderer-no-user.*', (tools) =>
  renderedBy(tools, tools.given, { messages: TURNS.slice(1, 4) }),
)

// Built-in parsers

const withParser = <Result>({ client }: Tools, parser: string, use: (model: string) => Promise<Result>) => {
  const model = 'conformance/rendering'
  return withModel(client, { model, from: models.quoter, parser }, () => use(model))
}

check.alone.each('rendering.parser.*', (tools) => {
  const { post, given } = tools
  return withParser(tools, given.parser, async (model) => {
    const body = {
      model,
      messages: [user(given.says)],
      tools: given.tools === false ? undefined : [WEATHER],
      think: given.think,
      options: OPTIONS,
    }
    const whole = await post('/api/chat', { ...body, stream: false })
    if (whole.status !== 200) return outcome(whole)
    const { records } = await post('/api/chat', { ...body, stream: true })
    return {
      whole: read(whole.json.message),
      done_reason: whole.json.done_reason,
      stream: records.filter(({ done }) => !done).map(({ message }) => read(message)),
    }
  })
})

check.alone.each('rendering.parser-generate.*', (tools) => {
  const { post, given } = tools
  return withParser(tools, given.parser, async (model) => {
    const exchange = await post('/api/generate', {
      model,
      prompt: given.says,
      think: given.think,
      format: given.format,
      stream: false,
      options: OPTIONS,
    })
    if (exchange.status !== 200) return outcome(exchange)
    const { response, thinking, tool_calls } = exchange.json
    return { response, thinking, calls: tool_calls?.length }
  })
})

check.alone('rendering.parser-unknown', (tools) =>
  withParser(tools, 'nobody', async (model) =>
    read(
      (await tools.post('/api/chat', { model, messages: [user('n')], stream: false, options: OPTIONS })).json
        .message,
    ),
  ),
)

check.alone('rendering.parser-format', (tools) =>
  withParser(tools, 'qwen3-thinking', (model) =>
    askEach({ true: true, false: false }, async (think) => {
      const { message, eval_count } = (
        await tools.post('/api/chat', {
          model,
          messages: [user('a')],
          think,
          format: { enum: ['x'] },
          stream: false,
          options: OPTIONS,
        })
      ).json
      return { ...read(message), eval_count }
    }),
  ),
)

/** The tokens that log probabilities are told of: those of a whole answer, and how many there are in a stream. */
const probabilities = (whole: Exchange, stream: Exchange) => ({
  whole: whole.json.logprobs?.map(({ token }: Exchange['json']) => token),
  stream: stream.records.flatMap(({ logprobs }) => logprobs ?? []).length,
  eval_count: whole.json.eval_count,
})

check.alone('rendering.parser-logprobs', (tools) =>
  withParser(tools, 'qwen3', async (model) => {
    const body = { model, messages: [user('f')], tools: [WEATHER], logprobs: true, options: OPTIONS }
    const whole = await tools.post('/api/chat', { ...body, stream: false })
    return probabilities(whole, await tools.post('/api/chat', { ...body, stream: true }))
  }),
)

check.alone('rendering.parser-generate-logprobs', (tools) =>
  withParser(tools, 'qwen3', async (model) => {
    const body = { model, prompt: 'f', logprobs: true, options: OPTIONS }
    const whole = await tools.post('/api/generate', { ...body, stream: false })
    return probabilities(whole, await tools.post('/api/generate', { ...body, stream: true }))
  }),
)

check.alone('rendering.parser-space', ({ client, post }) => {
  const model = 'conformance/rendering-space-own'
  const says = ['mull</think>', '\n', '\n so']
  return withSaying({ client, post }, { name: 'spaced', says, model, parser: 'qwen3-thinking' }, async () => {
    const body = { model, prompt: 'a', stream: false, options: OPTIONS }
    const { response, thinking } = (await post('/api/generate', body)).json
    return { response, thinking }
  })
})

/** Two tools, the first with parameters as a row has them. */
const twoTools = (
  properties: Record<string, { type: string | string[] }> = { city: { type: 'string' } },
  required?: string[],
) => [
  {
    type: 'function' as const,
    function: { name: 'get_weather', parameters: { type: 'object', properties, required } },
  },
  {
    type: 'function' as const,
    function: { name: 'get_time', parameters: { type: 'object', properties: { zone: { type: 'string' } } } },
  },
]

// What a model says token by token, as the row has it.
check.alone('rendering.parser-types', ({ client, post, given: { says, properties } }) => {
  const model = 'conformance/rendering-typed-own'
  return withSaying({ client, post }, { name: 'typed', says, model, parser: 'qwen3-coder' }, async () => {
    const body = { model, messages: [user('a')], tools: twoTools(properties), options: OPTIONS }
    const { message } = (await post('/api/chat', { ...body, stream: false })).json
    return message.tool_calls[0].function.arguments
  })
})

check.alone('rendering.parser-one-of', ({ client, post, given: { says, properties } }) => {
  const model = 'conformance/rendering-one-of-own'
  return withSaying({ client, post }, { name: 'one of', says, model, parser: 'qwen3-coder' }, async () => {
    const body = {
      model,
      messages: [user('a')],
      tools: twoTools(properties),
      stream: false,
      options: OPTIONS,
    }
    const { message } = (await post.wrong('/api/chat', body)).json
    return message.tool_calls[0].function.arguments
  })
})

type Calling = { parsers: string[]; says: string[] }

check.alone('rendering.parser-calls', async ({ client, post, given }) => {
  const groups = given as Calling[]
  /** The last character of a prompt that makes the model say what the parsers of a group read. */
  const keyOf = (group: number) => String.fromCharCode(97 + group)
  const scripts = Object.fromEntries(groups.map(({ says }, group) => [keyOf(group), says]))
  const digest = await stored(post, tableModel(scriptedTable('calling', scripts)))
  // All are made from one, which keeps their file, and share a runner.
  const from = 'conformance/rendering-calling-own'
  const model = 'conformance/rendering-called-own'
  const callsOf = ({ message }: Exchange['json']) =>
    (message.tool_calls ?? []).map(({ function: { index, name } }: Exchange['json']) => `${index} ${name}`)
  const counted = ({ parser, key }: { parser: string; key: string }) =>
    withModel(client, { model, from, parser }, async () => {
      const body = { model, messages: [user(key)], tools: twoTools(), options: OPTIONS }
      const whole = await post('/api/chat', { ...body, stream: false })
      const { records } = await post('/api/chat', { ...body, stream: true })
      return {
        whole: callsOf(whole.json),
        stream: records.map(callsOf).filter(({ length }) => length > 0),
      }
    })
  const asked = groups.flatMap(({ parsers }, group) =>
    parsers.map((parser) => ({ parser, key: keyOf(group) })),
  )
  return withModel(
    client,
    { model: from, files: { 'a.gguf': digest }, template: '{{ .Prompt }}' },
    async () => {
      const counts = await askEach(Object.fromEntries(asked.map((one) => [one.parser, one])), counted)
      await unload(client, from)
      return counts
    },
  )
})

// What a model says token by token, as the row has it, where it is not quite what its parser reads.
check.alone.each('rendering.parser-odd.*', ({ client, post, given }) => {
  const { parser, says, properties, required, num_predict = 20, ...more } = given
  const model = 'conformance/rendering-odd-own'
  return withSaying({ client, post }, { name: 'odd', says, model, parser }, async () => {
    const options = { ...GREEDY, num_predict }
    const body = { model, messages: [user('a')], tools: twoTools(properties, required), options, ...more }
    const whole = await post('/api/chat', { ...body, stream: false })
    // Before 0.30.0 an error takes a slot of the runner for ever.
    if (whole.status !== 200) await unload(client, model)
    const { records } = await post('/api/chat', { ...body, stream: true })
    return {
      whole: whole.status === 200 ? read(whole.json.message) : outcome(whole),
      done_reason: whole.json.done_reason,
      stream: records.map(({ message, error }) => (message ? read(message) : { error })),
    }
  })
})

// The chat template of the file

/** What the chat template makes of a request, or how it refuses it: of its exception the words alone. */
const rendered = (exchange: Exchange) => {
  if (exchange.status === 200) return exchange.json._debug_info.rendered_template
  const { status, error } = outcome(exchange)
  return { status, error: error?.replace(/.*(Jinja Exception: [^"]*).*/s, '…$1…') }
}
const SHOWN = { model: models.talker, stream: false, options: OPTIONS, _debug_render_only: true } as const

check.each('rendering.jinja.*', async ({ post, given }) =>
  rendered(await post('/api/chat', { ...SHOWN, messages: [user('hi')], ...given })),
)

check.each('rendering.jinja-wrong.*', async ({ post, given }) => {
  const exchange = await post.wrong('/api/chat', {
    ...SHOWN,
    messages: [user('hi')],
    ...given,
    ...(given.format ? { _debug_render_only: false } : {}),
  })
  return exchange.status === 200 ? rendered(exchange) : outcome(exchange)
})

check('rendering.jinja-conversation', async ({ post }) =>
  rendered(await post('/api/chat', { ...SHOWN, messages: CONVERSATION, tools: [WEATHER] })),
)
const say = (key: string, more: object = {}) => ({
  model: models.talker,
  messages: [user(key)],
  stream: false,
  options: OPTIONS,
  ...more,
})

check.each('rendering.jinja-answer.*', async ({ post, given }) => {
  const { says, tools, ...more } = given
  const body = say(says, { ...more, ...(tools ? { tools: [WEATHER] } : {}) })
  const whole = await post('/api/chat', body)
  if (whole.status !== 200) return outcome(whole)
  const { records } = await post('/api/chat', { ...body, stream: true })
  return {
    whole: read(whole.json.message),
    done_reason: whole.json.done_reason,
    stream: records.filter(({ done }) => !done).map(({ message }) => read(message)),
    last: read(records.at(-1).message),
  }
})

check('rendering.jinja-ids', async ({ post }) => {
  const ids = async () =>
    (await post('/api/chat', say('6', { tools: [WEATHER] }))).json.message.tool_calls?.map(({ id }) => id) ??
    []
  const all = [...(await ids()), ...(await ids())]
  return { calls: all.length, distinct: new Set(all).size }
})

check('rendering.jinja-generate', async ({ post }) => {
  const { json } = await post('/api/generate', {
    model: models.talker,
    prompt: '1',
    stream: false,
    options: OPTIONS,
  })
  const debug = await post('/api/generate', {
    model: models.talker,
    prompt: '1',
    system: 'S',
    stream: false,
    options: OPTIONS,
    _debug_render_only: true,
  })
  return { response: json.response, rendered: debug.json._debug_info?.rendered_template }
})

check(
  'rendering.jinja-capabilities',
  async ({ post }) => (await post('/api/show', { model: models.talker })).json.capabilities,
)

check('rendering.jinja-template', async ({ post }) => {
  const { template, model_info } = (await post('/api/show', { model: models.talker })).json
  return { shown: template.slice(0, 13), in_model_info: 'tokenizer.chat_template' in model_info }
})

check('rendering.jinja-raise-stream', async ({ post }) => {
  const messages = [{ role: 'system' as const, content: 'raise' }, user('1')]
  const exchange = await post('/api/chat', { model: models.talker, messages, stream: true, options: OPTIONS })
  return { refused: rendered(exchange), content_type: exchange.contentType }
})

check('rendering.jinja-context', async ({ post }) => {
  const body = { ...SHOWN, prompt: 'hi' }
  return {
    with_context: rendered(await post('/api/generate', { ...body, context: [100, 101] })),
    without: rendered(await post('/api/generate', body)),
  }
})

check.each('rendering.jinja-raise.*', ({ post, given: { path, ...body } }) =>
  askEach({ whole: false, streamed: true }, async (stream) => {
    const answer = await post.wrong(path, { model: models.talker, ...body, stream })
    const { status, error } = outcome(answer)
    return {
      status,
      content_type: answer.contentType,
      error: error?.replace(/.*(Jinja Exception: [^"]*).*/s, '…$1…'),
      type: answer.json?.error?.type,
    }
  }),
)

/** Shows every field of every message, whatever it is called. */
const SHOWS_ALL = '{%- for m in messages %}{{ m | tojson }}\n{% endfor %}'

check.alone('rendering.jinja-fields', async ({ client, post }) => {
  const bytes = tableModel({ ...instruments.talker.table, name: 'shows all', chatTemplate: SHOWS_ALL })
  const digest = await stored(post, bytes)
  const model = 'conformance/rendering-fields'
  return withModel(client, { model, files: { 'a.gguf': digest } }, async () => {
    const messages = [
      { ...user('hi'), tool_name: 'n' },
      { role: 'assistant' as const, content: 'c', thinking: 't', tool_calls: [{ id: 'i', ...CALL }] },
      { role: 'tool' as const, content: 'r', tool_call_id: 'i', tool_name: 'n' },
      { role: 'tool' as const, content: 'r', tool_call_id: 'i' },
      user('bye'),
    ]
    const prompt = rendered(await post('/api/chat', { ...SHOWN, model, messages }))
    await unload(client, model)
    return typeof prompt === 'string'
      ? prompt
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line))
      : prompt
  })
})

// A file with a chat template, and a template beside it

check.alone.each('rendering.template-of-two.*', ({ client, post, given: template }) => {
  const model = 'conformance/rendering-two'
  return withModel(client, { model, from: models.talker, template }, async () => {
    const body = { ...SHOWN, model, messages: [user('hi')] }
    const { capabilities, template: shown } = (await post('/api/show', { model })).json
    const prompt = rendered(await post('/api/chat', body))
    return { prompt, capabilities, shows: shown === template ? 'the template' : 'the chat template' }
  })
})
