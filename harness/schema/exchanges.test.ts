import { expect, test } from 'vitest'
import { Exchange } from '../wire/exchange.ts'
import { judgeMessages } from './messages.ts'
import { describeProblem } from './validate.ts'

const TARGET = { system: 'ollama', version: '0.32.15', kind: 'replay' } as const
const DATE = 'Thu, 26 Nov 2026 22:00:00 GMT'

function apart(
  path: string,
  body: object,
  type: string,
  text: string,
  more: [string, string][] = [],
): string[] {
  const exchange = new Exchange({ method: 'POST', path, body })
  exchange.status = 200
  exchange.headers = [['Content-Type', type], ['Date', DATE], ...more]
  exchange.chunks.push({ t: 0, bytes: Buffer.from(text) })
  exchange.end = 'complete'
  const { problems, apart } = judgeMessages(exchange, TARGET)
  expect(problems).toEqual([])
  return apart.map(describeProblem)
}

const chunk = (more: object) => ({
  model: 'm',
  created_at: '2026-11-26T22:00:00Z',
  response: 'a',
  done: false,
  ...more,
})
const FIGURES = {
  load_duration: 1,
  prompt_eval_count: 1,
  prompt_eval_duration: 1,
  eval_count: 1,
  eval_duration: 1,
}
const last = (more: object = {}) =>
  chunk({ response: '', done: true, done_reason: 'length', total_duration: 4, ...FIGURES, ...more })

const generated = (...records: object[]) =>
  apart(
    '/api/generate',
    { model: 'm', prompt: 'a' },
    'application/x-ndjson',
    records.map((record) => `${JSON.stringify(record)}\n`).join(''),
  )

test('a stream ends in its last record, and in no other', () => {
  expect(generated(chunk({}), last())).toEqual([])
  expect(generated(last(), chunk({}))).toEqual([
    expect.stringMatching(/^generate\/chunk: a wrong value, found last chunk; the records come as /),
  ])
  expect(generated(chunk({}))).toHaveLength(1)
  expect(generated(chunk({}), last(), last())).toHaveLength(1)
})

test('every record names the model that was asked for', () => {
  expect(generated(chunk({}), last({ model: 'n' }))).toEqual([
    'generate/last at /model: a wrong value, found "n"; as the request says: "m"',
  ])
})

test('no time lies in the future of the answer', () => {
  expect(generated(chunk({ created_at: '2026-11-27T22:00:00Z' }), last())).toEqual([
    'generate/chunk at /created_at: a wrong value, found "2026-11-27T22:00:00Z"; a time in the past of the answer',
  ])
})

const chat = (...ids: string[]) =>
  apart(
    '/v1/chat/completions',
    { model: 'm', messages: [{ role: 'user', content: 'a' }], stream: true },
    'text/event-stream',
    [
      ...ids.map((id, index) =>
        JSON.stringify({
          id,
          object: 'chat.completion.chunk',
          created: 1,
          model: 'm',
          system_fingerprint: 'fp_ollama',
          choices: [
            {
              index: 0,
              delta: { role: 'assistant', content: '' },
              finish_reason: index === ids.length - 1 ? 'stop' : null,
            },
          ],
        }),
      ),
      '[DONE]',
    ]
      .map((data) => `data: ${data}\n\n`)
      .join(''),
  )

test('the id of a stream is the same in all records', () => {
  expect(chat('chatcmpl-1', 'chatcmpl-1')).toEqual([])
  expect(chat('chatcmpl-1', 'chatcmpl-2')).toEqual([
    'openai-chat/chunk at /id: a wrong value, found "chatcmpl-2"; the same in all records: "chatcmpl-1"',
  ])
})

const thought = (begin: string, ...deltas: string[]) =>
  apart(
    '/v1/messages',
    { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'a' }], stream: true },
    'text/event-stream',
    [
      {
        type: 'message_start',
        message: {
          id: 'msg_0123456789abcdef01234567',
          type: 'message',
          role: 'assistant',
          model: 'm',
          content: [],
          usage: { input_tokens: 1, output_tokens: 0 },
        },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: begin } },
      ...deltas.map((thinking) => ({
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'thinking_delta', thinking },
      })),
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        usage: { input_tokens: 1, output_tokens: 1 },
      },
      { type: 'message_stop' },
    ]
      .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
      .join(''),
  )

test('a block begins whole, as after a search, or has deltas', () => {
  expect(thought('', 'a', 'b')).toEqual([])
  expect(thought('a')).toEqual([])
  expect(thought('a', 'b')).toHaveLength(1)
})

test('nothing of it is asked of a server of somebody else', () => {
  const exchange = new Exchange({ method: 'POST', path: '/api/generate', body: { model: 'm', prompt: 'a' } })
  exchange.status = 200
  exchange.headers = [['Content-Type', 'application/x-ndjson']]
  exchange.chunks.push({ t: 0, bytes: Buffer.from(`${JSON.stringify(last())}\n${JSON.stringify(last())}\n`) })
  exchange.end = 'complete'
  expect(judgeMessages(exchange, { ...TARGET, kind: 'url' }).apart).toEqual([])
  expect(judgeMessages(exchange, TARGET).apart).toHaveLength(2)
})
