import { gzipSync } from 'node:zlib'
import type { ServerResponse } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { listen } from '../base/loopback.ts'
import { Checkout, ledger, suite } from '../testing/checkout.ts'
import { fakeOllama } from '../testing/fake-ollama.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

/** Writes as fast as it is taken, for as long as it is taken. */
function flood(response: ServerResponse, part: string | Buffer): void {
  const pour = () => {
    while (response.writable && response.write(part)) {}
  }
  response.on('drain', pour).on('error', () => {})
  pour()
}

/** What a server does with a request, and what becomes of the check that sent it. */
const HOSTILE: Record<string, { does: (response: ServerResponse) => void; fails: RegExp }> = {
  'never-answers': { does: () => {}, fails: /^no end within 18 s|the exchange was refused: Headers Timeout/ },
  'a-byte-now-and-then': {
    does: (response) => {
      response.writeHead(200, JSON_TYPE)
      const drip = setInterval(() => response.write(' '), 200)
      response.on('close', () => clearInterval(drip))
    },
    fails: /^no end within 18 s|the exchange was refused: Headers Timeout/,
  },
  'endless-stream': {
    does: (response) =>
      flood(
        response.writeHead(200, { 'content-type': 'application/x-ndjson' }),
        '{"version":"0.24.0"}\n'.repeat(1000),
      ),
    fails: /the exchange was cut: .*exceeded max size/,
  },
  'one-line': {
    does: (response) =>
      flood(response.writeHead(200, { 'content-type': 'application/x-ndjson' }), 'x'.repeat(65_536)),
    fails: /the exchange was cut: .*exceeded max size/,
  },
  'tiny-chunks': {
    does: (response) => flood(response.writeHead(200, JSON_TYPE), ' '),
    fails: /the exchange was cut: more than 50000 chunks/,
  },
  'not-utf8': {
    does: (response) => response.writeHead(200, JSON_TYPE).end(Buffer.from('{"version":"\xff"}', 'latin1')),
    fails: /is broken: .*bytes that are not UTF-8/,
  },
  'html-for-json': {
    does: (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>'),
    fails: /could not read an answer: .*not valid JSON|is broken/,
  },
  'redirect-loop': {
    does: (response) => response.writeHead(302, { location: '/api/version?redirect-loop' }).end(),
    fails: /could not read an answer|is broken/,
  },
  'gzip-bomb': {
    does: (response) =>
      response
        .writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' })
        .end(gzipSync(Buffer.alloc(2 ** 26))),
    fails: /could not read an answer|is broken/,
  },
  'many-headers': {
    does: (response) => {
      const { socket } = response
      const lines = Array.from({ length: 100_000 }, (_, index) => `X-Header-${index}: ${index}\r\n`).join('')
      socket?.write(`HTTP/1.1 200 OK\r\n${lines}\r\n`)
    },
    fails: /the exchange was refused: .*Headers Overflow/,
  },
  'wrong-length': {
    does: (response) => {
      response.writeHead(200, { ...JSON_TYPE, 'content-length': 99 }).write('{}', () => response.destroy())
    },
    fails: /the exchange was cut|could not read/,
  },
  resets: {
    does: (response) => response.socket?.resetAndDestroy(),
    fails: /the exchange was refused|could not read/,
  },
}

test(
  'each hostile answer ends in a verdict of its own, everything else is judged, and memory stays bounded',
  { timeout: 180_000 },
  async () => {
    const names = Object.keys(HOSTILE)
    const rows = [...names.map((name) => `demo.${name}`), 'demo.fine', 'demo.memory']
    const checkout = new Checkout({
      'specs/ollama/demo.yaml': ledger({
        ...Object.fromEntries(rows.map((id) => [id, { values: [{ value: '0.24.0' }] }])),
        'demo.memory': { values: [{ value: true }] },
      }),
      'suites/ollama/demo.test.ts': suite(`
        const peak = () => Math.round(process.resourceUsage().maxRSS / 1024)
        const before = peak()
        for (const name of ${JSON.stringify(names)}) {
          check('demo.' + name, async ({ client }) => {
            const { json } = await client.send({ method: 'GET', path: '/api/version?' + name })
            return json.version
          })
        }
        check.alone('demo.fine', async ({ client }) => (await client.send(version)).json.version)
        check.alone('demo.memory', async ({ client }) => {
          await client.send(version)
          const grown = peak() - before
          return grown < 120 || grown + ' MB'
        })`),
    })
    const server = fakeOllama('0.24.0', (request, response) => {
      const name = request.url?.match(/^\/api\/version\?(.*)/)?.[1]
      if (name === undefined) return false
      HOSTILE[name]?.does(response)
      return true
    })
    onTestFinished(() => void server.close().closeAllConnections())
    const { code, output } = await checkout.run({
      OLLAMA_TARGET: await listen(server),
      CONFORMANCE_PATIENCE: '20',
    })
    expect(code, output).toBe(1)
    const { statements } = checkout.results('ollama-0.24.0-url')
    const told = statements.map(({ id, status, message }) => [id, status, message])
    expect(told, JSON.stringify(statements.at(-1)?.observed)).toEqual([
      ...names.map((name) => [
        `demo.${name}`,
        'fail',
        expect.stringMatching((HOSTILE[name] as { fails: RegExp }).fails),
      ]),
      ['demo.fine', 'pass', ''],
      ['demo.memory', 'pass', ''],
    ])
    // What is kept as evidence of a flood can still be read by somebody.
    expect(checkout.read('reports', 'ollama-0.24.0-url', 'results.json').length).toBeLessThan(5_000_000)
  },
)
