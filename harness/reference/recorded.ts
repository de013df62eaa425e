import type { System } from '../base/systems.ts'
import type { Statement } from '../ledger/ledger.ts'
import { readRecording, recordedVersions, type StoredExchange } from '../recording/recording.ts'
import { proving } from './proving.ts'

/** The exchanges that prove a statement, of one recording. */
export type Proof = { version: string; exchanges: StoredExchange[] }

/** What the recordings of a system show. */
export type Recorded = {
  versions: string[]
  /** The versions in whose recording a statement was checked. */
  versionsOf(id: string): string[]
  /** What proves a statement in its newest recording; undefined where it was never recorded. */
  proofOf(statement: Statement): Proof | undefined
  /** The file of a recording that the exchanges of a check are in, below the checkout. */
  fileOf(id: string, version: string): string
  /** All exchanges of a check in a recording. */
  exchangesOf(id: string, version: string): StoredExchange[]
}

export function recordedOf(system: System): Recorded {
  const versions = recordedVersions(system)
  const byId = new Map<string, Map<string, StoredExchange[]>>()
  const files = new Map<string, Map<string, string>>()
  for (const version of versions) {
    const recording = readRecording(system, version)
    files.set(version, recording.files)
    for (const area of Object.values(recording.areas)) {
      for (const [id, exchanges] of Object.entries(area)) {
        byId.set(id, (byId.get(id) ?? new Map()).set(version, exchanges))
      }
    }
  }
  return {
    versions,
    versionsOf: (id) => [...(byId.get(id)?.keys() ?? [])],
    proofOf(statement) {
      for (const [version, exchanges] of [...(byId.get(statement.id) ?? [])].reverse()) {
        const shown = proving(statement, exchanges)
        if (shown.length > 0) return { version, exchanges: shown }
      }
      return undefined
    },
    fileOf: (id, version) => `fixtures/recordings/${system}/${version}/${files.get(version)?.get(id)}`,
    exchangesOf: (id, version) => byId.get(id)?.get(version) ?? [],
  }
}
