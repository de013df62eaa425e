import { createHash } from 'node:crypto'
import { type MetadataValue, writeGguf } from '../../fixtures/instruments/gguf.ts'
import { PREFIX } from '../../fixtures/instruments/models.ts'
import { check, type Tools } from '../../harness/run/check.ts'
import { REGISTRY } from '../../harness/wire/client.ts'
import { outcome } from '../answers.ts'
import { received } from './peer.ts'

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
