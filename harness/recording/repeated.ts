import type { StoredArea, StoredBytes } from './stored.ts'

/**
 * What the file of an area holds: its exchanges, and first the parts of answers that come again and again. A list of
 * models is much the same in many answers, and so is what is said of one model, or of a response in each of its events:
 * each part stands in the file once, and its number in the answers.
 */
export type AreaFile = { [REPEATED]?: string[] } & Record<string, unknown>

/** No id of a statement has a blank. */
const REPEATED = 'parts of answers'

/** Bytes of which some parts stand elsewhere in the file, by their number. */
type Parts = { parts: (string | number)[] }

/** Where a part ends and the next begins: an entry of a list, and what follows of a model or a response. */
const BETWEEN =
  /,(?=\{"(?:name|id)":"|"(?:model_info|tensors|capabilities|incomplete_details|output|parallel_tool_calls)":)/
const SHORTEST = 60
const OFTEN = 3

/** The area as its file holds it. */
export function fold(area: StoredArea): AreaFile {
  const counts = new Map<string, number>()
  for (const bytes of chunksOf(area))
    if (typeof bytes === 'string')
      for (const entry of entriesOf(bytes)) counts.set(entry, (counts.get(entry) ?? 0) + 1)
  const repeated = [...counts].flatMap(([entry, count]) => (count < OFTEN ? [] : [entry]))
  if (repeated.length === 0) return area
  const numbers = new Map(repeated.map((entry, number) => [entry, number]))
  const folded = (bytes: StoredBytes): StoredBytes | Parts => {
    if (typeof bytes !== 'string') return bytes
    const parts = bytes.split(BETWEEN).map((part) => numbers.get(part) ?? part)
    return parts.some((part) => typeof part === 'number') ? { parts } : bytes
  }
  return { [REPEATED]: repeated, ...mapChunks(area, folded) }
}

/** The area that a file holds. */
export function unfold({ [REPEATED]: repeated = [], ...area }: AreaFile): StoredArea {
  const whole = (bytes: StoredBytes | Parts): StoredBytes =>
    typeof bytes === 'object' && 'parts' in bytes
      ? bytes.parts.map((part) => (typeof part === 'number' ? repeated[part] : part)).join(',')
      : bytes
  return mapChunks(area as StoredArea, whole)
}

const entriesOf = (text: string) => text.split(BETWEEN).filter((entry) => entry.length >= SHORTEST)

const chunksOf = (area: StoredArea) =>
  Object.values(area).flatMap((exchanges) =>
    exchanges.flatMap(({ response }) => (response?.chunks ?? []).map(([, bytes]) => bytes)),
  )

function mapChunks(area: StoredArea, map: (bytes: StoredBytes) => StoredBytes | Parts): StoredArea {
  const mapped = Object.entries(area).map(([id, exchanges]) => [
    id,
    exchanges.map(({ response, ...rest }) => ({
      ...rest,
      ...(response && {
        response: { ...response, chunks: response.chunks.map(([t, bytes]) => [t, map(bytes)]) },
      }),
    })),
  ])
  return Object.fromEntries(mapped)
}
