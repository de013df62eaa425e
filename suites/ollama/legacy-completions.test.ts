import { isDeepStrictEqual } from 'node:util'
import { type ModelName, models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/check.ts'
import { complete, completeRequest, generate, generateRequest, wrong } from '../../harness/requests.ts'
import type { Client } from '../../harness/wire/client.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'

type Fields = Record<string, unknown>

const keys = (value: object) => Object.keys(value).sort()

/** What `/v1/completions` says, in the words of `/api/generate`. */
function completed({ json }: Exchange) {
  const [choice] = json.choices
  return {
    response: choice.text,
    done_reason: choice.finish_reason,
    prompt_eval_count: json.usage.prompt_tokens,
    eval_count: json.usage.completion_tokens,
  }
}

function generated({ json }: Exchange) {
  const { response, done_reason, prompt_eval_count, eval_count } = json
  return { response, done_reason, prompt_eval_count, eval_count }
}

const completeText = async (client: Client, body: { model: string } & Fields): Promise<string> =>
  completed(await complete(client, body)).response

const generateText = async (client: Client, body: { model: string; options?: Fields } & Fields) =>
  generated(await generate(client, body)).response

const events = async (client: Client, body: { model: string } & Fields) =>
  (await complete(client, { stream: true, ...body })).eventData

const isLoaded = async (client: Client, model: string): Promise<boolean> => {
  const { json } = await client.send({ method: 'GET', path: '/api/ps' })
  return json.models.some(({ name }: { name: string }) => name === `${model}:latest`)
}

async function unload(client: Client, model: string) {
  await client.send({ method: 'POST', path: '/api/generate', body: { model, keep_alive: 0 } })
  while (await isLoaded(client, model));
}

// What the endpoint forwards

for (const [field, body] of Object.entries<Fields>({
  stop_string: { model: models.successor, prompt: 'a', stop: 'd' },
  stop_list: { model: models.successor, prompt: 'a', stop: ['x', 'e', 'f'] },
  max_tokens: { model: models.successor, prompt: 'a', max_tokens: 3 },
  frequency_penalty: { model: models.tuned, prompt: 'x', frequency_penalty: 1 },
  presence_penalty: { model: models.tuned, prompt: 'x', presence_penalty: 1 },
  suffix: { model: models.infill, prompt: 'ab', suffix: 'xy', max_tokens: 3 },
})) {
  check(`legacy-completions.forwards.${field}`, async ({ client }) => {
    const { response, done_reason, prompt_eval_count } = completed(
      await complete(client, body as { model: string }),
    )
    return { text: response, finish_reason: done_reason, prompt_tokens: prompt_eval_count }
  })
}

/** Enough tokens that two ways of sampling hardly ever say the same. */
const SAMPLED = { model: models.distribution, prompt: 'x' }
const LONG = 24

const sampledLegacy = (client: Client, fields: Fields) =>
  completeText(client, { ...SAMPLED, temperature: 1, seed: 7, max_tokens: LONG, ...fields })

const sampledGenerate = (client: Client, options: Fields) =>
  generateText(client, {
    ...SAMPLED,
    options: { temperature: 1, top_p: 1, seed: 7, num_predict: LONG, ...options },
  })

for (const [field, value, double] of [
  ['temperature', 0.5, 1],
  ['seed', 8, 16],
  ['top_p', 0.4, 0.8],
] as const) {
  check(`legacy-completions.forwards.${field}`, async ({ client }) => {
    const legacy = await sampledLegacy(client, { [field]: value })
    return {
      as_generate: legacy === (await sampledGenerate(client, { [field]: value })),
      as_generate_at_double: legacy === (await sampledGenerate(client, { [field]: double })),
      as_without: legacy === (await sampledLegacy(client, { [field]: undefined })),
    }
  })
}

check('legacy-completions.forwards.logprobs', async ({ client }) => {
  const request = { model: models.successor, prompt: 'a', max_tokens: 1 }
  const { status, json } = await client.send(wrong(completeRequest({ ...request, logprobs: 21 })))
  return { status, message: json.error?.message }
})

check('legacy-completions.logprobs.hidden', async ({ client }) => {
  const request = { model: models.successor, prompt: 'a', max_tokens: 1, logprobs: 3 }
  const { json } = await client.send(wrong(completeRequest(request)))
  return { text: json.choices[0].text, keys: keys(json.choices[0]) }
})

check('legacy-completions.debug-render-only', async ({ client }) => {
  const request = { model: models.successor, prompt: 'a', _debug_render_only: true }
  return completed(await client.send(wrong(completeRequest(request))))
})

// Options and fields of Ollama that the endpoint drops

type Drop = {
  value: unknown
  model?: ModelName
  prompt?: string
  /** Options that both endpoints know by one name. */
  shared?: Fields
  alone?: true
}

const SAMPLING = { temperature: 1, top_p: 1, seed: 7 }

const droppedOptions: Record<string, Drop> = {
  top_k: { value: 1, shared: SAMPLING },
  min_p: { value: 1, shared: SAMPLING },
  typical_p: { value: 0.1, shared: SAMPLING },
  repeat_penalty: { value: 1.5 },
  repeat_last_n: { value: 0, shared: { presence_penalty: 1 } },
  mirostat: { value: 2, shared: SAMPLING },
  num_predict: { value: 3, model: 'stopper' },
  // The first character is kept or cut off as the prompt is cut to the window, and is penalised or not.
  num_keep: {
    value: 0,
    model: 'tuned',
    prompt: `a${'x'.repeat(299)}`,
    shared: { presence_penalty: 1, frequency_penalty: 0 },
  },
  num_ctx: { value: 16, model: 'spare', prompt: 'a'.repeat(40), alone: true },
}

for (const [
  option,
  { value, model = 'distribution', prompt = 'x', shared = {}, alone },
] of Object.entries(droppedOptions)) {
  check(
    `legacy-completions.drops.${option}`,
    async ({ client }) => {
      const request = { model: models[model], prompt }
      const options = { num_predict: 12, ...shared }
      const legacy = { ...request, max_tokens: 12, ...shared }
      const changed = { [option]: value }
      const answers = [
        await generate(client, { ...request, options }),
        await generate(client, { ...request, options: { ...options, ...changed } }),
      ].map(generated)
      const legacyAnswers = [
        await complete(client, legacy),
        await client.send(wrong(completeRequest({ ...legacy, ...changed, options: changed }))),
      ].map(completed)
      return {
        generate_differs: !isDeepStrictEqual(answers[0], answers[1]),
        legacy_differs: !isDeepStrictEqual(legacyAnswers[0], legacyAnswers[1]),
      }
    },
    alone ? { alone } : {},
  )
}

for (const [field, value] of Object.entries({
  raw: true,
  template: '{{ .Prompt }}!',
  system: 'S',
  context: [100, 101],
  format: { enum: ['x'] },
  options: { num_predict: 3 },
})) {
  check(`legacy-completions.drops.${field}`, async ({ client }) => {
    const request = { model: models.templated, prompt: 'a' }
    const answers = [
      await generate(client, request),
      await generate(client, { ...request, [field]: value }),
    ].map(generated)
    const legacyAnswers = [
      await complete(client, request),
      await client.send(wrong(completeRequest({ ...request, [field]: value }))),
    ].map(completed)
    return {
      generate_differs: !isDeepStrictEqual(answers[0], answers[1]),
      legacy_differs: !isDeepStrictEqual(legacyAnswers[0], legacyAnswers[1]),
    }
  })
}

// What has no effect on the answer, or one that a small model cannot show: a value that /api/generate refuses.
for (const option of [
  'num_batch',
  'num_gpu',
  'main_gpu',
  'num_thread',
  'use_mmap',
  'mirostat_tau',
  'mirostat_eta',
  'draft_num_predict',
]) {
  check(`legacy-completions.drops.${option}`, ({ client }) =>
    refusals(client, { options: { [option]: 'x' } }, { [option]: 'x', options: { [option]: 'x' } }),
  )
}

for (const [field, value] of Object.entries({
  images: ['?'],
  think: true,
  truncate: 'x',
  shift: 'x',
  top_logprobs: 21,
})) {
  check(`legacy-completions.drops.${field}`, ({ client }) =>
    refusals(client, { [field]: value }, { [field]: value }),
  )
}

async function refusals(client: Client, fields: Fields & { options?: Fields }, legacyFields: Fields) {
  const request = { model: models.successor, prompt: 'a' }
  const answer = await client.send(wrong(generateRequest({ ...request, ...fields })))
  const legacy = await client.send(wrong(completeRequest({ ...request, ...legacyFields })))
  return { generate: answer.status, legacy: legacy.status }
}

check(
  'legacy-completions.drops.keep_alive',
  async ({ client }) => {
    const request = { model: models.spare, prompt: 'a' }
    const staysForEver = async () => {
      const { json } = await client.send({ method: 'GET', path: '/api/ps' })
      const [loaded] = json.models.filter(({ name }: { name: string }) => name === `${models.spare}:latest`)
      // A negative keep_alive is some 290 years.
      return Number(loaded.expires_at.slice(0, 4)) > 2300
    }
    await unload(client, models.spare)
    await client.send(wrong(completeRequest({ ...request, keep_alive: -1 })))
    const legacy = await staysForEver()
    await generate(client, { ...request, keep_alive: -1 })
    const stays = await staysForEver()
    await unload(client, models.spare)
    return { generate_stays_for_ever: stays, legacy_stays_for_ever: legacy }
  },
  { alone: true },
)

// Fields of OpenAI's API that the endpoint does not serve

for (const [field, value] of Object.entries({
  n: 2,
  best_of: 2,
  echo: true,
  // The token of "z".
  logit_bias: { 125: 100 },
  user: 'someone',
  max_completion_tokens: 2,
  response_format: { type: 'json_object' },
  stream_options: { include_usage: true },
})) {
  check(`legacy-completions.unserved.${field}`, async ({ client }) => {
    const request = { model: models.stopper, prompt: 'v', max_tokens: undefined, [field]: value }
    const { json } = await client.send(wrong(completeRequest(request)))
    return {
      texts: json.choices.map(({ text }: { text: string }) => text),
      finish_reason: json.choices[0].finish_reason,
      completion_tokens: json.usage.completion_tokens,
    }
  })
}

// What the endpoint sets by itself

for (const [name, { given, set }] of Object.entries<{ given: Fields; set: Fields }>({
  temperature: { given: { temperature: undefined }, set: { temperature: 1 } },
  top_p: { given: { temperature: 1 }, set: { top_p: 1 } },
  'top_p-zero': { given: { temperature: 1, top_p: 0 }, set: { top_p: 1 } },
  presence_penalty: { given: {}, set: { presence_penalty: 0 } },
  frequency_penalty: { given: {}, set: { frequency_penalty: 0 } },
})) {
  check(`legacy-completions.defaults.${name}`, async ({ client }) => {
    const request = { model: models.tuned, prompt: 'x' }
    const all: Fields = { temperature: 0, top_p: 1, presence_penalty: 0, frequency_penalty: 0, ...given }
    const options = { ...all, seed: 7, num_predict: 12 }
    const [field] = keys(set)
    const legacy = await completeText(client, { ...request, max_tokens: 12, seed: 7, ...given })
    const own = { ...options, [field as string]: undefined, ...set }
    const models_ = { ...options, [field as string]: undefined }
    return {
      as_set: legacy === (await generateText(client, { ...request, options: own })),
      as_parameter: legacy === (await generateText(client, { ...request, options: models_ })),
    }
  })
}
