import semver from 'semver'

/** A range of versions: from `since` on, up to but without `until`; either may be open. */
export type Range = { since?: string | undefined; until?: string | undefined }

const NEWEST = '9999.0.0'

/**
 * A version in a form that can be compared: release candidates come before the release that they lead to
 * (`0.33.0-rc2` after 0.32.15 and before 0.33.0), a build between releases (`0.12.3-5-gdeadbee`) counts as its
 * release, llama-server's `b10488` as 10488.0.0, and what is no version at all as the newest.
 */
export function comparable(version: string): string {
  // Packagers' builds of llama-server often call themselves b0 or b1.
  const build = version.match(/^b(\d{3,})$/)?.[1]
  if (build) return `${build}.0.0`
  const parsed = semver.parse(version)
  if (!parsed) return NEWEST
  const numbers = `${parsed.major}.${parsed.minor}.${parsed.patch}`
  // An unstamped build of Ollama calls itself 0.0.0.
  if (numbers === '0.0.0') return NEWEST
  const candidate = parsed.prerelease.join('.').match(/^rc\.?(\d+)$/)?.[1]
  return candidate === undefined ? numbers : `${numbers}-rc.${candidate}`
}

/** Compares two versions: negative, zero or positive. */
export const compareVersions = (a: string, b: string) => semver.compare(comparable(a), comparable(b))

/** Whether a version lies in a range. */
export function inRange(version: string, { since, until }: Range): boolean {
  if (since !== undefined && compareVersions(version, since) < 0) return false
  return until === undefined || compareVersions(version, until) < 0
}

/** A range in words: `0.9.0 and up`, `before 0.9.0`, `0.9.0 until 0.12.6`, `every version`. */
export function describeRange({ since, until }: Range): string {
  if (since && until) return `${since} until ${until}`
  if (since) return `${since} and up`
  return until ? `before ${until}` : 'every version'
}
