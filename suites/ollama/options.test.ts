import { models } from '../../fixtures/instruments/models.ts'
import { check, fail, type Tools } from '../../harness/run/check.ts'
import type { AnswerOf, BodyOf } from '../../harness/wire/answers.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import { askEach, outcome } from '../answers.ts'
import { findLoaded, isLoaded, lastsForever, unload, withModel } from './loaded.ts'
import { GREEDY } from './requests.ts'

type Options = NonNullable<BodyOf<'POST', '/api/generate'>['options']>
type Draw = typeof DRAW & { options: Options }
type Answer = Exchange<AnswerOf<'POST', '/api/generate'>>

/** Only loads, so it tells a refusal from what is taken. */
const LOAD = { model: models.successor, prompt: '', stream: false }
/** Answered by `def…`. */
const ABC = { model: models.successor, prompt: 'abc', raw: true, stream: false }
/** The known distribution says a, b, c and d with .5, .3, .15 and .05, whatever came before. */
const DRAW = { model: models.distribution, prompt: 'x', raw: true, stream: false }

/** Ten times the likeliest token, where penalties show: `aaaaaaaaaa` without any. */
const greedy = (options: Options) => ({
  ...DRAW,
  options: { temperature: 0, num_predict: 10, repeat_penalty: 1, ...options },
})

/** Hot enough for all four letters, short enough for the repetition guard. */
const HOT = { temperature: 1.5, num_predict: 28, repeat_penalty: 1, top_p: 1 }
const hot = (options: Options) => ({ ...DRAW, options: { ...HOT, seed: 7, ...options } })

/** The text of an answer, or the status of a refusal: its words are often those of llama-server. */
const textOf = ({ status, json }: Answer) => (status === 200 ? json.response : status)

/** The letters of the text, each once. */
const lettersOf = ({ json }: Answer) => [...new Set(json.response)].sort().join('')

/** How many tokens an answer has, and why no more. */
const lengthOf = ({ json: { eval_count, done_reason } }: Answer) => ({ eval_count, done_reason })

// Types. The values are those with which the model is loaded anyway: one that loads it anew takes it from the checks
// beside, for who asks just then meets a runner that is going.

check.each('options.*.type', async ({ post, given }) => {
  const accepts: string[] = []
  const refuses: Record<string, unknown> = {}
  for (const [type, value] of Object.entries(given.values)) {
    const options = { ...GREEDY, [given.option]: value }
    const answer = await post.wrong('/api/generate', { ...LOAD, options })
    if (answer.status === 200) accepts.push(type)
    else refuses[type] = outcome(answer)
  }
  return { accepts, refuses }
})

check('options.unknown.ignored', async ({ post }) => {
  const options = { temperature: 0, num_predict: 3, conformance: 'x' }
  return textOf(await post.wrong('/api/generate', { ...ABC, options }))
})

check('options.integer.truncated', async ({ post }) => {
  const options = { temperature: 0, num_predict: 3.9 }
  return (await post.wrong('/api/generate', { ...ABC, options })).json.eval_count
})

check('options.type.two-wrong', async ({ post }) => {
  const options = { ...GREEDY, top_k: 'x', min_p: 'x' }
  const { status, json } = await post.wrong('/api/generate', { ...LOAD, prompt: 'abc', options })
  return { status, named: ['top_k', 'min_p'].filter((option) => json.error.includes(`"${option}"`)).length }
})

check.alone('options.type.before-loading', async ({ post, client }) => {
  await unload(client)
  const options = { ...GREEDY, top_k: 'x' }
  const { status } = await post.wrong('/api/generate', { ...LOAD, model: models.spare, options })
  return { status, loaded: await isLoaded(client) }
})

check('options.undocumented', ({ post, given }) =>
  askEach(given.options as string[], async (option) => {
    const options = { ...GREEDY, [option]: 'x' }
    return (await post.wrong('/api/generate', { ...LOAD, options })).status !== 200
  }),
)

// Sampling

/** The letters that are drawn with each value of an option. */
const drawEach = ({ post, given: { option, values, beside } }: Tools) =>
  askEach<number, string>(values, async (value) =>
    lettersOf(await post('/api/generate', hot({ ...beside, [option]: value }))),
  )

check('options.temperature.effect', drawEach)
check('options.top_k.effect', drawEach)
check('options.top_p.effect', drawEach)
check('options.min_p.effect', drawEach)
check('options.typical_p.effect', drawEach)
check('options.mirostat.effect', drawEach)
check('options.mirostat_tau.effect', drawEach)
check('options.mirostat_eta.effect', drawEach)
check.each('options.*.out-of-range', drawEach)

check('options.temperature.after-cuts', async ({ post }) =>
  // At temperature 1.5 c has .45 of the probability of a; at temperature 1 it has .3.
  lettersOf(await post('/api/generate', hot({ min_p: 0.4 }))),
)

check('options.top_k.off', async ({ post }) => {
  // So hot that nearly all 259 tokens are as likely.
  const ask = async (top_k: number) => textOf(await post('/api/generate', hot({ temperature: 100, top_k })))
  const [zero, negative, forty] = [await ask(0), await ask(-1), await ask(40)]
  return { zero_is_negative: zero === negative, zero_is_40: zero === forty }
})

check('options.seed.effect', async ({ post }) => {
  const ask = async (seed: number) => textOf(await post('/api/generate', hot({ seed })))
  const [first, again, other] = [await ask(7), await ask(7), await ask(8)]
  return { same_seed: first === again, other_seed: first === other }
})

/** Whether the text of a request comes again. */
const repeats = async ({ post, given }: Tools) => {
  const ask = async () => textOf(await post('/api/generate', { ...DRAW, options: { ...HOT, ...given } }))
  const first = await ask()
  return { repeats: first === (await ask()) }
}

check('options.seed.default', repeats)
check('options.seed.minus_one', repeats)
check('options.seed.zero', repeats)
check('options.seed.negative', repeats)

/** Ten times the likeliest token, with each value of an option. */
const pickEach = ({ post, given: { option, values, beside } }: Tools) =>
  askEach<number, string | number | undefined>(values, async (value) =>
    textOf(await post('/api/generate', greedy({ ...beside, [option]: value }))),
  )

check('options.temperature.greedy', pickEach)
check('options.repeat_penalty.effect', pickEach)
check('options.repeat_last_n.effect', pickEach)
check('options.presence_penalty.effect', pickEach)
check('options.frequency_penalty.effect', pickEach)

check('options.repeat_penalty.prompt', async ({ post }) =>
  textOf(await post('/api/generate', { ...greedy({ repeat_penalty: 1.1, num_predict: 1 }), prompt: 'a' })),
)

const pick = async ({ post, given }: Tools) => textOf(await post('/api/generate', greedy(given)))

check('options.repeat_penalty.negative', pick)
check.alone('options.repeat_penalty.zero', pick)
check('options.repeat_last_n.minus_one', pick)

// The new engine of Ollama's own, which takes over for more and more architectures, has a sampler of its own.

check('options.new-engine.effect', async ({ post }) => {
  // Around 0.12.5 the new engine loses the text of the last token now and then, so the beginnings are compared.
  const ask = async (body: Draw) => String(textOf(await post('/api/generate', body))).slice(0, 8)
  const changing: string[] = []
  const likeliest = await ask(greedy({}))
  const penalties = { repeat_penalty: 2, presence_penalty: 2, frequency_penalty: 2, typical_p: 0.2 }
  for (const [option, value] of Object.entries(penalties)) {
    if ((await ask(greedy({ [option]: value }))) !== likeliest) changing.push(option)
  }
  const drawn = await ask(hot({}))
  for (const [option, value] of Object.entries({ top_k: 2, top_p: 0.7, min_p: 0.8, seed: 8 })) {
    if ((await ask(hot({ [option]: value }))) !== drawn) changing.push(option)
  }
  return changing
})

// Stop strings. The scripted instrument says `hello `, `wo`, `rld E`, `ND of`, ` story`.

const SCRIPT = { model: models.scripted, prompt: '2', raw: true, stream: false }
const stopped = async ({ post, given }: Tools) => {
  const answer = await post('/api/generate', { ...SCRIPT, options: { ...GREEDY, ...given } })
  return { response: answer.json.response, ...lengthOf(answer) }
}

check('options.stop.several', stopped)
check('options.stop.same-token', stopped)
check('options.stop.empty-string', stopped)

// Defaults

/** The values with which a request has the text that it has without the option. */
async function likeAbsent({ post }: Tools, body: Draw, option: keyof Options, values: number[]) {
  const absent = textOf(await post('/api/generate', body))
  const texts = await askEach(values, async (value) =>
    textOf(await post('/api/generate', { ...body, options: { ...body.options, [option]: value } })),
  )
  return values.filter((value) => texts[value] === absent)
}

check('options.temperature.default', (tools) => {
  const options = { num_predict: 28, repeat_penalty: 1, top_p: 1, seed: 7 }
  return likeAbsent(tools, { ...DRAW, options }, 'temperature', [0.8, 1])
})

// So hot that the 40 likeliest of 259 tokens are drawn.
check('options.top_k.default', (tools) => likeAbsent(tools, hot({ temperature: 100 }), 'top_k', [40, 41]))

check('options.top_p.default', (tools) => {
  const options = { temperature: 1.5, num_predict: 28, repeat_penalty: 1, seed: 7 }
  return likeAbsent(tools, { ...DRAW, options }, 'top_p', [0.9, 1])
})

check('options.min_p.default', (tools) => likeAbsent(tools, hot({}), 'min_p', [0, 0.2]))

check('options.typical_p.default', (tools) => likeAbsent(tools, hot({}), 'typical_p', [1, 0.2]))

check('options.repeat_penalty.default', (tools) => {
  const options = { temperature: 0, num_predict: 10 }
  return likeAbsent(tools, { ...DRAW, options }, 'repeat_penalty', [1, 1.1])
})

check('options.repeat_last_n.default', (tools) => {
  // The a is the 64th token from the end.
  const prompt = `a${'x'.repeat(63)}`
  const body = { ...greedy({ repeat_penalty: 1.1, num_predict: 1 }), prompt }
  return likeAbsent(tools, body, 'repeat_last_n', [64, 63])
})

check('options.presence_penalty.default', (tools) =>
  likeAbsent(tools, greedy({}), 'presence_penalty', [0, 1]),
)

check('options.frequency_penalty.default', (tools) =>
  likeAbsent(tools, greedy({}), 'frequency_penalty', [0, 1]),
)

/**
 * One token after a prompt longer than the window, whose fourth token is an a: as long as that is kept, it is penalised,
 * and so not the answer.
 */
const overlong = (options: Options) => ({
  ...greedy({ repeat_penalty: 1.1, repeat_last_n: 256, num_predict: 1, ...options }),
  prompt: `xyza${'x'.repeat(300)}`,
})

check('options.num_keep.default', (tools) => likeAbsent(tools, overlong({}), 'num_keep', [4, 3]))

check('options.num_keep.effect', ({ post }) =>
  askEach([0, 4, -1], async (num_keep) => textOf(await post('/api/generate', overlong({ num_keep })))),
)

check('options.num_keep.negative', async ({ post }) =>
  textOf(await post('/api/generate', overlong({ num_keep: -5 }))),
)

// How many tokens

/** 25 tokens after `a`, and the end of the sequence. */
const ALPHABET = { model: models.stopper, prompt: 'a', raw: true, stream: false }

check('options.num_predict.negative', ({ post }) =>
  askEach([-1, -2, -100], async (num_predict) =>
    lengthOf(await post('/api/generate', { ...ALPHABET, options: { temperature: 0, num_predict } })),
  ),
)

check('options.num_predict.zero', async ({ post }) =>
  lengthOf(await post('/api/generate', { ...ALPHABET, options: { temperature: 0, num_predict: 0 } })),
)

check('options.num_predict.default', async ({ post }) =>
  lengthOf(await post('/api/generate', { ...ALPHABET, options: { temperature: 0 } })),
)

/** Never ends by itself; the stop string is the 88th token, for where there is no cap. */
const unending = (options: Options) => ({
  model: models.spare,
  prompt: 'a',
  raw: true,
  stream: false,
  options: { temperature: 0, num_ctx: 4, stop: ['Z'], ...options },
})

check.alone('options.num_predict.cap', ({ post }) =>
  askEach([4, 8], async (num_ctx) =>
    lengthOf(await post('/api/generate', unending({ num_predict: -1, num_ctx }))),
  ),
)

check.alone.each('options.num_predict.cap.*', async ({ post, given }) =>
  lengthOf(await post('/api/generate', unending(given))),
)

// The window

check.alone('options.num_ctx.floor', ({ post }) =>
  askEach([0, 1, 3, -1, 4, 8], async (num_ctx) => {
    // Every prompt begins differently, for 0.30.0 does not count what is in its cache.
    const prompt = `${num_ctx}bcdefghijkl`
    const options = { temperature: 0, num_predict: 1, num_ctx }
    const body = { model: models.spare, prompt, raw: true, stream: false, options }
    return (await post('/api/generate', body)).json.prompt_eval_count
  }),
)

/** Loads a model of the spare's file, and tells the size of its window. */
async function windowOf({ post, client }: Tools, model: string, options: Options = {}) {
  await post('/api/generate', { model, prompt: '', stream: false, options: { ...GREEDY, ...options } })
  return (await findLoaded(client, model))?.context_length
}

check.alone('options.num_ctx.ceiling', async (tools) => {
  // Otherwise a runner with a window of that size would do, whoever asked for it.
  await unload(tools.client)
  return windowOf(tools, models.spare, { num_ctx: 5000 })
})

check.alone('options.num_ctx.default', async (tools) => {
  await unload(tools.client)
  return windowOf(tools, models.windowless)
})

check.alone('options.num_ctx.default.prompt', async ({ post }) => {
  const body = { model: models.windowless, prompt: 'a'.repeat(4200), raw: true, stream: false }
  const { json } = await post('/api/generate', { ...body, options: { temperature: 0, num_predict: 1 } })
  return json.prompt_eval_count
})

check.alone('options.num_ctx.environment', async (tools) => ({
  environment: await windowOf(tools, models.windowless),
  parameter: await windowOf(tools, models.spare),
  request: await windowOf(tools, models.windowless, { num_ctx: 128 }),
}))

// Reloads

/**
 * Whether a model that was loaded with some options is loaded anew by a request with others. A runner keeps the
 * `keep_alive` of the request before, a new one takes the default: loaded anew, the model is no longer kept for ever.
 */
async function reloads(
  { post, client }: Tools,
  before: Options,
  after: Options,
  model: string = models.spare,
) {
  const kept = { model: models.spare, prompt: '', stream: false, keep_alive: -1 }
  await post('/api/generate', { ...kept, options: { ...GREEDY, ...before } })
  const options = { temperature: 0, ...after, num_predict: 1 }
  const { json } = await post('/api/generate', { model, prompt: 'abc', raw: true, stream: false, options })
  if (json.response !== 'd') fail(`${JSON.stringify(after)} is answered by ${JSON.stringify(json)}`)
  return !lastsForever((await findLoaded(client, models.spare)) ?? (await findLoaded(client, model)))
}

check.alone('options.reload.runner', async (tools) => {
  await unload(tools.client)
  const reloading: string[] = []
  let options: Options = {}
  for (const [option, value] of Object.entries(tools.given)) {
    const changed = { ...options, [option]: value }
    if (await reloads(tools, options, changed)) reloading.push(option)
    options = changed
  }
  await unload(tools.client)
  return reloading
})

check.alone('options.reload.sampling', async (tools) => {
  await unload(tools.client)
  const reloaded = await reloads(tools, {}, tools.given)
  await unload(tools.client)
  return reloaded
})

check.alone('options.reload.clamped', async (tools) => {
  await unload(tools.client)
  const ceiling = await reloads(tools, { num_ctx: 5000 }, { num_ctx: 5000 })
  const floor = await reloads(tools, { num_ctx: 1 }, { num_ctx: 2 })
  await unload(tools.client)
  return { ceiling, floor }
})

check.alone('options.reload.draft-null', async (tools) => {
  await unload(tools.client)
  const zero = await reloads(tools, {}, { draft_num_predict: 0 })
  const absent = await reloads(tools, {}, { draft_num_predict: null })
  await unload(tools.client)
  return { zero, null: absent }
})

// Layers: defaults, then the model's parameters, then the request

check('options.merge.integer', async ({ post }) => {
  const body = { model: models.halting, prompt: 'k', raw: true, stream: false }
  return {
    parameter: textOf(await post('/api/generate', { ...body, options: { temperature: 0 } })),
    request: textOf(await post('/api/generate', { ...body, options: { temperature: 0, num_predict: 2 } })),
  }
})

check('options.merge.float', async ({ post }) => {
  const body = { model: models.tuned, prompt: 'x', raw: true, stream: false }
  const free = { num_predict: 8, presence_penalty: 0, frequency_penalty: 0 }
  return {
    parameters: textOf(await post('/api/generate', { ...body, options: { num_predict: 8 } })),
    request: textOf(await post('/api/generate', { ...body, options: free })),
  }
})

check('options.merge.list', ({ post }) => {
  // The model stops at e, and after 6 tokens.
  const body = { model: models.halting, prompt: 'a', raw: true, stream: false }
  return askEach(
    {
      parameter: {},
      request: { stop: ['d'] },
      replaced: { stop: ['z'] },
      empty: { stop: [] },
      null: { stop: null },
    },
    async (stop) =>
      textOf(await post.wrong('/api/generate', { ...body, options: { temperature: 0, ...stop } })),
  )
})

check.alone('options.merge.boolean', async (tools) => {
  const { client } = tools
  const model = 'conformance/options-mapped'
  await unload(client)
  return withModel(client, { model, from: models.spare, parameters: { use_mmap: true } }, async () => {
    const parameter = await reloads(tools, { use_mmap: true }, {}, model)
    const request = await reloads(tools, { use_mmap: true }, { use_mmap: false }, model)
    // It shares the runner of the spare model, which is listed under the name that loaded it.
    await unload(client)
    await unload(client, model)
    return { parameter_reloads: parameter, request_reloads: request }
  })
})

check.alone('options.merge.wrong-parameter', ({ post, client }) => {
  const model = 'conformance/options-mistyped'
  return withModel(client, { model, from: models.spare, parameters: { top_k: 'x' } }, async () => {
    const body = { model, prompt: 'abc', stream: false, options: GREEDY }
    const plain = outcome(await post('/api/generate', body))
    const overridden = outcome(await post('/api/generate', { ...body, options: { ...GREEDY, top_k: 1 } }))
    const load = outcome(await post('/api/generate', { ...body, prompt: '' }))
    await unload(client, model)
    return { plain, overridden, load }
  })
})

check.alone('options.merge.unknown-parameter', ({ post, client }) => {
  const model = 'conformance/options-unknowing'
  return withModel(client, { model, from: models.spare, parameters: { conformance: 'x' } }, async () => {
    const options = { temperature: 0, num_predict: 3 }
    const answer = await post('/api/generate', { model, prompt: 'abc', raw: true, stream: false, options })
    await unload(client, model)
    return textOf(answer)
  })
})
