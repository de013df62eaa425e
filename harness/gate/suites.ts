import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { startVitest } from 'vitest/node'
import { messageOf, SuiteError } from '../base/errors.ts'
import { EXIT } from '../base/exit.ts'
import { CODE, fromRoot, reportFolder } from '../base/paths.ts'
import type { System } from '../base/systems.ts'
import { loadConfig } from '../config/config.ts'
import { SERVER_VARIABLES } from '../config/server.ts'
import { compiledLedger } from '../ledger/compiled.ts'
import { writeReport } from '../report/pages.ts'
import { isRed, type Results } from '../report/results.ts'
import { parseTarget } from '../targets/spec.ts'
import { reliedIds } from './relies.ts'
import { select } from './selection.ts'

export type RunOptions = {
  target?: string
  llamaServerTarget?: string
  as?: string
  header?: string[]
  model?: string
  embedModel?: string
  toolModel?: string
  thinkingModel?: string
  everyStatement?: true
  profile?: string[]
  readOnly?: true
  rate?: string
  patience?: string
  /** The configuration, where it is not in the working folder. */
  config?: string
  /** Where the results go; when absent what `CONFORMANCE_REPORTS` names, else `reports` of the working folder. */
  reports?: string
  /** Results on standard output, and all else on the other stream. */
  json?: true
  record?: true
}

const REPORTER = fromRoot('harness', 'report', `reporter${CODE}`)

/**
 * Runs suites in this process.
 *
 * @returns how it ended
 */
export async function runSuites(names: readonly string[], options: RunOptions): Promise<number> {
  const config = loadConfig(options.config)
  const relied = config?.config['relies-on'] ? reliedIds(config, await compiledLedger()) : []
  const { target, llamaServerTarget, record, json } = options
  if (target) parseTarget('ollama', target, '--target ')
  if (llamaServerTarget) parseTarget('llama-server', llamaServerTarget, '--llama-server-target ')
  const asked = target ?? process.env.OLLAMA_TARGET ?? config?.config.target
  if (asked) process.env.OLLAMA_TARGET = asked
  if (llamaServerTarget) process.env.LLAMA_SERVER_TARGET = llamaServerTarget
  const reports = resolve(options.reports ?? (process.env.CONFORMANCE_REPORTS || 'reports'))
  assertHolds(reports)
  process.env.CONFORMANCE_REPORTS = reports
  if (config) process.env.CONFORMANCE_CONFIG = config.path
  for (const [key, value] of Object.entries(aboutServer(options))) {
    if (value) process.env[SERVER_VARIABLES[key as keyof typeof SERVER_VARIABLES]] = value
  }
  if (record) process.env.CONFORMANCE_RECORD = '1'
  const systems = new Set<System>()
  if (llamaServerTarget && !target) systems.add('llama-server')

  const filters: string[] = []
  let pattern: string | undefined
  if (names.length > 0) {
    const selection = select(names, await compiledLedger())
    for (const system of selection.systems) systems.add(system)
    filters.push(...selection.files)
    pattern = selection.pattern
    if (systems.has('llama-server') && !process.env.LLAMA_SERVER_TARGET) {
      throw new SuiteError('suites of llama-server need a server: --llama-server-target')
    }
  }

  // What ends the process from within, such as a target that cannot be had, could not judge anything.
  let ended = false
  const unjudged = (code: number) => {
    if (!ended && code === EXIT.fails) process.exitCode = EXIT.unjudged
  }
  process.on('exit', unjudged)
  const began = new Date().toISOString()
  const vitest = await startVitest(
    'test',
    filters,
    {
      root: fromRoot(),
      config: fromRoot(`vitest.config${CODE}`),
      // Vite's own would bundle it first, into node_modules.
      configLoader: 'native',
      run: true,
      watch: false,
      ...(pattern ? { testNamePattern: pattern } : {}),
      ...(systems.size > 0 ? { project: [...systems] } : {}),
      // Passed here, reporters replace those of the configuration.
      ...(json ? { reporters: [REPORTER] } : {}),
    },
    {},
    json ? { stdout: process.stderr } : {},
  )
  const failed = process.exitCode !== undefined && process.exitCode !== 0
  await vitest.close()
  ended = true
  process.off('exit', unjudged)
  const results = resultsSince(began)
  // The reporter wrote the pages without: it does not know what the names in a configuration stand for.
  if (relied.length > 0) for (const one of results) writeReport(one, await compiledLedger(), relied)
  if (json) console.log(JSON.stringify(results.map(forPrograms), null, 1))
  return verdict(results, failed)
}

/** @throws SuiteError when nothing can be written into a folder: it should not be told after minutes */
function assertHolds(folder: string): void {
  let there = folder
  while (!existsSync(there)) there = dirname(there)
  try {
    if (!statSync(there).isDirectory()) throw new Error(`${there} is a file`)
    accessSync(there, constants.W_OK)
  } catch (error) {
    throw new SuiteError(
      `${folder} cannot hold the reports (${messageOf(error)}); name another folder: --reports`,
    )
  }
}

type Found = { file: string; results: Results }

/** The results that were written by runs that began at a time or later. */
function resultsSince(began: string): Found[] {
  const folder = reportFolder()
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((name) => {
    const file = join(folder, name, 'results.json')
    if (!existsSync(file)) return []
    const results = JSON.parse(readFileSync(file, 'utf8')) as Results
    return results.startedAt >= began ? [{ file, results }] : []
  })
}

/** The results with the evidence of what does not pass; the rest of it stands in the file. */
function forPrograms({ file, results }: Found) {
  const { statements, ...rest } = results
  const passes = ['pass', 'not-applicable']
  return {
    file,
    ...rest,
    statements: statements.map(({ evidence, ...one }) =>
      passes.includes(one.status) ? one : { ...one, evidence },
    ),
  }
}

function verdict(found: readonly Found[], failed: boolean): number {
  const sum = (status: 'fail' | 'error') =>
    found.reduce((count, { results }) => count + results.totals[status], 0)
  const red = found.some(({ results: { messages, target } }) => messages.some((one) => isRed(one, target)))
  const ran = found.some(
    ({ results: { statements, totals } }) => statements.length > totals['not-applicable'],
  )
  if (!ran || found.some(({ results }) => results.stopped)) return EXIT.unjudged
  if (red || sum('fail') > 0) return EXIT.fails
  if (sum('error') > 0) return EXIT.unjudged
  return failed ? EXIT.fails : EXIT.fine
}

/** The options about a server of somebody else, as the variables of the run have them. */
const aboutServer = (options: RunOptions): Record<keyof typeof SERVER_VARIABLES, string | undefined> => ({
  as: options.as,
  headers: options.header?.join(','),
  model: options.model,
  'embed-model': options.embedModel,
  'tool-model': options.toolModel,
  'thinking-model': options.thinkingModel,
  profiles: options.profile?.join(','),
  'read-only': options.readOnly && 'yes',
  rate: options.rate,
  patience: options.patience,
  'every-statement': options.everyStatement && 'yes',
})
