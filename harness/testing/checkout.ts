import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { onTestFinished } from 'vitest'
import { fromRoot } from '../base/paths.ts'
import type { System } from '../base/systems.ts'
import type { Results } from '../report/results.ts'
import { temporaryFolder, writeFiles } from './folder.ts'

export type Run = {
  code: number | null
  /** What it wrote on both streams. */
  output: string
  /** What was left in its temporary folder. */
  leftovers: string[]
}

/** The parts of the project that a run needs; the ledger, suites and recordings are the test's. */
const PARTS = [
  'harness',
  'schemas',
  'fixtures/instruments',
  'specs/ledger.schema.json',
  'package.json',
  'vitest.config.ts',
]

/**
 * A checkout of its own in a temporary folder: the harness as it is, with the given files beside it. Runs in it
 * read and write nothing of the real one.
 */
export class Checkout {
  readonly folder = temporaryFolder()

  constructor(files: Record<string, string>) {
    const filter = (path: string) => !path.endsWith('.test.ts')
    for (const part of PARTS) cpSync(fromRoot(part), join(this.folder, part), { recursive: true, filter })
    symlinkSync(fromRoot('node_modules'), join(this.folder, 'node_modules'), 'junction')
    this.write(files)
  }

  write(files: Record<string, string>): void {
    writeFiles(this.folder, files)
  }

  read(...path: string[]): string {
    return readFileSync(join(this.folder, ...path), 'utf8')
  }

  /** The results of a run, by the folder under reports. */
  results(name: string): Results {
    return JSON.parse(this.read('reports', name, 'results.json'))
  }

  start(env: Record<string, string>, ...args: string[]): Running {
    return startSuites(this.folder, env, ...args)
  }

  run(env: Record<string, string>, ...args: string[]): Promise<Run> {
    return this.start(env, ...args).ended
  }

  /** The command, `ollama-conformance`. */
  startCommand(...args: string[]): Running {
    return start(this.folder, {}, ['harness/commands/cli.ts', ...args])
  }

  /** Does what a run does before its first check, in a fraction of the time; then it says "set up", and waits. */
  setUp(env: Record<string, string>, system: System = 'ollama'): Running {
    const script = `
      import setUp from './harness/run/session.ts'
      await setUp({ name: '${system}', provide() {}, onTestsRerun() {} })
      console.log('set up')
      setInterval(() => {}, 1000)`
    return start(this.folder, env, ['--input-type=module', '--eval', script])
  }
}

/** Runs the suites of a checkout, as `npx vitest run` does. */
export const startSuites = (folder: string, env: Record<string, string>, ...args: string[]) =>
  start(folder, env, ['node_modules/vitest/vitest.mjs', 'run', ...args])

export type Running = {
  child: ChildProcess
  /** Its temporary folder. */
  temp: string
  ended: Promise<Run>
  /** Resolves when the text has been written, or when the run has ended. */
  writes: (text: string) => Promise<unknown>
}

function start(folder: string, env: Record<string, string>, args: string[]): Running {
  const temp = temporaryFolder()
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...cleanEnvironment(), TMPDIR: temp, TEMP: temp, TMP: temp, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const watchers = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part) => {
      output = stripVTControlCharacters(output + part)
      for (const watch of watchers) watch()
    })
  }
  const ended = new Promise<Run>((resolve) => {
    child.on('close', (code) => {
      const leftovers = readdirSync(temp).filter((name) => name.startsWith('ollama-conformance-'))
      resolve({ code, output, leftovers })
    })
  })
  const written = (text: string) =>
    new Promise<void>((resolve) => {
      const watch = () => output.includes(text) && resolve()
      watchers.add(watch)
      watch()
    })
  // A test that fails leaves no run behind.
  onTestFinished(() => void child.kill())
  return { child, temp, ended, writes: (text) => Promise.race([ended, written(text)]) }
}

/** The environment without what chooses a target or belongs to the Vitest around this one. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const ours = /^(OLLAMA_|LLAMA_|CONFORMANCE_|VITEST|NODE_OPTIONS$|TEST$|FORCE_COLOR$|CI$|GITHUB_)/
  const kept = Object.entries(process.env).filter(([name]) => !ours.test(name))
  // So that each run need not compile Vitest again.
  const cache = fromRoot('node_modules', '.cache', 'compiled-for-tests')
  return { ...Object.fromEntries(kept), NO_COLOR: '1', NODE_COMPILE_CACHE: cache }
}

/** Rows of a ledger file from what is special about each. */
export const ledger = (rows: Record<string, Record<string, unknown>>) =>
  JSON.stringify({
    endpoint: 'any',
    statements: Object.entries(rows).map(([id, row]) => ({
      id,
      text: `Statement ${id} holds.`,
      level: 'observed',
      tier: 'core',
      sources: ['docs/api.md:A test@v0.32.15'],
      ...('excluded' in row ? {} : { values: [{ value: 200 }] }),
      ...row,
    })),
  })

/** The source of a suite. */
export const suite = (checks: string) => `
  import { check, fail } from '../../harness/run/check.ts'
  import { SuiteError } from '../../harness/base/errors.ts'
  const version = { method: 'GET', path: '/api/version' }
  const status = async ({ client }) => (await client.send(version)).status
  ${checks}
`
