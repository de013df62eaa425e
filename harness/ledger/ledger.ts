import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { isMap, isSeq, LineCounter, parseDocument } from 'yaml'
import { SuiteError } from '../errors.ts'
import { fromRoot } from '../paths.ts'
import { compareVersions, describeRange, inRange, type Range } from '../versions.ts'

export const SYSTEMS = ['ollama', 'llama-server'] as const
export type System = (typeof SYSTEMS)[number]

/** One statement about the API: a row of the ledger. The fields are explained in `specs/ledger.schema.json`. */
export type Statement = Range & {
  id: string
  text: string
  level: 'documented' | 'observed' | 'disputed'
  tier: 'core' | 'complete' | 'exact'
  sources: string[]
  values?: (Range & { value: unknown })[]
  needs?: { launch?: Record<string, string>; registry?: true }
  quotes?: { docs: string; server: string }
  claims?: string[]
  defect?: string
  excluded?: string
  /** Where the row stands: the system and area of its file, and `file:line`. */
  system: System
  area: string
  place: string
}

type LedgerFile = { system?: System; statements: Omit<Statement, 'system' | 'area' | 'place'>[] }

export type Ledger = ReadonlyMap<string, Statement>

const validateFile = new Ajv2020({ allErrors: true }).compile<LedgerFile>(
  JSON.parse(readFileSync(fromRoot('specs/ledger.schema.json'), 'utf8')),
)

/**
 * Reads and validates every `*.yaml` file of a folder.
 *
 * @throws SuiteError naming file and line of every broken row
 */
export function loadLedger(folder = fromRoot('specs')): Ledger {
  const ledger = new Map<string, Statement>()
  const problems: string[] = []
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()) {
    for (const statement of readFile(folder, file, problems)) {
      const twin = ledger.get(statement.id)
      if (twin)
        problems.push(`${statement.place}: ${statement.id} stands a second time (first at ${twin.place})`)
      else ledger.set(statement.id, statement)
      problems.push(
        ...rangeProblems(statement).map((problem) => `${statement.place}: ${statement.id}: ${problem}`),
      )
    }
  }
  if (problems.length > 0) throw new SuiteError(`the ledger is broken\n  ${problems.join('\n  ')}`)
  return ledger
}

function readFile(folder: string, file: string, problems: string[]): Statement[] {
  const lines = new LineCounter()
  const document = parseDocument(readFileSync(join(folder, file), 'utf8'), { lineCounter: lines })
  const at = (offset: number) => `${basename(folder)}/${file}:${lines.linePos(offset).line}`
  const lineOf = (path: string[]) => {
    // The pointer of a missing property names its parent, so the nearest node that exists is shown.
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as
        | { range?: [number, number, number] }
        | undefined
      if (node?.range) return at(node.range[0])
    }
    return at(0)
  }
  for (const error of document.errors) problems.push(`${at(error.pos[0])}: ${error.message.split('\n')[0]}`)
  if (document.errors.length > 0) return []
  const content = document.toJS() as LedgerFile
  if (!validateFile(content)) {
    for (const error of validateFile.errors ?? []) {
      if (error.keyword === 'if') continue
      const path = error.instancePath.split('/').slice(1)
      const name = error.params.additionalProperty ?? error.params.unevaluatedProperty
      const row =
        path[0] === 'statements'
          ? (document.toJS() as Partial<LedgerFile>).statements?.[Number(path[1])]?.id
          : undefined
      problems.push(
        `${lineOf(path)}: ${row ? `${row}: ` : ''}${path.slice(2).join('.')} ${error.message}${name ? ` ("${name}")` : ''}`,
      )
    }
    return []
  }
  const rows = document.get('statements')
  const items = isSeq(rows) ? rows.items : []
  return content.statements.map((row, index) => {
    const node = items[index]
    return {
      ...row,
      system: content.system ?? 'ollama',
      area: basename(file, '.yaml'),
      place: at(isMap(node) && node.range ? node.range[0] : 0),
    }
  })
}

function rangeProblems({ since, until, values }: Statement): string[] {
  const problems: string[] = []
  const empty = (range: Range) =>
    range.since !== undefined && range.until !== undefined && compareVersions(range.since, range.until) >= 0
  if (empty({ since, until })) problems.push(`the range ${since} until ${until} is empty`)
  for (const [index, value] of (values ?? []).entries()) {
    if (empty(value)) problems.push(`the range ${value.since} until ${value.until} of a value is empty`)
    if (empty({ since: value.since, until }) || empty({ since, until: value.until })) {
      problems.push(`the value for ${describeRange(value)} lies outside ${describeRange({ since, until })}`)
    }
    const previous = values?.[index - 1]
    if (!previous) continue
    if (
      previous.until === undefined ||
      value.since === undefined ||
      compareVersions(previous.until, value.since) > 0
    ) {
      problems.push(`the values for ${describeRange(previous)} and ${describeRange(value)} overlap`)
    } else if (compareVersions(previous.until, value.since) < 0) {
      problems.push(`no value for ${previous.until} until ${value.since}`)
    }
  }
  const [first, last] = [values?.[0], values?.at(-1)]
  if (first && first.since !== undefined && first.since !== since) {
    problems.push(`the first value begins at ${first.since}, the statement at ${since ?? 'the beginning'}`)
  }
  if (last && last.until !== undefined && last.until !== until) {
    problems.push(`the last value ends at ${last.until}, the statement at ${until ?? 'no version'}`)
  }
  return problems
}

/** Whether a statement speaks of a version. */
export const applies = (statement: Statement, version: string) => inRange(version, statement)

/** The value that a statement expects of a version. */
export function expectedValue(statement: Statement, version: string): unknown {
  return statement.values?.find((value) => inRange(version, value))?.value
}
