import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fromRoot } from '../base/paths.ts'
import type { Ledger, Statement } from './ledger.ts'
import { byId } from './shared.ts'

/** Where a package brings its ledger as JSON: its `specs/` never change, so nothing has to be compared. */
const SHIPPED = fromRoot('specs/ledger.json')

/** Where a checkout keeps it. */
const KEPT = fromRoot('node_modules/.cache/ollama-conformance/ledger.json')

type Kept = { digest: string; statements: Statement[] }

/**
 * The ledger as `loadLedger` reads it, kept as JSON under the digest of what it was read from: to parse a megabyte of YAML
 * takes longer than all that is then asked of it.
 *
 * @throws SuiteError naming file and line of every broken row
 */
export async function compiledLedger(): Promise<Ledger> {
  const shipped = readKept(SHIPPED)
  if (shipped) return byId(shipped.statements)
  const digest = digestOf(fromRoot('specs'), fromRoot('harness/ledger/ledger.ts'))
  const kept = readKept(KEPT)
  if (kept?.digest === digest) return byId(kept.statements)
  const { loadLedger } = await import('./ledger.ts')
  const ledger = loadLedger()
  try {
    // Another command may read it meanwhile.
    const draft = `${KEPT}.${randomUUID()}`
    mkdirSync(dirname(KEPT), { recursive: true })
    writeFileSync(draft, JSON.stringify({ digest, statements: [...ledger.values()] } satisfies Kept))
    renameSync(draft, KEPT)
  } catch {
    // In a folder that cannot be written to it takes longer each time.
  }
  return ledger
}

function readKept(path: string): Kept | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Kept
  } catch {
    return undefined
  }
}

function digestOf(folder: string, reader: string): string {
  const hash = createHash('sha256').update(readFileSync(reader))
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(yaml|schema\.json)$|^clients\.txt$/.test(file))
    .sort()
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(folder, file)))
  return hash.digest('hex')
}
