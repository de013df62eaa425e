import { models, PARAMETERS, tagged } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import { askEach, mediaType, outcome } from '../answers.ts'
import { withModel } from './loaded.ts'
import { GREEDY, user } from './requests.ts'

/** Is answered with the letters that follow, and with a `context`. */
const ABC = { model: models.successor, prompt: 'abc', stream: false, options: GREEDY }
/** The same without template and `context`. */
const RAW = { stream: false, model: models.successor, prompt: 'abc', raw: true, options: GREEDY }
const ONE = { ...GREEDY, num_predict: 1 }

const answer = ({ json: { response, eval_count, done_reason } }: Exchange) => {
  return { response, eval_count, done_reason }
}

// 0.30.0 leaves cached tokens out of `prompt_eval_count`. So where it is observed the prompt begins with a character
// of its own, or the check says what is cached.
const counted = ({ json: { response, prompt_eval_count } }: Exchange) => ({ response, prompt_eval_count })

/** What a request that is not refused is answered with. */
const answered = <Answer>(exchange: Exchange, read: (exchange: Exchange) => Answer) =>
  exchange.status === 200 ? read(exchange) : outcome(exchange)

const texts = ({ records }: Exchange) => records.map(({ response }) => response)

// Fields of the request: a server that knows a field refuses a value of the wrong type, one that does not ignores it

check.each('generate.field.*.type', async ({ post, given }) => {
  const request = { model: models.successor, prompt: 'a', stream: false, options: ONE }
  return (await post.wrong('/api/generate', { ...request, ...given })).status
})

check('generate.field.type.text', async ({ post }) =>
  outcome(await post.wrong('/api/generate', { model: models.successor, prompt: 5 })),
)

check('generate.field.unknown', async ({ post }) => {
  const { status, json } = await post.wrong('/api/generate', { ...RAW, colour: 'red' })
  return { status, response: json.response }
})

// Records of the answer

/** Keys of a record, but not the durations that the runner measures: they are left out when they round to zero. */
const keysOf = (record: object) => Object.keys(record).filter((key) => !key.endsWith('eval_duration'))

check('generate.record.keys', async ({ post }) => {
  const { records } = await post('/api/generate', { ...ABC, stream: true })
  const kinds = new Set(records.slice(0, -1).map((record) => keysOf(record).sort().join(' ')))
  return { before_the_last: [...kinds], last: keysOf(records.at(-1)).sort().join(' ') }
})

check('generate.record.keys.raw', async ({ post }) => 'context' in (await post('/api/generate', RAW)).json)

check('generate.record.key-order', async ({ post }) => keysOf((await post('/api/generate', ABC)).json))

check('generate.record.model', async ({ post }) =>
  askEach([models.successor, tagged(models.successor)], async (model) => {
    const { json } = await post('/api/generate', { model, prompt: 'a', stream: false, options: ONE })
    return json.model
  }),
)

check('generate.record.zero-left-out', async ({ post }) => {
  const { json } = await post('/api/generate', { ...RAW, model: models.stopper, prompt: 'z' })
  return { response: json.response, eval_count: json.eval_count, has_thinking: 'thinking' in json }
})

check('generate.durations.nanoseconds', async ({ post }) => {
  const { json } = await post('/api/generate', ABC)
  const durations = Object.entries(json).filter(([key]) => key.endsWith('_duration'))
  return {
    integers: durations.every(([, duration]) => Number.isInteger(duration)),
    load_within_total: json.load_duration <= json.total_duration,
    // No machine answers within a microsecond, so a number as large as this counts something finer.
    finer_than_microseconds: json.total_duration > 1000,
  }
})

// Counts and reasons

check('generate.raw.bypasses-template', async ({ post }) => {
  const request = { ...ABC, model: models.templated, options: { ...GREEDY, num_predict: 6 } }
  const raw = await post('/api/generate', { ...request, raw: true })
  const templated = await post('/api/generate', request)
  return { raw: raw.json.response, templated: templated.json.response }
})

check('generate.count.length', async ({ post }) =>
  answer(await post('/api/generate', { ...RAW, options: { ...GREEDY, num_predict: 3 } })),
)

check('generate.count.eos', async ({ post }) =>
  answer(await post('/api/generate', { ...RAW, model: models.stopper, prompt: 'x' })),
)

check('generate.count.limit-before-eos', async ({ post }) => {
  const options = { ...GREEDY, num_predict: 2 }
  return answer(await post('/api/generate', { ...RAW, model: models.stopper, prompt: 'x', options }))
})

check.alone('generate.count.bos', async ({ post }) => {
  await post('/api/generate', { ...ABC, model: models.starter })
  const { json } = await post('/api/generate', { ...ABC, model: models.starter })
  return { prompt_eval_count: json.prompt_eval_count, context_tokens: json.context.length }
})

check('generate.count.special-tokens', async ({ post }) =>
  askEach({ special: '^</s>g', unknown: '$</x>g' }, async (prompt) => {
    const { json } = await post('/api/generate', { ...RAW, prompt })
    return json.prompt_eval_count
  }),
)

check('generate.count.multi-byte', async ({ post }) =>
  counted(await post('/api/generate', { ...RAW, prompt: 'é€a' })),
)

check.alone('generate.count.cached', async ({ post }) => {
  const ask = async (prompt: string) =>
    counted(await post('/api/generate', { ...RAW, prompt, options: { ...GREEDY, num_predict: 3 } }))
  const first = await ask('cachedprompt')
  const again = await ask('cachedprompt')
  const other = await ask('another')
  const later = await ask('cachedprompt')
  return {
    first: first.response,
    again: again.response,
    other: other.response,
    later: later.response,
    same_count: first.prompt_eval_count === again.prompt_eval_count,
  }
})

check('generate.prompt.whitespace', async ({ post }) => {
  const count = async (prompt: string, raw: boolean) =>
    (await post('/api/generate', { ...ABC, prompt, raw, options: ONE })).json.prompt_eval_count
  return {
    newlines: await count('\n\ta\n', false),
    space_before: await count(' a', false),
    space_after: await count('* ', false),
    raw: await count('\t \n', true),
  }
})

check('generate.rendered-nothing', async ({ post }) => {
  const answer = await post('/api/generate', { ...ABC, template: '{{ "" }}', options: ONE })
  const { status, error } = outcome(answer)
  if (error !== undefined) return { status, error: error.trim() }
  const { response, done_reason } = answer.json
  const counts = ['prompt_eval_count', 'eval_count'].filter((key) => key in answer.json)
  return { status, response, done_reason, counts }
})

// Stop strings, and characters of several bytes

check('generate.stop.removed', async ({ post }) =>
  answer(await post('/api/generate', { ...RAW, prompt: 'a', options: { ...GREEDY, stop: ['de'] } })),
)

check('generate.stop.inside-tokens', async ({ post }) => {
  const options = { ...GREEDY, stop: ['END'] }
  return answer(await post('/api/generate', { ...RAW, model: models.scripted, prompt: '2', options }))
})

check('generate.stop.held-back', async ({ post }) => {
  const options = { ...GREEDY, stop: ['dez', 'gh'] }
  return texts(await post('/api/generate', { ...RAW, prompt: 'a', stream: true, options }))
})

check('generate.utf8.whole-characters', async ({ post }) =>
  texts(await post('/api/generate', { ...RAW, model: models.scripted, prompt: '1', stream: true })),
)

check('generate.utf8.cut', async ({ post }) => {
  const options = { ...GREEDY, num_predict: 2 }
  return answer(await post('/api/generate', { ...RAW, model: models.scripted, prompt: '1', options }))
})

// The guard against repetition

const REPEATED = { model: models.repeater, prompt: 'q', raw: true, options: { ...GREEDY, num_predict: 40 } }

check('generate.repetition-guard.stream', async ({ post }) => {
  const { status, end, records } = await post('/api/generate', { ...REPEATED, stream: true })
  return { status, end, records: records.length, last_is_done: records.at(-1).done }
})

check('generate.repetition-guard.whole', async ({ post }) => {
  const { status, json } = await post('/api/generate', { ...REPEATED, stream: false })
  return { status, length: json.response.length, keys: Object.keys(json).sort(), done: json.done }
})

check('generate.repetition-guard.below', async ({ post }) => {
  const options = { ...GREEDY, num_predict: 30 }
  const { json } = await post('/api/generate', { ...REPEATED, stream: false, options })
  return { length: json.response.length, done: json.done, done_reason: json.done_reason }
})

// The context window, of 256 tokens unless said otherwise; what loads the spare model anew is done by itself

/** 300 tokens that end in `YZ`. */
const OVERLONG = `!${'abcdefghij'.repeat(30).slice(0, 297)}YZ`

check('generate.overlong.truncated', async ({ post }) => {
  const request = { ...RAW, prompt: OVERLONG, options: { ...GREEDY, num_predict: 3 } }
  return answered(await post('/api/generate', request), counted)
})

check('generate.overlong.truncate-false', async ({ post }) => {
  const request = { ...RAW, prompt: OVERLONG, truncate: false, options: { ...GREEDY, num_predict: 3 } }
  const exchange = await post('/api/generate', request)
  return exchange.status === 200 ? counted(exchange) : { status: exchange.status }
})

check.alone('generate.overlong.history', ({ client, post }) => {
  const model = 'conformance/generate-history'
  const messages = [user('old'), { role: 'assistant' as const, content: 'older' }]
  const body = { prompt: 'x'.repeat(300), stream: false, options: GREEDY, _debug_render_only: true }
  return withModel(client, { model, from: models.talker, messages, parameters: PARAMETERS }, () =>
    askEach({ template: models.historian, native: model }, (model) =>
      askEach({ true: true, false: false }, async (truncate) => {
        const { json } = await post('/api/generate', { ...body, model, truncate })
        return json._debug_info?.rendered_template.replace(/x{100,}/g, 'x…')
      }),
    ),
  )
})

check.alone('generate.overlong.small-window', async ({ post }) => {
  const request = { ...RAW, model: models.spare, options: { ...GREEDY, num_ctx: 16, num_predict: 3 } }
  const truncated = await post('/api/generate', { ...request, prompt: '!bcdefghijklmnopqrstuvwxyz' })
  const whole = { ...request, prompt: '?bcdefghijklmnopqrstuvwxyz', truncate: false }
  return {
    truncated: answered(truncated, counted),
    truncate_false: answered(await post('/api/generate', whole), counted),
  }
})

const LONG = { ...RAW, model: models.spare, options: { ...GREEDY, num_predict: 280 } }

check.alone('generate.shift.true', async ({ post }) => {
  const { json } = await post('/api/generate', { ...LONG, shift: true })
  return { eval_count: json.eval_count, done_reason: json.done_reason }
})

check.alone('generate.shift.false', async ({ post }) => {
  const { json } = await post('/api/generate', { ...LONG, shift: false })
  return { eval_count: json.eval_count, done_reason: json.done_reason }
})

check.alone('generate.tiny-context.ends', async ({ post }) => {
  const options = { ...GREEDY, num_ctx: 4, num_predict: 20 }
  return answer(await post('/api/generate', { ...RAW, model: models.spare, prompt: 'a', options }))
})

// Log probabilities

const LIKELY = {
  ...RAW,
  model: models.distribution,
  prompt: 'x',
  options: { ...GREEDY, num_predict: 2, repeat_penalty: 1 },
}

type Logprob = { token: string; logprob: number }
const rounded = ({ token, logprob }: Logprob) => ({ token, logprob: Number(logprob.toFixed(1)) })

check('generate.logprobs.values', async ({ post }) => {
  const { json } = await post('/api/generate', { ...LIKELY, logprobs: true, top_logprobs: 4 })
  const logprobs: (Logprob & { top_logprobs: Logprob[] })[] | undefined = json.logprobs
  return (
    logprobs?.map((entry) => ({ ...rounded(entry), top_logprobs: entry.top_logprobs.map(rounded) })) ?? 'none'
  )
})

check('generate.logprobs.stream', async ({ post }) => {
  const { records } = await post('/api/generate', { ...LIKELY, stream: true, logprobs: true })
  const read = (entry: { token: string; bytes: number[] }) => ({
    token: entry.token,
    bytes: entry.bytes,
    top: 'top_logprobs' in entry,
  })
  return records.map(({ logprobs }) => logprobs?.map(read) ?? 'none')
})

check(
  'generate.top_logprobs.alone',
  async ({ post }) => 'logprobs' in (await post('/api/generate', { ...LIKELY, top_logprobs: 2 })).json,
)

check('generate.top_logprobs.range', async ({ post }) => {
  const request = { ...LIKELY, logprobs: true }
  return {
    below: outcome(await post.wrong('/api/generate', { ...request, top_logprobs: -1 })),
    above: outcome(await post.wrong('/api/generate', { ...request, top_logprobs: 21 })),
    most: outcome(await post('/api/generate', { ...request, top_logprobs: 20 })),
  }
})

// Thinking

const THINK = { model: models.thinker, prompt: '4', stream: false, options: GREEDY }

const thought = ({ json: { thinking, response } }: Exchange) => ({ thinking, response })

const said = ({ json: { response } }: Exchange) => ({ response })

check('generate.think.unsupported', async ({ post }) =>
  answered(await post('/api/generate', { ...ABC, think: true }), said),
)

check('generate.think.false-everywhere', async ({ post }) =>
  answered(await post('/api/generate', { ...ABC, think: false }), said),
)

check('generate.think.default', async ({ post }) => answered(await post('/api/generate', THINK), thought))

check('generate.think.true', async ({ post }) =>
  answered(await post('/api/generate', { ...THINK, think: true }), thought),
)

check('generate.think.false', async ({ post }) =>
  answered(await post('/api/generate', { ...THINK, think: false }), thought),
)

check('generate.think.level', async ({ post }) =>
  answered(await post('/api/generate', { ...THINK, think: 'high' }), thought),
)

check(
  'generate.think.unknown',
  async ({ post }) => (await post.wrong('/api/generate', { ...THINK, think: 'hard' })).status,
)

check('generate.think.stream', async ({ post }) => {
  const { records } = await post('/api/generate', { ...THINK, stream: true, think: true })
  return records.map(({ thinking, response, done }) => ({ thinking, response, done }))
})

check('generate.think.raw', async ({ post }) =>
  answered(await post('/api/generate', { ...THINK, raw: true, think: true }), thought),
)

check('generate.think.raw-default', async ({ post }) =>
  answered(await post('/api/generate', { ...THINK, raw: true }), thought),
)

check('generate.think.cut', async ({ post }) => {
  const options = { ...GREEDY, num_predict: 2 }
  const { json } = await post('/api/generate', { ...THINK, think: true, options })
  return { thinking: json.thinking, response: json.response, done_reason: json.done_reason }
})

// Images

check('generate.images.text-model', async ({ post }) => {
  const exchange = await post('/api/generate', { ...ABC, images: ['aGk='] })
  return exchange.status === 200 ? counted(exchange) : { status: exchange.status }
})

check('generate.images.base64', async ({ post }) =>
  outcome(await post.wrong('/api/generate', { model: models.successor, prompt: 'a', images: ['%'] })),
)

check('generate.images.fields', async ({ post }) =>
  answer(await post('/api/generate', { ...RAW, width: 64, height: 64, steps: 1 })),
)

// Rendering only

check('generate.debug-render-only', async ({ post }) => {
  const request = { ...ABC, model: models.templated, system: 'S', _debug_render_only: true }
  const { json } = await post('/api/generate', request)
  return { debug: json._debug_info, done: json.done, response: json.response }
})

// Errors

check('generate.error.missing-body', async ({ post }) =>
  askEach({ absent: undefined, empty: '', blank: ' \n' }, async (body) =>
    outcome(await post.wrong('/api/generate', body)),
  ),
)

check('generate.error.broken-json', async ({ post }) =>
  askEach(['{bad}', '{"model":'], async (body) => outcome(await post.wrong('/api/generate', body))),
)

check('generate.error.no-object', async ({ post }) =>
  askEach(['[]', '"a"'], async (body) => outcome(await post.wrong('/api/generate', body))),
)

check('generate.error.no-model', async ({ post }) =>
  askEach(['{}', 'null', '{"model":""}'], async (body) => outcome(await post.wrong('/api/generate', body))),
)

check('generate.error.unknown-model', async ({ post }) => {
  const exchange = await post('/api/generate', { model: 'conformance/nobody', prompt: 'a' })
  return { status: exchange.status, error: typeof exchange.json.error, media_type: mediaType(exchange) }
})

check('generate.error.invalid-name', async ({ post }) =>
  outcome(await post('/api/generate', { model: 'bad name!', prompt: 'a' })),
)

check('generate.error.method', async ({ get }) => {
  const { status, text } = await get.wrong('/api/generate')
  return { status, text }
})

check('generate.body.bytes-after', async ({ post }) => {
  // What is no JSON is recorded as bytes, so the keys of RAW keep their order.
  const body = `${JSON.stringify(RAW)} {"prompt":"xyz"} and more`
  const { status, json } = await post.wrong('/api/generate', body)
  return { status, response: json.response }
})

check('generate.body.content-type', async ({ post }) => {
  const { status, json } = await post('/api/generate', RAW, { headers: { 'content-type': 'text/plain' } })
  return { status, response: json.response }
})

check('generate.model.case', async ({ post }) => {
  const model = models.successor.replace('successor', 'SUCCESSOR')
  const { status, json } = await post('/api/generate', { ...RAW, model })
  return { status, same_name: json.model === model, response: json.response }
})

// What docs/openapi.yaml and docs/api.md say otherwise

check('generate.answer.examples', async ({ post }) => {
  const { json } = await post('/api/generate', { ...ABC, prompt: 'a', options: ONE })
  const loaded = await post('/api/generate', { ...ABC, prompt: '' })
  return {
    utc: [json, loaded.json].map(({ created_at }) => created_at.endsWith('Z')),
    done_reason: json.done_reason,
    loaded: loaded.json.done_reason,
  }
})

/** The properties that GenerateResponse and GenerateStreamEvent have in common. */
const IN_DOCS = `model created_at response thinking done done_reason total_duration load_duration
  prompt_eval_count prompt_eval_duration eval_count eval_duration`.split(/\s+/)

check('generate.answer.fields', async ({ post }) => {
  const request = { ...ABC, prompt: 'a', logprobs: true, options: { ...GREEDY, num_predict: 2 } }
  const { json } = await post('/api/generate', { ...request, stream: false })
  const { records } = await post('/api/generate', { ...request, stream: true })
  const beside = (answers: object[]) =>
    [...new Set(answers.flatMap(Object.keys))].filter((key) => !IN_DOCS.includes(key)).sort()
  return { whole: beside([json]).filter((key) => key !== 'logprobs'), streamed: beside(records) }
})

check('generate.request.fields', async ({ post }) => {
  const request = { ...ABC, prompt: 'a', options: ONE }
  const plain = await post('/api/generate', request)
  const template = await post('/api/generate', { ...request, template: '{{ .Prompt }}bc' })
  const context = await post('/api/generate', { ...request, context: [100, 101, 102] })
  return {
    template: template.json.context.length - plain.json.context.length,
    context: context.json.context.length - plain.json.context.length,
  }
})

// What a parser of the server finds

check('generate.parser.tool-calls', async ({ post }) => {
  const { json } = await post('/api/generate', { ...ABC, model: models.parsed, prompt: '6' })
  const calls = json.tool_calls?.map((call) => `${call.function.name} ${call.function.arguments.city}`)
  return { response: json.response, calls: calls ?? [], eval_count: json.eval_count }
})

// Null in place of each field

check.each('generate.null.*', async ({ post, given }) => {
  const exchange = await post.wrong('/api/generate', { ...ABC, ...given })
  return { ...outcome(exchange), response: exchange.records[0]?.response }
})

// Pairs: raw, thinking, format, stop, logprobs, suffix

check.each('generate.pair.*', async ({ post, given }) => {
  const body = { options: { ...GREEDY, num_predict: 20 }, ...given }
  const whole = await post('/api/generate', { ...body, stream: false })
  if (whole.status !== 200) return outcome(whole)
  const { records } = await post('/api/generate', { ...body, stream: true })
  const { response, thinking, done_reason, logprobs } = whole.json
  const streamed = {
    response: records.map((one) => one.response).join(''),
    thinking: records.map((one) => one.thinking ?? '').join(''),
  }
  return {
    response,
    thinking,
    done_reason,
    logprobs: logprobs?.length,
    streamed_alike: streamed.response === response && streamed.thinking === (thinking ?? ''),
  }
})

check('generate.limits.window', ({ post }) =>
  // Each character is a token; the window holds 256.
  askEach([254, 255, 256, 257], async (length) => {
    const exchange = await post('/api/generate', {
      ...RAW,
      prompt: 'a'.repeat(length),
      options: { ...GREEDY, num_predict: 1 },
      truncate: false,
    })
    return exchange.status === 200
      ? { response: exchange.json.response, eval_count: exchange.json.eval_count }
      : { status: exchange.status }
  }),
)

check('generate.limits.window-of-tokens', ({ post }) =>
  // `</s>` is one token; the window holds 256.
  askEach([254, 255], async (length) => {
    const prompt = `</s>${'a'.repeat(length - 1)}`
    return (await post('/api/generate', { ...RAW, prompt, options: { ...GREEDY, num_predict: 1 } })).json
      .prompt_eval_count
  }),
)

check('generate.limits.num_predict', ({ post }) =>
  // The stopper says x, y, z and then ends.
  askEach([3, 4, 5], async (num_predict) => {
    const { json } = await post('/api/generate', {
      ...RAW,
      model: models.stopper,
      prompt: 'w',
      options: { ...GREEDY, num_predict },
    })
    return { response: json.response, eval_count: json.eval_count, done_reason: json.done_reason }
  }),
)

check('generate.stop.two-texts', ({ post }) =>
  askEach(
    { first_listed: ['f', 'e'], last_listed: ['e', 'f'], longer: ['ef', 'e'], never: ['zz'] },
    async (stop) => answer(await post('/api/generate', { ...RAW, options: { ...GREEDY, stop } })),
  ),
)

check('generate.logprobs.cut', async ({ post }) => {
  const body = {
    ...RAW,
    model: models.scripted,
    prompt: '2',
    logprobs: true,
    options: { ...GREEDY, stop: ['END'] },
  }
  const { json } = await post('/api/generate', body)
  return {
    response: json.response,
    tokens: json.logprobs?.map(({ token }: { token: string }) => token),
    eval_count: json.eval_count,
  }
})

check('generate.logprobs.bytes', async ({ post }) => {
  const body = { ...RAW, model: models.scripted, prompt: '1', logprobs: true }
  const { json } = await post('/api/generate', body)
  return json.logprobs?.map(({ token, bytes }: { token: string; bytes: number[] }) => ({
    token,
    bytes: bytes?.length,
  }))
})

check('generate.top_logprobs.counts', ({ post }) =>
  askEach([0, 1, 2, 20], async (top_logprobs) => {
    const { json } = await post('/api/generate', { ...LIKELY, logprobs: true, top_logprobs })
    return json.logprobs?.[0]?.top_logprobs?.length ?? 0
  }),
)
