import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { fromRoot } from '../base/paths.ts'
import type { System } from '../base/systems.ts'
import { inRange, type Range } from '../base/versions.ts'

/** Every schema file of a system, by its path below `schemas/`. */
export function schemaFiles(system: System): string[] {
  return readdirSync(fromRoot('schemas', system), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .map((file) => `${system}/${file.replaceAll('\\', '/')}`)
    .sort()
}

type Listed = Range & { route: string }

/** The routes that `schemas/router.yaml` lists. */
function listedRoutes(): Listed[] {
  const { routes } = parse(readFileSync(fromRoot('schemas/router.yaml'), 'utf8')) as {
    routes: (string | Listed)[]
  }
  return routes.map((entry) => (typeof entry === 'string' ? { route: entry } : entry))
}

/** The routes of Ollama's router at a version: `GET /api/tags`. */
export const registeredRoutes = (version: string): string[] =>
  listedRoutes()
    .filter((entry) => inRange(version, entry))
    .map(({ route }) => route)

/** Every path that has a route at any version. */
export const everyPath = (): string[] => [
  ...new Set(listedRoutes().map(({ route }) => route.replace(/^\w+ /, ''))),
]
