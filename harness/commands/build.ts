import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { spawnSync } from 'node:child_process'
import { fromRoot } from '../base/paths.ts'
import { SYSTEMS } from '../base/systems.ts'
import { apiOf } from '../reference/api.ts'
import { gather } from '../reference/book.ts'
import { loadLedger } from '../ledger/ledger.ts'
import { readRules } from '../schema/exchanges.ts'
import { readTable } from '../schema/routes.ts'

/** Builds the package: `node harness/commands/build.ts [folder]`. */

/** What is read and is no code. `specs/` is read as one file of JSON, which takes a tenth of the time. */
const DATA = [
  'fixtures/clients',
  'fixtures/recordings',
  'harness',
  'openapi',
  'schemas',
  'specs/renamed.yaml',
]

// `routes.yaml` and `exchanges.yaml` are read as JSON too.
const isData = (path: string) =>
  !/\.ts$|[\\/](routes|exchanges|clients)\.yaml$|[\\/]calls?\.\w+$|[\\/](README\.md|prepare\.mjs)$/.test(path)

const folder = resolve(process.argv[2] ?? fromRoot('dist'))
rmSync(folder, { recursive: true, force: true })
compile('tsconfig.package.json')
// Types only of what can be imported.
compile('tsconfig.types.json')
for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
  if (!path.endsWith('.d.ts')) continue
  const file = join(folder, path)
  // A Buffer is one, and so nobody needs Node's types for these.
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/\bBuffer\b/g, 'Uint8Array'))
}
for (const data of DATA) {
  cpSync(fromRoot(data), join(folder, data), { recursive: true, filter: isData })
}
write('api.json', apiOf(gather()))
write('specs/ledger.json', { digest: '', statements: [...loadLedger().values()] })
for (const system of SYSTEMS) {
  write(`specs/routes.${system}.json`, readTable(system))
  write(`specs/exchanges.${system}.json`, readRules(system))
}
const { name, version, type } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8'))
write('package.json', { name, version, type })
removeEmpty(folder)

function compile(project: string): void {
  const tsc = fromRoot('node_modules/typescript/bin/tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-p', fromRoot(project), '--outDir', folder], {
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(1)
}

function write(path: string, content: unknown): void {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify(content))
}

/** Folders of which only source was to be had. */
function removeEmpty(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) removeEmpty(join(path, entry.name))
  }
  if (readdirSync(path).length === 0) rmSync(path, { recursive: true })
}
