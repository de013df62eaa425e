import { randomUUID } from 'node:crypto'
import type { Ledger, Statement } from './ledger.ts'

/** A ledger as bytes that threads have in common: a copy for each suite would cost more than many a suite. */
export type SharedLedger = { key: string; bytes: SharedArrayBuffer }

export function share(ledger: Ledger): SharedLedger {
  const json = Buffer.from(JSON.stringify([...ledger.values()]))
  const bytes = new SharedArrayBuffer(json.length)
  json.copy(new Uint8Array(bytes))
  return { key: randomUUID(), bytes }
}

let last: { key: string; ledger: Ledger } | undefined

/** The ledger that is shared; a thread reads it once. */
export function ledgerIn({ key, bytes }: SharedLedger): Ledger {
  if (last?.key !== key) {
    const json = Buffer.from(new Uint8Array(bytes)).toString()
    last = { key, ledger: byId(JSON.parse(json) as Statement[]) }
  }
  return last.ledger
}

export const byId = (statements: Statement[]): Ledger =>
  new Map(statements.map((statement) => [statement.id, statement]))
