import { expect, test } from 'vitest'
import { parseProse, unfounded } from './prose.ts'

const founded = (body: string) => unfounded(parseProse('a.md', body))

test('a sentence with something in code or a number wants a statement', () => {
  expect(founded('It is `stop`. It came with 0.6.2. Nothing here.')).toEqual([
    'It is `stop`.',
    'It came with 0.6.2.',
  ])
  expect(founded('It is `stop` [generate.count.eos].')).toEqual([])
})

test('headings, blocks of code, the head of a table and links to pages want none', () => {
  expect(
    founded(
      '## With `code`\n\n```sh\ncurl 1\n```\n\n| `a` | b |\n| --- | --- |\n| x | y |\n\nSee [[options]].',
    ),
  ).toEqual([])
})

test('each row of a table and each item of a list stands for itself', () => {
  expect(founded('| a | b |\n| --- | --- |\n| `c` | d |\n\n- `e` [a.b]\n- `f`')).toEqual([
    '| `c` | d |',
    '- `f`',
  ])
})

test('the head of a file is YAML, and its sections go by their headings', () => {
  const prose = parseProse(
    'a.md',
    '---\ntwin: POST /api/chat\n---\nIntro.\n\n## Stream\n\nOne.\n\n## Errors\nTwo.\n',
  )
  expect(prose.front.twin).toBe('POST /api/chat')
  expect(prose.intro).toBe('Intro.')
  expect([...prose.sections]).toEqual([
    ['Stream', 'One.'],
    ['Errors', 'Two.'],
  ])
})
