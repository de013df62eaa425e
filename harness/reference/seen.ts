import type { System } from '../base/systems.ts'
import type { Ledger, Statement } from '../ledger/ledger.ts'
import { recordedMessages } from '../proof/messages.ts'
import { placesOf } from '../proof/places.ts'
import type { StoredExchange } from '../recording/recording.ts'
import type { Recorded } from './recorded.ts'

/** Where a field was seen: in an exchange of a check, in the newest recording that shows it. */
export type Sighting = { statement: Statement; version: string; exchange: StoredExchange }

export type Seen = {
  /** Where a message has a field. */
  of(file: string, path: string): Sighting | undefined
  /** Where any message has what a place in a schema describes. */
  anywhere(origin: string): Sighting | undefined
  /** Exchanges of a check that are no proof of its statement, and yet the only ones with some field. */
  besideProofs(statement: Statement): Sighting[]
}

/** Every field of every message of the recordings; an exchange that proves a statement goes before one that does not. */
export function seenIn(system: System, ledger: Ledger, recorded: Recorded): Seen {
  const maps = () => (kept ??= sightings(system, ledger, recorded))
  let kept: ReturnType<typeof sightings> | undefined
  return {
    of: (file, path) => maps().fields.get(`${file} ${path}`),
    anywhere: (origin) => maps().places.get(origin),
    besideProofs: ({ id }) => maps().beside.get(id) ?? [],
  }
}

function sightings(system: System, ledger: Ledger, recorded: Recorded) {
  const fields = new Map<string, Sighting>()
  const places = new Map<string, Sighting>()
  const beside = new Map<string, Sighting[]>()
  const proofs = new Map(
    [...ledger.values()].map((one) => [one.id, new Set(recorded.proofOf(one)?.exchanges)]),
  )
  for (const proving of [true, false]) {
    for (const version of [...recorded.versions].reverse()) {
      for (const { statement: id, index, message, schema } of recordedMessages(system, version)) {
        const statement = ledger.get(id)
        const exchange = recorded.exchangesOf(id, version)[index]
        if (!schema || !statement || !exchange || proofs.get(id)?.has(exchange) !== proving) continue
        const sighting = { statement, version, exchange }
        let isNew = false
        const note = (map: Map<string, Sighting>, key: string) => {
          if (map.has(key)) return
          map.set(key, sighting)
          isNew = true
        }
        for (const [path, origins] of pathsIn(schema, message.body)) {
          note(fields, `${schema} ${path}`)
          for (const origin of origins) note(places, origin)
        }
        if (!proving && isNew) {
          const known = beside.get(id) ?? []
          if (!known.some((one) => one.exchange === exchange)) beside.set(id, [...known, sighting])
        }
      }
    }
  }
  return { fields, places, beside }
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
