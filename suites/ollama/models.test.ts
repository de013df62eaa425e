import { createHash } from 'node:crypto'
import { instrumentFile } from '../../fixtures/instruments/instruments.ts'
import { models, PARAMETERS } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { BodyOf } from '../../harness/wire/answers.ts'
import type { Client } from '../../harness/wire/client.ts'
import { findLoaded, unload } from './loaded.ts'
import { generate, wrong } from './requests.ts'

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`
const MODEL_FILE = instrumentFile('spare').digest
const files = { 'spare.gguf': MODEL_FILE }
/** The layer of a model's parameters: JSON with sorted keys and a newline. */
const layerOf = (parameters: object) => `${JSON.stringify(parameters, Object.keys(parameters).sort())}\n`

type Create = BodyOf<'POST', '/api/create'>

const post = <const Path extends string>(client: Client, path: Path, body: BodyOf<'POST', Path>) =>
  client.send({ method: 'POST', path, body })
const create = (client: Client, body: Create) => post(client, '/api/create', { stream: false, ...body })
const show = async (client: Client, model: string) => (await post(client, '/api/show', { model })).json
const remove = (client: Client, model: string) =>
  client.send({ method: 'DELETE', path: '/api/delete', body: { model } })
const hasBlob = async (client: Client, digest: string) =>
  (await client.send({ method: 'HEAD', path: `/api/blobs/${digest}` })).status

/** Creates a model, does something with it and deletes it. Only one at a time: layers are shared between models. */
async function withModel<Result>(
  client: Client,
  model: string,
  body: Create,
  use: () => Promise<Result>,
): Promise<Result> {
  await create(client, { model, ...body })
  try {
    return await use()
  } finally {
    await remove(client, model)
  }
}

const answer = ({ status, text }: { status: number | undefined; text: string }) => ({
  status,
  body: text && JSON.parse(text),
})

/** `name value` of each parameter that show gives, sorted. */
const parameterLines = ({ parameters }: { parameters?: string }) =>
  parameters
    ?.split('\n')
    .map((line) => line.replace(/ +/, ' '))
    .sort()

// Blobs

check.alone('models.blobs.life', async ({ client }) => {
  const text = 'A blob of the conformance suite.'
  const path = `/api/blobs/${digestOf(text)}`
  const upload = async () => (await client.send({ method: 'POST', path, body: text })).status
  const before = await hasBlob(client, digestOf(text))
  const uploads = [await upload(), await upload()]
  const after = await hasBlob(client, digestOf(text))
  const model = 'conformance/models-blob'
  // A system message is a layer of plain text, so this model takes the blob and its deletion takes it away.
  await withModel(client, model, { from: models.spare, system: text }, async () => {})
  return { before, uploads, after, without_model: await hasBlob(client, digestOf(text)) }
})

check('models.blobs.malformed-digest', async ({ client }) => {
  const path = '/api/blobs/sha256:123'
  const head = await client.send(wrong({ method: 'HEAD', path }))
  const upload = await client.send(wrong({ method: 'POST', path, body: 'text' }))
  return { head: head.status, upload: answer(upload) }
})

check.alone('models.blobs.mismatch', async ({ client }) => {
  const path = `/api/blobs/${digestOf('another text')}`
  const upload = await client.send({ method: 'POST', path, body: 'some text' })
  const stored = await hasBlob(client, digestOf('some text'))
  await withModel(
    client,
    'conformance/models-blob',
    { from: models.spare, system: 'some text' },
    async () => {},
  )
  return { ...answer(upload), stored }
})

check('models.blobs.dash', ({ client }) => hasBlob(client, MODEL_FILE.replace(':', '-')))

// Create

/** The statuses of a create, each digest replaced by what the layer holds. */
async function statuses(client: Client, body: Create, layers: Record<string, string>) {
  const { records } = await create(client, { ...body, stream: true })
  return records.map(({ status }) =>
    String(status).replace(/sha256:\w+/, (digest) => `<${layers[digest] ?? 'unknown'}>`),
  )
}

check.alone('models.create.layers', async ({ client }) => {
  const model = 'conformance/models-layers'
  const parts = { template: '[{{ .Prompt }}]', system: 'Be brief.', license: 'None.' }
  const parameters = { ...PARAMETERS, seed: 41 }
  const layers = {
    [MODEL_FILE]: 'model',
    [digestOf(parts.template)]: 'template',
    [digestOf(parts.system)]: 'system',
    [digestOf(parts.license)]: 'license',
    [digestOf(layerOf(parameters))]: 'parameters',
  }
  try {
    return await statuses(client, { model, files, ...parts, parameters }, layers)
  } finally {
    await remove(client, model)
  }
})

check.alone('models.create.layers.default', async ({ client }) => {
  const model = 'conformance/models-bare'
  try {
    const said = await statuses(client, { model, files }, { [MODEL_FILE]: 'model' })
    const shown = await show(client, model)
    return {
      statuses: said,
      parameters: 'parameters' in shown,
      template: shown.template,
      system: 'system' in shown,
    }
  } finally {
    await remove(client, model)
  }
})

check.alone('models.create.parameters-layer', async ({ client }) => {
  const [one, other] = ['conformance/models-one', 'conformance/models-other']
  return withModel(client, one, { from: models.spare }, () =>
    withModel(client, other, { from: models.spare, parameters: { seed: 12345 } }, async () => {
      const { json } = await client.send({ method: 'GET', path: '/api/tags' })
      const size = (model: string) => json.models.filter(({ name }) => name === `${model}:latest`)[0].size
      return {
        size_differs_by: size(other) - size(one),
        layers_differ_by: layerOf({ ...PARAMETERS, seed: 12345 }).length - layerOf({ ...PARAMETERS }).length,
      }
    }),
  )
})

check.alone('models.create.answer', async ({ client }) => {
  const model = 'conformance/models-answer'
  const exchange = await create(client, { model, from: models.spare })
  await remove(client, model)
  return { ...answer(exchange), content_type: exchange.contentType }
})

check.alone('models.create.from', async ({ client }) => {
  const [parent, child] = ['conformance/models-parent', 'conformance/models-child']
  const base = {
    from: models.spare,
    template: '[{{ .Prompt }}]',
    system: 'One.',
    parameters: { seed: 1, top_k: 2 },
  }
  return withModel(client, parent, base, () =>
    withModel(client, child, { from: parent, system: 'Two.', parameters: { seed: 9 } }, async () => {
      const shown = await show(client, child)
      return { template: shown.template, system: shown.system, parameters: parameterLines(shown) }
    }),
  )
})

check.alone('models.create.replaces', async ({ client }) => {
  const model = 'conformance/models-replaced'
  const ask = async () =>
    (await generate(client, { model, prompt: 'abc', options: { num_predict: 2 } })).json.response
  return withModel(client, model, { from: models.spare, template: '{{ .Prompt }}0' }, async () => {
    const first = await ask()
    await create(client, { model, from: models.spare, template: '{{ .Prompt }}A' })
    return { first, second: await ask() }
  })
})

const model = 'conformance/models-refused'
const refused: Record<string, Record<string, unknown>> = {
  'no-name': {},
  'no-source': { model },
  'old-body': { name: model, modelfile: `FROM ${models.spare}` },
  'malformed-from': { model, from: 'bad name!' },
  'not-gguf': { model, files: { 'a.gguf': digestOf(layerOf(PARAMETERS)) } },
  'missing-blob': { model, files: { 'a.gguf': `sha256:${'0'.repeat(64)}` } },
  'malformed-digest': { model, files: { 'a.gguf': 'sha256:123' } },
  'license-type': { model, from: models.spare, license: 7 },
  'quantize-type': { model, files, quantize: 'ZZ' },
}
for (const [name, body] of Object.entries(refused)) {
  check.alone(`models.create.refused.${name}`, async ({ client }) => {
    const { status, json } = await client.send(
      wrong({ method: 'POST', path: '/api/create', body: { stream: false, ...body } }),
    )
    // Where the server keeps its models is its own business.
    return { status, error: json.error.replace(/\S*(?=[/\\]blobs)/, '…') }
  })
}

check('models.create.refused.stream', async ({ client }) => {
  const { status, records } = await client.send(
    wrong({ method: 'POST', path: '/api/create', body: { model } }),
  )
  return { status, records }
})

// Show, tags, ps

check('models.show.keys', async ({ client }) => Object.keys(await show(client, models.templated)).sort())

check('models.show.details', async ({ client }) => {
  const { parent_model, ...details } = (await show(client, models.spare)).details
  return { ...details, parent_is_blob: /[/\\]blobs[/\\]sha256-[0-9a-f]{64}$/.test(parent_model) }
})

check('models.show.parameters', async ({ client }) => parameterLines(await show(client, models.spare)))

check('models.show.capabilities', async ({ client }) => (await show(client, models.spare)).capabilities)

check('models.show.model-info', async ({ client }) => {
  const { model_info } = await show(client, models.spare)
  const tokens = model_info['tokenizer.ggml.tokens']
  return {
    architecture: model_info['general.architecture'],
    context_length: model_info['llama.context_length'],
    name: 'general.name' in model_info,
    tokens: tokens === null ? null : tokens?.length,
  }
})

for (const [name, body] of [
  ['unknown', { model: 'conformance/nothing' }],
  ['no-name', {}],
] as const) {
  check(`models.show.${name}`, async ({ client }) =>
    answer(await client.send(wrong({ method: 'POST', path: '/api/show', body }))),
  )
}

check('models.show.name-field', async ({ client }) => {
  const { status, json } = await post(client, '/api/show', { name: models.templated })
  return { status, template: json.template }
})

check('models.names.case', async ({ client }) => {
  const { status, json } = await generate(client, {
    model: models.successor.toUpperCase(),
    prompt: 'abc',
    raw: true,
    options: { num_predict: 2 },
  })
  return { status, response: json.response, model: json.model }
})

check('models.tags.entry', async ({ client }) => {
  const { json } = await client.send({ method: 'GET', path: '/api/tags' })
  const entry = json.models.filter(({ name }) => name === `${models.spare}:latest`)[0]
  return {
    keys: Object.keys(entry).sort(),
    details: Object.keys(entry.details).sort(),
    name_is_model: entry.name === entry.model,
    digest: /^[0-9a-f]{64}$/.test(entry.digest),
  }
})

check.alone('models.ps.entry', async ({ client }) => {
  await unload(client)
  await generate(client, { model: models.spare, prompt: '' })
  const entry = await findLoaded(client)
  const { json } = await client.send({ method: 'GET', path: '/api/tags' })
  const tag = json.models.filter(({ name }) => name === `${models.spare}:latest`)[0]
  return { keys: Object.keys(entry ?? {}).sort(), digest_as_in_tags: entry?.digest === tag.digest }
})

// Copy and delete

check.alone('models.copy.same-model', async ({ client }) => {
  const destination = 'conformance/models-copy'
  const copied = await post(client, '/api/copy', { source: models.templated, destination })
  const shown = await show(client, destination)
  await remove(client, destination)
  const original = await show(client, models.templated)
  return {
    status: copied.status,
    body: copied.text,
    template: shown.template,
    original_stays: original.template === shown.template,
  }
})

check('models.copy.refused', async ({ client }) => {
  const copy = async (source: string, destination: string) =>
    answer(await post(client, '/api/copy', { source, destination }))
  return {
    unknown: await copy('conformance/nothing', 'conformance/models-copy'),
    malformed: await copy('bad name!', 'also bad!'),
    malformed_destination: await copy(models.spare, 'bad name!'),
  }
})

check.alone('models.delete.gone', async ({ client }) => {
  const doomed = 'conformance/models-doomed'
  await create(client, { model: doomed, from: models.spare })
  const { status, text } = await remove(client, doomed)
  const asked = await generate(client, { model: doomed, prompt: 'abc' })
  const again = await remove(client, doomed)
  return { status, body: text, asked: answer(asked), again: answer(again) }
})

check.alone('models.delete.loaded', async ({ client }) => {
  const doomed = 'conformance/models-doomed'
  await unload(client)
  await withModel(client, doomed, { from: models.spare }, () =>
    generate(client, { model: doomed, prompt: '' }),
  )
  const loaded = (await findLoaded(client, doomed)) !== undefined
  // The runner belongs to the file, so it goes with any other model of the file.
  await generate(client, { model: models.spare, prompt: '', keep_alive: 0 })
  return { loaded }
})

// What docs/openapi.yaml and docs/api.md say otherwise

check.alone('models.create.steps', async ({ client }) => {
  const model = 'conformance/models-steps'
  const body = { model, from: models.templated, system: 'Steps.' }
  const { records } = await client.send({ method: 'POST', path: '/api/create', body })
  await remove(client, model)
  return records.map(({ status }) => String(status).replace(/sha256:.*/, '…'))
})

check.alone('models.requests.fields', async ({ client }) => {
  const name = 'conformance/models-named'
  const created = await create(client, { name, files })
  const shown = await post(client, '/api/show', { name })
  const deleted = await client.send({ method: 'DELETE', path: '/api/delete', body: { name } })
  return { created: created.status, shown: shown.status, deleted: deleted.status }
})

check('models.show.system-field', async ({ client }) => {
  const body = { model: models.historian, system: 'Another.' }
  const { json } = await client.send({ method: 'POST', path: '/api/show', body })
  return json.system
})

check('models.ps.name', async ({ client }) => {
  // No other model has this file: a runner is listed under the name that loaded it.
  await generate(client, { model: models.starter, prompt: '' })
  const { json } = await client.send({ method: 'GET', path: '/api/ps' })
  const loaded = json.models.find(({ name }) => name.startsWith(models.starter))
  return { name: loaded?.name, model: loaded?.model }
})

check('models.blobs.query', async ({ client }) => {
  const query = wrong({ method: 'HEAD', path: `/api/blobs?digest=${MODEL_FILE}` })
  return { path: await hasBlob(client, MODEL_FILE), query: (await client.send(query)).status }
})

// Fields that the checks above do without

check('models.show.capabilities.embedding', async ({ client }) => {
  return (await show(client, models.embedder)).capabilities
})

check('models.show.verbose', async ({ client }) => {
  const tokensOf = async (verbose: boolean) => {
    const { json } = await post(client, '/api/show', { model: models.spare, verbose })
    return json.model_info['tokenizer.ggml.tokens']?.length ?? null
  }
  return { short: await tokensOf(false), verbose: await tokensOf(true) }
})

check('models.show.options', async ({ client }) => {
  const request = { model: models.templated, template: 'T', options: { seed: 5 } }
  const { json } = await post(client, '/api/show', request)
  return {
    modelfile: json.modelfile.includes('PARAMETER seed 5'),
    parameters: json.parameters.includes('seed'),
    template: json.template,
  }
})

for (const [name, options, known] of [
  ['runner', { main_gpu: 0 }, {}],
  [
    'removed',
    { use_mlock: false, low_vram: false, f16_kv: true, logits_all: false, vocab_only: false },
    { from: '0.7.0' },
  ],
  ['draft', { draft_num_predict: 2 }, { before: '0.30.0' }],
] as const) {
  check(`models.show.options.${name}`, async ({ client }) => {
    const body = { model: models.templated, options }
    const request = { method: 'POST', path: '/api/show', body } as const
    const { json } = await client.send(name === 'runner' ? request : wrong(request, known))
    return Object.keys(options).filter((option) => json.modelfile.includes(`PARAMETER ${option} `))
  })
}

/** Status of a refusal, and the words that did not move between versions. */
const refusal = ({ status, json }: { status: number | undefined; json: { error: string } }) =>
  `${status} ${json.error.replace(/ for .*/, '')}`

check.alone('models.create.quantize', async ({ client }) => {
  const model = 'conformance/models-quantized'
  const one = await create(client, { model, files, quantize: 'q8_0' })
  const other = await create(client, { model, files, quantization: 'q8_0' })
  return { quantize: refusal(one), quantization: refusal(other) }
})

check.alone('models.create.adapters', async ({ client }) => {
  const model = 'conformance/models-adapted'
  const created = await create(client, { model, files, adapters: { 'adapter.gguf': MODEL_FILE } })
  const { modelfile } = await show(client, model)
  await remove(client, model)
  return { status: created.status, adapter: /^ADAPTER /m.test(modelfile) }
})

check.alone('models.create.draft', async ({ client }) => {
  const model = 'conformance/models-drafting'
  const draft_files = { 'draft.gguf': MODEL_FILE }
  const quantized = await create(client, { model, files, draft_files, draft_quantize: 'q8_0' })
  const created = await create(client, { model, files, draft_files })
  await remove(client, model)
  return { status: created.status, draft_quantize: refusal(quantized) }
})

check.alone('models.create.requires', async ({ client }) => {
  const model = 'conformance/models-licensed'
  const body = {
    model,
    from: models.spare,
    license: ['One.', 'Two.'],
    requires: '0.12.3',
    renderer: 'qwen3-coder',
    parser: 'qwen3-coder',
    stream: false,
  }
  await client.send(wrong({ method: 'POST', path: '/api/create', body }, { before: '0.14.0' }))
  const { license, requires } = await show(client, model)
  await remove(client, model)
  return { license, requires }
})

check.alone('models.tags.remote', async ({ client }) => {
  const model = 'conformance/models-remote'
  const body = { model, from: 'gpt-oss:20b', remote_host: 'https://ollama.com' }
  const created = await create(client, body)
  const { json } = await client.send({ method: 'GET', path: '/api/tags' })
  const { remote_model, remote_host, details } = json.models.filter(
    ({ name }) => name === `${model}:latest`,
  )[0]
  await remove(client, model)
  return { status: created.status, remote_model, remote_host, families: details.families }
})
