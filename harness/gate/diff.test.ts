import { describe, expect, test } from 'vitest'
import { compareVersions } from '../base/versions.ts'
import { applies, expectedValue, type Ledger, loadLedger } from '../ledger/ledger.ts'
import { readRecording, recordedVersions, type StoredExchange } from '../recording/recording.ts'
import type { Results, StatementResult } from '../report/results.ts'
import { changesBetween } from './changes.ts'
import { difference, shownEvidence, telling } from './diff.ts'
import { spanOf } from './span.ts'

const ledger = loadLedger()

/** What a green run on a recorded version leaves: the suites over every recording show that it is green. */
function green(version: string, rows: Ledger = ledger): Results {
  const evidence = new Map(
    Object.values(readRecording('ollama', version).areas).flatMap((area) => Object.entries(area)),
  )
  const statements = [...rows.values()].filter(({ system, excluded }) => system === 'ollama' && !excluded)
  return {
    target: { system: 'ollama', kind: 'replay', version, label: '' },
    statements: statements.map((row) => ({
      id: row.id,
      tier: row.tier,
      level: row.level,
      status: applies(row, version) ? 'pass' : 'not-applicable',
      message: applies(row, version) ? '' : `holds for 9.9.9 and up, the target is ${version}`,
      expected: expectedValue(row, version) ?? null,
      observed: applies(row, version) ? (expectedValue(row, version) ?? null) : null,
      durationMs: 0,
      requests: 0,
      evidence: evidence.get(row.id) ?? [],
    })),
  } as unknown as Results
}

const ids = (changes: readonly { kind: string }[]) =>
  changes.flatMap((change) => ('id' in change ? [String(change.id)] : [])).sort()

test('names the same statements as `changes` does', () => {
  const found = difference(ledger, green('0.24.0'), green('0.32.15'))
  const known = changesBetween(ledger, spanOf('0.24.0', '0.32.15'))
  expect(ids(found.changes)).toEqual(ids(known.changes))
  expect(new Set(found.incomparable.map(({ why }) => why))).toEqual(
    new Set(['one side is older than the check']),
  )
  expect(found.changes.map((change) => 'id' in change && [change.id, change.verdict])).toEqual(
    known.changes.flatMap((change) => (change.kind === 'statement' ? [[change.id, change.verdict]] : [])),
  )
})

test('two runs on one version are the same', () => {
  for (const version of recordedVersions('ollama').sort(compareVersions)) {
    expect(difference(ledger, green(version), green(version)).changes).toEqual([])
  }
})

test('a change is told with the exchange in which the sides part', () => {
  const { evidence } = difference(ledger, green('0.24.0'), green('0.32.15'))
  const lines = shownEvidence(evidence.get('embed.other-model'), 200)
  expect(lines).toEqual([
    expect.stringMatching(/^curl .*\/api\/embed/),
    expect.stringMatching(/^ {2}200 .*"embeddings"/),
    expect.stringMatching(/^ {2}501 .*does not support embeddings/),
  ])
})

test('times and durations do not tell sides apart', () => {
  const exchange = (body: string): StoredExchange => ({
    request: { method: 'GET', path: '/', headers: {} },
    response: { status: 200, headers: [], chunks: [[1, body]] },
    end: 'complete',
  })
  const at = (second: string, text: string) =>
    exchange(`{"created_at":"2026-11-22T14:40:${second}Z","total_duration":${second},"response":"${text}"}`)
  const was = [at('01', 'a'), at('02', 'b')]
  const is = [at('11', 'a'), at('12', 'c')]
  expect(telling({ was, is })).toEqual({ was: was[1], is: is[1] })
})

test('what only one side has in its messages came or went, and what both have did not', () => {
  const [evidence] = readRecording('ollama', '0.24.0').areas.chat?.['chat.answer.whole'] ?? []
  const problem = (place: string, kind: string) => ({
    place,
    kind,
    found: '1',
    rule: 'x',
    count: 1,
    statements: [],
    evidence,
  })
  const having = (...problems: object[]): Results =>
    ({ ...green('0.24.0'), messages: [{ id: 'chat/last', status: 'fail', problems }] }) as Results
  const { changes } = difference(
    ledger,
    having(problem('/seen', 'added'), problem('/old', 'added')),
    having(
      problem('/seen', 'added'),
      problem('/message/*/new', 'added'),
      problem('/done', 'type'),
      problem('/model', 'missing'),
    ),
  )
  const endpoints = ['POST /api/chat']
  expect(changes.map(({ verdict, ...change }) => [verdict, change])).toEqual([
    ['breaks', expect.objectContaining({ field: 'old', event: 'went', endpoints })],
    ['breaks', expect.objectContaining({ field: 'done', part: 'type', event: 'came', endpoints })],
    ['breaks', expect.objectContaining({ field: 'model', event: 'optional', endpoints })],
    ['adds', expect.objectContaining({ field: 'message.new', event: 'came', endpoints })],
  ])
})

describe('what cannot be compared is said to be', () => {
  const changed = (change: Partial<StatementResult>): Results => {
    const results = green('0.24.0')
    const statements = results.statements.map((one) =>
      one.id === 'chat.answer.whole' ? { ...one, ...change } : one,
    )
    return { ...results, statements }
  }
  const compare = (change: Partial<StatementResult>) => difference(ledger, green('0.24.0'), changed(change))

  test.each<[string, Partial<StatementResult>, RegExp]>([
    ['an error of the environment', { status: 'error', observed: null, message: 'no server' }, /no server/],
    ['what the target lacks', { status: 'not-applicable', message: 'needs a registry' }, /needs a registry/],
    ['what only one side knows', { id: 'chat.of.long.ago' }, /no such statement|did not check/],
  ])('%s', (_, change, why) => {
    const { changes, incomparable } = compare(change)
    expect(changes).toEqual([])
    expect(incomparable).toContainEqual({ id: expect.any(String), why: expect.stringMatching(why) })
  })

  test('a check that failed on its way is a change', () => {
    const { changes } = compare({ status: 'fail', observed: null, message: 'no end within 54 s\nmore' })
    expect(changes).toMatchObject([
      { verdict: 'breaks', is: { value: '(the check did not come to its end) no end within 54 s' } },
    ])
  })
})
