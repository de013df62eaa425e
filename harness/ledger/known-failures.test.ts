import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { temporaryFolder } from '../testing/folder.ts'
import { loadKnownFailures } from './known-failures.ts'

const load = (text: string) => loadKnownFailures(join(temporaryFolder({ 'list.yaml': text }), 'list.yaml'))

test('entries know where they stand', () => {
  const entries = load(`
- id: a.b
  reason: It says otherwise.
  link: https://example.org/1
- id: a.c
  reason: It says otherwise.
  link: https://example.org/2
  since: 0.9.0
  until: 0.10.0
`)
  expect(entries).toMatchObject([
    { id: 'a.b', reason: 'It says otherwise.', entry: expect.stringMatching(/list\.yaml:2$/) },
    { id: 'a.c', since: '0.9.0', until: '0.10.0', entry: expect.stringMatching(/list\.yaml:5$/) },
  ])
})

test('an entry may be about a message, and about builds of llama-server', () => {
  const entries = load(
    '- { message: generate/last, place: /eval_count, reason: x, link: x, since: b10488, until: 0.33.0-rc2 }',
  )
  expect(entries).toMatchObject([{ message: 'generate/last', place: '/eval_count', since: 'b10488' }])
})

test('no file and an empty file are an empty list', () => {
  expect(loadKnownFailures(join(temporaryFolder(), 'absent.yaml'))).toEqual([])
  expect(load('# nothing yet\n')).toEqual([])
})

test('an entry excuses until the day on which it expires', () => {
  const entry = (id: string, day: string) => `- { id: ${id}, reason: x, link: x, expires: ${day} }\n`
  expect(load(entry('a.b', '2020-01-01') + entry('a.c', '9999-01-01'))).toMatchObject([{ id: 'a.c' }])
})

test('a configuration brings more of them', () => {
  const folder = temporaryFolder({
    'c.yaml': 'target: replay\nknown-failures:\n  - { message: generate/last, reason: x, link: y }\n',
  })
  vi.stubEnv('CONFORMANCE_CONFIG', join(folder, 'c.yaml'))
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(load('- { id: a.b, reason: x, link: y }\n')).toMatchObject([
    { id: 'a.b' },
    { message: 'generate/last', entry: expect.stringMatching(/c\.yaml:3$/) },
  ])
})

describe('a broken entry is named with file and line', () => {
  const GOOD = '- id: a.b\n  reason: It says otherwise.\n  link: https://example.org\n'
  test.each([
    ['no reason', `${GOOD}- id: a.c\n  link: x\n`, /list\.yaml:4: .*reason/],
    ['no link', `${GOOD}- id: a.c\n  reason: x\n`, /list\.yaml:4: .*link/],
    ['no id', `${GOOD}- reason: x\n  link: x\n`, /list\.yaml:4: .*id/],
    ['an entry that is text', `${GOOD}- a.c\n`, /list\.yaml:4: .*not a map/],
    ['no list', 'id: a.b\n', /list\.yaml:1: .*list/],
    ['no YAML', '- id: [\n', /list\.yaml:\d+: /],
    [
      'a version that is none',
      `${GOOD}- { id: a.c, reason: x, link: x, since: soon }\n`,
      /list\.yaml:4: .*since/,
    ],
    ['an unknown field', `${GOOD}- { id: a.c, reason: x, link: x, sinec: 0.9.0 }\n`, /list\.yaml:4: .*sinec/],
  ])('%s', (_, text, message) => {
    expect(() => load(text)).toThrow(expect.objectContaining({ name: 'SuiteError' }))
    expect(() => load(text)).toThrow(message)
  })
})
