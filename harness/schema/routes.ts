import { readFileSync } from 'node:fs'
import { fromRoot, PACKAGED } from '../base/paths.ts'
import type { System } from '../base/systems.ts'
import type { Range } from '../base/versions.ts'
import { parseYaml } from '../base/yaml.ts'
import type { Profile } from '../config/config.ts'
import { isObject, type JsonSchema, remembered, resolve } from './references.ts'
import { isWithin, specialise } from './specialise.ts'

/** A schema file below `schemas/`, or `empty`; of several, the first that fits. `routes.yaml` explains the fields. */
export type Bodies = string | Choice[]
export type Choice = { schema: string; is?: unknown; has?: string; where?: Record<string, unknown> }
/** By status or class of statuses, then by media type. */
export type Responses = Record<string, Record<string, Bodies>>

export type Route = Range & {
  path: string
  methods: string[]
  /** What it is for, in a few words. */
  summary: string
  /** Which kind of client needs it. */
  profile?: Profile
  /** A server that claims the profile serves it. */
  essential?: true
  /** It is a route of the suite's registry, for what a server stores there. */
  of?: 'registry'
  /** The request is a multipart form; its schema is for the fields. */
  form?: true
  request: string
  responses: Responses
}

type Table = {
  /** Schemas of the parts of paths, by name. */
  parameters?: Record<string, JsonSchema>
  everywhere: Responses
  elsewhere: Responses
  routes: Route[]
}

const tables = new Map<System, Table>()

const tableOf = (system: System): Table => remembered(tables, system, () => below(system, readTable(system)))

/** In a package it is JSON, as the ledger is. */
export const readTable = (system: System): Table =>
  PACKAGED
    ? JSON.parse(readFileSync(fromRoot('specs', `routes.${system}.json`), 'utf8'))
    : (parseYaml(readFileSync(fromRoot('schemas', system, 'routes.yaml'), 'utf8')) as Table)

/** A table names schema files from its own folder on; everybody else from `schemas/` on. */
function below<Value>(folder: string, value: Value): Value {
  if (typeof value === 'string')
    return (/^[\w/-]+\.json$/.test(value) ? `${folder}/${value}` : value) as Value
  if (Array.isArray(value)) return value.map((item) => below(folder, item)) as Value
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, below(folder, one)])) as Value
}

/** The routes of a system as `routes.yaml` lists them, those of one version when it is given. */
export function routesOf(system: System, version?: string): Route[] {
  const { routes } = tableOf(system)
  return version === undefined ? routes : routes.filter((route) => isWithin(version, route))
}

/** The method and path of each route of the API itself, of one version when it is given: `GET /api/tags`. */
export const operationsOf = (system: System, version?: string): string[] =>
  routesOf(system, version)
    .filter(({ of }) => of !== 'registry')
    .flatMap(({ methods, path }) => methods.map((method) => `${method} ${path}`))

const routes = new Map<string, Route | undefined>()

/** The route of a method and path at a version, or at `ANY`; undefined when there is none. */
export const routeOf = (system: System, version: string, method: string, path: string): Route | undefined =>
  remembered(routes, `${system} ${version} ${method} ${path}`, () => {
    const bare = withoutQuery(path)
    return tableOf(system).routes.find(
      (route) => route.methods.includes(method) && fits(route.path, bare) && isWithin(version, route),
    )
  })

/** The name of the route of a request, `HEAD /api/blobs/:digest`; undefined when there is none at a version. */
export function operationOf(
  system: System,
  version: string,
  method: string,
  path: string,
): string | undefined {
  const route = routeOf(system, version, method, path)
  return route && `${method} ${route.path}`
}

/** The names of the routes at a path, whatever their method. */
export const operationsAt = (system: System, version: string, path: string): string[] =>
  routesOf(system, version)
    .filter((route) => fits(route.path, withoutQuery(path)))
    .flatMap((route) => route.methods.map((method) => `${method} ${route.path}`))

/** What the routes of a system say about an operation: its profile, and whether it is essential to that. */
export function profileOf(
  system: System,
  operation: string,
): { profile?: Profile | undefined; essential?: boolean } {
  const [method = '', path = ''] = operation.split(' ')
  const route = routesOf(system).find((one) => one.path === path && one.methods.includes(method))
  return route ? { profile: route.profile, essential: method !== 'HEAD' && route.essential === true } : {}
}

export const withoutQuery = (path: string) => path.replace(/\?.*/, '')

function fits(pattern: string, path: string): boolean {
  if (!pattern.includes(':')) return pattern === path
  const wanted = pattern.split('/')
  const given = path.split('/')
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => (part.startsWith(':') ? given[index] !== '' : part === given[index]))
  )
}

/** What any route of a system may answer. */
export const responsesEverywhere = (system: System): Responses => tableOf(system).everywhere

/** What is answered where no route is. */
export const responsesElsewhere = (system: System): Responses => tableOf(system).elsewhere

/** The route that a message belongs to, by its name (`generate/last`), where it is one route's alone. */
export function messagesIn(system: System): Map<string, string> {
  const found = new Map<string, string[]>()
  for (const { methods, path, responses } of routesOf(system)) {
    const operation = `${methods[0]} ${path}`
    for (const file of Object.values(responses).flatMap((types) => Object.values(types).flatMap(filesOf))) {
      const name = file.replace(/^[^/]+\/|\.json$/g, '')
      found.set(name, [...new Set([...(found.get(name) ?? []), operation])])
    }
  }
  return new Map([...found].flatMap(([name, of]) => (of.length === 1 ? [[name, of[0] as string]] : [])))
}

/** The schema of a part of a path at a version. */
export function parameterSchema(system: System, name: string, version: string): JsonSchema {
  const schema = tableOf(system).parameters?.[name]
  if (!schema) throw new Error(`schemas/${system}/routes.yaml describes no parameter ${name}`)
  return specialise(resolve(schema, `${system}/routes.yaml`), version, false)
}

/** The schema files that a body may be held to. */
export const filesOf = (bodies: Bodies): string[] =>
  [...new Set(typeof bodies === 'string' ? [bodies] : bodies.map(({ schema }) => schema))].filter(
    (file) => file !== 'empty',
  )
