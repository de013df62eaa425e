/** Versions compared: numbers by numbers, a release candidate before its release. */
export function compare(a: string, b: string): number {
  const parts = (version: string) => {
    const [numbers = '', candidate] = version.split('-rc')
    return [
      ...numbers.split('.').map(Number),
      candidate === undefined ? Number.POSITIVE_INFINITY : Number(candidate),
    ]
  }
  const [left, right] = [parts(a), parts(b)]
  for (const [index, one] of left.entries()) {
    const difference = one - (right[index] ?? 0)
    if (difference !== 0 && !Number.isNaN(difference)) return difference
  }
  return 0
}

/** Whether a version lies in a range; an end that is empty is open. */
export const holds = (version: string, since: string, until: string) =>
  (!since || compare(version, since) >= 0) && (!until || compare(version, until) < 0)

/** Hides what does not hold for a version, and shows all without one. @returns how much is hidden */
export function hideOthers(root: ParentNode, version: string | undefined): number {
  for (const shown of root.querySelectorAll('.not-at-version')) shown.classList.remove('not-at-version')
  if (!version) return 0
  const hidden = new Set<Element>()
  for (const mark of root.querySelectorAll<HTMLElement>('.vp-doc [data-since]')) {
    const { since = '', until = '' } = mark.dataset
    // Builds of llama-server are no versions of Ollama.
    if (since.startsWith('b') || until.startsWith('b') || holds(version, since, until)) continue
    hidden.add(mark.matches('.range') ? (mark.closest('tr, li') ?? mark) : mark)
  }
  for (const element of hidden) element.classList.add('not-at-version')
  return hidden.size
}
