import { type MetadataValue, type Tensor, writeGguf } from '../../fixtures/instruments/gguf.ts'
import { instrumentFile, instruments } from '../../fixtures/instruments/instruments.ts'
import { LETTERS, LETTERS_CONFIG, lettersTensors } from '../../fixtures/instruments/letters.ts'
import { type SafeTensor, writeSafetensors } from '../../fixtures/instruments/safetensors.ts'
import { tableParts } from '../../fixtures/instruments/table-model.ts'
import { check, type Tools } from '../../harness/run/check.ts'
import type { Verbs } from '../../harness/wire/verbs.ts'
import { outcome, pick } from '../answers.ts'
import { unload } from './loaded.ts'
import { making, said, stored } from './making.ts'

// What create makes of files: converted from Safetensors, split and joined, with parts for sight, drafts and adapters.

/** How a model is shown: its kind, and what its modelfile says that it is made of. */
async function shown(post: Verbs['post'], model: string) {
  const { details, modelfile, projector_info } = (await post('/api/show', { model })).json
  const { family, parameter_size, quantization_level } = details
  return {
    family,
    parameter_size,
    quantization_level,
    projector_info,
    modelfile: modelfile
      .split('\n')
      .filter((line) => /^(FROM|ADAPTER|DRAFT|RENDERER|PARSER|PARAMETER)/.test(line))
      .map((line) => line.replace(/\S*(?=[/\\]blobs)/, '…').replace(/\w{64}$/, '…')),
  }
}

const create = ({ client, post }: Tools, body: object, prompt?: string) =>
  making({ client, post }, body, async (model) => {
    const about = await shown(post, model)
    if (prompt === undefined) return about
    const answers = await said(post, model, prompt)
    await unload(client, model)
    return { ...about, answers }
  })

/** Puts files onto the server, and gives their digests by their names. */
async function storedAll(post: Verbs['post'], files: Record<string, Uint8Array | string>) {
  const digests: Record<string, string> = {}
  for (const [name, bytes] of Object.entries(files)) digests[name] = await stored(post, bytes)
  return digests
}

const text = (value: string): MetadataValue => ({ type: 'string', value })
const count = (value: number): MetadataValue => ({ type: 'uint32', value })
const ones = (name: string, ...shape: number[]): Tensor => ({
  name,
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b)).fill(1),
})

const MODEL = 'conformance/converted-refused'

// Safetensors

/** The tensors of a row: of their type and shape, and all zeros. */
const zeros = (tensors: Record<string, Omit<SafeTensor, 'name'>>): SafeTensor[] =>
  Object.entries(tensors).map(([name, tensor]) => ({ name, ...tensor }))

/** The letters with tensors and a config that are in part others. */
const letters = (tensors: Record<string, Omit<SafeTensor, 'name'>> = {}, config: object = {}) => ({
  ...LETTERS,
  'model.safetensors': writeSafetensors([
    ...lettersTensors().filter(({ name }) => !(name in tensors)),
    ...zeros(tensors),
  ]),
  'config.json': JSON.stringify({ ...LETTERS_CONFIG, ...config }),
})

check.alone.each('converted.safetensors.*', async (tools) => {
  const { tensors, config, more = {}, prompt } = tools.given
  const files = await storedAll(tools.post, { ...letters(tensors, config), ...more })
  return create(tools, { files }, prompt)
})

const DIGESTS: Record<string, string> = {
  missing: `sha256:${'0'.repeat(64)}`,
  spare: instrumentFile('spare').digest,
}

check.alone.each('converted.names.*', async (tools) => {
  const files: Record<string, string> = {}
  for (const [name, what] of Object.entries(tools.given as Record<string, string>))
    files[name] = DIGESTS[what] ?? (await stored(tools.post, what))
  return create(tools, { files })
})

check.each('converted.digest.*', async ({ post, given: name }) =>
  outcome(await post.wrong('/api/create', { model: MODEL, files: { [name]: 'sha256:1' }, stream: false })),
)

check('converted.too-long', async ({ post }) => {
  const files = { [`${'a'.repeat(300)}.safetensors`]: DIGESTS.spare as string }
  const { status, error } = outcome(await post('/api/create', { model: MODEL, files, stream: false }))
  return { status, error: error?.replace(/a{300}/g, '…') }
})

// Adapters

/** An adapter with which a model of the width of the letters takes every token for one of them. */
const adapter = (told: number): SafeTensor[] => {
  const width = LETTERS_CONFIG.hidden_size
  const part = (name: string, fill: (at: number) => number) => ({
    name: `base_model.model.model.layers.0.self_attn.${name}.weight`,
    shape: name.endsWith('A') ? [1, width] : [width, 1],
    data: Float32Array.from({ length: width }, (_, at) => fill(at)),
  })
  return [
    part('v_proj.lora_A', () => 1),
    part('v_proj.lora_B', (at) => (at === 0 ? 1 : 0)),
    part('o_proj.lora_A', (at) => (at === 0 ? 1 : 0)),
    part('o_proj.lora_B', (at) => (at === told ? 100 : 0)),
  ]
}

/** The token of `m`, behind the two that are no letters. */
const M = 2 + 'm'.charCodeAt(0) - 'a'.charCodeAt(0)

const ADAPTER = {
  'adapter_config.json': '{"lora_alpha":1}',
  'adapter_model.safetensors': writeSafetensors(adapter(M)),
}

/** Files that have a tensor for sight: no program of llama.cpp looks into those. */
const seeing = (architecture: string, more: Record<string, MetadataValue> = {}, tensors: Tensor[] = []) =>
  writeGguf(
    {
      'general.architecture': text(architecture),
      'general.file_type': count(0),
      [`${architecture}.block_count`]: count(1),
      [`${architecture}.context_length`]: count(64),
      ...more,
    },
    [ones('token_embd.weight', 4, 4), ...tensors, ones('mm.0.weight', 4, 4)],
  )

/** The same in two parts. */
const splitOfSight = Object.fromEntries(
  [0, 1].map((no) => [
    `qwen35-0000${no + 1}-of-00002.gguf`,
    writeGguf(
      {
        'general.architecture': text('qwen35'),
        'qwen35.block_count': count(1),
        'qwen35.context_length': count(64),
        'split.no': { type: 'uint16', value: no },
        'split.count': { type: 'uint16', value: 2 },
      },
      [no === 0 ? ones('token_embd.weight', 4, 4) : ones('mm.0.weight', 4, 4)],
    ),
  ]),
)

const BASES: Record<string, Record<string, Uint8Array | string>> = {
  letters: LETTERS,
  llama: { 'llama.gguf': seeing('llama') },
  qwen35: { 'qwen35.gguf': seeing('qwen35') },
  'qwen35-split': splitOfSight,
  projector: {
    'projector.gguf': writeGguf({ 'general.architecture': text('clip'), 'general.type': text('mmproj') }, [
      ones('mm.0.weight', 4, 4),
    ]),
  },
}

check.alone.each('converted.adapter.*', async (tools) => {
  const { base = 'llama', without = [], named = {} } = tools.given
  const kept = Object.entries(ADAPTER)
    .filter(([name]) => !without.includes(name))
    .map(([name, bytes]) => [named[name] ?? name, bytes])
  const body = {
    files: await storedAll(tools.post, BASES[base] ?? {}),
    adapters: await storedAll(tools.post, Object.fromEntries(kept)),
  }
  return create(tools, body, base === 'letters' ? 'c' : undefined)
})

// Split files

/** Where a part of a split file says that it belongs. */
type Part = {
  no?: number
  of?: number
  type?: 'uint16' | 'uint32' | 'uint64' | 'int32' | 'int64' | 'float32'
  sees?: true
}

/** A part of a model's file: its first says what the whole says, and has two of its tensors. */
function partOf({ no, of, type = 'uint16', sees }: Part): Uint8Array {
  const { entries, tensors } = tableParts({ ...instruments.spare.table, name: 'split and joined' })
  const rest = [...tensors.slice(2), ...(sees ? [ones('mm.0.weight', 64, 64)] : [])]
  return writeGguf(
    {
      ...(no === 1 ? {} : { ...entries, 'general.file_type': count(1) }),
      'split.tensors.count': { type: 'int32', value: tensors.length },
      ...(no === undefined ? {} : { 'split.no': { type, value: no } }),
      ...(of === undefined ? {} : { 'split.count': { type, value: of } }),
    },
    no === 1 ? rest : tensors.slice(0, 2),
  )
}

const parts = (given: Record<string, Part>) =>
  Object.fromEntries(Object.entries(given).map(([name, part]) => [name, partOf(part)]))

check.alone.each('converted.split.*', async (tools) => {
  const { files, prompt, ...more } = tools.given
  return create(tools, { files: await storedAll(tools.post, parts(files)), ...more }, prompt)
})

// Drafts

const DRAFTS: Record<string, Record<string, Uint8Array | string>> = {
  mtp: {
    'model.safetensors': writeSafetensors(zeros({ 'mtp.layers.0.self_attn.q_norm.weight': { shape: [4] } })),
  },
  'no-mtp': { 'model.safetensors': writeSafetensors(zeros({ 'model.norm.weight': { shape: [4] } })) },
  split: parts({ 'd-00001-of-00002.gguf': { no: 0, of: 2 }, 'd-00002-of-00002.gguf': { no: 1, of: 2 } }),
  quantized: { 'draft.gguf': seeing('llama', { 'general.file_type': count(7) }) },
}

check.alone.each('converted.draft.*', async (tools) => {
  const { post, given } = tools
  const { base, draft, opened, ...more } = given
  const body = {
    files: await storedAll(post, BASES[base] ?? {}),
    draft_files: await storedAll(post, DRAFTS[draft] ?? {}),
    ...more,
  }
  if (!opened) return create(tools, body)
  // What a draft has in it shows when it is taken for a model.
  return making(tools, body, async (drafting) => {
    const { modelfile } = (await post('/api/show', { model: drafting })).json
    const digest = modelfile.match(/^DRAFT .*sha256-(\w+)/m)?.[1]
    const alone = { files: { 'draft.gguf': `sha256:${digest}` } }
    const use = async (model: string) => {
      const { model_info } = (await post('/api/show', { model })).json
      const told = /(file_type|parameter_count|block_count|predict_layers)$/
      return pick(model_info, ...Object.keys(model_info).filter((key) => told.test(key)))
    }
    return making(tools, alone, use, 'conformance/models-draft')
  })
})

// What follows from the architecture of a file

check.alone.each('converted.architecture.*', async (tools) => {
  const { architecture, ...more } = tools.given
  const files = await storedAll(tools.post, { 'seeing.gguf': seeing(architecture) })
  return create(tools, { files, ...more })
})

check.alone.each('converted.unreadable.*', async (tools) => {
  const file = writeGguf({ 'general.architecture': text('nobody'), 'general.file_type': count(1) }, [
    ones('token_embd.weight', 4, 4),
  ])
  return create(tools, { files: await storedAll(tools.post, { 'nobody.gguf': file }), ...tools.given })
})
