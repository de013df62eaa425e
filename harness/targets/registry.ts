import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { TLSSocket } from 'node:tls'
import { serve } from '../base/loopback.ts'
import { secureHost } from './secure-host.ts'
import { masked } from './signed.ts'

export type Registry = {
  host: string
  /** The file of the authority that vouches for it as ollama.com, made when it is first asked for. */
  authority: () => Promise<string>
  requests: () => number
  stop: () => Promise<void>
}

type Stored = { type: string; bytes: Buffer }

/** An answer in place of the registry's own, as a check asks for it: `PUT /answers` with a list of them as JSON. */
export type Told = {
  /** Method and path of the request that gets it: `GET /v2/library/a/manifests/latest`. */
  to: string
  /** What the body of that request must contain, where many go to one path. */
  with?: string
  status: number
  /** `{localhost}` in them is the registry under another name. */
  headers?: Record<string, string>
  /** A text, JSON, or a list of it, each on a line. */
  body?: string | object | object[]
  /** After as many bytes of the body the connection ends; with `stall` it stays open until the client leaves. */
  cut?: number
  /** Without `cut` nothing is answered. */
  stall?: boolean
  /** How often, once when absent. */
  times?: number
}

/**
 * A model registry in memory, on a free port of the loopback interface: as much of the OCI distribution protocol as
 * Ollama speaks, and a blob in one POST with its digest. It takes whatever digest it is told, so that a check can
 * store a blob that is broken.
 *
 * It plays other hosts too: `PUT /answers` says what it answers to requests to come, and `GET /requests` with
 * `?to=<part of a line>` shows those that came, one JSON object a line; `GET /left` those whose client left an answer that
 * had stalled. As ollama.com it has one model from the start, for servers that ask when they start. It is a proxy too,
 * behind which there is no other host than https://ollama.com: itself. A line of what came that way says the host, and
 * has nothing that is the server's own.
 */
export async function startRegistry(): Promise<Registry> {
  /** By path; a blob has the media type of the manifest that names it. */
  const manifests = new Map<string, Stored>()
  const blobs = new Map<string, Stored>()
  const uploads: Buffer[][] = []
  const told: Told[] = []
  const received: string[] = []
  const left: string[] = []
  let requests = 0

  /** What a check told it to answer, or undefined. */
  const toldFor = (method: string, path: string, body: Buffer): Told | undefined => {
    const index = told.findIndex(
      ({ to, with: part }) =>
        to === `${method} ${path.replace(/\?.*/, '')}` && (!part || body.includes(part)),
    )
    const found = told[index]
    if (found) found.times = (found.times ?? 1) - 1
    if (found?.times === 0) told.splice(index, 1)
    return found
  }

  const tell = (
    { status, headers: named = {}, body: told = '', cut, stall }: Told,
    response: ServerResponse,
  ) => {
    const body =
      typeof told === 'string'
        ? told
        : [told]
            .flat()
            .map((one) => JSON.stringify(one))
            .join('\n')
    const { localPort } = response.req.socket
    const headers = Object.fromEntries(
      Object.entries(named).map(([name, value]) => [
        name,
        value.replace('{localhost}', `localhost:${localPort}`),
      ]),
    )
    if (stall && cut === undefined) return
    if (cut === undefined) return response.writeHead(status, headers).end(body)
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers })
    response.write(body.slice(0, cut), () => stall || response.destroy())
  }

  const answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => {
    const { method = '', headers } = request
    const { pathname: path, searchParams } = new URL(request.url ?? '/', `http://${headers.host}`)
    const digest = searchParams.get('digest')
    const [, model = '', upload] = path.match(/^(\/v2\/.+\/blobs\/)uploads\/(\d*)$/) ?? []
    const parts = upload ? uploads[Number(upload)] : []
    const location = (path: string) => ({ location: `http://${headers.host}${path}` })

    if (upload !== undefined && parts) {
      parts.push(body)
      if (digest) {
        blobs.set(model + digest, { type: 'application/octet-stream', bytes: Buffer.concat(parts) })
        // Who sends a blob at once knows where it is.
        return response.writeHead(201, upload ? location(model + digest) : {}).end()
      }
      const id = upload || uploads.push(parts) - 1
      return response.writeHead(202, location(`${model}uploads/${id}`)).end()
    }
    if (method === 'PUT' && path.includes('/manifests/')) {
      manifests.set(path, { type: headers['content-type'] ?? '', bytes: body })
      for (const { digest, mediaType } of layersOf(body)) {
        const blob = blobs.get(path.replace(/manifests\/.*/, `blobs/${digest}`))
        if (blob) blob.type = mediaType
      }
      return response.writeHead(201).end()
    }
    const stored = manifests.get(path) ?? blobs.get(path)
    if (!stored) return response.writeHead(404).end()
    const [, from, to] = headers.range?.match(/^bytes=(\d+)-(\d+)$/) ?? []
    const bytes = from ? stored.bytes.subarray(Number(from), Number(to) + 1) : stored.bytes
    response.writeHead(from ? 206 : 200, {
      'content-type': stored.type,
      'content-length': bytes.length,
      // Without it Ollama does not find what it would download.
      ...location(path),
    })
    return response.end(method === 'HEAD' ? undefined : bytes)
  }

  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    requests += 1
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const body = Buffer.concat(parts)
    const { method = '', url = '', headers } = request
    if (method === 'PUT' && url === '/answers') {
      told.push(...JSON.parse(body.toString()))
      return response.writeHead(201).end()
    }
    const [, list, query] = (method === 'GET' && url.match(/^\/(requests|left)(\?.*)/)) || []
    if (list) {
      const to = new URLSearchParams(query).get('to') ?? ''
      response.writeHead(200, { 'content-type': 'text/plain' })
      const lines = (list === 'left' ? left : received).filter((line) => line.includes(to)).map(readable)
      return response.end(`${lines.join('\n')}\n`)
    }
    const { range, 'content-range': contentRange, accept } = headers
    const secure = request.socket instanceof TLSSocket
    const { authorization, ...own } = masked(request)
    const path = secure ? own.path : url
    const host = secure ? headers.host : undefined
    const seen = { host, range, 'content-range': contentRange, accept, authorization }
    const text = body.length > 10_000 ? `${body.length} bytes` : body.toString()
    const line = JSON.stringify({ method, path, headers: seen, body: text })
    received.push(line)
    const instead = toldFor(method, path, body) ?? played(request, body)
    if (instead?.stall) response.on('close', () => left.push(line))
    if (instead) tell(instead, response)
    else answer(request, response, body)
  }
  const server = createServer((request, response) => {
    // A client may go away inside its request.
    receive(request, response).catch(() => response.destroy())
  })
  const ollama = secureHost('ollama.com')
  server.on('connect', (request, socket) => ollama.connect(request, socket, server))
  const { url, stop } = await serve(server)
  return {
    host: new URL(url).host,
    authority: ollama.authority,
    requests: () => requests,
    stop: async () => {
      await stop()
      ollama.remove()
    },
  }
}

/** A line about a request with its body as JSON where it is some. */
function readable(line: string): string {
  const request = JSON.parse(line)
  try {
    const body = JSON.parse(request.body)
    return typeof body === 'object' ? JSON.stringify({ ...request, body }) : line
  } catch {
    return line
  }
}

function layersOf(manifest: Buffer): { digest: string; mediaType: string }[] {
  try {
    const { config, layers } = JSON.parse(manifest.toString())
    return [config, ...(layers ?? [])].filter(Boolean)
  } catch {
    // Whoever reads it will say so.
    return []
  }
}

/** The model that it has as ollama.com, listed in all the ways that there are. */
const FAR = 'far-known'

/** What it says of it. */
const KNOWN = {
  modelfile: `FROM ${FAR}`,
  details: {
    parent_model: '',
    format: '',
    family: 'far',
    families: ['far'],
    parameter_size: '1B',
    quantization_level: '',
  },
  model_info: { 'general.architecture': 'far', 'far.context_length': 5 },
  capabilities: ['completion'],
  modified_at: '2026-01-02T03:04:05.123456Z',
}

/** Others, and what it says of them that differs. */
const SHOWN: Record<string, object> = {
  'far-deep': {
    model_info: {
      ...KNOWN.model_info,
      'far.list': [1, ['a', { b: true }]],
    },
    projector_info: { 'clip.list': [0.5] },
    messages: [{ role: 'user', content: 'hi', images: ['aGk='] }],
  },
  'far-kept': {},
}

/** What it answers as ollama.com. */
function played({ method, url = '' }: IncomingMessage, body: Buffer): Told | undefined {
  const json = (value: unknown) => ({
    to: url,
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  })
  const is = (line: string) => `${method} ${url.replace(/\?.*/, '')}` === line
  if (is('GET /api/tags'))
    return json({
      models: [
        { model: FAR },
        { name: `${FAR}:cloud` },
        { model: ' ' },
        { name: 'far-gone' },
        ...Object.keys(SHOWN).map((model) => ({ model })),
      ],
    })
  if (is('GET /api/experimental/model-recommendations'))
    return json({
      recommendations: [
        { model: ` ${FAR} `, description: ' far ', vram_bytes: 3, required_plan: ' pro ' },
        { model: `${FAR}:cloud`, description: 'without limits' },
        { model: `${FAR}-cloud`, description: '', context_length: 5, max_output_tokens: 4 },
      ],
    })
  const shown = is('POST /api/show') && [FAR, ...Object.keys(SHOWN)].find((far) => body.includes(`"${far}"`))
  return shown ? json({ ...KNOWN, ...SHOWN[shown] }) : undefined
}
