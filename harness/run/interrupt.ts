import { say } from '../base/errors.ts'

const SIGNALS: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

const cleanups = new Set<() => Promise<void>>()

/** Whether the process is ending because of a signal: what fails then fails because its server is gone. */
export let interruption: NodeJS.Signals | undefined

async function interrupted(signal: NodeJS.Signals): Promise<void> {
  if (interruption) return
  interruption = signal
  // Whoever read what is said may be gone; that must not end the cleaning up.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  say(`${signal}: cleaning up`)
  await Promise.allSettled([...cleanups].map((cleanup) => cleanup()))
  process.exit(130)
}

/**
 * Runs a clean-up when the process is interrupted.
 *
 * @returns a function that takes the clean-up back
 */
export function onInterrupt(cleanup: () => Promise<void>): () => void {
  // Vitest's own listeners end the process a millisecond after the signal, before anything could be removed.
  if (cleanups.size === 0) {
    for (const name of SIGNALS) process.removeAllListeners(name).on(name, interrupted)
  }
  cleanups.add(cleanup)
  return () => {
    cleanups.delete(cleanup)
    if (cleanups.size > 0) return
    for (const name of SIGNALS) process.off(name, interrupted)
  }
}
