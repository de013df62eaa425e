import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { TestProject } from 'vitest/node'
import { listen } from '../base/loopback.ts'
import { fromRoot } from '../base/paths.ts'
import { OWNER } from '../base/temporary.ts'
import { Checkout, ledger, suite } from '../testing/checkout.ts'
import { type FakeOllama, fakeOllama } from '../testing/fake-ollama.ts'
import { temporaryFolder } from '../testing/folder.ts'
import { deadUrl, head, startPeer } from '../testing/peer.ts'
import { POSIX, program } from '../testing/program.ts'
import setUp from './session.ts'

const DEMO = {
  'specs/ollama/demo.yaml': ledger({ 'demo.passes': {} }),
  'suites/ollama/demo.test.ts': suite(`check('demo.passes', status)`),
}

/** For tests that start a Vitest. */
const LIMIT = { timeout: 180_000 }

/** What the suite itself says. */
const words = (output: string) =>
  output.split('\n').flatMap((line) => line.match(/^ollama-conformance: (.*)/)?.[1] ?? [])

async function serve(server: FakeOllama): Promise<string> {
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return listen(server)
}

describe('the set-up', () => {
  let said: string[]
  beforeEach(() => {
    said = []
    const temp = temporaryFolder()
    for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, temp)
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(...words(String(text))) > 0)
    vi.spyOn(process, 'exit').mockImplementation((code) => {
      throw new Error(`exit ${code}`)
    })
    return () => {
      vi.restoreAllMocks()
      vi.unstubAllEnvs()
    }
  })

  /** Does what a run does before its first check; the answer is what it does after the last one. */
  function setUpFor(target: string): Promise<() => Promise<void>> {
    vi.stubEnv('OLLAMA_TARGET', target)
    return setUp({ name: 'ollama', provide() {}, onTestsRerun() {} } as unknown as TestProject)
  }

  const answering = async (text: string) =>
    (await startPeer(({ socket }) => socket.end(`${head(`Content-Length: ${text.length}`)}${text}`))).url

  test.each<[what: string, target: () => string | Promise<string>, line: RegExp]>([
    ['nonsense', () => 'foo', /^OLLAMA_TARGET=foo is no target; use container, /],
    [
      'a program that is not there',
      () => 'binary:/nowhere/ollama',
      /^no program \/nowhere\/ollama; name one /,
    ],
    ['a version that nobody recorded', () => 'replay:9.9.9', /^there is no recording of ollama 9\.9\.9; /],
    [
      'a server that is not there',
      deadUrl,
      /^no server answers at http:\S+ \(connection refused\); start it, or choose another target$/,
    ],
    [
      'a server of something else',
      () => answering('<html>hello</html>'),
      /^http:\S+ serves nothing of Ollama's API; /,
    ],
    ['a server of null', () => answering('null'), /^http:\S+ serves nothing of Ollama's API; /],
  ])('ends the run with one line for %s', async (_, target, line) => {
    await expect(setUpFor(await target())).rejects.toThrow('exit 1')
    expect(said.at(-1)).toMatch(line)
    expect(readdirSync(tmpdir())).toEqual([])
  })

  test.each<[says: string, instead: string | undefined, line: RegExp]>([
    ['0.1.0', undefined, /^it calls itself 0\.1\.0, and is held to /],
    ['a bare string', '"v3.1"', /^it calls itself v3\.1, and is held to /],
    ['nothing', '', /^target is ollama \d+\.\d+\.\d+ \(url: /],
  ])('goes on where a version is %s', async (says, instead, line) => {
    const server = fakeOllama(says, ({ url }, response) => {
      if (url !== '/api/version' || instead === undefined) return false
      response.writeHead(instead === '' ? 404 : 200, { 'content-type': 'application/json' }).end(instead)
      return true
    })
    const tearDown = await setUpFor(await serve(server))
    await tearDown()
    expect(
      said.some((one) => line.test(one)),
      said.join('\n'),
    ).toBe(true)
  })

  test('names a broken list of known failures before it starts anything', async () => {
    const list = join(temporaryFolder({ 'list.yaml': '- id: demo.passes\n' }), 'list.yaml')
    vi.stubEnv('CONFORMANCE_KNOWN_FAILURES', list)
    await expect(setUpFor('foo')).rejects.toThrow('exit 1')
    expect(said).toEqual([`${list}:1: an entry of known-failures needs reason`])
  })

  test('names an entry of the list about a statement that there is not, with the nearest', async () => {
    const text = '- { id: generate.raw.bypasses-templates, reason: x, link: x }\n'
    const list = join(temporaryFolder({ 'list.yaml': text }), 'list.yaml')
    vi.stubEnv('CONFORMANCE_KNOWN_FAILURES', list)
    await expect(setUpFor('foo')).rejects.toThrow('exit 1')
    expect(said).toEqual([
      `${list}:1: there is no statement generate.raw.bypasses-templates; did you mean generate.raw.bypasses-template?`,
    ])
  })

  test('does not record a replay', async () => {
    vi.stubEnv('CONFORMANCE_RECORD', '1')
    await expect(setUpFor('replay')).rejects.toThrow('exit 1')
    expect(said.at(-1)).toBe('a replay cannot be recorded; choose a live target')
  })

  test('removes models from a server of somebody else, and only its own', async () => {
    const server = fakeOllama()
    server.models.add('precious:latest').add('conformance/left-by-an-earlier-run')
    server.models.add('127.0.0.1:5000/precious/model').add('127.0.0.1:5000/conformance/pulled-by-one')
    const tearDown = await setUpFor(await serve(server))
    expect(server.models.size).toBeGreaterThan(5)
    expect(said).toContain(
      'models of the suite are there already (conformance/left-by-an-earlier-run, 127.0.0.1:5000/conformance/pulled-by-one): an earlier run was broken off, or another is under way, which this one disturbs',
    )
    await tearDown()
    expect([...server.models]).toEqual(['precious:latest', '127.0.0.1:5000/precious/model'])
  })

  test('removes what a killed run left, also where it makes no folder itself', async () => {
    const [host] = OWNER.split('-')
    const { pid } = spawnSync(process.execPath, ['--version'])
    mkdirSync(join(tmpdir(), `ollama-conformance-${host}-${pid}-abc123`, 'models'), { recursive: true })
    const tearDown = await setUpFor(await serve(fakeOllama()))
    await tearDown()
    expect(readdirSync(tmpdir())).toEqual([])
  })

  test('removes them also when the server does not take all of them', async () => {
    const server = fakeOllama('0.24.0', (request, response) => {
      const full = server.models.size === 2 && request.url === '/api/create'
      if (full) response.writeHead(500).end('full')
      return full
    })
    await expect(setUpFor(await serve(server))).rejects.toThrow('exit 1')
    expect(said.at(-1)).toBe('the server does not take the instruments: POST /api/create gave 500 full')
    expect([...server.models]).toEqual([])
  })

  test('ends the run where the server only says that it made them', async () => {
    const server = fakeOllama('0.24.0', (request, response) => {
      const create = request.url === '/api/create'
      if (create) response.setHeader('content-type', 'application/json').end('{"status":"success"}')
      return create
    })
    await expect(setUpFor(await serve(server))).rejects.toThrow('exit 1')
    expect(said.at(-1)).toMatch(/^the server says that it made conformance\/\w+, and does not have it$/)
  })

  test('says so where it cannot', async () => {
    const server = fakeOllama()
    const tearDown = await setUpFor(await serve(server))
    server.close().closeAllConnections()
    await tearDown()
    expect(said.at(-1)).toMatch(/^models remain: /)
  })
})

describe('the command', LIMIT, () => {
  test('ends with one line and without a stack for what cannot be had', async () => {
    const { code, output } = await new Checkout(DEMO).run({ OLLAMA_TARGET: 'foo' })
    expect(output.trim()).toMatch(/^RUN .*\n\nollama-conformance: OLLAMA_TARGET=foo is no target; .*$/)
    expect(code).toBe(1)
  })

  test('names a broken ledger before it starts anything', async () => {
    const checkout = new Checkout({ 'specs/ollama/demo.yaml': 'statements:\n  - id: demo\n' })
    const { code, output } = await checkout.setUp({ OLLAMA_TARGET: 'foo' }).ended
    expect(output).toMatch(/^ollama-conformance: the ledger is broken\n {2}specs\/ollama\/demo\.yaml:2: /)
    expect(output).not.toContain('foo')
    expect(code).toBe(1)
  })

  test.runIf(POSIX)('removes its models when it is interrupted (POSIX)', async () => {
    const server = fakeOllama()
    const run = new Checkout(DEMO).setUp({ OLLAMA_TARGET: await serve(server) })
    await run.writes('set up')
    expect(server.models.size).toBeGreaterThan(0)
    run.child.kill('SIGTERM')
    expect((await run.ended).code).toBe(130)
    expect([...server.models]).toEqual([])
  })
})

/** A program that is the fake Ollama. @param then more of it; `server` is there */
const fakeProgram = (then = '') =>
  program(`
    import { fakeOllama } from ${JSON.stringify(fromRoot('harness/testing/fake-ollama.ts'))}
    const server = fakeOllama()
    server.listen(0, '127.0.0.1', () => console.log('Listening on 127.0.0.1:' + server.address().port + ' '))
    ${then}
  `)

describe.runIf(POSIX)('a program (on POSIX)', LIMIT, () => {
  test('serves the suite, a second one the checks that need their own, and nothing is left', async () => {
    const checkout = new Checkout({
      'specs/ollama/demo.yaml': ledger({
        'demo.passes': {},
        'demo.launches': { needs: { launch: { OLLAMA_NUM_PARALLEL: '2' } } },
        'demo.launches-too': { needs: { launch: { OLLAMA_NUM_PARALLEL: '2' } } },
        'demo.cannot-launch': { needs: { launch: { OLLAMA_DIE: 'yes' } } },
      }),
      'suites/ollama/demo.test.ts': suite(`
        for (const name of ['passes', 'launches', 'launches-too', 'cannot-launch']) check('demo.' + name, status)
      `),
    })
    const path = fakeProgram(`
      import { appendFileSync } from 'node:fs'
      appendFileSync(${JSON.stringify(checkout.folder)} + '/starts', (process.env.OLLAMA_NUM_PARALLEL ?? '-') + '\\n')
      if (process.env.OLLAMA_DIE) { console.error('I die'); process.exit(7) }
    `)
    const { code, output, leftovers } = await checkout.run({ OLLAMA_TARGET: `binary:${path}` })
    const { statements, target } = checkout.results('ollama-0.24.0-binary')
    expect(statements.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'demo.passes pass',
      'demo.launches pass',
      'demo.launches-too pass',
      'demo.cannot-launch error',
    ])
    expect(statements[3]?.message).toMatch(/ollama ended with exit code 7; its last words:\n\s+I die/)
    expect(checkout.read('starts').split('\n').sort()).toEqual(['', '-', '-', '2'])
    expect(target).toMatchObject({ kind: 'binary', label: path })
    expect(code, output).toBe(1)
    expect(leftovers).toEqual([])
  })

  test('is taken down by a signal', async () => {
    const { url, connections } = await startPeer(() => {})
    // The program calls the test, which sees the end of the connection when the program ends.
    const path = fakeProgram(`
      import { connect } from 'node:net'
      connect(${new URL(url).port}, '127.0.0.1').write('GET / HTTP/1.1\\r\\n\\r\\n')
      process.on('SIGINT', () => {})
    `)
    const checkout = new Checkout({
      ...DEMO,
      'suites/ollama/demo.test.ts': suite(`
        check('demo.passes', async () => {
          process.stderr.write('the check has begun\\n')
          return new Promise(() => {})
        })
      `),
    })
    const run = checkout.start({ OLLAMA_TARGET: `binary:${path}` })
    await run.writes('the check has begun')
    run.child.kill('SIGINT')
    const { code, output, leftovers } = await run.ended
    expect(code, output).toBe(130)
    expect(words(output).at(-1)).toBe('SIGINT: cleaning up')
    expect(leftovers).toEqual([])
    expect(connections).toHaveLength(1)
    await connections[0]?.closed
  })
})
