import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { listen } from '../base/loopback.ts'
import { Client } from '../wire/client.ts'
import { fakeOllama } from '../testing/fake-ollama.ts'
import { usualUnwell, whatIsServed } from './served.ts'

const HAS = ['GET /api/version', 'GET /api/tags', 'POST /api/generate', 'DELETE /api/delete']
const MAKES = ['POST /api/create', 'POST /api/blobs/:digest']

/** What is found to be served by a fake that answers some requests otherwise. */
async function servedBy(instead: (request: IncomingMessage, response: ServerResponse) => boolean) {
  const server = fakeOllama('0.24.0', instead)
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const served = await whatIsServed(new Client({ url: await listen(server), name: 'test' }), '0.24.0', false)
  if (served === 'locked') return served
  return served.asked.filter((one) => !served.absent.includes(one)).sort()
}

const refusing =
  (status: number, type: string, body: string) =>
  ({ url = '' }: IncomingMessage, response: ServerResponse) => {
    if (!/^\/api\/(create|blobs)/.test(url)) return false
    response.writeHead(status, { 'content-type': type }).end(body.replace('PATH', url))
    return true
  }

test('what is wrong with the usual routes is seen before any check, on a server of the suite too', async () => {
  const sick = ({ url }: IncomingMessage, response: ServerResponse) => {
    if (url === '/api/chat')
      response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":"boom"}')
    return url === '/api/chat' || url === '/api/embed'
  }
  const server = fakeOllama('0.24.0', sick)
  onTestFinished(() => void server.close().closeAllConnections())
  const client = new Client({ url: await listen(server), name: 'test', silence: 500 })
  const unwell = {
    silent: ['POST /api/embed'],
    failing: ['POST /api/chat answers 500 to a request for nothing: {"error":"boom"}'],
  }
  expect(await usualUnwell(client)).toEqual(unwell)
  expect(await whatIsServed(client, '0.24.0', false)).toMatchObject(unwell)
})

test('what a healthy server says of a request without a name is nothing wrong', async () => {
  const odd = ({ url }: IncomingMessage, response: ServerResponse) => {
    if (url !== '/api/embed') return false
    response.writeHead(500).end('{"error":"unqualified name: registry.ollama.ai/library/!MISSING!:latest"}')
    return true
  }
  const server = fakeOllama('0.16.3', odd)
  onTestFinished(() => void server.close().closeAllConnections())
  const client = new Client({ url: await listen(server), name: 'test' })
  expect((await usualUnwell(client)).failing).toEqual([])
})

test('everything that is there is found', async () => {
  expect(await servedBy(() => false)).toEqual([...HAS, ...MAKES].sort())
})

test.each([
  ['405', 405, 'text/plain', ''],
  ['501', 501, 'application/json', '{"error":"not implemented"}'],
  ['403', 403, 'application/json', '{"error":"disabled by the owner"}'],
  ['a page', 404, 'text/html; charset=utf-8', '<p>What?</p>'],
  ['the answer that any unknown path gets', 404, 'application/json; charset=utf-8', '{"error":"not found"}'],
])('a route is absent that answers with %s', async (_, status, type, body) => {
  expect(await servedBy(refusing(status, type, body))).toEqual([...HAS].sort())
})

test('a route that does not find a model is there', async () => {
  const missing = refusing(404, 'application/json', '{"error":"model \'\' not found"}')
  expect(await servedBy(missing)).toEqual(expect.arrayContaining(MAKES))
})

test('so is one of which only another method is refused', async () => {
  const answers = (request: IncomingMessage, response: ServerResponse) => {
    const known = request.url === '/api/show'
    if (known && request.method === 'PATCH') response.writeHead(405, { allow: 'POST' }).end()
    else if (known)
      response
        .writeHead(404, { 'content-type': 'application/json; charset=utf-8' })
        .end('{"error":"not found"}')
    return known
  }
  expect(await servedBy(answers)).toContain('POST /api/show')
})

test('nothing is there that answers as everything does', async () => {
  const page = ({ url = '' }: IncomingMessage, response: ServerResponse) => {
    if (HAS.some((one) => one.endsWith(` ${url}`))) return false
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<p>Welcome to ${url}</p>`)
    return true
  }
  expect(await servedBy(page)).toEqual([...HAS].sort())
})

test('a server that asks for credentials is locked', async () => {
  const locked = (_: IncomingMessage, response: ServerResponse) => Boolean(response.writeHead(401).end('{}'))
  expect(await servedBy(locked)).toBe('locked')
})
