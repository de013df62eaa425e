import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { STAND_INS } from '../../fixtures/instruments/strangers.ts'
import { listen } from '../base/loopback.ts'
import { ROOT } from '../base/paths.ts'
import { SERVER_VARIABLES } from '../config/server.ts'
import { binaryTarget } from '../targets/binary.ts'
import { Checkout, ledger, type Run, startSuites, suite } from '../testing/checkout.ts'
import { fakeOllama } from '../testing/fake-ollama.ts'
import { Loading } from '../testing/loading.ts'
import { bringStrangers } from '../testing/strangers.ts'
import { Client } from '../wire/client.ts'
import { keptBeside } from './loaded.ts'

/** A model that stays for an hour, one that stays for ever, and one that nobody has loaded. */
const HOUR = 'strangers/brief:latest'
const EVER = 'strangers/talker:0.1b'
const IDLE = 'strangers/pointer:f32'

/** Options of runs, which use a model of each kind. */
const RUNS: Record<string, Record<string, string>> = {
  'with models of its own': { model: HOUR, 'embed-model': IDLE, 'tool-model': EVER },
  'that is only read': { model: HOUR, 'embed-model': IDLE, 'tool-model': EVER, 'read-only': 'yes' },
  'with models of the suite': {},
}

/** Those that load and unload, and make models. */
const AREAS = ['generate', 'chat', 'embed', 'keep-alive', 'models']

const env = (url: string, options: Record<string, string>) => ({
  OLLAMA_TARGET: url,
  ...Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      SERVER_VARIABLES[key as keyof typeof SERVER_VARIABLES],
      value,
    ]),
  ),
})

const FAR = Date.parse('2100-01-01')

/** What a server has, and until when it has what loaded, ms. */
async function stateOf(url: string) {
  const models = async (path: string) =>
    ((await (await fetch(url + path)).json()) as { models: { name: string; expires_at: string }[] }).models
  return {
    tags: (await models('/api/tags')).map(({ name }) => name).sort(),
    until: Object.fromEntries(
      (await models('/api/ps')).map(({ name, expires_at }) => [name, Math.min(FAR, Date.parse(expires_at))]),
    ),
  }
}

async function load(url: string, model: string, keep_alive: number | string): Promise<void> {
  const answer = await fetch(`${url}/api/generate`, {
    method: 'POST',
    body: JSON.stringify({ model, keep_alive, stream: false }),
  })
  await answer.text()
}

/** Runs against a server that somebody uses; how its models were, and how they are. */
async function around(url: string, run: () => Promise<Run>) {
  await load(url, HOUR, '3600000ms')
  await load(url, EVER, -1)
  const before = await stateOf(url)
  expect(Object.keys(before.until).sort()).toEqual([HOUR, EVER])
  const { output } = await run()
  // To five seconds: any request would have made five minutes of the hour.
  const near = ([name, time]: [string, number]) => [name, expect.closeTo(time, -4)]
  expect(await stateOf(url), output).toEqual({
    tags: before.tags,
    until: Object.fromEntries(Object.entries(before.until).map(near)),
  })
  return output
}

describe('what was loaded before is loaded afterwards, for the time that it had left', () => {
  test.each(Object.entries(RUNS))('on a server %s', { timeout: 60_000 }, async (_, options) => {
    const loading = new Loading()
    const server = fakeOllama('0.24.0', loading.answer)
    for (const name of [HOUR, EVER, IDLE]) server.models.add(name)
    onTestFinished(() => void server.close().closeAllConnections())
    const url = await listen(server)
    const checkout = new Checkout({
      'specs/ollama/demo.yaml': ledger(
        Object.fromEntries(
          ['successor', 'embedder', 'caller'].map((name) => [`demo.${name}`, { portable: true }]),
        ),
      ),
      'suites/ollama/demo.test.ts': suite(`
        import { models } from '../../fixtures/instruments/models.ts'
        for (const name of ['successor', 'embedder', 'caller'])
          check('demo.' + name, async ({ post }) => (await post('/api/generate', { model: models[name], prompt: 'a' })).status)
      `),
    })
    await around(url, () => checkout.run(env(url, options)))
    const { totals } = checkout.results('ollama-0.24.0-url')
    expect(totals).toMatchObject({ pass: 3 })
  })

  /** `OLLAMA_TARGET=binary:/path/to/ollama npx vitest run --config vitest.harness.config.ts harness/run/loaded.test.ts` */
  const [, program = ''] = process.env.OLLAMA_TARGET?.match(/^binary:(.+)/) ?? []
  const { 'thinking-model': _, ...STRANGERS } = STAND_INS.brief
  test.runIf(program)('on a real one', { timeout: 600_000 }, async () => {
    const target = binaryTarget('ollama', program)
    onTestFinished(() => target.stop())
    const url = await target.start({}, '1')
    await bringStrangers(url)
    for (const [name, options] of Object.entries(RUNS)) {
      const own = options.model === undefined ? {} : { ...options, 'tool-model': STRANGERS['tool-model'] }
      const output = await around(
        url,
        () => startSuites(ROOT, env(url, own), ...AREAS.map((area) => `suites/ollama/${area}.test.ts`)).ended,
      )
      expect(output, name).toMatch(/\d+ pass/)
    }
  })
})

describe('how many models a server keeps beside each other', () => {
  test.each([
    ['all that fit', 3, 3],
    ['one, so that each unloads the one before', 1, 1],
    ['nothing that it lists', 0, undefined],
  ])('%s', async (_, limit, kept) => {
    const loaded: string[] = []
    const server = createServer(async (request, response) => {
      if (request.url === '/api/ps') {
        const models = loaded.slice(loaded.length - limit).map((name) => ({ name: `${name}:latest` }))
        return response.end(JSON.stringify({ models }))
      }
      loaded.push(JSON.parse(await text(request)).model)
      return response.end('{}')
    })
    onTestFinished(() => void server.close().closeAllConnections())
    expect(await keptBeside(new Client({ url: await listen(server), name: 'test' }))).toBe(kept)
  })

  test('undefined where none can be loaded', async () => {
    const server = createServer((_, response) => response.writeHead(404).end('{}'))
    onTestFinished(() => void server.close().closeAllConnections())
    expect(await keptBeside(new Client({ url: await listen(server), name: 'test' }))).toBeUndefined()
  })
})
