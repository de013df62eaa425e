import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fromRoot } from '../base/paths.ts'
import { temporaryFolder } from '../testing/folder.ts'
import { loadConfig, parseConfig } from './config.ts'

const SAMPLE = readFileSync(fromRoot('harness/config/sample.yaml'), 'utf8')

test('a configuration knows where each entry stands', () => {
  const text = `
target: container:0.24.0
headers: { authorization: OLLAMA_TOKEN }
relies-on:
  ids:
    - chat.answer.whole
    - options.*
known-failures:
  - id: a.b
    reason: It says otherwise.
    link: https://example.org
    until: 0.24.0
  - { message: chat/last.json, place: /done, reason: x, link: y }
`
  const { config, at } = parseConfig(text, 'c.yaml')
  expect(config.target).toBe('container:0.24.0')
  expect(at(['target'])).toMatch(/c\.yaml:2$/)
  expect(at(['relies-on', 'ids', 1])).toMatch(/c\.yaml:7$/)
  expect(at(['known-failures', 1])).toMatch(/c\.yaml:13$/)
})

test('the sample is a configuration, as it is and with every line of it in force', () => {
  expect(parseConfig(SAMPLE, 'c.yaml').config).toEqual({})
  const keys = SAMPLE.split('\n').map((line) => line.replace(/^# (?=( *- )?[\w-]+: | {2}|[\w-]+:$)/, ''))
  const { config } = parseConfig(keys.join('\n'), 'c.yaml')
  expect(Object.keys(config)).toEqual([
    'target',
    'as',
    'headers',
    'models',
    'model',
    'embed-model',
    'tool-model',
    'thinking-model',
    'profiles',
    'read-only',
    'rate',
    'patience',
    'relies-on',
    'known-failures',
  ])
})

test('no file is no configuration, unless it was named', () => {
  const absent = join(temporaryFolder(), 'absent.yaml')
  expect(() => loadConfig(absent)).toThrow(/no file .*absent\.yaml; write one: ollama-conformance init/)
})

test('an empty file is an empty configuration', () => {
  expect(parseConfig('# nothing yet\n', 'c.yaml').config).toEqual({})
})

describe('each broken entry is a line with file and line', () => {
  test.each([
    [
      'an unknown key',
      'target: replay\nrelies_on: {}',
      /^c\.yaml:2: there is no key relies_on; did you mean relies-on\?$/,
    ],
    ['one that is like none', 'xyzzy: 1', /^c\.yaml:1: there is no key xyzzy; known: target, as/],
    [
      'one further down',
      'relies-on:\n  endpoint: []',
      /^c\.yaml:2: relies-on has no key endpoint; did you mean endpoints\?$/,
    ],
    [
      'an empty list',
      'relies-on:\n  ids: []',
      /^c\.yaml:2: relies-on\.ids must NOT have fewer than 1 items$/,
    ],
    ['a text for a list', 'relies-on:\n  ids: chat', /^c\.yaml:2: relies-on\.ids is "chat", not a list$/],
    [
      'an unknown profile',
      'profiles: [chat, embeds]',
      /^c\.yaml:1: profiles knows no embeds; did you mean embed\?$/,
    ],
    ['a version that is none', 'as: latest', /^c\.yaml:1: as is "latest", not a version such as/],
    [
      'a value for a variable',
      'headers: { authorization: Bearer abc }',
      /not the name of an environment variable$/,
    ],
    [
      'no reason',
      'known-failures:\n  - id: a.b\n    link: x',
      /^c\.yaml:2: an entry of known-failures needs reason$/,
    ],
    [
      'nothing that fails',
      'known-failures:\n  - { reason: x, link: x }',
      /^c\.yaml:2: .*needs the id of a statement, or a message$/,
    ],
    [
      'no day',
      'known-failures:\n  - { id: a, reason: x, link: x, expires: soon }',
      /not a day such as 2026-12-31$/,
    ],
    [
      'a day that is none',
      'known-failures:\n  - { id: a, reason: x, link: x, expires: "2026-13-45" }',
      /no day: 2026-13-45$/,
    ],
    ['no YAML', 'a: [\n', /^c\.yaml:\d+: /],
    ['a list', '- a', /^c\.yaml:1: the configuration is a list, not a map$/],
  ])('%s', (_, text, message) => {
    expect(() => parseConfig(text, 'c.yaml')).toThrow(expect.objectContaining({ name: 'SuiteError' }))
    expect(() => parseConfig(text, 'c.yaml')).toThrow(message)
  })

  test('all of them at once', () => {
    expect(() => parseConfig('targets: a\nrelies: b\n', 'c.yaml')).toThrow(/c\.yaml:1: .*\nc\.yaml:2: /)
  })
})
