import { expect, test } from 'vitest'
import { readNotEntered, renderNotEntered } from './not-entered.ts'

test('each function that nothing enters has one reason', () => {
  const all = readNotEntered().why.flatMap(({ code }) =>
    Object.entries(code).flatMap(([file, functions]) => functions.map((name) => `${file} ${name}`)),
  )
  expect(all.filter((one, index) => all.indexOf(one) !== index)).toEqual([])
})

test('a reason stands in a line for each of its files, with a link to the code of that version', () => {
  const page = renderNotEntered({
    tag: 'v1.2.3',
    server: 'a server',
    entered: 3,
    of: 5,
    unreachable: 1,
    files: { 'a.go': [1, 2], 'd.go': [2, 2] },
    why: [{ reason: 'It is far.', 'entered-by': 'a walk', code: { 'a.go': ['b', 'c'], 'd.go': ['e'] } }],
  })
  expect(page).toContain('on a server: 3 of 5 statements')
  expect(page).toContain('1 of them no route reaches: of the others it is 75 %')
  expect(page).toContain('| 1 | 2 | 50 % |')
  expect(page).toContain(
    '| [a.go](https://github.com/ollama/ollama/blob/v1.2.3/a.go) | b, c | It is far. | a walk |\n| [d.go]',
  )
})
