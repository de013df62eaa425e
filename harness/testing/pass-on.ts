import {
  createServer,
  type IncomingMessage,
  request as send,
  type Server,
  type ServerResponse,
} from 'node:http'

/** What a proxy makes of a request: answers it itself (true), or says what becomes of its path and of the answer. */
export type Proxy = (request: IncomingMessage, response: ServerResponse) => boolean

/** What a proxy makes of a body of JSON that it passes on. */
export type Rewrite = (path: string, json: unknown) => unknown

/**
 * A server that passes everything on to another and back, bytes as they come.
 *
 * @param instead answers in its place where it returns true
 * @param rewrite changes answers that are whole JSON
 */
export function passOn(
  upstream: string,
  { instead = () => false, rewrite }: { instead?: Proxy; rewrite?: Rewrite } = {},
): Server {
  return createServer((request, response) => {
    if (instead(request, response)) return
    const { hostname, port } = new URL(upstream)
    const { url = '/', method, headers } = request
    const passed = send({ hostname, port, path: url, method, headers }, (answer) => {
      const { statusCode = 500, rawHeaders } = answer
      const json = rewrite && answer.headers['content-type']?.startsWith('application/json')
      if (!json) {
        response.writeHead(statusCode, rawHeaders)
        response.flushHeaders()
        answer.pipe(response)
        return
      }
      const parts: Buffer[] = []
      answer.on('data', (part) => parts.push(part))
      answer.on('end', () => {
        const text = JSON.stringify(rewrite(url, JSON.parse(Buffer.concat(parts).toString())))
        response.writeHead(statusCode, { 'content-type': answer.headers['content-type'] })
        response.end(text)
      })
    })
    passed.on('error', () => response.destroy())
    // A client that goes away leaves the server behind too.
    response.on('close', () => passed.destroy())
    request.pipe(passed)
  })
}

/** What lets nobody pass without the token, nor beside the path. @param through whether the server is shown the token */
export const gate =
  (path: string, token: string, through = false): Proxy =>
  (request, response) => {
    const { headers, url = '' } = request
    if (headers.authorization !== token || !url.startsWith(`${path}/`)) {
      response.writeHead(headers.authorization === token ? 404 : 401).end()
      return true
    }
    if (!through) delete headers.authorization
    request.url = url.slice(path.length)
    return false
  }
