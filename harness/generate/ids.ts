import { existsSync, readFileSync } from 'node:fs'
import { fromRoot } from '../base/paths.ts'
import { type Ledger, loadLedger } from '../ledger/ledger.ts'

/** Every id that there ever was, a line each, in the order in which they came. Lines are added and never taken away. */
export const IDS = 'specs/ids.txt'

/** The ids that were given before, by line. */
export const givenIds = (): string[] =>
  existsSync(fromRoot(IDS)) ? readFileSync(fromRoot(IDS), 'utf8').split('\n').filter(Boolean) : []

/** The list with the ids of the ledger that are new. */
export function renderIds(ledger: Ledger = loadLedger()): string {
  const given = givenIds()
  const known = new Set(given)
  return `${[...given, ...[...ledger.keys()].filter((id) => !known.has(id))].join('\n')}\n`
}
