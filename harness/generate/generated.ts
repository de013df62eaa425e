import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fromRoot, ROOT } from '../base/paths.ts'
import { SYSTEMS } from '../base/systems.ts'
import { compiledLedger } from '../ledger/compiled.ts'
import { recordedMessages } from '../proof/messages.ts'
import { readRecording, recordedVersions } from '../recording/recording.ts'
import { gather } from '../reference/book.ts'
import { renderPages } from '../reference/pages.ts'
import { CLIENTS, renderClients, withClients } from './clients.ts'
import { IDS, renderIds } from './ids.ts'
import { LICENCES, renderLicences } from './licences.ts'
import { NOT_ENTERED, readNotEntered, renderNotEntered } from './not-entered.ts'
import { openApi } from './openapi.ts'
import { renderTypes, TYPES } from './types.ts'

/** Folders whose pages or documents are all generated. */
const FOLDERS = ['docs/api', 'openapi']

/** Every file that is made from the ledger, the schemas, the recordings and the lock file, by its path below the checkout. */
export async function generatedFiles(): Promise<Record<string, string>> {
  // Read once, and kept: to parse it takes longer than to write the pages.
  const ledger = withClients(await compiledLedger())
  const files: Record<string, string> = {
    [IDS]: renderIds(ledger),
    [CLIENTS]: renderClients(ledger),
    [NOT_ENTERED]: renderNotEntered(readNotEntered()),
    [LICENCES]: renderLicences(),
  }
  for (const [page, content] of Object.entries(renderPages(gather(ledger), 'repository'))) {
    files[`docs/api/${page}`] = content
  }
  for (const system of SYSTEMS) {
    files[TYPES[system]] = await renderTypes(system)
  }
  for (const version of recordedVersions('ollama')) {
    const recordedOn = readRecording('ollama', version).provenance.date
    const document = openApi({ version, recordedOn, messages: recordedMessages('ollama', version) })
    files[`openapi/ollama-${version}.json`] = `${JSON.stringify(document, null, 1)}\n`
  }
  return files
}

/** The generated files of before that are not generated any more. */
export function leftOver(files: Record<string, string>): string[] {
  return FOLDERS.filter((folder) => existsSync(fromRoot(folder)))
    .flatMap((folder) =>
      readdirSync(fromRoot(folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => relative(ROOT, join(parentPath, name)).replaceAll('\\', '/')),
    )
    .filter((path) => !(path in files))
}

/** The generated files that are absent or say something else. */
export function stale(files: Record<string, string>): string[] {
  return Object.entries(files)
    .filter(([path, text]) => !existsSync(fromRoot(path)) || readFileSync(fromRoot(path), 'utf8') !== text)
    .map(([path]) => path)
}
