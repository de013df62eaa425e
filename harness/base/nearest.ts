import { closest, distance } from 'fastest-levenshtein'

/** The name that was likely meant, `; did you mean <name>?`; nothing when none is near. */
export function didYouMean(name: string, known: readonly string[]): string {
  if (known.length === 0) return ''
  const nearest = closest(name, known)
  return distance(name, nearest) <= Math.max(2, name.length / 3) ? `; did you mean ${nearest}?` : ''
}
