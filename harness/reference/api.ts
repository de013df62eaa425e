import type { System } from '../base/systems.ts'
import { SYSTEMS } from '../base/systems.ts'
import type { Range } from '../base/versions.ts'
import { endpointsAbout } from '../gate/about.ts'
import type { About, Statement } from '../ledger/ledger.ts'
import { Book, endpointPage, type Material } from './book.ts'
import { type FieldProof, type FieldRow, fieldRows, friendly, proofOfField } from './fields.ts'
import { type Verdict, verdictsOf } from './parameters.ts'
import type { EndpointLine } from './timeline.ts'

/** The reference for programs. `api.schema.json` explains the fields. */
export type Api = {
  format: 1
  systems: Record<System, ApiSystem>
  statements: ApiStatement[]
  /** What becomes of options and parameters of Ollama, by endpoint and version. */
  verdicts: Verdict[]
}

export type ApiSystem = {
  /** The oldest version that is covered, the newest that was measured, and those of which there is a recording. */
  oldest: string
  newest: string
  recorded: string[]
  /** The versions at which something moves. */
  moves: string[]
  endpoints: ApiEndpoint[]
}

export type ApiEndpoint = Range & {
  name: string
  method: string
  path: string
  summary: string
  page?: string
  request: ApiField[]
  answer: ApiField[]
  statements: string[]
}

export type ApiField = Range & {
  path: string
  types: string[]
  values?: unknown[]
  description: string
  default?: unknown
  /** The messages that have it, and the versions in which each always does. */
  in: { message: string; always?: Range }[]
  /** The statements about it. */
  statements: string[]
  /** Where nothing is said of it: the check that met it and the recording that it is in, or why none can. */
  seen?: string
  seenOn?: string
  unseen?: string
}

/** What of a row is published, in this order; a field that rows get later comes when `api.schema.json` knows it. */
const PUBLISHED = [
  'id',
  'system',
  'area',
  'text',
  'level',
  'tier',
  'since',
  'until',
  'older',
  'limit',
  'see',
  'values',
  'quotes',
  'needs',
  'portable',
  'clients',
  'defect',
  'excluded',
  'sources',
] as const

export type ApiStatement = Pick<Statement, (typeof PUBLISHED)[number]> &
  About & {
    /** The versions in whose recording it was checked. */
    recorded?: string[]
    page?: string
  }

export function apiStatement(statement: Statement, recorded?: string[], page?: string): ApiStatement {
  const { endpoints: _, ...part } = statement.about
  const published = Object.fromEntries(
    PUBLISHED.flatMap((name) => (statement[name] === undefined ? [] : [[name, statement[name]]])),
  ) as Pick<Statement, (typeof PUBLISHED)[number]>
  return {
    ...published,
    endpoints: endpointsAbout(statement),
    ...part,
    ...(recorded ? { recorded } : {}),
    ...(page ? { page } : {}),
  }
}

/** @param proof what is known of a field; left out where only the schemas are asked */
export function apiEndpoint(
  line: EndpointLine,
  about: readonly Statement[],
  proof?: (side: 'request' | 'answer', row: FieldRow) => FieldProof,
): ApiEndpoint {
  const { name, method, path, summary, since, until } = line
  const fields = (side: 'request' | 'answer') =>
    fieldRows(line, side).map((row) =>
      apiField(
        row,
        about
          .filter(({ about: { field, answer } }) => (side === 'request' ? field : answer) === row.path)
          .map(({ id }) => id),
        proof?.(side, row),
      ),
    )
  return {
    name,
    method,
    path,
    summary,
    ...range({ since, until }),
    request: fields('request'),
    answer: fields('answer'),
    statements: about.map(({ id }) => id),
  }
}

function apiField(row: FieldRow, statements: string[], proof: FieldProof | undefined): ApiField {
  const { path, field, messages, since, until } = row
  return {
    path,
    types: [...field.types],
    ...(field.values.size > 0 ? { values: [...field.values].map((value) => JSON.parse(value)) } : {}),
    description: field.description,
    ...(field.default === undefined ? {} : { default: JSON.parse(field.default) }),
    ...range({ since, until }),
    in: messages.map(({ message, field: its }) => ({
      message: friendly(message),
      ...(its.always ? { always: range(its.always) } : {}),
    })),
    statements,
    ...(proof?.kind === 'seen' ? { seen: proof.by.statement.id, seenOn: proof.by.version } : {}),
    ...(proof?.kind === 'unseen' ? { unseen: proof.reason } : {}),
  }
}

const range = ({ since, until }: Range): Range => ({
  ...(since ? { since } : {}),
  ...(until ? { until } : {}),
})

/** All of it. */
export function apiOf(material: Material): Api {
  const book = new Book(material, 'repository')
  const systems = Object.fromEntries(
    SYSTEMS.map((system) => {
      const { versions, recorded, endpoints } = book.of(system)
      return [
        system,
        {
          oldest: versions[0],
          newest: recorded.versions.at(-1),
          recorded: recorded.versions,
          moves: versions.slice(1),
          endpoints: endpoints.map((line) => ({
            ...apiEndpoint(line, book.about(system, line.name), (side, row) =>
              proofOfField(book, line, side, row),
            ),
            page: endpointPage(system, line.name),
          })),
        },
      ]
    }),
  )
  return {
    format: 1,
    systems: systems as Record<System, ApiSystem>,
    statements: book.statements.map((statement) =>
      apiStatement(
        statement,
        book.of(statement.system).recorded.versionsOf(statement.id),
        book.homeOf(statement.id),
      ),
    ),
    verdicts: verdictsOf(book.statements),
  }
}
