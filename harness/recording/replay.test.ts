import { describe, expect, onTestFinished, test } from 'vitest'
import { CHUNKED, chunk, head, LAST_CHUNK, startPeer } from '../testing/peer.ts'
import { Client } from '../wire/client.ts'
import type { Exchange, Request } from '../wire/exchange.ts'
import { restoreBytes, type StoredExchange, storeBytes, storeExchange } from './recording.ts'
import { startReplay } from './replay.ts'

const PROVENANCE = {
  system: 'ollama',
  version: '1.2.3',
  kind: 'url',
  digest: '',
  suite: '',
  date: '',
} as const

/** A client of a replay of these exchanges, which were recorded under the name `area.subject`. */
async function replay(exchanges: StoredExchange[], name = 'area.subject'): Promise<Client> {
  const areas = JSON.parse(JSON.stringify({ area: { 'area.subject': exchanges } }))
  const { url, stop } = await startReplay({ provenance: PROVENANCE, areas })
  onTestFinished(stop)
  const client = new Client({ url, replay: true, name })
  onTestFinished(() => client.close())
  return client
}

/** Everything but the times. */
const timeless = (exchanges: StoredExchange[]) =>
  JSON.parse(JSON.stringify(exchanges), (key, value) =>
    key === 'chunks' ? value.map((part: unknown[]) => part[1]) : value,
  )

describe('what is replayed is what was recorded', () => {
  type Case = {
    about: string
    answer: Buffer
    closes?: true
    request?: Request
    abortAt?: (exchange: Exchange) => boolean
  }
  const join = (...parts: (string | Buffer)[]) =>
    Buffer.concat(parts.map((part) => Buffer.from(part as string)))
  const get: Request = { method: 'GET', path: '/a?b=c' }
  const cases: Case[] = [
    {
      about: 'chunks, also of bytes that are no text',
      answer: join(
        head('Content-Type: x/y', CHUNKED),
        chunk('ä'),
        chunk(Buffer.of(0xc3)),
        chunk(Buffer.of(0xa4, 0, 255)),
        LAST_CHUNK,
      ),
    },
    {
      about: 'headers in their case and order',
      answer: join(head('x-b: 1', 'X-A: 2', 'x-B: 3', 'Content-Length: 2'), 'ok'),
    },
    {
      about: 'a date of that day',
      answer: join(head('Date: Sun, 22 Nov 2026 10:51:56 GMT', 'Content-Length: 2'), 'ok'),
    },
    { about: 'no date', answer: join(head('Content-Length: 0')) },
    { about: 'another status', answer: join('HTTP/1.1 418 Teapot\r\nContent-Length: 2\r\n\r\nno') },
    { about: 'no content', answer: join('HTTP/1.1 204 No Content\r\n\r\n') },
    { about: 'HEAD', request: { method: 'HEAD', path: '/' }, answer: join(head('Content-Length: 2')) },
    {
      about: 'a body that is JSON',
      request: { method: 'POST', path: '/', body: { a: '€' } },
      answer: join(head('Content-Length: 2'), 'ok'),
    },
    {
      about: 'a body of bytes',
      request: { method: 'POST', path: '/', body: Buffer.of(0, 255) },
      answer: join(head('Content-Length: 2'), 'ok'),
    },
    {
      about: 'an empty body',
      request: { method: 'POST', path: '/', body: '' },
      answer: join(head('Content-Length: 2'), 'ok'),
    },
    {
      about: 'a body of a megabyte',
      request: { method: 'POST', path: '/', body: 'x'.repeat(2 ** 20) },
      answer: join(head('Content-Length: 2'), 'ok'),
    },
    {
      about: 'headers of the request',
      request: { ...get, headers: { 'x-a': '1' } },
      answer: join(head('Content-Length: 2'), 'ok'),
    },
    { about: 'a body that ends with the connection', answer: join(head(), 'ok'), closes: true },
    { about: 'cut', answer: join(head(CHUNKED), chunk('abc')), closes: true },
    { about: 'cut before the body', answer: join(head(CHUNKED)), closes: true },
    { about: 'refused', answer: join(''), closes: true },
    {
      about: 'aborted inside the body',
      answer: join(head(CHUNKED), chunk('abc'), chunk('def')),
      abortAt: ({ chunks }) => chunks.length === 2,
    },
    {
      about: 'aborted before the body',
      answer: join(head(CHUNKED)),
      abortAt: ({ status }) => status !== undefined,
    },
    { about: 'aborted before the head', answer: join(''), abortAt: () => true },
  ]
  test.each(cases)('$about', async ({ answer, closes, request = get, abortAt }) => {
    const exercise = async (client: Client) => {
      const call = client.start(request)
      if (abortAt) {
        await call.until(abortAt)
        call.abort()
      }
      await call.ended
      client.assertRecorded()
      return client.exchanges.map(storeExchange)
    }
    const { url } = await startPeer(({ socket }) => {
      if (closes) socket.end(answer)
      else socket.write(answer)
    })
    const live = new Client({ url, name: 'area.subject' })
    onTestFinished(() => live.close())
    const recorded = await exercise(live)
    expect(timeless(await exercise(await replay(recorded)))).toEqual(timeless(recorded))
  })
})

describe('a request that was not recorded', () => {
  const post = (body: unknown): Request => ({ method: 'POST', path: '/a', body })
  const recorded = (body: string): StoredExchange => ({
    request: {
      method: 'POST',
      path: '/a',
      headers: { 'content-type': 'application/json' },
      body: storeBytes(Buffer.from(body), true),
    },
    response: { status: 200, headers: [['Content-Length', '2']], chunks: [[0, 'ok']] },
    end: 'complete',
  })
  const big = (last: string) => ({ text: 'x'.repeat(100_000) + last })

  test.each<[string, Request, string]>([
    ['another method', { ...post({ b: 1 }), method: 'PUT' }, 'as POST /a, the check sends PUT /a'],
    ['another path', { ...post({ b: 1 }), path: '/b' }, 'as POST /a, the check sends POST /b'],
    ['another query', { ...post({ b: 1 }), path: '/a?x' }, 'as POST /a, the check sends POST /a?x'],
    ['another body', post({ b: 2 }), 'with the body "{\\"b\\":1}", the check sends "{\\"b\\":2}"'],
    ['no body', { method: 'POST', path: '/a' }, 'with the body'],
  ])('%s', async (_, request, message) => {
    const client = await replay([recorded('{"b":1}')])
    const sent = client.send(request)
    await expect(sent).rejects.toThrow(`the recording is stale: area.subject#0 was recorded ${message}`)
    await expect(sent).rejects.toThrow(/; record again: npm run record$/)
    await expect(sent).rejects.toMatchObject({ name: 'SuiteError' })
  })

  test('the order of the keys of JSON is not another body', async () => {
    const client = await replay([recorded('{"a":1,"b":[{"c":2,"d":3}]}')])
    expect((await client.send(post({ b: [{ d: 3, c: 2 }], a: 1 }))).text).toBe('ok')
  })

  test('one more than there were', async () => {
    const client = await replay([recorded('{"b":1}')])
    expect((await client.send(post({ b: 1 }))).text).toBe('ok')
    await expect(client.send(post({ b: 1 }))).rejects.toThrow(
      'nothing is recorded for area.subject#1; run it on a live target, and record it: npm run record',
    )
  })

  test('one of a check that was not there', async () => {
    const client = await replay([recorded('{"b":1}')], 'area.other')
    await expect(client.send(post({ b: 1 }))).rejects.toThrow(
      'nothing is recorded for area.other#0; run it on a live target',
    )
  })

  test('one of somebody else, who names no exchange', async () => {
    const { url } = await replay([recorded('{"b":1}')])
    const answer = await fetch(`${url}/a`)
    expect([answer.status, await answer.text()]).toEqual([
      599,
      expect.stringContaining('nothing is recorded for undefined'),
    ])
  })

  test('one byte of a long body', async () => {
    const exchange = recorded(JSON.stringify(big('y')))
    expect((await (await replay([exchange])).send(post(big('y')))).text).toBe('ok')
    await expect((await replay([exchange])).send(post(big('z')))).rejects.toThrow('with the body {"bytes":')
  })

  test('a request that nobody waited for is found all the same', async () => {
    const client = await replay([])
    await client.start(post({})).ended
    expect(() => client.assertRecorded()).toThrow('nothing is recorded for area.subject#0')
  })
})

describe('bytes', () => {
  test.each([
    ['text', Buffer.from('ä'), 'ä'],
    ['no text', Buffer.of(0xc3), { base64: 'ww==' }],
    ['none', Buffer.of(), ''],
  ])('%s', (_, bytes, stored) => {
    expect(storeBytes(bytes)).toEqual(stored)
    expect(restoreBytes(storeBytes(bytes))).toEqual(bytes)
  })

  test('long ones of a request are kept by their digest, those of a response as they are', () => {
    const bytes = Buffer.alloc(50_000, 'x')
    expect(storeBytes(bytes, true)).toEqual({
      bytes: 50_000,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(storeBytes(bytes)).toBe('x'.repeat(50_000))
    expect(() => restoreBytes(storeBytes(bytes, true))).toThrow('only by their digest')
  })
})
