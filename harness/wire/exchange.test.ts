import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { head, startPeer } from '../testing/peer.ts'
import { Exchange, evidence, type Request } from './exchange.ts'
import { Transport } from './transport.ts'

describe('what is sent', () => {
  const post = (body: unknown, headers = {}) =>
    new Exchange({ method: 'POST', path: '/', body, headers }).request

  test('a value is sent as JSON, and says so', () => {
    for (const body of [{ a: '€' }, [1], 5, null, false]) {
      const request = post(body)
      expect(request.body?.toString()).toBe(JSON.stringify(body))
      expect(request.headers).toEqual({ 'content-type': 'application/json' })
    }
  })

  test('text and bytes are sent as they are, and nothing is said of them', () => {
    expect(post('{')).toMatchObject({ body: Buffer.from('{'), headers: {} })
    expect(post(Uint8Array.of(0, 255))).toMatchObject({ body: Buffer.of(0, 255), headers: {} })
    expect(post(undefined)).toMatchObject({ body: undefined, headers: {} })
  })

  test('a content type of its own stays', () => {
    expect(post({}, { 'content-type': 'text/plain' }).headers).toEqual({ 'content-type': 'text/plain' })
  })
})

function received(...parts: string[]): Exchange {
  const exchange = new Exchange({ method: 'GET', path: '/api/tags' })
  exchange.status = 200
  exchange.headers = [
    ['Content-Type', 'text/plain'],
    ['X-Twice', '1'],
    ['x-twice', '2'],
  ]
  exchange.chunks.push(...parts.map((part) => ({ t: 0, bytes: Buffer.from(part) })))
  exchange.end = 'complete'
  return exchange
}

describe('what came back', () => {
  test('a header is found by its name in any case, the first of several', () => {
    expect(received().contentType).toBe('text/plain')
    expect(received().header('X-TWICE')).toBe('1')
    expect(received().header('absent')).toBeUndefined()
  })

  test('a body is the sum of its chunks', () => {
    expect(received('{"a"', ':1}').json).toEqual({ a: 1 })
    expect(received('1\n2', '\n').records).toEqual([1, 2])
    expect(received('data: {"a":1}\n\ndata: [DO', 'NE]\n\n').eventData).toEqual([{ a: 1 }, '[DONE]'])
    expect(() => received('{').json).toThrow(SyntaxError)
  })
})

describe('evidence', () => {
  test('shows request, status, headers as sent, and body', () => {
    expect(evidence(received('a', 'b\n'))).toBe(
      [
        'curl -sS -i http://127.0.0.1:11434/api/tags',
        'HTTP/1.1 200',
        'Content-Type: text/plain',
        'X-Twice: 1',
        'x-twice: 2',
        '',
        'ab',
      ].join('\n'),
    )
  })

  test('says how an exchange ended that did not come to its end', () => {
    const exchange = received('a')
    exchange.end = 'cut'
    exchange.problem = 'other side closed'
    expect(evidence(exchange)).toMatch(/\na\n\(cut: other side closed\)$/)
    const refused = new Exchange({ method: 'GET', path: '/' })
    refused.end = 'refused'
    expect(evidence(refused)).toMatch(/\n\(no response\)\n\n\n\(refused\)$/)
  })

  test('cuts a long body short', () => {
    expect(evidence(received('x'.repeat(5000)))).toMatch(/x{2000}… \(5000 characters\)$/)
    const long = new Exchange({ method: 'POST', path: '/', body: 'x'.repeat(5000) })
    expect(evidence(long)).toContain('--data-binary @5000-bytes')
  })
})

const CURL = (() => {
  try {
    return process.platform !== 'win32' && execFileSync('curl', ['--version']).length > 0
  } catch {
    return false
  }
})()

/** The lines of a request that are the client's own, and the body. */
const essence = (request: string) =>
  request
    .split('\r\n')
    .map((line) => line.trimEnd())
    .filter((line) => !/^(host|user-agent|accept|connection|content-length):/i.test(line))
    .sort()

describe.skipIf(!CURL)('the curl command in a POSIX shell sends what the suite sent (needs curl)', () => {
  const json = { method: 'POST', path: '/api/generate' }
  const cases: [string, Request][] = [
    ['GET', { method: 'GET', path: '/api/tags' }],
    ['HEAD', { method: 'HEAD', path: '/' }],
    ['GET with a body', { method: 'GET', path: '/', body: { a: 1 } }],
    ['DELETE with a body', { method: 'DELETE', path: '/api/delete', body: { model: 'a' } }],
    ['a query', { method: 'GET', path: '/a?b=c&d=$HOME;e' }],
    ['what curl takes for a pattern', { method: 'GET', path: '/a/../{b}/[1-2]' }],
    ['quotes and newlines', { ...json, body: { prompt: `it's "here"\n\\n $HOME \`id\`` } }],
    ['characters of several bytes', { ...json, body: { prompt: 'ä€😀' } }],
    ['no JSON', { ...json, body: "@'{" }],
    ['no body', json],
    [
      'headers',
      { ...json, headers: { 'x-a': "it's", 'x-empty': '', 'Content-Type': 'text/plain' }, body: 'a' },
    ],
  ]
  test.each(cases)('%s', async (_, request) => {
    const requests: string[] = []
    const { url } = await startPeer(({ socket }, text) => {
      requests.push(text)
      socket.end(head('Connection: close', 'Content-Length: 0'))
    })
    const transport = new Transport()
    onTestFinished(() => transport.close())
    const exchange = await transport.start(url, new Exchange(request)).ended
    const [command] = evidence(exchange, url).split('\nHTTP/1.1 200')
    await promisify(execFile)('sh', ['-c', command ?? ''])
    expect(requests).toHaveLength(2)
    expect(essence(requests[1] ?? '')).toEqual(essence(requests[0] ?? ''))
  })
})
