import { describe, expect, onTestFinished, test } from 'vitest'
import { listen } from '../base/loopback.ts'
import { Checkout, ledger, suite } from '../testing/checkout.ts'
import { fakeOllama } from '../testing/fake-ollama.ts'
import { parseXml } from '../testing/xml.ts'

/** A server to run against: it misbehaves as the query of a request asks it to. */
async function startServer(): Promise<string> {
  const server = fakeOllama('0.24.0', (request, response) => {
    const asked = request.url?.split('?')[1]
    if (asked === 'teapot') response.writeHead(418).end()
    if (asked === 'shape') response.setHeader('Content-Type', 'application/json').end('{"version":5}')
    if (asked === 'cut') {
      response.writeHead(200, { 'Content-Length': 9 }).write('abc', () => response.destroy())
    }
    // It is a llama-server too.
    const props = request.url === '/props'
    if (props) response.end('{"build_info":"b10434-abcdef"}')
    // Anything else that is asked is never answered.
    return props || asked !== undefined
  })
  const url = await listen(server)
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return url
}

const GREEN = {
  'specs/ollama/demo.yaml': ledger({ 'demo.passes': {} }),
  'suites/ollama/demo.test.ts': suite(`check('demo.passes', status)`),
}
const KNOWN = 'reason: It is older.\n  link: https://example.org/1\n'

/** Each run starts a Vitest, and some tests make two. */
const LIMIT = { timeout: 180_000 }

test('each outcome has its status, and evidence of what was on the wire', LIMIT, async () => {
  const url = await startServer()
  const checkout = new Checkout({
    'specs/ollama/demo.yaml': ledger({
      'demo.passes': {},
      'demo.differs': { text: 'The server is a teapot.', values: [{ value: { status: 418 } }] },
      'demo.finds': {},
      'demo.throws': {},
      'demo.strange-status': {},
      'demo.strange-shape': {},
      'demo.cut': {},
      'demo.hangs': {},
      'demo.unfit-suite': {},
      'demo.unknown-route': {},
      'demo.later': { since: '0.99.0' },
      'demo.earlier': { until: '0.6.0' },
      'demo.launches': { needs: { launch: { OLLAMA_NUM_PARALLEL: '2' } } },
      'demo.moved': {
        values: [
          { until: '0.9.0', value: 1, means: 'one' },
          { since: '0.9.0', value: 200, means: 'two hundred' },
        ],
      },
      'demo.known': { values: [{ value: 418 }] },
      'demo.known-but-passes': {},
      'demo.known-of-others': {},
      'demo.excluded': { excluded: 'It cannot be seen from outside.' },
    }),
    'suites/ollama/excluded.test.ts': suite(`check('demo.excluded', status)`),
    'suites/ollama/unknown.test.ts': suite(`check('demo.pases', status)`),
    'known-failures.yaml': `
- id: demo.known
  ${KNOWN}
- id: demo.known-but-passes
  ${KNOWN}
- id: demo.known-of-others
  ${KNOWN}  until: 0.9.0
`,
    'suites/ollama/demo.test.ts': suite(`
      const asking = (query) => async ({ client }) => {
        await client.send({ ...version, path: '/api/version?' + query })
        return 200
      }
      check('demo.passes', status)
      check('demo.differs', async (tools) => ({ status: await status(tools), absent: undefined }))
      check('demo.finds', () => fail('this is the reason'))
      check('demo.throws', async (tools) => (await status(tools)).no.such.field)
      check('demo.strange-status', asking('teapot'))
      check('demo.strange-shape', asking('shape'))
      check('demo.cut', asking('cut'))
      check('demo.hangs', asking('silence'))
      check('demo.unfit-suite', () => { throw new SuiteError('no engine') })
      check('demo.unknown-route', async ({ client }) => (await client.send({ ...version, path: '/nothing' })).status)
      check('demo.later', status)
      check('demo.earlier', status)
      check('demo.launches', status)
      check('demo.moved', status)
      check('demo.known', status)
      check('demo.known-but-passes', status)
      check.alone('demo.known-of-others', status)
    `),
  })
  const { code, output } = await checkout.run({ OLLAMA_TARGET: url, CONFORMANCE_PATIENCE: '5' })
  expect(code, output).toBe(1)
  expect(output).toContain(
    'SuiteError: specs/ollama/demo.yaml:1: demo.excluded is excluded and has a check; keep one',
  )
  expect(output).toContain(
    'SuiteError: no statement demo.pases in specs/; add the row first; did you mean demo.passes?',
  )

  const results = checkout.results('ollama-0.24.0-url')
  const statuses = results.statements.map(({ id, status, message }) => [id, status, message])
  expect(statuses).toEqual([
    ['demo.passes', 'pass', ''],
    ['demo.differs', 'fail', 'the server does something else'],
    ['demo.finds', 'fail', 'this is the reason'],
    ['demo.throws', 'fail', expect.stringMatching(/^the check could not read an answer: .*undefined/)],
    ['demo.strange-status', 'pass', ''],
    ['demo.strange-shape', 'pass', ''],
    ['demo.cut', 'fail', expect.stringContaining('the exchange was cut')],
    ['demo.hangs', 'fail', expect.stringMatching(/^(no end within 4.5 s|.*Headers Timeout)/)],
    ['demo.unfit-suite', 'error', 'no engine'],
    // Whose server it is may serve what Ollama does not.
    ['demo.unknown-route', 'fail', 'the server does something else'],
    ['demo.later', 'not-applicable', 'holds for 0.99.0 and up, the target is 0.24.0'],
    ['demo.earlier', 'not-applicable', 'holds for before 0.6.0, the target is 0.24.0'],
    ['demo.launches', 'not-applicable', expect.stringContaining('{"OLLAMA_NUM_PARALLEL":"2"}')],
    ['demo.moved', 'pass', ''],
    ['demo.known', 'known-fail', 'known: It is older. (https://example.org/1)'],
    ['demo.known-but-passes', 'fail', expect.stringMatching(/known-failures\.yaml:6 lists it.* take it off/)],
    ['demo.known-of-others', 'pass', ''],
  ])

  // The failure says what is claimed, where, what was expected and seen, and how to see it again.
  for (const line of [
    'fail: The server is a teapot. (specs/ollama/demo.yaml:1)',
    'expected {"status":418}',
    'observed {"status":200}',
    `curl -sS -i ${url}/api/version`,
    'HTTP/1.1 200',
    '{"version":"0.24.0"}',
  ]) {
    expect(output).toContain(line)
  }
  expect(output).toContain('ollama 0.24.0 (url): 5 pass, 7 fail, 1 known-fail, 3 not-applicable, 1 error')

  // What tools outside the repository read.
  expect(results).toEqual({
    suite: expect.stringMatching(/^\d+\.\d+\.\d+/),
    target: { system: 'ollama', kind: 'url', version: '0.24.0', label: url },
    startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    durationMs: expect.any(Number),
    cpuMs: expect.any(Number),
    validationMs: expect.any(Number),
    peakMb: expect.any(Number),
    totals: { pass: 5, fail: 7, 'known-fail': 1, 'not-applicable': 3, error: 1 },
    statements: expect.any(Array),
    messages: expect.any(Array),
    // Of a server that the suite did not start.
    grade: expect.objectContaining({ profiles: expect.any(Array) }),
    server: expect.any(Object),
  })
  expect(results.statements[1]).toEqual({
    id: 'demo.differs',
    tier: 'core',
    level: 'observed',
    status: 'fail',
    expected: { status: 418 },
    observed: { status: 200 },
    message: 'the server does something else',
    durationMs: expect.any(Number),
    requests: 1,
    evidence: [
      {
        request: { method: 'GET', path: '/api/version', headers: {} },
        response: expect.objectContaining({
          status: 200,
          chunks: [[expect.any(Number), '{"version":"0.24.0"}']],
        }),
        end: 'complete',
      },
    ],
  })
  // A message is judged apart from the statements that met it, and each problem stands once.
  expect(results.messages).toEqual([
    {
      id: 'GET /api/version',
      status: 'fail',
      problems: [
        expect.objectContaining({
          place: '',
          kind: 'route',
          found: 'status 418',
          count: 1,
          statements: ['demo.strange-status'],
        }),
      ],
    },
    {
      id: 'version/response',
      status: 'fail',
      problems: [
        expect.objectContaining({ kind: 'type', place: '/version', statements: ['demo.strange-shape'] }),
      ],
    },
  ])
  expect(output).toContain(
    'message version/response: fail\n  version/response at /version: of the wrong type, found 5',
  )
  const junit = parseXml(checkout.read('reports/ollama-0.24.0-url/junit.xml'))
  expect(junit.attributes).toMatchObject({ tests: '19', failures: '9', errors: '1', skipped: '4' })
  expect(junit.children.map(({ attributes }) => attributes.name)).toEqual([
    ...statuses.map(([id]) => id),
    'GET /api/version',
    'version/response',
  ])
})

describe('a run in which every check passes', LIMIT, () => {
  test('is green, can be recorded, and the recording says when it no longer fits', async () => {
    const url = await startServer()
    const checkout = new Checkout(GREEN)
    const live = await checkout.run({
      OLLAMA_TARGET: url,
      CONFORMANCE_RECORD: '1',
      CONFORMANCE_RECORD_NOTE: 'a note',
    })
    expect(live.code, live.output).toBe(0)
    expect(live.output).toContain('ollama 0.24.0 (url): 1 pass')
    const recording = (file: string) => JSON.parse(checkout.read('fixtures/recordings/ollama/0.24.0', file))
    expect(recording('recording.json')).toMatchObject({ version: '0.24.0', kind: 'url', note: 'a note' })
    expect(recording('demo.json')['demo.passes']).toHaveLength(1)
    expect(recording('setup.json').setup.length).toBeGreaterThan(1)

    checkout.write({
      'specs/ollama/demo.yaml': ledger({ 'demo.passes': {}, 'demo.more': {} }),
      'suites/ollama/demo.test.ts': suite(`
        check('demo.passes', status)
        check('demo.more', async ({ client }) => {
          // A check that swallows what it gets is told all the same.
          await client.start(version).ended
          return 200
        })
      `),
    })
    const replay = await checkout.run({ OLLAMA_TARGET: 'replay' })
    expect(replay.code, replay.output).toBe(1)
    expect(replay.output).toContain('this is a REPLAY of recorded bytes')
    const statuses = checkout.results('ollama-0.24.0-replay').statements.map(({ id, status }) => [id, status])
    expect(statuses).toEqual([
      ['demo.passes', 'pass'],
      ['demo.more', 'error'],
    ])
    expect(replay.output).toContain(
      'nothing is recorded for demo.more#0; run it on a live target, and record it: npm run record',
    )
  })

  test('of one area is merged into the recording of the same server, and into no other', async () => {
    const recording = (digest: string) => ({
      'fixtures/recordings/ollama/0.24.0/recording.json': JSON.stringify({
        system: 'ollama',
        version: '0.24.0',
        kind: 'url',
        digest,
        suite: '0.1.0',
        date: '2026-11-01',
      }),
      'fixtures/recordings/ollama/0.24.0/setup.json': '{"setup":[]}',
      'fixtures/recordings/ollama/0.24.0/other.json': '{"other.passes":[]}',
    })
    const checkout = new Checkout({
      ...GREEN,
      ...recording(''),
      'specs/ollama/other.yaml': ledger({ 'other.passes': {} }),
      'suites/ollama/other.test.ts': suite(`check('other.passes', status)`),
    })
    const env = { OLLAMA_TARGET: await startServer(), CONFORMANCE_RECORD: '1' }
    const merged = await checkout.run(env, 'demo')
    expect(merged.code, merged.output).toBe(0)
    const read = (file: string) => JSON.parse(checkout.read('fixtures/recordings/ollama/0.24.0', file))
    expect(read('recording.json')).toMatchObject({
      date: '2026-11-01',
      again: { demo: { date: expect.any(String) } },
    })
    expect(read('demo.json')['demo.passes']).toHaveLength(1)
    expect(read('other.json')).toEqual({ 'other.passes': [] })

    checkout.write(recording('sha256:1'))
    const refused = await checkout.run(env, 'demo')
    expect(refused.code).toBe(1)
    expect(refused.output).toContain('not recorded: the recording of ollama 0.24.0 is of another server')
  })

  test('is red where the ledger, the suites and the list of known failures do not fit each other', async () => {
    const checkout = new Checkout({
      'specs/ollama/demo.yaml': ledger({
        'demo.passes': {},
        'demo.forgotten': {},
        'demo.excluded': { excluded: 'It cannot be seen from outside.' },
      }),
      'specs/ollama/elsewhere.yaml': ledger({ 'elsewhere.passes': {} }),
      'specs/ollama/no-suite.yaml': ledger({ 'no-suite.row': {} }),
      'specs/ollama/all-excluded.yaml': ledger({
        'all-excluded.row': { excluded: 'It cannot be seen from outside.' },
      }),
      'suites/ollama/demo.test.ts': suite(`check('demo.passes', status); check('elsewhere.passes', status)`),
      'known-failures.yaml': `
- id: demo.excluded
  ${KNOWN}
- id: demo.excluded
  ${KNOWN}  until: 0.9.0
`,
    })
    const { code, output } = await checkout.run({ OLLAMA_TARGET: await startServer() })
    for (const problem of [
      'specs/ollama/demo.yaml:1: demo.forgotten has no check; write one in suites/ollama/demo.test.ts, or say why not',
      'demo.test.ts: elsewhere.passes is a statement of another area (specs/ollama/elsewhere.yaml:1)',
      'specs/ollama/no-suite.yaml: no suite checks it; write suites/ollama/no-suite.test.ts',
      'known-failures.yaml:2: demo.excluded matches no check that ran',
    ]) {
      expect(output).toContain(problem)
    }
    expect(output.match(/error: /g)).toHaveLength(5)
    expect(output).toContain('specs/ollama/elsewhere.yaml: no suite checks it')
    expect(output).toContain('ollama 0.24.0 (url): 2 pass\n')
    expect(code).toBe(1)
  })

  test('is red when it is narrowed to nothing, or to what is not applicable', async () => {
    const checkout = new Checkout({
      'specs/ollama/demo.yaml': ledger({ 'demo.passes': {} }),
      'suites/ollama/demo.test.ts': suite(`check('demo.passes', status)`),
      'specs/llama-server/later.yaml': ledger({ 'llama-server.later.nomatch': { since: '99999.0.0' } }),
      'suites/llama-server/later.test.ts': suite(`check('llama-server.later.nomatch', status)`),
    })
    const url = await startServer()
    const targets = { OLLAMA_TARGET: url, LLAMA_SERVER_TARGET: url }
    const { code, output } = await checkout.run(targets, '-t', 'nomatch')
    expect(output).toContain('error: no check ran on ollama 0.24.0')
    expect(output).toContain('error: no check ran on llama-server b10434')
    expect(output).toContain('llama-server b10434 (url): 1 not-applicable')
    expect(code).toBe(1)
  })
})
