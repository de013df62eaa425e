import { readdirSync, readFileSync, statSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listen } from '../base/loopback.ts'
import { Checkout, ledger, suite } from '../testing/checkout.ts'
import { fakeOllama } from '../testing/fake-ollama.ts'
import { gate } from '../testing/pass-on.ts'
import { startProxy } from '../testing/proxy.ts'

/** Servers that are not Ollama, each in one way, and what becomes of statements about what they have and have not. */

const FILES = {
  'specs/ollama/demo.yaml': ledger({
    'demo.anything': {},
    'demo.tags': { about: { endpoint: 'GET /api/tags' } },
    'demo.model': { about: { endpoint: 'POST /api/generate' } },
    'demo.create': { about: { endpoint: 'POST /api/create' } },
    'demo.embed': { about: { endpoint: 'POST /api/embed' } },
    'demo.signout': { about: { endpoint: 'POST /api/signout' } },
  }),
  'suites/ollama/demo.test.ts': suite(`
    import { models } from '../../fixtures/instruments/models.ts'
    const of = async (sent) => (await sent).status
    check('demo.anything', ({ get }) => of(get('/api/tags')))
    check('demo.tags', ({ get }) => of(get('/api/tags')))
    check('demo.model', ({ post }) => of(post('/api/generate', { model: models.successor })))
    check('demo.create', ({ post }) => of(post('/api/create', { model: 'conformance/demo', from: models.spare })))
    check('demo.embed', ({ post }) => of(post('/api/embed', { model: models.embedder, input: 'a' })))
    check('demo.signout', ({ post }) => of(post('/api/signout')))
  `),
}

type Answer = (request: IncomingMessage, response: ServerResponse) => boolean

async function startFake(version?: string, instead?: Answer) {
  const server = fakeOllama(version, instead)
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { server, url: await listen(server) }
}

async function runOn(url: string, env: Record<string, string> = {}, version = 'newest') {
  const checkout = new Checkout(FILES)
  const { output, code } = await checkout.run({ OLLAMA_TARGET: url, ...env })
  const { statements, target } = checkout.results(`ollama-${version}-url`)
  const verdicts = Object.fromEntries(
    statements.map(({ id, status, message }) => [
      id.replace('demo.', ''),
      message ? `${status}: ${message}` : status,
    ]),
  )
  return { checkout, output, code, target, verdicts }
}

const NOT_SERVED = {
  embed: 'not-applicable: not served: POST /api/embed',
  signout: 'not-applicable: not served: POST /api/signout',
}
const ALL = { anything: 'pass', tags: 'pass', model: 'pass', create: 'pass', ...NOT_SERVED }

/** Answers some requests with a status. */
const refusing =
  (
    paths: RegExp,
    status: number,
    type = 'application/json; charset=utf-8',
    body = '{"error":"not found"}',
  ): Answer =>
  ({ url = '' }, response) => {
    if (!paths.test(url)) return false
    response.writeHead(status, { 'content-type': type }).end(body)
    return true
  }

describe('a server of somebody else', { timeout: 180_000 }, () => {
  test('that makes no models', async () => {
    const { url } = await startFake('0.1.0', refusing(/^\/api\/(create|blobs)/, 404))
    const { verdicts, output } = await runOn(url, { CONFORMANCE_AS: '0.24.0' }, '0.24.0')
    expect(verdicts, output).toEqual({
      ...ALL,
      model:
        'not-applicable: conformance/successor is not there: the server makes no models: POST /api/blobs/:digest is not served',
      create: 'not-applicable: not served: POST /api/create',
    })
    expect(output).toContain('it calls itself 0.1.0, and is held to 0.24.0')
    expect(output).toMatch(/not served: .*POST \/api\/chat.*POST \/v1\/completions/)
    expect(output).toContain('models: none, for the server makes no models')
  })

  test('of which a profile is declared that it does not serve', async () => {
    const { url } = await startFake('0.24.0')
    const { verdicts, code } = await runOn(url, { CONFORMANCE_PROFILES: 'discover,embed' }, '0.24.0')
    expect(verdicts).toEqual({
      ...ALL,
      model: 'not-applicable: is about generate, and the run about discover, embed',
      create: 'not-applicable: is about manage, and the run about discover, embed',
      embed: 'fail: POST /api/embed is not served, and the profile embed is declared',
    })
    expect(code).toBe(1)
  })

  test('that is only read', async () => {
    const requests: string[] = []
    const { url } = await startFake('0.24.0', ({ method, url: path }) => {
      requests.push(`${method} ${path}`)
      return false
    })
    const { verdicts } = await runOn(url, { CONFORMANCE_READ_ONLY: 'yes' }, '0.24.0')
    expect(verdicts).toEqual({
      ...ALL,
      model:
        'not-applicable: conformance/successor is not there: nothing may be made on a server that is only read',
      create: 'not-applicable: POST /api/create changes what the server has, which is only read',
      signout: 'not-applicable: POST /api/signout changes what the server has, which is only read',
    })
    expect(
      requests.filter((one) => /^(POST|DELETE) .*(create|blobs|copy|delete|pull|push|signout)/.test(one)),
    ).toEqual([])
  })

  test('below a path, for whoever has the token, which is written nowhere', async () => {
    const { url } = await startFake('0.24.0', ({ url = '', headers }, response) => {
      if (headers.authorization !== undefined) response.setHeader('x-you-are', headers.authorization)
      if (url !== '/api/tags?loud') return false
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ models: [], token: headers.authorization }))
      return true
    })
    const proxy = await startProxy(url, { instead: gate('/base/path', 'Bearer open-sesame', true) })
    const env = { CONFORMANCE_HEADERS: 'authorization=THE_TOKEN', THE_TOKEN: 'Bearer open-sesame' }
    const { verdicts, output, checkout } = await runOn(`${proxy}/base/path`, env, '0.24.0')
    expect(verdicts, output).toEqual(ALL)
    const without = await checkout.run({ OLLAMA_TARGET: `${proxy}/base/path` })
    expect(without.output).toMatch(/asks for credentials; name the variable that holds them: --header/)
    expect(without.code).toBe(1)
    const quiet = new Checkout({
      'suites/ollama/demo.test.ts': suite("check('demo.anything', status)"),
      'specs/ollama/demo.yaml': ledger({ 'demo.anything': {} }),
    })
    const target = { OLLAMA_TARGET: `${proxy}/base/path`, ...env }
    const recorded = await quiet.run({ ...target, CONFORMANCE_RECORD: '1' })
    expect(recorded.output).toContain('recorded in')
    quiet.write({
      'suites/ollama/demo.test.ts': suite(
        "check('demo.anything', async ({ get }) => (await get('/api/tags?loud')).json.token)",
      ),
    })
    const loud = await quiet.run(target)
    expect(loud.output).toContain('observed "******************"')
    const written = [checkout, quiet].flatMap(({ folder }) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => /^(reports|fixtures.recordings)\b/.test(name))
        .map((name) => join(folder, name))
        .filter((path) => statSync(path).isFile()),
    )
    expect(written).toEqual(expect.arrayContaining([expect.stringMatching(/demo\.json$/)]))
    const texts = [output, recorded.output, loud.output, ...written.map((path) => readFileSync(path, 'utf8'))]
    expect(texts.filter((text) => text.includes('sesame'))).toEqual([])
  })

  test('whose models have the names that the configuration gives', async () => {
    const { server, url } = await startFake('0.24.0', refusing(/^\/api\/(create|blobs)/, 404))
    server.models.add('team/successor:v1')
    const checkout = new Checkout({ ...FILES, 'c.yaml': 'models: { successor: "team/successor:v1" }\n' })
    const { output } = await checkout.run({
      OLLAMA_TARGET: url,
      CONFORMANCE_CONFIG: `${checkout.folder}/c.yaml`,
    })
    const { statements } = checkout.results('ollama-0.24.0-url')
    const model = statements.find(({ id }) => id === 'demo.model')
    expect(model, output).toMatchObject({ status: 'pass' })
    expect(model?.evidence[0]?.request.body).toBe('{"model":"team/successor:v1"}')
    expect([...server.models]).toEqual(['team/successor:v1'])
    checkout.write({ 'c.yaml': 'models: { successor: "team/sucessor:v1" }\n' })
    const wrong = await checkout.run({ OLLAMA_TARGET: url, CONFORMANCE_CONFIG: `${checkout.folder}/c.yaml` })
    expect(wrong.output).toMatch(/has no model team\/sucessor:v1; did you mean team\/successor:v1\?/)
  })

  test('with a model of its own: what holds for any model is checked', async () => {
    const { server, url } = await startFake('0.24.0', refusing(/^\/api\/(create|blobs)/, 404))
    server.models.add('qwen3:0.6b')
    const env = { CONFORMANCE_MODEL: 'qwen3:0.6b' }
    const { verdicts, output } = await runOn(url, env, '0.24.0')
    expect(verdicts, output).toMatchObject({ model: 'not-applicable: depends on what the model says' })
    expect(output).toContain(
      "models: the server's own; only what holds whatever a model says is checked (qwen3:0.6b)",
    )
    const all = await runOn(url, { ...env, CONFORMANCE_EVERY_STATEMENT: 'yes' }, '0.24.0')
    expect(all.verdicts).toMatchObject({
      model: 'pass',
      create: 'not-applicable: not served: POST /api/create',
    })
  })

  test('that is silent for ever at one route: it is asked in vain no more, and everything else is judged', async () => {
    const BODY = '{"model":"m","prompt":"a"}'
    const names = Array.from({ length: 14 }, (_, index) => `demo.dead-${index}`)
    const checkout = new Checkout({
      'specs/ollama/demo.yaml': ledger(
        Object.fromEntries(
          ['demo.left', ...names, 'demo.lives'].map((id) => [
            id,
            { about: { endpoint: id === 'demo.lives' ? 'GET /api/tags' : 'POST /v1/completions' } },
          ]),
        ),
      ),
      'suites/ollama/demo.test.ts': suite(`
        const body = ${BODY}
        check.alone('demo.left', async ({ post }) => {
          for (let left = 3; left > 0; left--) {
            const call = post.start('/v1/completions', body)
            call.abort()
            await call.ended
          }
          return 200
        })
        const ask = async ({ post }) => (await post('/v1/completions', body)).status
        for (const id of ${JSON.stringify(names)}) check.alone(id, ask)
        check('demo.lives', async ({ get }) => (await get('/api/tags')).status)
      `),
    })
    let asked = 0
    const { url } = await startFake('0.24.0', ({ url: path, headers }) => {
      if (path !== '/v1/completions') return false
      if (headers['content-length'] === String(BODY.length)) asked += 1
      return true
    })
    const { output } = await checkout.run({ OLLAMA_TARGET: url, CONFORMANCE_PATIENCE: '12' })
    const { statements } = checkout.results('ollama-0.24.0-url')
    const silent = 'POST /v1/completions: the exchange was refused: Headers Timeout'
    const given = 'POST /v1/completions answers nothing: 2 requests in a row waited for up to 9 s'
    expect(
      statements.map(({ status, message }) => [status, message]),
      output,
    ).toEqual([
      ['pass', ''],
      ['fail', expect.stringContaining(silent)],
      ...names.slice(1).map(() => ['fail', given]),
      ['pass', ''],
    ])
    expect(output).toContain('silent for 15 s: POST /v1/completions')
    expect(asked, 'three of them aborted').toBeLessThanOrEqual(4)
    expect(output.split(`13 checks for one reason: ${given} (demo.dead-1, …)`)).toHaveLength(2)
  })

  test('that drops every fifth connection: what that hits fails, and nothing is the fault of the suite', async () => {
    let count = 0
    const { url } = await startFake('0.24.0', (request) => {
      count += 1
      if (count % 5 === 0) request.socket.destroy()
      return count % 5 === 0
    })
    const { verdicts, output } = await runOn(url, {}, '0.24.0')
    const kinds = new Set(Object.values(verdicts).map((one) => one.replace(/:.*/s, '')))
    expect([...kinds], output).toEqual(expect.arrayContaining(['pass']))
    expect(kinds.has('error'), output).toBe(false)
    expect(Object.keys(verdicts)).toHaveLength(6)
  })

  test('that adds a key, lacks one, or tells every 404 as a page: one finding that names it', async () => {
    const VERSION = { version: '0.24.0' }
    const rows = {
      'demo.answer': { values: [{ value: VERSION }] },
      'demo.keys': { values: [{ value: 'version' }] },
    }
    const checkout = new Checkout({
      'specs/ollama/demo.yaml': ledger({
        ...rows,
        'demo.exact': { ...rows['demo.answer'], tier: 'exact' },
        'demo.other': { about: { endpoint: 'POST /api/embed' } },
      }),
      'suites/ollama/demo.test.ts': suite(`
        const answer = async ({ get }) => (await get('/api/version')).json
        check('demo.answer', answer)
        check('demo.exact', answer)
        check('demo.keys', async (tools) => Object.keys(await answer(tools)).sort().join(' '))
        check('demo.other', async ({ post }) => (await post('/api/embed', { model: 'a', input: 'a' })).status)
      `),
    })
    const run = async (answer: object) => {
      const { url } = await startFake('0.24.0', ({ url: path = '' }, response) => {
        if (path === '/api/version')
          response
            .writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
            .end(JSON.stringify(answer))
        else if (/embed|nothing/.test(path))
          response.writeHead(404, { 'content-type': 'text/html' }).end(`<h1>${path} Not Found</h1>`)
        else return false
        return true
      })
      const { output } = await checkout.run({ OLLAMA_TARGET: url, CONFORMANCE_AS: '0.24.0' })
      const { statements, messages } = checkout.results('ollama-0.24.0-url')
      return {
        output,
        statuses: Object.fromEntries(statements.map(({ id, status }) => [id.replace('demo.', ''), status])),
        findings: messages.flatMap(({ id, status, problems }) =>
          problems.map(({ place, kind }) => `${id} ${status}: ${kind} ${place}`),
        ),
      }
    }
    const other = 'not-applicable'
    const more = await run({ ...VERSION, engine: 'mine' })
    expect(more.statuses, more.output).toEqual({ answer: 'pass', keys: 'pass', exact: 'fail', other })
    expect(more.findings).toEqual(['version/response added: added /engine'])
    const less = await run({})
    expect(less.statuses, less.output).toEqual({ answer: 'fail', keys: 'fail', exact: 'fail', other })
    expect(less.findings).toEqual(['version/response fail: missing /version'])
  })

  test('that is slow gets the time that its answers need', async () => {
    const { url } = await startFake('0.24.0', ({ url: path, method }, response) => {
      if (path !== '/api/generate') return false
      setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'), 100)
      return method === 'POST'
    })
    const checkout = new Checkout({
      ...FILES,
      'suites/ollama/demo.test.ts': suite(`
        check('demo.model', async ({ post }) => {
          for (let left = 12; left > 0; left--) await post('/api/generate', { model: 'conformance/x', prompt: 'a' })
          return 200
        })
      `),
      'specs/ollama/demo.yaml': ledger({ 'demo.model': { about: { endpoint: 'POST /api/generate' } } }),
    })
    const { output } = await checkout.run({ OLLAMA_TARGET: url, CONFORMANCE_PATIENCE: '1' })
    expect(output).toMatch(/the server is slow: a check may take [678] s/)
    expect(checkout.results('ollama-0.24.0-url').statements[0]).toMatchObject({ status: 'pass' })
  })
})
