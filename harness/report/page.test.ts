import { expect, test } from 'vitest'
// @ts-expect-error a script of the pages has no types
import { lineDifference, pretty, recordsOf } from './page/base.js'

test('what fits on a line stands on one', () => {
  expect(pretty({ a: [1, 2], b: 'x' })).toBe('{"a":[1,2],"b":"x"}')
  expect(pretty({ a: [1, 2], b: 'x'.repeat(10) }, 20)).toBe('{\n  "a": [1,2],\n  "b": "xxxxxxxxxx"\n}')
  expect(JSON.parse(pretty({ a: [[], {}, null, { b: 'c' }] }, 1))).toEqual({ a: [[], {}, null, { b: 'c' }] })
  expect(pretty(undefined)).toBe('nothing')
})

test('lines of either text only are marked', () => {
  expect(lineDifference('a\nb\nc', 'a\nx\nc\nd')).toEqual([
    [' ', 'a'],
    ['-', 'b'],
    ['+', 'x'],
    [' ', 'c'],
    ['+', 'd'],
  ])
})

test.each([
  [
    'lines',
    '{"a":1}\n{"b":2}\n',
    [
      [1, 3],
      [5, 10],
      [9, 16],
    ],
    [
      [5, '{"a":1}'],
      [9, '{"b":2}'],
    ],
  ],
  [
    'events',
    'event: a\ndata: 1\n\ndata: [DONE]\n\n',
    [
      [1, 18],
      [2, 32],
    ],
    [
      [1, 'event: a\ndata: 1'],
      [2, 'data: [DONE]'],
    ],
  ],
  [
    'a body that was cut',
    '{"a"',
    [
      [1, 4],
      [7, 20],
    ],
    [[1, '{"a"']],
  ],
])('the time of a record is that of the chunk which ends it: %s', (_, body, chunks, records) => {
  expect(recordsOf(body, chunks).map(({ t, text }: { t: number; text: string }) => [t, text])).toEqual(
    records,
  )
})
