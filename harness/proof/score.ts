import { SuiteError } from '../base/errors.ts'
import type { JsonSchema } from '../schema/references.ts'
import { type Message, validateMessage } from '../schema/validate.ts'
import type { RecordedMessage } from './messages.ts'
import { type Mutant, mutantsOf } from './mutants.ts'
import { type Place, placesOf, typeOf } from './places.ts'

/** What became of the mutants of the messages of one schema. */
export type Score = {
  schema: string
  rejected: number
  /** Accepted, and the recordings show that servers do that, or the schema leaves the place open. */
  allowed: number
  /** Accepted, though no recording shows it. */
  survivors: string[]
}

/** How many messages of a schema and version are mutated; of each shape there is one. */
const SHAPES = 12

/** Mutates recorded messages, and counts what their schemas make of it. */
export function mutationScores(messages: RecordedMessage[]): Score[] {
  const known = customsOf(messages)
  const scores = new Map<string, Score>()
  for (const { schema, message } of samples(messages)) {
    const score = scores.get(schema) ?? { schema, rejected: 0, allowed: 0, survivors: [] }
    scores.set(schema, score)
    const places = Map.groupBy(placesOf(schema, message.body), ({ pointer }) => pointer)
    for (const mutant of mutantsOf(message.body)) {
      if (isRejected({ ...message, body: mutant.body })) score.rejected++
      else if (isAllowed(mutant, places, known)) score.allowed++
      else score.survivors.push(`${message.version} ${mutant.kind} ${mutant.at}/${mutant.key ?? ''}`)
    }
  }
  return [...scores.values()].sort((a, b) => a.schema.localeCompare(b.schema))
}

function* samples(messages: RecordedMessage[]): Generator<{ schema: string; message: Message }> {
  const shapes = new Map<string, Set<string>>()
  for (const { schema, message } of messages) {
    // Of an open message properties of any name are taken, which says nothing about the schema.
    if (!schema || message.open) continue
    const key = `${schema} ${message.version}`
    const seen = shapes.get(key) ?? new Set()
    shapes.set(key, seen)
    const shape = [...new Set([...placesOf(schema, message.body)].map(shapeOf))].sort().join()
    if (seen.has(shape) || seen.size >= SHAPES) continue
    seen.add(shape)
    yield { schema, message }
  }
}

const shapeOf = ({ id, value }: Place) => `${id}:${typeOf(value)}`

function isRejected(message: Message): boolean {
  try {
    return validateMessage(message).length > 0
  } catch (error) {
    // A request that no version takes.
    if (error instanceof SuiteError) return true
    throw error
  }
}

/** What servers and requests do at the places of the schemas: types found, objects, and how many have a property. */
type Customs = { types: Map<string, Set<string>>; objects: Map<string, number>; having: Map<string, number> }

function customsOf(messages: RecordedMessage[]): Customs {
  const customs: Customs = { types: new Map(), objects: new Map(), having: new Map() }
  const count = (counts: Map<string, number>, id: string) => counts.set(id, (counts.get(id) ?? 0) + 1)
  for (const { schema, message } of messages) {
    if (!schema) continue
    for (const { id, value } of placesOf(schema, message.body)) {
      customs.types.set(id, (customs.types.get(id) ?? new Set()).add(typeOf(value)))
      if (typeOf(value) !== 'object') continue
      count(customs.objects, id)
      for (const key of Object.keys(value as object)) count(customs.having, `${id} ${key}`)
    }
  }
  return customs
}

function isAllowed(
  mutant: Mutant,
  places: Map<string, Place[]>,
  { types, objects, having }: Customs,
): boolean {
  const around = places.get(mutant.at) ?? []
  // An object of any properties.
  if (mutant.key !== undefined && !around.some(({ schema }) => schema.properties || schema.items)) return true
  switch (mutant.kind) {
    case 'drop':
      return around.some(({ id }) => {
        const among = objects.get(id) ?? 0
        return among > 0 && (having.get(`${id} ${mutant.key}`) ?? 0) < among
      })
    case 'null':
    case 'retype': {
      const own = places.get(mutant.key === undefined ? mutant.at : `${mutant.at}/${mutant.key}`) ?? []
      if (own.length === 0 || !own.some(({ schema }) => isConstrained(schema))) return true
      return own.some(({ id }) => types.get(id)?.has(typeOf(mutant.now)))
    }
    default:
      return false
  }
}

const isConstrained = (schema: JsonSchema) =>
  ['type', 'const', 'enum', 'anyOf'].some((keyword) => keyword in schema)
