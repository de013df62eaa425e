import { extname, join } from 'node:path'
import { SuiteError } from './errors.ts'

/** The root folder of the checkout, or in the package what was built from it. */
export const ROOT = join(import.meta.dirname, '..', '..')
/** How the names of code end: compiled in the package, because Node strips no types inside node_modules. */
export const CODE = extname(import.meta.filename)
/** Whether this is the package and no checkout: nothing is ever written into it. */
export const PACKAGED = CODE === '.js'
/** @throws SuiteError in the package, for a command that writes beside the code */
export function requireCheckout(command: string): void {
  if (PACKAGED) {
    throw new SuiteError(`${command} writes into the repository of ollama-conformance; run it in a checkout`)
  }
}

/** A path below the root. */
export const fromRoot = (...parts: string[]) => join(ROOT, ...parts)

/** The configuration of a project, in its root folder. */
export const CONFIG_FILE = 'ollama-conformance.yaml'

/** Where runs leave their results: `reports/` of the checkout, or the folder that `CONFORMANCE_REPORTS` names. */
export const reportFolder = (...parts: string[]) =>
  join(process.env.CONFORMANCE_REPORTS ?? fromRoot('reports'), ...parts)
