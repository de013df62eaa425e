import { models } from '../../fixtures/instruments/models.ts'
import { check, fail } from '../../harness/run/check.ts'
import type { BodyOf } from '../../harness/wire/answers.ts'
import type { Client } from '../../harness/wire/client.ts'
import { findLoaded, unload } from './loaded.ts'
import { generate, generateRequest, wrong } from './requests.ts'

type Answer = Awaited<ReturnType<typeof generate>>
type Options = NonNullable<BodyOf<'POST', '/api/generate'>['options']>

/** The text of an answer, or the status of a refusal: its words are often those of llama-server. */
const textOf = ({ status, json }: Answer) => (status === 200 ? json.response : status)

/** Status and words of a refusal. */
const refusal = ({ status, json }: Answer) => `${status} ${json.error}`

/** Ten tokens of the known distribution at temperature 0, where penalties show: `aaaaaaaaaa` without any. */
async function greedy(client: Client, options: Options, prompt = 'x') {
  const neutral = { repeat_penalty: 1, num_predict: 10 }
  return textOf(
    await generate(client, {
      model: models.distribution,
      prompt,
      raw: true,
      options: { ...neutral, ...options },
    }),
  )
}

/** A sample of the known distribution, hot enough for all four letters, short enough for the repetition guard. */
function sampleRequest(options: Options) {
  const open = { repeat_penalty: 1, top_p: 1, temperature: 1.5, seed: 7, num_predict: 28 }
  return generateRequest({
    model: models.distribution,
    prompt: 'x',
    raw: true,
    options: { ...open, ...options },
  })
}

const sample = async (client: Client, options: Options) => textOf(await client.send(sampleRequest(options)))

/** The letters of a text, each once. */
const lettersOf = (text: string | number | undefined) =>
  typeof text === 'string' ? [...new Set(text)].sort().join('') : text

/** The letters in what `sample` says. */
const letters = async (client: Client, options: Options) => lettersOf(await sample(client, options))

/** The same with options that versions from 0.7.0 on do not know. */
const mirostatLetters = async (client: Client, options: Options) =>
  lettersOf(textOf(await client.send(wrong(sampleRequest(options), { from: '0.7.0' }))))

/** What `ask` answers for each value of an option. */
async function byValue(
  option: string,
  values: readonly unknown[],
  ask: (options: Options) => Promise<unknown>,
): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {}
  for (const value of values) answers[String(value)] = await ask({ [option]: value })
  return answers
}

// Types. An empty prompt only loads, and the values are those with which the model is loaded anyway.

const INTEGERS = { integer: 1, fraction: 1.5, null: null, text: '1', boolean: true }
const NUMBERS = { integer: 1, fraction: 0.5, null: null, text: '1', boolean: true }
const BOOLEANS = { boolean: false, null: null, integer: 0, text: 'false' }
const TYPES = {
  num_keep: INTEGERS,
  seed: INTEGERS,
  num_predict: INTEGERS,
  top_k: INTEGERS,
  top_p: NUMBERS,
  min_p: NUMBERS,
  typical_p: NUMBERS,
  repeat_last_n: INTEGERS,
  temperature: NUMBERS,
  repeat_penalty: NUMBERS,
  presence_penalty: NUMBERS,
  frequency_penalty: NUMBERS,
  mirostat: INTEGERS,
  mirostat_tau: NUMBERS,
  mirostat_eta: NUMBERS,
  stop: { list: ['s'], empty: [], null: null, text: 's', integer: 1, mixed: ['s', 1] },
  num_ctx: { ...INTEGERS, integer: 256, fraction: 256.5 },
  num_batch: { ...INTEGERS, integer: 512, fraction: 512.5 },
  num_gpu: { ...INTEGERS, integer: -1, fraction: -1.5 },
  // These two have no default that can be named: a value would load the model anew, as options.reload.runner does.
  main_gpu: { null: null, text: '1', boolean: true },
  use_mmap: { null: null, integer: 0, text: 'false' },
  low_vram: BOOLEANS,
  f16_kv: BOOLEANS,
  logits_all: BOOLEANS,
  vocab_only: BOOLEANS,
  use_mlock: BOOLEANS,
  num_thread: INTEGERS,
  draft_num_predict: { ...INTEGERS, integer: 4, fraction: 4.5 },
  penalize_newline: BOOLEANS,
}

for (const [option, values] of Object.entries(TYPES)) {
  check(`options.${option}.type`, async ({ client }) => {
    const accepts: string[] = []
    const refuses: Record<string, unknown> = {}
    for (const [type, value] of Object.entries(values)) {
      const exchange = await client.send(
        wrong(generateRequest, { model: models.successor, prompt: '', options: { [option]: value } }),
      )
      if (exchange.status === 200) accepts.push(type)
      else refuses[type] = refusal(exchange)
    }
    return { accepts, refuses }
  })
}

check('options.unknown.ignored', async ({ client }) => {
  const request = { model: models.successor, prompt: 'abc', raw: true }
  const options = { conformance: 'x', num_predict: 3 }
  return textOf(await client.send(wrong(generateRequest, { ...request, options })))
})

check('options.integer.truncated', async ({ client }) => {
  const fraction = generateRequest({
    model: models.successor,
    prompt: 'abc',
    raw: true,
    options: { num_predict: 3.9 },
  })
  const { json } = await client.send(wrong(fraction))
  return json.eval_count
})

check('options.type.two-wrong', async ({ client }) => {
  const both = { model: models.successor, prompt: 'abc', options: { top_k: 'x', min_p: 'x' } }
  const { status, json } = await client.send(wrong(generateRequest, both))
  const named = ['top_k', 'min_p'].filter((option) => json.error.includes(`"${option}"`))
  return { status, named: named.length }
})

check.alone('options.type.before-loading', async ({ client }) => {
  await unload(client)
  const { status } = await client.send(
    wrong(generateRequest, { model: models.spare, prompt: '', options: { top_k: 'x' } }),
  )
  return { status, loaded: (await findLoaded(client)) !== undefined }
})

// Sampling.

check('options.temperature.effect', ({ client }) =>
  byValue('temperature', [0.05, 1.5], (options) => letters(client, options)),
)

check('options.temperature.greedy', ({ client }) =>
  byValue('temperature', [0, -1], (options) => greedy(client, options)),
)

check('options.temperature.after-cuts', ({ client }) =>
  // At temperature 1.5 c has .45 of the probability of a; at temperature 1 it has .3.
  letters(client, { min_p: 0.4 }),
)

check('options.top_k.effect', ({ client }) =>
  byValue('top_k', [1, 2, 3, 4], (options) => letters(client, options)),
)

check('options.top_k.off', async ({ client }) => {
  // So hot that nearly all 259 tokens are as likely.
  const ask = (top_k: number) => sample(client, { temperature: 100, top_k })
  const [zero, negative, forty] = [await ask(0), await ask(-1), await ask(40)]
  return { zero_is_negative: zero === negative, zero_is_40: zero === forty }
})

check('options.top_p.effect', ({ client }) =>
  byValue('top_p', [0.4, 0.7, 0.9, 1], (options) => letters(client, options)),
)

check('options.top_p.out-of-range', ({ client }) =>
  byValue('top_p', [-1, 0, 2], (options) => letters(client, options)),
)

check('options.min_p.effect', ({ client }) =>
  byValue('min_p', [0.8, 0.4, 0.2, 0.05], (options) => letters(client, options)),
)

check('options.min_p.out-of-range', ({ client }) =>
  byValue('min_p', [-1, 2], (options) => letters(client, options)),
)

check('options.typical_p.effect', ({ client }) =>
  byValue('typical_p', [0.2, 0.7, 1], (options) => letters(client, options)),
)

check('options.typical_p.out-of-range', ({ client }) =>
  byValue('typical_p', [-1, 0, 2], (options) => letters(client, options)),
)

check('options.seed.effect', async ({ client }) => {
  const [first, again, other] = [
    await sample(client, { seed: 7 }),
    await sample(client, { seed: 7 }),
    await sample(client, { seed: 8 }),
  ]
  return { same_seed: first === again, other_seed: first === other }
})

for (const [name, seed] of Object.entries({ default: undefined, minus_one: -1, zero: 0, negative: -2 })) {
  check(`options.seed.${name}`, async ({ client }) => {
    const first = await sample(client, { seed })
    return { repeats: first === (await sample(client, { seed })) }
  })
}

check('options.repeat_penalty.effect', ({ client }) =>
  byValue('repeat_penalty', [1, 1.1], (options) => greedy(client, options)),
)

check('options.repeat_penalty.prompt', ({ client }) =>
  // One token: a, were it not in the prompt.
  greedy(client, { repeat_penalty: 1.1, num_predict: 1 }, 'a'),
)

check('options.repeat_penalty.negative', ({ client }) => greedy(client, { repeat_penalty: -1 }))

check.alone('options.repeat_penalty.zero', ({ client }) => greedy(client, { repeat_penalty: 0 }))

check('options.repeat_last_n.effect', ({ client }) =>
  byValue('repeat_last_n', [0, 1, 64], (options) => greedy(client, { repeat_penalty: 1.1, ...options })),
)

check('options.repeat_last_n.minus_one', ({ client }) =>
  greedy(client, { repeat_penalty: 1.1, repeat_last_n: -1 }),
)

check('options.presence_penalty.effect', ({ client }) =>
  byValue('presence_penalty', [0, 0.6, -5], (options) => greedy(client, options)),
)

check('options.frequency_penalty.effect', ({ client }) =>
  byValue('frequency_penalty', [0, 0.6, -5], (options) => greedy(client, options)),
)

check('options.mirostat.effect', ({ client }) =>
  byValue('mirostat', [0, 1, 2], (options) => mirostatLetters(client, { mirostat_tau: 0.1, ...options })),
)

check('options.mirostat_tau.effect', ({ client }) =>
  byValue('mirostat_tau', [0.1, 5], (options) => mirostatLetters(client, { mirostat: 2, ...options })),
)

check('options.mirostat_eta.effect', ({ client }) =>
  byValue('mirostat_eta', [0.1, 10], (options) =>
    mirostatLetters(client, { mirostat: 2, mirostat_tau: 0.1, ...options }),
  ),
)

// The new engine of Ollama's own, which takes over for more and more architectures, has a sampler of its own.

check('options.new-engine.effect', async ({ client }) => {
  // Around 0.12.5 the new engine loses the text of the last token now and then, so the beginnings are compared.
  const beginning = (text: unknown) => String(text).slice(0, 8)
  const changed: string[] = []
  const plain = beginning(await greedy(client, {}))
  const penalties = { repeat_penalty: 2, presence_penalty: 2, frequency_penalty: 2, typical_p: 0.2 }
  for (const [option, value] of Object.entries(penalties)) {
    if (beginning(await greedy(client, { [option]: value })) !== plain) changed.push(option)
  }
  const open = beginning(await sample(client, {}))
  for (const [option, value] of Object.entries({ top_k: 2, top_p: 0.7, min_p: 0.8, seed: 8 })) {
    if (beginning(await sample(client, { [option]: value })) !== open) changed.push(option)
  }
  return changed
})

// Stop strings. The scripted instrument says `hello `, `wo`, `rld E`, `ND of`, ` story`.

for (const [name, stop] of Object.entries({
  several: ['story', 'rld'],
  'same-token': ['of', 'END'],
  'empty-string': [''],
})) {
  check(`options.stop.${name}`, async ({ client }) => {
    const { json } = await generate(client, {
      model: models.scripted,
      prompt: '2',
      raw: true,
      options: { stop },
    })
    const { response, eval_count, done_reason } = json
    return { response, eval_count, done_reason }
  })
}

// Defaults: whether a request without the option answers as one with the value does.

/** Hot enough for the 40 likeliest of 259 tokens. */
const HOT = { temperature: 100 }
const DEFAULTS: Record<
  string,
  { values: number[]; ask: (client: Client, options: Options) => Promise<unknown> }
> = {
  temperature: {
    values: [0.8, 1],
    ask: (client, options) => sample(client, { temperature: undefined, ...options }),
  },
  top_k: { values: [40, 41], ask: (client, options) => sample(client, { ...HOT, ...options }) },
  top_p: { values: [0.9, 1], ask: (client, options) => sample(client, { top_p: undefined, ...options }) },
  min_p: { values: [0, 0.2], ask: sample },
  typical_p: { values: [1, 0.2], ask: sample },
  repeat_penalty: {
    values: [1, 1.1],
    ask: (client, options) => greedy(client, { repeat_penalty: undefined, ...options }),
  },
  repeat_last_n: {
    values: [64, 63],
    // The a is the 64th token from the end of the prompt.
    ask: (client, options) =>
      greedy(client, { repeat_penalty: 1.1, num_predict: 1, ...options }, `a${'x'.repeat(63)}`),
  },
  presence_penalty: { values: [0, 1], ask: greedy },
  frequency_penalty: { values: [0, 1], ask: greedy },
  num_keep: { values: [4, 3], ask: keep },
}

/**
 * The first token after a prompt longer than the window, whose fourth token is an a: it is penalised, and so not
 * the first token of the answer, as long as it is kept.
 */
function keep(client: Client, options: Options) {
  const penalised = { repeat_penalty: 1.1, repeat_last_n: 256, num_predict: 1 }
  return greedy(client, { ...penalised, ...options }, `xyza${'x'.repeat(300)}`)
}

for (const [option, { values, ask }] of Object.entries(DEFAULTS)) {
  check(`options.${option}.default`, async ({ client }) => {
    const absent = await ask(client, {})
    return byValue(option, values, async (options) => (await ask(client, options)) === absent)
  })
}

check('options.num_keep.effect', ({ client }) =>
  byValue('num_keep', [0, 4, -1], (options) => keep(client, options)),
)

check('options.num_keep.negative', ({ client }) => keep(client, { num_keep: -5 }))

// How many tokens.

check('options.num_predict.negative', ({ client }) =>
  byValue('num_predict', [-1, -2, -100], (options) => countToEnd(client, options)),
)

check('options.num_predict.zero', ({ client }) => countToEnd(client, { num_predict: 0 }))

check('options.num_predict.default', ({ client }) => countToEnd(client, { num_predict: undefined }))

/** Tokens of the stopper after `a`: 26 with the end of the sequence. */
async function countToEnd(client: Client, options: Options): Promise<string> {
  const { json } = await generate(client, { model: models.stopper, prompt: 'a', raw: true, options })
  return `${json.eval_count} ${json.done_reason}`
}

/**
 * Tokens of a model that never ends by itself, in a small window. The stop string is its 88th token, so that it
 * ends where there is no cap.
 */
async function countToCap(client: Client, options: Options): Promise<string> {
  const { json } = await generate(client, {
    model: models.spare,
    prompt: 'a',
    raw: true,
    options: { num_ctx: 4, stop: ['Z'], ...options },
  })
  return `${json.eval_count} ${json.done_reason}`
}

check.alone('options.num_predict.cap', ({ client }) =>
  byValue('num_ctx', [4, 8], (options) => countToCap(client, { num_predict: -1, ...options })),
)

for (const slots of ['one-slot', 'two-slots']) {
  check.alone(`options.num_predict.cap.${slots}`, ({ client }) => countToCap(client, { num_predict: -1 }))
}

check.alone('options.num_predict.cap.above', ({ client }) => countToCap(client, { num_predict: 1000 }))

check.alone('options.num_predict.cap.zero', ({ client }) => countToCap(client, { num_predict: 0 }))

// The window.

/** Tokens that are left of a prompt. */
async function promptTokens(client: Client, model: string, prompt: string, options: Options) {
  const exchange = await generate(client, {
    model,
    prompt,
    raw: true,
    options: { num_predict: 1, ...options },
  })
  return exchange.status === 200 ? exchange.json.prompt_eval_count : exchange.status
}

check.alone('options.num_ctx.floor', ({ client }) =>
  byValue('num_ctx', [0, 1, 3, -1, 4, 8], (options) =>
    // Every prompt begins differently, for 0.30.0 does not count what is in its cache.
    promptTokens(client, models.spare, `${options.num_ctx}bcdefghijkl`, options),
  ),
)

/** Loads a model of the spare's file and tells the size of its window. */
async function windowOf(client: Client, model: string, options: Options = {}) {
  await generate(client, { model, prompt: '', options })
  return (await findLoaded(client, model))?.context_length
}

check.alone('options.num_ctx.ceiling', ({ client }) => windowOf(client, models.spare, { num_ctx: 5000 }))

check.alone('options.num_ctx.default', async ({ client }) => {
  // Otherwise a runner with a window of that size would do, whoever asked for it.
  await unload(client)
  return windowOf(client, models.windowless)
})

check.alone('options.num_ctx.default.prompt', ({ client }) =>
  promptTokens(client, models.windowless, 'a'.repeat(4200), {}),
)

check.alone('options.num_ctx.environment', async ({ client }) => ({
  environment: await windowOf(client, models.windowless),
  parameter: await windowOf(client, models.spare),
  request: await windowOf(client, models.windowless, { num_ctx: 128 }),
}))

// Reloads. A runner keeps the keep_alive of the request before, a new one takes the default: who loaded the model
// for ever sees there whether a request without a keep_alive loaded it anew.

/** Whether a model that was loaded with some options is loaded anew by a request with some more. */
async function reloads(
  client: Client,
  before: Options,
  more: Options,
  model: string = models.spare,
): Promise<boolean> {
  await client.send(
    wrong(generateRequest, { model: models.spare, prompt: '', keep_alive: -1, options: before }),
  )
  const request = { model, prompt: 'abc', raw: true, options: { ...before, ...more, num_predict: 1 } }
  const { json } = await client.send(wrong(generateRequest, request))
  if (json.response !== 'd') fail(`${JSON.stringify(more)} is answered by ${JSON.stringify(json)}`)
  const entry = (await findLoaded(client, models.spare)) ?? (await findLoaded(client, model))
  return new Date(entry?.expires_at ?? 0).getFullYear() < 2200
}

check.alone('options.reload.runner', async ({ client }) => {
  const changes = {
    num_ctx: 128,
    num_batch: 64,
    num_gpu: 0,
    main_gpu: 1,
    use_mmap: true,
    draft_num_predict: 2,
    use_mlock: true,
    low_vram: true,
    f16_kv: true,
    logits_all: true,
    vocab_only: true,
    num_thread: 2,
  }
  await unload(client)
  const reloading: string[] = []
  let options: Options = {}
  for (const [option, value] of Object.entries(changes)) {
    if (await reloads(client, options, { [option]: value })) reloading.push(option)
    options = { ...options, [option]: value }
  }
  await unload(client)
  return reloading
})

check.alone('options.reload.sampling', async ({ client }) => {
  const sampling = {
    num_keep: 1,
    seed: 1,
    num_predict: 1,
    top_k: 1,
    top_p: 0.5,
    min_p: 0.5,
    typical_p: 0.5,
    repeat_last_n: 1,
    temperature: 0.5,
    repeat_penalty: 1.5,
    presence_penalty: 0.5,
    frequency_penalty: 0.5,
    mirostat: 1,
    mirostat_tau: 1,
    mirostat_eta: 1,
    stop: ['z'],
  }
  await unload(client)
  const reloaded = await reloads(client, {}, sampling)
  await unload(client)
  return reloaded
})

check.alone('options.reload.clamped', async ({ client }) => {
  await unload(client)
  const ceiling = await reloads(client, { num_ctx: 5000 }, {})
  const floor = await reloads(client, { num_ctx: 1 }, { num_ctx: 2 })
  await unload(client)
  return { ceiling, floor }
})

// Layers: defaults, then the model's parameters, then the request.

check('options.merge.integer', async ({ client }) => {
  const request = { model: models.halting, prompt: 'k', raw: true }
  return {
    parameter: textOf(await generate(client, { ...request, options: { num_predict: undefined } })),
    request: textOf(await generate(client, { ...request, options: { num_predict: 2 } })),
  }
})

check('options.merge.float', async ({ client }) => {
  const request = { model: models.tuned, prompt: 'x', raw: true }
  const free = { presence_penalty: 0, frequency_penalty: 0 }
  return {
    parameters: textOf(await generate(client, { ...request, options: { temperature: undefined } })),
    request: textOf(await generate(client, { ...request, options: { temperature: undefined, ...free } })),
  }
})

check('options.merge.list', async ({ client }) => {
  // The model stops at e, and after 6 tokens.
  const ask = async (stop: unknown) =>
    textOf(
      await client.send(
        wrong(generateRequest, {
          model: models.halting,
          prompt: 'a',
          raw: true,
          options: { num_predict: undefined, stop },
        }),
      ),
    )
  return {
    parameter: await ask(undefined),
    request: await ask(['d']),
    replaced: await ask(['z']),
    empty: await ask([]),
    null: await ask(null),
  }
})

/** Makes a model for one check, of the spare with some parameters more. */
async function withModel<Answer>(
  client: Client,
  model: string,
  parameters: BodyOf<'POST', '/api/create'>['parameters'],
  use: () => Promise<Answer>,
): Promise<Answer> {
  const body = { model, from: models.spare, parameters, stream: false }
  const created = await client.send({ method: 'POST', path: '/api/create', body })
  if (created.status !== 200) fail(`the model is not created: ${created.text}`)
  try {
    return await use()
  } finally {
    // It shares the runner of the spare model, which /api/ps lists under the name that loaded it.
    await unload(client, model)
    await client.send({ method: 'DELETE', path: '/api/delete', body: { model } })
  }
}

check.alone('options.merge.boolean', async ({ client }) => {
  const model = 'conformance/options-mapped'
  await unload(client)
  return withModel(client, model, { use_mmap: true }, async () => {
    const before = { use_mmap: true }
    const parameter = await reloads(client, before, { use_mmap: undefined }, model)
    const request = await reloads(client, before, { use_mmap: false }, model)
    await unload(client)
    return { parameter_reloads: parameter, request_reloads: request }
  })
})

check.alone('options.merge.wrong-parameter', ({ client }) => {
  const model = 'conformance/options-mistyped'
  return withModel(client, model, { top_k: 'x' }, async () => ({
    plain: refusal(await generate(client, { model, prompt: 'abc' })),
    overridden: refusal(await generate(client, { model, prompt: 'abc', options: { top_k: 1 } })),
    load: refusal(await generate(client, { model, prompt: '' })),
  }))
})

check.alone('options.merge.unknown-parameter', ({ client }) => {
  const model = 'conformance/options-unknowing'
  return withModel(client, model, { conformance: 'x' }, async () =>
    textOf(await generate(client, { model, prompt: 'abc', raw: true, options: { num_predict: 3 } })),
  )
})

// What docs/openapi.yaml leaves out

const UNDOCUMENTED = [
  'frequency_penalty',
  'main_gpu',
  'num_batch',
  'num_gpu',
  'num_keep',
  'num_thread',
  'presence_penalty',
  'repeat_last_n',
  'repeat_penalty',
  'typical_p',
  'use_mmap',
]

check('options.undocumented', async ({ client }) => {
  const refused: string[] = []
  for (const option of UNDOCUMENTED) {
    const body = { model: models.successor, prompt: '', options: { [option]: 'x' } }
    const { status } = await client.send(wrong(generateRequest, body))
    if (status !== 200) refused.push(option)
  }
  return { read: refused.length, of: UNDOCUMENTED.length }
})
