import fc, { type Arbitrary } from 'fast-check'
import { isObject, type JsonSchema } from '../schema/references.ts'

/** Of fields by their name, what is sent in place of what their schema allows. */
export type Fields = Record<string, Arbitrary<unknown>>

/** Texts that code stumbles over: nothing, templates, quotes, what looks like a call or an image, no ASCII, control characters. */
const TEXTS = [
  '',
  ' ',
  'a',
  'abc',
  '{{ .Prompt }}',
  '"',
  '\\',
  '[img-0]',
  '<|im_start|>',
  '{"a":1}',
  'null',
  '\u{1f600}e\u0301',
  'a\u0000b',
  '\r\n',
  'x'.repeat(3000),
]

const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 1, arbitrary: fc.string() },
)

const INTEGERS = [0, 1, 2, -1, -2, 7, 64, 255, 256, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53]

/** Values that fit a schema (specialised, without references), as a client could mean them. */
export function fitting(schema: JsonSchema, fields: Fields, name = ''): Arbitrary<unknown> {
  const own = fields[name]
  if (own) return own
  if ('const' in schema) return fc.constant(schema.const)
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as unknown[]))
  if (Array.isArray(schema.anyOf))
    return fc.oneof(...(schema.anyOf as JsonSchema[]).map((branch) => fitting(branch, fields)))
  const types = [schema.type ?? []].flat() as string[]
  if (types.length === 0) return fc.jsonValue({ maxDepth: 2 })
  return fc.oneof(...types.map((type) => ofType(type, schema, fields)))
}

function ofType(type: string, schema: JsonSchema, fields: Fields): Arbitrary<unknown> {
  const { minimum = -(2 ** 53), maximum = 2 ** 53 } = schema as { minimum?: number; maximum?: number }
  switch (type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer': {
      const edges = [...INTEGERS, minimum, maximum].filter((one) => one >= minimum && one <= maximum)
      return fc.oneof(
        fc.constantFrom(...edges),
        fc.integer({ min: Math.max(minimum, -100), max: Math.min(maximum, 100) }),
      )
    }
    case 'number':
      return fc.oneof(
        fc.constantFrom(
          ...[0, 1, 0.5, -1, 1e-9, 1e9, 1e39].filter((one) => one >= minimum && one <= maximum),
        ),
        fc.double({ min: Math.max(minimum, -10), max: Math.min(maximum, 10), noNaN: true }),
      )
    case 'string':
      if (schema.contentEncoding === 'base64') return fc.oneof(fc.base64String(), text)
      if (typeof schema.pattern === 'string') return fc.stringMatching(new RegExp(schema.pattern))
      return text.filter(({ length }) => length >= Number(schema.minLength ?? 0))
    case 'array':
      return fc.array(fitting((schema.items ?? {}) as JsonSchema, fields), {
        minLength: Number(schema.minItems ?? 0),
        maxLength: 3,
      })
    default:
      return ofProperties(schema, fields)
  }
}

function ofProperties(
  { properties, required, additionalProperties }: JsonSchema,
  fields: Fields,
): Arbitrary<unknown> {
  const known = Object.entries((properties ?? {}) as Record<string, JsonSchema>)
  if (known.length === 0 && additionalProperties !== false) {
    const below = isObject(additionalProperties)
      ? fitting(additionalProperties, fields)
      : fc.jsonValue({ maxDepth: 2 })
    return fc.dictionary(fc.constantFrom('a', 'type', 'b c', ''), below, { maxKeys: 3 })
  }
  const always = new Set((required ?? []) as string[])
  const others = known.map(([name]) => name).filter((name) => !always.has(name))
  // Few at once, so that each has its say.
  const chosen = fc.subarray(others, { maxLength: Math.min(4, others.length) })
  return chosen.chain((names) =>
    fc.record(
      Object.fromEntries(
        known
          .filter(([name]) => always.has(name) || names.includes(name))
          .map(([name, property]) => [name, fitting(property, fields, name)]),
      ),
    ),
  )
}

/** Nearly: with one value, somewhere, that is another than the schema allows, one that is gone, or one that is not known. */
export const nearly = (valid: Arbitrary<unknown>): Arbitrary<unknown> =>
  fc
    .tuple(
      valid,
      fc.nat(),
      fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(...INTEGERS, ...TEXTS, undefined)),
    )
    .map(([value, at, other]) => {
      const whole = { value: structuredClone(value) }
      const places = placesIn(whole)
      const [holder, key] = places[at % places.length] as Place
      holder[key] = other
      return whole.value
    })

type Place = [holder: Record<string, unknown>, key: string]

/** Every place in a value where another could stand. */
function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Record<string, unknown>
  return Object.keys(holder).flatMap((key): Place[] => [[holder, key], ...placesIn(holder[key])])
}
