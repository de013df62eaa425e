import { describe, expect, test } from 'vitest'
import { parseConfig, withReliance } from '../config/config.ts'
import { loadLedger } from '../ledger/ledger.ts'
import { trafficOf } from './har.ts'
import { relianceOf } from './relies.ts'
import { reliesOn, type Traffic, Usage } from './usage.ts'

const ledger = loadLedger()

const json = (value: unknown) => ({ type: 'application/json', text: JSON.stringify(value) })
const posted = (path: string, body: unknown, response?: Traffic['response']): Traffic => ({
  method: 'POST',
  path,
  request: json(body),
  response,
})

function used(...traffic: Traffic[]) {
  const usage = new Usage()
  for (const one of traffic) usage.add(one)
  return usage
}

describe('what is used', () => {
  test('the innermost fields by their names, and nothing of what stands in them', () => {
    const usage = used(
      posted('/api/chat', {
        model: 'secret-model',
        messages: [{ role: 'user', content: 'a secret' }],
        options: { seed: 4711 },
        tools: [
          {
            type: 'function',
            function: { name: 'f', parameters: { properties: { secret_city: { type: 'string' } } } },
          },
        ],
        format: { type: 'object', properties: { secret_answer: { type: 'string' } } },
      }),
    )
    const chat = usage.endpoints.get('POST /api/chat')
    expect([...(chat?.sent ?? [])].sort()).toEqual([
      'format',
      'messages.content',
      'messages.role',
      'model',
      'options.seed',
      'tools.function.name',
      'tools.function.parameters.properties.*.type',
      'tools.type',
    ])
    expect(chat?.unknown.size).toBe(0)
    const told = JSON.stringify([...usage.endpoints].map(([, one]) => [...one.sent, ...one.received]))
    expect(told).not.toMatch(/secret|4711/)
  })

  test('what no version knows is told apart', () => {
    const chat = used(posted('/api/chat', { model: 'm', options: { sead: 1 } })).endpoints.get(
      'POST /api/chat',
    )
    expect([...(chat?.unknown ?? [])]).toEqual(['options.sead'])
  })

  test('streams, their events, and the fields of answers', () => {
    const usage = used(
      posted(
        '/api/chat',
        {},
        { status: 200, type: 'application/x-ndjson', text: '{"done":false}\n{"done_reason":"stop"}\n' },
      ),
      posted(
        '/v1/chat/completions',
        {},
        {
          status: 200,
          type: 'text/event-stream',
          text: 'data: {"choices":[{"delta":{"role":"assistant"}}]}\n\ndata: [DONE]\n\n',
        },
      ),
      posted('/v1/chat/completions', 'no JSON', { status: 400, ...json({ error: { message: 'no' } }) }),
    )
    expect(usage.endpoints.get('POST /api/chat')).toMatchObject({
      streams: new Set(['NDJSON']),
      received: new Set(['done', 'done_reason']),
    })
    expect(usage.endpoints.get('POST /v1/chat/completions')).toMatchObject({
      requests: 2,
      streams: new Set(['server-sent events']),
      events: new Set(['[DONE]']),
      statuses: new Set([200, 400]),
      received: new Set(['choices.delta.role', 'error.message']),
    })
  })

  test('routes with parts that vary, behind a base path, and of no Ollama', () => {
    const usage = used(
      { method: 'GET', path: '/v1/models/llama3?x=1' },
      { method: 'GET', path: '/ollama/api/tags' },
      { method: 'GET', path: '/favicon.ico?v=2' },
    )
    expect([...usage.endpoints.keys()]).toEqual(['GET /v1/models/:model', 'GET /api/tags'])
    expect([...usage.strange]).toEqual([['GET /favicon.ico', 1]])
  })
})

describe('what is relied on then', () => {
  const usage = used(posted('/api/chat', { model: 'm', think: true, options: { top_k: 1 } }))
  const relied = reliesOn(usage, ledger)

  test('the fields, and every statement about one that was sent or about the default of one that was not', () => {
    expect(relied.fields).toEqual([
      'POST /api/chat model',
      'POST /api/chat options.top_k',
      'POST /api/chat think',
    ])
    const rows = relied.ids.flatMap((id) => ledger.get(id) ?? [])
    const about = (row: (typeof rows)[number]) => row.about.field as string
    const others = rows.filter((row) => !['model', 'options', 'options.top_k', 'think'].includes(about(row)))
    expect(rows.map(about)).toContain('think')
    expect(others.every(({ id }) => id.includes('default'))).toBe(true)
    expect(relied.ids).toContain('options.repeat_penalty.default')
    expect(relied.ids).toContain('options.top_k.effect')
  })

  test('a configuration keeps what it has, comments too', () => {
    const before =
      '# ours\ntarget: replay # for now\nrelies-on:\n  ids:\n    - chat.answer.whole # the core\n'
    const text = withReliance(before, relied)
    expect(text).toContain('# ours\ntarget: replay # for now')
    expect(text).toContain('- chat.answer.whole # the core')
    const loaded = parseConfig(text, 'c.yaml')
    expect(loaded.config['relies-on']?.ids).toEqual(['chat.answer.whole', ...relied.ids])
    expect(withReliance(text, relied)).toBe(text)
    expect(relianceOf(loaded, ledger)).toBeDefined()
    expect(parseConfig(withReliance('', relied), 'c.yaml').config['relies-on']).toEqual(relied)
    expect(parseConfig(withReliance('# nothing yet\n', relied), 'c.yaml').config['relies-on']).toEqual(relied)
  })
})

test('a HAR file is read as browsers write it', () => {
  const har = JSON.stringify({
    log: {
      entries: [
        {
          request: {
            method: 'POST',
            url: 'http://h:1/api/chat?x=1',
            postData: { mimeType: 'application/json', text: '{"model":"m"}' },
          },
          response: {
            status: 200,
            content: {
              mimeType: 'application/json',
              encoding: 'base64',
              text: Buffer.from('{"done":true}').toString('base64'),
            },
          },
        },
        { request: { method: 'GET', url: 'http://h:1/api/tags' }, response: { status: 0, content: {} } },
      ],
    },
  })
  expect(trafficOf(har, 'x.har')).toEqual([
    {
      method: 'POST',
      path: '/api/chat?x=1',
      request: json({ model: 'm' }),
      response: { status: 200, ...json({ done: true }) },
    },
    { method: 'GET', path: '/api/tags', request: undefined, response: undefined },
  ])
  expect(() => trafficOf('no', 'x.har')).toThrow('x.har is no JSON; give a HAR file')
  expect(() => trafficOf('{}', 'x.har')).toThrow('x.har is no HAR file: it has no log.entries')
})
