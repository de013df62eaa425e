import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { Ledger } from '../ledger/ledger.ts'
import { badge, gradeData } from './grade.ts'
import { reportPage } from './html.ts'
import { type FoundReport, matrixPage } from './matrix.ts'
import { page } from './page.ts'
import { inFolders, type Stored } from './stored.ts'

/** Writes the page of a run beside its results, and its grade where it has one. @returns the path of the page */
export function writeReport({ file, results }: Stored, ledger: Ledger, relied?: Iterable<string>): string {
  const path = join(dirname(file), 'index.html')
  writeFileSync(path, reportPage(results, ledger, relied))
  if (results.grade) {
    const { version, label } = results.target
    const data = gradeData(results, ledger)
    writeFileSync(join(dirname(file), 'grade.html'), page('grade', `${label} as Ollama ${version}`, data))
    writeFileSync(join(dirname(file), 'badge.svg'), badge(results.grade, results))
  }
  return path
}

/** Writes the matrix page into the folder of the reports. @returns its path */
export function writeMatrix(folder: string, ledger: Ledger): string {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'matrix.html')
  writeFileSync(path, matrixPage(ledger, reportsIn(folder)))
  return path
}

/** The results in a folder, each with the page that tells of them, where one was written. */
export const reportsIn = (folder: string): FoundReport[] =>
  inFolders(folder).map(({ file, results }) => {
    const path = join(dirname(file), 'index.html')
    // An address, whatever separates folders here.
    const link = relative(folder, path).split(/[\\/]/).map(encodeURIComponent).join('/')
    return { results, ...(existsSync(path) ? { link } : {}) }
  })
