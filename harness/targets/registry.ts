import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { serve } from '../base/loopback.ts'

export type Registry = { host: string; requests: () => number; stop: () => Promise<void> }

type Stored = { type: string; bytes: Buffer }

/**
 * A model registry in memory, on a free port of the loopback interface: as much of the OCI distribution protocol as
 * Ollama speaks, and a blob in one POST with its digest. It takes whatever digest it is told, so that a check can
 * store a blob that is broken.
 */
export async function startRegistry(): Promise<Registry> {
  /** By path; a blob has the media type of the manifest that names it. */
  const manifests = new Map<string, Stored>()
  const blobs = new Map<string, Stored>()
  const uploads: Buffer[][] = []
  let requests = 0

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
        return response.writeHead(201, location(model + digest)).end()
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
    answer(request, response, Buffer.concat(parts))
  }
  const server = createServer((request, response) => {
    // A client may go away inside its request.
    receive(request, response).catch(() => response.destroy())
  })
  const { url, stop } = await serve(server)
  return { host: new URL(url).host, requests: () => requests, stop }
}

function layersOf(manifest: Buffer): { digest: string; mediaType: string }[] {
  try {
    const { config, layers } = JSON.parse(manifest.toString())
    return [config, ...(layers ?? [])]
  } catch {
    // Whoever reads it will say so.
    return []
  }
}
