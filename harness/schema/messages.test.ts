import { describe, expect, test } from 'vitest'
import { type End, Exchange, type Request } from '../wire/exchange.ts'
import { judgeMessages } from './messages.ts'
import { describeProblem } from './validate.ts'

const TARGET = { system: 'ollama', version: '0.24.0', kind: 'binary' } as const
const GENERATE = { method: 'POST', path: '/api/generate', body: { model: 'm', prompt: 'p' } }
const CHUNK = '{"model":"m","created_at":"2026-01-02T03:04:05Z","response":"x","done":false}'

const problemsOf = (exchange: Exchange, target: Parameters<typeof judgeMessages>[1] = TARGET) =>
  judgeMessages(exchange, target).problems.map(describeProblem)

function exchange(request: Request, contentType: string, body: string | Buffer, end: End = 'complete') {
  const made = new Exchange(request)
  made.status = 200
  made.headers = [['Content-Type', contentType]]
  made.chunks.push({ t: 0, bytes: Buffer.from(body as string) })
  made.end = end
  made.problem = end === 'cut' ? 'other side closed' : undefined
  return made
}
const version = (body: string | Buffer, contentType = 'application/json; charset=utf-8') =>
  exchange({ method: 'GET', path: '/api/version' }, contentType, body)
const stream = (body: string | Buffer, end?: End) => exchange(GENERATE, 'application/x-ndjson', body, end)

test.each([
  ['a response as it should be', version('{"version":"0.24.0"}')],
  ['a stream that we left, inside a line', stream(`${CHUNK}\n{"model":`, 'aborted')],
  [
    'a stream that we left, inside a character',
    stream(Buffer.from([...Buffer.from(`${CHUNK}\n"`), 0xe2]), 'aborted'),
  ],
  [
    'a stream of events that says it is NDJSON',
    exchange(
      { method: 'POST', path: '/v1/messages', wrong: true },
      'application/x-ndjson',
      'event: message_stop\ndata: {"type":"message_stop"}\n\n',
    ),
  ],
  [
    'a request that is wrong on purpose',
    exchange({ ...GENERATE, body: { prompt: 5 }, wrong: true }, 'x/y', '', 'aborted'),
  ],
])('%s is no problem', (_, exchange) => {
  expect(problemsOf(exchange)).toEqual([])
})

describe('a problem is', () => {
  test.each([
    ['a value of another type', version('{"version":5}'), /version/],
    ['no JSON', version('0.24.0'), /./],
    ['a body that is not UTF-8', version(Buffer.from('{"version":"\xff"}', 'latin1')), /not UTF-8/],
    ['another content type', version('0.24.0', 'text/plain'), /found content type text\/plain/],
    ['a record of another shape', stream(`${CHUNK}\n{"x":1}\n`), /./],
    ['a line that is no JSON', stream(`${CHUNK}\nnothing\n`), /not JSON/],
    ['a last line that is no JSON', stream(`${CHUNK}\n{"mod`), /not JSON/],
    [
      'a line inside that is no JSON, of a stream that we left',
      stream(`nothing\n${CHUNK}\n`, 'aborted'),
      /not JSON/,
    ],
    ['a line that is not UTF-8', stream(Buffer.of(0x22, 0xff, 0x22, 0x0a)), /not UTF-8/],
  ])('%s', (_, exchange, message) => {
    expect(problemsOf(exchange).join('\n')).toMatch(message)
  })
})

test("an unknown status is the server's doing, a request that no version takes the suite's", () => {
  const strange = version('{}')
  strange.status = 418
  expect(problemsOf(strange)).toEqual([expect.stringContaining('status 418')])
  const unknown = exchange({ method: 'GET', path: '/api/nothing' }, 'text/plain', '404 page not found')
  const odd = exchange({ ...GENERATE, body: { prompt: 5 } }, 'x/y', '', 'aborted')
  for (const one of [unknown, odd]) {
    expect(() => judgeMessages(one, TARGET)).toThrow(expect.objectContaining({ name: 'SuiteError' }))
  }
})

test('the messages that were met are named', () => {
  expect(judgeMessages(stream(`${CHUNK}\n${CHUNK}\n`), TARGET).met).toEqual([
    'generate/request',
    'generate/chunk',
  ])
})

test('what a server of somebody else adds is no problem, what it lacks is', () => {
  const more = version('{"version":"0.24.0","extra":1}')
  expect(problemsOf(more)).not.toEqual([])
  expect(problemsOf(more, { ...TARGET, kind: 'url' })).toEqual([])
  expect(problemsOf(version('{}'), { ...TARGET, kind: 'url' })).not.toEqual([])
})

test('llama-server is held to schemas of its own', () => {
  const target = { system: 'llama-server', version: 'b11434', kind: 'binary' } as const
  const health = (body: string) => exchange({ method: 'GET', path: '/health' }, 'application/json', body)
  expect(problemsOf(health('{"status":"ok"}'), target)).toEqual([])
  expect(problemsOf(health('{"status":5}'), target).join()).toContain('health/response at /status')
  expect(() => judgeMessages(version('{"version":"0.24.0"}'), target)).toThrow('no version has this route')
})
