import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type Listening, serve } from '../loopback.ts'
import { type Recording, restoreBytes, type StoredExchange, storeBytes } from './recording.ts'

/** Names the exchange that a request belongs to: `<statement id>#<index>`. Sent to a replay and to nothing else. */
export const EXCHANGE_HEADER = 'x-conformance-exchange'
/** Present on an answer of the replay itself; the body says why nothing recorded could be served. */
export const MISMATCH_HEADER = 'x-conformance-mismatch'

/** Serves the recorded bytes over loopback HTTP, in the recorded chunks. */
export async function startReplay(recording: Recording): Promise<Listening> {
  const exchanges = new Map<string, StoredExchange>()
  for (const area of Object.values(recording.areas)) {
    for (const [id, stored] of Object.entries(area)) {
      for (const [index, exchange] of stored.entries()) exchanges.set(`${id}#${index}`, exchange)
    }
  }
  const server = createServer((request, response) => {
    void answer(request, response, exchanges.get(String(request.headers[EXCHANGE_HEADER])))
  })
  return serve(server)
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  exchange: StoredExchange | undefined,
) {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const problem = mismatch(request, Buffer.concat(parts), exchange)
  if (problem || !exchange) {
    response.writeHead(599, { [MISMATCH_HEADER]: 'yes', 'content-type': 'text/plain; charset=utf-8' })
    response.end(problem)
    return
  }
  if (exchange.response) {
    const { status, headers, chunks } = exchange.response
    // Node adds none of its own then.
    response.sendDate = false
    for (const name of ['connection', 'content-length', 'transfer-encoding']) response.removeHeader(name)
    response.writeHead(status, headers.flat())
    response.flushHeaders()
    for (const [, bytes] of chunks) {
      // One HTTP chunk each: the reader on the other side sees the boundaries again.
      await new Promise((resolve) => response.write(restoreBytes(bytes), resolve))
    }
  }
  if (exchange.end === 'complete') response.end()
  else if (exchange.end !== 'aborted') request.socket.destroy()
  // What was aborted stays open until the client goes away, as it did when it was recorded.
}

function mismatch(
  request: IncomingMessage,
  body: Buffer,
  exchange: StoredExchange | undefined,
): string | undefined {
  const name = request.headers[EXCHANGE_HEADER]
  if (!exchange) return `no recorded exchange ${name}`
  const { method, path, body: recorded } = exchange.request
  if (request.method !== method || request.url !== path) {
    return `exchange ${name} was recorded as ${method} ${path}, the check sends ${request.method} ${request.url}`
  }
  const sent = body.length > 0 ? JSON.stringify(storeBytes(body, true)) : undefined
  const kept = recorded === undefined || recorded === '' ? undefined : JSON.stringify(recorded)
  return sent === kept
    ? undefined
    : `exchange ${name} was recorded with another body: ${kept}, the check sends ${sent}`
}
