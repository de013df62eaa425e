import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { messageOf, SuiteError } from '../base/errors.ts'
import type { Traffic } from './usage.ts'

export type Proxy = { url: string; stop: () => Promise<void> }

/** What is looked at of a body; what is longer is passed on all the same. */
const LONGEST = 16_000_000

/**
 * Passes every request on to a server and every answer back, byte by byte as they come, and shows each exchange when it
 * has ended.
 *
 * @param listen a port of the loopback interface, or `host:port`
 * @throws SuiteError when it cannot listen there
 */
export async function startProxy(
  listen: string,
  upstream: string,
  seen: (traffic: Traffic) => void,
): Promise<Proxy> {
  if (!URL.canParse(upstream) || !/^https?:$/.test(new URL(upstream).protocol)) {
    throw new SuiteError(`${upstream} is no address; give one such as http://127.0.0.1:11434`)
  }
  const base = new URL(upstream)
  const [, host = '127.0.0.1', port] = listen.match(/^(?:(.+):)?(\d{1,5})$/) ?? []
  if (port === undefined || Number(port) > 65_535)
    throw new SuiteError(`${listen} is no port; give one such as 11435`)
  const server = createServer((request, response) => pass(base, request, response, seen))
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new SuiteError(`cannot listen at ${host}:${port} (${messageOf(error)}); give another port: --listen`),
      ),
    )
    server.listen(Number(port), host, resolve)
  })
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function pass(
  base: URL,
  request: IncomingMessage,
  response: ServerResponse,
  seen: (traffic: Traffic) => void,
): void {
  const { method = 'GET', url = '/', headers } = request
  const began = performance.now()
  const names = request.rawHeaders.filter((_, index) => index % 2 === 0)
  const sentHeaders = names.map((name, index): [string, string] => [
    name,
    request.rawHeaders[2 * index + 1] as string,
  ])
  const sent = new Copy(request.headers['content-type'], request.headers['content-encoding'])
  const send = base.protocol === 'https:' ? httpsRequest : httpRequest
  const onward = send(new URL(base.pathname.replace(/\/$/, '') + url, base), {
    method,
    headers: { ...headers, host: base.host },
  })
  const tell = (answer?: Traffic['response']) =>
    seen({ method, path: url, began, headers: sentHeaders, request: sent.body, response: answer })
  onward.on('response', (answer) => {
    const got = new Copy(answer.headers['content-type'], answer.headers['content-encoding'])
    // Node adds none of its own then.
    response.sendDate = false
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders)
    response.flushHeaders()
    answer.on('data', (part: Buffer) => got.add(part))
    answer.on('close', () => tell({ status: answer.statusCode ?? 0, type: got.type, text: got.text }))
    answer.on('error', () => response.destroy())
    answer.pipe(response)
  })
  onward.on('error', (error) => {
    if (response.headersSent) return response.destroy()
    tell()
    response.writeHead(502, { 'content-type': 'application/json' })
    return response.end(JSON.stringify({ error: `no answer from ${base.origin}: ${messageOf(error)}` }))
  })
  // Who goes away must stop the generation, as it does without a proxy.
  response.on('close', () => onward.destroy())
  request.on('data', (part: Buffer) => sent.add(part))
  request.on('error', () => onward.destroy())
  request.pipe(onward)
}

/** A body as far as it can be read: text, uncompressed, not of a file. */
class Copy {
  readonly type: string
  readonly #readable: boolean
  readonly #parts: Buffer[] = []
  #length = 0

  constructor(type = '', encoding = 'identity') {
    this.type = type
    this.#readable = encoding === 'identity' && !/^(application\/octet-stream|image|audio)/.test(type)
  }

  add(part: Buffer): void {
    this.#length += part.length
    if (this.#readable && this.#length <= LONGEST) this.#parts.push(part)
  }

  get text(): string {
    return this.#length <= LONGEST ? Buffer.concat(this.#parts).toString() : ''
  }

  get body(): Traffic['request'] {
    return this.#length > 0 ? { type: this.type, text: this.text } : undefined
  }
}
