import { createHash } from 'node:crypto'
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What no model of a store has: a blob of yesterday, one of now, the blob of a download that was left yesterday, and one
 * of now with other bytes than its digest says, as many of them.
 */
export const LEFTOVERS = {
  old: 'A blob of yesterday that no model has.',
  young: 'A blob of now that no model has.',
  begun: '{"of":"a download that was left yesterday"}',
  damaged: 'A blob of now of which the disk has other bytes.',
}

/** So much of the download was there. */
const THERE = 10

/** Leaves these in a new store, for servers that clear up when they start. */
export function leave(store: string): void {
  const blobs = join(store, 'blobs')
  mkdirSync(blobs, { recursive: true })
  const yesterday = Date.now() / 1000 - 24 * 60 * 60
  const put = (text: string, suffix: string, bytes: string, old = true) => {
    const path = join(blobs, `sha256-${createHash('sha256').update(text).digest('hex')}${suffix}`)
    writeFileSync(path, bytes)
    if (old) utimesSync(path, yesterday, yesterday)
  }
  const { old, young, begun, damaged } = LEFTOVERS
  put(old, '', old)
  put(young, '', young, false)
  put(damaged, '', damaged.toUpperCase(), false)
  put(begun, '-partial', begun.slice(0, THERE))
  put(begun, '-partial-0', JSON.stringify({ N: 0, Offset: 0, Size: begun.length, Completed: THERE }))
}
