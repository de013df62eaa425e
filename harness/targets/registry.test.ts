import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { connect as tls } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listen } from '../base/loopback.ts'
import { Checkout, ledger, suite } from '../testing/checkout.ts'
import { fakeOllama } from '../testing/fake-ollama.ts'
import { startRegistry } from './registry.ts'

async function registry(): Promise<string> {
  const { host, stop } = await startRegistry()
  onTestFinished(stop)
  return `http://${host}/v2/conformance/model`
}

/** Uploads as Ollama does: asks for a place, sends the bytes there, then says their digest. */
async function upload(model: string, digest: string, ...parts: string[]) {
  let place = await fetch(`${model}/blobs/uploads/`, { method: 'POST' })
  const statuses = [place.status]
  const next = () => place.headers.get('location') ?? ''
  for (const body of parts) {
    place = await fetch(next(), { method: 'PATCH', body })
    statuses.push(place.status)
  }
  place = await fetch(`${next()}?digest=${digest}&etag=x`, { method: 'PUT' })
  return [...statuses, place.status]
}

describe('the registry', () => {
  test('keeps what is uploaded in parts, and gives it back as a whole and in ranges', async () => {
    const model = await registry()
    expect(await upload(model, 'sha256:1', 'abc', 'def')).toEqual([202, 202, 202, 201])
    const whole = await fetch(`${model}/blobs/sha256:1`)
    expect([whole.status, await whole.text()]).toEqual([200, 'abcdef'])
    expect(whole.headers.get('location')).toBe(`${model}/blobs/sha256:1`)
    const range = await fetch(`${model}/blobs/sha256:1`, { headers: { range: 'bytes=2-4' } })
    expect([range.status, await range.text()]).toEqual([206, 'cde'])
    const head = await fetch(`${model}/blobs/sha256:1`, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '6'])
  })

  test('takes a blob in one request, whatever its digest', async () => {
    const model = await registry()
    const post = { method: 'POST', body: 'abc' }
    expect((await fetch(`${model}/blobs/uploads/?digest=sha256:2`, post)).status).toBe(201)
    expect(await (await fetch(`${model}/blobs/sha256:2`)).text()).toBe('abc')
  })

  test('is a proxy behind which there is nothing but itself, as https://ollama.com', async () => {
    const { host, authority, stop } = await startRegistry()
    onTestFinished(stop)
    const ca = readFileSync(await authority(), 'utf8')
    const port = Number(host.split(':')[1])
    const tunnel = async (to: string) => {
      const socket = connect({ host: '127.0.0.1', port })
      socket.write(`CONNECT ${to} HTTP/1.1\r\nhost: ${to}\r\n\r\n`)
      const [answer] = (await once(socket, 'data')) as [Buffer]
      return { socket, status: answer.toString().slice(0, 12) }
    }
    const { socket, status } = await tunnel('ollama.com:443')
    expect(status).toBe('HTTP/1.1 200')
    const secure = tls({ socket, servername: 'ollama.com', ca })
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const { x = '' } = publicKey.export({ format: 'jwk' })
    const length = (of: number) => Buffer.from([0, 0, 0, of])
    const name = Buffer.concat([length(11), Buffer.from('ssh-ed25519'), length(32)])
    const key = Buffer.concat([name, Buffer.from(x, 'base64url')]).toString('base64')
    const path = `/api/user/keys/${Buffer.from(`ssh-ed25519 ${key}`).toString('base64url')}?ts=5`
    const signature = sign(null, Buffer.from(`DELETE,${path}`), privateKey).toString('base64')
    secure.write(
      `DELETE ${path} HTTP/1.1\r\nhost: ollama.com\r\nauthorization: Bearer ${key}:${signature}\r\n\r\n`,
    )
    secure.write(`GET ${path} HTTP/1.1\r\nhost: ollama.com\r\nauthorization: ${key}:${signature}\r\n\r\n`)
    await once(secure, 'data')
    secure.end()
    for (const other of ['ollama.com:80', 'registry.ollama.ai:443', 'example.com:443'])
      expect((await tunnel(other)).status).toBe('HTTP/1.1 403')
    const lines = (await (await fetch(`http://${host}/requests?to=ollama.com`)).text()).trim().split('\n')
    const seen = lines.map((line) => JSON.parse(line)).map(({ path, headers }) => ({ path, ...headers }))
    expect(seen).toEqual([
      {
        path: '/api/user/keys/{key}?ts={time}',
        host: 'ollama.com',
        authorization: 'Bearer {key}:{signature}',
      },
      // It signed something else.
      { path: path.replace('=5', '={time}'), host: 'ollama.com', authorization: `${key}:${signature}` },
    ])
  })

  test('answers as it is told, as often as it is told, and shows what came', async () => {
    const model = await registry()
    const told = [
      { to: 'GET /v2/conformance/model/a', status: 429, headers: { 'retry-after': '1' }, body: 'later' },
      { to: 'GET /v2/conformance/model/a', status: 200, body: 'abcdef', cut: 3 },
      { to: 'POST /v2/conformance/model/a', with: 'yes', status: 418, times: 2 },
    ]
    const host = new URL(model).origin
    expect((await fetch(`${host}/answers`, { method: 'PUT', body: JSON.stringify(told) })).status).toBe(201)
    const first = await fetch(`${model}/a?x=1`, { headers: { range: 'bytes=1-2' } })
    expect([first.status, first.headers.get('retry-after'), await first.text()]).toEqual([429, '1', 'later'])
    await expect(fetch(`${model}/a`).then((answer) => answer.text())).rejects.toThrow('terminated')
    const post = async (body: string) => (await fetch(`${model}/a`, { method: 'POST', body })).status
    expect([await post('no'), await post('yes'), await post('yes'), await post('yes')]).toEqual([
      404, 418, 418, 404,
    ])
    expect(
      (await (await fetch(`${host}/requests?to=model/a?x`)).text())
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        method: 'GET',
        path: '/v2/conformance/model/a?x=1',
        headers: { range: 'bytes=1-2', accept: '*/*' },
        body: '',
      },
    ])
  })

  test('tells whose client left an answer that had stalled', async () => {
    const model = await registry()
    const host = new URL(model).origin
    const told = [{ to: 'GET /v2/conformance/model/a', status: 200, body: 'ab', cut: 1, stall: true }]
    await fetch(`${host}/answers`, { method: 'PUT', body: JSON.stringify(told) })
    const left = async () => (await (await fetch(`${host}/left?to=model/a`)).text()).trim()
    const leaves = new AbortController()
    const answer = await fetch(`${model}/a`, { signal: leaves.signal })
    await answer.body?.getReader().read()
    expect(await left()).toBe('')
    leaves.abort()
    await expect.poll(left).toMatch('"path":"/v2/conformance/model/a"')
  })

  test('a manifest gives its blobs their media types', async () => {
    const model = await registry()
    await upload(model, 'sha256:1', '{}')
    await upload(model, 'sha256:2', 'abc')
    const typeOf = async (path: string) => (await fetch(`${model}/${path}`)).headers.get('content-type')
    expect(await typeOf('blobs/sha256:1')).toBe('application/octet-stream')
    const manifest = (layers: object[] | null) => ({
      method: 'PUT',
      headers: { 'content-type': 'x/manifest' },
      body: JSON.stringify({ config: { digest: 'sha256:1', mediaType: 'x/config' }, layers }),
    })
    expect((await fetch(`${model}/manifests/one`, manifest(null))).status).toBe(201)
    await fetch(`${model}/manifests/two`, manifest([{ digest: 'sha256:2', mediaType: 'x/layer' }]))
    expect(await typeOf('manifests/one')).toBe('x/manifest')
    expect(await typeOf('blobs/sha256:1')).toBe('x/config')
    expect(await typeOf('blobs/sha256:2')).toBe('x/layer')
  })

  test('has a model to itself, and nothing that it was not given', async () => {
    const model = await registry()
    await upload(model, 'sha256:1', 'abc')
    const missing = [
      `${model}/blobs/sha256:2`,
      `${model}-2/blobs/sha256:1`,
      `${model}/manifests/latest`,
      model,
    ]
    for (const url of missing) expect((await fetch(url)).status, url).toBe(404)
    const broken = { method: 'PUT', body: 'no JSON' }
    expect((await fetch(`${model}/manifests/broken`, broken)).status).toBe(201)
  })
})

/** A server that asks the registry for the manifest of the model that it is told to pull. */
const pullingOllama = (reaches: boolean) =>
  fakeOllama('0.24.0', (request, response) => {
    if (request.url !== '/api/pull') return false
    const pull = async () => {
      let body = ''
      for await (const part of request) body += part
      const [host = '', ...model] = JSON.parse(body).model.split('/')
      const url = `http://${host}/v2/${model.join('/')}/manifests/latest`
      const found = reaches && host !== '' && (await fetch(url)).ok
      response.writeHead(found ? 200 : 500, { 'content-type': 'application/json' })
      response.end(JSON.stringify(found ? { status: 'success' } : { error: 'file does not exist' }))
    }
    void pull()
    return true
  })

const PULLS = {
  'specs/ollama/demo.yaml': ledger({ 'demo.pulls': { needs: { registry: true } }, 'demo.passes': {} }),
  'suites/ollama/demo.test.ts': suite(`
    check('demo.passes', status)
    check('demo.pulls', async ({ client }) => {
      const type = 'application/vnd.docker.distribution.manifest.v2+json'
      const layer = { digest: 'sha256:' + '1'.repeat(64), size: 2 }
      await client.send({
        to: 'registry',
        method: 'PUT',
        path: '/v2/conformance/demo/manifests/latest',
        headers: { 'content-type': type },
        body: {
          schemaVersion: 2,
          mediaType: type,
          config: { mediaType: 'application/vnd.docker.container.image.v1+json', ...layer },
          layers: null,
        },
      })
      const body = { model: '{registry}/conformance/demo', stream: false }
      return (await client.send({ method: 'POST', path: '/api/pull', body })).status
    })
  `),
}

describe('a run', { timeout: 180_000 }, () => {
  async function run(checkout: Checkout, reaches: boolean, env = {}) {
    const server = pullingOllama(reaches)
    onTestFinished(() => void server.close().closeAllConnections())
    return checkout.run({ OLLAMA_TARGET: await listen(server), ...env })
  }

  test('gives a server the registry, and its recording fits every port', async () => {
    const checkout = new Checkout(PULLS)
    const live = await run(checkout, true, { CONFORMANCE_RECORD: '1' })
    expect(live.code, live.output).toBe(0)
    expect(live.output).toContain('2 pass')
    const recorded = checkout.read('fixtures/recordings/ollama/0.24.0/demo.json')
    expect(recorded).toContain('{registry}/conformance/demo')
    expect(recorded).not.toContain('127.0.0.1:')
    const replay = await checkout.run({ OLLAMA_TARGET: 'replay' })
    expect(replay.code, replay.output).toBe(0)
    expect(replay.output).toContain('2 pass')
  })

  test('says so where the server does not reach it', async () => {
    const checkout = new Checkout(PULLS)
    const { code, output } = await run(checkout, false)
    expect(code, output).toBe(0)
    const [, pulls] = checkout.results('ollama-0.24.0-url').statements
    expect(pulls).toMatchObject({
      id: 'demo.pulls',
      status: 'not-applicable',
      message: "needs a server that reaches the suite's registry, on the loopback interface of this machine",
    })
  })

  test('asks the registry for nobody who does not say that it is needed', async () => {
    const checkout = new Checkout({
      ...PULLS,
      'specs/ollama/demo.yaml': ledger({ 'demo.pulls': {}, 'demo.passes': {} }),
    })
    const { code, output } = await run(checkout, true)
    expect(output).toContain('demo.pulls asks the registry; say so in its row: needs')
    expect(code).toBe(1)
  })
})
