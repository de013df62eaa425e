import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { models, PREFIX } from '../../fixtures/instruments/models.ts'
import { check, type Tools } from '../../harness/run/check.ts'
import type { AnswerOf, BodyOf } from '../../harness/wire/answers.ts'
import { type Client, REGISTRY } from '../../harness/wire/client.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import type { StoredModelConfig, StoredModelManifest } from '../../schemas/ollama/types.ts'
import { outcome } from '../answers.ts'
import { withModel } from './loaded.ts'
import { user } from './requests.ts'

type Create = BodyOf<'POST', '/api/create'>
/** Of a pull, and of a push. */
type Answer = Exchange<AnswerOf<'POST', '/api/pull' | '/api/push'>>

/** A name that the server looks for in the suite's registry. */
const named = (model: string) => `${REGISTRY}/${PREFIX}registry-${model}`

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
const LAYER = 'application/vnd.ollama.image.'

/** What the registry has of a model. */
const stored = (client: Client, model: string, part: string) =>
  client.send({ to: 'registry', method: 'GET', path: `/v2/${PREFIX}registry-${model}/${part}` })
const manifestOf = async (client: Client, model: string): Promise<StoredModelManifest> =>
  (await stored(client, model, 'manifests/latest')).json

/** The config of a model in the registry, but for whether it lists the layers once more. */
async function configOf(client: Client, model: string) {
  const { config, layers } = await manifestOf(client, model)
  const { json } = await stored(client, model, `blobs/${config.digest}`)
  const { rootfs, ...rest } = json as StoredModelConfig
  return { config: rest, layers, listed: rootfs?.diff_ids }
}

/** Puts a manifest into the registry. */
const fill = (client: Client, model: string, manifest: unknown) =>
  client.send({
    to: 'registry',
    method: 'PUT',
    path: `/v2/${PREFIX}registry-${model}/manifests/latest`,
    headers: { 'content-type': MANIFEST },
    body: manifest,
  })

const digest = (last: string) => `sha256:${'0'.repeat(63)}${last}`
const manifest = (config: string, ...layers: string[]) => ({
  schemaVersion: 2,
  mediaType: MANIFEST,
  config: { mediaType: 'application/vnd.docker.container.image.v1+json', digest: config, size: 2 },
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

/** The error, or else the answer. */
const ended = ({ status, json }: Answer) =>
  json.error ? { status, error: masked(json.error) } : { status, body: json }

/** How it fails in a stream, and how without. */
async function failure(send: (stream: boolean) => Promise<Answer>) {
  const { status, records } = await send(true)
  return { streamed: { status, error: masked(records.at(-1).error) }, whole: ended(await send(false)) }
}

/** Makes a model, pushes it and deletes it: the registry has it then. */
function publish(client: Client, name: string, body: Create = {}) {
  const model = named(name)
  const push = { method: 'POST', path: '/api/push', body: { model, insecure: true, stream: false } } as const
  return withModel(client, { model, from: models.templated, ...body }, () => client.send(push))
}

// Push

check.alone('registry.push.steps', async ({ client, post }) => {
  const model = named('steps')
  const pushed = await withModel(client, { model, from: models.templated }, () =>
    post('/api/push', { model, insecure: true }),
  )
  const { config, layers } = await manifestOf(client, 'steps')
  return {
    content_type: pushed.contentType,
    steps: steps(pushed),
    blobs_as_in_manifest: isDeepStrictEqual(
      progress(pushed).map(({ status, total, completed }) => ({ status, total, completed })),
      [...(layers ?? []), config].map(({ digest, size }) => ({
        status: `pushing ${digest.slice(7, 19)}`,
        total: size,
        completed: size,
      })),
    ),
  }
})

const pushFailure = ({ post, given }: Tools) => failure((stream) => post('/api/push', { ...given, stream }))

check('registry.push.unknown', pushFailure)
check('registry.push.malformed', pushFailure)

check('registry.push.no-model', async ({ post }) => {
  const exchange = await post('/api/push', { insecure: true })
  return { ...outcome(exchange), content_type: exchange.contentType }
})

check.alone('registry.push.unreachable', async ({ post, del }) => {
  const model = `127.0.0.1:1/${PREFIX}registry-unreachable`
  await post('/api/copy', { source: models.templated, destination: model })
  const failed = await failure((stream) => post('/api/push', { model, insecure: true, stream }))
  await del('/api/delete', { model })
  return failed
})

// Pull

check.alone('registry.pull.steps', async ({ client, post, del }) => {
  const model = named('pulled')
  await publish(client, 'pulled')
  const pulled = await post('/api/pull', { model, insecure: true })
  const { config, layers } = await manifestOf(client, 'pulled')
  const blobs = progress(pulled)
  return {
    content_type: pulled.contentType,
    steps: steps(pulled),
    every_blob: blobs.length === (layers ?? []).concat(config).length,
    complete: blobs.every(({ total, completed }) => total === completed),
    then_deleted: (await del('/api/delete', { model })).status,
  }
})

const pullFailure = ({ post, given }: Tools) => failure((stream) => post('/api/pull', { ...given, stream }))

check('registry.pull.unknown', pullFailure)
check('registry.pull.unreachable', pullFailure)

check('registry.pull.malformed', async ({ post }) => ({
  malformed: outcome(await post('/api/pull', { model: 'bad name!', insecure: true })),
  none: outcome(await post('/api/pull', { insecure: true })),
}))

check.alone('registry.pull.insecure', async ({ client, post }) => {
  const model = named('insecure')
  return withModel(client, { model, from: models.templated }, async () => {
    await post('/api/push', { model, insecure: true, stream: false })
    const secure = ended(await post('/api/pull', { model, insecure: false, stream: false }))
    const absent = ended(await post('/api/pull', { model, stream: false }))
    return {
      secure,
      absent_as_secure: isDeepStrictEqual(absent, secure),
      push: (await post('/api/push', { model, stream: false })).status,
      insecure: ended(await post('/api/pull', { model, insecure: true, stream: false })),
    }
  })
})

check('registry.pull.digest-mismatch', async ({ client, post }) => {
  await post(`/v2/${PREFIX}registry-mismatch/blobs/uploads/?digest=${digest('1')}`, '{}', { to: 'registry' })
  await fill(client, 'mismatch', manifest(digest('1')))
  return ended(await post('/api/pull', { model: named('mismatch'), insecure: true, stream: false }))
})

check.alone('registry.pull.digest-mismatch.twice', async ({ client, post, del }) => {
  await post(`/v2/${PREFIX}registry-twice/blobs/uploads/?digest=${digest('2')}`, '{}', { to: 'registry' })
  await fill(client, 'twice', manifest(digest('2'), digest('2')))
  const pulled = await post('/api/pull', { model: named('twice'), insecure: true, stream: false })
  await del('/api/delete', { model: named('twice') })
  return ended(pulled)
})

check('registry.pull.missing-blob', async ({ client, post }) => {
  await fill(client, 'missing', manifest(digest('3')))
  return failure((stream) => post('/api/pull', { model: named('missing'), insecure: true, stream }))
})

check.alone('registry.pull.unused-layers', async ({ client, post }) => {
  const model = named('unused')
  const old = { model, from: models.templated, system: 'Old.' }
  const pulled = await withModel(client, old, async () => {
    await post('/api/push', { model, insecure: true, stream: false })
    await post('/api/create', { ...old, system: 'New.', stream: false })
    return post('/api/pull', { model, insecure: true })
  })
  // A blob that comes quickly need not be reported.
  return steps(pulled).filter((step) => step !== 'pulling …')
})

// Push and pull

check.alone('registry.answer', async ({ client, post }) => {
  const name = named('answer')
  const old = { name, username: 'me', password: 'secret', insecure: true, stream: false }
  const answer = ({ status, contentType, json }: Answer) => ({
    status,
    content_type: contentType,
    body: json,
  })
  return withModel(client, { model: name, from: models.templated }, async () => ({
    pushed: answer(await post('/api/push', old)),
    pulled: answer(await post('/api/pull', old)),
  }))
})

// What is stored

/** Everything that can be stored beside the weights. */
const FULL: Create = {
  system: 'Stored.',
  template: '[{{ .Prompt }}]',
  license: ['First.', 'Second.'],
  parameters: { stop: ['x', 'y'], top_p: 0.5, penalize_newline: true, mirostat: '2' },
  messages: [user('ping'), { role: 'assistant', content: 'pong' }],
}

check.alone('registry.stored.layers', async ({ client }) => {
  await publish(client, 'layers', FULL)
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

check.alone('registry.stored.config', async ({ client }) => {
  const built = { renderer: 'qwen3-coder', parser: 'qwen3-coder', requires: '0.14.0' }
  await publish(client, 'config', { ...FULL, ...built })
  const { config, layers, listed } = await configOf(client, 'config')
  const digests = layers?.map(({ digest }) => digest)
  return { ...config, ...(listed ? { rootfs_lists_layers: isDeepStrictEqual(listed, digests) } : {}) }
})

check.alone('registry.stored.digest', async ({ client, get, post, del }) => {
  const [created, pulled] = [named('created'), named('pulled-anew')]
  const { shown, served, listed } = await withModel(
    client,
    { model: created, from: models.templated },
    async () => {
      await post('/api/push', { model: created, insecure: true, stream: false })
      const shown = await stored(client, 'created', 'manifests/latest')
      const served = JSON.stringify(shown.json, null, 1)
      await post('/api/create', { model: pulled, from: models.templated, stream: false })
      await post('/api/push', { model: pulled, insecure: true, stream: false })
      await fill(client, 'pulled-anew', served)
      await post('/api/pull', { model: pulled, insecure: true, stream: false })
      return { shown, served, listed: (await get('/api/tags')).json.models }
    },
  )
  await del('/api/delete', { model: pulled })
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const digestOf = (model: string) => listed.find(({ name }) => name.endsWith(`/${model}:latest`))?.digest
  return {
    created: digestOf(`${PREFIX}registry-created`) === sha256(`${shown.text}\n`),
    pulled: digestOf(`${PREFIX}registry-pulled-anew`) === sha256(served),
  }
})

check.alone('registry.stored.remote', async ({ client, given }) => {
  await publish(client, 'remote', given)
  const { config, layers } = await configOf(client, 'remote')
  return { layers, config }
})
