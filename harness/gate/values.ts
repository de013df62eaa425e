import { isDeepStrictEqual } from 'node:util'

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Two values as texts that show where they differ: of objects only the members that do, of lists of words what the
 * other has not, of long texts the part around the first difference.
 */
export function contrast(was: unknown, is: unknown, limit: number): [string, string] {
  const [before, after] = differing(was, is)
  return excerpts(jsonOf(before), jsonOf(after), limit)
}

/** Two texts cut to a length, around the first difference. */
export function excerpts(a: string, b: string, limit: number): [string, string] {
  const start = commonStart(a, b)
  return [excerpt(a, start, limit), excerpt(b, start, limit)]
}

/** Of two objects what differs, at any depth, and of two lists of words; anything else as it is. */
function differing(was: unknown, is: unknown): [unknown, unknown] {
  if (isList(was) && isList(is) && !isDeepStrictEqual([...was].sort(), [...is].sort())) {
    return [without(was, is), without(is, was)]
  }
  if (!isMap(was) || !isMap(is)) return [was, is]
  const before: Record<string, unknown> = {}
  const after: Record<string, unknown> = {}
  for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) {
    if (isDeepStrictEqual(was[key], is[key])) continue
    const [a, b] = differing(was[key], is[key])
    if (key in was) before[key] = a
    if (key in is) after[key] = b
  }
  return [before, after]
}

/** A list of words, such as keys. */
const isList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== REST)

/** Stands for what both have. */
const REST = '…'

/** A list with what the other has as well left out. */
function without(list: string[], other: string[]): string[] {
  return list
    .map((one) => (other.includes(one) ? REST : one))
    .filter((one, index, all) => one !== REST || all[index - 1] !== REST)
}

/** JSON with a space where a person wants one. */
const jsonOf = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  if (value === REST) return REST
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(', ')}]`
  if (!isMap(value)) return JSON.stringify(value)
  const members = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${jsonOf(one)}`)
  return `{${members.join(', ')}}`
}

function commonStart(a: string, b: string): number {
  let index = 0
  while (index < a.length && a[index] === b[index]) index += 1
  return index
}

/** A text cut to a length, around a place in it. */
function excerpt(text: string, place: number, limit: number): string {
  if (text.length <= limit) return text
  const from = place < limit * 0.7 ? 0 : Math.min(place - 20, text.length - limit)
  const to = from + limit
  return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`
}
