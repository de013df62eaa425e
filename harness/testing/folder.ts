import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, watch, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A temporary folder with the given files, gone when the test is. */
export function temporaryFolder(files: Record<string, string> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'test-of-conformance-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  writeFiles(folder, files)
  return folder
}

/** Writes files by their path below a folder. */
export function writeFiles(folder: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

/** Waits until nothing is in a folder. */
export const emptied = (folder: string) =>
  new Promise<void>((resolve) => {
    const look = () => {
      if (readdirSync(folder).length > 0) return
      watcher.close()
      resolve()
    }
    const watcher = watch(folder, look)
    look()
  })
