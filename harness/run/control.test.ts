import { createServer, type Server } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { serve } from '../base/loopback.ts'
import type { Target } from '../targets/target.ts'
import { Client } from '../wire/client.ts'
import { GONE, startControl } from './control.ts'

/** A server that says what it is asked, and to what a model is asked nothing, where it is `silent`. */
async function started(silent: boolean): Promise<string> {
  const server: Server = createServer((request, response) => {
    if (!silent || request.url !== '/api/generate') response.end('{}')
  })
  const { url, stop } = await serve(server)
  onTestFinished(() => stop())
  return url
}

test(
  'a server with settings that leaves requests without an answer is gone, and the run goes on',
  { timeout: 120_000 },
  async () => {
    const first = await started(false)
    const target = {
      system: 'ollama',
      kind: 'binary',
      launches: true,
      keepModels: true,
      start: () => started(true),
      stop: async () => {},
    } as unknown as Target
    const control = await startControl(target, first, (url) => new Client({ url, name: 'look' }))
    onTestFinished(() => control.stop())
    const ask = async (settings: object, lost?: object[]) => {
      const body = JSON.stringify({ worker: '1', settings, lost })
      const answer = await fetch(control.url, { method: 'POST', body })
      return { status: answer.status, text: await answer.text() }
    }
    const settings = { OLLAMA_MAX_LOADED_MODELS: '1' }
    const asked = [{ model: 'conformance/spare', options: {} }]
    expect(await ask(settings, asked)).toEqual({
      status: GONE,
      text: expect.stringContaining('leaves requests without an answer'),
    })
    expect(await ask({})).toEqual({ status: 200, text: first })
    expect(await ask({}, asked)).toEqual({ status: 200, text: first })
  },
)

test('a check that fails while engines clash over a port is told of another server, a later one of the same', async () => {
  const first = await started(false)
  const abandoned: string[] = []
  let clashedAt = 0
  const target = {
    system: 'ollama',
    kind: 'binary',
    launches: true,
    keepModels: true,
    start: () => started(false),
    clashedAt: () => clashedAt,
    abandon: (url: string) => abandoned.push(url),
  } as unknown as Target
  const control = await startControl(target, first, (url) => new Client({ url, name: 'look' }))
  onTestFinished(() => control.stop())
  const ask = async (failed?: number) => {
    const body = JSON.stringify({ worker: '1', settings: {}, failed })
    return (await fetch(control.url, { method: 'POST', body })).text()
  }
  expect(await ask()).toBe(first)
  expect(await ask(Date.now())).toBe(first)
  clashedAt = Date.now()
  const second = await ask(Date.now())
  expect([abandoned, second === first]).toEqual([[first], false])
  // The clash was before it was there.
  expect(await ask(Date.now())).toBe(second)
})
