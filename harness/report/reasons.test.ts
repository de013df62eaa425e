import { expect, test } from 'vitest'
import type { StoredExchange } from '../recording/recording.ts'
import type { Status } from '../run/verdict.ts'
import { commonReasons, Reasons } from './reasons.ts'

const exchange = (status: number, body: string, end = 'complete') =>
  ({
    request: { method: 'POST', path: '/api/chat', headers: {}, body: '{}' },
    response: { status, headers: [], chunks: [[1, body]] },
    end,
  }) as StoredExchange

const many = (name: string, status: Status, message: string, ...evidence: StoredExchange[]) =>
  Array.from({ length: 10 }, (_, index) => ({ id: `${name}.${index}`, status, message, evidence }))

test('one fault that makes many checks fail is told once, by what the server does', () => {
  const boom = exchange(500, '{"error":"boom"}')
  const found = commonReasons([
    ...many('chat', 'fail', 'the server does something else', exchange(200, '{}'), boom),
    ...many('cut', 'fail', 'POST /api/chat: the exchange was cut', exchange(200, '{}', 'cut')),
    ...many('launch', 'error', 'ollama ended with exit code 7; its last words:\n  I die'),
    ...many('fine', 'pass', '', boom),
    ...many('known', 'known-fail', '', boom),
    ...many('few', 'fail', '', exchange(503, 'busy')).slice(1),
    ...many(
      'dead',
      'fail',
      'POST /api/show answers nothing: 2 requests in a row waited for up to 45 s',
      boom,
    ),
    ...many('left', 'fail', 'aborts do not reach the engine: a generation goes on').slice(-2),
    ...many('wrong', 'fail', 'the server does something else', exchange(200, '{}')),
  ])
  expect(found.map(({ reason, ids }) => [reason, ids.length, ids[0]])).toEqual([
    ['POST /api/chat answers 500 {"error":"boom"}', 10, 'chat.0'],
    ['the answer is cut off', 10, 'cut.0'],
    ['ollama ended with exit code 7; its last words:', 10, 'launch.0'],
    ['POST /api/show answers nothing: 2 requests in a row waited for up to 45 s', 10, 'dead.0'],
    ['aborts do not reach the engine: a generation goes on', 2, 'left.8'],
  ])
})

test('it is told as soon as it is that of many', () => {
  const reasons = new Reasons()
  const boom = many('chat', 'fail', 'the server does something else', exchange(500, '{"error":"boom"}'))
  const told = [...boom, ...many('fine', 'pass', ''), ...boom].map((one) => reasons.count(one))
  expect(told.filter((line) => line !== undefined)).toEqual([
    '10 checks so far for one reason: POST /api/chat answers 500 {"error":"boom"}',
  ])
  expect(told[9]).toBeDefined()
})
