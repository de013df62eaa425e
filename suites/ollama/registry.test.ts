import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { models, PREFIX } from '../../fixtures/instruments/models.ts'
import { compareVersions } from '../../harness/base/versions.ts'
import { check } from '../../harness/run/check.ts'
import type { AnswerOf, BodyOf } from '../../harness/wire/answers.ts'
import type { Client } from '../../harness/wire/client.ts'
import { REGISTRY } from '../../harness/wire/client.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import type { StoredModelConfig, StoredModelManifest } from '../../schemas/ollama/types.ts'

type Pull = BodyOf<'POST', '/api/pull'>
type Push = BodyOf<'POST', '/api/push'>
type Create = BodyOf<'POST', '/api/create'>
/** Of a pull, and of a push. */
type Answer = Exchange<AnswerOf<'POST', '/api/pull' | '/api/push'>>

/** A name that the server looks for in the suite's registry. */
const named = (model: string) => `${REGISTRY}/${PREFIX}registry-${model}`
const pull = (client: Client, body: Pull) =>
  client.send({ method: 'POST', path: '/api/pull', body: { insecure: true, ...body } })
const push = (client: Client, body: Push) =>
  client.send({ method: 'POST', path: '/api/push', body: { insecure: true, ...body } })
const whole = { stream: false }

/** For who deletes a model: while the server lists its models for another request, none may go. */

const create = (client: Client, model: string, body: Create) =>
  client.send({
    method: 'POST',
    path: '/api/create',
    body: { model: named(model), from: models.templated, ...whole, ...body },
  })
const remove = (client: Client, model: string) =>
  client.send({ method: 'DELETE', path: '/api/delete', body: { model: named(model) } })

/** Makes a model and pushes it. */
async function publish(client: Client, model: string, body: Create = {}): Promise<void> {
  await create(client, model, body)
  await push(client, { model: named(model), ...whole })
}

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
const CONFIG = 'application/vnd.docker.container.image.v1+json'
const LAYER = 'application/vnd.ollama.image.'

/** What the registry has of a model. */
const pathOf = (model: string) => `/v2/${PREFIX}registry-${model}`
const stored = (client: Client, model: string, part: string) =>
  client.send({ to: 'registry', method: 'GET', path: `${pathOf(model)}/${part}` })
const manifestOf = async (client: Client, model: string): Promise<StoredModelManifest> =>
  (await stored(client, model, 'manifests/latest')).json
const configOf = async (client: Client, model: string, digest: string): Promise<StoredModelConfig> =>
  (await stored(client, model, `blobs/${digest}`)).json

/** Puts a manifest of these blobs, the config first, into the registry; their bytes need not fit their digests. */
async function fill(client: Client, model: string, manifest: unknown, blobs: Record<string, string> = {}) {
  for (const [digest, body] of Object.entries(blobs)) {
    const path = `${pathOf(model)}/blobs/uploads/?digest=${digest}`
    await client.send({ to: 'registry', method: 'POST', path, body })
  }
  await client.send({
    to: 'registry',
    method: 'PUT',
    path: `${pathOf(model)}/manifests/latest`,
    headers: { 'content-type': MANIFEST },
    body: manifest,
  })
}
const digestOf = (last: string) => `sha256:${'0'.repeat(63)}${last}`
const broken = (config: string, ...layers: string[]) => ({
  schemaVersion: 2,
  mediaType: MANIFEST,
  config: { mediaType: CONFIG, digest: config, size: 2 },
  layers: layers.map((digest) => ({ mediaType: `${LAYER}template`, digest, size: 2 })),
})

/** The steps of a stream: a blob is one, however many records its progress took. */
const steps = ({ records }: Answer) =>
  records
    .map(
      ({ status, error, digest }) =>
        error ?? (digest ? String(status).replace(/[0-9a-f]{12}$/, '…') : status),
    )
    .filter((step, index, all) => step !== all[index - 1])

/** The last record of each blob. */
const progress = ({ records }: Answer) =>
  Object.values(Object.fromEntries(records.filter(({ digest }) => digest).map((one) => [one.digest, one])))

/** What an error says, without folders of the server and the address and words of whoever refused. */
const masked = (text: string) =>
  text
    .replace(/open .*?[\\/](manifests)[\\/].*?[\\/]/, 'open …/$1/…/')
    .replace(/127\.0\.0\.1:\d{4,5}/g, '…')
    .replace(/sha256:[1-9a-f][0-9a-f]{63}/, 'sha256:…')
    .replace(/(dial tcp 127\.0\.0\.1:1: ).*/, '$1…')

async function failure(send: (stream: boolean) => Promise<Answer>) {
  const streamed = await send(true)
  const { status, json } = await send(false)
  return {
    streamed: { status: streamed.status, last: masked(streamed.records.at(-1).error) },
    whole: { status, error: masked(json.error) },
  }
}

check.alone('registry.push.steps', async ({ client }) => {
  await create(client, 'steps', {})
  const pushed = await push(client, { model: named('steps') })
  await remove(client, 'steps')
  const blobs = progress(pushed)
  const { config, layers } = await manifestOf(client, 'steps')
  const digests = [...(layers ?? []), config]
  return {
    contentType: pushed.contentType,
    steps: steps(pushed),
    named_by_digest:
      blobs.map(({ status }) => status).join() ===
      digests.map(({ digest }) => `pushing ${digest.slice(7, 19)}`).join(),
    sizes_as_in_manifest: blobs.map(({ total }) => total).join() === digests.map(({ size }) => size).join(),
    complete: blobs.every(({ total, completed }) => total === completed),
  }
})

check('registry.push.unknown', ({ client }) =>
  failure((stream) => push(client, { model: named('nobody'), stream })),
)

check('registry.push.malformed', ({ client }) =>
  failure((stream) => push(client, { model: 'bad name!', stream })),
)

check('registry.push.no-model', async ({ client }) => {
  const { status, contentType, json } = await push(client, {})
  return { status, contentType, body: json }
})

check.alone('registry.push.unreachable', async ({ client }) => {
  const model = `127.0.0.1:1/${PREFIX}registry-unreachable`
  await client.send({
    method: 'POST',
    path: '/api/copy',
    body: { source: models.templated, destination: model },
  })
  const failed = await failure((stream) => push(client, { model, stream }))
  await client.send({ method: 'DELETE', path: '/api/delete', body: { model } })
  return failed
})

check.alone('registry.pull.steps', async ({ client }) => {
  await publish(client, 'pulled')
  await remove(client, 'pulled')
  const pulled = await pull(client, { model: named('pulled') })
  const { config, layers } = await manifestOf(client, 'pulled')
  const blobs = progress(pulled)
  return {
    contentType: pulled.contentType,
    steps: steps(pulled),
    every_blob: blobs.length === (layers ?? []).concat(config).length,
    complete: blobs.every(({ total, completed }) => total === completed),
    then_deleted: (await remove(client, 'pulled')).status,
  }
})

check.alone('registry.answer', async ({ client }) => {
  await create(client, 'answer', {})
  const old = { name: named('answer'), username: 'me', password: 'secret', ...whole }
  const pushed = await push(client, old)
  const pulled = await pull(client, old)
  await remove(client, 'answer')
  const answer = ({ status, contentType, json }: Answer) => ({ status, contentType, body: json })
  return { pushed: answer(pushed), pulled: answer(pulled) }
})

check('registry.pull.unknown', ({ client }) =>
  failure((stream) => pull(client, { model: named('nobody'), stream })),
)

check('registry.pull.malformed', async ({ client }) => {
  const { status, json } = await pull(client, { model: 'bad name!' })
  const none = await pull(client, {})
  return { malformed: { status, body: json }, none: { status: none.status, body: none.json } }
})

check('registry.pull.unreachable', ({ client }) =>
  failure((stream) => pull(client, { model: `127.0.0.1:1/${PREFIX}nobody`, stream })),
)

check.alone('registry.pull.insecure', async ({ client }) => {
  await publish(client, 'insecure')
  const answer = async (body: Pull) => {
    const { status, json } = await pull(client, { model: named('insecure'), ...whole, ...body })
    return { status, body: json.error ? { error: masked(json.error) } : json }
  }
  const secure = await answer({ insecure: false })
  const absent = await answer({ insecure: undefined })
  const pushed = await push(client, { model: named('insecure'), ...whole, insecure: undefined })
  const insecure = await answer({})
  await remove(client, 'insecure')
  return { secure, absent_as_secure: isDeepStrictEqual(absent, secure), push: pushed.status, insecure }
})

check('registry.pull.digest-mismatch', async ({ client }) => {
  await fill(client, 'mismatch', broken(digestOf('1')), { [digestOf('1')]: '{}' })
  const { status, json } = await pull(client, { model: named('mismatch'), ...whole })
  return { status, error: masked(json.error) }
})

check.alone('registry.pull.digest-mismatch.twice', async ({ client }) => {
  await fill(client, 'twice', broken(digestOf('2'), digestOf('2')), { [digestOf('2')]: '{}' })
  const { status, json } = await pull(client, { model: named('twice'), ...whole })
  await remove(client, 'twice')
  return { status, body: json.error ? { error: masked(json.error) } : json }
})

check('registry.pull.missing-blob', async ({ client }) => {
  await fill(client, 'missing', broken(digestOf('3')))
  return failure((stream) => pull(client, { model: named('missing'), stream }))
})

check.alone('registry.pull.unused-layers', async ({ client }) => {
  await publish(client, 'unused', { system: 'Old.' })
  await create(client, 'unused', { system: 'New.' })
  const pulled = await pull(client, { model: named('unused') })
  await remove(client, 'unused')
  // A blob that comes quickly need not be reported.
  return steps(pulled).filter((step) => step !== 'pulling …')
})

/** Everything that can be stored beside the weights. */
const FULL: Create = {
  system: 'Stored.',
  template: '[{{ .Prompt }}]',
  license: ['First.', 'Second.'],
  parameters: { stop: ['x', 'y'], top_p: 0.5, penalize_newline: true, mirostat: '2' },
  messages: [
    { role: 'user', content: 'ping' },
    { role: 'assistant', content: 'pong' },
  ],
}
const SINCE: Record<string, Create> = {
  '0.12.0': { renderer: 'qwen3-coder', parser: 'qwen3-coder' },
  '0.14.0': { requires: '0.14.0' },
}

async function publishFull(client: Client, model: string, body: Create = {}): Promise<void> {
  await publish(client, model, { ...FULL, ...body })
  await remove(client, model)
}

check.alone('registry.stored.layers', async ({ client }) => {
  await publishFull(client, 'layers')
  const { layers } = await manifestOf(client, 'layers')
  const contents: unknown[] = []
  for (const { mediaType, digest, from } of layers ?? []) {
    const kind = mediaType.replace(LAYER, '')
    if (from) contents.push({ [kind]: `from ${from}` })
    else {
      const blob = await stored(client, 'layers', `blobs/${digest}`)
      contents.push({ [kind]: /params|messages/.test(kind) ? blob.json : blob.text })
    }
  }
  return contents
})

check.alone('registry.stored.config', async ({ client, version }) => {
  const known = Object.entries(SINCE).filter(([since]) => compareVersions(version, since) >= 0)
  await publishFull(client, 'config', Object.assign({}, ...known.map(([, fields]) => fields)))
  const { config, layers } = await manifestOf(client, 'config')
  const { rootfs, ...rest } = await configOf(client, 'config', config.digest)
  const digests = layers?.map(({ digest }) => digest)
  return { ...rest, ...(rootfs ? { rootfs_lists_layers: rootfs.diff_ids.join() === digests?.join() } : {}) }
})

check.alone('registry.stored.digest', async ({ client }) => {
  await publish(client, 'created')
  const { text: created, json } = await stored(client, 'created', 'manifests/latest')
  const served = JSON.stringify(json, null, 1)
  await publish(client, 'pulled-anew')
  await fill(client, 'pulled-anew', served)
  await pull(client, { model: named('pulled-anew'), ...whole })
  const listed = (await client.send({ method: 'GET', path: '/api/tags' })).json.models
  await remove(client, 'created')
  await remove(client, 'pulled-anew')
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const digestOf = (model: string) =>
    listed.find(({ name }) => name.endsWith(`/${PREFIX}registry-${model}:latest`))?.digest
  return {
    created: digestOf('created') === sha256(`${created}\n`),
    pulled: digestOf('pulled-anew') === sha256(served),
  }
})

check.alone('registry.stored.remote', async ({ client }) => {
  const info = {
    capabilities: ['completion'],
    model_family: 'llama',
    base_name: 'far',
    quantization_level: 'Q4_0',
    parameter_size: '1B',
    context_length: 100,
    embedding_length: 10,
  }
  await publish(client, 'remote', { from: 'far', remote_host: 'http://127.0.0.1:1', info })
  await remove(client, 'remote')
  const { config, layers } = await manifestOf(client, 'remote')
  const { rootfs, ...rest } = await configOf(client, 'remote', config.digest)
  return { layers, config: rest }
})
