import { expect, test } from 'vitest'
import type { StoredArea, StoredExchange } from './stored.ts'
import { fold, unfold } from './repeated.ts'

const answered = (...texts: string[]): StoredExchange[] =>
  texts.map((text) => ({
    request: { method: 'GET', path: '/api/tags', headers: {} },
    response: { status: 200, headers: [], chunks: [[1, text]] },
    end: 'complete',
  }))
const model = (name: string) => `{"name":"${name}","digest":"${'0'.repeat(100)}"}`
const list = (...names: string[]) => `{"models":[${names.map(model).join(',')}]}`

test('a part of an answer that comes often stands once, and comes back as it was', () => {
  const area: StoredArea = {
    'a.b': answered(list('first', 'x', 'last'), list('first', 'x', 'y', 'last')),
    'a.c': answered(list('first', 'x', 'last'), 'no list'),
  }
  const file = fold(area)
  expect(JSON.stringify(file).split(JSON.stringify(model('x')).slice(1, -1))).toHaveLength(2)
  expect(unfold(JSON.parse(JSON.stringify(file)))).toEqual(area)
})

test('what comes once or twice, is short, or is no text stays where it is', () => {
  const area: StoredArea = {
    'a.b': answered(list('once'), '[{"id":"a"},{"id":"a"},{"id":"a"},{"id":"a"}]'),
    'a.c': [
      {
        request: { method: 'GET', path: '/', headers: {} },
        response: { status: 200, headers: [], chunks: [[1, { base64: '/w==' }]] },
        end: 'complete',
      },
      { request: { method: 'GET', path: '/', headers: {} }, end: 'aborted' },
    ],
  }
  expect(fold(area)).toEqual(area)
  expect(unfold(fold(area))).toEqual(area)
})
