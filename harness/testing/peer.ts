import { createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { listen } from '../base/loopback.ts'

/** One connection to a peer: its socket, and what is known of its end. */
export type Connection = {
  socket: Socket
  /** Resolves when the connection is gone, however it went. */
  closed: Promise<void>
}

/**
 * A server that is no more than a socket: it reads a request, and what it then does with the connection is the
 * test's. It is gone when the test is.
 */
export async function startPeer(answer: (connection: Connection, request: string) => void): Promise<{
  url: string
  /** Every connection so far. */
  connections: Connection[]
}> {
  const connections: Connection[] = []
  const server = createServer((socket) => {
    const connection = { socket, closed: new Promise<void>((resolve) => socket.once('close', resolve)) }
    connections.push(connection)
    // A client that goes away is no error here.
    socket.on('error', () => {})
    let text = ''
    socket.on('data', (part) => {
      text += part.toString('latin1')
      for (let request = takeRequest(text); request; request = takeRequest(text)) {
        text = request.rest
        answer(connection, request.whole)
      }
    })
  })
  const url = await listen(server)
  onTestFinished(async () => {
    server.close()
    for (const { socket } of connections) socket.destroy()
    await Promise.all(connections.map(({ closed }) => closed))
  })
  return { url, connections }
}

/** The first request of what has arrived, once its body is there too. */
function takeRequest(text: string): { whole: string; rest: string } | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const length = Number(text.slice(0, end).match(/^content-length: (\d+)$/im)?.[1] ?? 0)
  const whole = text.slice(0, end + 4 + length)
  return whole.length < end + 4 + length ? undefined : { whole, rest: text.slice(whole.length) }
}

/** An address where nobody listens. */
export async function deadUrl(): Promise<string> {
  const server = createServer()
  const url = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return url
}

/** The head of a response, with the given header lines. */
export const head = (...lines: string[]) => `${['HTTP/1.1 200 OK', ...lines].join('\r\n')}\r\n\r\n`

export const CHUNKED = 'Transfer-Encoding: chunked'

const bytesOf = (text: Uint8Array | string) => (typeof text === 'string' ? Buffer.from(text) : text)

/** Bytes as one HTTP chunk; none are the last one. */
export const chunk = (bytes: Uint8Array | string) =>
  Buffer.concat([
    Buffer.from(`${Buffer.byteLength(bytes).toString(16)}\r\n`),
    bytesOf(bytes),
    Buffer.from('\r\n'),
  ])

export const LAST_CHUNK = chunk('')
