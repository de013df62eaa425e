import { join } from 'node:path'

/** The checkout's root folder. */
export const ROOT = join(import.meta.dirname, '..', '..')
/** A path inside the checkout. */
export const fromRoot = (...parts: string[]) => join(ROOT, ...parts)

/** Where runs leave their results: `reports/` of the checkout, or the folder that `CONFORMANCE_REPORTS` names. */
export const reportFolder = (...parts: string[]) =>
  join(process.env.CONFORMANCE_REPORTS ?? fromRoot('reports'), ...parts)
