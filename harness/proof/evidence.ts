import { compareVersions, describeRange, inRange, type Range } from '../base/versions.ts'
import type { JsonSchema } from '../schema/references.ts'
import { enumRange, rangeOf } from '../schema/specialise.ts'
import type { RecordedMessage } from './messages.ts'
import { placesOf, schemasIn } from './places.ts'

/** Where schemas claim more than recordings show; all empty when they do not. */
export type Evidence = {
  /** Properties and enum values that no recording has. */
  unseen: string[]
  /** Those that a recording has although they say why none can (`x-unseen`). */
  seenAfterAll: string[]
  /** Those whose range begins or ends within the recorded versions, but a recording shows only one side. */
  oneSided: string[]
}

/** A property, or a value of an enum. */
type Claim = {
  id: string
  /** Its own bounds, without those of what it is in. */
  own: Range
  /** The bounds of what it is in. */
  outer: Range
  excused: boolean
  /** The place whose occurrence on the other side of the range shows that it is missing there. */
  around: string
}

/** @param files schema files below `schemas/` */
export function evidenceOf(
  files: string[],
  recordings: { version: string; messages: RecordedMessage[] }[],
): Evidence {
  const recorded = recordings.map(({ version }) => version)
  const seen = new Map<string, Set<string>>()
  const seenAt = (id: string) => seen.get(id) ?? new Set<string>()
  for (const { version, messages } of recordings) {
    for (const { schema, message } of messages) {
      if (!schema) continue
      for (const { id, schema: part, value } of placesOf(schema, message.body)) {
        for (const one of Array.isArray(part.enum) ? [id, valueId(id, value)] : [id]) {
          seen.set(one, seenAt(one).add(version))
        }
      }
    }
  }

  const evidence: Evidence = { unseen: [], seenAfterAll: [], oneSided: [] }
  const claims = files.flatMap((file) => [...claimsIn(file)])
  for (const { id, own, outer, excused, around } of claims) {
    if (excused) {
      if (seenAt(id).size > 0) evidence.seenAfterAll.push(id)
      continue
    }
    const range = within(outer, own)
    if (!recorded.some((version) => inRange(version, range))) continue
    if (seenAt(id).size === 0) {
      evidence.unseen.push(`${id} (${describeRange(range)})`)
      continue
    }
    const outside = (side: Range) =>
      recorded.some((version) => inRange(version, side)) &&
      ![...seenAt(around)].some((version) => inRange(version, side))
    if (own.since && outside(within(outer, { until: own.since })))
      evidence.oneSided.push(`${id}: before ${own.since}`)
    if (own.until && outside(within(outer, { since: own.until })))
      evidence.oneSided.push(`${id}: from ${own.until} on`)
  }
  return evidence
}

const valueId = (id: string, value: unknown) => `${id}=${JSON.stringify(value)}`

function* claimsIn(file: string): Generator<Claim> {
  const above = new Map<string, { range: Range; excused: boolean }>()
  for (const { id, schema, parent } of schemasIn(file)) {
    const outer = (parent && above.get(parent)) || { range: {}, excused: false }
    const own = rangeOf(schema)
    const range = within(outer.range, own)
    const excused = outer.excused || 'x-unseen' in schema
    above.set(id, { range, excused })
    if (parent && id.startsWith(`${parent}/properties/`))
      yield { id, own, outer: outer.range, excused, around: parent }
    for (const value of Array.isArray(schema.enum) ? schema.enum : []) {
      yield {
        id: valueId(id, value),
        own: enumRange(schema, value),
        outer: range,
        excused: excused || excusedValues(schema).includes(String(value)),
        around: id,
      }
    }
  }
}

const excusedValues = (schema: JsonSchema) => Object.keys((schema['x-enum-unseen'] ?? {}) as object)

/** The part of a range that lies within another. */
function within(outer: Range, inner: Range): Range {
  const { since = outer.since, until = outer.until } = inner
  return {
    since: outer.since && since && compareVersions(outer.since, since) > 0 ? outer.since : since,
    until: outer.until && until && compareVersions(outer.until, until) < 0 ? outer.until : until,
  }
}
