import { isObject, type JsonSchema, referenced, sourceOf } from '../schema/references.ts'

/** A place in a schema file that a part of a message is held to. */
export type Place = {
  /** File and JSON pointer of the schema, where it is written: `common/options.json#/properties/seed`. */
  id: string
  schema: JsonSchema
  value: unknown
  /** JSON pointer of the value in the message. */
  pointer: string
}

/**
 * Every part of a message with the schema that it is held to. A part that is held to a reference and to what it leads
 * to is given twice.
 *
 * @param file below `schemas/`
 */
export function* placesOf(file: string, value: unknown): Generator<Place> {
  yield* walk({ id: `${file}#`, schema: sourceOf(file), value, pointer: '' })
}

function* walk(place: Place): Generator<Place> {
  yield place
  const { id, schema, value, pointer } = place
  if (typeof schema.$ref === 'string') {
    const target = referenced(schema.$ref, id.slice(0, id.indexOf('#')))
    yield* walk({ ...place, id: target.id, schema: target.schema })
  }
  for (const [index, branch] of branchesOf(schema).entries()) {
    if (fits(branch, id, value)) yield* walk({ ...place, id: `${id}/anyOf/${index}`, schema: branch })
  }
  const step = (below: string, child: unknown, key: string | number, next: unknown) =>
    walk({
      id: `${id}${below}`,
      schema: child as JsonSchema,
      value: next,
      pointer: `${pointer}/${key}`,
    })
  if (Array.isArray(value) && isObject(schema.items)) {
    for (const [index, item] of value.entries()) yield* step('/items', schema.items, index, item)
  }
  if (!isObject(value)) return
  const properties = isObject(schema.properties) ? schema.properties : {}
  for (const [key, next] of Object.entries(value)) {
    if (key in properties) yield* step(`/properties/${key}`, properties[key], key, next)
    else if (isObject(schema.additionalProperties))
      yield* step('/additionalProperties', schema.additionalProperties, key, next)
  }
}

const branchesOf = ({ anyOf }: JsonSchema): JsonSchema[] => (Array.isArray(anyOf) ? anyOf : [])

/** Whether a value is meant by a branch of `anyOf`: by its type, its constants and the names of its properties. */
function fits(branch: JsonSchema, id: string, value: unknown): boolean {
  if (typeof branch.$ref === 'string') {
    const target = referenced(branch.$ref, id.slice(0, id.indexOf('#')))
    return fits({ ...target.schema, ...branch, $ref: undefined }, target.id, value)
  }
  if ('const' in branch && branch.const !== value) return false
  if (Array.isArray(branch.enum) && !branch.enum.includes(value)) return false
  const types = [branch.type ?? typeOf(value)].flat()
  if (!types.includes(typeOf(value)) && !(types.includes('integer') && Number.isInteger(value))) return false
  if (!isObject(value) || !isObject(branch.properties)) return true
  const properties = branch.properties as Record<string, JsonSchema>
  return Object.entries(value).every(([key, item]) => {
    const property = properties[key]
    return property
      ? !('const' in property) || property.const === item
      : branch.additionalProperties !== false
  })
}

/** The JSON type of a value. */
export const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value

/** A schema within a file. */
export type Part = { id: string; schema: JsonSchema; parent: string | undefined }

/** Every schema in a file, each after the one that it is in, by the same names as in `placesOf`. */
export function* schemasIn(file: string): Generator<Part> {
  yield* inside({ id: `${file}#`, schema: sourceOf(file), parent: undefined })
}

function* inside(part: Part): Generator<Part> {
  yield part
  const { id, schema } = part
  for (const keyword of ['properties', '$defs']) {
    for (const [name, child] of Object.entries(isObject(schema[keyword]) ? schema[keyword] : {})) {
      if (isObject(child)) yield* inside({ id: `${id}/${keyword}/${name}`, schema: child, parent: id })
    }
  }
  for (const [index, branch] of branchesOf(schema).entries()) {
    yield* inside({ id: `${id}/anyOf/${index}`, schema: branch, parent: id })
  }
  for (const keyword of ['items', 'additionalProperties']) {
    if (isObject(schema[keyword]))
      yield* inside({ id: `${id}/${keyword}`, schema: schema[keyword], parent: id })
  }
}
