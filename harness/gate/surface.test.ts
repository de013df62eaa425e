import { expect, test } from 'vitest'
import { schemaFiles } from '../schema/files.ts'
import { isObject, type JsonSchema } from '../schema/references.ts'
import { schemaFor } from '../schema/specialise.ts'
import { endpointsOf, fieldsOf, surfaceOf } from './surface.ts'

/** The fields of a schema as it is specialised to a version: the other way to the same paths. */
function* paths(schema: JsonSchema, path = '', depth = 0): Generator<string> {
  if (path) yield path
  if (depth > 12) return
  for (const branch of (schema.anyOf ?? []) as JsonSchema[]) yield* paths(branch, path, depth + 1)
  if (isObject(schema.items)) yield* paths(schema.items, path, depth + 1)
  if (isObject(schema.additionalProperties))
    yield* paths(schema.additionalProperties, path ? `${path}.*` : '*', depth + 1)
  for (const [name, property] of Object.entries(isObject(schema.properties) ? schema.properties : {})) {
    yield* paths(property as JsonSchema, path ? `${path}.${name}` : name, depth + 1)
  }
}

test.each(['0.5.7', '0.32.15'])('the fields of %s are those that messages are held to', (version) => {
  for (const file of schemaFiles('ollama')) {
    const expected = new Set(paths(schemaFor(file, version, false)))
    expect([...fieldsOf(file, version).keys()].sort(), file).toEqual([...expected].sort())
  }
})

test('what is required of a version', () => {
  const always = (version: string) => fieldsOf('ollama/show/remote.json', version).get('model_info')?.required
  expect([always('0.13.5'), always('0.32.15')]).toEqual([false, true])
})

test('endpoints come and go, and their names stay known', () => {
  const edits = 'POST /v1/images/edits'
  expect(surfaceOf('ollama', '0.24.0').has(edits)).toBe(true)
  expect(surfaceOf('ollama', '0.32.15').has(edits)).toBe(false)
  expect(endpointsOf('ollama')).toContain(edits)
})
