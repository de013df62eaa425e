import { inject, test } from 'vitest'
import { SuiteError } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import type { Statement } from '../ledger/ledger.ts'
import { ledgerIn } from '../ledger/shared.ts'
import { PATIENCE } from './manners.ts'
import { MANY } from './loaded.ts'
import { Finding, judge, type Procedure } from './judge.ts'

export type { Tools } from './judge.ts'

/** Fails the check with a reason, where a value to compare would say less. */
export function fail(reason: string): never {
  throw new Finding(reason)
}

type Check = {
  /**
   * Binds a procedure to a statement of the ledger. What the procedure returns is what was observed; it must equal the
   * statement's value for the target's version. Checks run concurrently with each other.
   *
   * @throws SuiteError when the ledger has no such statement
   */
  (id: string, procedure: Procedure): void
  /**
   * Binds a procedure to every statement whose id fits the pattern, in which `*` stands for one part between dots. What
   * is particular to each stands in its row: `given`.
   *
   * @throws SuiteError when no statement fits, or one that fits gives nothing
   */
  each: (pattern: string, procedure: Procedure) => void
}

/** How a check is judged; `mutate` puts a judge of its own in its place. */
export const judging = { judge }

const checks = (concurrent: boolean): Check => {
  const bind = (statement: Statement, procedure: Procedure) => {
    // A third of it is the check's own; the rest is for the servers that it has to wait for.
    const session = inject('session')
    const timeout = 3 * (session?.manners?.limit ?? PATIENCE)
    // A server that keeps few models makes a request wait for minutes (lifecycle.evicted.asked-again).
    const beside = concurrent && (session?.beside ?? MANY) >= MANY
    test(statement.id, { concurrent: beside, timeout }, (context) =>
      judging.judge(statement, procedure, context),
    )
  }
  const one = (id: string, procedure: Procedure) => {
    const ledger = ledgerIn(inject('ledger'))
    const statement = ledger.get(id)
    if (!statement) {
      throw new SuiteError(
        `no statement ${id} in specs/; add the row first${didYouMean(id, [...ledger.keys()])}`,
      )
    }
    if (statement.excluded)
      throw new SuiteError(`${statement.place}: ${id} is excluded and has a check; keep one`)
    bind(statement, procedure)
  }
  const each = (pattern: string, procedure: Procedure) => {
    const wanted = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^.]+')}$`)
    const family = [...ledgerIn(inject('ledger')).values()].filter(
      ({ id, excluded }) => !excluded && wanted.test(id),
    )
    if (family.length === 0)
      throw new SuiteError(`no statement fits ${pattern} in specs/; add the rows first`)
    for (const statement of family) {
      const { id, given, place } = statement
      if (given === undefined)
        throw new SuiteError(`${place}: ${id} fits ${pattern} and says nothing as \`given\``)
      bind(statement, procedure)
    }
  }
  return Object.assign(one, { each })
}

/** Declares checks; those that are `alone` run by themselves on their server. */
export const check: Check & { alone: Check } = Object.assign(checks(true), { alone: checks(false) })
