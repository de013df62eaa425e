import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { writeGguf } from '../../fixtures/instruments/gguf.ts'
import { instrumentFile, instruments } from '../../fixtures/instruments/instruments.ts'
import { LETTERS } from '../../fixtures/instruments/letters.ts'
import { isNamed, models, PARAMETERS, tagged } from '../../fixtures/instruments/models.ts'
import { tableModel, tableParts } from '../../fixtures/instruments/table-model.ts'
import { check, type Tools } from '../../harness/run/check.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import type { Verbs } from '../../harness/wire/verbs.ts'
import { askEach, outcome, pick } from '../answers.ts'
import { findLoaded, listLoaded, poll, unload, withModel } from './loaded.ts'
import { MADE, making, said, stored } from './making.ts'
import { pictured } from './pictures.ts'
import { GREEDY, user } from './requests.ts'

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`
const MODEL_FILE = instrumentFile('spare').digest
const files = { 'spare.gguf': MODEL_FILE }
/** The layer of a model's parameters: JSON with sorted keys and a newline. */
const layerOf = (parameters: object) => `${JSON.stringify(parameters, Object.keys(parameters).sort())}\n`

const show = async (post: Verbs['post'], model: string) => (await post('/api/show', { model })).json
/** The entry of a model in the list of models. */
const tagOf = async (get: Verbs['get'], model: string) =>
  (await get('/api/tags')).json.models.filter(isNamed(model))[0]
const keys = (value: object) => Object.keys(value).sort()

/** `name value` of each parameter that show gives, sorted. */
const parameterLines = ({ parameters }: { parameters: string }) =>
  parameters.replace(/ +/g, ' ').split('\n').sort()

// Blobs

check.alone('models.blobs.life', async ({ client, head, post }) => {
  const text = 'A blob of the conformance suite.'
  const path = `/api/blobs/${digestOf(text)}` as const
  const before = (await head(path)).status
  const uploads = [(await post(path, text)).status, (await post(path, text)).status]
  const after = (await head(path)).status
  // A system message is a layer of plain text, so this model takes the blob and its deletion takes it away.
  const body = { model: 'conformance/models-blob', from: models.spare, system: text }
  await withModel(client, body, async () => {})
  return { before, uploads, after, without_model: (await head(path)).status }
})

check('models.blobs.malformed-digest', async ({ head, post }) => ({
  head: (await head.wrong('/api/blobs/sha256:123')).status,
  upload: outcome(await post.wrong('/api/blobs/sha256:123', 'text')),
}))

check.alone('models.blobs.mismatch', async ({ client, head, post }) => {
  const text = 'some text'
  const claimed = `/api/blobs/${digestOf('another text')}` as const
  const upload = await post(claimed, text)
  const stored = (await head(`/api/blobs/${digestOf(text)}`)).status
  const there = (await head(claimed)).status
  const body = { model: 'conformance/models-blob', from: models.spare, system: text }
  await withModel(client, body, async () => {})
  return { ...outcome(upload), stored, claimed: there }
})

check(
  'models.blobs.dash',
  async ({ head }) => (await head(`/api/blobs/${MODEL_FILE.replace(':', '-')}`)).status,
)

// Create

/** The statuses of a create, each digest replaced by what the layer holds. */
const statuses = ({ records }: Pick<Exchange, 'records'>, layers: Record<string, string>) =>
  records.map(({ status }) =>
    String(status).replace(/sha256:\w+/, (digest) => `<${layers[digest] ?? 'unknown'}>`),
  )

check.alone('models.create.layers', async ({ client }) => {
  const parts = { template: '[{{ .Prompt }}]', system: 'Be brief.', license: 'None.' }
  const parameters = { ...PARAMETERS, seed: 41 }
  const body = { model: 'conformance/models-layers', files, ...parts, parameters, stream: true }
  return withModel(client, body, async (created) =>
    statuses(created, {
      [MODEL_FILE]: 'model',
      [digestOf(parts.template)]: 'template',
      [digestOf(parts.system)]: 'system',
      [digestOf(parts.license)]: 'license',
      [digestOf(layerOf(parameters))]: 'parameters',
    }),
  )
})

check.alone('models.create.layers.default', ({ client, post }) => {
  const model = 'conformance/models-bare'
  return withModel(client, { model, files, stream: true }, async (created) => {
    const shown = await show(post, model)
    return {
      statuses: statuses(created, { [MODEL_FILE]: 'model' }),
      parameters: 'parameters' in shown,
      template: shown.template,
      system: 'system' in shown,
    }
  })
})

/** By how many bytes the second of two new models is larger than the first. */
const sizeDifference = ({ client, get }: Tools, one: { model: string }, other: { model: string }) =>
  withModel(client, one, () =>
    withModel(client, other, async () => {
      const { json } = await get('/api/tags')
      const size = (model: string) => json.models.filter(({ name }) => name === tagged(model))[0].size
      return size(other.model) - size(one.model)
    }),
  )

check.alone('models.create.parameters-layer', async (tools) => {
  const one = { model: 'conformance/models-one', from: models.spare }
  const other = { model: 'conformance/models-other', from: models.spare, parameters: { seed: 12345 } }
  return {
    size_differs_by: await sizeDifference(tools, one, other),
    layers_differ_by: layerOf({ ...PARAMETERS, seed: 12345 }).length - layerOf(PARAMETERS).length,
  }
})

check.alone('models.size.config', async (tools) => {
  const one = { model: 'conformance/models-one', from: models.spare, parser: 'harmony' }
  const other = { model: 'conformance/models-other', from: models.spare, parser: 'passthrough' }
  return { size_differs_by: await sizeDifference(tools, one, other) }
})

check.alone('models.create.answer', ({ client }) =>
  withModel(client, { model: 'conformance/models-answer', from: models.spare }, async (created) => ({
    status: created.status,
    body: created.json,
    content_type: created.contentType,
  })),
)

check.alone('models.create.from', ({ client, post }) => {
  const parent = {
    model: 'conformance/models-parent',
    from: models.spare,
    template: '[{{ .Prompt }}]',
    system: 'One.',
    parameters: { seed: 1, top_k: 2 },
  }
  const model = 'conformance/models-child'
  const child = { model, from: parent.model, system: 'Two.', parameters: { seed: 9 } }
  return withModel(client, parent, () =>
    withModel(client, child, async () => {
      const shown = await show(post, model)
      return { template: shown.template, system: shown.system, parameters: parameterLines(shown) }
    }),
  )
})

check.alone('models.create.replaces', ({ client, post }) => {
  const model = 'conformance/models-replaced'
  const body = { model, prompt: 'abc', stream: false, options: { ...GREEDY, num_predict: 2 } }
  return withModel(client, { model, from: models.spare, template: '{{ .Prompt }}0' }, async () => {
    const first = (await post('/api/generate', body)).json.response
    await post('/api/create', { model, from: models.spare, template: '{{ .Prompt }}A', stream: false })
    return { first, second: (await post('/api/generate', body)).json.response }
  })
})

/** A refusal, without where the server keeps its models and in the words that did not move between versions. */
const refusal = (exchange: Exchange) => {
  const { status, error } = outcome(exchange)
  return { status, error: error?.replace(/\S*(?=[/\\]blobs)/, '…').replace(/ for .*/, '') }
}

const wrongCreate = async ({ post, given }: Pick<Tools, 'post' | 'given'>) =>
  refusal(await post.wrong('/api/create', { ...given, stream: false }))

check.alone('models.create.refused.no-name', wrongCreate)
check.alone('models.create.refused.no-source', wrongCreate)
check.alone('models.create.refused.old-body', wrongCreate)
check.alone('models.create.refused.malformed-from', wrongCreate)
check.alone('models.create.refused.missing-blob', wrongCreate)
check.alone('models.create.refused.malformed-digest', wrongCreate)
check.alone('models.create.refused.license-type', wrongCreate)
check.alone('models.create.refused.license-item', wrongCreate)

const REFUSED = 'conformance/models-refused'

check.alone('models.create.refused.not-gguf', ({ post }) => {
  const files = { 'a.gguf': digestOf(layerOf(PARAMETERS)) }
  return wrongCreate({ post, given: { model: REFUSED, files } })
})

check.alone('models.create.refused.quantize-type', ({ post }) =>
  wrongCreate({ post, given: { model: REFUSED, files, quantize: 'ZZ' } }),
)

check('models.create.refused.stream', async ({ post }) => {
  const { status, records } = await post.wrong('/api/create', { model: REFUSED })
  return { status, records }
})

// Show, tags, ps

check('models.show.keys', async ({ post }) => keys(await show(post, models.templated)))

check('models.show.details', async ({ post }) => {
  const { parent_model, ...details } = (await show(post, models.spare)).details
  return { ...details, parent_is_blob: /[/\\]blobs[/\\]sha256-[0-9a-f]{64}$/.test(parent_model) }
})

check('models.show.parameters', async ({ post }) => parameterLines(await show(post, models.spare)))

check('models.show.capabilities', async ({ post }) => (await show(post, models.spare)).capabilities)

check('models.show.model-info', async ({ post }) => {
  const { model_info } = await show(post, models.spare)
  const tokens = model_info['tokenizer.ggml.tokens']
  return {
    architecture: model_info['general.architecture'],
    context_length: model_info['llama.context_length'],
    name: 'general.name' in model_info,
    tokens: tokens === null ? null : tokens?.length,
  }
})

check('models.show.unknown', async ({ post }) =>
  outcome(await post('/api/show', { model: 'conformance/nothing' })),
)

check('models.show.no-name', async ({ post }) => outcome(await post('/api/show', {})))

check('models.show.name-field', async ({ post }) => {
  const { status, json } = await post('/api/show', { name: models.templated })
  return { status, template: json.template }
})

check('models.names.case', async ({ post }) => {
  const { status, json } = await post('/api/generate', {
    model: models.successor.toUpperCase(),
    prompt: 'abc',
    raw: true,
    stream: false,
    options: { ...GREEDY, num_predict: 2 },
  })
  return { status, response: json.response, model: json.model }
})

/** What clients read of an entry; that nothing else is there is a matter of the schema. */
const LISTED = ['name', 'model', 'modified_at', 'size', 'digest', 'details']
const DETAILS = ['parent_model', 'format', 'family', 'families', 'parameter_size', 'quantization_level']
const lacking = (value: object, keys: readonly string[]) => keys.filter((key) => !(key in value))

check('models.tags.entry', async ({ get }) => {
  const entry = await tagOf(get, models.spare)
  return {
    lacks: lacking(entry, LISTED),
    details_lack: lacking(entry.details ?? {}, DETAILS),
    name_is_model: entry.name === entry.model,
    digest: /^[0-9a-f]{64}$/.test(entry.digest),
  }
})

check.alone('models.ps.entry', async ({ client, get, post }) => {
  await unload(client)
  await post('/api/generate', { model: models.spare, prompt: '', stream: false, options: GREEDY })
  const loaded = await listLoaded(client)
  const tags = (await get('/api/tags')).json.models
  return {
    keys: keys(loaded.find(isNamed(models.spare)) ?? {}),
    digest_as_in_tags: loaded.every(({ name, digest }) => {
      const tag = tags.find((one) => one.name === name)
      return tag === undefined || tag.digest === digest
    }),
  }
})

// Copy and delete

check.alone('models.copy.same-model', async ({ post, del }) => {
  const destination = 'conformance/models-copy'
  const { status, text } = await post('/api/copy', { source: models.templated, destination })
  const { template } = await show(post, destination)
  await del('/api/delete', { model: destination })
  const original = await show(post, models.templated)
  return { status, body: text, template, original_stays: original.template === template }
})

check('models.copy.refused', async ({ post }) => {
  const copy = async (source: string, destination: string) =>
    outcome(await post('/api/copy', { source, destination }))
  return {
    unknown: await copy('conformance/nothing', 'conformance/models-copy'),
    malformed: await copy('bad name!', 'also bad!'),
    malformed_destination: await copy(models.spare, 'bad name!'),
  }
})

check.alone('models.copy.refused.kept', ({ client, get, post }) => {
  const [present, absent] = ['conformance/models-kept', 'conformance/models-kept:absent']
  return withModel(client, { model: present, from: models.spare, system: 'Kept.' }, async () => {
    for (const destination of [present, absent]) {
      await post('/api/copy', { source: 'conformance/nothing', destination })
    }
    const { system } = await show(post, present)
    const listed = (await get('/api/tags')).json.models.map(({ name }) => name)
    return { system, listed: listed.filter((name) => name.startsWith(present)) }
  })
})

check.alone('models.delete.gone', async ({ post, del }) => {
  const model = 'conformance/models-doomed'
  await post('/api/create', { model, from: models.spare, stream: false })
  const { status, text } = await del('/api/delete', { model })
  const asked = await post('/api/generate', { model, prompt: 'abc', stream: false, options: GREEDY })
  const again = await del('/api/delete', { model })
  return { status, body: text, asked: outcome(asked), again: outcome(again) }
})

check.alone('models.delete.loaded', async ({ client, post }) => {
  const model = 'conformance/models-doomed'
  const load = { prompt: '', stream: false, options: GREEDY }
  await unload(client)
  await withModel(client, { model, from: models.spare }, () => post('/api/generate', { model, ...load }))
  const loaded = (await findLoaded(client, model)) !== undefined
  // The runner belongs to the file, so it goes with any other model of the file.
  await post('/api/generate', { model: models.spare, ...load, keep_alive: 0 })
  return { loaded }
})

// What docs/openapi.yaml and docs/api.md say otherwise

check.alone('models.create.steps', async ({ post, del }) => {
  const model = 'conformance/models-steps'
  const { records } = await post('/api/create', { model, from: models.templated, system: 'Steps.' })
  await del('/api/delete', { model })
  return records.map(({ status }) => String(status).replace(/sha256:.*/, '…'))
})

check.alone('models.requests.fields', async ({ post, del }) => {
  const name = 'conformance/models-named'
  return {
    created: (await post('/api/create', { name, files, stream: false })).status,
    shown: (await post('/api/show', { name })).status,
    deleted: (await del('/api/delete', { name })).status,
  }
})

check('models.show.system-field', async ({ post }) => {
  const { json } = await post('/api/show', { model: models.historian, system: 'Another.' })
  return json.system
})

check('models.show.system-modelfile', async ({ post }) => {
  const { json } = await post('/api/show', { model: models.historian, system: 'Another.' })
  return json.modelfile.split('\n').filter((line: string) => line.startsWith('SYSTEM'))
})

check('models.ps.name', async ({ get, post }) => {
  // No other model has this file: a runner is listed under the name that loaded it.
  await post('/api/generate', { model: models.starter, prompt: '', stream: false, options: GREEDY })
  const loaded = (await get('/api/ps')).json.models.find(({ name }) => name.startsWith(models.starter))
  return { name: loaded?.name, model: loaded?.model }
})

check('models.blobs.query', async ({ head }) => ({
  path: (await head(`/api/blobs/${MODEL_FILE}`)).status,
  query: (await head.wrong(`/api/blobs?digest=${MODEL_FILE}`)).status,
}))

// Fields that the checks above do without

check(
  'models.show.capabilities.embedding',
  async ({ post }) => (await show(post, models.embedder)).capabilities,
)

check('models.show.verbose', ({ post }) =>
  askEach({ short: false, verbose: true }, async (verbose) => {
    const { json } = await post('/api/show', { model: models.spare, verbose })
    return json.model_info['tokenizer.ggml.tokens']?.length ?? null
  }),
)

check('models.show.options', async ({ post }) => {
  const { json } = await post('/api/show', { model: models.templated, template: 'T', options: { seed: 5 } })
  return {
    modelfile: json.modelfile.includes('PARAMETER seed 5'),
    parameters: json.parameters.includes('seed'),
    template: json.template,
  }
})

check.each('models.show.options.*', async ({ post, given: options }) => {
  const { json } = await post('/api/show', { model: models.templated, options })
  return Object.keys(options).filter((option) => json.modelfile.includes(`PARAMETER ${option} `))
})

check.alone('models.create.quantize', async ({ post }) => {
  const body = { model: 'conformance/models-quantized', files, stream: false }
  return {
    quantize: refusal(await post('/api/create', { ...body, quantize: 'q8_0' })),
    quantization: refusal(await post('/api/create', { ...body, quantization: 'q8_0' })),
  }
})

check.alone('models.create.adapters', ({ client, post }) => {
  const model = 'conformance/models-adapted'
  return withModel(client, { model, files, adapters: { 'adapter.gguf': MODEL_FILE } }, async ({ status }) => {
    const { details, modelfile } = await show(post, model)
    return { status, adapter: /^ADAPTER /m.test(modelfile), families: details.families }
  })
})

check.alone('models.create.draft', async ({ client, post }) => {
  const body = { model: 'conformance/models-drafting', files, draft_files: { 'draft.gguf': MODEL_FILE } }
  const quantized = await post('/api/create', { ...body, draft_quantize: 'q8_0', stream: false })
  return withModel(client, body, async ({ status }) => ({
    status,
    draft_quantize: refusal(quantized),
  }))
})

check.alone('models.create.requires', ({ client, post }) => {
  const model = 'conformance/models-licensed'
  const built = { requires: '0.12.3', renderer: 'qwen3-coder', parser: 'qwen3-coder' }
  return withModel(client, { model, from: models.spare, license: ['One.', 'Two.'], ...built }, async () => {
    const { license, requires } = await show(post, model)
    return { license, requires }
  })
})

check.alone('models.tags.remote', ({ client, get }) => {
  const model = 'conformance/models-remote'
  const body = { model, from: 'gpt-oss:20b', remote_host: 'https://ollama.com' }
  return withModel(client, body, async ({ status }) => {
    const { remote_model, remote_host, details } = await tagOf(get, model)
    return { status, remote_model, remote_host, families: details.families }
  })
})

// What a model takes from the one that it is made of

const PARENT = {
  model: 'conformance/models-parent',
  from: models.spare,
  template: '[{{ .Prompt }}]',
  system: 'One.',
  license: 'First.',
  parameters: { seed: 1, stop: ['x', 'y'] },
  messages: [user('ping'), { role: 'assistant' as const, content: 'pong' }],
}

/** What show gives of a model that is made of the parent. */
const inherited = ({ client, post }: Tools, more: object) => {
  const model = 'conformance/models-child'
  return withModel(client, PARENT, () =>
    withModel(client, { model, from: PARENT.model, ...more }, async () => {
      const shown = await show(post, model)
      const { template, system, license, messages } = shown
      return {
        template,
        system,
        license,
        messages: messages?.map(({ content }) => content),
        parameters: parameterLines(shown),
      }
    }),
  )
}

check.alone.each('models.create.inherits.*', (tools) => inherited(tools, tools.given))

check.alone('models.create.inherits-built-in', ({ client, post }) => {
  const [parent, child] = ['conformance/models-built', 'conformance/models-built-child']
  const lines = async (model: string) =>
    (await show(post, model)).modelfile.match(/^(RENDERER|PARSER|REQUIRES) .*$/gm)
  const body = {
    model: parent,
    from: models.spare,
    renderer: 'qwen3-coder',
    parser: 'qwen3-coder',
    requires: '0.14.0',
  }
  return withModel(client, body, () =>
    withModel(client, { model: child, from: parent }, async () => ({
      parent: await lines(parent),
      child: await lines(child),
    })),
  )
})

check.alone('models.create.case', ({ client, get }) => {
  const model = 'conformance/models-case'
  return withModel(client, { model, from: models.spare }, async () => {
    await client.send({
      method: 'POST',
      path: '/api/create',
      body: { model: 'Conformance/Models-CASE', from: models.spare, system: 'S', stream: false },
    })
    const names = (await get('/api/tags')).json.models.map(({ name }) => name)
    return names.filter((name) => /models-case/i.test(name))
  })
})

check.alone('models.create.tags', ({ client, get, del }) => {
  const [first, second] = ['conformance/models-tagged:one', 'conformance/models-tagged:two']
  const listed = async () =>
    (await get('/api/tags')).json.models
      .map(({ name }) => name)
      .filter((name) => name.includes('models-tagged'))
      .sort()
  return withModel(client, { model: first, from: models.spare }, () =>
    withModel(client, { model: second, from: models.spare }, async () => {
      const both = await listed()
      await del('/api/delete', { model: second })
      const left = await listed()
      await client.send({
        method: 'POST',
        path: '/api/create',
        body: { model: second, from: first, stream: false },
      })
      return { both, left }
    }),
  )
})

// Requests that create refuses

const NOTE = 'A note that is no model.'

check.alone.each('models.create.invalid.*', async ({ post, del, given }) => {
  await post(`/api/blobs/${digestOf(NOTE)}`, NOTE)
  // What takes it as a layer and is deleted may have taken it away.
  await post(`/api/blobs/${MODEL_FILE}`, instrumentFile('spare').bytes)
  const body = JSON.parse(
    JSON.stringify({ model: REFUSED, ...(given.from ? {} : { files }), ...given })
      .replaceAll('{model}', MODEL_FILE)
      .replaceAll('{note}', digestOf(NOTE)),
  )
  const exchange = await post.wrong('/api/create', { ...body, stream: false })
  const { status, error } = outcome(exchange)
  if (status === 200) await del('/api/delete', { model: REFUSED })
  return { status, error: error?.replace(/\S*(?=[/\\]blobs)/, '…') }
})

// Remote models

const FAR = {
  model: 'conformance/models-remote',
  from: 'conformance/far',
  remote_host: 'http://far.example:80',
  info: {
    model_family: 'far',
    base_name: 'base',
    quantization_level: 'Q4_0',
    parameter_size: '7B',
    context_length: 5,
    embedding_length: 6,
    capabilities: ['completion', 'tools'],
  },
}

check.alone('models.create.remote.info', ({ client, get }) =>
  withModel(client, FAR, async () => {
    const { remote_model, remote_host, size, details } = await tagOf(get, FAR.model)
    const { parent_model: _, ...rest } = details
    return { remote_model, remote_host, without_size: size < 1000, details: rest }
  }),
)

check.alone.each('models.create.remote-host.*', ({ client, get, given }) =>
  withModel(client, { model: FAR.model, ...given }, async () =>
    pick(await tagOf(get, FAR.model), 'remote_model', 'remote_host', 'capabilities'),
  ),
)

check.alone('models.remote.refused', ({ client, post }) => {
  const model = 'conformance/models-remote'
  return withModel(
    client,
    { model, from: 'conformance/far', remote_host: 'http://127.0.0.1:1' },
    async () => ({
      show: outcome(await post('/api/show', { model })),
      generate: outcome(await post('/api/generate', { model, prompt: 'a', stream: false })),
      chat: outcome(
        await post('/api/chat', { model, messages: [{ role: 'user', content: 'a' }], stream: false }),
      ),
      embed: outcome(await post('/api/embed', { model, input: 'a' })),
    }),
  )
})

// Show, tags, ps: what the values are

check('models.show.messages', async ({ post }) => (await show(post, models.historian)).messages)

check.alone('models.show.parameters.values', ({ client, post }) => {
  const model = 'conformance/models-shown'
  const parameters = { stop: ['x', 'a "b"'], top_p: 0.5, top_k: 5, use_mmap: true, temperature: 1 }
  return withModel(client, { model, from: models.spare, parameters }, async () =>
    parameterLines(await show(post, model)),
  )
})

check.alone('models.show.modelfile', ({ client, post }) =>
  withModel(client, PARENT, async () => {
    const { modelfile } = await show(post, PARENT.model)
    const lines = modelfile.split('\n').map((line) =>
      line
        .trimEnd()
        .replace(/\S*(?=[/\\]blobs)/, '…')
        .replace(/\w{64}$/, '…'),
    )
    // The parameters come in another order each time.
    const parameters = lines.filter((line) => line.startsWith('PARAMETER')).sort()
    return lines.map((line) => (line.startsWith('PARAMETER') ? parameters.shift() : line))
  }),
)

check.alone('models.show.modelfile.quotes', ({ client, post }) => {
  const model = 'conformance/models-quoted'
  return withModel(client, { model, from: models.spare, system: 'Say "no".\nTwice.' }, async () => {
    const { modelfile } = await show(post, model)
    return modelfile.split('\n').filter((line) => /no|Twice/.test(line) && !line.includes('blobs'))
  })
})

check.alone('models.show.modelfile.spaces', ({ client, post }) =>
  askEach({ behind: 'Brief ', before: ' Brief', none: 'Brief' }, (system) => {
    const model = 'conformance/models-spaced'
    return withModel(client, { model, from: models.spare, system }, async () => {
      const { modelfile } = await show(post, model)
      return modelfile.split('\n').filter((line) => line.startsWith('SYSTEM'))
    })
  }),
)

check.each(
  'models.show.capabilities.of.*',
  async ({ post, given }) => (await show(post, `conformance/${given}`)).capabilities,
)

check('models.show.modified_at', async ({ get, post }) => {
  const { modified_at } = await show(post, models.templated)
  return {
    as_in_tags: (await tagOf(get, models.templated)).modified_at === modified_at,
    rfc3339: /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(modified_at),
  }
})

check('models.show.tensors', async ({ post }) => {
  const { tensors } = (await post('/api/show', { model: models.spare, verbose: true })).json
  return { count: tensors?.length, first: tensors?.find(({ name }) => name === 'token_embd.weight') }
})

check('models.show.model-info.values', async ({ post }) => {
  const { model_info } = await show(post, models.spare)
  const wanted = [
    'general.file_type',
    'general.parameter_count',
    'llama.block_count',
    'llama.embedding_length',
    'llama.attention.head_count',
    'llama.vocab_size',
  ]
  return Object.fromEntries(wanted.map((key) => [key, model_info[key]]))
})

check('models.show.copilot', async ({ post }) => {
  const headers = { 'user-agent': 'GitHubCopilotChat/1.0' }
  const { json } = await post('/api/show', { model: models.spare }, { headers })
  return json.model_info['general.basename'] ?? null
})

check('models.show.copilot-next', async ({ post }) => {
  const basename = async (headers = {}) =>
    (await post('/api/show', { model: models.tuned }, { headers })).json.model_info['general.basename'] ??
    null
  return {
    before: await basename(),
    copilot: await basename({ 'user-agent': 'GitHubCopilotChat/1.0' }),
    next: await basename(),
  }
})

check('models.tags.details', async ({ get }) => {
  const { details, capabilities } = await tagOf(get, models.spare)
  const { parent_model: _, ...rest } = details
  return { ...rest, capabilities }
})

check.alone('models.tags.order', ({ client, get, post }) => {
  const body = { model: 'conformance/models-latest', from: models.spare }
  return withModel(client, body, async () => {
    /** The list is in the order of whole seconds, so the model is made again until its second is another than the oldest's. */
    const seconds = async () => {
      await post('/api/create', { ...body, stream: false })
      return (await get('/api/tags')).json.models.map(({ modified_at }) =>
        Math.floor(Date.parse(modified_at) / 1000),
      )
    }
    const listed = await poll(seconds, (times) => times[0] !== times.at(-1))
    return listed.every((time, index) => index === 0 || time <= (listed[index - 1] ?? 0))
  })
})

check.alone('models.ps.order', async ({ client, get, post }) => {
  const load = { prompt: '', stream: false, options: GREEDY }
  await post('/api/generate', { ...load, model: models.spare, keep_alive: '20m' })
  await post('/api/generate', { ...load, model: models.starter, keep_alive: '40m' })
  await post('/api/generate', { ...load, model: models.stopper, keep_alive: '30m' })
  const ours = [models.spare, models.starter, models.stopper].map((name) => `${name}:latest`)
  const { json } = await get('/api/ps')
  await unload(client)
  return json.models.map(({ name }) => name).filter((name) => ours.includes(name))
})

check.alone('models.ps.values', async ({ client, post }) => {
  await unload(client)
  await post('/api/generate', { model: models.spare, prompt: '', stream: false, options: GREEDY })
  const entry = await findLoaded(client)
  const { parent_model: _, ...details } = entry?.details ?? {}
  return {
    details,
    size_vram: entry?.size_vram,
    name_is_model: entry?.name === entry?.model,
  }
})

// Copy and delete, once more

check.alone('models.copy.onto-existing', ({ client, get, post }) => {
  const [source, destination] = ['conformance/models-source', 'conformance/models-destination']
  return withModel(client, { model: source, from: models.spare, system: 'Source.' }, () =>
    withModel(client, { model: destination, from: models.spare, system: 'Destination.' }, async () => {
      const { status } = await post('/api/copy', { source, destination })
      const { json } = await get('/api/tags')
      const [from, to] = [source, destination].map(
        (model) => json.models.filter(({ name }) => name === `${model}:latest`)[0],
      )
      return {
        status,
        system: (await show(post, destination)).system,
        same_digest: from?.digest === to?.digest,
        same_size: from?.size === to?.size,
      }
    }),
  )
})

check.alone('models.copy.tags', async ({ get, post, del }) => {
  const [source, destination] = [models.templated, 'conformance/models-copy:tag']
  await post('/api/copy', { source, destination })
  const listed = (await get('/api/tags')).json.models
    .map(({ name }) => name)
    .filter((name) => name.includes('models-copy'))
  await del('/api/delete', { model: destination })
  return listed
})

check.alone('models.copy.tag-of-source', async ({ client, get, post, del }) => {
  const [source, destination] = ['conformance/models-tagged:one', 'conformance/models-untagged']
  return withModel(client, { model: source, from: models.spare }, async () => {
    await post('/api/copy', { source, destination })
    const made = (await get('/api/tags')).json.models
      .map(({ name }) => name)
      .filter((name) => name.startsWith(destination))
    for (const model of made) await del('/api/delete', { model })
    return made
  })
})

check.alone('models.copy.again', ({ client, get, post }) => {
  const [source, model] = ['conformance/models-from', 'conformance/models-again']
  const body = { model, from: models.spare }
  const modified = async () => Date.parse((await tagOf(get, model)).modified_at)
  return withModel(client, { ...body, model: source }, () =>
    withModel(client, body, async () => {
      let last = await modified()
      // Some file systems know the time in steps of milliseconds, in which it is done again.
      const renewedBy = async (act: () => Promise<unknown>) => {
        const before = last
        for (let tries = 0; last === before && tries < 20; tries++) {
          await act()
          last = await modified()
        }
        return last > before
      }
      return {
        copied: await renewedBy(() => post('/api/copy', { source, destination: model })),
        created: await renewedBy(() => post('/api/create', { ...body, stream: false })),
      }
    }),
  )
})

check.alone('models.copy.itself', async ({ post }) => {
  const { status } = await post('/api/copy', { source: models.historian, destination: models.historian })
  return { status, system: (await show(post, models.historian)).system }
})

check.alone('models.copy.case', async ({ get, post, del }) => {
  const destination = 'conformance/models-copy'
  await post('/api/copy', { source: models.templated.toUpperCase(), destination })
  await post('/api/copy', { source: models.historian, destination: destination.toUpperCase() })
  const { system } = await show(post, destination)
  const listed = (await get('/api/tags')).json.models
    .map(({ name }) => name)
    .filter((name) => /models-copy/i.test(name))
  for (const name of listed) await del('/api/delete', { model: name })
  return { listed, system }
})

check.alone('models.delete.shared-file', async ({ head, post, del }) => {
  const text = 'A system message of two models.'
  const [one, two] = ['conformance/models-one', 'conformance/models-two']
  await post('/api/create', { model: one, from: models.spare, system: text, stream: false })
  await post('/api/create', { model: two, from: one, stream: false })
  const path = `/api/blobs/${digestOf(text)}` as const
  await del('/api/delete', { model: one })
  const one_left = (await head(path)).status
  await del('/api/delete', { model: two })
  return { one_left, none_left: (await head(path)).status }
})

check.each('models.delete.refused.*', async ({ del, given }) =>
  outcome(await del.wrong('/api/delete', given ?? undefined)),
)

check.each('models.copy.invalid.*', async ({ post, given }) =>
  outcome(await post.wrong('/api/copy', given ?? undefined)),
)

check.alone('models.tags.context-given', ({ client, get }) =>
  askEach({ some: 77, zero: 0 }, (context_length) => {
    const model = 'conformance/models-informed'
    return withModel(client, { model, from: models.spare, info: { context_length } }, async () =>
      pick((await tagOf(get, model)).details, 'context_length', 'embedding_length'),
    )
  }),
)

check('models.show.cloud-off', async ({ post }) =>
  outcome(await post('/api/show', { model: 'conformance/nothing:cloud' })),
)

check('models.errors.body', ({ post }) =>
  askEach({ create: '/api/create', pull: '/api/pull', push: '/api/push' } as const, (path) =>
    askEach({ absent: undefined, cut: '{"model":', broken: '{bad' }, async (body) =>
      outcome(await post.wrong(path, body)),
    ),
  ),
)

check.each('models.show.invalid.*', async ({ post, given }) =>
  outcome(await post.wrong('/api/show', given ?? undefined)),
)

check.each('models.show.null.*', async ({ post, given }) => {
  const { status, json } = await post.wrong('/api/show', { model: models.historian, ...given })
  return { status, system: json.system }
})

// Names

check.each('models.names.full.*', async ({ post, given }) => {
  const { status, json } = await post.wrong('/api/generate', {
    model: given,
    prompt: 'abc',
    raw: true,
    stream: false,
    options: { ...GREEDY, num_predict: 2 },
  })
  return { status, answer: json.error ?? json.response }
})

check.alone('models.blobs.twice', async ({ head, post }) => {
  const path = `/api/blobs/${MODEL_FILE}` as const
  await post(path, instrumentFile('spare').bytes)
  return {
    upload: (await post(path, 'not read')).status,
    head: (await head(path)).status,
    unknown: (await head(`/api/blobs/${digestOf('nobody has this')}`)).status,
  }
})

check('models.blobs.digests', ({ head }) =>
  askEach(
    {
      upper_case: MODEL_FILE.toUpperCase(),
      short: MODEL_FILE.slice(0, -1),
      long: `${MODEL_FILE}0`,
      other_hash: MODEL_FILE.replace('sha256', 'sha512'),
      bare: MODEL_FILE.slice(7),
    },
    async (digest) => (await head.wrong(`/api/blobs/${digest}`)).status,
  ),
)

// Names, old fields beside new ones, and what is shown of a name

check.alone('models.requests.both', async ({ client, post, del }) => {
  const [model, name] = ['conformance/models-new', 'conformance/models-old']
  const exists = async (one: string) => {
    const { status, error } = outcome(await post('/api/show', { model: one }))
    return status === 200 ? true : error?.replace(':latest', '')
  }
  await client.send({
    method: 'POST',
    path: '/api/create',
    body: { model, name, from: models.spare, system: 'New.', stream: false },
  })
  const created = { model: await exists(model), name: await exists(name) }
  await post('/api/copy', { source: models.spare, destination: name })
  const shown = (await post('/api/show', { model, name })).json.system
  const generated = (
    await post.wrong('/api/generate', { model, name, prompt: '', stream: false, options: GREEDY })
  ).json.model
  // The runner of a file is called by the model that it was loaded for.
  await unload(client, model)
  await del('/api/delete', { model, name })
  const left = { model: await exists(model), name: await exists(name) }
  await del('/api/delete', { model: name })
  return { created, shown, generated, left }
})

check.alone('models.delete.case', async ({ post, del }) => {
  const model = 'conformance/models-doomed'
  await post('/api/create', { model, from: models.spare, stream: false })
  const { status } = await del('/api/delete', { model: model.toUpperCase() })
  const { error = '', ...asked } = outcome(await post('/api/show', { model }))
  return { status, asked: { ...asked, error: error.replace(':latest', '') } }
})

check.alone('models.delete.one-of-two', async ({ get, post, del }) => {
  const [one, other] = ['conformance/models-doomed', 'conformance/models-doomed-not']
  for (const destination of [one, other]) await post('/api/copy', { source: models.spare, destination })
  await del('/api/delete', { model: one })
  const listed = (await get('/api/tags')).json.models
    .map(({ name }) => name)
    .filter((name) => name.includes('models-doomed'))
  await del('/api/delete', { model: other })
  return listed
})

check.alone.each('models.names.shown.*', async ({ get, post, del, given }) => {
  await post('/api/copy', { source: models.templated, destination: given })
  const part = given.replace(/^.*\//, '').replace(/:.*/, '')
  const listed = (await get('/api/tags')).json.models.filter(({ name }) => name.includes(part))
  const openai = (await get('/v1/models')).json.data.filter(({ id }) => id.includes(part))
  const shown = await show(post, given)
  await del('/api/delete', { model: given })
  return {
    listed: listed.map(({ name, model }) => ({ name, model })),
    openai: openai.map(({ id, owned_by }) => ({ id, owned_by })),
    modelfile: shown.modelfile?.match(/^# FROM .*/m)?.[0],
  }
})

// Local models whose `info` says something else than their file

check.alone.each('models.info.*', ({ client, get, post, given: info }) => {
  const model = 'conformance/models-info'
  return withModel(client, { model, from: models.spare, info }, async () => {
    const { details, capabilities, model_info } = await show(post, model)
    const { parent_model: _, ...rest } = details
    return {
      details: rest,
      listed: pick((await tagOf(get, model)).details, 'family', 'families'),
      capabilities,
      architecture: model_info['general.architecture'],
    }
  })
})

check.alone('models.tags.info', ({ client, get, given: info }) => {
  const model = 'conformance/models-info'
  return withModel(client, { model, from: models.spare, info }, async () =>
    pick((await tagOf(get, model)).details, 'context_length', 'embedding_length'),
  )
})

check.alone.each('models.info-runs.*', async ({ client, post, given: info }) => {
  const model = 'conformance/models-info'
  await unload(client)
  return withModel(client, { model, from: models.spare, info }, async () => {
    const body = { model, stream: false, options: { ...GREEDY, num_predict: 2 } }
    const generated = await post('/api/generate', { ...body, prompt: 'a', raw: true })
    const chatted = await post('/api/chat', { ...body, messages: [user('a')] })
    const context_length = (await findLoaded(client, model))?.context_length
    await unload(client)
    return {
      generate: generated.status === 200 ? generated.json.response : outcome(generated),
      chat: chatted.status === 200 ? 200 : outcome(chatted),
      context_length,
    }
  })
})

/** What it says and thinks, or how it is refused. */
const told = (exchange: Exchange) => {
  const { response, message, thinking } = exchange.json
  if (exchange.status !== 200) return outcome(exchange)
  return { says: response ?? message.content, thinks: thinking ?? message?.thinking }
}

check.alone.each('models.runs.*', async ({ client, post, given: { make, generate, chat } }) => {
  const model = 'conformance/models-runs'
  const body = { model, stream: false, options: { ...GREEDY, num_thread: 1, num_ctx: 256 } }
  await unload(client)
  return withModel(client, { model, ...make }, async () => {
    const answers = {
      generate: told(await post('/api/generate', pictured({ ...body, ...generate }))),
      chat: told(await post('/api/chat', pictured({ ...body, ...chat }))),
    }
    await unload(client, model)
    return answers
  })
})

// Models of several files

const text = (value: string) => ({ type: 'string', value }) as const
const count = (value: number) => ({ type: 'uint32', value }) as const
const flag = (value: boolean) => ({ type: 'bool', value }) as const
const ones = (name: string, ...shape: number[]) => ({
  name,
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b)).fill(1),
})

/** Files that are no models by themselves. */
const FILES: Record<string, Uint8Array> = {
  projector: writeGguf(
    {
      'general.architecture': text('clip'),
      'general.type': text('mmproj'),
      'clip.has_vision_encoder': flag(true),
      'clip.projector_type': text('mlp'),
      'clip.vision.block_count': count(1),
    },
    [ones('mm.0.weight', 4, 4)],
  ),
  'projector-audio': writeGguf(
    {
      'general.architecture': text('clip'),
      'general.type': text('mmproj'),
      'clip.has_audio_encoder': flag(true),
      'clip.projector_type': text('ultravox'),
    },
    [ones('mm.a.0.weight', 4, 4)],
  ),
  'projector-untyped': writeGguf(
    { 'general.architecture': text('clip'), 'clip.has_vision_encoder': flag(true) },
    [ones('mm.0.weight', 4, 4)],
  ),
  'projector-by-blocks': writeGguf(
    { 'general.architecture': text('gemma3'), 'gemma3.vision.block_count': count(2) },
    [ones('mm.0.weight', 4, 4)],
  ),
  adapter: writeGguf(
    {
      'general.architecture': text('llama'),
      'general.type': text('adapter'),
      'adapter.type': text('lora'),
      'adapter.lora.alpha': { type: 'float32', value: 1 },
    },
    [ones('blk.0.attn_q.weight.lora_a', 4, 4)],
  ),
}

check.alone.each('models.files.*', async ({ client, get, post, given: { files: names, adapters } }) => {
  const model = 'conformance/models-files'
  const stored = async (names: string[]) => {
    const files: Record<string, string> = {}
    for (const name of names) {
      const bytes = FILES[name] ?? instrumentFile('spare').bytes
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
      await post(`/api/blobs/${digest}`, bytes)
      files[`${name}.gguf`] = digest
    }
    return files
  }
  const body = {
    model,
    files: await stored(names),
    ...(adapters ? { adapters: await stored(adapters) } : {}),
    stream: false,
  }
  const created = await post('/api/create', body)
  if (created.status !== 200) return refusal(created)
  const answer = await post('/api/show', { model })
  const listed = await tagOf(get, model)
  await client.send({ method: 'DELETE', path: '/api/delete', body: { model }, aside: true })
  if (answer.status !== 200) return { show: refusal(answer), listed: listed?.capabilities }
  const shown = answer.json
  return {
    families: shown.details?.families,
    capabilities: shown.capabilities,
    listed: listed?.capabilities,
    projector_info: shown.projector_info,
    modelfile: shown.modelfile
      ?.split('\n')
      .filter((line) => /^(FROM|ADAPTER)/.test(line))
      .map((line) => line.replace(/\S*(?=[/\\]blobs)/, '…').replace(/\w{64}$/, '…')),
  }
})

/** The chat templates of ChatML and Zephyr, as many files have them. */
const KNOWN_TEMPLATES: Record<string, string> = {
  chatml:
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
  zephyr:
    "{% for message in messages %}\n{% if message['role'] == 'user' %}\n{{ '<|user|>\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'system' %}\n{{ '<|system|>\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'assistant' %}\n{{ '<|assistant|>\n'  + message['content'] + eos_token }}\n{% endif %}\n{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}",
  unknown: '{% for message in messages %}{{ message }}{% endfor %}',
}

check.alone.each(
  'models.create.chat-template.*',
  async ({ client, post, given: { name, edit, ...more } }) => {
    const chatTemplate = (KNOWN_TEMPLATES[name] ?? '').replace('<|im_end|>', edit ?? '<|im_end|>')
    const bytes = tableModel({ ...instruments.spare.table, name: `with ${name}`, chatTemplate })
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    const model = 'conformance/models-detected'
    await post(`/api/blobs/${digest}`, bytes)
    return withModel(
      client,
      { model, files: { 'a.gguf': digest }, stream: true, ...more },
      async (created) => {
        const { template, parameters } = await show(post, model)
        return {
          says: created.records
            .map(({ status }) => status)
            .filter((status) => /template/.test(String(status))),
          template: template === chatTemplate ? 'the chat template' : template,
          parameters: parameters && parameterLines({ parameters }),
        }
      },
    )
  },
)

// Split files, quantization, Safetensors

/** How a create of a model of its own ends: how it is refused, or what it is then and says. */
const made = async (
  tools: Pick<Tools, 'client' | 'post'>,
  body: object,
  prompt = 'abc',
  info?: Record<string, unknown>,
) => {
  await unload(tools.client, MADE)
  return making(tools, body, async (model) => {
    const { details, model_info } = await show(tools.post, model)
    const { family, parameter_size, quantization_level } = details
    const answers = await said(tools.post, model, prompt)
    await unload(tools.client, model)
    return {
      family,
      parameter_size,
      quantization_level,
      answers,
      // Long lists may be left out.
      ...(info && {
        info: Object.entries(info).every(([key, value]) =>
          [value, null].some((one) => isDeepStrictEqual(one, model_info[key])),
        ),
      }),
    }
  })
}

/** One half of a model's file, as llama.cpp splits it. */
const part = (no: number, count: number) => {
  const { entries, tensors } = tableParts({ ...instruments.spare.table, name: 'split' })
  const short = (value: number) => ({ type: 'uint16', value }) as const
  const split = {
    'split.no': short(no),
    'split.count': short(count),
    'split.tensors.count': { type: 'int32', value: tensors.length } as const,
  }
  if (count === 1) return writeGguf({ ...entries, ...split }, tensors)
  return no === 0
    ? writeGguf({ ...entries, ...split }, tensors.slice(0, 2))
    : writeGguf(split, tensors.slice(2))
}

check.alone.each('models.split.*', async ({ client, post, given }) => {
  const files: Record<string, string> = {}
  for (const [name, [no, count]] of Object.entries(given as Record<string, [number, number]>))
    files[name] = await stored(post, part(no, count))
  return made({ client, post }, { files })
})

check.alone.each('models.quantize.*', async ({ client, post, given }) => {
  const { entries, tensors } = tableParts({ ...instruments.spare.table, name: 'half' })
  const file = writeGguf({ ...entries, 'general.file_type': { type: 'uint32', value: 1 } }, tensors)
  return made({ client, post }, { files: { 'half.gguf': await stored(post, file) }, ...given })
})

/** What a file says that is made of these, beside what every model of the suite says. */
const CONVERTED = {
  'llama.rope.freq_base': 10_000,
  'tokenizer.ggml.merges': ['a b'],
  'tokenizer.ggml.pre': 'default',
  'tokenizer.ggml.scores': [...Array(33).keys()],
}

check.alone.each(
  'models.safetensors.*',
  async ({ client, post, given: { without = [], instead, ...more } }) => {
    const files: Record<string, string> = {}
    for (const [name, bytes] of Object.entries({ ...LETTERS, ...instead }))
      if (!without.includes(name)) files[name] = await stored(post, bytes as string)
    return made({ client, post }, { files, ...more }, 'c', CONVERTED)
  },
)

// Sizes, widths, and layers that go

check.alone('models.ps.size', async ({ client, post }) => {
  await post('/api/generate', { model: models.spare, prompt: '', stream: false, options: GREEDY })
  const entry = await findLoaded(client)
  return { at_least_the_file: (entry?.size ?? 0) >= instrumentFile('spare').bytes.length / 2 }
})

check.alone('models.show.parameters.width', ({ client, post }) => {
  const model = 'conformance/models-shown'
  return withModel(client, { model, files, parameters: { stop: ['x'] } }, async () =>
    (await show(post, model)).parameters.split('\n'),
  )
})

check.alone('models.create.replaces.layers', ({ client, head, post }) => {
  const model = 'conformance/models-replaced'
  const [old, kept] = ['A system message that goes.', '[{{ .Prompt }}]']
  const blob = async (text: string) => (await head(`/api/blobs/${digestOf(text)}`)).status
  return withModel(client, { model, from: models.spare, system: old, template: kept }, async () => {
    await post('/api/create', { model, from: model, system: 'A system message that stays.', stream: false })
    return { system: await blob(old), template: await blob(kept) }
  })
})

check.alone('models.create.case-namespace', async ({ get, post, del }) => {
  const model = 'CONFORMANCE/Models-New'
  await post('/api/create', { model, from: models.spare, stream: false })
  const listed = (await get('/api/tags')).json.models
    .map(({ name }) => name)
    .filter((name) => /models-new/i.test(name))
  for (const name of listed) await del('/api/delete', { model: name })
  return listed
})

// What of a config a model takes from the one that it is made of, and what goes with it

check.alone.each('models.create.inherits-config.*', ({ client, post, given: { parent, child } }) => {
  const [from, model] = ['conformance/models-parent', 'conformance/models-child']
  return withModel(client, { model: from, from: models.spare, ...parent }, () =>
    withModel(client, { model, from, ...child }, async () => {
      const { requires, capabilities, details, modelfile } = await show(post, model)
      const { parent_model: _, ...rest } = details
      return {
        requires,
        capabilities,
        details: rest,
        modelfile: modelfile.match(/^(RENDERER|PARSER|REQUIRES) .*$/gm),
      }
    }),
  )
})

check.alone('models.show.order', ({ client, post }) => {
  const model = 'conformance/models-ordered'
  const body = {
    model,
    from: models.spare,
    parameters: { stop: ['z', 'a', 'm'] },
    license: ['Second.', 'First.'],
    messages: ['z', 'a', 'm'].map(user),
  }
  return withModel(client, body, async () => {
    const { parameters, license, messages, modelfile } = await show(post, model)
    const lines = (text: string) => text.match(/^(stop|PARAMETER stop|MESSAGE user) .*$/gm)
    return {
      parameters: lines(parameters.replace(/ +/g, ' ')),
      license,
      messages: messages?.map(({ content }) => content),
      modelfile: lines(modelfile),
    }
  })
})

check.alone('models.delete.layers', async ({ client, head }) => {
  const parts = {
    template: '[{{ .Prompt }}] that goes',
    system: 'A system message that goes.',
    license: 'A license that goes.',
  }
  const parameters = { ...PARAMETERS, temperature: 0.4321 }
  const messages = [user('A message that goes.')]
  const digests = {
    template: digestOf(parts.template),
    system: digestOf(parts.system),
    license: digestOf(parts.license),
    parameters: digestOf(layerOf(parameters)),
    messages: digestOf(`${JSON.stringify(messages)}\n`),
    file: MODEL_FILE,
  }
  const stored = () => askEach(digests, async (digest) => (await head(`/api/blobs/${digest}`)).status)
  const body = { model: 'conformance/models-whole', files, ...parts, parameters, messages }
  const before = await withModel(client, body, stored)
  return { before, after: await stored() }
})

check.alone('models.ps.parent', ({ client, get, post }) => {
  const model = 'conformance/models-child'
  return withModel(client, { model, from: models.spare }, async () => {
    await unload(client, model)
    await post('/api/generate', { model, prompt: '', stream: false, options: GREEDY })
    const loaded = await findLoaded(client, model)
    await unload(client, model)
    return {
      ps: loaded?.details.parent_model,
      tags: (await tagOf(get, model)).details?.parent_model,
      show: (await show(post, model)).details.parent_model,
    }
  })
})

check.alone.each('models.blobs.written.*', async ({ head, post, mark, given }) => {
  const text = `A blob whose digest is written as ${given}.${mark === 'of' ? '' : mark}`
  const digest = digestOf(text)
  const written: Record<string, string> = {
    upper: `sha256:${digest.slice(7).toUpperCase()}`,
    'upper-name': digest.replace('sha256', 'SHA256'),
    dash: digest.replace(':', '-'),
    bare: digest.slice(7),
  }
  const upload = await post.wrong(`/api/blobs/${written[given]}` as '/api/blobs/:digest', text)
  const { status, error } = outcome(upload)
  const { status: stored } = await head(`/api/blobs/${digest}`)
  const figures = digest.slice(7)
  const said = error?.replaceAll(figures, '…').replaceAll(figures.toUpperCase(), '… in capitals')
  return { status, error: said, stored }
})
