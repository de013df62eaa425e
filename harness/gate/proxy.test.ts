import { createServer, type RequestListener } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { serve } from '../base/loopback.ts'
import { deadUrl } from '../testing/peer.ts'
import { startProxy } from './proxy.ts'
import type { Traffic } from './usage.ts'

/** A proxy in front of a server, what it saw, and how to wait for it. */
async function proxied(listener: RequestListener) {
  const upstream = await serve(createServer(listener))
  onTestFinished(upstream.stop)
  return inFrontOf(upstream.url)
}

async function inFrontOf(url: string) {
  const traffic: Traffic[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const proxy = await startProxy('0', url, (one) => {
    traffic.push(one)
    resolve()
  })
  onTestFinished(proxy.stop)
  return { proxy, traffic, seen: promise }
}

describe('the proxy', () => {
  test('passes requests and answers on as they are, and shows them', async () => {
    const { proxy, traffic, seen } = await proxied(async (request, response) => {
      let body = ''
      for await (const part of request) body += part
      response.writeHead(418, { 'content-type': 'application/json', 'x-own': 'yes' })
      response.end(JSON.stringify({ got: body, host: request.headers.host, as: request.headers['x-sent'] }))
    })
    const answer = await fetch(`${proxy.url}/api/chat?a=1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-sent': 'too' },
      body: '{"model":"m"}',
    })
    expect(answer.status).toBe(418)
    expect(answer.headers.get('x-own')).toBe('yes')
    expect(await answer.json()).toMatchObject({ got: '{"model":"m"}', as: 'too' })
    await seen
    expect(traffic).toMatchObject([
      {
        method: 'POST',
        path: '/api/chat?a=1',
        headers: expect.arrayContaining([['x-sent', 'too']]),
        request: { text: '{"model":"m"}' },
        response: { status: 418, type: 'application/json' },
      },
    ])
  })

  test('passes a stream on part by part', async () => {
    const release = Promise.withResolvers<void>()
    const { proxy } = await proxied(async (_, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' })
      response.write('{"done":false}\n')
      await release.promise
      response.end('{"done":true}\n')
    })
    const reader = (await fetch(proxy.url)).body?.getReader()
    // The second part is not even written yet.
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('{"done":false}\n')
    release.resolve()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('{"done":true}\n')
  })

  test('goes away from the server when the client does', async () => {
    const gone = Promise.withResolvers<void>()
    const { proxy, seen } = await proxied((request, response) => {
      request.on('close', () => gone.resolve())
      response.writeHead(200).write('a')
    })
    const aborter = new AbortController()
    const answer = await fetch(proxy.url, { signal: aborter.signal })
    aborter.abort()
    await expect(answer.text()).rejects.toThrow()
    await gone.promise
    await seen
  })

  test('says so when no server answers', async () => {
    const { proxy, traffic } = await inFrontOf(await deadUrl())
    const answer = await fetch(proxy.url)
    expect(answer.status).toBe(502)
    expect(await answer.json()).toEqual({ error: expect.stringMatching(/^no answer from http/) })
    expect(traffic).toMatchObject([{ method: 'GET', path: '/', response: undefined }])
  })

  test('keeps no file and nothing compressed', async () => {
    const { proxy, traffic, seen } = await proxied((request, response) => {
      request.resume().on('end', () => response.writeHead(200, { 'content-encoding': 'br' }).end('x'))
    })
    const body = new Uint8Array(1000)
    await fetch(proxy.url, { method: 'POST', body, headers: { 'content-type': 'application/octet-stream' } })
      .then((answer) => answer.arrayBuffer())
      .catch(() => {})
    await seen
    expect(traffic).toMatchObject([{ request: { text: '' }, response: { text: '' } }])
  })

  test.each([
    ['0', 'localhost', /localhost is no address/],
    ['many', 'http://127.0.0.1:1', /many is no port/],
    ['99999', 'http://127.0.0.1:1', /99999 is no port/],
  ])('listening at %s for %s is refused', async (listen, upstream, message) => {
    await expect(startProxy(listen, upstream, () => {})).rejects.toThrow(message)
  })

  test('a port that is taken is named', async () => {
    const { proxy } = await inFrontOf('http://127.0.0.1:1')
    await expect(startProxy(new URL(proxy.url).port, 'http://127.0.0.1:1', () => {})).rejects.toThrow(
      /^cannot listen at 127\.0\.0\.1:\d+ .*; give another port: --listen$/,
    )
  })
})
