import { MIX_VARIABLES } from '../../vitest.config.ts'
import { SuiteError } from '../base/errors.ts'
import type { System } from '../base/systems.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Results } from '../report/results.ts'
import { readResults } from '../report/stored.ts'
import { onInterrupt } from '../run/interrupt.ts'
import { type Difference, difference } from './diff.ts'
import type { Reliance } from './relies.ts'
import { isAmong } from './selection.ts'
import { type Sorted, sorted } from './show.ts'
import { measure, sideOf, stopRuns } from './sides.ts'

/**
 * What two sides observed differently, measured where they are no stored results.
 *
 * @param tell is given what the runs say
 */
export async function measured(
  system: System,
  from: string,
  to: string,
  only: readonly string[],
  ledger: Ledger,
  reliance: Reliance | undefined,
  tell: (line: string) => void,
): Promise<{ result: Sorted; found: Difference }> {
  const [a, b] = [sideOf(from, system), sideOf(to, system)]
  const forget = onInterrupt(stopRuns)
  // Two runs at once keep the cores as busy as one with more workers.
  const both = [a, b].every(({ kind, name }) => kind === 'target' && !/^(https?:|replay\b)/.test(name))
  const mix = both ? { [MIX_VARIABLES.workers]: '3' } : {}
  let over = false
  const resultsOf = (side: typeof a): Promise<Results> | Results =>
    side.kind === 'stored'
      ? narrowed(readResults(side.file), only, ledger)
      : measure(system, side.name, only, (line) => over || tell(`${side.name}: ${line}`), mix)
  // Two addresses may be one server, whose models the runs share. Else most of a run is waiting, and both at once take little longer.
  const first = resultsOf(a)
  if ([a, b].every(({ name }) => /^https?:/.test(name))) await first
  // Of one that cannot be judged alone nothing comes.
  const [was, is] = await Promise.all([first, resultsOf(b)])
    .catch(async (error: unknown) => {
      over = true
      await stopRuns()
      throw error
    })
    .finally(forget)
  assertJudged(from, was)
  assertJudged(to, is)
  const found = difference(ledger, was, is)
  const compared = new Set([...was.statements, ...is.statements].map(({ id }) => id)).size
  const [nothing] = found.incomparable
  if (found.incomparable.length === compared)
    throw new SuiteError(
      `nothing could be compared: ${nothing ? `${nothing.why} (${nothing.id}, and all others)` : 'no statement that was asked for is in either'}`,
    )
  const basis = `Measured: ${described(from, was)}, and ${described(to, is)}; ${compared} statements, of which ${found.incomparable.length} could not be compared.`
  return { result: sorted(found, reliance, basis, 'no difference was seen'), found }
}

/** Of stored results what was asked for: they may be of more. */
function narrowed(results: Results, only: readonly string[], ledger: Ledger): Results {
  if (only.length === 0) return results
  const isMeant = isAmong(only, ledger)
  const statements = results.statements.filter(({ id }) => isMeant(id))
  const messages = results.messages?.map((message) => ({
    ...message,
    problems: message.problems.filter((problem) => problem.statements.some(isMeant)),
  }))
  return { ...results, statements, messages }
}

/** So many checks whose connection was lost are no single bug of the server: nothing it says can be trusted then. */
const LOST_LIMIT = 10

/** @throws SuiteError when a side went away, or lost connections in numbers: what it did not say is no difference */
function assertJudged(name: string, { stopped, statements }: Results): void {
  if (stopped) throw new SuiteError(`${name} could not be judged: ${stopped}`)
  const lost = statements.filter(
    ({ status, evidence }) =>
      status === 'fail' && evidence.some(({ end }) => end === 'refused' || end === 'cut'),
  )
  const [first] = lost
  if (!first || lost.length < LOST_LIMIT) return
  throw new SuiteError(
    `${name} could not be judged: ${lost.length} checks lost their connection to it (${first.id}: ${first.message.split('\n')[0]}); see why it closes them, what is between you and it, or what else keeps the machine busy, and run again`,
  )
}

const described = (name: string, { target }: Results) =>
  `${name} (${target.system} ${target.version}, ${target.kind})`
