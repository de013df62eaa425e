import { readFileSync } from 'node:fs'
import { fromRoot } from '../base/paths.ts'

export type JsonSchema = { [keyword: string]: unknown }

export const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value of a key in a map, made when it is asked for the first time. */
export function remembered<Key, Value>(values: Map<Key, Value>, key: Key, make: () => Value): Value {
  if (!values.has(key)) values.set(key, make())
  return values.get(key) as Value
}

const sources = new Map<string, JsonSchema>()

/**
 * A schema file as it is written, every version in one.
 *
 * @param file below `schemas/`: `ollama/generate/last.json`
 */
export const sourceOf = (file: string): JsonSchema =>
  remembered(sources, file, () => JSON.parse(readFileSync(fromRoot('schemas', file), 'utf8')))

/** What a reference in a file leads to; `id` is file and pointer. */
export function referenced($ref: string, file: string): { file: string; id: string; schema: JsonSchema } {
  const [relative = '', pointer = ''] = $ref.split('#')
  const target = relative ? new URL(relative, `file:///${file}`).pathname.slice(1) : file
  let found: unknown = sourceOf(target)
  for (const part of pointer.split('/').slice(1)) found = isObject(found) ? found[part] : undefined
  if (!isObject(found)) throw new Error(`${file}: the reference ${$ref} leads to no schema`)
  return { file: target, id: `${target}#${pointer}`, schema: found }
}

/** A value with each object in it, or itself, changed. */
export function mapObjects(value: unknown, change: (node: JsonSchema) => JsonSchema): unknown {
  if (Array.isArray(value)) return value.map((item) => mapObjects(item, change))
  return isObject(value) ? change(value) : value
}

/** The same of what is directly below an object. */
export const mapBelow = (node: JsonSchema, change: (node: JsonSchema) => JsonSchema): JsonSchema =>
  Object.fromEntries(Object.entries(node).map(([key, value]) => [key, mapObjects(value, change)]))

/** Puts the target in place of each reference; what stands beside the reference wins. */
export function resolve(node: JsonSchema, file: string): JsonSchema {
  const { $ref, ...rest } = node
  const own = mapBelow(rest, (below) => resolve(below, file))
  if (typeof $ref !== 'string') return own
  const target = referenced($ref, file)
  return { ...resolve(target.schema, target.file), ...own }
}
