import { modelDefinitions, models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import type { Verbs } from '../../harness/wire/verbs.ts'
import { askEach, mediaType, outcome } from '../answers.ts'
import { garbling, poll, staysLoaded, timeLeft, withModel } from './loaded.ts'
import { withSaying } from './making.ts'
import { GREEDY, user } from './requests.ts'

const WHOLE = { stream: false, options: GREEDY } as const
const BRIEF = { stream: false, options: { ...GREEDY, num_predict: 3 } } as const
/** Asks for what the model would be given, and for nothing from it. */
const RENDERED = { ...WHOLE, _debug_render_only: true } as const

const ABC = { model: models.templated, messages: [user('abc')], ...BRIEF }
const CITY = { type: 'string', description: 'City', enum: ['Rome', 'Oslo'] }
const PARAMETERS = { type: 'object', required: ['city'], properties: { city: CITY } }
const WEATHER = {
  type: 'function' as const,
  function: { name: 'get_weather', description: 'Weather', parameters: PARAMETERS },
}
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const content = ({ json }: Exchange): string => json.message.content
const contentOrError = (answer: Exchange) => ({ ...outcome(answer), content: answer.json.message?.content })
const rendered = ({ json }: Exchange): string => json._debug_info.rendered_template

// The answer

check('chat.answer.whole', async ({ post }) => {
  // No other prompt begins with Q: 0.30.0 does not count tokens of the prompt that it has seen before.
  const { json } = await post('/api/chat', { model: models.caller, messages: [user('Q1')], ...BRIEF })
  const { message, done, done_reason, prompt_eval_count, eval_count } = json
  return { message, done, done_reason, prompt_eval_count, eval_count }
})

/** The durations of the runner may round to zero, and are left out then. */
const certainKeys = (record: object) =>
  Object.keys(record).filter((key) => !/^(prompt_)?eval_duration$/.test(key))

check('chat.answer.keys', async ({ post }) => certainKeys((await post('/api/chat', ABC)).json))

check('chat.answer.stream', async ({ post }) => {
  const { contentType, records } = await post('/api/chat', { ...ABC, stream: true })
  return {
    content_type: contentType,
    records: records.map(({ message, done_reason }) => ({ content: message.content, done_reason })),
  }
})

check('chat.answer.stream-default', async ({ post }) => {
  const { stream: _, ...unsaid } = ABC
  const { contentType, records } = await post('/api/chat', unsaid)
  return { content_type: contentType, records: records.length }
})

check('chat.answer.examples', async ({ post }) => {
  const { records } = await post('/api/chat', { ...ABC, stream: true })
  return {
    first_message: Object.keys(records[0].message),
    last_message: Object.keys(records.at(-1).message),
    offset: records[0].created_at.at(-1),
  }
})

check('chat.answer.stream-event', async ({ post }) => {
  const { records } = await post('/api/chat', { ...ABC, stream: true })
  const documented = ['model', 'created_at', 'message', 'done']
  return certainKeys(records.at(-1)).filter((key) => !documented.includes(key))
})

check('chat.answer.stream-repeated', async ({ post }) => {
  const { records } = await post('/api/chat', { ...ABC, stream: true })
  const done = records.map((record) => record.done)
  return {
    models: new Set(records.map(({ model }) => model)).size,
    roles: [...new Set(records.map(({ message }) => message.role))],
    one_time_for_all: new Set(records.map(({ created_at }) => created_at)).size === 1,
    done_before_the_last: [...new Set(done.slice(0, -1))],
    done_at_last: done.at(-1),
  }
})

check('chat.answer.stream-last-only', async ({ post }) => {
  const { records } = await post('/api/chat', { ...ABC, stream: true })
  const before = [...new Set(records.slice(0, -1).flatMap(certainKeys))]
  return {
    before_the_last: before,
    added_at_last: certainKeys(records.at(-1)).filter((key) => !before.includes(key)),
  }
})

check('chat.answer.repetition', async ({ post }) => {
  const options = { ...GREEDY, num_predict: 40 }
  const body = { model: models.repeater, messages: [user('q')], stream: false, options }
  const { message, done, eval_count } = (await post('/api/chat', body)).json
  return { length: message.content.length, done, eval_count }
})

// Loading

check('chat.load', async ({ post }) => {
  const body = { model: models.templated, messages: [], keep_alive: '5m', stream: true, options: GREEDY }
  const { contentType, json } = await post('/api/chat', body)
  const { created_at: _, ...answer } = json
  return { content_type: contentType, answer }
})

check('chat.load.messages', async ({ post }) => {
  const { status, json } = await post('/api/chat', { model: models.templated, ...WHOLE })
  return { status, done_reason: json.done_reason }
})

check.alone('chat.unload', async ({ post }) => {
  const load = { model: models.spare, messages: [], ...WHOLE }
  await post('/api/chat', load)
  return askEach(
    ['loaded', 'no longer loaded'],
    async () => (await post('/api/chat', { ...load, keep_alive: 0 })).json.done_reason,
  )
})

// The conversation

check('chat.template.absent', async ({ post }) =>
  content(await post('/api/chat', { model: models.successor, messages: [user('abc')], ...WHOLE })),
)

check('chat.messages.order', ({ post }) => {
  const system = { role: 'system' as const, content: 'NEW' }
  return askEach(
    {
      user_first: [user('a')],
      system_first: [system, user('a')],
      system_later: [user('a'), system, user('b')],
    },
    async (messages) => rendered(await post('/api/chat', { model: models.historian, messages, ...RENDERED })),
  )
})

check('chat.messages.roles', async ({ post }) => {
  const model = models.historian
  const known = await askEach(['system', 'user', 'assistant', 'tool'] as const, async (role) =>
    rendered(await post('/api/chat', { model, messages: [{ role, content: 'x' }], ...RENDERED })),
  )
  const others = await askEach({ USER: 'USER', nobody: 'nobody', absent: undefined }, async (role) =>
    rendered(await post.wrong('/api/chat', { model, messages: [{ role, content: 'x' }], ...RENDERED })),
  )
  return { ...known, ...others }
})

check('chat.messages.fields', async ({ post }) => {
  const model = models.lister
  const role = 'assistant' as const
  const call = { function: { index: 0, name: 'NAME', arguments: { KEY: 'ARGUMENT' } } }
  /** The values in capitals that the template shows, which lists all that a message has. */
  const shown = (exchange: Exchange) =>
    [...rendered(exchange).matchAll(/"([A-Z]+)"(?!:)/g)].map(([, value]) => value)
  const known = await askEach(
    {
      content: { role, content: 'CONTENT' },
      thinking: { role, thinking: 'THINKING' },
      tool_calls: { role, tool_calls: [call] },
      'tool_calls.id': { role, tool_calls: [{ ...call, id: 'ID' }] },
      tool_name: { role, tool_name: 'TOOL' },
      tool_call_id: { role, tool_call_id: 'CALLED' },
    },
    async (message) => shown(await post('/api/chat', { model, messages: [message], ...RENDERED })),
  )
  const messages = [{ role, name: 'UNKNOWN' }]
  return { ...known, name: shown(await post.wrong('/api/chat', { model, messages, ...RENDERED })) }
})

// Thinking

const FOUR = { model: models.thinker, messages: [user('4')], ...WHOLE }

check('chat.thinking', ({ post }) =>
  askEach({ absent: undefined, true: true, false: false }, async (think) => {
    const { content, thinking } = (await post('/api/chat', { ...FOUR, think })).json.message
    return { content, thinking }
  }),
)

check('chat.thinking.stream', async ({ post }) => {
  const { records } = await post('/api/chat', { ...FOUR, think: true, stream: true })
  return records.map(({ message: { thinking, content } }) => ({ thinking, content }))
})

check('chat.thinking.levels', ({ post }) =>
  askEach(['low', 'medium', 'high', 'max'] as const, async (think) =>
    contentOrError(await post('/api/chat', { ...FOUR, think })),
  ),
)

check('chat.thinking.unsupported', async ({ post }) =>
  contentOrError(await post('/api/chat', { ...ABC, think: true })),
)

check('chat.thinking.false-everywhere', async ({ post }) =>
  contentOrError(await post('/api/chat', { ...ABC, think: false })),
)

check('chat.thinking.format', async ({ post }) => {
  const { json } = await post('/api/chat', { ...FOUR, think: true, format: { enum: ['x'] } })
  const { message, eval_count } = json
  return { thinking: message.thinking, content: message.content, eval_count }
})

// Tools

const TWO_CALLS = { model: models.multicaller, messages: [user('6')], tools: [WEATHER], ...WHOLE }

const calls = ({ tool_calls }: Exchange['json']) =>
  tool_calls?.map(({ id, function: { name, index, arguments: given } }: Exchange['json']) => ({
    name,
    city: given.city,
    index,
    has_id: id !== undefined,
  }))

check('chat.tools.call', async ({ post }) => {
  const exchange = await post('/api/chat', TWO_CALLS)
  if (exchange.status !== 200) return outcome(exchange)
  const { message, done_reason } = exchange.json
  return { content: message.content, calls: calls(message), done_reason }
})

check('chat.tools.stream', async ({ post }) => {
  const exchange = await post('/api/chat', { ...TWO_CALLS, stream: true })
  if (exchange.status !== 200) return outcome(exchange)
  return exchange.records.map(({ message, done_reason }) =>
    done_reason ? { done_reason } : { calls: calls(message) },
  )
})

/** The ids of all calls of an answer, and whether they are what they look like. */
const ids = (messages: Exchange['json'][]) => {
  const all: string[] = messages.flatMap(({ tool_calls }) =>
    (tool_calls ?? []).map(({ id }: { id: string }) => id),
  )
  return {
    calls: all.length,
    distinct: new Set(all).size,
    form: all.every((id) => /^call_[a-z0-9]{8}$/.test(id)),
  }
}

check('chat.tools.ids', async ({ post }) => ids([(await post('/api/chat', TWO_CALLS)).json.message]))

check('chat.tools.ids.stream', async ({ post }) =>
  ids((await post('/api/chat', { ...TWO_CALLS, stream: true })).records.map(({ message }) => message)),
)

check('chat.tools.ids.answers', async ({ post }) => {
  const first = (await post('/api/chat', TWO_CALLS)).json.message
  return ids([first, (await post('/api/chat', TWO_CALLS)).json.message])
})

check('chat.tools.longest-name', ({ post }) => {
  const named = (name: string) => ({ ...WEATHER, function: { ...WEATHER.function, name } })
  const ask = async (names: string[]) => {
    const body = { model: models.caller, messages: [user('5')], tools: names.map(named), ...WHOLE }
    const { message } = (await post('/api/chat', body)).json
    return message.tool_calls?.map(({ function: { name } }) => name) ?? message.content
  }
  return askEach(
    {
      shorter_first: ['get', 'get_weather'],
      shorter_last: ['get_weather', 'get'],
      shorter_alone: ['get'],
      longer_alone: ['get_weather_now'],
      inside_alone: ['weather'],
    },
    ask,
  )
})

check('chat.tools.unknown', async ({ post }) => {
  const tools = [{ ...WEATHER, function: { ...WEATHER.function, name: 'fly' } }]
  const { message } = (
    await post('/api/chat', { ...TWO_CALLS, model: models.caller, messages: [user('5')], tools })
  ).json
  return { content: message.content, calls: message.tool_calls?.length ?? 0 }
})

check('chat.tools.unfinished', async ({ post }) => {
  const options = { ...GREEDY, num_predict: 2 }
  const body = { model: models.caller, messages: [user('5')], tools: [WEATHER], stream: true, options }
  return (await post('/api/chat', body)).records.map(({ message: { content, tool_calls }, done_reason }) => ({
    content,
    calls: tool_calls?.length ?? 0,
    done_reason,
  }))
})

check('chat.tools.none', async ({ post }) => content(await post('/api/chat', { ...ABC, tools: [] })))

check('chat.tools.unsupported', async ({ post }) =>
  contentOrError(await post('/api/chat', { ...ABC, tools: [WEATHER] })),
)

/** A tool with one argument `a`. */
const tool = (a: object, parameters: object = {}, more: object = {}) => ({
  type: 'function' as const,
  ...more,
  function: {
    name: 'f',
    description: '',
    parameters: { type: 'object', required: [], properties: { a }, ...parameters },
  },
})

check('chat.tools.items', async ({ post }) => {
  const tokens = async (given: ReturnType<typeof tool>) => {
    const body = { model: models.caller, messages: [user('x')], tools: [given], ...WHOLE }
    const { status, json } = await post('/api/chat', body)
    return json.prompt_eval_count ?? status
  }
  const array = { type: 'array', description: '' }
  const items = { items: { type: 'string' } }
  const plain = await tokens(tool(array))
  const list = await tokens(tool({ type: ['string', 'null'], description: '' }))
  return {
    items: (await tokens(tool({ ...array, ...items }))) !== plain,
    others: (await tokens(tool(array, { ...items, $defs: {} }, items))) !== plain,
    list_of_types: list === 400 ? 400 : list !== plain,
  }
})

check('chat.tools.keywords', async ({ post }) => {
  const LISTED = { model: models.lister, messages: [user('x')], ...RENDERED }
  const shows = async (word: string, given: ReturnType<typeof tool>) =>
    rendered(await post('/api/chat', { ...LISTED, tools: [given] })).includes(`"${word}"`)
  const showsUnknown = async (word: string, given: object) =>
    rendered(await post.wrong('/api/chat', { ...LISTED, tools: [given] })).includes(`"${word}"`)
  return {
    items: await shows('items', tool({ type: 'array', items: {} })),
    anyOf: await shows('anyOf', tool({ anyOf: [{ type: 'string' }] })),
    properties: await shows('b', tool({ type: 'object', properties: { b: { type: 'string' } } })),
    required: await shows('c', tool({ type: 'object', required: ['c'] })),
    default: await showsUnknown('default', tool({ type: 'string', default: 'x' })),
    minimum: await showsUnknown('minimum', tool({ type: 'integer', minimum: 1 })),
    additionalProperties: await showsUnknown(
      'additionalProperties',
      tool({ type: 'object' }, { additionalProperties: false }),
    ),
    strict: await showsUnknown('strict', tool({ type: 'object' }, {}, { strict: true })),
  }
})

check('chat.tools.printed', async ({ post }) => {
  const body = { model: models.caller, messages: [user('x')], tools: [WEATHER], ...RENDERED }
  return rendered(await post('/api/chat', body))
})

// Other fields

check('chat.logprobs', ({ post }) => {
  const options = { ...GREEDY, num_predict: 1 }
  const body = { model: models.distribution, messages: [user('x')], options, logprobs: true, top_logprobs: 2 }
  return askEach({ whole: false, stream: true }, async (stream) => {
    const answer = await post('/api/chat', { ...body, stream })
    return (stream ? answer.records : [answer.json]).map(({ logprobs }) =>
      (logprobs ?? []).flatMap(({ top_logprobs }) => top_logprobs.map(({ token }) => token)),
    )
  })
})

check('chat.logprobs.alternatives', async ({ post }) => {
  const LIKELY = { model: models.distribution, stream: false, logprobs: true, top_logprobs: 3 }
  const options = { ...GREEDY, num_predict: 1 }
  const messages = [user('x')]
  const chat = await post('/api/chat', { ...LIKELY, messages, options })
  const generate = await post('/api/generate', { ...LIKELY, prompt: 'x', options })
  const openai = await post('/v1/chat/completions', { ...LIKELY, messages, temperature: 0, max_tokens: 1 })
  type Token = { token: string; bytes?: number[] | null }
  const bytesOf = (logprobs: { top_logprobs?: Token[] | null }[] | null | undefined) =>
    Object.fromEntries(logprobs?.[0]?.top_logprobs?.map(({ token, bytes }) => [token, bytes]) ?? [])
  return {
    chat: bytesOf(chat.json.logprobs),
    generate: bytesOf(generate.json.logprobs),
    openai: bytesOf(openai.json.choices[0].logprobs.content),
  }
})

check('chat.logprobs.range', async ({ post }) =>
  contentOrError(await post.wrong('/api/chat', { ...ABC, logprobs: true, top_logprobs: 21 })),
)

check.alone('chat.options', ({ post }) =>
  askEach(
    {
      main_gpu: { main_gpu: 0 },
      retired: { low_vram: false, f16_kv: true, logits_all: false, vocab_only: false, use_mlock: false },
      draft_num_predict: { draft_num_predict: 1 },
    },
    async (more) => {
      const options = { ...GREEDY, ...more, num_predict: 1 }
      const body = { model: models.spare, messages: [user('a')], stream: false, options }
      return (await post('/api/chat', body)).status
    },
  ),
)

const TERSE = { model: models.terse, messages: [user('a')], ...WHOLE }

check('chat.format', async ({ post }) => {
  const schema = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] }
  const none = content(await post('/api/chat', TERSE))
  return {
    schema: content(await post('/api/chat', { ...TERSE, format: schema })),
    null_is_none: content(await post('/api/chat', { ...TERSE, format: null })) === none,
    empty_is_none: content(await post('/api/chat', { ...TERSE, format: '' })) === none,
  }
})

check('chat.format.json', async ({ post }) => content(await post('/api/chat', { ...TERSE, format: 'json' })))

const IMAGE = { ...ABC, messages: [{ ...user('abc'), images: [PIXEL] }] }

check('chat.images', ({ post }) =>
  askEach({ template: models.templated, no_template: models.successor }, async (model) =>
    contentOrError(await post('/api/chat', { ...IMAGE, model })),
  ),
)

check('chat.images.rendered', async ({ post }) => {
  const { json } = await post('/api/chat', { ...IMAGE, _debug_render_only: true })
  return json._debug_info
})

check('chat.truncate', ({ post }) => {
  const options = { ...GREEDY, num_predict: 2 }
  const body = { model: models.templated, messages: [user('x'.repeat(254))], stream: false, options }
  return askEach({ true: true, false: false }, async (truncate) =>
    contentOrError(await post('/api/chat', { ...body, truncate })),
  )
})

check('chat.truncate.oldest', async ({ post }) => {
  const messages = [{ role: 'system' as const, content: 's' }, user('x'.repeat(150)), user('y'.repeat(150))]
  const options = { ...GREEDY, num_predict: 2 }
  const body = { model: models.historian, messages, ...RENDERED, options }
  return rendered(await post('/api/chat', body)).replace(/(.)\1{100,}/g, '$1…')
})

/** Which letters stand so many times in a row in a text. */
const lettersIn = (text: string, times: number) =>
  ['x', 'y', 'z'].filter((letter) => text.includes(letter.repeat(times))).join('')

/** What is left of a conversation, by what the template or llama-server makes of it. */
const kept = async (post: Verbs['post'], model: string, texts: string[]) => {
  const messages = texts.map((text, index) => ({
    role: index % 2 ? ('assistant' as const) : ('user' as const),
    content: text,
  }))
  const text = rendered(await post('/api/chat', { model, messages, ...RENDERED }))
  return lettersIn(text, 2)
}

check('chat.truncate.exact', ({ post }) =>
  // The template adds nothing, and every character is a token: of 256 in all.
  askEach({ 256: 6, 257: 7 }, (last) =>
    kept(post, models.thinker, ['x'.repeat(150), 'y'.repeat(100), 'z'.repeat(last)]),
  ),
)

check('chat.truncate.exact.native', async ({ post }) => {
  // The frames of llama-server's own template, which has one for what the model is to say.
  const body = {
    model: models.successor,
    messages: [user(''), { role: 'assistant' as const, content: '' }, user('')],
    ...RENDERED,
  }
  const frames = rendered(await post('/api/chat', body)).length
  return askEach({ 256: 6, 257: 7 }, (last) =>
    kept(post, models.successor, ['x'.repeat(150 - frames), 'y'.repeat(100), 'z'.repeat(last)]),
  )
})

check('chat.truncate.last', ({ post }) =>
  askEach({ template: models.thinker, native: models.successor }, (model) =>
    kept(post, model, ['x'.repeat(9), 'y'.repeat(9), 'z'.repeat(300)]),
  ),
)

/** What is left of a question, a call, and so long a result of it that not both have a place. */
const keptOfQuestion = async (post: Verbs['post'], model: string) => {
  const messages = [
    user('x'.repeat(99)),
    {
      role: 'assistant' as const,
      content: '',
      tool_calls: [{ function: { index: 0, name: 'f', arguments: {} } }],
    },
    { role: 'tool' as const, content: 'y'.repeat(199), tool_name: 'f' },
  ]
  const text = rendered(await post('/api/chat', { model, messages, ...RENDERED }))
  return lettersIn(text, 9)
}

check('chat.truncate.question', ({ post }) => keptOfQuestion(post, models.thinker))

check('chat.truncate.question.native', ({ post }) => keptOfQuestion(post, models.successor))

check('chat.truncate.system', ({ post }) =>
  askEach({ template: models.thinker, native: models.successor }, async (model) => {
    const [first, second] = ['S', 'T'].map((content) => ({
      role: 'system' as const,
      content: content.repeat(3),
    }))
    const messages = [first, user('x'.repeat(150)), second, user('y'.repeat(150)), user('zz')].flatMap(
      (one) => one ?? [],
    )
    const text = rendered(await post('/api/chat', { model, messages, ...RENDERED }))
    return (text.match(/SSS|TTT|xx+|yy+|zz/g) ?? []).map(([letter]) => letter).join('')
  }),
)

check('chat.truncate.false', async ({ post }) => {
  const messages = [
    user('x'.repeat(200)),
    { role: 'assistant' as const, content: 'y'.repeat(200) },
    user('zz'),
  ]
  return askEach({ template: models.thinker, native: models.successor }, async (model) => {
    const text = rendered(await post('/api/chat', { model, messages, ...RENDERED, truncate: false }))
    return lettersIn(text, 2)
  })
})

check('chat.shift', ({ post }) => {
  const body = { model: models.templated, messages: [user('x'.repeat(250))], ...WHOLE }
  return askEach({ true: true, false: false }, async (shift) => {
    const { eval_count, done_reason } = (await post('/api/chat', { ...body, shift })).json
    return { eval_count, done_reason }
  })
})

check('chat.debug', async ({ post }) => {
  const { json } = await post('/api/chat', { ...ABC, stream: true, _debug_render_only: true })
  const { created_at: _, ...answer } = json
  return answer
})

/** What of a conversation is left without tools, and beside one whose description takes most of the window. */
const keptBeside = (post: Verbs['post'], model: string, length: number) => {
  const description = 'd'.repeat(length)
  const tool = { type: 'function' as const, function: { ...WEATHER.function, description } }
  const messages = ['x', 'y', 'z'].map((letter) => user(letter.repeat(30)))
  return askEach({ nothing: undefined, tool: [tool] }, async (tools) => {
    const text = rendered(await post('/api/chat', { model, messages, tools, ...RENDERED }))
    return lettersIn(text, 9)
  })
}

check('chat.truncate.tools', ({ post }) => keptBeside(post, models.caller, 60))

check('chat.truncate.tools.native', ({ post }) => keptBeside(post, models.talker, 1800))

// Errors

check('chat.errors.model', ({ post }) =>
  askEach(
    {
      unknown: 'conformance/nobody',
      absent: undefined,
      invalid: 'bad name!',
      cloud: `${models.templated}:cloud`,
      upper_case: models.templated.toUpperCase(),
    },
    async (model) => contentOrError(await post.wrong('/api/chat', { ...ABC, model })),
  ),
)

check('chat.errors.body', ({ post }) => {
  const model = models.templated
  return askEach<unknown, unknown>(
    {
      absent: undefined,
      broken: '{bad',
      messages: { model, messages: 'a' },
      content: { model, messages: [{ role: 'user', content: ['a'] }] },
      images: { model, messages: [{ ...user('a'), images: ['!'] }] },
      tools: { model, messages: [user('a')], tools: {} },
      format: { model, messages: [user('a')], format: 'xml', stream: false },
    },
    async (body) => outcome(await post.wrong('/api/chat', body)),
  )
})

check('chat.errors.before-content', async ({ post }) => {
  const exchange = await post('/api/chat', { ...ABC, model: models.refused, stream: true })
  return { ...outcome(exchange), content_type: exchange.contentType }
})

check('chat.errors.of-engine', ({ post }) =>
  // A schema that only the engine under it reads, and refuses.
  askEach({ template: models.templated, native: models.successor }, (model) =>
    askEach({ whole: false, stream: true }, async (stream) => {
      const body = { ...ABC, model, stream, format: { type: 'zzz' } }
      const exchange = await post.wrong('/api/chat', body)
      return { status: exchange.status, content_type: mediaType(exchange) }
    }),
  ),
)

check('chat.rendered-nothing', async ({ post }) => {
  const answer = await post('/api/chat', { model: models.caller, messages: [user('')], ...BRIEF })
  const { status, error } = outcome(answer)
  if (error !== undefined) return { status, error: error.trim() }
  const { message, done_reason } = answer.json
  const counts = ['prompt_eval_count', 'eval_count'].filter((key) => key in answer.json)
  return { status, content: message.content, done_reason, counts }
})

check.alone('chat.errors.mid-stream', async ({ client, post }) => {
  const body = { model: models.garbler, messages: [user('a')], stream: true, options: GREEDY }
  const { status, records } = await garbling(client, () => post('/api/chat', body))
  return {
    status,
    records: records.map(({ message, error }) => (error ? { error: true } : { content: message.content })),
  }
})

check('chat.errors.embedding-model', async ({ post }) =>
  contentOrError(await post('/api/chat', { ...ABC, model: models.embedder })),
)

// Null, and other types

check.each('chat.null.*', async ({ post, given }) => {
  const exchange = await post.wrong('/api/chat', { ...ABC, ...given })
  return { ...outcome(exchange), content: exchange.records[0]?.message?.content }
})

check.each('chat.type.*', async ({ post, given }) =>
  outcome(await post.wrong('/api/chat', { ...ABC, ...given })),
)

// Pairs: tools, thinking, format, stream, logprobs, stop

const AGENT = { model: models.agent, options: { ...GREEDY, num_predict: 20 } }

check.each('chat.pair.*', async ({ post, given: { says, tools, ...more } }) => {
  const body = { ...AGENT, messages: [user(says)], ...(tools ? { tools: [WEATHER] } : {}), ...more }
  const whole = await post('/api/chat', { ...body, stream: false })
  if (whole.status !== 200) return outcome(whole)
  const { records } = await post('/api/chat', { ...body, stream: true })
  const read = ({ message: { content, thinking, tool_calls }, logprobs }: Exchange['json']) => ({
    content,
    thinking,
    calls: tool_calls?.map(({ function: { name } }: Exchange['json']) => name),
    logprobs: logprobs?.length,
  })
  const streamed = records.map(read)
  const all = (key: 'content' | 'thinking') => streamed.map((one) => one[key] ?? '').join('')
  return {
    whole: read(whole.json),
    done_reason: whole.json.done_reason,
    streamed: {
      content: all('content'),
      thinking: all('thinking'),
      calls: streamed.flatMap(({ calls }) => calls ?? []),
      logprobs: streamed.reduce((sum, one) => sum + (one.logprobs ?? 0), 0),
    },
  }
})

// What the model says of itself, and what the request says

check.alone.each('chat.parameters.*', ({ client, post, given: { template, ...options } }) => {
  const model = 'conformance/chat-parameters'
  const parameters = { stop: ['C'], num_predict: 5, temperature: 0, num_ctx: 256, num_thread: 1 }
  return withModel(
    client,
    {
      model,
      from: template ? models.templated : models.successor,
      parameters: template ? parameters : { ...parameters, stop: ['d'] },
    },
    async () => {
      const { message, done_reason } = (
        await post('/api/chat', { model, messages: [user('x')], stream: false, options })
      ).json
      return { content: message.content, done_reason }
    },
  )
})

check('chat.prefill', async ({ post }) => {
  const messages = [user('a'), { role: 'assistant' as const, content: 'b' }]
  return rendered(await post('/api/chat', { model: models.historian, messages, ...RENDERED }))
})

check('chat.many-messages', async ({ post }) => {
  const messages = Array.from({ length: 300 }, (_, index) => ({
    role: index % 2 ? ('assistant' as const) : ('user' as const),
    content: '',
  }))
  const text = rendered(
    await post('/api/chat', { model: models.thinker, messages: [...messages, user('z')], ...RENDERED }),
  )
  return text
})

check('chat.name', ({ post }) =>
  askEach(
    [models.templated, `${models.templated}:latest`, `registry.ollama.ai/${models.templated}`],
    async (model) => (await post('/api/chat', { ...ABC, model })).json.model,
  ),
)

check.alone('chat.keep_alive', async ({ client, post }) => {
  const body = { model: models.spare, messages: [user('a')], stream: false, options: GREEDY }
  return askEach({ minutes: '10m', seconds: 1200, forever: -1 }, async (keep_alive) =>
    timeLeft(client, (await post('/api/chat', { ...body, keep_alive })).json.created_at),
  )
})

check.alone('chat.keep_alive.zero', async ({ client, post }) => {
  const body = { model: models.spare, messages: [user('a')], stream: false, options: GREEDY, keep_alive: 0 }
  const { json } = await post('/api/chat', body)
  return {
    content: json.message.content.length,
    done_reason: json.done_reason,
    stays: await staysLoaded(client),
  }
})

// Requests that clients are known to send

check.each('chat.requests.*', ({ post, given }) =>
  askEach(given, async (sent: object) => {
    const body = { model: models.caller, stream: false, options: GREEDY, ...sent }
    const answer = await post.wrong('/api/chat', body)
    if (answer.status !== 200) return outcome(answer)
    const { content, tool_calls } = answer.json.message
    return { content, calls: tool_calls?.length ?? 0 }
  }),
)

check.each('chat.prompt.*', async ({ post, given }) => {
  const body = { stream: false, options: GREEDY, _debug_render_only: true, ...given }
  const { rendered_template, image_count } = (await post.wrong('/api/chat', body)).json._debug_info
  return image_count === undefined ? rendered_template : { rendered_template, image_count }
})

// What is read of an answer

const readAs = ({ content, thinking, tool_calls }: Exchange['json']) => ({
  content,
  thinking,
  calls: tool_calls?.map(({ function: { name, arguments: given } }: Exchange['json']) => ({
    name,
    arguments: given,
  })),
})

/** A tool of this name, with nothing that it wants. */
const named = (name: string) => ({
  type: 'function' as const,
  function: { name, parameters: { type: 'object', properties: {} } },
})

// A format that knows one text alone makes the model say it.
check.each('chat.tools.read.*', async ({ post, given: { says, tools = ['f'] } }) => {
  const body = {
    model: models.caller,
    messages: [user('?')],
    tools: tools.map(named),
    format: { const: says },
    stream: false,
    options: { temperature: 0, num_predict: 150 },
  }
  return readAs((await post('/api/chat', body)).json.message)
})

// What a model says token by token, as the row has it: what a format lets it say has no text around the call.
check.alone.each('chat.tools.around.*', ({ client, post, given: { says, tools = ['f'] } }) => {
  const model = 'conformance/chat-around-own'
  const { template } = modelDefinitions.caller
  return withSaying({ client, post }, { name: 'around', says, model, template }, async () => {
    const body = { model, messages: [user('a')], tools: tools.map(named), options: SAID }
    const { message, eval_count } = (await post('/api/chat', { ...body, stream: false })).json
    const { records } = await post('/api/chat', { ...body, stream: true })
    return { whole: readAs(message), eval_count, stream: records.map(({ message }) => readAs(message)) }
  })
})

check.alone.each('chat.tools.tag.*', ({ client, post, given: { template, says } }) => {
  const model = 'conformance/chat-tag'
  return withModel(client, { model, from: models.mumbler, template }, async () => {
    const body = { model, messages: [user(says)], tools: [WEATHER], stream: false, options: SAID }
    const answer = await post('/api/chat', body)
    return answer.status === 200 ? readAs(answer.json.message) : outcome(answer)
  })
})

const SAID = { ...GREEDY, num_predict: 20 }

check.each('chat.said.*', async ({ post, given: { says, tools, ...more } }) => {
  const body = {
    model: models.mumbler,
    messages: [user(says)],
    ...(tools ? { tools: [WEATHER, named('get_time')] } : {}),
    options: SAID,
    ...more,
  }
  const whole = await post('/api/chat', { ...body, stream: false })
  if (whole.status !== 200) return outcome(whole)
  const { records } = await post('/api/chat', { ...body, stream: true })
  const calls: Exchange['json'][] = whole.json.message.tool_calls ?? []
  const ids = calls.flatMap(({ id }) => id ?? [])
  return {
    whole: readAs(whole.json.message),
    ...(ids.length > new Set(ids).size && { an_id_twice: ids }),
    done_reason: whole.json.done_reason,
    stream: records.map(({ message }) => readAs(message)),
  }
})

const OPEN =
  '{{ range .Messages }}{{ if .Thinking }}<think>{{ .Thinking }}</think>{{ end }}{{ .Content }}{{ end }}<think>\n'

check.alone('chat.thinking.opened', ({ client, post }) => {
  const model = 'conformance/chat-opened'
  return withModel(client, { model, from: models.successor, template: OPEN }, () =>
    askEach({ true: true, false: false }, async (think) => {
      const options = { ...GREEDY, num_predict: 3 }
      const body = { model, messages: [user('a')], think, stream: false, options }
      return readAs((await post('/api/chat', body)).json.message)
    }),
  )
})

// What a family of models is treated as

const FAMILY = 'conformance/chat-family'

check.alone.each('chat.family.*', ({ client, post, given: { family, model = FAMILY, template, ...more } }) =>
  withModel(
    client,
    { model, from: models.historian, template, ...(family ? { info: { model_family: family } } : {}) },
    async () => {
      const messages = [
        user('a'),
        { role: 'assistant' as const, content: '<think>b</think>c' },
        user('d'),
        { role: 'assistant' as const, content: '<think>e</think>f' },
      ]
      return rendered(await post('/api/chat', { model, messages, ...RENDERED, ...more }))
    },
  ),
)

check.alone.each('chat.family-shift.*', ({ client, post, given: { family, ...more } }) =>
  withModel(client, { model: FAMILY, from: models.templated, info: { model_family: family } }, async () => {
    const body = { model: FAMILY, messages: [user('x'.repeat(250))], ...WHOLE, ...more }
    const { eval_count, done_reason } = (await post('/api/chat', body)).json
    return { eval_count, done_reason }
  }),
)

const HARMONY =
  '<|start|>{{ range .Messages }}{{ .Role }}{{ end }}<|end|>{{ range .Messages }}{{ .Content }}{{ end }}'

check.alone.each('chat.harmony.*', ({ client, post, given: { says, family, ...more } }) =>
  withModel(
    client,
    { model: FAMILY, from: models.mumbler, template: HARMONY, info: { model_family: family } },
    async () => {
      const body = { model: FAMILY, messages: [user(says)], stream: false, options: SAID, ...more }
      const answer = await post('/api/chat', body)
      return answer.status === 200 ? readAs(answer.json.message) : outcome(answer)
    },
  ),
)

check('chat.durations', async ({ post }) => {
  const options = { ...GREEDY, num_predict: 200 }
  const body = { model: models.successor, messages: [user('Z')], stream: false, options }
  const ask = async () => (await post('/api/chat', body)).json
  // The answer has far more tokens than the prompt.
  const { total_duration, load_duration, prompt_eval_duration, eval_duration } = await poll(
    ask,
    (one) => (one.eval_duration ?? 0) > (one.prompt_eval_duration ?? 0),
    4,
  )
  return {
    load_within_total: load_duration < total_duration,
    finer_than_microseconds: total_duration > 1000,
    answer_takes_longer_than_prompt: eval_duration > prompt_eval_duration,
    within_total: eval_duration + prompt_eval_duration <= total_duration,
  }
})

// A template for one turn at a time

const TURN = '[{{ .System }}]<{{ .Prompt }}>{{ .Response }};'

check.alone('chat.template.turns', ({ client, post, given }) => {
  const model = 'conformance/chat-turns'
  return withModel(client, { model, from: models.successor, template: TURN }, () =>
    askEach(given, async (roles: string[]) => {
      const messages = roles.map((role, index) => ({ role, content: 'abcdef'[index] }))
      return rendered(await post.wrong('/api/chat', { model, messages, ...RENDERED }))
    }),
  )
})

// How many alternatives of a token are given, at each limit and on each way to the model

check.each('chat.top-logprobs.*', ({ post, given: { path, ...body } }) =>
  askEach([0, 1, 2, 20, 21], async (top_logprobs) => {
    const answer = await post.wrong(path, { ...body, stream: false, logprobs: true, top_logprobs })
    if (answer.status !== 200) return outcome(answer)
    const logprobs = answer.json.logprobs ?? answer.json.choices[0].logprobs.content
    return logprobs.map((entry: { top_logprobs?: unknown[] }) => entry.top_logprobs?.length ?? 0)
  }),
)

/** How the text that a format makes a model say is divided into thoughts and answer. */
check.alone.each('chat.divided.*', ({ client, post, given: { template, says } }) => {
  const model = 'conformance/chat-divided'
  return withModel(client, { model, from: models.successor, template }, async () => {
    const options = { temperature: 0, num_predict: 40 }
    const body = { model, prompt: 'a', think: true, format: { const: says }, options }
    const whole = (await post('/api/generate', { ...body, stream: false })).json
    const { records } = await post('/api/generate', body)
    return {
      whole: { thinking: whole.thinking, response: whole.response },
      stream: {
        thinking: records.map(({ thinking }) => thinking ?? '').join(''),
        response: records.map(({ response }) => response ?? '').join(''),
      },
    }
  })
})
