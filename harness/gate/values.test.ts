import { expect, test } from 'vitest'
import { contrast } from './values.ts'

test.each([
  [
    'of objects only what differs',
    { a: 1, b: { c: 2, d: 3 } },
    { a: 1, b: { c: 2, d: 4 } },
    '{"b": {"d": 3}}',
    '{"b": {"d": 4}}',
  ],
  [
    'of lists of words what the other has not',
    ['a', 'b', 'c'],
    ['a', 'x', 'c'],
    '[…, "b", …]',
    '[…, "x", …]',
  ],
  ['another order as it is', ['a', 'b'], ['b', 'a'], '["a", "b"]', '["b", "a"]'],
  ['nothing at all', undefined, 1, 'nothing', '1'],
])('%s', (_, was, is, before, after) => {
  expect(contrast(was, is, 100)).toEqual([before, after])
})

test('of long texts the part around the difference', () => {
  const [before, after] = contrast(`${'x'.repeat(500)}1`, `${'x'.repeat(500)}2`, 40)
  expect(before).toMatch(/^…x+1"$/)
  expect(after).toMatch(/^…x+2"$/)
  expect(before.length).toBeLessThan(45)
})
