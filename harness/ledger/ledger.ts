import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { messageOf, SuiteError } from '../base/errors.ts'
import { fromRoot } from '../base/paths.ts'
import { SYSTEMS, type System } from '../base/systems.ts'
import { compareVersions, describeRange, inRange, type Range } from '../base/versions.ts'
import { parseYaml, yamlWithLines } from '../base/yaml.ts'

/** One statement about the API: a row of the ledger. The fields are explained in `specs/ledger.schema.json`. */
export type Statement = Range & {
  id: string
  text: string
  level: 'documented' | 'observed' | 'disputed'
  tier: 'core' | 'complete' | 'exact'
  sources: string[]
  about: About
  /** What a member of a family of statements sends, for the one check of them all. */
  given?: unknown
  values?: (Range & { value: unknown; means?: string })[]
  needs?: {
    launch?: Record<string, string>
    own?: true
    registry?: true | 'https'
    abort?: 'streamed' | 'whole'
    beside?: number
  }
  /** Clients that depend on it, as their traffic shows; not of the row but of `specs/clients.txt`. */
  clients?: string[]
  /** It holds whatever the model says: measured with other models than the suite's. */
  portable?: true
  quotes?: { docs: string; server: string }
  claims?: string[]
  defect?: string
  excluded?: string
  /** Statements that limit this one, or that it limits. */
  see?: string[]
  /** What the measurement cannot show. */
  limit?: string
  /** Why nothing is checked before `since`, where the behaviour may be older. */
  older?: string
  /** Where the row stands: the system and area of its file, and `file:line`. */
  system: System
  area: string
  place: string
}

/** What a statement is about: endpoints, and the part of the request or of the answer. */
export type About = {
  /** `POST /api/chat`, or `any` for the server as a whole. */
  endpoints: string[]
  /** A field of the request, dotted: `options.num_predict`. */
  field?: string
  /** A field of the answer, dotted: `message.thinking`. */
  answer?: string
  status?: number
  /** An event of a stream. */
  event?: string
  /** A header of the answer, or of the request. */
  header?: string
}

type Endpoint = string | string[]
type Row = Omit<Statement, 'system' | 'area' | 'place' | 'about' | 'clients'> & {
  about?: Omit<About, 'endpoints'> & { endpoint?: Endpoint }
}
type LedgerFile = { endpoint?: Endpoint; statements: Row[] }

export type Ledger = ReadonlyMap<string, Statement>

let compiled: ValidateFunction<LedgerFile> | undefined

const validator = () =>
  (compiled ??= new Ajv2020({ allErrors: true }).compile<LedgerFile>(
    JSON.parse(readFileSync(fromRoot('specs/ledger.schema.json'), 'utf8')),
  ))

/**
 * Reads and validates `specs/<system>/*.yaml`, or `specs/ledger.json` of a package, which was made from them.
 *
 * @throws SuiteError naming file and line of every broken row
 */
export function loadLedger(folder = fromRoot('specs')): Ledger {
  const shipped = join(folder, 'ledger.json')
  if (existsSync(shipped)) {
    const { statements } = JSON.parse(readFileSync(shipped, 'utf8')) as { statements: Statement[] }
    return new Map(statements.map((statement) => [statement.id, statement]))
  }
  const ledger = new Map<string, Statement>()
  const clients = clientsIn(folder)
  const problems: string[] = []
  for (const [system, file] of ledgerFiles(folder)) {
    for (const statement of readFile(folder, system, file, problems)) {
      const { id, place } = statement
      const twin = ledger.get(id)
      if (twin) problems.push(`${place}: ${id} stands a second time (first at ${twin.place})`)
      else ledger.set(id, clients.has(id) ? { ...statement, clients: clients.get(id) ?? [] } : statement)
      const prefix = prefixOf(statement)
      if (!id.startsWith(prefix)) problems.push(`${place}: ${id} must begin with ${prefix}`)
      problems.push(...rangeProblems(statement).map((problem) => `${place}: ${id}: ${problem}`))
    }
  }
  if (problems.length > 0) throw new SuiteError(`the ledger is broken\n  ${problems.join('\n  ')}`)
  return ledger
}

/** Who depends on a statement, by its id. */
function clientsIn(folder: string): Map<string, string[]> {
  const file = join(folder, 'clients.txt')
  if (!existsSync(file)) return new Map()
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  return new Map(
    lines.map((line) => {
      const [id = '', names = ''] = line.split(': ')
      return [id, names.split(' ')]
    }),
  )
}

/** How the ids of an area begin. Those of Ollama go without the name of the system. */
const prefixOf = ({ system, area }: Pick<Statement, 'system' | 'area'>) =>
  system === 'ollama' ? `${area}.` : `${system}.${area}.`

const ledgerFiles = (folder: string): [System, string][] =>
  SYSTEMS.filter((system) => existsSync(join(folder, system))).flatMap((system) =>
    readdirSync(join(folder, system))
      .filter((name) => name.endsWith('.yaml'))
      .sort()
      .map((name): [System, string] => [system, name]),
  )

function readFile(folder: string, system: System, file: string, problems: string[]): Statement[] {
  const text = readFileSync(join(folder, system, file), 'utf8')
  const place = `${basename(folder)}/${system}/${file}`
  const content = contentOf(text)
  if ('broken' in content) {
    const found = problemsIn(text, place)
    problems.push(...(found.length > 0 ? found : [`${place}: ${content.broken}`]))
    return []
  }
  const lines = linesOfRows(text)
  return content.statements.map(
    ({ about: { endpoint = content.endpoint ?? [], ...part } = {}, ...row }, index) => ({
      ...row,
      about: { endpoints: [endpoint].flat(), ...part },
      system,
      area: basename(file, '.yaml'),
      place: `${place}:${lines[index] ?? 1}`,
    }),
  )
}

function contentOf(text: string): LedgerFile | { broken: string } {
  try {
    const content = parseYaml(text)
    return validator()(content) ? content : { broken: 'is no ledger' }
  } catch (error) {
    return { broken: messageOf(error) }
  }
}

/** The line of each row. */
const linesOfRows = (text: string): number[] =>
  text.split('\n').flatMap((line, index) => (/^ *- id:/.test(line) ? [index + 1] : []))

/** What is wrong with a file, each with its line. */
function problemsIn(text: string, file: string): string[] {
  const { LineCounter, parseDocument } = yamlWithLines()
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const at = (offset: number) => `${file}:${lines.linePos(offset).line}`
  const lineOf = (path: string[]) => {
    // The pointer of a missing property names its parent, so the nearest node that exists is shown.
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as
        { range?: [number, number, number] } | undefined
      if (node?.range) return at(node.range[0])
    }
    return at(0)
  }
  if (document.errors.length > 0)
    return document.errors.map(({ pos, message }) => `${at(pos[0])}: ${message.split('\n')[0]}`)
  // Rows share what they need: of one anchor there may be hundreds.
  const content = document.toJS({ maxAliasCount: -1 }) as Partial<LedgerFile>
  const validate = validator()
  validate(content)
  return (validate.errors ?? [])
    .filter(({ keyword }) => keyword !== 'if')
    .map(({ instancePath, params, message }) => {
      const path = instancePath.split('/').slice(1)
      const name = params.additionalProperty ?? params.unevaluatedProperty
      const row = path[0] === 'statements' ? content.statements?.[Number(path[1])]?.id : undefined
      return `${lineOf(path)}: ${row ? `${row}: ` : ''}${path.slice(2).join('.')} ${message}${name ? ` ("${name}")` : ''}`
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

/** Whether a version is older than the check alone: nothing is known to have changed where only the check begins. */
export const isBeforeCheck = ({ since, older }: Statement, version: string): boolean =>
  older !== undefined && since !== undefined && compareVersions(version, since) < 0

/** The value that a statement expects of a version. */
export function expectedValue(statement: Statement, version: string): unknown {
  return statement.values?.find((value) => inRange(version, value))?.value
}
