import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { SuiteError } from '../base/errors.ts'
import { CODE, fromRoot } from '../base/paths.ts'
import type { System } from '../base/systems.ts'
import { removeFolder, temporaryFolder } from '../base/temporary.ts'
import { assertRecorded } from '../recording/recording.ts'
import type { Results } from '../report/results.ts'
import { readResults } from '../report/stored.ts'
import { programOf } from '../targets/binary.ts'
import { parseTarget, TARGET_VARIABLE, type TargetSpec } from '../targets/spec.ts'

/** One side of a comparison: results that are there, or a target that has to be run. */
export type Side = { name: string } & ({ kind: 'stored'; file: string } | { kind: 'target' })

/**
 * What somebody names as a side: a target, or stored results by their file, their folder, or its name under reports/.
 *
 * @throws SuiteError when it is neither, or names a program or a recording that is not here
 */
export function sideOf(name: string, system: System): Side {
  for (const path of [name, join('reports', name)]) {
    const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'results.json') : path
    if (file.endsWith('.json') && existsSync(file)) return { name, kind: 'stored', file }
  }
  let target: TargetSpec
  try {
    target = parseTarget(system, name)
  } catch {
    throw new SuiteError(
      `${name} is no side to compare; give a target (container:0.24.0, binary:<path>, http(s)://<host>:<port>/<path>, replay:0.24.0), or a results.json or its folder`,
    )
  }
  if (target.kind === 'binary') programOf(system, target.path)
  if (target.kind === 'replay' && target.version !== undefined) assertRecorded(system, target.version)
  return { name, kind: 'target' }
}

/** The command itself. */
const CLI = fromRoot('harness', 'commands', `cli${CODE}`)

const running = new Set<ChildProcess>()
const underway = new Set<Promise<Results>>()

/** Stops what still runs, as an interruption does, and waits until each has taken its servers down and nothing is left of it. */
export async function stopRuns(): Promise<void> {
  for (const child of running) child.kill('SIGTERM')
  await Promise.allSettled(underway)
}

/**
 * Runs the suites on a target, in a process of their own: a process has one target.
 *
 * @param names areas or statements; all when empty
 * @param tell is given each line that the run says
 * @param mix variables of its environment
 * @throws SuiteError with the last of these lines, which is not told then, when the run could not judge
 */
export async function measure(
  system: System,
  target: string,
  names: readonly string[],
  tell: (line: string) => void,
  mix: Record<string, string> = {},
): Promise<Results> {
  const measured = resultsOf(system, target, names, tell, mix)
  underway.add(measured)
  try {
    return await measured
  } finally {
    underway.delete(measured)
  }
}

async function resultsOf(
  system: System,
  target: string,
  names: readonly string[],
  tell: (line: string) => void,
  mix: Record<string, string>,
): Promise<Results> {
  const reports = temporaryFolder()
  try {
    let last: string | undefined
    // Why it could not judge is its last line, and told by the error.
    const code = await runIn(reports, system, target, names, mix, (line) => {
      if (last !== undefined) tell(last)
      last = line
    })
    const folder = readdirSync(reports).find((name) => name.startsWith(`${system}-`))
    if (!folder) throw new SuiteError(`${target}: ${last ?? `the run left no results (exit code ${code})`}`)
    if (last !== undefined) tell(last)
    return readResults(join(reports, folder, 'results.json'))
  } finally {
    removeFolder(reports)
  }
}

async function runIn(
  reports: string,
  system: System,
  target: string,
  names: readonly string[],
  mix: Record<string, string>,
  tell: (line: string) => void,
): Promise<number | null> {
  const option = system === 'ollama' ? '--target' : '--llama-server-target'
  const child = spawn(
    process.execPath,
    [CLI, 'run', ...names, option, target, '--reports', reports, '--json'],
    // What one side is told by the environment must not reach the other.
    {
      env: { ...process.env, ...mix, [TARGET_VARIABLE.ollama]: '', [TARGET_VARIABLE['llama-server']]: '' },
      // By the channel it knows that this process is there.
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    },
  )
  running.add(child)
  let rest = ''
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    const found = (rest + part).split('\n')
    rest = found.pop() ?? ''
    for (const line of found) {
      const said = line.match(/^ollama-conformance: (.*)/)?.[1]
      // Its pages go with their folder.
      if (said !== undefined && !said.includes(reports)) tell(said)
    }
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  running.delete(child)
  return code
}
