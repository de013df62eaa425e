import { compile, type JSONSchema } from 'json-schema-to-typescript'
import type { System } from '../base/systems.ts'
import { describeRange } from '../base/versions.ts'
import { schemaFiles } from '../schema/files.ts'
import { type JsonSchema, mapBelow, mapObjects } from '../schema/references.ts'
import { type Bodies, filesOf, responsesEverywhere, routesOf } from '../schema/routes.ts'
import { bundle, bundleName } from './bundle.ts'

/** Where the types of a system's messages are kept. */
export const TYPES: Record<System, string> = {
  ollama: 'schemas/ollama/types.ts',
  'llama-server': 'schemas/llama-server/types.ts',
}

const BANNER =
  '/* Made from the schemas by `npm run generate`. Every version is in one type: a comment says since when. */'

/** TypeScript types of every message, and of what each route takes and gives. */
export async function renderTypes(system: System): Promise<string> {
  const messages = schemaFiles(system).filter((file) => !/common\/(types|metrics)\.json$/.test(file))
  const $defs = Object.fromEntries(
    Object.entries(bundle(messages, '$defs')).map(([name, schema]) => [name, commented(schema)]),
  )
  const types = await compile({ $defs } as JSONSchema, 'Root', {
    bannerComment: BANNER,
    unreachableDefinitions: true,
    additionalProperties: true,
    format: false,
    ignoreMinAndMaxItems: true,
  })
  const own = types
    .replace(/export interface Root \{[^}]*\}\n/, '')
    .replaceAll(
      /\n \* \n \* This interface was referenced by `Root`'s JSON-Schema\n \* via the `definition` ".*"\./g,
      '',
    )
    .replaceAll(
      /\/\*\*\n \* This interface was referenced by `Root`'s JSON-Schema\n \* via the `definition` ".*"\.\n \*\/\n/g,
      '',
    )
  const aliases = Object.entries($defs)
    .filter(([, { $ref }]) => $ref)
    .map(([name, { $ref }]) => `export type ${name} = ${String($ref).replace('#/$defs/', '')}\n`)
  return [own, ...aliases, renderRoutes(system)].join('\n')
}

/** Keeps of a schema what the types show: descriptions with their range instead of the keywords of our own. */
function commented(node: JsonSchema): JsonSchema {
  const { 'x-since': since, 'x-until': until, description, $ref, ...rest } = node
  const result: JsonSchema = {}
  const range = since || until ? describeRange({ since, until } as { since?: string; until?: string }) : ''
  const text = [description, range && `(${range})`].filter(Boolean).join(' ')
  if (text) result.description = text
  // The generator would take a reference that something stands beside for another type.
  if ($ref) return { ...result, allOf: [{ $ref }] }
  for (const [keyword, value] of Object.entries(rest)) {
    if (keyword.startsWith('x-') || keyword === 'title') continue
    if (keyword === 'properties') result.properties = mapBelow(value as JsonSchema, commented)
    else result[keyword] = keyword === 'const' || keyword === 'enum' ? value : mapObjects(value, commented)
  }
  return result
}

function renderRoutes(system: System): string {
  const entries = routesOf(system).flatMap(({ path, methods, request, responses }) =>
    methods.map((method) => {
      const bodies = [...Object.values(responsesEverywhere(system)), ...Object.values(responses)].flatMap(
        Object.entries<Bodies>,
      )
      const json = bodies.flatMap(([type, body]) => (/[/+]json$/.test(type) ? namesOf(body) : []))
      const record = bodies.flatMap(([type, body]) => (/ndjson|event-stream/.test(type) ? namesOf(body) : []))
      const pattern = path.replaceAll(/:\w+/g, '$' + '{string}')
      return [
        `  | {`,
        `      method: '${method}'`,
        `      path: \`${pattern}\``,
        `      request: ${request.endsWith('.json') ? bundleName(request) : request === 'none' ? 'undefined' : 'unknown'}`,
        `      json: ${union(method === 'HEAD' ? [] : json)}`,
        `      record: ${union(record)}`,
        `    }`,
      ].join('\n')
    }),
  )
  return `/** What each route takes, and gives as JSON or as the records of a stream, errors included. */
export type Route =
${entries.join('\n')}
`
}

const union = (names: string[]) => [...new Set(names)].join(' | ') || 'never'

const namesOf = (bodies: Bodies): string[] => filesOf(bodies).map(bundleName)
