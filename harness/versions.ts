import semver from 'semver'

/** A range of versions: from `since` on, up to but without `until`; either may be open. */
export type Range = { since?: string | undefined; until?: string | undefined }

/**
 * The release a version belongs to: `0.33.0-rc1` counts as 0.33.0, llama-server's `b10488` as 10488.0.0, and what
 * is no version at all as the newest.
 */
export function release(version: string): string {
  // Packagers' builds of llama-server often call themselves b0 or b1.
  const build = version.match(/^b(\d{3,})$/)?.[1]
  if (build) return `${build}.0.0`
  const parsed = semver.parse(version)
  const numbers = parsed ? `${parsed.major}.${parsed.minor}.${parsed.patch}` : '0.0.0'
  // An unstamped build of Ollama calls itself 0.0.0.
  return numbers === '0.0.0' ? '9999.0.0' : numbers
}

/** Compares two releases: negative, zero or positive. */
export const compareVersions = (a: string, b: string) => semver.compare(release(a), release(b))

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
