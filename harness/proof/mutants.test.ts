import { expect, test } from 'vitest'
import { mutantsOf } from './mutants.ts'

const bodies = (value: unknown, kind?: string) =>
  [...mutantsOf(value)].filter((mutant) => !kind || mutant.kind === kind).map(({ body }) => body)

test('each property is dropped, made null, retyped and renamed, and one is added', () => {
  expect(bodies({ a: 1 })).toEqual([{ a: null }, { a: '1' }, {}, { ax: 1 }, { a: 1, added: 1 }])
})

test('a mutant is changed in one place only, and the message not at all', () => {
  const message = { a: { b: 'x' }, c: [{ d: true }] }
  const copy = structuredClone(message)
  expect(bodies(message, 'retype')).toEqual([
    { a: '[object Object]', c: [{ d: true }] },
    { a: { b: 1 }, c: [{ d: true }] },
    { a: { b: 'x' }, c: '[object Object]' },
    { a: { b: 'x' }, c: ['[object Object]'] },
    { a: { b: 'x' }, c: [{ d: 'true' }] },
  ])
  expect(message).toEqual(copy)
})

test('of an array the first items are changed', () => {
  expect(bodies([1, 2, 3, 4, 5], 'null')).toEqual([
    [null, 2, 3, 4, 5],
    [1, null, 3, 4, 5],
    [1, 2, null, 4, 5],
  ])
})

test('what is no object is replaced as a whole', () => {
  expect(bodies('[DONE]')).toEqual([null, 1])
})
