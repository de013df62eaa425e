import { type ChildProcess, spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { MIX_VARIABLES } from '../../vitest.config.ts'
import type { System } from '../base/systems.ts'
import { measure } from '../gate/sides.ts'
import type { Results, StatementResult } from '../report/results.ts'

export type Mix = {
  /** Runs in a row. */
  runs: number
  /** With every core kept busy by something else, in each second run. */
  busy: boolean
  /** Seeds the order of suites and checks; as always when absent. */
  seed?: number | undefined
}

/** A statement whose verdict was another than in the first run, or red from the first on. */
export type Differing = { run: number; first: StatementResult; now: StatementResult }

/** How many checks run at once, by turns. */
const AT_ONCE = [8, 2, 16, 4]

/**
 * Runs the suites on a target again and again.
 *
 * @param names areas or statements; all when empty
 * @param tell is told each run before it begins, and what it came to
 * @param differs is told each verdict that was another one
 * @throws SuiteError when a run could not judge
 */
export async function soak(
  system: System,
  target: string,
  names: readonly string[],
  { runs, busy, seed }: Mix,
  tell: (line: string) => void,
  differs: (found: Differing) => void,
): Promise<number> {
  let count = 0
  let first: Map<string, StatementResult> | undefined
  for (let run = 1; run <= runs; run++) {
    const checks = AT_ONCE[(run - 1) % AT_ONCE.length] as number
    const load = busy && run % 2 === 0 ? keepBusy() : undefined
    const mix = {
      [MIX_VARIABLES.checks]: String(checks),
      ...(seed === undefined ? {} : { [MIX_VARIABLES.seed]: String(seed + run) }),
    }
    let results: Results
    try {
      results = await measure(system, target, names, () => {}, mix)
    } finally {
      load?.()
    }
    const told = [
      `${checks} checks at once`,
      ...(seed === undefined ? [] : [`seed ${seed + run}`]),
      ...(load ? ['cores busy'] : []),
    ]
    const { pass, 'not-applicable': not } = results.totals
    tell(
      `run ${run} of ${runs} (${told.join(', ')}): ${pass} pass, ${not} not-applicable, of ${results.statements.length}; ${(results.durationMs / 1000).toFixed(1)} s${results.stopped ? `; ${results.stopped}` : ''}`,
    )
    first ??= new Map(results.statements.map((one) => [one.id, one]))
    for (const now of results.statements) {
      const before = first.get(now.id) ?? now
      const red = now.status !== 'pass' && now.status !== 'not-applicable'
      if (before.status === now.status && !(red && run === 1)) continue
      count += 1
      differs({ run, first: before, now })
    }
  }
  return count
}

/** A process for every core that does nothing else; returns what ends them. */
function keepBusy(): () => void {
  const spinning: ChildProcess[] = Array.from({ length: availableParallelism() }, () =>
    // It ends with this process, however that ends: its input closes.
    spawn(
      process.execPath,
      [
        '-e',
        'process.stdin.on("end", () => process.exit()).resume(); const spin = () => { for (const end = Date.now() + 50; Date.now() < end;); setImmediate(spin) }; spin()',
      ],
      {
        stdio: ['pipe', 'ignore', 'ignore'],
      },
    ),
  )
  return () => {
    for (const one of spinning) one.kill('SIGKILL')
  }
}
