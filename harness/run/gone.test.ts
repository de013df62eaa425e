import { describe, expect, onTestFinished, test } from 'vitest'
import { listen } from '../base/loopback.ts'
import { fromRoot } from '../base/paths.ts'
import { Checkout, ledger, suite } from '../testing/checkout.ts'
import { command } from '../testing/command.ts'
import { fakeOllama } from '../testing/fake-ollama.ts'
import { POSIX, program } from '../testing/program.ts'

const ASKED = '/api/version?asked'
const VERSION = '{"version":"0.24.0"}'
const NAMES = ['first', 'second', 'third', 'fourth']

/** Checks one after the other, and a server that lasts for two of them. */
const project = () =>
  new Checkout({
    'specs/ollama/demo.yaml': ledger(Object.fromEntries(NAMES.map((name) => [`demo.${name}`, {}]))),
    'suites/ollama/demo.test.ts': suite(`
      const ask = async ({ client }) => (await client.send({ method: 'GET', path: ${JSON.stringify(ASKED)} })).status
      for (const name of ${JSON.stringify(NAMES)}) check.alone('demo.' + name, ask)`),
  })

/** It answers twice what the checks ask, and closes for good at the third time. */
async function mortal(version = '0.24.0'): Promise<string> {
  let asked = 0
  const server = fakeOllama(version, (request, response) => {
    if (request.url !== ASKED) return false
    asked += 1
    if (asked < 3) response.setHeader('Content-Type', 'application/json').end(VERSION)
    else server.close().closeAllConnections()
    return true
  })
  onTestFinished(() => void server.close().closeAllConnections())
  return listen(server)
}

/** It loses the connection of every third request that the checks send. */
async function careless(): Promise<string> {
  let asked = 0
  const server = fakeOllama('0.24.0', (request, response) => {
    if (request.url !== ASKED) return false
    asked += 1
    if (asked % 3 === 0) request.socket.resetAndDestroy()
    else response.setHeader('Content-Type', 'application/json').end(VERSION)
    return true
  })
  onTestFinished(() => void server.close().closeAllConnections())
  return listen(server)
}

const statuses = (checkout: Checkout, folder: string) =>
  checkout.results(folder).statements.map(({ status }) => status)

describe('a server that goes away in mid-run', { timeout: 180_000 }, () => {
  test('is named once, and what it did not come to is no finding', async () => {
    const checkout = project()
    const url = await mortal()
    const ran = await command(checkout.folder, ['run', '--target', url], {}, checkout.folder)
    const output = ran.stdout + ran.stderr
    expect(ran.code, output).toBe(2)
    expect(statuses(checkout, 'ollama-0.24.0-url')).toEqual(['pass', 'pass', 'error', 'error'])
    expect(output.split('went away')).toHaveLength(2)
    expect(output).toContain(
      `ollama-conformance: error: the server went away in mid-run: nothing answers at ${url} any more (connection refused); 2 checks could not be judged; find out why, and run again\n`,
    )
  })

  test('makes its side of a comparison one that could not be judged', async () => {
    const checkout = project()
    const sides = [await mortal(), await mortal('0.32.15')] as const
    const { code, stdout, stderr } = await command(checkout.folder, ['diff', ...sides], {}, checkout.folder)
    expect(code, stderr).toBe(2)
    expect(stdout).toBe('')
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
      /^ollama-conformance: http:\S+ could not be judged: the server went away in mid-run: nothing answers .*; 2 checks/,
    )
  })

  test.runIf(POSIX)('tells how it ended, where the suite started it (POSIX)', async () => {
    const checkout = project()
    const path = program(`
      import { fakeOllama } from ${JSON.stringify(fromRoot('harness/testing/fake-ollama.ts'))}
      let asked = 0
      const server = fakeOllama('0.24.0', (request, response) => {
        if (request.url !== ${JSON.stringify(ASKED)}) return false
        asked += 1
        if (asked < 3) response.setHeader('Content-Type', 'application/json').end(${JSON.stringify(VERSION)})
        else {
          console.error('panic: what a pity\\n\\ngoroutine 1 [running]:')
          process.exitCode = 7
          server.close().closeAllConnections()
        }
        return true
      })
      server.listen(0, '127.0.0.1', () => console.log('Listening on 127.0.0.1:' + server.address().port + ' '))
    `)
    const { code, output } = await checkout.run({ OLLAMA_TARGET: `binary:${path}` })
    expect(code, output).toBe(1)
    expect(statuses(checkout, 'ollama-0.24.0-binary')).toEqual(['pass', 'pass', 'error', 'error'])
    expect(output).toContain(
      `the server went away in mid-run: ${path} ended with exit code 7: panic: what a pity; 2 checks could not be judged`,
    )
    // At once, for it may have many servers, and when it is over.
    expect(output.split('panic: what a pity')).toHaveLength(3)
  })
})

/** A program that lasts for two checks, and ends in the race of models.ps.ends-server, which is over in 0.32.4. */
const racing = (version: string) =>
  program(`
    import { mkdirSync, writeFileSync } from 'node:fs'
    import { models } from ${JSON.stringify(fromRoot('fixtures/instruments/models.ts'))}
    import { fakeOllama } from ${JSON.stringify(fromRoot('harness/testing/fake-ollama.ts'))}
    for (const name of Object.values(models)) {
      const folder = process.env.OLLAMA_MODELS + '/manifests/registry.ollama.ai/' + name
      mkdirSync(folder, { recursive: true })
      writeFileSync(folder + '/latest', '{}')
    }
    mkdirSync(process.env.OLLAMA_MODELS + '/blobs', { recursive: true })
    let asked = 0
    const server = fakeOllama('${version}', (request, response) => {
      if (request.url !== ${JSON.stringify(ASKED)}) return false
      asked += 1
      if (asked < 3) response.setHeader('Content-Type', 'application/json').end('{"version":"${version}"}')
      else {
        console.error('fatal error: concurrent map iteration and map write\\n\\ngoroutine 1 [running]:')
        process.exitCode = 2
        server.close().closeAllConnections()
      }
      return true
    })
    server.listen(0, '127.0.0.1', () => console.log('Listening on 127.0.0.1:' + server.address().port + ' '))
  `)

describe.runIf(POSIX)('a server that ends in a race (POSIX)', { timeout: 180_000 }, () => {
  const raced = () => {
    const checkout = project()
    const race = { until: '0.32.4', excluded: 'It is a race.' }
    checkout.write({ 'specs/ollama/models.yaml': ledger({ 'models.ps.ends-server': race }) })
    return checkout
  }

  test('that is known is started again, and its check begins anew', async () => {
    const checkout = raced()
    const { code, output } = await checkout.run({ OLLAMA_TARGET: `binary:${racing('0.24.0')}` })
    expect(code, output).toBe(0)
    expect(output).toContain('map write, a known race of this version; the server is started again')
    expect(statuses(checkout, 'ollama-0.24.0-binary').slice(0, 4)).toEqual(['pass', 'pass', 'pass', 'pass'])
  })

  test('that should be over is gone', async () => {
    const checkout = raced()
    const { code, output } = await checkout.run({ OLLAMA_TARGET: `binary:${racing('0.32.15')}` })
    expect(code, output).toBe(1)
    expect(statuses(checkout, 'ollama-0.32.15-binary').slice(0, 4)).toEqual([
      'pass',
      'pass',
      'error',
      'error',
    ])
  })
})

test('a server that loses every third connection is judged by the others', { timeout: 180_000 }, async () => {
  const checkout = project()
  const { code, output } = await checkout.run({ OLLAMA_TARGET: await careless() })
  expect(code, output).toBe(1)
  const { statements, stopped } = checkout.results('ollama-0.24.0-url')
  expect(statements.map(({ status }) => status)).toEqual(['pass', 'pass', 'fail', 'pass'])
  expect(statements[2]?.message).toMatch(/^GET \/api\/version\?asked: the exchange was refused: /)
  expect(stopped).toBeUndefined()
})

test(
  'a server that answers no more ends the run, also the checks that wait for it',
  { timeout: 180_000 },
  async () => {
    const checkout = new Checkout({
      'specs/ollama/demo.yaml': ledger({ 'demo.aborts': {}, 'demo.waits': {}, 'demo.later': {} }),
      'suites/ollama/demo.test.ts': suite(`
      const body = { model: 'conformance/spare', prompt: 'a', stream: false }
      check('demo.aborts', async ({ post }) => {
        const call = post.start('/api/generate', body)
        call.abort()
        return (await call.ended).status ?? 'nothing'
      })
      check('demo.waits', async ({ post }) => (await post('/api/generate', body)).status)
      check.alone('demo.later', status)`),
    })
    const server = fakeOllama('0.24.0', (request) => request.url === '/api/generate')
    onTestFinished(() => void server.close().closeAllConnections())
    const target = await listen(server)
    const { code, stdout, stderr } = await command(
      checkout.folder,
      ['run', '--target', target],
      {},
      checkout.folder,
    )
    expect(code, stdout + stderr).toBe(2)
    expect(stderr).toContain('the server may leave requests without an answer: asked for one token of')
    expect(checkout.results('ollama-0.24.0-url')).toMatchObject({
      statements: [{ status: 'fail' }, { status: 'error' }, { status: 'error' }],
      stopped:
        'the server leaves requests without an answer: asked for one token of conformance/spare it says nothing for 20 s, as if requests whose clients went away kept their place; 2 checks could not be judged; find out why, and run again',
    })
  },
)
