import semver from 'semver'
import { SuiteError } from '../base/errors.ts'
import type { System } from '../base/systems.ts'
import { compareVersions } from '../base/versions.ts'
import { recordedVersions } from '../recording/recording.ts'

/** Two versions of one system, in the order in which a client meets them. */
export type Span = {
  system: System
  from: string
  to: string
  notes: string[]
  /** The newest version that was measured, where one of the two is newer: what moved after it is not known. */
  unknownAfter?: string
}

/** The oldest version that the ledger speaks of. */
export const OLDEST: Record<System, string> = { ollama: '0.5.7', 'llama-server': 'b9093' }

/**
 * Two versions as somebody wrote them: `0.24.0`, `v0.24.0`, `0.33.0-rc2`, `0.24.0-rocm` (the tag of an image), `b10488`.
 *
 * @throws SuiteError when one is no version, or older than the ledger
 */
export function spanOf(from: string, to: string): Span {
  const [a, b] = [versionOf(from), versionOf(to)]
  if (a.system !== b.system) {
    throw new SuiteError(`${from} is a version of ${a.system} and ${to} one of ${b.system}; give two of one`)
  }
  const { system } = a
  const newest = recordedVersions(system).at(-1)
  const notes: string[] = []
  const unknown = [...new Set([a.version, b.version])].filter(
    (version) => newest && compareVersions(version, newest) > 0,
  )
  for (const version of unknown) {
    notes.push(
      `${version} is newer than ${newest}, the newest version that was measured: what moved after ${newest} is not known here; to see, measure both: ollama-conformance diff`,
    )
  }
  if (compareVersions(a.version, b.version) > 0)
    notes.push(`${b.version} is the older one: this is a way back`)
  return {
    system,
    from: a.version,
    to: b.version,
    notes,
    ...(newest && unknown.length > 0 ? { unknownAfter: newest } : {}),
  }
}

function versionOf(text: string): { system: System; version: string } {
  if (/^b\d{3,}$/.test(text)) return known('llama-server', text)
  const parsed = semver.parse(text)
  if (!parsed) {
    throw new SuiteError(
      `${text} names no version; give one such as 0.24.0, v0.24.0, 0.33.0-rc2, or b10488 for llama-server`,
    )
  }
  return known('ollama', parsed.version)
}

function known(system: System, version: string): { system: System; version: string } {
  const oldest = OLDEST[system]
  if (compareVersions(version, oldest) < 0) {
    throw new SuiteError(`${version} is older than ${oldest}, the oldest ${system} that the ledger knows`)
  }
  return { system, version }
}
