import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { isDeepStrictEqual } from 'node:util'
import { type Listening, serve } from '../base/loopback.ts'
import { EXCHANGE_HEADER, MISMATCH_HEADER } from '../wire/client.ts'
import {
  type Recording,
  restoreBytes,
  type StoredBytes,
  type StoredExchange,
  storeBytes,
} from './recording.ts'

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
    // One HTTP chunk each: the reader on the other side sees the boundaries again, in however few packets they come.
    request.socket.cork()
    response.flushHeaders()
    const sent = chunks.map(
      ([, bytes]) => new Promise((resolve) => response.write(restoreBytes(bytes), resolve)),
    )
    request.socket.uncork()
    if (exchange.end !== 'complete') await Promise.all(sent)
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
  if (!exchange) {
    return `nothing is recorded for ${name}; run it on a live target, and record it: npm run record`
  }
  const { method, path, body: recorded } = exchange.request
  const stale = (was: string, is: string) =>
    `the recording is stale: ${name} was recorded ${was}, the check sends ${is}; record again: npm run record`
  if (request.method !== method || request.url !== path) {
    return stale(`as ${method} ${path}`, `${request.method} ${request.url}`)
  }
  const sent = body.length > 0 ? storeBytes(body, true) : undefined
  const kept = recorded === '' ? undefined : recorded
  if (sameBody(sent, kept)) return undefined
  return stale(`with the body ${JSON.stringify(kept)}`, JSON.stringify(sent))
}

/** Whether two bodies are the same bytes, or the same JSON: the order of keys says nothing to a server. */
export function sameBody(sent: StoredBytes | undefined, kept: StoredBytes | undefined): boolean {
  if (isDeepStrictEqual(sent, kept)) return true
  if (typeof sent !== 'string' || typeof kept !== 'string') return false
  try {
    return isDeepStrictEqual(JSON.parse(sent), JSON.parse(kept))
  } catch {
    return false
  }
}
