import { expect, test } from 'vitest'
import { withoutKeys } from './added.ts'

test.each([
  ['a key', { a: 1, more: 2, in: [{ more: 3, b: 1 }] }, { a: 1, in: [{ b: 1 }] }],
  ['a list of keys', ['a', 'more', 'b'], ['a', 'b']],
  ['keys in a line', 'a b more', 'a b'],
  ['a text that is JSON', '{"a":1,"more":{"b":2}}', '{"a":1}'],
  ['nothing else', { text: '{a:more}', b: ['{'] }, { text: '{a:more}', b: ['{'] }],
])('%s is left out', (_, value, rest) => {
  expect(withoutKeys(value, new Set(['more']))).toEqual(rest)
})
