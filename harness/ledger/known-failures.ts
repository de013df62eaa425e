import { existsSync, readFileSync } from 'node:fs'
import { LineCounter, parseDocument } from 'yaml'
import { SuiteError } from '../errors.ts'
import { fromRoot } from '../paths.ts'
import { inRange, type Range } from '../versions.ts'

/** A statement that a server is known to break: it is checked all the same, and must still fail. */
export type KnownFailure = Range & { id: string; reason: string; link: string; place: string }

/**
 * Reads the list: `known-failures.yaml`, or the file that `CONFORMANCE_KNOWN_FAILURES` names.
 *
 * @throws SuiteError when an entry lacks id, reason or link
 */
export function loadKnownFailures(
  path = process.env.CONFORMANCE_KNOWN_FAILURES ?? fromRoot('known-failures.yaml'),
) {
  if (!existsSync(path)) {
    if (process.env.CONFORMANCE_KNOWN_FAILURES)
      throw new SuiteError(`CONFORMANCE_KNOWN_FAILURES: no file ${path}`)
    return []
  }
  const lineCounter = new LineCounter()
  const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter })
  const entries = (document.toJS() ?? []) as Omit<KnownFailure, 'place'>[]
  return entries.map((entry, index): KnownFailure => {
    const node = document.getIn([index], true) as { range?: [number, number, number] } | undefined
    const place = `${path}:${lineCounter.linePos(node?.range?.[0] ?? 0).line}`
    for (const field of ['id', 'reason', 'link'] as const) {
      if (typeof entry?.[field] !== 'string') throw new SuiteError(`${place}: a known failure needs ${field}`)
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
