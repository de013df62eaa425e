import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { serve } from '../base/loopback.ts'
import { routesOf } from '../schema/routes.ts'
import { schemaFor } from '../schema/specialise.ts'
import { validateMessage } from '../schema/validate.ts'
import { fitting, nearly } from './arbitrary.ts'
import { type Explained, type Finding, fuzz } from './fuzz.ts'

const VERSION = '0.32.15'
const routes = routesOf('ollama', VERSION).filter(
  ({ request, form, of }) => request.endsWith('.json') && !form && !of,
)

test.each(routes.map(({ methods, path, request }) => [methods[0] as string, path, request] as const))(
  'what is made for %s %s is valid',
  (method, path, request) => {
    const valid = fitting(schemaFor(request, VERSION, false), {})
    const problems = (body: unknown) =>
      validateMessage({
        system: 'ollama',
        version: VERSION,
        method,
        path,
        open: false,
        part: 'request',
        body,
      })
    fc.assert(
      fc.property(valid, (body) => problems(body).length === 0),
      { numRuns: 30, seed: 1 },
    )
  },
)

test('nearly valid is one value away', () => {
  const [made] = fc.sample(nearly(fc.constant({ a: { b: [1, 2] }, c: 'x' })), { numRuns: 1, seed: 3 })
  expect(made).not.toEqual({ a: { b: [1, 2] }, c: 'x' })
})

/** A server that has nothing, and fails where a request asks to generate with `shift`. */
async function fuzzed(
  explained: Explained[] = [],
  error = () => 'boom',
): Promise<{ findings: Finding[]; explained: number }> {
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const fails = request.url === '/api/generate' && body.includes('"shift":true')
    response.writeHead(fails ? 500 : 404, { 'content-type': 'application/json; charset=utf-8' })
    response.end(JSON.stringify({ error: fails ? error() : 'not found' }))
  })
  const { url, stop } = await serve(server)
  let rounds = 0
  const found: Finding[] = []
  const target = {
    system: 'ollama',
    version: VERSION,
    operations: ['POST /api/generate'],
    start: async () => url,
  } as const
  const until = () => ++rounds > 20
  const outcome = await fuzz(target, 1, until, explained, (finding) => found.push(finding))
  await stop()
  return { findings: found.filter(({ what }) => what.startsWith('500')), explained: outcome.explained }
}

test('a failure is found, once, with the smallest request that shows it', async () => {
  const { findings } = await fuzzed()
  expect(findings.map(({ operation, what }) => ({ operation, what }))).toEqual([
    { operation: 'POST /api/generate', what: '500: boom' },
  ])
  expect(findings[0]?.evidence).toMatch(/'\{[^']*"model":"[^"]*"[^']*"shift":true[^']*\}'/)
})

test('a failure is the same wherever the server keeps its models', async () => {
  let folder = 'a'
  const error = () =>
    `open /tmp/${(folder += 'x')}/manifests/library/nothing/latest: no such file or directory`
  expect((await fuzzed([], error)).findings).toHaveLength(1)
})

test('what is explained is counted and not told', async () => {
  const explained = [{ operation: 'POST /api/generate', what: 'boom', why: 'demo' }]
  const outcome = await fuzzed(explained)
  expect(outcome.findings).toEqual([])
  expect(outcome.explained).toBeGreaterThan(0)
})
