import type { Ledger } from '../ledger/ledger.ts'
import { changesBetween } from './changes.ts'
import type { Reliance } from './relies.ts'
import { type Sorted, sorted } from './show.ts'
import { spanOf } from './span.ts'

/**
 * What changes between two versions, from ledger and schemas alone.
 *
 * @throws SuiteError when one is no version, or older than the ledger
 */
export function fromLedger(ledger: Ledger, reliance: Reliance | undefined, from: string, to: string): Sorted {
  const span = spanOf(from, to)
  const rows = [...ledger.values()].filter(({ system, excluded }) => system === span.system && !excluded)
  const basis = `Read from ${rows.length} statements of the ledger and from the schemas; nothing was run.`
  return sorted(changesBetween(ledger, span), reliance, basis)
}
