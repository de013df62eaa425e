import { basename } from 'node:path'
import { SuiteError } from '../base/errors.ts'
import { CODE, ROOT } from '../base/paths.ts'
import type { System } from '../base/systems.ts'
import { compiledLedger } from '../ledger/compiled.ts'
import { share } from '../ledger/shared.ts'
import { readRecording } from '../recording/recording.ts'
import type { Session } from '../run/session.ts'
import type { Bites, By, Survivor } from './bites.ts'
import {
  type Equivalent,
  type Explained,
  explained,
  mayNoticeChunks,
  mayNoticeNothing,
  readEquivalents,
} from './equivalents.ts'
import { digestOfMachinery, keep, type Kept } from './kept.ts'

/** What became of the changed answers of a recording. */
export type Tried = {
  system: System
  version: string
  checks: number
  seconds: number
  /** By whom they were noticed; `other` is another check, which asks the same. */
  noticed: Record<By | 'other', number>
  /** Not noticed, for a reason that is written down. */
  equivalent: number
  survivors: Survivor[]
  /** What nobody should have noticed, and checks that do not hold. */
  problems: string[]
  /** The reasons that nothing needed. */
  stale: string[]
}

/** The least share of changed answers, in percent, that must be noticed. */
export const LEAST = 97

/** Percent of the changed answers without those that are equivalent. */
export function shareOf({ noticed, survivors }: Pick<Tried, 'noticed' | 'survivors'>): number {
  const all = Object.values(noticed).reduce((a, b) => a + b, 0)
  return all === 0 ? 0 : (100 * all) / (all + survivors.length)
}

/**
 * Changes the answers of a recording one at a time, and runs the check that each is in.
 *
 * @param oneOf of how many requests one has its answer changed: a sample that is the same in every run
 */
export async function tryChanges(system: System, version: string, oneOf = 1): Promise<Tried> {
  readRecording(system, version)
  const began = performance.now()
  const { startVitest } = await import('vitest/node')
  const session = { system, version, kind: 'replay', launches: true, asked: {} } as unknown as Session
  const vitest = await startVitest('test', [], {
    config: false,
    root: ROOT,
    watch: false,
    reporters: [],
    include: [`suites/${system}/*.test${CODE}`],
    setupFiles: [`harness/proof/worker${CODE}`],
    pool: 'threads',
    isolate: false,
    maxConcurrency: 1,
    cache: false,
    provide: {
      session,
      ledger: share(await compiledLedger()),
      oneOf,
      whole: readEquivalents().flatMap(({ by = [] }) => by),
      machinery: digestOfMachinery(),
    },
  })
  const problems: string[] = []
  const found: Bites[] = []
  try {
    for (const module of vitest.state.getTestModules()) {
      const kept: Kept = {}
      problems.push(...module.errors().map(({ message }) => `${module.relativeModuleId}: ${message}`))
      for (const test of module.children.allTests()) {
        const { bites, from } = test.meta()
        problems.push(...(test.result().errors ?? []).map(({ message }) => `${test.name}: ${message}`))
        if (!bites || from === undefined) continue
        found.push(bites)
        kept[test.name] = { from, bites }
      }
      if (oneOf === 1) keep(version, basename(module.moduleId), kept)
    }
  } finally {
    await vitest.close()
  }
  if (found.length === 0) throw new SuiteError(`no check ran: ${problems.join('; ')}`)
  return {
    system,
    version,
    seconds: (performance.now() - began) / 1000,
    ...sumOf(found, problems, oneOf, readEquivalents()),
  }
}

/** @param equivalents why survivors need not be noticed */
export function sumOf(
  found: Bites[],
  problems: string[],
  oneOf: number,
  equivalents: Equivalent[],
): Omit<Tried, 'system' | 'version' | 'seconds'> {
  const noticed = { schema: 0, rule: 0, check: 0, other: 0 }
  const keys = new Set(found.flatMap((one) => one.keys))
  const left: Survivor[] = []
  for (const { statement, problem, split, survivors, noticed: own, bites } of found) {
    if (problem) problems.push(`${statement} does not hold over its own recording: ${problem}`)
    else if (!bites && !mayNoticeNothing(statement, equivalents))
      problems.push(`${statement} notices nothing, whatever its exchanges are changed to`)
    for (const index of mayNoticeChunks(statement, equivalents) ? [] : split)
      problems.push(`${statement} notices that the chunks of its exchange ${index + 1} are split elsewhere`)
    for (const by of ['schema', 'rule', 'check'] as const) noticed[by] += own[by]
    for (const survivor of survivors) {
      if (keys.has(survivor.key)) noticed.other++
      else left.push(survivor)
    }
  }
  const { survivors, equivalent, stale }: Explained = explained(left, equivalents, found, oneOf)
  return { checks: found.length, noticed, equivalent, survivors, problems, stale }
}
