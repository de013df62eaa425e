import { expect, test } from 'vitest'
import { loadLedger } from '../ledger/ledger.ts'
import { explain, explainedText } from './explain.ts'

const ledger = loadLedger()
const told = (name: string, at?: string, exchanges?: boolean) =>
  explainedText(explain(ledger, { name, at, exchanges }), at)

test('a statement has its sentence, its values by version, what limits it and its sources', () => {
  const text = told('options.repeat_penalty.default')
  expect(text).toContain('The default of `repeat_penalty` is 1.')
  expect(text).toMatch(/before 0\.17\.5 +the default is 1\.1 {2}\[1\.1\]/)
  expect(text).toContain('See also: options.new-engine.effect')
  expect(text).toContain('Sources: ')
})

test('what begins with the check only is said to', () => {
  expect(told('options.num_predict.cap')).toContain('checked since 0.10.0')
  expect(told('options.num_predict.cap')).toContain('Older than the check: ')
})

test('at a version it says that one alone', () => {
  const text = told('options.repeat_penalty.default', '0.16.3')
  expect(text).toContain('the default is 1.1')
  expect(text).not.toContain('the default is 1 ')
})

test('its exchanges are requests as curl, with the answers as they came', () => {
  expect(told('streaming.last-record.text', undefined, true)).toMatch(
    /curl -sS .*\/api\/generate[^]*HTTP\/1\.1 200/,
  )
})

test('an endpoint has its fields and its statements, with or without the method', () => {
  expect(told('POST /api/chat')).toContain('Answer in a conversation')
  expect(told('/api/chat')).toBe(told('POST /api/chat'))
  expect(told('POST /api/chat', '0.5.7')).not.toMatch(/^ {2}think /m)
})

test('a field is found by its last name, on each endpoint that has it, and a version has it or not', () => {
  expect(told('think', '0.9.6')).toMatch(/POST \/api\/chat, request: think .*\[0\.9\.6 has it\]/)
  expect(told('think', '0.5.7')).toMatch(/POST \/api\/chat, request: think .*\[0\.5\.7 has it not\]/)
  expect(told('num_predict')).toContain('options.num_predict')
})

test('what nobody knows is one clear line with the nearest', () => {
  expect(() => told('num_predikt')).toThrow(/nothing is called num_predikt; .*did you mean .*num_predict/)
})
