import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import { generate, generateRequest, wrong } from './requests.ts'

const post = (body: unknown, headers?: Record<string, string>) => ({
  method: 'POST',
  path: '/api/generate',
  body,
  ...(headers ? { headers } : {}),
})

/** What an error says: status and text. */
const refusal = ({ status, json }: Exchange) => ({ status, error: json.error })

const answer = ({ json: { response, eval_count, done_reason } }: Exchange) => ({
  response,
  eval_count,
  done_reason,
})

// 0.30.0 leaves cached tokens out of `prompt_eval_count`. So where it is observed the prompt begins with a character
// of its own, or the check says what is cached.
const counted = (exchange: Exchange) => ({
  response: exchange.json.response,
  prompt_eval_count: exchange.json.prompt_eval_count,
})

const texts = (exchange: Exchange) => exchange.records.map(({ response }) => response)

// Fields of the request. A server that knows a field refuses a value of the wrong type, one that does not ignores it.

const WRONG_VALUES = {
  model: 5,
  prompt: 5,
  suffix: 5,
  system: 5,
  template: 5,
  context: 'a',
  stream: 'no',
  raw: 'yes',
  keep_alive: true,
  images: 'a',
  options: 'a',
  think: 5,
  truncate: 'no',
  shift: 'no',
  _debug_render_only: 'yes',
  logprobs: 'yes',
  top_logprobs: 'two',
  width: 'wide',
}

for (const [field, value] of Object.entries(WRONG_VALUES)) {
  check(`generate.field.${field.replace(/^_/, '')}.type`, async ({ client }) => {
    const request = generateRequest({ model: models.successor, prompt: 'a', options: { num_predict: 1 } })
    const body = { ...(request.body as object), [field]: value }
    return (await client.send(wrong({ ...request, body }))).status
  })
}

check('generate.field.type.text', async ({ client }) => {
  return refusal(await client.send(wrong(post({ model: models.successor, prompt: 5 }))))
})

check('generate.field.unknown', async ({ client }) => {
  const request = { model: models.successor, prompt: 'abc', raw: true, colour: 'red' }
  const { status, json } = await client.send(wrong(generateRequest, request))
  return { status, response: json.response }
})

// Records.

/** Keys of a record, but not the durations that the runner measures: they are left out when they round to zero. */
const keysOf = (record: object) => Object.keys(record).filter((key) => !/eval_duration$/.test(key))

check('generate.record.keys', async ({ client }) => {
  const { records } = await generate(client, { model: models.successor, prompt: 'abc', stream: true })
  const kinds = new Set(records.slice(0, -1).map((record) => keysOf(record).sort().join(' ')))
  return { before_the_last: [...kinds], last: keysOf(records.at(-1)).sort().join(' ') }
})

check('generate.record.keys.raw', async ({ client }) => {
  const { json } = await generate(client, { model: models.successor, prompt: 'abc', raw: true })
  return 'context' in json
})

check('generate.record.key-order', async ({ client }) => {
  const { json } = await generate(client, { model: models.successor, prompt: 'abc' })
  return keysOf(json).join(' ')
})

check('generate.record.model', async ({ client }) => {
  const names = [models.successor, `${models.successor}:latest`]
  return Promise.all(
    names.map(
      async (model) =>
        (await generate(client, { model, prompt: 'a', options: { num_predict: 1 } })).json.model,
    ),
  )
})

check('generate.record.zero-left-out', async ({ client }) => {
  const { json } = await generate(client, { model: models.stopper, prompt: 'z', raw: true })
  return { response: json.response, eval_count: json.eval_count, has_thinking: 'thinking' in json }
})

check('generate.durations.nanoseconds', async ({ client }) => {
  const { json } = await generate(client, { model: models.successor, prompt: 'abc' })
  const durations = Object.entries(json).filter(([key]) => key.endsWith('_duration'))
  return {
    integers: durations.every(([, duration]) => Number.isInteger(duration)),
    load_within_total: json.load_duration <= json.total_duration,
    // No machine answers within a microsecond, so a number as large as this counts something finer.
    finer_than_microseconds: json.total_duration > 1000,
  }
})

// Counts and reasons.

check('generate.raw.bypasses-template', async ({ client }) => {
  const request = { model: models.templated, prompt: 'abc', options: { num_predict: 6 } }
  const raw = await generate(client, { ...request, raw: true })
  const templated = await generate(client, request)
  return { raw: raw.json.response, templated: templated.json.response }
})

check('generate.count.length', async ({ client }) => {
  return answer(
    await generate(client, {
      model: models.successor,
      prompt: 'abc',
      raw: true,
      options: { num_predict: 3 },
    }),
  )
})

check('generate.count.eos', async ({ client }) => {
  return answer(await generate(client, { model: models.stopper, prompt: 'x', raw: true }))
})

check('generate.count.limit-before-eos', async ({ client }) => {
  return answer(
    await generate(client, { model: models.stopper, prompt: 'x', raw: true, options: { num_predict: 2 } }),
  )
})

check.alone('generate.count.bos', async ({ client }) => {
  const request = { model: models.starter, prompt: 'abc' }
  await generate(client, request)
  const { json } = await generate(client, request)
  return { prompt_eval_count: json.prompt_eval_count, context_tokens: json.context.length }
})

check('generate.count.special-tokens', async ({ client }) => {
  const count = async (prompt: string) =>
    (await generate(client, { model: models.successor, prompt, raw: true })).json.prompt_eval_count
  return { special: await count('^</s>g'), unknown: await count('$</x>g') }
})

check('generate.count.multi-byte', async ({ client }) => {
  return counted(await generate(client, { model: models.successor, prompt: 'é€a', raw: true }))
})

check.alone('generate.count.cached', async ({ client }) => {
  const seen = []
  for (const prompt of ['cachedprompt', 'cachedprompt', 'another', 'cachedprompt']) {
    seen.push(
      counted(
        await generate(client, { model: models.successor, prompt, raw: true, options: { num_predict: 3 } }),
      ),
    )
  }
  return {
    texts: seen.map(({ response }) => response),
    same_count: seen[0]?.prompt_eval_count === seen[1]?.prompt_eval_count,
  }
})

check('generate.prompt.whitespace', async ({ client }) => {
  const count = async (prompt: string, raw = false) =>
    (await generate(client, { model: models.successor, prompt, raw, options: { num_predict: 1 } })).json
      .prompt_eval_count
  return {
    newlines: await count('\n\ta\n'),
    space_before: await count(' a'),
    space_after: await count('* '),
    raw: await count('\t \n', true),
  }
})

// Stop strings, and characters of several bytes.

check('generate.stop.removed', async ({ client }) => {
  return answer(
    await generate(client, { model: models.successor, prompt: 'a', raw: true, options: { stop: ['de'] } }),
  )
})

check('generate.stop.inside-tokens', async ({ client }) => {
  return answer(
    await generate(client, { model: models.scripted, prompt: '2', raw: true, options: { stop: ['END'] } }),
  )
})

check('generate.stop.held-back', async ({ client }) => {
  return texts(
    await generate(client, {
      model: models.successor,
      prompt: 'a',
      raw: true,
      stream: true,
      options: { stop: ['dez', 'gh'] },
    }),
  )
})

check('generate.utf8.whole-characters', async ({ client }) => {
  return texts(await generate(client, { model: models.scripted, prompt: '1', raw: true, stream: true }))
})

check('generate.utf8.cut', async ({ client }) => {
  return answer(
    await generate(client, { model: models.scripted, prompt: '1', raw: true, options: { num_predict: 2 } }),
  )
})

// The guard against repetition.

const REPETITION = { model: models.repeater, prompt: 'q', raw: true }

check('generate.repetition-guard.stream', async ({ client }) => {
  const { status, end, records } = await generate(client, {
    ...REPETITION,
    stream: true,
    options: { num_predict: 40 },
  })
  return { status, end, records: records.length, last_is_done: records.at(-1).done }
})

check('generate.repetition-guard.whole', async ({ client }) => {
  const { status, json } = await generate(client, { ...REPETITION, options: { num_predict: 40 } })
  return { status, length: json.response.length, keys: Object.keys(json).sort().join(' '), done: json.done }
})

check('generate.repetition-guard.below', async ({ client }) => {
  const { json } = await generate(client, { ...REPETITION, options: { num_predict: 30 } })
  return { length: json.response.length, done: json.done, done_reason: json.done_reason }
})

// The context window, of 256 tokens unless said otherwise. What loads the spare model anew is done by itself.

/** 300 tokens that end in `YZ`. */
const OVERLONG = {
  prompt: `!${'abcdefghij'.repeat(30).slice(0, 297)}YZ`,
  raw: true,
  options: { num_predict: 3 },
}

const taken = (exchange: Exchange) => (exchange.status === 200 ? counted(exchange) : refusal(exchange))

check('generate.overlong.truncated', async ({ client }) => {
  return taken(await generate(client, { model: models.successor, ...OVERLONG }))
})

/** Servers that do not know `truncate` and `shift`. */
const TRUNCATES = { before: '0.12.6' }

check('generate.overlong.truncate-false', async ({ client }) => {
  const exchange = await client.send(
    wrong(generateRequest, { model: models.successor, ...OVERLONG, truncate: false }, TRUNCATES),
  )
  return exchange.status === 200 ? counted(exchange) : { status: exchange.status }
})

check.alone('generate.overlong.small-window', async ({ client }) => {
  const window = { model: models.spare, ...OVERLONG, options: { num_ctx: 16, num_predict: 3 } }
  const truncated = await generate(client, { ...window, prompt: '!bcdefghijklmnopqrstuvwxyz' })
  const whole = await client.send(
    wrong(generateRequest, { ...window, prompt: '?bcdefghijklmnopqrstuvwxyz', truncate: false }, TRUNCATES),
  )
  return { truncated: taken(truncated), truncate_false: taken(whole) }
})

for (const shift of [true, false]) {
  check.alone(`generate.shift.${shift}`, async ({ client }) => {
    const request = { model: models.spare, prompt: 'abc', raw: true, shift, options: { num_predict: 280 } }
    const { json } = await client.send(wrong(generateRequest, request, TRUNCATES))
    return { eval_count: json.eval_count, done_reason: json.done_reason }
  })
}

check.alone('generate.tiny-context.ends', async ({ client }) => {
  return answer(
    await generate(client, {
      model: models.spare,
      prompt: 'a',
      raw: true,
      options: { num_ctx: 4, num_predict: 20 },
    }),
  )
})

// Log probabilities.

const LOGPROBS = {
  model: models.distribution,
  prompt: 'x',
  raw: true,
  options: { num_predict: 2, repeat_penalty: 1 },
}
const rounded = ({ token, logprob }: { token: string; logprob: number }) => `${token} ${logprob.toFixed(1)}`

check('generate.logprobs.values', async ({ client }) => {
  const { json } = await client.send(
    wrong(generateRequest, { ...LOGPROBS, logprobs: true, top_logprobs: 4 }, { before: '0.12.11' }),
  )
  return (
    json.logprobs?.map(
      (entry: { top_logprobs: Parameters<typeof rounded>[0][] } & Parameters<typeof rounded>[0]) => ({
        token: rounded(entry),
        top: entry.top_logprobs.map(rounded),
      }),
    ) ?? 'none'
  )
})

check('generate.logprobs.stream', async ({ client }) => {
  const { records } = await generate(client, { ...LOGPROBS, stream: true, logprobs: true })
  return records.map(
    ({ logprobs }) =>
      logprobs?.map(({ token, bytes, top_logprobs }: Record<string, unknown>) => ({
        token,
        bytes,
        top: top_logprobs !== undefined,
      })) ?? 'none',
  )
})

check('generate.top_logprobs.alone', async ({ client }) => {
  const { json } = await generate(client, { ...LOGPROBS, top_logprobs: 2 })
  return 'logprobs' in json
})

check('generate.top_logprobs.range', async ({ client }) => {
  const ask = async (top_logprobs: number) =>
    client.send(wrong(generateRequest, { ...LOGPROBS, logprobs: true, top_logprobs }))
  return { below: refusal(await ask(-1)), above: refusal(await ask(21)), most: (await ask(20)).status }
})

// Thinking.

/** Servers that do not know `think`; of those that do, the first did not know levels. */
const THINKS = { before: '0.9.0' }
const THINKS_BY_LEVEL = { before: '0.11.0' }

check('generate.think.unsupported', async ({ client }) => {
  const exchange = await client.send(
    wrong(generateRequest, { model: models.successor, prompt: 'abc', think: true }, THINKS),
  )
  return exchange.status === 200 ? { response: exchange.json.response } : refusal(exchange)
})

check('generate.think.false-everywhere', async ({ client }) => {
  const exchange = await client.send(
    wrong(generateRequest, { model: models.successor, prompt: 'abc', think: false }, THINKS),
  )
  return exchange.status === 200 ? { response: exchange.json.response } : refusal(exchange)
})

const thought = (exchange: Exchange) =>
  exchange.status === 200
    ? { thinking: exchange.json.thinking, response: exchange.json.response }
    : refusal(exchange)

check('generate.think.default', async ({ client }) => {
  return thought(await generate(client, { model: models.thinker, prompt: '4' }))
})

for (const [name, think, known] of [
  ['true', true, THINKS],
  ['false', false, THINKS],
  ['level', 'high', THINKS_BY_LEVEL],
] as const) {
  check(`generate.think.${name}`, async ({ client }) => {
    return thought(
      await client.send(wrong(generateRequest, { model: models.thinker, prompt: '4', think }, known)),
    )
  })
}

check('generate.think.unknown', async ({ client }) => {
  return (await client.send(wrong(generateRequest, { model: models.thinker, prompt: '4', think: 'hard' })))
    .status
})

check('generate.think.stream', async ({ client }) => {
  const { records } = await generate(client, {
    model: models.thinker,
    prompt: '4',
    stream: true,
    think: true,
  })
  return records.map(({ thinking = '', response, done }) => `${thinking}|${response}${done ? ' done' : ''}`)
})

check('generate.think.raw', async ({ client }) => {
  return thought(await generate(client, { model: models.thinker, prompt: '4', raw: true, think: true }))
})

check('generate.think.cut', async ({ client }) => {
  const { json } = await generate(client, {
    model: models.thinker,
    prompt: '4',
    think: true,
    options: { num_predict: 2 },
  })
  return { thinking: json.thinking, response: json.response, done_reason: json.done_reason }
})

// Images.

check('generate.images.text-model', async ({ client }) => {
  const exchange = await generate(client, { model: models.successor, prompt: 'abc', images: ['aGk='] })
  return exchange.status === 200 ? counted(exchange) : { status: exchange.status }
})

check('generate.images.base64', async ({ client }) => {
  return refusal(await client.send(wrong(post({ model: models.successor, prompt: 'a', images: ['%'] }))))
})

// Rendering only.

check('generate.debug-render-only', async ({ client }) => {
  const { json } = await client.send(
    wrong(
      generateRequest,
      { model: models.templated, prompt: 'abc', system: 'S', _debug_render_only: true },
      { before: '0.11.5' },
    ),
  )
  return { debug: json._debug_info, done: json.done, response: json.response }
})

// Errors before the model.

const ERRORS: Record<string, (string | undefined)[]> = {
  'missing-body': [undefined, '', ' \n'],
  'broken-json': ['{bad}', '{"model":'],
  'no-object': ['[]', '"a"'],
  'no-model': ['{}', 'null', '{"model":""}'],
}

for (const [name, bodies] of Object.entries(ERRORS)) {
  check(`generate.error.${name}`, async ({ client }) => {
    const seen = []
    for (const body of bodies) seen.push(refusal(await client.send(wrong(post(body)))))
    return seen
  })
}

check('generate.error.unknown-model', async ({ client }) => {
  const { status, contentType, json } = await client.send(post({ model: 'conformance/nobody', prompt: 'a' }))
  return { status, contentType, error: json.error }
})

check('generate.error.invalid-name', async ({ client }) => {
  return refusal(await client.send(post({ model: 'bad name!', prompt: 'a' })))
})

check('generate.error.method', async ({ client }) => {
  const { status, text } = await client.send(wrong({ method: 'GET', path: '/api/generate' }))
  return { status, text }
})

check('generate.body.bytes-after', async ({ client }) => {
  const { body } = generateRequest({ model: models.successor, prompt: 'abc', raw: true })
  const { status, json } = await client.send(wrong(post(`${JSON.stringify(body)} {"prompt":"xyz"} and more`)))
  return { status, response: json.response }
})

check('generate.body.content-type', async ({ client }) => {
  const { body } = generateRequest({ model: models.successor, prompt: 'abc', raw: true })
  const { status, json } = await client.send(post(JSON.stringify(body), { 'content-type': 'text/plain' }))
  return { status, response: json.response }
})

check('generate.model.case', async ({ client }) => {
  const model = models.successor.replace('successor', 'SUCCESSOR')
  const { status, json } = await generate(client, { model, prompt: 'abc', raw: true })
  return { status, same_name: json.model === model, response: json.response }
})

// What docs/openapi.yaml and docs/api.md say otherwise.

check('generate.answer.examples', async ({ client }) => {
  const { json } = await generate(client, {
    model: models.successor,
    prompt: 'a',
    options: { num_predict: 1 },
  })
  const loaded = await generate(client, { model: models.successor, prompt: '' })
  return {
    utc: [json, loaded.json].map(({ created_at }) => created_at.endsWith('Z')),
    done_reason: json.done_reason,
    loaded: loaded.json.done_reason,
  }
})

/** The properties that GenerateResponse and GenerateStreamEvent have in common. */
const IN_DOCS = [
  ...[
    'model',
    'created_at',
    'response',
    'thinking',
    'done',
    'done_reason',
    'total_duration',
    'load_duration',
  ],
  ...['prompt_eval_count', 'prompt_eval_duration', 'eval_count', 'eval_duration'],
]

check('generate.answer.fields', async ({ client }) => {
  const body = { model: models.successor, prompt: 'a', logprobs: true, options: { num_predict: 2 } }
  const ask = (stream: boolean) =>
    client.send(wrong(generateRequest, { ...body, stream }, { before: '0.12.11' }))
  const { json } = await ask(false)
  const { records } = await ask(true)
  const beside = (answers: object[], more: string[] = []) =>
    [...new Set(answers.flatMap((one) => Object.keys(one)))]
      .filter((key) => ![...IN_DOCS, ...more].includes(key))
      .sort()
  return { whole: beside([json], ['logprobs']), streamed: beside(records) }
})

check('generate.request.fields', async ({ client }) => {
  const tokens = async (body: { template?: string; context?: number[] }) => {
    const { json } = await generate(client, {
      model: models.successor,
      prompt: 'a',
      options: { num_predict: 1 },
      ...body,
    })
    return json.context.length
  }
  const plain = await tokens({})
  return {
    template: (await tokens({ template: '{{ .Prompt }}bc' })) - plain,
    context: (await tokens({ context: [100, 101, 102] })) - plain,
  }
})

// What a parser of the server finds.

check('generate.parser.tool-calls', async ({ client }) => {
  const { json } = await generate(client, { model: models.parsed, prompt: '6' })
  const calls = json.tool_calls?.map((call) => `${call.function.name} ${call.function.arguments.city}`)
  return { response: json.response, calls: calls ?? [], eval_count: json.eval_count }
})

// Images.

check('generate.images.fields', async ({ client }) => {
  const sizes = { width: 64, height: 64, steps: 1 }
  return answer(await generate(client, { model: models.successor, prompt: 'abc', raw: true, ...sizes }))
})
