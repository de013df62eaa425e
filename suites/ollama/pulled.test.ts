import { createHash } from 'node:crypto'
import { type MetadataValue, writeGguf } from '../../fixtures/instruments/gguf.ts'
import { PREFIX } from '../../fixtures/instruments/models.ts'
import { check, type Tools } from '../../harness/run/check.ts'
import { REGISTRY } from '../../harness/wire/client.ts'
import { outcome } from '../answers.ts'
import { received, tell } from './peer.ts'

// What a registry has is stored as it is, so that every file, config and manifest can be put before the server.

const NAME = `${PREFIX}pulled`
const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
const CONFIG = 'application/vnd.docker.container.image.v1+json'
const LAYER = 'application/vnd.ollama.image.'

/** A layer as a row gives it: its bytes are a header of a file, a text, or JSON. */
type Given = {
  type: string
  name?: string
  header?: Record<string, MetadataValue>
  text?: string
  json?: unknown
}

const ENTRIES: Record<string, MetadataValue> = {
  'general.architecture': { type: 'string', value: 'llama' },
  'llama.context_length': { type: 'uint32', value: 77 },
}

/** A file without a model: a header, and one tensor. */
const headed = (entries: Record<string, MetadataValue>) =>
  writeGguf('general.architecture' in entries ? entries : { ...ENTRIES, ...entries }, [
    { name: 'token_embd.weight', shape: [4, 4], data: new Float32Array(16).fill(1) },
  ])

const bytesOf = ({ header, text, json }: Omit<Given, 'type'>) =>
  header ? headed(header) : Buffer.from(text ?? JSON.stringify(json))

/** Puts a blob into the registry. @returns what the manifest says of it */
async function published(
  { client }: Pick<Tools, 'client'>,
  name: string,
  mediaType: string,
  given: Omit<Given, 'type'>,
) {
  const bytes = bytesOf(given)
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  await client.send({
    to: 'registry',
    method: 'POST',
    path: `/v2/${name}/blobs/uploads/?digest=${digest}`,
    body: bytes,
  })
  return { mediaType, digest, size: bytes.length, ...(given.name ? { name: given.name } : {}) }
}

type Manifest = { config?: unknown; configType?: string; layers: Given[] }

/** Puts a model of such a config and such layers into the registry. */
async function publishing(tools: Tools, name: string, { config, configType = CONFIG, layers }: Manifest) {
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    ...(config === undefined ? {} : { config: await published(tools, name, configType, { json: config }) }),
    layers: [] as unknown[],
  }
  for (const layer of layers)
    manifest.layers.push(await published(tools, name, `${LAYER}${layer.type}`, layer))
  await tools.client.send({
    to: 'registry',
    method: 'PUT',
    path: `/v2/${name}/manifests/latest`,
    headers: { 'content-type': MANIFEST },
    body: manifest,
    wrong: true,
  })
}

/** Pulls a model of such a config and such layers, uses it, and deletes it. */
async function pulling<Result>(
  tools: Tools,
  manifest: Manifest,
  use: (pulled: Awaited<ReturnType<Tools['post']>>) => Promise<Result>,
  name: string = NAME,
) {
  await publishing(tools, name, manifest)
  const model = `${REGISTRY}/${name}`
  const pulled = await tools.post('/api/pull', { model, insecure: true, stream: false })
  try {
    return await use(pulled)
  } finally {
    await tools.client.send({ method: 'DELETE', path: '/api/delete', body: { model }, aside: true })
  }
}

/** What the list says of the model. */
async function listed({ get }: Pick<Tools, 'get'>, name: string = NAME) {
  const { details, capabilities } =
    (await get('/api/tags')).json.models.find(({ name: one }) => one.endsWith(`/${name}:latest`)) ?? {}
  return { ...details, capabilities }
}

/** What the list and show say of the model. */
async function described({ get, post }: Pick<Tools, 'get' | 'post'>) {
  const list = await listed({ get })
  const exchange = await post('/api/show', { model: `${REGISTRY}/${NAME}` })
  const { status, error } = outcome(exchange)
  if (status !== 200) return { list, show: { status, error: error?.replace(REGISTRY_ADDRESS, '…') } }
  const { details, capabilities, model_info, projector_info, template, modelfile } = exchange.json
  return {
    list,
    show: {
      ...details,
      capabilities,
      model_info,
      projector_info,
      template,
      modelfile: modelfile
        .split('\n')
        .filter((line) => line && !line.startsWith('#'))
        .map((line) => line.replace(/\S*(?=[/\\]blobs)/, '…').replace(/\w{64}$/, '…'))
        .map((line) => line.replace(REGISTRY_ADDRESS, '…')),
    },
  }
}

const REGISTRY_ADDRESS = /127\.0\.0\.1:\d+/

// The header of a file

check.alone.each('pulled.header.*', (tools) =>
  pulling(tools, { config: {}, layers: [{ type: 'model', header: tools.given }] }, () => described(tools)),
)

check.alone.each('pulled.listed.*', (tools) =>
  pulling(tools, { config: {}, layers: [{ type: 'model', header: tools.given }] }, () => listed(tools)),
)

// Configs and layers

check.alone.each('pulled.kind.*', (tools) => pulling(tools, tools.given, () => described(tools)))

// Tensors, each a blob: those who fetch and send many small ones do it together

check.alone('pulled.tensors', (tools) => {
  const { client, post } = tools
  const name = `${NAME}-tensors`
  const asked = async () =>
    (await received(client, `/v2/${name}/`))
      .map(({ method, path }) => `${method} ${path.replace(/[0-9a-f]{64}/, '…')}`)
      .filter((line) => !line.startsWith('POST '))
  const config = { model_format: 'safetensors' }
  const layers = [{ type: 'json', name: 'config.json', json: { model_type: 'far' } }]
  const use = async (pulled: Awaited<ReturnType<Tools['post']>>) => {
    const fetched = await asked()
    const kept = await listed(tools, name)
    const model = `${REGISTRY}/${name}`
    const pushed = await post('/api/push', { model, insecure: true, stream: false })
    return {
      fetched: fetched.slice(1),
      pulled: pulled.json,
      kept,
      sent: (await asked()).slice(fetched.length),
      pushed: pushed.json,
    }
  }
  return pulling(tools, { config, configType: `${LAYER}tensor`, layers }, use, name)
})

// A pull of what is there already, in part

check.alone('pulled.again', (tools) => {
  const { head } = tools
  const name = `${NAME}-again`
  const blob = async (given: Omit<Given, 'type'>) =>
    (await head(`/api/blobs/sha256:${createHash('sha256').update(bytesOf(given)).digest('hex')}`)).status
  const [old, config] = [{ said: 'by the old one' }, { said: 'by the new one' }]
  const layer = { type: 'license', text: 'A license of both.' }
  const blobs = async () => ({
    old: await blob({ json: old }),
    new: await blob({ json: config }),
    layer: await blob({ text: layer.text }),
  })
  const steps = ({ records }: Awaited<ReturnType<Tools['post']>>) =>
    records.map(({ status }) => status).filter((status) => !String(status).startsWith('pulling '))
  const again = async () =>
    steps(await tools.post('/api/pull', { model: `${REGISTRY}/${name}`, insecure: true }))
  return pulling(
    tools,
    { config: old, layers: [layer] },
    async () => {
      const first = await blobs()
      await publishing(tools, name, { config, layers: [layer] })
      return {
        first,
        changed: await again(),
        kept: await blobs(),
        unchanged: await again(),
        last: await blobs(),
      }
    },
    name,
  )
})

check.alone.each('pulled.verbose.*', (tools) =>
  pulling(tools, tools.given, async () => {
    const shown = await tools.post('/api/show', { model: `${REGISTRY}/${NAME}`, verbose: true })
    const { details, capabilities, tensors } = shown.json
    return { details, capabilities, tensors }
  }),
)

check.alone('pulled.options', (tools) =>
  pulling(tools, { config: {}, layers: [{ type: 'model', header: {} }] }, async () => {
    const options = { num_ctx: 64 }
    const { modelfile } = (await tools.post('/api/show', { model: `${REGISTRY}/${NAME}`, options })).json
    return modelfile.match(/^PARAMETER .*$/gm)
  }),
)

check.alone('pulled.tensors-token', async (tools) => {
  const { client, post } = tools
  const name = `${NAME}-tensors-token`
  const config = { model_format: 'safetensors', of: 'a tensor that needs a token' }
  const digest = createHash('sha256')
    .update(bytesOf({ json: config }))
    .digest('hex')
  const blob = `/v2/${name}/blobs/sha256:${digest}`
  const refused = (to: string) => ({
    to,
    status: 401,
    headers: { 'www-authenticate': `Bearer realm="http://${REGISTRY}/token-tensors",service="s",scope="a"` },
  })
  const token = { to: 'GET /token-tensors', status: 200, body: '{"token":"secret"}' }
  await tell(client, refused(`GET ${blob}`), token, refused(`HEAD ${blob}`), token)
  const use = async (pulled: Awaited<ReturnType<Tools['post']>>) => {
    const model = `${REGISTRY}/${name}`
    const pushed = await post('/api/push', { model, insecure: true, stream: false })
    const asked = await received(client, blob)
    return {
      pulled: pulled.json,
      pushed: pushed.json,
      asked: asked.map(({ method, headers }) => [method, headers.authorization].filter(Boolean).join(' ')),
    }
  }
  return pulling(tools, { config, configType: `${LAYER}tensor`, layers: [] }, use, name)
})

// Headers that end too soon, or say what no header can be

/** The parts of a header, in one order of bytes or the other. */
const header = (big: boolean) => {
  const u32 = (value: number) => {
    const bytes = Buffer.alloc(4)
    if (big) bytes.writeUInt32BE(value)
    else bytes.writeUInt32LE(value)
    return bytes
  }
  const u64 = (value: number | bigint) => {
    const bytes = Buffer.alloc(8)
    if (big) bytes.writeBigUInt64BE(BigInt(value))
    else bytes.writeBigUInt64LE(BigInt(value))
    return bytes
  }
  const text = (value: string) => Buffer.concat([u64(value.length), Buffer.from(value)])
  const key = (name: string, type: number) => Buffer.concat([text(name), u32(type)])
  return { u32, u64, text, key, magic: Buffer.from(big ? 'FUGG' : 'GGUF') }
}

const TYPES = {
  uint8: 0,
  int8: 1,
  uint16: 2,
  int16: 3,
  uint32: 4,
  int32: 5,
  text: 8,
  list: 9,
  uint64: 10,
  int64: 11,
}
const NO_TYPE = 13
/** More than a text or a list may be long, and more than any number of the server can say. */
const [LONG, ENDLESS] = [2 ** 40, 2n ** 63n]

/** The header of a file of an architecture, as it is before its other keys. */
const begun = ({ magic, u32, u64, key, text }: ReturnType<typeof header>, version = 3) => {
  const counts = version === 1 ? [u32(0), u32(2)] : [u64(0), u64(2)]
  const architecture = [key('general.architecture', TYPES.text), text('llama')]
  return Buffer.concat([magic, u32(version), ...counts, ...architecture])
}

const { magic, u32, u64, key, text } = header(false)
const start = begun(header(false))
const first = Buffer.concat([magic, u32(3), u64(0), u64(1)])

/** By what is wrong with it: each says nothing that could be listed. */
const BROKEN: Record<string, Buffer[]> = {
  'ends after its magic': [magic],
  'ends after its version': [magic, u32(3)],
  'ends after version 1': [magic, u32(1)],
  'ends in a key': [first, u64(5)],
  'ends after a key': [first, text('general.name')],
  ...Object.fromEntries(
    Object.entries(TYPES)
      .filter(([type]) => type !== 'list')
      .map(([type, number]) => [
        `ends before a length of type ${type}`,
        [start, key('llama.context_length', number)],
      ]),
  ),
  'ends before a name': [start, key('general.name', TYPES.text)],
  'ends before an architecture of type uint32': [first, key('general.architecture', TYPES.uint32)],
  'ends before the type of a list': [start, key('general.tags', TYPES.list)],
  'ends before the length of a list': [start, key('general.tags', TYPES.list), u32(TYPES.text)],
  'ends in a list': [start, key('general.tags', TYPES.list), u32(TYPES.text), u64(2), text('one')],
  'has a value of no type': [start, key('general.tags', NO_TYPE)],
  'has a list of no type': [start, key('general.tags', TYPES.list), u32(NO_TYPE), u64(1)],
  'has too long a list': [start, key('general.tags', TYPES.list), u32(TYPES.text), u64(LONG)],
  'has too long an architecture': [first, key('general.architecture', TYPES.text), u64(LONG)],
  'has too long a name': [start, key('general.name', TYPES.text), u64(LONG)],
  'has an endless name': [start, key('general.name', TYPES.text), u64(ENDLESS)],
}

/** Lists models of such files together. @returns the lengths that are listed, by what is with the file */
async function lengthsOf(tools: Tools, files: Record<string, Buffer[]>) {
  const { client, get, post } = tools
  const sent = async (bytes: Buffer) => {
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    await client.send({ method: 'POST', path: `/api/blobs/${digest}`, body: bytes })
    return { digest, size: bytes.length }
  }
  const config = { mediaType: CONFIG, ...(await sent(Buffer.from('{"of":"a header"}'))) }
  const models = new Map<string, string>()
  for (const [index, [what, parts]] of Object.entries(files).entries()) {
    const name = `${NAME}-header-${index}`
    await client.send({
      to: 'registry',
      method: 'PUT',
      path: `/v2/${name}/manifests/latest`,
      wrong: true,
      body: { config, layers: [{ mediaType: `${LAYER}model`, ...(await sent(Buffer.concat(parts))) }] },
    })
    await post('/api/pull', { model: `${REGISTRY}/${name}`, insecure: true, stream: false })
    models.set(what, name)
  }
  const list = (await get('/api/tags')).json.models
  const listed: Record<string, unknown> = {}
  for (const [what, name] of models) {
    const { details } = list.find(({ name: one }) => one.endsWith(`/${name}:latest`)) ?? {}
    listed[what] = details && [details.context_length ?? null, details.embedding_length ?? null]
    const model = `${REGISTRY}/${name}`
    await client.send({ method: 'DELETE', path: '/api/delete', body: { model }, aside: true })
  }
  return listed
}

check.alone('pulled.broken-headers', async (tools) => {
  const listed = await lengthsOf(tools, BROKEN)
  const empty = Object.keys(listed).filter((what) => JSON.stringify(listed[what]) === '[null,null]')
  return { without_lengths: empty }
})

check.alone('pulled.other-headers', (tools) => {
  const whole = (big: boolean, version: number) => {
    const { key, u32 } = header(big)
    const length = [key('llama.context_length', TYPES.uint32), u32(77)]
    return [begun(header(big), version), ...length]
  }
  return lengthsOf(tools, {
    'of version 1': whole(false, 1),
    'of version 2': whole(false, 2),
    'of version 3': whole(false, 3),
    'in the other order of bytes': whole(true, 3),
  })
})
