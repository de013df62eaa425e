import { applies, expectedValue, loadLedger } from '../ledger/ledger.ts'
import { readRecording } from '../recording/recording.ts'
import { type Results, STATUSES, type StatementResult } from '../report/results.ts'

/** Results as a whole run on a recorded version gives them, without the run: every statement holds. */
export function recordedResults(version: string): Results {
  const exchanges = Object.assign({}, ...Object.values(readRecording('ollama', version).areas))
  const statements = [...loadLedger().values()]
    .filter(({ system, excluded }) => system === 'ollama' && !excluded)
    .map((statement): StatementResult => {
      const { id, tier, level } = statement
      const value = expectedValue(statement, version) ?? null
      const there = applies(statement, version)
      const evidence = there ? (exchanges[id] ?? []) : []
      return {
        id,
        tier,
        level,
        status: there ? 'pass' : 'not-applicable',
        expected: value,
        observed: there ? value : null,
        message: there ? '' : `holds for another version, the target is ${version}`,
        durationMs: 10,
        requests: evidence.length,
        evidence,
      }
    })
  return withTotals({
    suite: '0.1.0',
    target: { system: 'ollama', kind: 'replay', version, label: 'recorded' },
    startedAt: '2026-11-26T10:51:56.000Z',
    durationMs: 20_000,
    cpuMs: 8_000,
    validationMs: 1_000,
    peakMb: 100,
    totals: { pass: 0, fail: 0, 'known-fail': 0, 'not-applicable': 0, error: 0 },
    statements,
    messages: [{ id: 'generate/response', status: 'pass', problems: [] }],
  })
}

/** Results with some of their statements otherwise. */
export const otherwise = (results: Results, changes: Record<string, Partial<StatementResult>>): Results =>
  withTotals({ ...results, statements: results.statements.map((one) => ({ ...one, ...changes[one.id] })) })

const withTotals = (results: Results): Results => ({
  ...results,
  totals: Object.fromEntries(
    STATUSES.map((status) => [status, results.statements.filter((one) => one.status === status).length]),
  ) as Results['totals'],
})
