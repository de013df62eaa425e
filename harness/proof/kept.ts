import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fromRoot } from '../base/paths.ts'
import type { Bites } from './bites.ts'

/** What was found by an earlier run of `mutate`, by statement: as long as it follows from the same, it is not sought again. */
export type Kept = Record<string, { from: string; bites: Bites }>

const fileOf = (version: string, area: string) =>
  fromRoot('node_modules', '.cache', 'ollama-conformance', 'mutate', version, `${area}.json`)

export function keptIn(version: string, area: string): Kept {
  const file = fileOf(version, area)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Kept) : {}
}

export function keep(version: string, area: string, kept: Kept): void {
  const file = fileOf(version, area)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify(kept))
}

/** All that decides what any check notices: the harness, the schemas, and the words that suites share. */
const COMMON = [
  'harness/base',
  'harness/ledger',
  'harness/wire',
  'harness/schema',
  'harness/recording',
  'harness/run',
  'harness/proof',
  'schemas',
  'suites',
  'fixtures/instruments',
]

export function digestOfMachinery(): string {
  const hash = createHash('sha1')
  for (const folder of COMMON) {
    for (const path of readdirSync(fromRoot(folder), { recursive: true, encoding: 'utf8' }).sort()) {
      if (/\.(ts|json|yaml)$/.test(path) && !/\.test\.ts$|equivalents\.yaml$/.test(path))
        hash.update(path).update(readFileSync(join(fromRoot(folder), path)))
    }
  }
  return hash.digest('hex')
}
