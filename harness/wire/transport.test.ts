import { describe, expect, onTestFinished, test } from 'vitest'
import { CHUNKED, type Connection, chunk, deadUrl, head, LAST_CHUNK, startPeer } from '../testing/peer.ts'
import { Exchange, type Request } from './exchange.ts'
import { type Limits, Transport } from './transport.ts'

const GET: Request = { method: 'GET', path: '/' }

function newTransport(limits?: Limits): Transport {
  const transport = new Transport(limits)
  onTestFinished(() => transport.close())
  return transport
}

/** What a client gets of a server that does this with the connection. */
async function exchangeWith(answer: (connection: Connection) => void, limits?: Limits) {
  const { url } = await startPeer(answer)
  return newTransport(limits).start(url, new Exchange(GET)).ended
}

test('the request arrives as it was written, with the headers of the harness', async () => {
  let request = ''
  const { url } = await startPeer(({ socket }, text) => {
    request = text
    socket.end(head())
  })
  const body = { text: '€' }
  const wanted = new Exchange({ method: 'POST', path: '/a?b=c', headers: { 'X-Mine': '1' }, body })
  const headers = { ...wanted.request.headers, 'x-harness': 'yes' }
  const call = newTransport().start(url, wanted, { headers, body: wanted.request.body })
  const exchange = await call.ended
  const sent = Buffer.from(request, 'latin1').toString().split('\r\n')
  expect(sent[0]).toBe('POST /a?b=c HTTP/1.1')
  for (const line of [
    'content-type: application/json',
    'X-Mine: 1',
    'x-harness: yes',
    'content-length: 14',
  ]) {
    expect(sent).toContain(line)
  }
  expect(sent.at(-1)).toBe('{"text":"€"}')
  expect(exchange.request.headers).toEqual({ 'content-type': 'application/json', 'X-Mine': '1' })
})

test('status, headers and chunks are kept as they come', async () => {
  const exchange = await exchangeWith(({ socket }) => {
    socket.write(`HTTP/1.1 404 Nope\r\nX-One: 1\r\nx-one: 2\r\nSET-COOKIE: a=b; c\r\n${CHUNKED}\r\n\r\n`)
    socket.write(Buffer.concat([chunk('ab'), chunk('c'), chunk(Buffer.of(0, 255)), LAST_CHUNK]))
  })
  expect(exchange).toMatchObject({ status: 404, end: 'complete', problem: undefined })
  expect(exchange.headers).toEqual([
    ['X-One', '1'],
    ['x-one', '2'],
    ['SET-COOKIE', 'a=b; c'],
    ['Transfer-Encoding', 'chunked'],
  ])
  expect(exchange.chunks.map(({ bytes }) => [...bytes])).toEqual([[97, 98], [99], [0, 255]])
})

test('an interim response is not the response', async () => {
  const exchange = await exchangeWith(({ socket }) =>
    socket.write(`HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${head('Content-Length: 1')}y`),
  )
  expect(exchange).toMatchObject({ status: 200, headers: [['Content-Length', '1']], end: 'complete' })
})

test('the wire stays usable after a server that misbehaved', async () => {
  let count = 0
  const { url } = await startPeer(({ socket }) => {
    count += 1
    if (count === 1) socket.resetAndDestroy()
    else socket.write(`${head('Content-Length: 2')}ok`)
  })
  const transport = newTransport()
  expect(await transport.start(url, new Exchange(GET)).ended).toMatchObject({ end: 'refused' })
  expect(await transport.start(url, new Exchange(GET)).ended).toMatchObject({ end: 'complete', text: 'ok' })
})

/** An endless body, as fast as it is taken. */
function flood({ socket }: Connection, part: string) {
  const pour = () => {
    while (socket.writable && socket.write(part)) {}
  }
  socket.on('drain', pour)
  pour()
}

describe('servers that misbehave: each has a named end', () => {
  const FLOODED: Limits = { silence: 60_000, length: 2 ** 20 }
  type Case = {
    server: string
    answer: (connection: Connection) => void
    end: 'complete' | 'cut' | 'refused'
    problem?: RegExp
    text?: string
    limits?: Limits
  }
  const cases: Case[] = [
    // No response at all.
    { server: 'closes at once', answer: ({ socket }) => socket.end(), end: 'refused', problem: /closed/ },
    {
      server: 'resets at once',
      answer: ({ socket }) => socket.resetAndDestroy(),
      end: 'refused',
      problem: /ECONNRESET|closed/,
    },
    {
      server: 'speaks no HTTP',
      answer: ({ socket }) => socket.write('hello world\r\n\r\n'),
      end: 'refused',
      problem: /does not match the HTTP/,
    },
    {
      server: 'closes inside the head',
      answer: ({ socket }) => socket.end('HTTP/1.1 200 OK\r\nContent-Le'),
      end: 'refused',
      problem: /closed/,
    },
    {
      server: 'sends a head without end',
      answer: (connection) => {
        connection.socket.write('HTTP/1.1 200 OK\r\n')
        flood(connection, `X-Header: ${'x'.repeat(1000)}\r\n`)
      },
      end: 'refused',
      problem: /Headers Overflow/,
    },
    {
      server: 'names two lengths',
      answer: ({ socket }) =>
        socket.write(
          Buffer.concat([Buffer.from(head('Content-Length: 9', CHUNKED)), chunk('abc'), LAST_CHUNK]),
        ),
      end: 'refused',
      problem: /content-length/,
    },
    // A response that does not come to its end.
    {
      server: 'closes before the length it named',
      answer: ({ socket }) => socket.end(`${head('Content-Length: 9')}abc`),
      end: 'cut',
      problem: /closed/,
      text: 'abc',
    },
    {
      server: 'closes before the last chunk',
      answer: ({ socket }) => socket.end(Buffer.concat([Buffer.from(head(CHUNKED)), chunk('abc')])),
      end: 'cut',
      problem: /closed/,
      text: 'abc',
    },
    {
      server: 'closes inside a chunk',
      answer: ({ socket }) => socket.end(`${head(CHUNKED)}9\r\nabc`),
      end: 'cut',
      problem: /closed/,
      text: 'abc',
    },
    {
      server: 'names a length that is no number',
      answer: ({ socket }) => socket.write(`${head(CHUNKED)}zz\r\nabc`),
      end: 'cut',
      problem: /chunk size/,
      text: '',
    },
    {
      server: 'floods a body without a length',
      answer: (connection) => {
        connection.socket.write(head())
        flood(connection, 'x'.repeat(65_536))
      },
      end: 'cut',
      problem: /exceeded max size/,
      limits: FLOODED,
    },
    {
      server: 'floods with chunks',
      answer: (connection) => {
        connection.socket.write(head(CHUNKED))
        flood(connection, chunk('x'.repeat(1000)).toString())
      },
      end: 'cut',
      problem: /exceeded max size/,
      limits: FLOODED,
    },
    // Complete as far as HTTP can tell.
    {
      server: 'sends more than the length it named',
      answer: ({ socket }) => socket.write(`${head('Content-Length: 3')}abcdef`),
      end: 'complete',
      text: 'abc',
    },
    {
      server: 'answers twice',
      answer: ({ socket }) => socket.write(`${head('Content-Length: 1')}a${head('Content-Length: 1')}b`),
      end: 'complete',
      text: 'a',
    },
    {
      server: 'ends the body with the connection',
      answer: ({ socket }) => socket.end(`${head()}abc`),
      end: 'complete',
      text: 'abc',
    },
  ]
  test.each(cases)('$server: $end', async ({ answer, end, problem, text, limits }) => {
    const exchange = await exchangeWith(answer, limits)
    expect(exchange.end).toBe(end)
    if (problem) expect(exchange.problem).toMatch(problem)
    else expect(exchange.problem).toBeUndefined()
    if (text !== undefined) expect(exchange.text).toBe(text)
    expect(exchange.status).toBe(end === 'refused' ? undefined : 200)
  })

  const IMPATIENT: Limits = { silence: 50, length: 2 ** 20 }

  test('never answers: refused', async () => {
    const exchange = await exchangeWith(() => {}, IMPATIENT)
    expect(exchange).toMatchObject({ end: 'refused', problem: expect.stringMatching(/Headers Timeout/) })
  })

  test('falls silent inside the body: cut', async () => {
    const exchange = await exchangeWith(({ socket }) => {
      socket.write(Buffer.concat([Buffer.from(head(CHUNKED)), chunk('abc')]))
    }, IMPATIENT)
    expect(exchange).toMatchObject({
      end: 'cut',
      problem: expect.stringMatching(/Body Timeout/),
      text: 'abc',
    })
  })

  test('resets inside the body: cut', async () => {
    const { url, connections } = await startPeer(({ socket }) =>
      socket.write(`${head('Content-Length: 9')}abc`),
    )
    const call = newTransport().start(url, new Exchange(GET))
    await call.until(({ chunks }) => chunks.length > 0)
    connections[0]?.socket.resetAndDestroy()
    expect(await call.ended).toMatchObject({
      end: 'cut',
      problem: expect.stringMatching(/ECONNRESET|closed/),
      text: 'abc',
    })
  })

  test('is not there: refused', async () => {
    const exchange = await newTransport().start(await deadUrl(), new Exchange(GET)).ended
    expect(exchange).toMatchObject({ end: 'refused', problem: 'connection refused', status: undefined })
  })
})

describe('abort', () => {
  const THREE = [chunk('one'), chunk('two'), chunk('three')]

  test('at a chosen point: the server sees the close, what had arrived is kept', async () => {
    const { url, connections } = await startPeer(({ socket }) => {
      socket.write(Buffer.concat([Buffer.from(head(CHUNKED)), ...THREE]))
    })
    const call = newTransport().start(url, new Exchange(GET))
    await call.until(({ chunks }) => chunks.length === 3)
    call.abort()
    expect(await call.ended).toMatchObject({ end: 'aborted', problem: undefined, text: 'onetwothree' })
    await connections[0]?.closed
  })

  test('before the head: the server sees the close', async () => {
    const { promise, resolve } = Promise.withResolvers<Connection>()
    const { url } = await startPeer(resolve)
    const call = newTransport().start(url, new Exchange(GET))
    const connection = await promise
    call.abort()
    expect(await call.ended).toMatchObject({ end: 'aborted', status: undefined })
    await connection.closed
  })

  test('before there is a connection', async () => {
    const { url } = await startPeer(() => {})
    const call = newTransport().start(url, new Exchange(GET))
    call.abort()
    expect(await call.ended).toMatchObject({ end: 'aborted', status: undefined })
  })

  test('after the end changes nothing', async () => {
    const { url } = await startPeer(({ socket }) => socket.write(`${head('Content-Length: 2')}ok`))
    const call = newTransport().start(url, new Exchange(GET))
    await call.ended
    call.abort()
    expect(call.exchange).toMatchObject({ end: 'complete', text: 'ok' })
  })

  test('until ends with the exchange, also when the condition never holds', async () => {
    const { url } = await startPeer(({ socket }) => socket.end(`${head('Content-Length: 9')}abc`))
    const exchange = await newTransport()
      .start(url, new Exchange(GET))
      .until(() => false)
    expect(exchange.end).toBe('cut')
  })
})
