import { SuiteError } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import { SYSTEMS } from '../base/systems.ts'
import type { LoadedConfig, ReliesOn } from '../config/config.ts'
import type { Ledger, Statement } from '../ledger/ledger.ts'
import { recordedVersions } from '../recording/recording.ts'
import { endpointsAbout } from './about.ts'
import type { Change } from './changes.ts'
import { endpointsOf, surfaceOf } from './surface.ts'

/** What a project relies on, to be asked about changes and statements. */
export type Reliance = {
  touches: (change: Change) => boolean
  statement: (statement: Statement) => boolean
  /** Endpoints in their order, but those that are relied on before the others. */
  first: (endpoints: readonly string[]) => string[]
}

/**
 * What a configuration says is relied on; undefined when it says nothing.
 *
 * @throws SuiteError naming file and line of each name that nothing has
 */
export function relianceOf(loaded: LoadedConfig | undefined, ledger: Ledger): Reliance | undefined {
  const relied = loaded?.config['relies-on']
  if (!loaded || !relied) return undefined
  const problems = unknownNames(relied, loaded.at, ledger)
  if (problems.length > 0) throw new SuiteError(problems.join('\n'))
  const { ids = [], areas = [], endpoints = [], fields = [] } = relied
  const isId = ids.map(idPattern)
  const isEndpoint = (endpoint: string) =>
    endpoints.some((one) => one === endpoint || one === endpoint.replace(/^\w+ /, ''))
  const relies = fields.map(fieldOf)
  const usesField = (endpoint: string, field: string) =>
    relies.some(
      (one) => (one.endpoint === undefined || one.endpoint === endpoint) && related(one.field, field),
    )
  /** A route or message that goes takes the fields with it. */
  const usesSomeField = (endpoint: string) => relies.some((one) => one.endpoint === endpoint)
  const statement = (row: Pick<Statement, 'id' | 'area' | 'about'>) => {
    const { id, area, about } = row
    const endpoints = endpointsAbout(row)
    // What is said of the server as a whole is said of each endpoint.
    const anywhere = endpoints.length === 0 || endpoints.includes('any')
    return (
      isId.some((pattern) => pattern.test(id)) ||
      areas.includes(area) ||
      endpoints.some(isEndpoint) ||
      [about.field, about.answer].some(
        (field) =>
          field !== undefined &&
          (anywhere
            ? relies.some((one) => related(one.field, field))
            : endpoints.some((endpoint) => usesField(endpoint, field))),
      )
    )
  }
  const uses = (endpoint: string) => isEndpoint(endpoint) || usesSomeField(endpoint)
  return {
    statement,
    first: (endpoints) => [...endpoints].sort((a, b) => Number(uses(b)) - Number(uses(a))),
    touches: (change) => {
      if (change.kind === 'statement') {
        const { id, area, endpoints, fields } = change
        const [field, answer] = fields
        return statement({
          id,
          area,
          about: { endpoints, ...(field ? { field } : {}), ...(answer ? { answer } : {}) },
        })
      }
      const { field } = change
      return change.endpoints.some(
        (endpoint) =>
          isEndpoint(endpoint) ||
          (field === undefined
            ? change.part === 'route' && usesSomeField(endpoint)
            : usesField(endpoint, field)),
      )
    },
  }
}

/** The ids of all statements that a configuration relies on; none when it says nothing. */
export function reliedIds(loaded: LoadedConfig | undefined, ledger: Ledger): string[] {
  const reliance = relianceOf(loaded, ledger)
  return reliance ? [...ledger.values()].filter(reliance.statement).map(({ id }) => id) : []
}

/** A pattern of ids: `*` stands for any rest. */
const idPattern = (pattern: string) => new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`)

/** `POST /api/chat options.seed`, or `options.seed` of any endpoint. */
function fieldOf(text: string): { endpoint: string | undefined; field: string } {
  const [, endpoint, field] = text.match(/^([A-Z]+ \S+) (\S+)$/) ?? []
  return field === undefined ? { endpoint: undefined, field: text } : { endpoint, field }
}

/** Whether one field is the other, or within it: who reads `message` is touched by what becomes of `message.role`. */
const related = (a: string, b: string) => a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`)

function unknownNames(
  { ids = [], areas = [], endpoints = [], fields = [] }: ReliesOn,
  at: LoadedConfig['at'],
  ledger: Ledger,
): string[] {
  const problems: string[] = []
  const known = SYSTEMS.flatMap(endpointsOf)
  const paths = known.map((endpoint) => endpoint.replace(/^\w+ /, ''))
  const allIds = [...ledger.keys()]
  const allAreas = [...new Set([...ledger.values()].map(({ area }) => area))]
  const check = (
    key: string,
    names: string[],
    fits: (name: string) => boolean,
    all: string[],
    what: string,
  ) => {
    for (const [index, name] of names.entries()) {
      if (fits(name)) continue
      problems.push(`${at(['relies-on', key, index])}: there is no ${what} ${name}${didYouMean(name, all)}`)
    }
  }
  const isId = (name: string) => {
    const pattern = idPattern(name)
    return allIds.some((id) => pattern.test(id))
  }
  check('ids', ids, isId, allIds, 'statement')
  check('areas', areas, (name) => allAreas.includes(name), allAreas, 'area')
  const isEndpoint = (name: string) => known.includes(name) || paths.includes(name)
  check('endpoints', endpoints, isEndpoint, [...known, ...new Set(paths)], 'endpoint')
  check(
    'fields',
    fields,
    (name) => known.includes(fieldOf(name).endpoint ?? (known[0] as string)),
    known,
    'endpoint in',
  )
  const named = fields.filter((name) => problems.length === 0 && !isField(name, ledger))
  for (const name of named) {
    problems.push(
      `${at(['relies-on', 'fields', fields.indexOf(name)])}: no version has the field ${name}${didYouMean(fieldOf(name).field, [...fieldsOfAll(fieldOf(name).endpoint)])}`,
    )
  }
  return problems
}

/** Whether some version has a field, or a statement is about it. */
function isField(name: string, ledger: Ledger): boolean {
  const { endpoint, field } = fieldOf(name)
  const isAbout = [...ledger.values()].some(
    ({ about }) =>
      (about.field === field || about.answer === field) &&
      (endpoint === undefined || about.endpoints.includes(endpoint)),
  )
  return isAbout || fieldsOfAll(endpoint).has(field)
}

/** The fields of an endpoint, or of all, in every recorded version. */
function fieldsOfAll(endpoint: string | undefined): Set<string> {
  const versions = SYSTEMS.flatMap((system) =>
    recordedVersions(system).map((version) => surfaceOf(system, version)),
  )
  return new Set(
    versions.flatMap((surface) =>
      [...surface.values()]
        .filter(({ name }) => endpoint === undefined || name === endpoint)
        .flatMap(({ messages }) => [...messages.values()].flatMap(({ fields }) => [...fields.keys()])),
    ),
  )
}
