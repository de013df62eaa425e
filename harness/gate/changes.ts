import { isDeepStrictEqual } from 'node:util'
import { inRange } from '../base/versions.ts'
import { isBeforeCheck, type Ledger, type Statement } from '../ledger/ledger.ts'
import { endpointsAbout } from './about.ts'
import {
  type Event,
  type Move,
  moveOf,
  type Side,
  statementVerdict,
  surfaceVerdict,
  TIERS,
  type Verdict,
} from './rules.ts'
import type { Span } from './span.ts'
import { type Endpoint, type Field, type MessageShape, type Surface, surfaceOf } from './surface.ts'

/** What a statement says of a version: the value, and what it means for a client where the row says so. */
export type Said = { value: unknown; means?: string }

/** A statement that moved, came or went. */
export type StatementChange = {
  kind: 'statement'
  verdict: Verdict
  change: Move | 'went' | 'came'
  endpoints: string[]
  area: string
  id: string
  text: string
  tier: Statement['tier']
  level: Statement['level']
  /** The parts of messages that it is about. */
  fields: string[]
  place: string
  sources: string[]
  /** Absent where the statement says nothing of that version. */
  was?: Said
  is?: Said
  defect?: string
}

/** A part of the messages, or a route, that came, went, or is required otherwise. */
export type SurfaceChange = {
  kind: 'surface'
  verdict: Verdict
  part: 'route' | 'event' | 'form' | 'field' | 'value' | 'type'
  event: Event
  endpoints: string[]
  side?: Side
  /** The messages that have it: `request`, `answer`, `event response.completed`. */
  messages: string[]
  /** The field, dotted; absent of a route and of a message as a whole. */
  field?: string
  /** What came or went: listed values as JSON, types, the name of the event. */
  what?: string[]
  /** What it is, in the words of its schema. */
  description: string
}

export type Change = StatementChange | SurfaceChange

/** What is different for a client, what breaks first. */
export type Changes = Span & { changes: Change[] }

/** What is different between two versions, by the ledger and the schemas. */
export function changesBetween(ledger: Ledger, span: Span): Changes {
  // What no check can see is not known to have changed.
  const statements = [...ledger.values()].filter((row) => row.system === span.system && !row.excluded)
  const [was, is] = [surfaceOf(span.system, span.from), surfaceOf(span.system, span.to)]
  const changes = [
    ...statements.flatMap((statement) => ledgerChange(statement, span.from, span.to) ?? []),
    ...surfaceChanges(was, is),
  ]
  return { ...span, changes: inOrder(changes) }
}

/** What became of a statement between two versions, by its row. */
export function ledgerChange(statement: Statement, from: string, to: string): StatementChange | undefined {
  if (isBeforeCheck(statement, from) || isBeforeCheck(statement, to)) return undefined
  return statementChange(statement, said(statement, from), said(statement, to))
}

/** What a statement says of a version; undefined when it does not speak of it. */
function said(statement: Statement, version: string): Said | undefined {
  if (!inRange(version, statement)) return undefined
  const found = statement.values?.find((value) => inRange(version, value))
  return { value: found?.value, ...(found?.means === undefined ? {} : { means: found.means }) }
}

/** What became of a statement, from what is said of it, or observed, on both sides. */
export function statementChange(
  statement: Statement,
  was: Said | undefined,
  is: Said | undefined,
): StatementChange | undefined {
  if (!was && !is) return undefined
  if (was && is && isDeepStrictEqual(was.value, is.value)) return undefined
  const change = was && is ? moveOf(was.value, is.value) : was ? 'went' : 'came'
  const { id, text, tier, level, about, area, place, sources, defect } = statement
  return {
    kind: 'statement',
    verdict: statementVerdict(change),
    change,
    endpoints: endpointsAbout(statement),
    area,
    id,
    text,
    tier,
    level,
    fields: [about.field, about.answer].filter((field) => field !== undefined),
    place,
    sources,
    ...(was ? { was } : {}),
    ...(is ? { is } : {}),
    ...(defect ? { defect } : {}),
  }
}

/** What breaks before what adds, routes and statements before parts of messages, core before exact, documented before the rest. */
export function inOrder(changes: Change[]): Change[] {
  const rank = (change: Change): number[] => [
    change.verdict === 'breaks' ? 0 : 1,
    change.kind === 'surface' ? (change.part === 'route' ? 0 : 2) : 1,
    change.kind === 'statement' ? TIERS.indexOf(change.tier) : 0,
    change.kind === 'statement' && change.level !== 'documented' ? 1 : 0,
  ]
  return changes
    .map((change) => ({ change, rank: rank(change) }))
    .sort((a, b) => a.rank.map((one, index) => one - (b.rank[index] ?? 0)).find((one) => one !== 0) ?? 0)
    .map(({ change }) => change)
}

/** What is different between two surfaces. */
export function surfaceChanges(was: Surface, is: Surface): SurfaceChange[] {
  const found: Found[] = []
  for (const name of new Set([...was.keys(), ...is.keys()])) {
    const [before, after] = [was.get(name), is.get(name)]
    const [only, event] = before ? [before, 'went' as const] : [after as Endpoint, 'came' as const]
    if (before && after) found.push(...endpointChanges(before, after))
    else found.push(finding(name, { part: 'route', event, description: only.summary }, undefined, ''))
  }
  return merged(found)
}

/** A change with what tells whether it is the same as another: the schema that it stands in. */
type Found = { change: SurfaceChange; origin: string }

type Part = Pick<SurfaceChange, 'part' | 'event' | 'description'> &
  Partial<Pick<SurfaceChange, 'field' | 'what'>>

function finding(endpoint: string, part: Part, message: MessageShape | undefined, origin: string): Found {
  const side = message?.side
  return {
    origin,
    change: {
      kind: 'surface',
      verdict: surfaceVerdict(part.part, side, part.event),
      ...part,
      endpoints: [endpoint],
      ...(side ? { side } : {}),
      messages: message ? [message.label] : [],
    },
  }
}

function endpointChanges(was: Endpoint, is: Endpoint): Found[] {
  const found: Found[] = []
  for (const key of new Set([...was.messages.keys(), ...is.messages.keys()])) {
    const [before, after] = [was.messages.get(key), is.messages.get(key)]
    if (before && after) {
      found.push(...fieldChanges(is.name, before, after))
      continue
    }
    const message = (before ?? after) as MessageShape
    const event = before ? 'went' : 'came'
    const part: Part = message.event
      ? { part: 'event', event, what: [message.event], description: message.title }
      : { part: 'form', event, what: [message.label], description: message.title }
    found.push(finding(is.name, part, message, key))
  }
  return found
}

function fieldChanges(endpoint: string, was: MessageShape, is: MessageShape): Found[] {
  const found: Found[] = []
  const add = (field: string, { description, origin }: Field, part: Omit<Part, 'field' | 'description'>) =>
    found.push(finding(endpoint, { ...part, field, description }, is, origin))
  for (const field of new Set([...was.fields.keys(), ...is.fields.keys()])) {
    const [before, after] = [was.fields.get(field), is.fields.get(field)]
    if (!before || !after) {
      // What is below a field that came or went came or went with it.
      const [there, other] = before ? [was.fields, is.fields] : [is.fields, was.fields]
      if (parents(field).some((parent) => there.has(parent) && !other.has(parent))) continue
      add(field, (before ?? after) as Field, { part: 'field', event: before ? 'went' : 'came' })
      continue
    }
    for (const [part, from, to] of [
      ['type', before.types, after.types],
      ['value', before.values, after.values],
    ] as const) {
      // Where no values are listed any is taken.
      if (part === 'value' && (from.size === 0 || to.size === 0)) continue
      const gone = [...from].filter((one) => !to.has(one))
      const more = [...to].filter((one) => !from.has(one))
      if (gone.length > 0) add(field, after, { part, event: 'went', what: gone })
      if (more.length > 0) add(field, after, { part, event: 'came', what: more })
    }
    if (before.required !== after.required) {
      add(field, after, { part: 'field', event: after.required ? 'required' : 'optional' })
    }
  }
  return found
}

/** `a.b` and `a` of `a.b.c`. */
function parents(field: string): string[] {
  const parts = field.split('.')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('.'))
}

/** The same change in several messages of an endpoint is one, and so is one of a schema that several endpoints share. */
function merged(found: Found[]): SurfaceChange[] {
  const byEndpoint = new Map<string, Found & { origins: Set<string> }>()
  for (const one of found) {
    const { endpoints, messages, part, event, side, field, what } = one.change
    const key = JSON.stringify([endpoints, part, event, side, field, part === 'form' ? messages : what])
    const known = byEndpoint.get(key)
    if (!known) {
      byEndpoint.set(key, { ...one, origins: new Set([one.origin]) })
      continue
    }
    known.origins.add(one.origin)
    known.change.messages = [...new Set([...known.change.messages, ...messages])]
  }
  const shared = new Map<string, SurfaceChange>()
  for (const { change, origins } of byEndpoint.values()) {
    const { part, event, side, field, what } = change
    const key = JSON.stringify([
      [...origins].sort(),
      part,
      event,
      side,
      field,
      what,
      part === 'route' && change.endpoints,
    ])
    const known = shared.get(key)
    if (known) {
      known.endpoints.push(...change.endpoints)
      known.messages = [...new Set([...known.messages, ...change.messages])]
    } else shared.set(key, change)
  }
  return [...shared.values()]
}
