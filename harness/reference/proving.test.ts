import { expect, test } from 'vitest'
import type { Statement } from '../ledger/ledger.ts'
import type { StoredExchange } from '../recording/recording.ts'
import { proving } from './proving.ts'

const statement = (id: string, about: Partial<Statement['about']> = {}) =>
  ({ id, about: { endpoints: ['POST /api/generate'], ...about } }) as Statement

const sent = (method: string, path: string, body?: object, aside?: true): StoredExchange => ({
  request: {
    method,
    path,
    headers: {},
    ...(body ? { body: JSON.stringify(body) } : {}),
    ...(aside ? { aside } : {}),
  },
  end: 'complete',
})

const ASK = sent('POST', '/api/generate', { model: 'm', prompt: 'a' })
const UNLOAD = sent('POST', '/api/generate', { model: 'm', prompt: '', keep_alive: 0 })
const PS = sent('GET', '/api/ps')

test('an unload and what waits for it prove nothing about an answer', () => {
  expect(proving(statement('generate.a'), [UNLOAD, PS, PS, ASK, UNLOAD])).toEqual([ASK])
})

test('an unload proves what is said of unloading', () => {
  expect(proving(statement('keep-alive.a', { field: 'keep_alive' }), [ASK, UNLOAD, PS])).toEqual([
    ASK,
    UNLOAD,
    PS,
  ])
})

test('of a question that is asked again and again the last answer counts', () => {
  const last = sent('GET', '/api/ps')
  expect(proving(statement('lifecycle.a'), [ASK, PS, PS, last])).toEqual([ASK, last])
})

test('a model that is made for the check and deleted proves nothing, unless it is about that', () => {
  const made = sent('POST', '/api/create', { model: 'm' })
  const gone = sent('DELETE', '/api/delete', { model: 'm' })
  expect(proving(statement('generate.a'), [made, ASK, gone])).toEqual([ASK])
  expect(proving(statement('models.a', { endpoints: ['POST /api/create'] }), [made, gone])).toEqual([made])
})

test('a check says itself what is aside', () => {
  const clearing = sent('POST', '/api/generate', { model: 'm', prompt: 'b' }, true)
  expect(proving(statement('generate.a'), [ASK, clearing])).toEqual([ASK])
})

test('where nothing else was sent all of it is shown', () => {
  expect(proving(statement('generate.a'), [UNLOAD])).toEqual([UNLOAD])
})
