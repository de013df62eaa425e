import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { SuiteError } from './errors.ts'
import type { System } from './ledger/ledger.ts'
import { describeRange, inRange, type Range, release } from './versions.ts'

/** One message on the wire, with what is needed to find the schema it must satisfy. */
export type Message = {
  system: System
  method: string
  path: string
  version: string
  open: boolean
} & (
  | { part: 'request'; body: unknown | undefined }
  /** `body` is parsed JSON, a string for text, undefined if empty. The body of a stream comes as records. */
  | { part: 'response'; status: number; contentType: string | undefined; body: unknown | undefined }
  /** `body` is one parsed NDJSON line or the data of one SSE event, the string '[DONE]' for that one. */
  | { part: 'record'; status: number; contentType: string; body: unknown }
)

/** A message to which the system's `routes.yaml` gives no schema: the suite is incomplete, or the answer is strange. */
export class MissingSchemaError extends SuiteError {
  override name = 'MissingSchemaError'
}

export type JsonSchema = { [keyword: string]: unknown }

type Choice = { schema: string; is?: unknown; has?: string; where?: Record<string, unknown> }
type Bodies = string | Choice[]
type Responses = Record<string, Record<string, Bodies>>
type Route = {
  path: string
  methods: string[]
  since?: string
  until?: string
  request: string
  responses: Responses
}
type Routes = { everywhere: Responses; elsewhere: Responses; routes: Route[] }

const STREAMS = ['application/x-ndjson', 'text/event-stream']
export const VOCABULARY = [
  'x-since',
  'x-until',
  'x-required-since',
  'x-enum-since',
  'x-enum-until',
  'x-exact',
  'x-source',
  'x-unseen',
  'x-absent',
]

/** Where the routes of a system are, with the schemas of their messages. */
const ROUTES: Record<System, string> = { ollama: 'routes.yaml', 'llama-server': 'llama-server/routes.yaml' }

const directory = new URL('../schemas/', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, directory), 'utf8')
const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function cached<Value>(make: (key: string) => Value): (key: string) => Value {
  const values = new Map<string, Value>()
  return (key) => {
    let value = values.get(key)
    if (value === undefined) {
      value = make(key)
      values.set(key, value)
    }
    return value
  }
}

const routeTable = cached((file) => parse(read(file)) as Routes)
const source = cached((file) => JSON.parse(read(file)) as JsonSchema)

/** The problems of a message, each in at most two lines; none when it is valid for its version. */
export function validateMessage(message: Message): string[] {
  const { system, method, version, body } = message
  const path = message.path.replace(/\?.*/, '')
  const { routes, everywhere, elsewhere } = routeTable(ROUTES[system])
  const route = routes.find(
    (route) => route.methods.includes(method) && matches(route.path, path) && inRange(version, route),
  )

  if (message.part === 'request') {
    const context = `request ${method} ${path} at ${version}`
    if (!route) throw new MissingSchemaError(`no schema for the route of ${context}`)
    if (route.request === 'bytes') return []
    return route.request === 'none' ? noBody(body, context) : validate(route.request, message, context)
  }

  const { status } = message
  const context = `${method} ${path} at ${version}, status ${status}`
  const answers = (route ? [route.responses, everywhere] : [elsewhere])
    .map((responses) => responses[status] ?? responses[`${Math.floor(status / 100)}xx`])
    .filter((answer) => answer !== undefined)
  if (answers.length === 0) {
    throw new MissingSchemaError(`no schema for the ${route ? 'status' : 'route'} of ${context}`)
  }
  if (method === 'HEAD') return noBody(body, context)

  const type = message.contentType?.split(';')[0]?.trim().toLowerCase() ?? 'none'
  const bodies = answers.map((answer) => answer[type]).find((bodies) => bodies !== undefined)
  if (bodies === undefined) {
    throw new MissingSchemaError(`no schema for the content type ${type} of ${context}`)
  }
  if (bodies === 'empty') return noBody(body, context)
  if (message.part === 'response' && STREAMS.includes(type)) return []
  return validate(choose(bodies, body, context), message, context)
}

const noBody = (body: unknown, context: string): string[] =>
  body === undefined ? [] : [`${context}: no body expected, found ${found(body)}`]

/** The schema of a file for a version: self-contained, without what lies outside its range. */
export function schemaFor(file: string, version: string, open: boolean): JsonSchema {
  return specialised(keyOf(file, version, open))
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/')
  const given = path.split('/')
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => (part.startsWith(':') ? given[index] !== '' : part === given[index]))
  )
}

function choose(bodies: Bodies, body: unknown, context: string): string {
  if (typeof bodies === 'string') return bodies
  const choice = bodies.find(
    ({ is, has, where }) =>
      (is === undefined || is === body) &&
      (has === undefined || (isObject(body) && has in body)) &&
      Object.entries(where ?? {}).every(
        ([key, value]) => isObject(body) && isDeepStrictEqual(body[key], value),
      ),
  )
  if (!choice) throw new MissingSchemaError(`no schema for this body of ${context}`)
  return choice.schema
}

const keyOf = (file: string, version: string, open: boolean) => `${file} ${release(version)} ${open}`

const specialised = cached((key) => {
  const [file = '', version = '', open] = key.split(' ')
  const { $defs: _, ...schema } = specialise(resolve(source(file), file), version, open === 'true')
  return schema
})

/** Puts the target in place of each reference; what stands beside the reference wins. */
function resolve(node: unknown, file: string): JsonSchema {
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy)
    return isObject(value) ? resolve(value, file) : value
  }
  if (!isObject(node)) throw new Error(`${file}: a reference leads to no schema`)
  const { $ref, ...rest } = node
  const own = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, copy(value)]))
  if (typeof $ref !== 'string') return own
  const [relative = '', pointer = ''] = $ref.split('#')
  const target = relative ? new URL(relative, `file:///${file}`).pathname.slice(1) : file
  let found: unknown = source(target)
  for (const part of pointer.split('/').slice(1)) found = isObject(found) ? found[part] : undefined
  return { ...resolve(found, target), ...own }
}

function specialise(node: JsonSchema, version: string, open: boolean): JsonSchema {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk)
    return isObject(value) ? specialise(value, version, open) : value
  }
  const result: JsonSchema = {}
  const relaxed = open ? ((node['x-exact'] ?? []) as string[]) : []
  for (const [keyword, value] of Object.entries(node)) {
    if (relaxed.includes(keyword) || keyword === 'properties' || keyword === 'required') continue
    if (open && keyword === 'additionalProperties' && value === false) continue
    if (keyword === 'enum')
      result[keyword] = (value as unknown[]).filter((one) => inRange(version, enumRange(node, one)))
    else result[keyword] = keyword === 'const' || keyword.startsWith('x-') ? value : walk(value)
  }
  if (!isObject(node.properties)) return result

  const properties: JsonSchema = {}
  const absent: Record<string, string> = {}
  const required = new Set((node.required ?? []) as string[])
  for (const [name, property] of Object.entries(node.properties as Record<string, JsonSchema>)) {
    const range = rangeOf(property)
    if (!inRange(version, range)) {
      absent[name] = describeRange(range)
      required.delete(name)
      continue
    }
    properties[name] = specialise(property, version, open)
    const requiredSince = property['x-required-since']
    if (typeof requiredSince === 'string' && inRange(version, { since: requiredSince })) required.add(name)
  }
  if (required.size > 0) result.required = [...required]
  if (Object.keys(absent).length > 0) result['x-absent'] = absent
  return { ...result, properties }
}

const rangeOf = (schema: JsonSchema): Range => ({
  since: schema['x-since'] as string | undefined,
  until: schema['x-until'] as string | undefined,
})

const enumRange = (schema: JsonSchema, value: unknown): Range => ({
  since: (schema['x-enum-since'] as Record<string, string> | undefined)?.[String(value)],
  until: (schema['x-enum-until'] as Record<string, string> | undefined)?.[String(value)],
})

let ajv: Ajv2020 | undefined

const validator = cached((key): ValidateFunction => {
  ajv ??= new Ajv2020({
    strict: true,
    strictRequired: true,
    allowUnionTypes: true,
    allErrors: true,
    verbose: true,
  }).addVocabulary(VOCABULARY)
  return ajv.compile(specialised(key))
})

function validate(file: string, message: Message, context: string): string[] {
  if (message.body === undefined)
    return [`${file}: the body is empty\n  ${context}; rule ${describeRange({})}`]
  const key = keyOf(file, message.version, message.open)
  const accepts = validator(key)
  if (accepts(message.body)) return []
  // The branches of anyOf each fail for a reason of their own; only that none fits is news.
  const errors = (accepts.errors ?? []).filter((error) => !/\/anyOf\/\d/.test(error.schemaPath))
  return errors.map((error) => {
    const { pointer, text, range } = explain(error, specialised(key))
    return `${file} at ${pointer || '/'}: ${text}\n  ${context}; rule ${range}`
  })
}

function explain(error: ErrorObject, root: JsonSchema): { pointer: string; text: string; range: string } {
  const { instancePath, keyword, params, data } = error
  const parent = error.parentSchema as JsonSchema
  if (keyword === 'additionalProperties') {
    const name = params.additionalProperty as string
    const known = (parent['x-absent'] as Record<string, string> | undefined)?.[name]
    return {
      pointer: `${instancePath}/${escaped(name)}`,
      text: `unknown property, found ${found((data as JsonSchema)[name])}`,
      range: known ? `that allows it: ${known}` : describeRange(rangeAt(root, instancePath)),
    }
  }
  if (keyword === 'required') {
    const name = params.missingProperty as string
    const property = (parent.properties as Record<string, JsonSchema>)[name] ?? {}
    const since = property['x-required-since'] as string | undefined
    const range = rangeAt(root, `${instancePath}/${escaped(name)}`)
    return {
      pointer: `${instancePath}/${escaped(name)}`,
      text: `required property is missing, found ${found(Object.keys(data as object))}`,
      range: describeRange(since ? { ...range, since } : range),
    }
  }
  const allowed =
    keyword === 'enum' || keyword === 'const' ? ` ${found(params.allowedValues ?? params.allowedValue)}` : ''
  return {
    pointer: instancePath,
    text: `${error.message}${allowed}, found ${found(data)}`,
    range: describeRange(rangeAt(root, instancePath)),
  }
}

/** The narrowest range on the way from the root of a schema to a place in the data. */
function rangeAt(root: JsonSchema, pointer: string): Range {
  let range = rangeOf(root)
  let schema: unknown = root
  for (const part of pointer.split('/').slice(1)) {
    if (!isObject(schema)) break
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    schema =
      (schema.properties as JsonSchema | undefined)?.[name] ?? schema.items ?? schema.additionalProperties
    if (!isObject(schema)) break
    const own = rangeOf(schema)
    range = { since: own.since ?? range.since, until: own.until ?? range.until }
  }
  return range
}

const escaped = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1')

function found(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 120 ? `${text.slice(0, 117)}…` : text
}
