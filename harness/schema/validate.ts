import { isDeepStrictEqual } from 'node:util'
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { messageOf, SuiteError } from '../base/errors.ts'
import type { System } from '../base/systems.ts'
import { describeRange, type Range } from '../base/versions.ts'
import { isObject, type JsonSchema, remembered } from './references.ts'
import { type Bodies, responsesElsewhere, responsesEverywhere, routeOf, withoutQuery } from './routes.ts'
import { ANY, rangeOf, requiredIn, schemaFor, VOCABULARY } from './specialise.ts'

/** One message on the wire, with what is needed to find the schema it must satisfy. */
export type Message = {
  system: System
  method: string
  path: string
  version: string
  /** Whether it is from a server or a client of other people, who may add what they like. */
  open: boolean
} & (
  | { part: 'request'; body: unknown | undefined }
  /** `body` is parsed JSON, a string for text, undefined if empty. The body of a stream comes as records. */
  | { part: 'response'; status: number; contentType: string | undefined; body: unknown | undefined }
  /** `body` is one parsed NDJSON line or the data of one SSE event, the string '[DONE]' for that one. */
  | { part: 'record'; status: number; contentType: string; body: unknown }
)

/**
 * How a message is wrong: it has `added` something that no schema knows (a property, a value of an enum, an event, a
 * route); something is `missing`; something has another `type` or `value`; its `route` answers with a status or content
 * type that it does not have.
 */
export type Kind = 'added' | 'missing' | 'type' | 'value' | 'route'

export type Problem = {
  /** The message by its schema, `generate/last`; method and route, `GET /api/tags`, where no schema is for it. */
  message: string
  /** Where in the message: a JSON pointer; empty for the message as a whole. */
  place: string
  kind: Kind
  /** What is there, as shortened JSON. */
  found: string
  /** What should be there, and in which versions. */
  rule: string
}

const WORDS: Record<Kind, string> = {
  added: 'not known',
  missing: 'missing',
  type: 'of the wrong type',
  value: 'a wrong value',
  route: 'not known',
}

/** A problem in one line. */
export const describeProblem = ({ message, place, kind, found, rule }: Problem): string =>
  `${message}${place ? ` at ${place}` : ''}: ${WORDS[kind]}, found ${found}; ${rule}`

/** What a message is held to: a schema file, no body, or (bytes, a stream as a whole) nothing. */
type Rule = { schema?: string; empty?: true } | { problem: Problem }

const STREAMS = ['application/x-ndjson', 'text/event-stream']

/** What a message shows: the schema that it is held to, and how it is wrong. */
export type Shown = { schema: string | undefined; problems: Problem[] }

/**
 * The problems of a message; none when it is valid for its version.
 *
 * @throws SuiteError for a request that no version takes: it should say that it is wrong on purpose
 */
export const validateMessage = (message: Message): Problem[] => showMessage(message).problems

/** A message with its schema and its problems; throws as `validateMessage` does. */
export function showMessage(message: Message): Shown {
  const shown = shownIn(message, message.part === 'request' ? ANY : message.version)
  const { problems } = shown
  if (message.part !== 'request' || problems.length === 0) return shown
  const { method, path } = message
  throw new SuiteError(
    `the check sends ${method} ${path} as no version takes it: ${problems.map(describeProblem).join('; ')}; send it with \`wrong\`, or add it to schemas/${message.system}`,
  )
}

/** Whether a request has something that its own version does not know: a check sends it to see what comes of it. */
export const isAhead = (message: Message): boolean =>
  message.part === 'request' && shownIn(message, message.version).problems.length > 0

/** The file of the schema that a message must satisfy; undefined when it has none. */
export function schemaOf(message: Message): string | undefined {
  const rule = ruleOf(message, message.part === 'request' ? ANY : message.version)
  return 'problem' in rule ? undefined : rule.schema
}

/** The name of the message that a schema file is for: `ollama/generate/last.json` is `generate/last`. */
export const messageName = (file: string) => file.replace(/^[^/]+\/|\.json$/g, '')

function shownIn(message: Message, version: string): Shown {
  const rule = ruleOf(message, version)
  if ('problem' in rule) return { schema: undefined, problems: [rule.problem] }
  const { schema } = rule
  const { body } = message
  const wrong = (name: string, kind: Kind, found: string, rule: string): Shown => ({
    schema,
    problems: [{ message: name, place: '', kind, found, rule }],
  })
  if (rule.empty && body !== undefined) return wrong(routeName(message), 'value', found(body), 'no body')
  if (schema === undefined) return { schema, problems: [] }
  if (body === undefined) return wrong(messageName(schema), 'missing', 'no body', 'there is one')
  return { schema, problems: violations(schema, version, message.open, body) }
}

const routeName = ({ system, version, method, path }: Message) =>
  `${method} ${(routeOf(system, version, method, path) ?? routeOf(system, ANY, method, path))?.path ?? withoutQuery(path)}`

function ruleOf(message: Message, version: string): Rule {
  const { system, method, path, body } = message
  const route = routeOf(system, version, method, path)
  const unknown = (kind: Kind, found: string, rule: string): Rule => ({
    problem: { message: routeName(message), place: '', kind, found, rule },
  })
  if (message.part === 'request') {
    if (!route) return unknown('route', 'the request', 'no version has this route')
    if (route.request === 'bytes') return {}
    return route.request === 'none' ? { empty: true } : { schema: route.request }
  }

  const { status } = message
  const everywhere = responsesEverywhere(system)
  const answers = (route ? [route.responses, everywhere] : [responsesElsewhere(system)])
    .map((responses) => responses[status] ?? responses[`${Math.floor(status / 100)}xx`])
    .filter((answer) => answer !== undefined)
  if (answers.length === 0) {
    if (route) return unknown('route', `status ${status}`, 'no version answers it here')
    return unknown(
      status < 300 ? 'added' : 'route',
      `status ${status}`,
      `there is no such route at ${version}`,
    )
  }
  if (method === 'HEAD') return { empty: true }

  const type = message.contentType?.split(';')[0]?.trim().toLowerCase() ?? 'none'
  const bodies = answers.map((answer) => answer[type]).find((bodies) => bodies !== undefined)
  if (bodies === undefined) {
    const expected = [...new Set(answers.flatMap((answer) => Object.keys(answer)))].join(' or ')
    return unknown('route', `content type ${type}`, `${expected} with status ${status}`)
  }
  if (bodies === 'empty') return { empty: true }
  if (message.part === 'response' && STREAMS.includes(type)) return {}
  const schema = choose(bodies, body)
  return schema ? { schema } : unknown('added', found(body), `no ${message.part} of this kind is known`)
}

function choose(bodies: Bodies, body: unknown): string | undefined {
  if (typeof bodies === 'string') return bodies
  return bodies.find(
    ({ is, has, where }) =>
      (is === undefined || is === body) &&
      (has === undefined || (isObject(body) && has in body)) &&
      (where === undefined || fits(where, body)),
  )?.schema
}

/** Whether a value is what is wanted; an object may have more, at any depth. */
const fits = (wanted: unknown, value: unknown): boolean =>
  isObject(wanted)
    ? isObject(value) && Object.entries(wanted).every(([key, one]) => fits(one, value[key]))
    : isDeepStrictEqual(value, wanted)

let ajv: Ajv2020 | undefined
const validators = new Map<JsonSchema, ValidateFunction>()

const validatorOf = (schema: JsonSchema, file: string): ValidateFunction =>
  remembered(validators, schema, () => {
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
    try {
      return ajv.compile(schema)
    } catch (error) {
      throw new SuiteError(`schemas/${file} is no schema: ${messageOf(error)}`)
    }
  })

function violations(file: string, version: string, open: boolean, body: unknown): Problem[] {
  const schema = schemaFor(file, version, open)
  const accepts = validatorOf(schema, file)
  if (accepts(body)) return []
  return (
    (accepts.errors ?? [])
      // The branches of anyOf each fail for a reason of their own; only that none fits is news.
      .filter((error) => !/\/anyOf\/\d/.test(error.schemaPath))
      .map((error) => ({ message: messageName(file), ...explain(error, schema, open) }))
  )
}

function explain(error: ErrorObject, root: JsonSchema, open: boolean): Omit<Problem, 'message'> {
  const { instancePath, keyword, params, data } = error
  const parent = error.parentSchema as JsonSchema
  if (keyword === 'additionalProperties') {
    const name = params.additionalProperty as string
    const known = (parent['x-absent'] as Record<string, string> | undefined)?.[name]
    return {
      place: `${instancePath}/${escaped(name)}`,
      kind: 'added',
      found: found((data as JsonSchema)[name]),
      rule: known ? `a property of ${known}` : 'no version has this property',
    }
  }
  if (keyword === 'required') {
    const name = params.missingProperty as string
    const property = (parent.properties as Record<string, JsonSchema>)[name] ?? {}
    const place = `${instancePath}/${escaped(name)}`
    return {
      place,
      kind: 'missing',
      found: found(Object.keys(data as object)),
      rule: `always there, ${describeRange({ ...rangeAt(root, place), ...requiredIn(property) })}`,
    }
  }
  if (keyword === 'dependentRequired') {
    return {
      place: `${instancePath}/${escaped(params.missingProperty as string)}`,
      kind: 'missing',
      found: found(Object.keys(data as object)),
      rule: `always there with ${params.property}, ${describeRange(rangeAt(root, instancePath))}`,
    }
  }
  // Of a property whose name is not fixed only the form can be asked for.
  if (keyword === 'not' && typeof parent['x-has'] === 'string') {
    return {
      place: `${instancePath}/${escaped(parent['x-has'])}`,
      kind: 'missing',
      found: found(Object.keys(data as object)),
      rule: `always there, ${describeRange(rangeAt(root, instancePath))}`,
    }
  }
  const allowed =
    keyword === 'enum' || keyword === 'const' ? ` ${found(params.allowedValues ?? params.allowedValue)}` : ''
  return {
    place: instancePath,
    kind: kindOf(keyword, data, open),
    found: found(data),
    rule: `${error.message}${allowed}, ${describeRange(rangeAt(root, instancePath))}`,
  }
}

function kindOf(keyword: string, data: unknown, open: boolean): Kind {
  // One more word where there are words already; clients of another server do not expect it.
  if (keyword === 'enum' && typeof data === 'string' && !open) return 'added'
  return keyword === 'type' || keyword === 'anyOf' ? 'type' : 'value'
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
