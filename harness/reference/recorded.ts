import type { System } from '../base/systems.ts'
import type { Statement } from '../ledger/ledger.ts'
import { recordedMessages } from '../proof/messages.ts'
import { placesOf } from '../proof/places.ts'
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
  /** The newest check whose messages have a field of a message. */
  seenBy(file: string, path: string): string | undefined
  /** The newest check whose messages have what a place in a schema describes, wherever messages refer to it. */
  seenAnywhere(origin: string): string | undefined
}

export function recordedOf(system: System): Recorded {
  const versions = recordedVersions(system)
  const byId = new Map<string, Map<string, StoredExchange[]>>()
  for (const version of versions) {
    for (const area of Object.values(readRecording(system, version).areas)) {
      for (const [id, exchanges] of Object.entries(area)) {
        byId.set(id, (byId.get(id) ?? new Map()).set(version, exchanges))
      }
    }
  }
  let kept: Seen | undefined
  const seen = () => (kept ??= fieldsSeen(system, versions))
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
    seenBy: (file, path) => seen().fields.get(`${file} ${path}`),
    seenAnywhere: (origin) => seen().places.get(origin),
  }
}

/** The check that met a field of a schema file, and a place in one, in the newest recording that shows it. */
type Seen = { fields: Map<string, string>; places: Map<string, string> }

function fieldsSeen(system: System, versions: readonly string[]): Seen {
  const seen: Seen = { fields: new Map(), places: new Map() }
  const note = (map: Map<string, string>, key: string, statement: string) => {
    if (!map.has(key)) map.set(key, statement)
  }
  for (const version of [...versions].reverse()) {
    for (const { statement, message, schema } of recordedMessages(system, version)) {
      if (!schema || statement === 'setup') continue
      for (const [path, ids] of pathsIn(schema, message.body)) {
        note(seen.fields, `${schema} ${path}`, statement)
        for (const id of ids) note(seen.places, id, statement)
      }
    }
  }
  return seen
}

/** The fields of a message, dotted, items of arrays without an index, names of a map as `*`; each with its places. */
function pathsIn(file: string, body: unknown): Map<string, Set<string>> {
  const paths = new Map([['', '']])
  const found = new Map<string, Set<string>>()
  for (const { id, pointer } of placesOf(file, body)) {
    const known = paths.get(pointer)
    if (known !== undefined) {
      found.set(known, (found.get(known) ?? new Set()).add(id))
      continue
    }
    const cut = pointer.lastIndexOf('/')
    const parent = paths.get(pointer.slice(0, cut)) ?? ''
    const name = id.endsWith('/items')
      ? undefined
      : id.endsWith('/additionalProperties')
        ? '*'
        : pointer.slice(cut + 1)
    const path = [parent, name].filter(Boolean).join('.')
    paths.set(pointer, path)
    found.set(path, (found.get(path) ?? new Set()).add(id))
  }
  return found
}
