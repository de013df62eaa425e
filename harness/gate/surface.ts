import { basename } from 'node:path/posix'
import type { System } from '../base/systems.ts'
import { inRange } from '../base/versions.ts'
import { isObject, type JsonSchema, referenced, sourceOf } from '../schema/references.ts'
import { type Choice, operationsOf, type Route, routesOf } from '../schema/routes.ts'
import { enumRange, rangeOf, requiredIn } from '../schema/specialise.ts'

/** What a client sees of the messages of a version: the surface of the API, without what the values mean. */
export type Surface = ReadonlyMap<string, Endpoint>

/** A method and a path. */
export type Endpoint = {
  /** `POST /api/chat` */
  name: string
  summary: string
  /** By a key that is the same in every version. */
  messages: ReadonlyMap<string, MessageShape>
}

/** A request, or one of the forms that an answer, a record or an event of an endpoint may have. */
export type MessageShape = {
  side: 'request' | 'answer'
  /** For people: `request`, `answer`, `event response.completed`, `error`. */
  label: string
  title: string
  /** Whether it is an event with a name of its own. */
  event?: string
  /** By dotted path, items of arrays without an index: `messages.content`. */
  fields: ReadonlyMap<string, Field>
}

/** A field of a message. */
export type Field = {
  /** File and pointer of the schema that says so: fields of several messages may share one. */
  origin: string
  /** Whether it must be sent, or always is. */
  required: boolean
  types: ReadonlySet<string>
  /** The values that it may have, where they are listed. */
  values: ReadonlySet<string>
  description: string
  /** What is taken when it is left out, as JSON; absent where the schema says nothing. */
  default?: string
  /** Why no instrument can bring it about. */
  unseen?: string
}

/** The surface of a system at a version, from its schemas. */
export function surfaceOf(system: System, version: string): Surface {
  const surface = new Map<string, Endpoint>()
  for (const route of routesOf(system, version)) {
    if (route.of) continue
    const messages = messagesOf(route, version)
    for (const method of route.methods) {
      const name = `${method} ${route.path}`
      // A HEAD has no body.
      surface.set(name, { name, summary: route.summary, messages: method === 'HEAD' ? new Map() : messages })
    }
  }
  return surface
}

/** The endpoints of a system at any version, with those that are no more. */
export const endpointsOf = (system: System): string[] => [...new Set(operationsOf(system))]

function messagesOf(route: Route, version: string): Map<string, MessageShape> {
  const messages = new Map<string, MessageShape>()
  const add = (file: string, side: MessageShape['side'], label: string, event?: string) => {
    const schema = sourceOf(file)
    // The same file answers for several statuses and media types.
    if (messages.has(`${side} ${file}`) || !inRange(version, rangeOf(schema))) return
    messages.set(`${side} ${file}`, {
      side,
      label,
      title: String(schema.title ?? basename(file, '.json')),
      ...(event === undefined ? {} : { event }),
      fields: fieldsOf(file, version),
    })
  }
  if (route.request.endsWith('.json')) add(route.request, 'request', 'request')
  for (const [status, byType] of Object.entries(route.responses)) {
    for (const [type, bodies] of Object.entries(byType)) {
      const choices: Choice[] = typeof bodies === 'string' ? [{ schema: bodies }] : bodies
      for (const choice of choices) {
        if (!choice.schema.endsWith('.json')) continue
        const event = type === 'text/event-stream' ? eventName(choice) : undefined
        const kind = status.startsWith('2') ? labelOf(type, choices.length, choice) : `answer ${status}`
        add(choice.schema, 'answer', event ? `event ${event}` : kind, event)
      }
    }
  }
  return messages
}

/** What an event of a stream is called by what tells it from the others. */
function eventName({ is, where }: Choice): string | undefined {
  if (typeof is === 'string') return is
  const below = (value: unknown): string[] =>
    isObject(value) ? Object.values(value).flatMap(below) : typeof value === 'string' ? [value] : []
  return where && below(where).length > 0 ? below(where).join(' ') : undefined
}

function labelOf(type: string, choices: number, { schema, where, has }: Choice): string {
  const name = basename(schema, '.json')
  if (type === 'application/x-ndjson') return where || has ? `${name} record` : 'record'
  if (type === 'text/event-stream') return 'event'
  return choices > 1 && (where || has) ? `answer (${name})` : 'answer'
}

type Collected = { -readonly [Key in keyof Field]: Field[Key] } & { types: Set<string>; values: Set<string> }

const known = new Map<string, Map<string, Collected>>()

/** The fields of a schema file at a version. */
export function fieldsOf(file: string, version: string): ReadonlyMap<string, Field> {
  const key = `${file} ${version}`
  // An error has the same form on most routes.
  const before = known.get(key)
  if (before) return before
  const fields = new Map<string, Collected>()
  known.set(key, fields)
  walk({ schema: sourceOf(file), file, id: `${file}#` }, '', version, fields, false, new Set())
  return fields
}

type Node = { schema: JsonSchema; file: string; id: string }

/** A schema with the target of its reference in place of it; what stands beside the reference wins. */
function follow({ schema, file, id }: Node): Node {
  const { $ref, ...own } = schema
  if (typeof $ref !== 'string') return { schema, file, id }
  const target = follow(referenced($ref, file))
  return { ...target, schema: { ...target.schema, ...own } }
}

function walk(
  given: Node,
  path: string,
  version: string,
  fields: Map<string, Collected>,
  required: boolean,
  seen: ReadonlySet<string>,
): void {
  const node = follow(given)
  // A schema may refer to itself, as that of a tool's parameters does.
  if (seen.has(node.id)) return
  const { schema, file, id } = node
  const below = new Set([...seen, id])
  const at = (child: JsonSchema, pointer: string): Node => ({ schema: child, file, id: `${id}${pointer}` })
  if (path !== '') note(fields, path, schema, id, required, version)
  for (const [index, branch] of (Array.isArray(schema.anyOf) ? schema.anyOf : []).entries()) {
    const way = at(branch as JsonSchema, `/anyOf/${index}`)
    if (inRange(version, rangeOf(follow(way).schema))) walk(way, path, version, fields, required, below)
  }
  if (isObject(schema.items)) walk(at(schema.items, '/items'), path, version, fields, required, below)
  if (isObject(schema.additionalProperties)) {
    const name = path === '' ? '*' : `${path}.*`
    walk(at(schema.additionalProperties, '/additionalProperties'), name, version, fields, false, below)
  }
  const names = new Set((schema.required ?? []) as string[])
  for (const [name, property] of Object.entries(isObject(schema.properties) ? schema.properties : {})) {
    const child = at(property as JsonSchema, `/properties/${name}`)
    const followed = follow(child).schema
    if (!inRange(version, rangeOf(followed))) continue
    const range = requiredIn(followed)
    const always = names.has(name) || (range !== undefined && inRange(version, range))
    walk(child, path === '' ? name : `${path}.${name}`, version, fields, always, below)
  }
}

function note(
  fields: Map<string, Collected>,
  path: string,
  schema: JsonSchema,
  origin: string,
  required: boolean,
  version: string,
): void {
  const field: Collected = fields.get(path) ?? {
    origin,
    required,
    types: new Set(),
    values: new Set(),
    description: '',
  }
  fields.set(path, field)
  // Where it may have several forms, it is certain only where every form has it.
  field.required &&= required
  field.description ||= String(schema.description ?? '')
  if ('x-unseen' in schema) field.unseen ??= String(schema['x-unseen'])
  if ('default' in schema) field.default ??= JSON.stringify(schema.default)
  for (const type of [schema.type ?? []].flat()) field.types.add(String(type))
  const listed = Array.isArray(schema.enum) ? schema.enum : 'const' in schema ? [schema.const] : []
  for (const value of listed) {
    if (inRange(version, enumRange(schema, value))) field.values.add(JSON.stringify(value))
  }
}
