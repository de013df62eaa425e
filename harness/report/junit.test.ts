import { expect, test } from 'vitest'
import type { Statement } from '../ledger/ledger.ts'
import type { Status } from '../run/verdict.ts'
import { parseXml } from '../testing/xml.ts'
import { junit } from './junit.ts'
import type { Results, StatementResult } from './results.ts'

const statement = (id: string, status: Status, message = ''): StatementResult => ({
  id,
  status,
  message,
  tier: 'core',
  level: 'observed',
  expected: { a: '<' },
  observed: null,
  durationMs: 1500,
  requests: 1,
  evidence: [],
})

/** A row for one of them. */
const row = {
  id: 'a.passes',
  area: 'a',
  place: 'specs/ollama/a.yaml:7',
  about: { endpoints: ['POST /api/a', 'GET /v1/a'] },
} as Statement
const ledger = new Map([[row.id, row]])

const results = (statements: StatementResult[]): Results => ({
  suite: '0.1.0',
  target: { system: 'ollama', kind: 'url', version: '1.2.3', label: 'http://<host>' },
  startedAt: '2026-11-22T10:51:56.000Z',
  durationMs: 2500,
  cpuMs: 5000,
  validationMs: 100,
  peakMb: 0,
  totals: { pass: 1, fail: 1, 'known-fail': 1, 'not-applicable': 1, error: 1 },
  statements,
  messages: [],
})

test('every status has its form', () => {
  const suite = parseXml(
    junit(
      results([
        statement('a.passes', 'pass'),
        statement('a.fails', 'fail', 'it does not'),
        statement('a.known', 'known-fail', 'known: why'),
        statement('a.later', 'not-applicable', 'holds later'),
        statement('a.breaks', 'error', 'no server'),
      ]),
      ledger,
    ),
  )
  expect(suite).toMatchObject({
    name: 'testsuite',
    attributes: {
      name: 'ollama 1.2.3 (url)',
      tests: '5',
      failures: '1',
      errors: '1',
      skipped: '2',
      time: '2.5',
    },
  })
  const cases = suite.children.map(({ name, attributes, children }) => {
    const [inner] = children.filter(({ name }) => name !== 'properties')
    expect(name).toBe('testcase')
    expect(attributes).toMatchObject({ classname: 'ollama.a', time: '1.5' })
    return [attributes.name, inner?.name, inner?.attributes.message]
  })
  expect(cases).toEqual([
    ['a.passes', undefined, undefined],
    ['a.fails', 'failure', 'it does not'],
    ['a.known', 'skipped', 'known-fail: known: why'],
    ['a.later', 'skipped', 'not-applicable: holds later'],
    ['a.breaks', 'error', 'no server'],
  ])
  expect(suite.children[1]?.children[0]?.text).toBe('it does not\nexpected {"a":"<"}\nobserved null')
})

test('a statement is named with its file and its endpoints', () => {
  const [first] = parseXml(junit(results([statement('a.passes', 'pass')]), ledger)).children
  expect(first?.attributes).toMatchObject({
    classname: 'ollama.a',
    name: 'a.passes',
    file: 'specs/ollama/a.yaml',
  })
  const [properties] = first?.children ?? []
  expect(properties?.children.map(({ attributes }) => attributes)).toEqual([
    { name: 'endpoint', value: 'POST /api/a' },
    { name: 'endpoint', value: 'GET /v1/a' },
  ])
})

test.each([
  ['markup', `<a href="x">&amp; ]]> 'quoted'`],
  ['control characters', 'a\u0000b\u001bc'],
  ['half a character', 'a\ud83d b'],
  ['characters outside the first plane', 'ä€😀'],
])('a message with %s is still XML', (_, message) => {
  const [failure] =
    parseXml(junit(results([statement('a.b', 'fail', message)]), new Map())).children[0]?.children ?? []
  // oxlint-disable-next-line no-control-regex -- those are what XML forbids
  const shown = message.replaceAll(/[\u0000-\u001f]|[\ud800-\udbff](?![\udc00-\udfff])/g, '\ufffd')
  expect(failure?.attributes.message).toBe(shown)
  expect(failure?.text).toContain(shown)
})

test('an empty run is XML too', () => {
  expect(parseXml(junit(results([]), new Map())).children).toEqual([])
})
