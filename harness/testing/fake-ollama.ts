import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

export type FakeOllama = Server & { models: Set<string> }

type Answer = (request: IncomingMessage, response: ServerResponse) => boolean

/**
 * As much of an Ollama as a run needs to begin and to end: it takes files and models, lists and deletes them, and
 * says its version. It generates nothing.
 *
 * @param instead answers in its place where it returns true
 */
export function fakeOllama(version = '0.24.0', instead: Answer = () => false): FakeOllama {
  const models = new Set<string>()
  const server = createServer(async (request, response) => {
    if (instead(request, response)) return
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const json = (value: unknown, status = 200) => {
      response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' })
      response.end(JSON.stringify(value))
    }
    const body = () => JSON.parse(Buffer.concat(parts).toString())
    const route = `${request.method} ${request.url}`
    if (route === 'GET /api/version') json({ version })
    else if (route.startsWith('POST /api/blobs/')) response.writeHead(201).end()
    else if (route === 'POST /api/create') {
      models.add(body().model)
      json({ status: 'success' })
    } else if (route === 'GET /api/tags') json({ models: [...models].map((name) => ({ name, model: name })) })
    else if (route === 'POST /api/generate') json({ model: body().model, done: true, done_reason: 'unload' })
    else if (route === 'DELETE /api/delete') {
      models.delete(body().model)
      response.writeHead(200).end()
    } else json({ error: 'not found' }, 404)
  })
  return Object.assign(server, { models })
}
