import { existsSync, readFileSync } from 'node:fs'
import { SuiteError } from '../base/errors.ts'
import { fromRoot } from '../base/paths.ts'
import { inRange, type Range } from '../base/versions.ts'
import { type LoadedConfig, loadConfig, parseKnownFailures } from '../config/config.ts'

/** What a server is known to do wrong: a statement, or a place in a message. It runs all the same, and must still fail. */
export type KnownFailure = Range & {
  /** A statement. */
  id?: string
  /** A message by its schema, such as `generate/last`, and a JSON pointer into it; without one, all of it. */
  message?: string
  place?: string
  reason: string
  link: string
  /** Where the entry stands: `file:line`. */
  entry: string
}

/**
 * Reads the list: `known-failures.yaml`, or the file that `CONFORMANCE_KNOWN_FAILURES` names, and what the configuration
 * that `CONFORMANCE_CONFIG` names has of it. An entry that has expired excuses nothing.
 *
 * @throws SuiteError naming file and line of a broken entry
 */
export function loadKnownFailures(
  path = process.env.CONFORMANCE_KNOWN_FAILURES ?? fromRoot('known-failures.yaml'),
): KnownFailure[] {
  const { CONFORMANCE_KNOWN_FAILURES: named, CONFORMANCE_CONFIG: config } = process.env
  if (named && !existsSync(path)) throw new SuiteError(`CONFORMANCE_KNOWN_FAILURES: no file ${path}`)
  return [
    ...(existsSync(path) ? entriesOf(parseKnownFailures(readFileSync(path, 'utf8'), path)) : []),
    ...(config ? entriesOf(loadConfig(config)) : []),
  ]
}

function entriesOf(loaded: LoadedConfig | undefined): KnownFailure[] {
  const today = new Date().toISOString().slice(0, 10)
  const entries = loaded?.config['known-failures'] ?? []
  return entries.flatMap(({ expires, ...fields }, index) =>
    loaded && (expires === undefined || today < expires)
      ? [{ ...fields, entry: loaded.at(['known-failures', index]) }]
      : [],
  )
}

let list: KnownFailure[] | undefined

/** The entry that covers a statement on this version. */
export const knownFailure = (id: string, { version }: { version: string }): KnownFailure | undefined =>
  known().find((entry) => entry.id === id && inRange(version, entry))

/** The entry that covers a problem of a message on this version. */
export const knownProblem = (
  { message, place }: { message: string; place: string },
  { version }: { version: string },
): KnownFailure | undefined =>
  known().find(
    (entry) =>
      entry.message === message &&
      (entry.place === undefined || entry.place === place) &&
      inRange(version, entry),
  )

const known = () => {
  list ??= loadKnownFailures()
  return list
}
