import { isDeepStrictEqual } from 'node:util'
import { SYSTEMS, type System } from '../base/systems.ts'
import { compareVersions, describeRange, inRange } from '../base/versions.ts'
import { applies, type Ledger, type Statement } from '../ledger/ledger.ts'
import { recordedVersions } from '../recording/recording.ts'
import type { Status } from '../run/verdict.ts'
import { headingOf, inGroups } from './groups.ts'
import { SYSTEM_NAMES, whole } from './html.ts'
import { page } from './page.ts'
import type { Results, StatementResult } from './results.ts'

/** Results that were found, and the page that tells of them, from the matrix page on. */
export type FoundReport = { results: Results; link?: string }

/** Every statement against every version that is known. */
export const matrixPage = (ledger: Ledger, reports: readonly FoundReport[] = []): string =>
  page('matrix', 'Statements and versions', matrixData(ledger, reports))

export type MatrixData = ReturnType<typeof matrixData>

export function matrixData(ledger: Ledger, reports: readonly FoundReport[]) {
  return SYSTEMS.map((system) => ofSystem(system, ledger, reports)).filter(({ groups }) => groups.length > 0)
}

function ofSystem(system: System, ledger: Ledger, reports: readonly FoundReport[]) {
  const found = reports.filter(({ results }) => results.target.system === system)
  const runs = found.map(({ results, link }) => ({
    version: results.target.version,
    kind: results.target.kind,
    link,
    statements: new Map(results.statements.map((one) => [one.id, one])),
  }))
  const versions = [...new Set([...recordedVersions(system), ...runs.map(({ version }) => version)])].sort(
    compareVersions,
  )
  const statements = [...ledger.values()].filter((one) => one.system === system && !one.excluded)
  return {
    system,
    name: SYSTEM_NAMES[system],
    versions: versions.map((version) => ({
      version,
      runs: runs
        .filter((run) => run.version === version)
        .map(({ kind, link }) => ({ kind, ...(link === undefined ? {} : { link }) })),
    })),
    groups: inGroups(statements, ({ about, area }) => headingOf(about.endpoints, area), system).map(
      ([name, of]) => ({
        name,
        rows: of.map((statement) => {
          const { id, text, tier } = statement
          const at = versions.map((version) => {
            if (!applies(statement, version)) return undefined
            const index = statement.values ? statement.values.findIndex((one) => inRange(version, one)) : 0
            return index < 0 ? undefined : index
          })
          const kinds = kindsOf(at, statement)
          return {
            id,
            text,
            tier,
            values: (statement.values ?? []).map(({ value, means, ...range }) => ({
              range: describeRange(whole(range, statement)),
              value,
              means,
            })),
            cells: versions.map((version, index) => {
              const [value, kind] = [at[index], kinds[index]]
              if (value === undefined || kind === undefined) return null
              const results = runs
                .filter((run) => run.version === version)
                .flatMap((run) => resultOf(run, id))
              const status = BAD.find((bad) => results.some((one) => one.status === bad))
              return { value, kind, ...(status ? { status } : {}), results }
            }),
          }
        }),
      }),
    ),
  }
}

type Run = { kind: string; link: string | undefined; statements: ReadonlyMap<string, StatementResult> }

/** What a run found of a statement; what it observed only where that is not what the ledger says. */
function resultOf({ kind, link, statements }: Run, id: string) {
  const result = statements.get(id)
  if (!result || result.status === 'not-applicable') return []
  const { status, observed } = result
  return [{ kind, link, status, ...(BAD.includes(status) ? { observed } : {}) }]
}

/** What a cell is red or marked for, the worst first. */
const BAD: Status[] = ['fail', 'error', 'known-fail']

/**
 * For the value of each column the number of its kind, from the first column on: a value that comes back is of the kind
 * that it had before.
 */
function kindsOf(at: readonly (number | undefined)[], { values = [] }: Statement): (number | undefined)[] {
  const kinds: unknown[] = []
  return at.map((index) => {
    if (index === undefined) return undefined
    const value = values[index]?.value
    const known = kinds.findIndex((one) => isDeepStrictEqual(one, value))
    return known < 0 ? kinds.push(value) - 1 : known
  })
}
