import { describe, expect, onTestFinished, test } from 'vitest'
import { CHUNKED, chunk, head, LAST_CHUNK, startPeer } from '../testing/peer.ts'
import { Exchange } from './exchange.ts'
import { ndjsonLines, sseEvents } from './streams.ts'
import { Transport } from './transport.ts'

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))

const NOT_JSON = expect.stringMatching(/^not JSON: /)

type NdjsonCase = { body: Buffer; about: string; values?: unknown[]; problems?: unknown[] }

const ndjson: NdjsonCase[] = [
  { about: 'nothing', body: bytes(''), values: [] },
  { about: 'one record', body: bytes('{"a":1}\n'), values: [{ a: 1 }] },
  { about: 'a last line without newline', body: bytes('{"a":1}\n{"a":2}'), values: [{ a: 1 }, { a: 2 }] },
  { about: 'CRLF', body: bytes('{"a":1}\r\n{"a":2}\r\n'), values: [{ a: 1 }, { a: 2 }] },
  { about: 'empty lines', body: bytes('\n{"a":1}\n\n\r\n{"a":2}\n\n'), values: [{ a: 1 }, { a: 2 }] },
  { about: 'an escaped newline', body: bytes('{"a":"x\\ny"}\n'), values: [{ a: 'x\ny' }] },
  { about: 'characters of several bytes', body: bytes('"ä€"\n"😀"\n'), values: ['ä€', '😀'] },
  {
    about: 'an error record in the middle',
    body: bytes('{"a":1}\n{"error":"gone"}\n{"a":2}\n'),
    values: [{ a: 1 }, { error: 'gone' }, { a: 2 }],
  },
  { about: 'what ends inside a record', body: bytes('1\n{"a":'), problems: [undefined, NOT_JSON] },
  {
    about: 'what ends inside a character',
    body: bytes('1\n"', [0xe2, 0x82]),
    problems: [undefined, 'not UTF-8'],
  },
  { about: 'invalid UTF-8', body: bytes('"', [0xff], '"\n2\n'), problems: ['not UTF-8', undefined] },
  { about: 'a byte order mark', body: bytes([0xef, 0xbb, 0xbf], '1\n'), problems: [NOT_JSON] },
  { about: 'CR alone, which ends no line', body: bytes('{"a":1}\r{"a":2}\n'), problems: [NOT_JSON] },
  { about: 'no JSON', body: bytes('nothing\n'), problems: [NOT_JSON] },
]

describe('NDJSON', () => {
  test.each(ndjson)('$about', ({ body, values, problems }) => {
    const lines = ndjsonLines(body)
    if (values) expect(lines.map(({ value }) => value)).toEqual(values)
    expect(lines.map(({ problem }) => problem)).toEqual(problems ?? values?.map(() => undefined))
  })
})

const message = (data: string) => ({ event: 'message', data })

const sse = [
  { about: 'nothing', body: bytes(''), events: [] },
  { about: 'one event', body: bytes('data: a\n\n'), events: [message('a')] },
  { about: 'CRLF', body: bytes('data: a\r\n\r\ndata: b\r\n\r\n'), events: [message('a'), message('b')] },
  { about: 'CR', body: bytes('data: a\r\rdata: b\r\r'), events: [message('a'), message('b')] },
  {
    about: 'mixed line ends',
    body: bytes('data: a\r\n\ndata: b\r\n\r'),
    events: [message('a'), message('b')],
  },
  { about: 'no space after the colon', body: bytes('data:a\n\n'), events: [message('a')] },
  {
    about: 'two spaces, of which one belongs to the data',
    body: bytes('data:  a\n\n'),
    events: [message(' a')],
  },
  { about: 'colons in the data', body: bytes('data: a: b:c\n\n'), events: [message('a: b:c')] },
  { about: 'several data lines', body: bytes('data: a\ndata:\ndata: b\n\n'), events: [message('a\n\nb')] },
  { about: 'a field without colon', body: bytes('data\n\n'), events: [message('')] },
  {
    about: 'a name',
    body: bytes('event: x\ndata: a\n\ndata: b\n\n'),
    events: [{ event: 'x', data: 'a' }, message('b')],
  },
  { about: 'a name without data', body: bytes('event: x\n\ndata: a\n\n'), events: [message('a')] },
  { about: 'comments', body: bytes(': ping\n\n:data: no\ndata: a\n: x\n\n'), events: [message('a')] },
  {
    about: 'fields that say nothing here',
    body: bytes('id: 1\nretry: 9\nother: x\ndata: a\n\n'),
    events: [message('a')],
  },
  { about: 'more empty lines', body: bytes('\n\n\ndata: a\n\n\n\n'), events: [message('a')] },
  { about: 'a byte order mark', body: bytes([0xef, 0xbb, 0xbf], 'data: a\n\n'), events: [message('a')] },
  { about: 'characters of several bytes', body: bytes('data: ä€😀\n\n'), events: [message('ä€😀')] },
  { about: 'what is cut before the empty line', body: bytes('data: a\n\ndata: b\n'), events: [message('a')] },
  { about: 'what is cut inside a line', body: bytes('data: a\n\ndata: b'), events: [message('a')] },
  {
    about: 'what is cut inside a character',
    body: bytes('data: a\n\ndata: ', [0xe2, 0x82]),
    events: [message('a')],
  },
]

describe('server-sent events', () => {
  test.each(sse)('$about', ({ body, events }) => {
    expect(sseEvents(body)).toEqual(events)
  })

  test('invalid UTF-8 is no event stream', () => {
    expect(() => sseEvents(bytes('data: ', [0xff], '\n\n'))).toThrow('not UTF-8')
  })
})

describe('how a body is split over chunks makes no difference', () => {
  const BODIES = {
    ndjson: bytes('{"a":"ä€😀"}\r\n\n{"error":"gone"}\n{"b":', '[1,2]}\n{"last":true}'),
    sse: bytes('event: x\r\ndata: ä€\r\n\r\n: ping\n\ndata: a\rdata: b\r\rdata:😀\n\ndata: [DONE]\n\n'),
  }

  test.each(['ndjson', 'sse'] as const)('%s', async (format) => {
    let parts: Buffer[] = []
    const { url } = await startPeer(({ socket }) =>
      socket.write(Buffer.concat([Buffer.from(head(CHUNKED)), ...parts.map(chunk), LAST_CHUNK])),
    )
    const transport = new Transport()
    onTestFinished(() => transport.close())
    const body = BODIES[format]
    const expected = format === 'ndjson' ? ndjsonLines(body) : sseEvents(body)
    const everyByte = [...body].map((byte) => Buffer.of(byte))
    const halves = everyByte.slice(1).map((_, at) => [body.subarray(0, at + 1), body.subarray(at + 1)])
    for (parts of [...halves, everyByte]) {
      const exchange = await transport.start(url, new Exchange({ method: 'GET', path: '/' })).ended
      expect(exchange.chunks.map((part) => part.bytes)).toEqual(parts)
      expect(format === 'ndjson' ? exchange.lines : exchange.events).toEqual(expected)
    }
  })
})
