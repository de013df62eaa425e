import type { StoredArea, StoredBytes } from './stored.ts'

/** As files were before `area-file.ts`, until every area is recorded again: parts of answers, and their numbers in these. */
type Repeated = { [REPEATED]: string[] } & Record<string, unknown>

const REPEATED = 'parts of answers'

export const hasRepeated = (file: Record<string, unknown>): file is Repeated => REPEATED in file

export function unfoldRepeated({ [REPEATED]: repeated, ...area }: Repeated): StoredArea {
  type Parts = { parts: (string | number)[] }
  const whole = (bytes: StoredBytes | Parts): StoredBytes =>
    typeof bytes === 'object' && 'parts' in bytes
      ? bytes.parts.map((part) => (typeof part === 'number' ? repeated[part] : part)).join(',')
      : bytes
  for (const { response } of Object.values(area as StoredArea).flat())
    for (const chunk of response?.chunks ?? []) chunk[1] = whole(chunk[1])
  return area as StoredArea
}
