import { describe, expect, onTestFinished, test } from 'vitest'
import { CHUNKED, chunk, head, LAST_CHUNK, startPeer } from '../testing/peer.ts'
import { Client } from '../wire/client.ts'
import type { Exchange, Request } from '../wire/exchange.ts'
import { restoreBytes, type StoredExchange, storeBytes } from './recording.ts'
import { startReplay } from './replay.ts'

const PROVENANCE = { system: 'ollama', version: '1.2.3', kind: 'url', digest: '', suite: '', date: '' } as const

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
  JSON.parse(JSON.stringify(exchanges), (key, value) => (key === 'chunks' ? value.map((part: unknown[]) => part[1]) : value))

describe('what is replayed is what was recorded', () => {
  type Case = { about: string; answer: Buffer; then?: 'close'; request?: Request; abortAt?: (exchange: Exchange) => boolean }
  const join = (...parts: (string | Buffer)[]) => Buffer.concat(parts.map((part) => Buffer.from(part as string)))
  const get: Request = { method: 'GET', path: '/a?b=c' }
  const cases: Case[] = [
    {
      about: 'chunks, also of bytes that are no text',
      answer: join(head('Content-Type: x/y', CHUNKED), chunk('ä'), chunk(Buffer.of(0xc3)), chunk(Buffer.of(0xa4, 0, 255)), LAST_CHUNK),
    },
    { about: 'headers in their case and order', answer: join(head('x-b: 1', 'X-A: 2', 'x-B: 3', 'Content-Length: 2'), 'ok') },
    { about: 'a date of that day', answer: join(head('Date: Sun, 22 Nov 2026 10:51:56 GMT', 'Content-Length: 2'), 'ok') },
    { about: 'no date', answer: join(head('Content-Length: 0')) },
    { about: 'another status', answer: join('HTTP/1.1 418 Teapot\r\nContent-Length: 2\r\n\r\nno') },
    { about: 'no content', answer: join('HTTP/1.1 204 No Content\r\n\r\n') },
    { about: 'HEAD', request: { method: 'HEAD', path: '/' }, answer: join(head('Content-Length: 2')) },
    { about: 'a body that is JSON', request: { method: 'POST', path: '/', body: { a: '€' } }, answer: join(head('Content-Length: 2'), 'ok') },
    { about: 'a body of bytes', request: { method: 'POST', path: '/', body: Buffer.of(0, 255) }, answer: join(head('Content-Length: 2'), 'ok') },
    { about: 'an empty body', request: { method: 'POST', path: '/', body: '' }, answer: join(head('Content-Length: 2'), 'ok') },
    { about: 'a body of a megabyte', request: { method: 'POST', path: '/', body: 'x'.repeat(2 ** 20) }, answer: join(head('Content-Length: 2'), 'ok') },
    { about: 'headers of the request', request: { ...get, headers: { 'x-a': '1' } }, answer: join(head('Content-Length: 2'), 'ok') },
    { about: 'cut', answer: join(head(CHUNKED), chunk('abc')), then: 'close' },
    { about: 'cut before the body', answer: join(head(CHUNKED)), then: 'close' },
    { about: 'refused', answer: join(''), then: 'close' },
    {
      about: 'aborted inside the body',
      answer: join(head(CHUNKED), chunk('abc'), chunk('def')),
      abortAt: ({ chunks }) => chunks.length === 2,
    },
    { about: 'aborted before the body', answer: join(head(CHUNKED)), abortAt: ({ status }) => status !== undefined },
    { about: 'aborted before the head', answer: join(''), abortAt: () => true },
  ]
  test.each(cases)('$about', async ({ answer, then, request = get, abortAt }) => {
    const exercise = async (client: Client) => {
      const call = client.start(request)
      if (abortAt) {
        await call.until(abortAt)
        call.abort()
      }
      await call.ended
      client.assertRecorded()
      return client.stored()
    }
    const { url } = await startPeer(({ socket }) => {
      if (then === 'close') socket.end(answer)
      else socket.write(answer)
    })
    const live = new Client({ url, replay: false, name: 'area.subject' })
    onTestFinished(() => live.close())
    const recorded = await exercise(live)
    expect(timeless(await exercise(await replay(recorded)))).toEqual(timeless(recorded))
  })
})
