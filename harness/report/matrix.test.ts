import { expect, test } from 'vitest'
import { compiledLedger } from '../ledger/compiled.ts'
import type { Statement } from '../ledger/ledger.ts'
import { recordedVersions } from '../recording/recording.ts'
import { otherwise, recordedResults } from '../testing/results.ts'
import { type FoundReport, matrixData, matrixPage } from './matrix.ts'

const row = (id: string, rest: Partial<Statement>): Statement => ({
  id,
  text: id,
  tier: 'core',
  level: 'observed',
  sources: [],
  about: { endpoints: ['POST /api/chat'] },
  system: 'ollama',
  area: 'chat',
  place: 'specs/ollama/chat.yaml:1',
  ...rest,
})

const rowsOf = (rows: Statement[], reports: FoundReport[] = []) =>
  matrixData(new Map(rows.map((one) => [one.id, one])), reports)[0]?.groups[0]?.rows ?? []

test('a cell has the kind of its value, and none where the statement does not apply', () => {
  const rows = rowsOf([
    row('steady', {}),
    row('back', {
      values: [
        { until: '0.7.1', value: { a: 1 } },
        { since: '0.7.1', until: '0.16.3', value: 2 },
        { since: '0.16.3', value: { a: 1 }, means: 'as before' },
      ],
    }),
    row('unseen', {
      values: [
        { until: '0.5.8', value: 1 },
        { since: '0.5.8', until: '0.5.9', value: 2 },
        { since: '0.5.9', value: 3 },
      ],
    }),
    row('later', { since: '0.11.11', until: '0.24.0' }),
  ])
  const versions = recordedVersions('ollama')
  const kinds = rows.map(({ cells }) => Object.fromEntries(versions.map((one, at) => [one, cells[at]?.kind])))
  expect(kinds).toMatchObject([
    { '0.5.7': 0, '0.32.15': 0 },
    { '0.5.7': 0, '0.7.1': 1, '0.11.11': 1, '0.16.3': 0, '0.32.15': 0 },
    // A value of which no column tells takes no kind.
    { '0.5.7': 0, '0.7.1': 1, '0.32.15': 1 },
    { '0.7.1': undefined, '0.11.11': 0, '0.16.3': 0, '0.24.0': undefined },
  ])
})

test('a run that fails shows, whichever other run passes', () => {
  const results = recordedResults('0.32.15')
  const failing = otherwise(results, { 'chat.answer.whole': { status: 'fail', observed: 'else' } })
  const target = { ...results.target, version: '0.99.0', kind: 'url' }
  const [{ cells } = { cells: [] }] = rowsOf(
    [row('chat.answer.whole', {})],
    [
      { results, link: 'a/index.html' },
      { results: failing },
      { results: { ...results, target }, link: 'b/index.html' },
    ],
  )
  expect(cells.slice(-2)).toMatchObject([
    {
      status: 'fail',
      results: [
        { status: 'pass', link: 'a/index.html' },
        { status: 'fail', observed: 'else' },
      ],
    },
    { kind: 0, results: [{ kind: 'url', status: 'pass' }] },
  ])
})

test('all statements of both systems on one page of less than 3 MB', async () => {
  const html = matrixPage(await compiledLedger(), [
    { results: recordedResults('0.32.15'), link: 'x/index.html' },
  ])
  expect(html.length).toBeLessThan(3_000_000)
  expect(html.match(/<\/script>/g)).toHaveLength(2)
})
