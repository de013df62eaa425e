import { existsSync, readFileSync } from 'node:fs'
import semver from 'semver'
import { LineCounter, parseDocument } from 'yaml'
import { SuiteError } from '../base/errors.ts'
import { fromRoot } from '../base/paths.ts'
import { inRange, type Range } from '../base/versions.ts'

/** A statement that a server is known to break: it is checked all the same, and must still fail. */
export type KnownFailure = Range & { id: string; reason: string; link: string; place: string }

const FIELDS = ['id', 'reason', 'link', 'since', 'until']

/**
 * Reads the list: `known-failures.yaml`, or the file that `CONFORMANCE_KNOWN_FAILURES` names.
 *
 * @throws SuiteError naming file and line of a broken entry
 */
export function loadKnownFailures(
  path = process.env.CONFORMANCE_KNOWN_FAILURES ?? fromRoot('known-failures.yaml'),
): KnownFailure[] {
  if (!existsSync(path)) {
    if (process.env.CONFORMANCE_KNOWN_FAILURES)
      throw new SuiteError(`CONFORMANCE_KNOWN_FAILURES: no file ${path}`)
    return []
  }
  const lineCounter = new LineCounter()
  const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter })
  const at = (offset: number) => `${path}:${lineCounter.linePos(offset).line}`
  for (const error of document.errors) {
    throw new SuiteError(`${at(error.pos[0])}: ${error.message.split('\n')[0]}`)
  }
  const entries: unknown = document.toJS() ?? []
  if (!Array.isArray(entries)) throw new SuiteError(`${at(0)}: known failures are a list`)
  return entries.map((entry, index): KnownFailure => {
    const node = document.getIn([index], true) as { range?: [number, number, number] } | undefined
    const place = at(node?.range?.[0] ?? 0)
    for (const field of ['id', 'reason', 'link']) {
      if (typeof entry?.[field] !== 'string') throw new SuiteError(`${place}: a known failure needs ${field}`)
    }
    for (const [field, value] of Object.entries(entry)) {
      if (!FIELDS.includes(field)) throw new SuiteError(`${place}: a known failure has no field ${field}`)
      if ((field === 'since' || field === 'until') && !semver.valid(String(value))) {
        throw new SuiteError(`${place}: ${field} is no version: ${value}`)
      }
    }
    return { ...entry, place }
  })
}

let list: KnownFailure[] | undefined

/** The entry that covers a statement on this version. */
export function knownFailure(id: string, { version }: { version: string }): KnownFailure | undefined {
  list ??= loadKnownFailures()
  return list.find((entry) => entry.id === id && inRange(version, entry))
}
