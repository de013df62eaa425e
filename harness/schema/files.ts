import { readdirSync } from 'node:fs'
import { fromRoot } from '../base/paths.ts'
import type { System } from '../base/systems.ts'

/** Every schema file of a system, by its path below `schemas/`. */
export function schemaFiles(system: System): string[] {
  return readdirSync(fromRoot('schemas', system), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .map((file) => `${system}/${file.replaceAll('\\', '/')}`)
    .sort()
}
