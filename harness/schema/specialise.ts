import { comparable, describeRange, inRange, type Range } from '../base/versions.ts'
import { isObject, type JsonSchema, mapObjects, remembered, resolve, sourceOf } from './references.ts'

/** The keywords of our own: ranges of versions, and what a schema is known from. */
export const VOCABULARY = [
  'x-since',
  'x-until',
  'x-required-since',
  'x-required-until',
  'x-enum-since',
  'x-enum-until',
  'x-exact',
  'x-source',
  'x-unseen',
  'x-enum-unseen',
  'x-absent',
  'x-has',
]

/** Stands for every version at once: what any of them has is allowed. */
export const ANY = 'any'

/** Whether a version, or any, lies in a range. */
export const isWithin = (version: string, range: Range): boolean => version === ANY || inRange(version, range)

const specialised = new Map<string, JsonSchema>()

/**
 * The schema of a file for a version: self-contained, without what lies outside its range.
 *
 * @param file below `schemas/`
 * @param version of the system, or `ANY`
 * @param open whether it is for other people's servers, who may add what they like
 */
export function schemaFor(file: string, version: string, open: boolean): JsonSchema {
  const key = JSON.stringify([file, version === ANY ? ANY : comparable(version), open])
  return remembered(specialised, key, () => {
    const { $defs: _, ...schema } = specialise(resolve(sourceOf(file), file), version, open)
    return schema
  })
}

/** A schema without references for a version; see `schemaFor`. */
export function specialise(node: JsonSchema, version: string, open: boolean): JsonSchema {
  const walk = (value: unknown) => mapObjects(value, (below) => specialise(below, version, open))
  const result: JsonSchema = {}
  const relaxed = open ? ((node['x-exact'] ?? []) as string[]) : []
  for (const [keyword, value] of Object.entries(node)) {
    if (relaxed.includes(keyword) || keyword === 'properties' || keyword === 'required') continue
    if (open && keyword === 'additionalProperties' && value === false) continue
    if (keyword === 'enum')
      result[keyword] = (value as unknown[]).filter((one) => isWithin(version, enumRange(node, one)))
    else if (keyword === 'anyOf') {
      const branches = (value as JsonSchema[]).filter((one) => isWithin(version, rangeOf(one)))
      // None is left where the whole schema is out of its range.
      if (branches.length > 0) result[keyword] = walk(branches)
    } else result[keyword] = keyword === 'const' || keyword.startsWith('x-') ? value : walk(value)
  }
  if (!isObject(node.properties)) return result

  const properties: JsonSchema = {}
  const absent: Record<string, string> = {}
  const required = new Set((node.required ?? []) as string[])
  for (const [name, property] of Object.entries(node.properties as Record<string, JsonSchema>)) {
    const range = rangeOf(property)
    if (!isWithin(version, range)) {
      absent[name] = describeRange(range)
      required.delete(name)
      continue
    }
    properties[name] = specialise(property, version, open)
    const always = requiredIn(property)
    if (always && version !== ANY && inRange(version, always)) required.add(name)
    // Not every version asks for it.
    if (version === ANY && (range.since || range.until)) required.delete(name)
  }
  if (required.size > 0) result.required = [...required]
  if (Object.keys(absent).length > 0) result['x-absent'] = absent
  return { ...result, properties }
}

/** The versions that have a property. */
export const rangeOf = (schema: JsonSchema): Range => ({
  since: schema['x-since'] as string | undefined,
  until: schema['x-until'] as string | undefined,
})

/** The versions that always send a property which not every version does. */
export function requiredIn({
  'x-required-since': since,
  'x-required-until': until,
}: JsonSchema): Range | undefined {
  return since || until
    ? { ...(since ? { since: since as string } : {}), ...(until ? { until: until as string } : {}) }
    : undefined
}

/** The versions that have a value of an enum. */
export const enumRange = (schema: JsonSchema, value: unknown): Range => ({
  since: (schema['x-enum-since'] as Record<string, string> | undefined)?.[String(value)],
  until: (schema['x-enum-until'] as Record<string, string> | undefined)?.[String(value)],
})
