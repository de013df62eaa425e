import { SuiteError } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import { SYSTEMS, type System } from '../base/systems.ts'
import { describeRange, inRange, type Range } from '../base/versions.ts'
import { endpointsAbout } from '../gate/about.ts'
import type { Ledger, Statement } from '../ledger/ledger.ts'
import { restoreExchange } from '../recording/recording.ts'
import { evidence } from '../wire/exchange.ts'
import { type ApiEndpoint, apiEndpoint, type ApiField, type ApiStatement, apiStatement } from './api.ts'
import { recordedOf } from './recorded.ts'
import { boundaries, type EndpointLine, endpointLines, surfacesAt } from './timeline.ts'

/** What is known of something that somebody named. */
export type Explained =
  | { kind: 'statement'; statement: ApiStatement; exchanges?: string[] }
  | { kind: 'endpoint'; endpoint: ApiEndpoint; statements: ApiStatement[] }
  | { kind: 'field'; fields: ExplainedField[]; statements: ApiStatement[] }

export type ExplainedField = {
  endpoint: string
  side: 'request' | 'answer'
  field: ApiField
  there?: boolean
}

export type Question = {
  /** The id of a statement, `POST /api/chat`, `/api/chat`, or a field: `num_predict`, `message.thinking`. */
  name: string
  /** What is said of this version only. */
  at?: string | undefined
  /** Whether the exchanges that prove a statement are wanted. */
  exchanges?: boolean | undefined
}

/** @throws SuiteError when nothing is called so */
export function explain(ledger: Ledger, { name, at, exchanges }: Question): Explained {
  const statement = ledger.get(name)
  if (statement) {
    return {
      kind: 'statement',
      statement: apiStatement(statement, recordingOf(statement.system).versionsOf(name)),
      ...(exchanges ? { exchanges: exchangesOf(statement) } : {}),
    }
  }
  const lines = linesOf(ledger)
  const endpoint =
    lines.find((line) => line.name === name) ??
    lines.find((line) => line.path === name && line.method !== 'HEAD')
  const speaks = (one: Statement) => at === undefined || inRange(at, one)
  if (endpoint) {
    const about = aboutOf(ledger, endpoint).filter(speaks)
    return {
      kind: 'endpoint',
      endpoint: apiEndpoint(endpoint, about),
      statements: about.map((one) => described(one)),
    }
  }
  const fields = lines.flatMap((line) => fieldsOf(ledger, line, name, at))
  if (fields.length > 0) {
    const ids = new Set(fields.flatMap(({ field }) => field.statements))
    const about = [...ledger.values()].filter((one) => ids.has(one.id) && speaks(one))
    return { kind: 'field', fields, statements: about.map((one) => described(one)) }
  }
  const known = [
    ...ledger.keys(),
    ...lines.map((line) => line.name),
    ...new Set(
      lines.flatMap(({ messages }) =>
        messages.flatMap((message) =>
          message.fields.flatMap(({ path }) => [path, path.slice(path.lastIndexOf('.') + 1)]),
        ),
      ),
    ),
  ]
  throw new SuiteError(
    `nothing is called ${name}; give the id of a statement, an endpoint (POST /api/chat) or a field (num_predict)${didYouMean(name, known)}`,
  )
}

const aboutOf = (ledger: Ledger, line: EndpointLine): Statement[] =>
  [...ledger.values()].filter(
    (statement) => statement.system === line.system && endpointsAbout(statement).includes(line.name),
  )

const linesOf = (ledger: Ledger): EndpointLine[] =>
  SYSTEMS.flatMap((system) => {
    const versions = boundaries(system, ledger.values())
    return endpointLines(system, versions, surfacesAt(system, versions))
  })

function fieldsOf(
  ledger: Ledger,
  line: EndpointLine,
  name: string,
  at: string | undefined,
): ExplainedField[] {
  if (line.method === 'HEAD') return []
  const endpoint = apiEndpoint(line, aboutOf(ledger, line))
  return (['request', 'answer'] as const).flatMap((side) =>
    endpoint[side]
      .filter(({ path }) => path === name || path.endsWith(`.${name}`))
      .map((field) => ({
        endpoint: line.name,
        side,
        field,
        ...(at === undefined || line.system !== systemOf(at)
          ? {}
          : { there: inRange(at, field) && inRange(at, line) }),
      })),
  )
}

const systemOf = (version: string): System => (/^b\d+$/.test(version) ? 'llama-server' : 'ollama')

const recordings = new Map<System, ReturnType<typeof recordedOf>>()

function recordingOf(system: System) {
  const known = recordings.get(system) ?? recordedOf(system)
  recordings.set(system, known)
  return known
}

const described = (statement: Statement) => apiStatement(statement)

const exchangesOf = (statement: Statement): string[] =>
  recordingOf(statement.system)
    .proofOf(statement)
    ?.exchanges.map((stored) => evidence(restoreExchange(stored))) ?? []

/** For a terminal. */
export function explainedText(explained: Explained, at?: string): string {
  switch (explained.kind) {
    case 'statement':
      return [
        ...statementLines(explained.statement, at),
        ...(explained.exchanges ?? []).flatMap((exchange, index, all) => [
          '',
          `exchange ${index + 1} of ${all.length}:`,
          exchange,
        ]),
      ].join('\n')
    case 'endpoint':
      return endpointLinesOf(explained, at).join('\n')
    case 'field':
      return [
        ...explained.fields.map(
          (one) => `${one.endpoint}, ${one.side}: ${fieldLine(one.field)}${thereAt(one, at)}`,
        ),
        '',
        ...sentences(explained.statements, at),
      ].join('\n')
  }
}

function statementLines(statement: ApiStatement, at: string | undefined): string[] {
  const { id, text, level, tier, endpoints, field, answer, since, until, older, limit, see, defect } =
    statement
  const { quotes, excluded, values = [], sources, recorded = [] } = statement
  const about = [endpoints.join(', '), field && `field ${field}`, answer && `answer ${answer}`]
  const range = older && since ? `checked since ${since}` : describeRange({ since, until })
  return [
    id,
    text,
    '',
    about.filter(Boolean).join(' · '),
    `${level} · ${tier} · ${range} · ${recorded.length > 0 ? `recorded on ${recorded.join(', ')}` : 'in no recording'}`,
    ...labelled({
      Defect: defect,
      'Cannot show': limit,
      'Older than the check': older,
      'Not checked': excluded,
      'The docs': quotes?.docs,
      Servers: quotes?.server,
    }),
    ...values
      .map((value) => ({ ...value, since: value.since ?? since, until: value.until ?? until }))
      .filter((value) => at === undefined || inRange(at, value))
      .map(
        (value) =>
          `  ${describeRange(value).padEnd(22)} ${value.means ? `${value.means}  ` : ''}${JSON.stringify(value.value)}`,
      ),
    ...labelled({ 'See also': see?.join(', '), Sources: sources.join(', ') }),
  ]
}

const labelled = (parts: Record<string, string | undefined>): string[] =>
  Object.entries(parts).flatMap(([label, words]) => (words ? [`${label}: ${words}`] : []))

function endpointLinesOf(
  { endpoint, statements }: Extract<Explained, { kind: 'endpoint' }>,
  at: string | undefined,
): string[] {
  const part = (title: string, fields: readonly ApiField[]) => {
    const shown = fields.filter((field) => at === undefined || inRange(at, field))
    return shown.length > 0 ? ['', title, ...shown.map((field) => `  ${fieldLine(field)}`)] : []
  }
  return [
    `${endpoint.name}: ${endpoint.summary} (${describeRange(endpoint)})`,
    ...part('Request', endpoint.request),
    ...part('Answer', endpoint.answer),
    '',
    ...sentences(statements, at),
  ]
}

function fieldLine({
  path,
  types,
  values,
  default: preset,
  description,
  in: places,
  ...range
}: ApiField): string {
  const type = values ? values.map((value) => JSON.stringify(value)).join(' | ') : types.join(' | ')
  const always = places.some(({ message, always: is }) => message === 'request' && is)
  const facts = [
    type,
    always && 'required',
    preset === undefined ? '' : `default ${JSON.stringify(preset)}`,
    rangeOf(range),
  ]
  return `${path} (${facts.filter(Boolean).join(', ')}): ${description}`
}

const rangeOf = (range: Range) => (range.since || range.until ? describeRange(range) : '')

const thereAt = ({ there }: ExplainedField, at: string | undefined) =>
  there === undefined ? '' : there ? ` [${at} has it]` : ` [${at} has it not]`

/** Statements as sentences, with what they mean at a version where that is another than the newest. */
const sentences = (statements: readonly ApiStatement[], at: string | undefined): string[] =>
  statements.map(({ id, text, values, defect, limit }) => {
    const value = at === undefined ? undefined : values?.find((one) => inRange(at, one))
    const means = value?.means && value !== values?.at(-1) ? ` At ${at}: ${value.means}.` : ''
    return `- ${text}${means}${defect ? ' (a defect)' : ''}${limit ? ` (but: ${limit})` : ''} [${id}]`
  })
