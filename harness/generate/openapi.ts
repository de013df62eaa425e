import { STATUS_CODES } from 'node:http'
import type { RecordedMessage } from '../proof/messages.ts'
import { type JsonSchema, sourceOf } from '../schema/references.ts'
import {
  type Bodies,
  filesOf,
  parameterSchema,
  type Responses,
  type Route,
  responsesEverywhere,
  routeOf,
  routesOf,
} from '../schema/routes.ts'
import { isAhead } from '../schema/validate.ts'
import { bundle, bundleName, capitalised } from './bundle.ts'

/** What a document is made of beside the schemas: the messages of a real server of the version. */
export type Source = { version: string; recordedOn: string; messages: RecordedMessage[] }

const LONGEST_EXAMPLE = 1500

/** The OpenAPI 3.1 document of Ollama at a version: its routes, every status, the schemas, recorded examples. */
export function openApi({ version, recordedOn, messages }: Source): JsonSchema {
  const routes = routesOf('ollama', version).filter(({ of }) => of !== 'registry')
  const examples = messages.filter(
    ({ message }) => message.body !== undefined && !message.open && !isAhead(message),
  )
  const paths: Record<string, JsonSchema> = {}
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    const own = (method: string) =>
      examples.filter(
        ({ message }) =>
          message.method === method && routeOf('ollama', version, method, message.path) === route,
      )
    paths[path] = {
      ...paths[path],
      ...Object.fromEntries(
        route.methods.map((method) => [method.toLowerCase(), operation(route, method, own(method), version)]),
      ),
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ollama',
      version,
      summary: `The HTTP API of Ollama ${version}, as a real server answers`,
      description: `Made by ollama-conformance from its schemas and from the recording of Ollama ${version} of ${recordedOn}. Every example is recorded. The schemas are closed: this version sends and reads these properties and no others.`,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: 'http://127.0.0.1:11434' }],
    security: [],
    paths,
    components: { schemas: published(bundle(schemasOf(routes), 'components/schemas', version)) },
  }
}

function operation(route: Route, method: string, examples: RecordedMessage[], version: string): JsonSchema {
  const words = route.path.split(/[^A-Za-z0-9]+/).filter(Boolean)
  const answers = examples.filter(({ message }) => message.part !== 'request')
  return {
    operationId: [method.toLowerCase(), ...words.map(capitalised)].join(''),
    summary: route.summary,
    ...parameters(route, version),
    ...requestBody(
      route,
      examples.filter(({ message }) => message.part === 'request'),
    ),
    responses: responses({ ...responsesEverywhere('ollama'), ...route.responses }, method, answers),
    'x-statements': [...new Set(examples.map(({ statement }) => statement))].sort(),
  }
}

function parameters({ path }: Route, version: string): JsonSchema {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name as string)
  if (names.length === 0) return {}
  return {
    parameters: names.map((name) => {
      const { description, ...schema } = published(parameterSchema('ollama', name, version))
      return { name, in: 'path', required: true, description, schema }
    }),
  }
}

function requestBody({ request, form }: Route, examples: RecordedMessage[]): JsonSchema {
  if (request === 'none') return {}
  const type = form ? 'multipart/form-data' : 'application/json'
  const content =
    request === 'bytes'
      ? { 'application/octet-stream': {} }
      : { [type]: { schema: reference(request), ...examplesOf(examples) } }
  return { requestBody: { required: true, content } }
}

function responses(responses: Responses, method: string, answers: RecordedMessage[]): JsonSchema {
  const observed = answers.flatMap(({ message }) => ('status' in message ? [String(message.status)] : []))
  const classOf = (status: string) => `${status.charAt(0)}xx`
  const statuses = new Set([...Object.keys(responses), ...observed])
  return Object.fromEntries(
    [...statuses].sort().map((status) => {
      const bodies = responses[status] ?? responses[classOf(status)] ?? {}
      const own = answers.filter(
        ({ message }) =>
          'status' in message &&
          (String(message.status) === status || classOf(String(message.status)) === status),
      )
      const content = Object.fromEntries(
        Object.entries(bodies)
          .filter(([type, body]) => type !== 'none' && body !== 'empty')
          .map(([type, body]) => [
            type,
            mediaType(
              type,
              body,
              own.filter(({ message }) => 'contentType' in message && message.contentType?.startsWith(type)),
            ),
          ]),
      )
      const described = status.endsWith('xx')
        ? `Any other ${status === '4xx' ? 'client' : 'server'} error`
        : (STATUS_CODES[status] ?? status)
      const empty = method === 'HEAD' || Object.keys(content).length === 0
      return [status.toUpperCase(), { description: described, ...(empty ? {} : { content }) }]
    }),
  )
}

function mediaType(type: string, bodies: Bodies, examples: RecordedMessage[]): JsonSchema {
  const files = filesOf(bodies)
  return {
    schema: type === 'text/event-stream' ? events(files) : stream(type, anyOf(files.map(reference))),
    ...examplesOf(examples),
  }
}

const stream = (type: string, schema: JsonSchema): JsonSchema =>
  type === 'application/x-ndjson'
    ? { description: 'The body is a stream of lines; each is one of these.', ...schema }
    : schema

/** An event as a reader of the stream has it: its name, and data that is JSON or a fixed text. */
function events(files: string[]): JsonSchema {
  const isText = (file: string) => typeof sourceOf(file).const === 'string'
  const event = (data: JsonSchema): JsonSchema => ({
    type: 'object',
    additionalProperties: false,
    required: ['data'],
    properties: { event: { type: 'string', description: '`message` where none is sent' }, data },
  })
  const json = { type: 'string', contentMediaType: 'application/json' }
  const contentSchema = anyOf(files.filter((file) => !isText(file)).map(reference))
  return {
    description: 'The body is a stream of events; each is one of these.',
    ...anyOf([
      ...files.filter(isText).map((file) => event(reference(file))),
      event({ ...json, contentSchema }),
    ]),
  }
}

const anyOf = (schemas: JsonSchema[]): JsonSchema =>
  schemas.length === 1 && schemas[0] ? schemas[0] : { anyOf: schemas }

const reference = (file: string): JsonSchema => ({ $ref: `#/components/schemas/${bundleName(file)}` })

/** For each schema the message with the most properties that is not too long, else the shortest. */
function examplesOf(messages: RecordedMessage[]): JsonSchema {
  const best = new Map<string, { value: unknown; statement: string; rank: number }>()
  for (const { schema, statement, message } of messages) {
    if (!schema) continue
    const text = JSON.stringify(message.body)
    const properties = text.match(/":/g)?.length ?? 0
    // Between messages with the same properties, too, the shorter.
    const rank = text.length > LONGEST_EXAMPLE ? -text.length : properties - text.length / 1e6
    if ((best.get(schema)?.rank ?? Number.NEGATIVE_INFINITY) < rank) {
      best.set(schema, { value: message.body, statement, rank })
    }
  }
  if (best.size === 0) return {}
  const named = [...best].map(([schema, { value, statement }]) => [
    bundleName(schema),
    { summary: `Recorded by ${statement}`, value },
  ])
  return { examples: Object.fromEntries(named) }
}

const schemasOf = (routes: Route[]): string[] =>
  routes.flatMap(({ request, responses }) => [
    ...(request.endsWith('.json') ? [request] : []),
    ...Object.values(responses)
      .flatMap(Object.values<Bodies>)
      .flatMap(filesOf),
  ])

/** Without the keywords that only the harness needs: the range has been applied. */
function published<Node>(node: Node): Node {
  if (Array.isArray(node)) return node.map(published) as Node
  if (typeof node !== 'object' || node === null) return node
  const kept = Object.entries(node).filter(
    ([key]) => !/^x-(absent|exact|enum-.*|required-since|required-until|until)$/.test(key),
  )
  return Object.fromEntries(kept.map(([key, value]) => [key, published(value)])) as Node
}
