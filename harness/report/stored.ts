import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { SuiteError } from '../base/errors.ts'
import { reportFolder } from '../base/paths.ts'
import type { Results } from './results.ts'

/** Results that were found, with the file that holds them. */
export type Stored = { file: string; results: Results }

/**
 * Stored results: a `results.json`, its folder or its name under `reports/`, or all in a folder of such folders.
 *
 * @throws SuiteError when nothing is there
 */
export function storedResults(where?: string): Stored[] {
  if (where === undefined) {
    const found = existsSync(reportFolder()) ? inFolders(reportFolder()) : []
    if (found.length === 0)
      throw new SuiteError('there are no results yet; make some: ollama-conformance run')
    return found
  }
  const path = [where, reportFolder(where)].find(existsSync)
  if (path === undefined)
    throw new SuiteError(`${where} is not there; give a results.json that a run wrote, or a folder`)
  if (!statSync(path).isDirectory()) return [{ file: path, results: readResults(path) }]
  const own = join(path, 'results.json')
  const found = existsSync(own) ? [{ file: own, results: readResults(own) }] : inFolders(path)
  if (found.length === 0)
    throw new SuiteError(`there is no results.json in ${where}; make one: ollama-conformance run`)
  return found
}

/** The results in the folders of a folder. */
export const inFolders = (folder: string): Stored[] =>
  readdirSync(folder)
    .sort()
    .map((name) => join(folder, name, 'results.json'))
    .filter(existsSync)
    .map((file) => ({ file, results: readResults(file) }))

/** @throws SuiteError when the file holds no results */
export function readResults(file: string): Results {
  let results: Results
  try {
    results = JSON.parse(readFileSync(file, 'utf8')) as Results
  } catch {
    throw new SuiteError(`${file} is no JSON; give a results.json that a run wrote`)
  }
  if (!results?.target?.version || !Array.isArray(results.statements)) {
    throw new SuiteError(`${file} holds no results of a run`)
  }
  return results
}
