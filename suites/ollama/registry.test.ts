import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { afterAll } from 'vitest'
import { instruments } from '../../fixtures/instruments/instruments.ts'
import { models, PREFIX } from '../../fixtures/instruments/models.ts'
import { tableModel } from '../../fixtures/instruments/table-model.ts'
import { check, type Tools } from '../../harness/run/check.ts'
import { LEFTOVERS } from '../../harness/targets/leftovers.ts'
import type { Told } from '../../harness/targets/registry.ts'
import { deleteLater, deleteNow } from '../../harness/run/later.ts'
import type { AnswerOf, BodyOf } from '../../harness/wire/answers.ts'
import { type Client, REGISTRY } from '../../harness/wire/client.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import type { StoredModelConfig, StoredModelManifest } from '../../schemas/ollama/types.ts'
import { askEach, outcome } from '../answers.ts'
import { poll, withModel } from './loaded.ts'
import { left, type Received, received, tell } from './peer.ts'
import { GREEDY, user } from './requests.ts'

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

const hash = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const digestOf = (bytes: string | Uint8Array) => `sha256:${hash(bytes)}`

/** What a manifest says of a config or layer. */
type Part = { digest: string; size: number; type?: string }

const partOf = (bytes: string | Uint8Array, type?: string): Part => ({
  digest: digestOf(bytes),
  size: bytes.length,
  ...(type && { type }),
})

/** A part with a digest that no bytes have, each its own. */
const lie = (last: string): Part => ({ digest: `sha256:${'0'.repeat(63)}${last}`, size: 2 })

const manifest = ({ digest, size }: Part, ...layers: Part[]) => ({
  schemaVersion: 2,
  mediaType: MANIFEST,
  config: { mediaType: 'application/vnd.docker.container.image.v1+json', digest, size },
  layers: layers.map(({ digest, size, type = 'template' }) => ({ mediaType: LAYER + type, digest, size })),
})

/** Puts bytes into the registry, under a digest that need not be theirs. */
const store = (client: Client, model: string, digest: string, bytes: string) =>
  client.send({
    to: 'registry',
    method: 'POST',
    path: `/v2/${PREFIX}registry-${model}/blobs/uploads/?digest=${digest}`,
    body: bytes,
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

/** How the records of blobs follow each other: how many each has depends on the time. */
function course({ records }: Answer) {
  const blobs = records.filter(({ digest }) => digest)
  const runs = blobs.filter(({ digest }, index) => digest !== blobs[index - 1]?.digest)
  const pairs = blobs
    .slice(1)
    .map((later, index) => [blobs[index] as (typeof blobs)[number], later] as const)
    .filter(([before, later]) => before.digest === later.digest)
  return {
    one_after_the_other: runs.length > 1 && new Set(runs.map(({ digest }) => digest)).size === runs.length,
    total_stays: pairs.every(([before, later]) => before.total === later.total),
    completed_falls: pairs.some(([before, later]) => (later.completed ?? 0) < (before.completed ?? 0)),
  }
}

/** What an error says, without folders of the server and the address and words of whoever refused. */
const masked = (text: string) =>
  text
    .replace(/open .*?[\\/](manifests)[\\/].*?[\\/]/, 'open …/$1/…/')
    .replace(/127\.0\.0\.1:\d{4,5}/g, '…')
    .replace(/sha256:[1-9a-f][0-9a-f]{63}/, 'sha256:…')
    .replace(/(dial tcp 127\.0\.0\.1:1: ).*/, '$1…')
    .replace(/nonce=[^&"]*/, 'nonce=…')
    .replace(/ts=\d+/, 'ts=…')

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

// What pushes is alone: two pushes of one layer are one, to one of the two places.
afterAll(deleteNow)

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

check.alone('registry.push.progress', async ({ client, post }) => {
  const model = named('course-pushed')
  const body = { model, from: models.templated, system: 'Pushed.' }
  return course(await withModel(client, body, () => post('/api/push', { model, insecure: true })))
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

check.alone('registry.pull.progress', async ({ client, post, del }) => {
  const model = named('course-pulled')
  await publish(client, 'course-pulled', { system: 'Pulled.' })
  const pulled = await post('/api/pull', { model, insecure: true })
  await del('/api/delete', { model })
  return course(pulled)
})

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
  const wrong = lie('1')
  await store(client, 'mismatch', wrong.digest, '{}')
  await fill(client, 'mismatch', manifest(wrong))
  return ended(await post('/api/pull', { model: named('mismatch'), insecure: true, stream: false }))
})

check('registry.pull.digest-mismatch.twice', async ({ client, post }) => {
  const wrong = lie('2')
  await store(client, 'twice', wrong.digest, '{}')
  await fill(client, 'twice', manifest(wrong, wrong))
  deleteLater(client, named('twice'))
  return ended(await post('/api/pull', { model: named('twice'), insecure: true, stream: false }))
})

check('registry.pull.missing-blob', async ({ client, post }) => {
  await fill(client, 'missing', manifest(lie('3')))
  return failure((stream) => post('/api/pull', { model: named('missing'), insecure: true, stream }))
})

/** With a model that lost its system message in the registry after it was pushed. */
function withChanged<Result>(
  { client, post }: Tools,
  name: string,
  use: (model: string, blob: (kind: string) => `/api/blobs/${string}`) => Promise<Result>,
): Promise<Result> {
  const model = named(name)
  return withModel(client, { model, from: models.templated, system: `The system of ${name}.` }, async () => {
    await post('/api/push', { model, insecure: true, stream: false })
    const { layers: all, ...rest } = await manifestOf(client, name)
    const layers = all ?? []
    await fill(client, name, {
      ...rest,
      layers: layers.filter(({ mediaType }) => mediaType !== `${LAYER}system`),
    })
    return use(model, (kind) => {
      const layer = layers.find(({ mediaType }) => mediaType === LAYER + kind)
      return `/api/blobs/${layer?.digest}`
    })
  })
}

check.alone('registry.pull.unused-layers', (tools) =>
  withChanged(tools, 'unused', async (model) =>
    steps(await tools.post('/api/pull', { model, insecure: true })),
  ),
)

check.alone('registry.pull.unused-layers.gone', (tools) =>
  withChanged(tools, 'unused-gone', async (model, blob) => {
    await tools.post('/api/pull', { model, insecure: true, stream: false })
    const status = async (kind: string) => (await tools.head(blob(kind))).status
    return { system: await status('system'), template: await status('template') }
  }),
)

check.alone('registry.pull.unused-layers.shared', (tools) =>
  withChanged(tools, 'unused-shared', async (model, blob) => {
    const destination = 'conformance/registry-shared'
    await tools.post('/api/copy', { source: model, destination })
    await tools.post('/api/pull', { model, insecure: true, stream: false })
    const system = (await tools.head(blob('system'))).status
    await tools.del('/api/delete', { model: destination })
    return { system }
  }),
)

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
  const digestIn = (model: string) => listed.find(({ name }) => name.endsWith(`/${model}:latest`))?.digest
  return {
    created: digestIn(`${PREFIX}registry-created`) === hash(`${shown.text}\n`),
    pulled: digestIn(`${PREFIX}registry-pulled-anew`) === hash(served),
  }
})

check.alone('registry.stored.remote', async ({ client, given }) => {
  await publish(client, 'remote', given)
  const { config, layers } = await configOf(client, 'remote')
  return { layers, config }
})

// Whatever the registry answers

const pathOf = (model: string, part: string) => `/v2/${PREFIX}registry-${model}/${part}`
const lastOf = (id: string) => id.split('.').at(-1)

check.each('registry.pull.status.*', async ({ id, client, post, given }) => {
  const name = `status-${lastOf(id)}`
  const told = { to: `GET ${pathOf(name, 'manifests/latest')}`, body: 'no luck', ...given }
  await tell(client, { ...told, times: 2 })
  return failure((stream) => post('/api/pull', { model: named(name), insecure: true, stream }))
})

check.alone.each('registry.pull.manifest.*', async ({ client, post, del, given }) => {
  const model = named('manifest')
  await tell(client, { to: `GET ${pathOf('manifest', 'manifests/latest')}`, status: 200, body: given })
  const pulled = ended(await post('/api/pull', { model, insecure: true, stream: false }))
  await del('/api/delete', { model })
  return pulled
})

check.alone.each('registry.push.manifest-status.*', async ({ client, post, given }) => {
  const model = named('refusing')
  return withModel(client, { model, from: models.templated }, async () => {
    await tell(client, {
      to: `PUT ${pathOf('refusing', 'manifests/latest')}`,
      body: 'no luck',
      ...given,
      times: 2,
    })
    return failure((stream) => post('/api/push', { model, insecure: true, stream }))
  })
})

/** Gives the server a model of a config alone, and the registry answers to a push of that. */
async function withAnswers(
  { client, post, mark }: Pick<Tools, 'client' | 'post' | 'mark'>,
  name: string,
  answers: (blob: string, uploads: string) => Told[],
) {
  const model = named(name)
  deleteLater(client, model)
  const blob = await offer(client, name, `{"${mark}":"${name}"}`)
  await post('/api/pull', { model, insecure: true, stream: false })
  await tell(client, ...answers(blob, pathOf(name, 'blobs/uploads/')))
  return model
}

check.each('registry.push.blob-status.*', async ({ client, post, mark, given: { method, status } }) => {
  const name = `blob-${method.toLowerCase()}-${status}`
  const refusal = { status, body: 'no luck' }
  const model = await withAnswers({ client, post, mark }, name, (blob, uploads) =>
    method === 'HEAD'
      ? [{ to: `HEAD ${blob}`, ...refusal }]
      : [
          { to: `HEAD ${blob}`, status: 404 },
          { to: `POST ${uploads}`, ...refusal },
        ],
  )
  return ended(await post('/api/push', { model, insecure: true, stream: false }))
})

check('registry.push.mounted-again', async ({ client, post, mark }) => {
  const name = 'mounted-again'
  const model = await withAnswers({ client, post, mark }, name, (blob, uploads) => [
    { to: `HEAD ${blob}`, status: 404, times: 2 },
    { to: `POST ${uploads}`, status: 201, times: 2 },
  ])
  const asked = async () =>
    lines(await received(client, `registry-${name}/blobs/`)).filter((line) => line !== 'GET blob')
  return askEach(['first', 'again'], async () => {
    const before = (await asked()).length
    const pushed = ended(await post('/api/push', { model, insecure: true, stream: false }))
    return { ...pushed, asked: (await asked()).slice(before) }
  })
})

/** The parameters of a query but for what is new each time. */
const stable = (path: string) => {
  const url = new URL(path, 'http://registry')
  for (const name of ['ts', 'nonce']) if (url.searchParams.has(name)) url.searchParams.set(name, '…')
  return decodeURIComponent(url.pathname + url.search)
}

const challenge = (realm: string) => ({
  'www-authenticate': `Bearer realm="${realm}",service="conformance",scope="repository:a:pull repository:b:pull"`,
})

check('registry.pull.token', async ({ client, post }) => {
  const model = named('token')
  await offer(client, 'token', '{"of":"token"}')
  deleteLater(client, model)
  const manifest = `GET ${pathOf('token', 'manifests/latest')}`
  await tell(
    client,
    { to: manifest, status: 401, headers: challenge(`http://${REGISTRY}/token`) },
    { to: 'GET /token', status: 200, body: '{"token":"secret"}' },
  )
  const pulled = await post('/api/pull', { model, insecure: true, stream: false })
  const asked = await received(client, '/token?')
  const manifests = await received(client, `"path":"${pathOf('token', 'manifests/latest')}"`)
  return {
    ...ended(pulled),
    asked: asked.map(({ path, headers }) => ({
      path: stable(path),
      signed: /^[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$/.test(headers.authorization ?? ''),
    })),
    authorization: manifests
      .filter(({ method }) => method === 'GET')
      .map(({ headers }) => headers.authorization),
  }
})

check('registry.pull.token.refused', async ({ client, post }) => {
  const to = `GET ${pathOf('refused', 'manifests/latest')}`
  await tell(
    client,
    { to, status: 401, headers: challenge(`http://${REGISTRY}/token-refused`) },
    { to: 'GET /token-refused', status: 403, body: 'who are you' },
  )
  return ended(await post('/api/pull', { model: named('refused'), insecure: true, stream: false }))
})

check('registry.pull.token.broken', async ({ client, post }) => {
  const to = `GET ${pathOf('broken-token', 'manifests/latest')}`
  await tell(
    client,
    { to, status: 401, headers: challenge(`http://${REGISTRY}/token-broken`) },
    { to: 'GET /token-broken', status: 200, body: 'no JSON' },
  )
  return ended(await post('/api/pull', { model: named('broken-token'), insecure: true, stream: false }))
})

check('registry.pull.token.twice', async ({ client, post }) => {
  const to = `GET ${pathOf('unsatisfied', 'manifests/latest')}`
  const again = { to, status: 401, headers: challenge(`http://${REGISTRY}/token-again`), times: 2 }
  await tell(client, again, { to: 'GET /token-again', status: 200, body: '{"token":"secret"}', times: 2 })
  return ended(await post('/api/pull', { model: named('unsatisfied'), insecure: true, stream: false }))
})

check('registry.pull.token.other-host', async ({ client, post }) => {
  const to = `GET ${pathOf('other-host', 'manifests/latest')}`
  await tell(client, { to, status: 401, headers: challenge('http://127.0.0.1:1/token'), times: 2 })
  return ended(await post('/api/pull', { model: named('other-host'), insecure: true, stream: false }))
})

/** Puts a model of a config and layers into the registry. @returns the path of its config there */
async function offer(client: Client, model: string, config: string, ...layers: string[]) {
  for (const text of [config, ...layers]) await store(client, model, digestOf(text), text)
  await fill(client, model, manifest(partOf(config), ...layers.map((text) => partOf(text))))
  return pathOf(model, `blobs/${digestOf(config)}`)
}

const rangesOf = async (client: Client, path: string) =>
  (await received(client, `"path":"${path}"`)).map(({ method, headers }) =>
    [method, headers.range].filter(Boolean).join(' '),
  )

check('registry.pull.requests', async ({ client, post }) => {
  const model = named('requests')
  deleteLater(client, model)
  const path = await offer(client, 'requests', '{"of":"requests"}')
  await post('/api/pull', { model, insecure: true, stream: false })
  const first = await rangesOf(client, path)
  await post('/api/pull', { model, insecure: true, stream: false })
  const again = (await rangesOf(client, path)).slice(first.length)
  const [manifests] = await received(
    client,
    `"path":"${pathOf('requests', 'manifests/latest')}","headers":{"accept`,
  )
  return { first, again, accept: manifests?.headers.accept }
})

check('registry.pull.resume', async ({ client, post }) => {
  const model = named('resume')
  deleteLater(client, model)
  const text = '{"of":"a download that is cut off"}'
  const path = await offer(client, 'resume', text)
  await tell(
    client,
    // First it asks where the blob is, then for its bytes.
    { to: `GET ${path}`, status: 200, headers: { location: `http://${REGISTRY}${path}` }, body: text },
    { to: `GET ${path}`, status: 206, body: text, cut: 10, stall: true },
  )
  const call = post.start('/api/pull', { model, insecure: true })
  await call.until(({ text }) => text.includes('"completed":10'))
  call.abort()
  await call.ended
  // A pull that comes before the server has left the first would wait for what stalls there.
  await poll(
    () => left(client, path),
    (lines) => lines.length > 0,
  )
  const again = () => post('/api/pull', { model, insecure: true, stream: false })
  const { json } = await poll(again, ({ json }) => json.status === 'success', 20)
  return { ranges: await rangesOf(client, path), status: json.status }
})

check('registry.pull.cut', async ({ client, post }) => {
  const model = named('cut')
  deleteLater(client, model)
  const text = '{"of":"a download that is cut off once"}'
  const path = await offer(client, 'cut', text)
  await tell(
    client,
    { to: `GET ${path}`, status: 200, headers: { location: `http://${REGISTRY}${path}` }, body: text },
    { to: `GET ${path}`, status: 206, body: text, cut: 10 },
  )
  const pulled = ended(await post('/api/pull', { model, insecure: true, stream: false }))
  return { ranges: await rangesOf(client, path), ...pulled }
})

check('registry.pull.redirect', async ({ client, post }) => {
  const model = named('redirect')
  deleteLater(client, model)
  const text = '{"of":"a blob elsewhere"}'
  const path = await offer(client, 'redirect', text)
  await tell(
    client,
    { to: `GET ${path}`, status: 307, headers: { location: `http://${REGISTRY}/elsewhere` } },
    { to: 'GET /elsewhere', status: 200, headers: { location: `http://${REGISTRY}/elsewhere` }, body: text },
    { to: 'GET /elsewhere', status: 206, body: text },
  )
  const pulled = ended(await post('/api/pull', { model, insecure: true, stream: false }))
  return { elsewhere: await rangesOf(client, '/elsewhere'), ...pulled }
})

check.alone('registry.push.requests', async ({ client, post }) => {
  const model = named('pushed-twice')
  const body = { model, from: models.templated, system: 'Pushed twice.' }
  return withModel(client, body, async () => {
    const lines = async () =>
      (await received(client, 'registry-pushed-twice/')).map(({ method, path, headers }) => {
        const { pathname, searchParams } = new URL(path, 'http://registry')
        const what = pathname
          .replace(/.*registry-pushed-twice/, '')
          .replace(/sha256:\w+/, '…')
          .replace(/uploads\/\d+/, 'uploads/…')
        return [
          method,
          what,
          ...[...searchParams.keys()].sort(),
          headers['content-range'] ? 'content-range' : '',
        ]
          .filter(Boolean)
          .join(' ')
      })
    await post('/api/push', { model, insecure: true, stream: false })
    const first = await lines()
    await post('/api/push', { model, insecure: true, stream: false })
    const count = (all: string[]) => [...new Set(all)].sort()
    return { first: count(first), again: count((await lines()).slice(first.length)) }
  })
})

check.each('registry.name.*', async ({ client, post, given }) => {
  await post('/api/pull', { model: given.replace('host', REGISTRY), insecure: true, stream: false })
  const part = given.replace(/.*\//, '').replace(/:.*/, '')
  return (await received(client, `/${part}/`)).map(({ path }) => path)[0]
})

// Models whose parts are broken

/** The spare model in a file of its own: it goes with whatever was made of it. */
const FILE = tableModel({ ...instruments.spare.table, name: 'broken' })

/** Pulls a model of parts that are there: a server waits a second for each that it downloads. */
async function pullMade(
  { client, post }: Tools,
  config: string,
  layers: { type: string; bytes: string | Uint8Array }[],
) {
  for (const bytes of [config, ...layers.map(({ bytes }) => bytes)])
    await client.send({ method: 'POST', path: `/api/blobs/${digestOf(bytes)}`, body: bytes })
  await client.send({
    to: 'registry',
    method: 'PUT',
    path: pathOf('made', 'manifests/latest'),
    wrong: true,
    body: manifest(partOf(config), ...layers.map(({ bytes, type }) => partOf(bytes, type))),
  })
  return post('/api/pull', { model: named('made'), insecure: true, stream: false })
}

const CONFIG =
  '{"model_format":"gguf","model_family":"llama","model_families":["llama"],"model_type":"182K","file_type":"F32","architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}'

check.alone.each('registry.broken.*', async (tools) => {
  const { post, get, del, given } = tools
  const model = named('made')
  const failed = (exchange: Exchange) => {
    const { status, error } = outcome(exchange)
    return status === 200
      ? 200
      : {
          status,
          error: masked(error ?? '')
            .replace(/\S*(?=[/\\]blobs)/, '…')
            .replace(/sha256-\w{64}/, 'sha256-…')
            .replace(
              /.*(process (has terminated|no longer running)|failed to load|do load request).*/s,
              'it does not load',
            ),
        }
  }
  const listed = async () =>
    (await get('/api/tags')).json.models.some(({ name }) => name.includes('registry-made'))
  const { config = CONFIG, parts = [], weights = true } = given
  const layers = parts.map(({ type, text }: { type: string; text: string }) => ({ type, bytes: text }))
  const pulled = failed(
    await pullMade(tools, config, weights ? [{ type: 'model', bytes: FILE }, ...layers] : layers),
  )
  const options = { ...GREEDY, num_predict: 2, num_thread: 1, num_ctx: 256 }
  const answers = {
    pulled,
    ...(given.listed && { listed: await listed() }),
    show: failed(await post('/api/show', { model })),
    generate: failed(await post('/api/generate', { model, prompt: 'a', stream: false, options })),
    chat: failed(await post('/api/chat', { model, messages: [user('a')], stream: false, options })),
    create: failed(
      await post('/api/create', { model: 'conformance/registry-remade', from: model, stream: false }),
    ),
  }
  await del('/api/delete', { model: 'conformance/registry-remade' })
  return { ...answers, deleted: failed(await del('/api/delete', { model })) }
})

// What a pull leaves behind, and what a push says of itself

check('registry.pull.totals', async ({ client, post }) => {
  const model = named('totals')
  deleteLater(client, model)
  // A blob that comes quickly need not be reported, one that is there is.
  const there = 'Counted.'
  await post(`/api/blobs/${digestOf(there)}`, there)
  await offer(client, 'totals', '{"of":"totals"}', there)
  const pulled = progress(await post('/api/pull', { model, insecure: true }))
  const { config, layers } = await manifestOf(client, 'totals')
  const all = [...(layers ?? []), config]
  // Nor is its end, where the download is over before the next report is due.
  const complete = ({ digest, total, completed }: (typeof pulled)[0]) =>
    digest !== digestOf(there) || completed === total
  return {
    totals_are_sizes: pulled.every(
      (one) => all.some(({ digest, size }) => one.digest === digest && one.total === size) && complete(one),
    ),
    named_by_digest: pulled.every(({ digest, status }) => status === `pulling ${digest?.slice(7, 19)}`),
  }
})

check('registry.pull.digest-mismatch.again', async ({ client, head, post }) => {
  const wrong = lie('5')
  await store(client, 'again', wrong.digest, '{}')
  await fill(client, 'again', manifest(wrong))
  const pull = () => post('/api/pull', { model: named('again'), insecure: true, stream: false })
  const first = ended(await pull())
  const stored = (await head(`/api/blobs/${wrong.digest}`)).status
  return { stored, same_again: isDeepStrictEqual(ended(await pull()), first) }
})

check.each('registry.pull.blob-status.*', async ({ client, post, given }) => {
  const name = `blob-${given.status}`
  const path = await offer(client, name, `{"of":"${name}"}`)
  await tell(client, { to: `HEAD ${path}`, body: '', ...given, times: 2 })
  return failure((stream) => post('/api/pull', { model: named(name), insecure: true, stream }))
})

check('registry.pull.both', async ({ client, post }) => {
  const [model, name] = [named('both-new'), named('both-old')]
  deleteLater(client, model)
  await offer(client, 'both-new', '{"of":"the new field"}')
  const pulled = ended(await post('/api/pull', { model, name, insecure: true, stream: false }))
  const asked = await received(client, 'registry-both-')
  return {
    ...pulled,
    asked: [...new Set(asked.filter(({ method }) => method === 'GET').map(({ path }) => path.split('/')[3]))],
  }
})

check.alone('registry.push.both', async ({ client, post }) => {
  const [model, name] = [named('push-new'), named('push-old')]
  return withModel(client, { model, from: models.templated }, async () => {
    const pushed = ended(await post('/api/push', { model, name, insecure: true, stream: false }))
    return { ...pushed, stored_as: (await stored(client, 'push-new', 'manifests/latest')).contentType }
  })
})

check.alone('registry.push.token', async ({ client, post }) => {
  const model = named('push-token')
  const system = 'A layer that needs a token.'
  return withModel(client, { model, from: models.templated, system }, async () => {
    const digest = digestOf(system)
    await tell(
      client,
      {
        to: `HEAD ${pathOf('push-token', `blobs/${digest}`)}`,
        status: 401,
        headers: challenge(`http://${REGISTRY}/token-push`),
      },
      { to: 'GET /token-push', status: 200, body: '{"token":"secret"}' },
    )
    const pushed = ended(await post('/api/push', { model, insecure: true, stream: false }))
    const sent = await received(client, 'registry-push-token/')
    const first = sent.findIndex(({ headers }) => headers.authorization)
    return {
      ...pushed,
      asked: (await received(client, '/token-push?')).length,
      with_token_from_then_on: sent
        .slice(first)
        .every(({ headers }) => headers.authorization === 'Bearer secret'),
      manifest: sent.filter(({ path, method }) => method === 'PUT' && path.includes('/manifests/')).length,
    }
  })
})

check.alone('registry.push.upload', async ({ client, post }) => {
  const model = named('upload')
  const system = 'A layer whose upload is looked at.'
  const { size, digest } = {
    size: system.length,
    digest: digestOf(system),
  }
  return withModel(client, { model, from: models.templated, system }, async () => {
    await post('/api/push', { model, insecure: true, stream: false })
    const sent = await received(client, 'registry-upload/')
    const patched = sent.filter(({ method, body }) => method === 'PATCH' && body === system)
    const [put] = sent.filter(
      ({ method, path }) => method === 'PUT' && path.includes(encodeURIComponent(digest)),
    )
    const mounted = sent.find(({ method, path }) => method === 'POST' && path.includes('from='))
    const md5 = createHash('md5').update(createHash('md5').update(system).digest()).digest('hex')
    const query = new URL(put?.path ?? '', 'http://registry').searchParams
    const from = new URL(mounted?.path ?? '', 'http://registry').searchParams
    return {
      ranges: patched.map(({ headers }) => headers['content-range']?.replace(String(size - 1), '<size - 1>')),
      digest: query.get('digest') === digest,
      etag: query.get('etag')?.replace(md5, '<md5 of md5>'),
      from: from.get('from'),
      mount_is_digest: /^sha256:[0-9a-f]{64}$/.test(from.get('mount') ?? ''),
    }
  })
})

check.alone('registry.stored.size', async ({ client, get, post }) => {
  const model = named('sized')
  return withModel(client, { model, from: models.templated, ...FULL }, async () => {
    await post('/api/push', { model, insecure: true, stream: false })
    const { config, layers } = await manifestOf(client, 'sized')
    const sizes = [...(layers ?? []), config].map(({ size }) => size)
    const entry = (await get('/api/tags')).json.models.find(({ name }) => name.includes('registry-sized'))
    return { is_sum: entry?.size === sizes.reduce((sum, size) => sum + size, 0) }
  })
})

// What is tried again, and where: a server waits a second before it sends or fetches the same again

/** An answer to a request for `blob`, which is the path of the blob. */
const answering = (path: string, answers: Told[]) =>
  answers.map((told) => ({ ...told, to: told.to.replace(/ blob$/, ` ${path}`) }))

const lines = (all: Received[]) =>
  all.map(({ method, path, headers }) =>
    [
      method,
      path.replace(/.*\/blobs\/sha256:\w+/, 'blob').replace(/\?.*/, ''),
      headers.range ?? headers['content-range'],
      headers.authorization,
    ]
      .filter(Boolean)
      .join(' '),
  )

check.each('registry.pull.again.*', async ({ client, post, mark, given: { name, answers } }) => {
  const model = named(name)
  deleteLater(client, model)
  // What never comes stays on the server as a download that was begun.
  const arrives = answers.some(({ body }: Told) => body)
  const path = await offer(client, name, `{"${arrives ? 'of' : mark}":"${name}"}`)
  await tell(client, ...answering(path, answers))
  const pulled = ended(await post('/api/pull', { model, insecure: true, stream: false }))
  return {
    ...pulled,
    asked: lines(await received(client, name)).filter((line) => !/manifests|POST/.test(line)),
  }
})

check('registry.pull.no-length', async ({ client, post }) => {
  const model = named('no-length')
  deleteLater(client, model)
  const path = await offer(client, 'no-length', '{"of":"no-length"}')
  await tell(client, { to: `HEAD ${path}`, status: 200, times: 30 })
  return ended(await post('/api/pull', { model, insecure: true, stream: false }))
})

check.alone('registry.pull.damaged', async ({ client, post }) => {
  const model = named('damaged')
  deleteLater(client, model)
  const template = LEFTOVERS.damaged
  await offer(client, 'damaged', '{"of":"damaged"}', template)
  const pulled = ended(await post('/api/pull', { model, insecure: true, stream: false }))
  const asked = await rangesOf(client, pathOf('damaged', `blobs/${digestOf(template)}`))
  return { ...pulled, asked }
})

/** Gives the server a model of a config alone, which the registry then says that it has not. */
const unpushed = (
  { client, post }: Pick<Tools, 'client' | 'post'>,
  name: string,
  headers: Record<string, string> = { location: `http://${REGISTRY}/upload-${name}` },
) =>
  withAnswers({ client, post, mark: 'of' }, name, (blob, uploads) => [
    { to: `HEAD ${blob}`, status: 404, times: 30 },
    { to: `POST ${uploads}`, status: 202, headers, times: 30 },
  ])

check.each('registry.push.again.*', async ({ client, post, given: { name, headers, answers } }) => {
  const model = await unpushed({ client, post }, name, headers)
  await tell(client, ...answers)
  const pushed = ended(await post('/api/push', { model, insecure: true, stream: false }))
  return { ...pushed, sent: lines(await received(client, `"/upload-${name}`)) }
})

check('registry.push.aborted', async ({ client, post }) => {
  const model = await unpushed({ client, post }, 'aborted')
  const upload = '/upload-aborted'
  const next = { status: 202, headers: { location: `http://${REGISTRY}${upload}` }, times: 30 }
  await tell(
    client,
    { to: `PATCH ${upload}`, status: 202, stall: true },
    { to: `PATCH ${upload}`, ...next },
    { to: `PUT ${upload}`, ...next },
  )
  const call = post.start('/api/push', { model, insecure: true })
  const sent = async () => lines(await received(client, `"${upload}`))
  await poll(sent, (all) => all.length > 0)
  call.abort()
  await call.ended
  await poll(
    () => left(client, `"${upload}`),
    (lines) => lines.length > 0,
  )
  const again = () => post('/api/push', { model, insecure: true, stream: false })
  const { json } = await poll(again, ({ json }) => json.status === 'success', 20)
  const all = await sent()
  return {
    status: json.status,
    sent: [...new Set(all)],
    from_the_start: all.filter((line) => line === all[0]).length > 1,
  }
})

check('registry.pull.stalled', async ({ client, post, mark }) => {
  const text = `{"${mark}":"a download that stalls"}`
  const path = await offer(client, 'stalled', text)
  const at = (headers: Told['headers'] = {}) => ({ to: `GET ${path}`, status: 200, headers, body: text })
  await tell(client, at({ location: `http://${REGISTRY}${path}` }), { ...at(), cut: 10, stall: true })
  const call = post.start('/api/pull', { model: named('stalled'), insecure: true })
  await call.until(({ text }) => text.includes('"completed":10'))
  // In the time in which another download is tried again.
  const name = 'beside-stalled'
  deleteLater(client, named(name))
  const other = await offer(client, name, `{"of":"${name}"}`)
  await tell(
    client,
    { to: `GET ${other}`, status: 200, headers: { location: `http://${REGISTRY}${other}` } },
    { to: `GET ${other}`, status: 206, body: '{' },
  )
  const beside = ended(await post('/api/pull', { model: named(name), insecure: true, stream: false }))
  call.abort()
  const { records } = await call.ended
  const { completed, total } = records.at(-1)
  return { beside, completed, of_all: total === text.length }
})

check('registry.push.token-manifest', async ({ client, post }) => {
  const model = await unpushed({ client, post }, 'token-manifest')
  const to = `PUT ${pathOf('token-manifest', 'manifests/latest')}`
  const upload = { status: 202, headers: { location: `http://${REGISTRY}/upload-token-manifest` } }
  await tell(
    client,
    { to: 'PATCH /upload-token-manifest', ...upload },
    { to: 'PUT /upload-token-manifest', ...upload },
    // A quotation mark inside ends no value.
    {
      to,
      status: 401,
      headers: { 'www-authenticate': `Bearer realm="http://${REGISTRY}/token-manifest",service="one"two"` },
    },
    { to: 'GET /token-manifest', status: 200, body: '{"token":"secret"}' },
  )
  const pushed = ended(await post('/api/push', { model, insecure: true, stream: false }))
  const sent = (
    await received(client, `"method":"PUT","path":"${pathOf('token-manifest', 'manifests/latest')}"`)
  ).slice(1)
  const [asked] = await received(client, '/token-manifest?')
  return {
    ...pushed,
    tokens: sent.map(({ headers }) => headers.authorization ?? 'none'),
    same: sent[0]?.body === sent[1]?.body,
    service: new URL(asked?.path ?? '', 'http://registry').searchParams.get('service'),
  }
})

check('registry.create.absent', async ({ post }) =>
  ended(
    await post('/api/create', { model: 'conformance/registry-absent', from: named('absent'), stream: false }),
  ),
)

// What a server clears up when it starts

check.alone('registry.start.leftovers', async ({ client, head, post }) => {
  const blob = async (text: string) => (await head(`/api/blobs/${digestOf(text)}`)).status
  const [old, young] = [await blob(LEFTOVERS.old), await blob(LEFTOVERS.young)]
  const model = named('begun')
  deleteLater(client, model)
  const path = await offer(client, 'begun', LEFTOVERS.begun)
  const pulled = ended(await post('/api/pull', { model, insecure: true, stream: false }))
  return { old, young, ...pulled, ranges: await rangesOf(client, path) }
})
