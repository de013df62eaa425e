import { existsSync, readFileSync } from 'node:fs'
import { LineCounter, parseDocument } from 'yaml'
import { SuiteError } from '../base/errors.ts'
import { fromRoot } from '../base/paths.ts'
import { inRange, type Range } from '../base/versions.ts'

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

const FIELDS = ['id', 'message', 'place', 'reason', 'link', 'since', 'until']
const VERSION = /^(\d+\.\d+\.\d+(-rc\d+)?|b\d{3,})$/

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
  return entries.map((fields, index): KnownFailure => {
    const node = document.getIn([index], true) as { range?: [number, number, number] } | undefined
    const entry = at(node?.range?.[0] ?? 0)
    const broken = (problem: string) => new SuiteError(`${entry}: ${problem}`)
    if (typeof fields?.id !== 'string' && typeof fields?.message !== 'string')
      throw broken('a known failure needs the id of a statement, or a message (and a place in it)')
    for (const field of ['reason', 'link']) {
      if (typeof fields[field] !== 'string') throw broken(`a known failure needs ${field}`)
    }
    for (const [field, value] of Object.entries(fields)) {
      if (!FIELDS.includes(field)) throw broken(`a known failure has no field ${field}`)
      if ((field === 'since' || field === 'until') && !VERSION.test(String(value)))
        throw broken(`${field} is no version: ${value}`)
    }
    return { ...fields, entry }
  })
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
