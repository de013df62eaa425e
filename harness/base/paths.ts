import { join } from 'node:path'

/** The checkout's root folder. */
export const ROOT = join(import.meta.dirname, '..', '..')
/** A path inside the checkout. */
export const fromRoot = (...parts: string[]) => join(ROOT, ...parts)
