import type { System } from '../base/systems.ts'
import { type Change, inOrder, ledgerChange, surfaceChanges } from '../gate/changes.ts'
import type { Surface } from '../gate/surface.ts'
import type { Ledger } from '../ledger/ledger.ts'

/** What a release changed, as far as the ledger and the schemas know. */
export type Release = { version: string; changes: Change[] }

/** The releases that changed something, the newest first. */
export function releasesOf(
  system: System,
  ledger: Ledger,
  versions: readonly string[],
  surfaces: readonly Surface[],
): Release[] {
  const statements = [...ledger.values()].filter((row) => row.system === system && !row.excluded)
  return versions
    .flatMap((version, index) => {
      const [before, from] = [surfaces[index - 1], versions[index - 1]]
      const now = surfaces[index]
      if (!before || !now || from === undefined) return []
      const changes = [
        ...statements.flatMap((row) => ledgerChange(row, from, version) ?? []),
        ...surfaceChanges(before, now),
      ]
      return changes.length > 0 ? [{ version, changes: inOrder(changes) }] : []
    })
    .reverse()
}
