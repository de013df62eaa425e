import { readFileSync } from 'node:fs'
import { dirname } from 'node:path/posix'
import { isDeepStrictEqual } from 'node:util'
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { SuiteError } from '../base/errors.ts'
import type { System } from '../base/systems.ts'
import { comparable, describeRange, inRange, type Range } from '../base/versions.ts'

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

export type Choice = { schema: string; is?: unknown; has?: string; where?: Record<string, unknown> }
export type Bodies = string | Choice[]
export type Responses = Record<string, Record<string, Bodies>>
export type Route = {
  path: string
  methods: string[]
  /** What it is for, in a few words. */
  summary: string
  since?: string
  until?: string
  /** It is a route of the suite's registry, for what a server stores there. */
  of?: 'registry'
  /** The request is a multipart form; its schema is for the fields. */
  form?: true
  request: string
  responses: Responses
}
type Routes = {
  /** Schemas of the parts of paths, by name. */
  parameters?: Record<string, JsonSchema>
  everywhere: Responses
  elsewhere: Responses
  routes: Route[]
}

/** The schema files that a body may be held to. */
export const filesOf = (bodies: Bodies): string[] =>
  [...new Set(typeof bodies === 'string' ? [bodies] : bodies.map(({ schema }) => schema))].filter(
    (file) => file !== 'empty',
  )

const STREAMS = ['application/x-ndjson', 'text/event-stream']
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
]

/** Where the routes of a system are, with the schemas of their messages. */
const ROUTES: Record<System, string> = {
  ollama: 'ollama/routes.yaml',
  'llama-server': 'llama-server/routes.yaml',
}

const directory = new URL('../../schemas/', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, directory), 'utf8')
export const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function cached<Value>(make: (key: string) => Value): (key: string) => Value {
  const values = new Map<string, Value>()
  return (key) => {
    if (!values.has(key)) values.set(key, make(key))
    return values.get(key) as Value
  }
}

const routeTable = cached((file) => below(dirname(file), parse(read(file)) as Routes))

/** The schema files that a table names, which it does from its own folder on, by their path below `schemas/`. */
function below<Value>(folder: string, value: Value): Value {
  if (typeof value === 'string')
    return (/^[\w/-]+\.json$/.test(value) ? `${folder}/${value}` : value) as Value
  if (Array.isArray(value)) return value.map((item) => below(folder, item)) as Value
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, below(folder, one)])) as Value
}
/** A schema file as it is written, every version in one. */
export const sourceOf = cached((file) => JSON.parse(read(file)) as JsonSchema)

/** What a message is held to: a schema file, no body, or (bytes, a stream as a whole) nothing. */
type Rule = { context: string; schema?: string; empty?: true }

/** The problems of a message, each in at most two lines; none when it is valid for its version. */
export function validateMessage(message: Message): string[] {
  const { context, schema, empty } = ruleOf(message)
  if (schema) return validate(schema, message, context)
  return empty && message.body !== undefined
    ? [`${context}: no body expected, found ${found(message.body)}`]
    : []
}

/** Whether a request has something that its own version does not know: a check sends it to see what comes of it. */
export function isAhead(message: Message): boolean {
  const { system, version, method, path } = message
  if (message.part !== 'request' || message.body === undefined) return false
  const file = schemaOf(message)
  if (!file) return false
  return (
    !routeOf(system, version, method, path) || !validator(keyOf(file, version, message.open))(message.body)
  )
}

/** The file of the schema that a message must satisfy; undefined when it has none. */
export const schemaOf = (message: Message): string | undefined => ruleOf(message).schema

/** The routes of a system as `routes.yaml` lists them, those of one version when it is given. */
export function routesOf(system: System, version?: string): Route[] {
  const { routes } = routeTable(ROUTES[system])
  return version === undefined ? routes : routes.filter((route) => inRange(version, route))
}

/** The method and path of each route of the API itself, of one version when it is given: `GET /api/tags`. */
export const operationsOf = (system: System, version?: string): string[] =>
  routesOf(system, version)
    .filter(({ of }) => of !== 'registry')
    .flatMap(({ methods, path }) => methods.map((method) => `${method} ${path}`))

/** What any route of a system may answer. */
export const responsesEverywhere = (system: System): Responses => routeTable(ROUTES[system]).everywhere

/** The schema of a part of a path at a version. */
export function parameterSchema(system: System, name: string, version: string): JsonSchema {
  const schema = routeTable(ROUTES[system]).parameters?.[name]
  if (!schema) throw new Error(`schemas/${ROUTES[system]} describes no parameter ${name}`)
  return specialise(resolve(schema, ROUTES[system]), version, false)
}

/** The route of a method and path at a version; undefined when there is none. */
export function routeOf(system: System, version: string, method: string, path: string): Route | undefined {
  return foundRoutes(`${system} ${version} ${method} ${path.replace(/\?.*/, '')}`)
}

const foundRoutes = cached((key) => {
  const [system, version = '', method = '', ...path] = key.split(' ')
  return routesOf(system as System).find(
    (route) =>
      route.methods.includes(method) && matches(route.path, path.join(' ')) && within(version, route),
  )
})

function ruleOf(message: Message): Rule {
  const { system, method, version, body } = message
  const path = message.path.replace(/\?.*/, '')
  const { everywhere, elsewhere } = routeTable(ROUTES[system])
  const route =
    routeOf(system, version, method, path) ??
    (message.part === 'request' ? routeOf(system, ANY, method, path) : undefined)

  if (message.part === 'request') {
    const context = `request ${method} ${path} at ${version}`
    if (!route) throw new MissingSchemaError(`no schema for the route of ${context}`)
    if (route.request === 'bytes') return { context }
    return route.request === 'none' ? { context, empty: true } : { context, schema: route.request }
  }

  const { status } = message
  const context = `${method} ${path} at ${version}, status ${status}`
  const answers = (route ? [route.responses, everywhere] : [elsewhere])
    .map((responses) => responses[status] ?? responses[`${Math.floor(status / 100)}xx`])
    .filter((answer) => answer !== undefined)
  if (answers.length === 0) {
    throw new MissingSchemaError(`no schema for the ${route ? 'status' : 'route'} of ${context}`)
  }
  if (method === 'HEAD') return { context, empty: true }

  const type = message.contentType?.split(';')[0]?.trim().toLowerCase() ?? 'none'
  const bodies = answers.map((answer) => answer[type]).find((bodies) => bodies !== undefined)
  if (bodies === undefined) {
    throw new MissingSchemaError(`no schema for the content type ${type} of ${context}`)
  }
  if (bodies === 'empty') return { context, empty: true }
  if (message.part === 'response' && STREAMS.includes(type)) return { context }
  return { context, schema: choose(bodies, body, context) }
}

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
      (where === undefined || fits(where, body)),
  )
  if (!choice) throw new MissingSchemaError(`no schema for this body of ${context}`)
  return choice.schema
}

/** Whether a value is what is wanted; an object may have more, at any depth. */
const fits = (wanted: unknown, value: unknown): boolean =>
  isObject(wanted)
    ? isObject(value) && Object.entries(wanted).every(([key, one]) => fits(one, value[key]))
    : isDeepStrictEqual(value, wanted)

/** Stands for every version at once: what any of them has is allowed. */
export const ANY = 'any'

const keyOf = (file: string, version: string, open: boolean) =>
  `${file} ${version === ANY ? ANY : comparable(version)} ${open}`

const specialised = cached((key) => {
  const [file = '', version = '', open] = key.split(' ')
  const { $defs: _, ...schema } = specialise(resolve(sourceOf(file), file), version, open === 'true')
  return schema
})

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

const within = (version: string, range: Range) => version === ANY || inRange(version, range)

export function specialise(node: JsonSchema, version: string, open: boolean): JsonSchema {
  const walk = (value: unknown) => mapObjects(value, (below) => specialise(below, version, open))
  const result: JsonSchema = {}
  const relaxed = open ? ((node['x-exact'] ?? []) as string[]) : []
  for (const [keyword, value] of Object.entries(node)) {
    if (relaxed.includes(keyword) || keyword === 'properties' || keyword === 'required') continue
    if (open && keyword === 'additionalProperties' && value === false) continue
    if (keyword === 'enum')
      result[keyword] = (value as unknown[]).filter((one) => within(version, enumRange(node, one)))
    else if (keyword === 'anyOf') {
      const branches = (value as JsonSchema[]).filter((one) => within(version, rangeOf(one)))
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
    if (!within(version, range)) {
      absent[name] = describeRange(range)
      required.delete(name)
      continue
    }
    properties[name] = specialise(property, version, open)
    const requiredRange = requiredIn(property)
    if (requiredRange && version !== ANY && inRange(version, requiredRange)) required.add(name)
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
function requiredIn({ 'x-required-since': since, 'x-required-until': until }: JsonSchema): Range | undefined {
  return since || until
    ? { ...(since ? { since: since as string } : {}), ...(until ? { until: until as string } : {}) }
    : undefined
}

/** The versions that have a value of an enum. */
export const enumRange = (schema: JsonSchema, value: unknown): Range => ({
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
    // Most schemas meet a few messages in a run, so what counts is how fast they compile. That they are schemas is
    // what the tests of the project see to.
    validateSchema: false,
    code: { optimize: false },
    loopRequired: 1,
    loopEnum: 1,
  }).addVocabulary(VOCABULARY)
  return ajv.compile(specialised(key))
})

function validate(file: string, message: Message, context: string): string[] {
  if (message.body === undefined)
    return [`${file}: the body is empty\n  ${context}; rule ${describeRange({})}`]
  // A check may send a field that its target does not know yet, or no more, to see what comes of it.
  const key = keyOf(file, message.part === 'request' ? ANY : message.version, message.open)
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
    const range = rangeAt(root, `${instancePath}/${escaped(name)}`)
    return {
      pointer: `${instancePath}/${escaped(name)}`,
      text: `required property is missing, found ${found(Object.keys(data as object))}`,
      range: describeRange({ ...range, ...requiredIn(property) }),
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
