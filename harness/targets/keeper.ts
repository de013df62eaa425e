import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { CODE } from '../base/paths.ts'
import { join } from 'node:path'

/** What a run leaves when it is killed: a process group, a folder, or containers by their label. */
export type Kept = { group: number } | { folder: string } | { containers: string }

export type Keeper = {
  /** Sees to it that something ends with this process. */
  keep: (what: Kept) => void
  /** What is being made may be there only after everything was taken down. */
  making: <Made>(work: Promise<Made>) => Promise<Made>
  /** Everything was taken down in order; it is relied on no more, unless something is being made. */
  release: () => void
}

/**
 * Starts a process that outlives this one, and takes down what this one left when it is killed and can do nothing any
 * more. It learns of that from a pipe, which closes when this process ends, however it ends.
 */
export function startKeeper(): Keeper {
  const child = spawn(process.execPath, [join(import.meta.dirname, `keeper-process${CODE}`)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // What ends the group of this process, a terminal for one, must not end it.
    detached: true,
    windowsHide: true,
  })
  const pipe = child.stdin as Socket
  // Without it a killed run leaves things, as far as the next run does not find them.
  child.on('error', () => {})
  pipe.on('error', () => {})
  child.unref()
  pipe.unref()
  let making = 0
  return {
    keep: (what) => void pipe.write(`${JSON.stringify(what)}\n`),
    making: (work) => {
      making += 1
      return work.finally(() => (making -= 1))
    },
    release: () => void (making === 0 && pipe.end('"released"\n')),
  }
}
