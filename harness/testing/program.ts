import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder, writeFiles } from './folder.ts'

/** Programs of a few lines can be made executable on POSIX only. */
export const POSIX = process.platform !== 'win32'

/** A program in a folder of its own. @param source an ES module */
export function program(source: string, name = 'ollama'): string {
  const folder = temporaryFolder()
  const path = join(folder, name)
  writeFiles(folder, {
    'program.mjs': source,
    [name]: `#!/bin/sh\nexec '${process.execPath}' '${join(folder, 'program.mjs')}' "$@"\n`,
  })
  chmodSync(path, 0o755)
  return path
}
