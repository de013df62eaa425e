import { readFileSync } from 'node:fs'
import { SuiteError } from '../base/errors.ts'
import { fromRoot } from '../base/paths.ts'
import { parseYaml } from '../base/yaml.ts'
import { type Bites, kindOf, type Survivor } from './bites.ts'

/**
 * Why nobody needs to notice a change, `equivalents.yaml`. In each field `*` stands for anything; what is absent is of no
 * account.
 */
export type Equivalent = {
  /** `POST /api/*` */
  operation?: string
  /**
   * The name of the change in the catalogue; `all of them` where a check cannot but notice none, `chunks split elsewhere`
   * where it may notice that.
   */
  change?: string
  /** `body.models[*].size` */
  place?: string
  /** The statement that it is in. */
  statement?: string
  because: string
  /**
   * The statements whose checks notice the same change at the same place of another such answer; `rules` for the rules of
   * exchanges, which notice it where the answers of a model are known.
   */
  by?: string[]
}

const FILE = 'harness/proof/equivalents.yaml'

export const readEquivalents = (): Equivalent[] =>
  (parseYaml(readFileSync(fromRoot(FILE), 'utf8')) as Equivalent[] | null) ?? []

export type Explained = { survivors: Survivor[]; equivalent: number; stale: string[] }

/** Takes away the survivors that are equivalent to what was there. */
export function explained(
  left: readonly Survivor[],
  equivalents: readonly Equivalent[],
  found: readonly Bites[],
  oneOf: number,
): Explained {
  const kindsOf = new Map(found.map(({ statement, kinds }) => [statement, new Set(kinds)]))
  kindsOf.set('rules', new Set(found.flatMap(({ ruled }) => ruled)))
  const rules = equivalents
    .filter(({ change }) => change !== ALL && change !== SPLIT)
    .map((one) => ({ ...one, fits: fitting(one), used: false }))
  const survivors: Survivor[] = []
  for (const survivor of left) {
    const rule = rules.find(
      ({ fits, by }) =>
        fits(survivor) && (by === undefined || by.some((id) => kindsOf.get(id)?.has(kindOf(survivor)))),
    )
    if (rule) rule.used = true
    else survivors.push(survivor)
  }
  const stale = rules
    .filter(({ used }) => !used)
    .map(({ operation, place, statement, because }) =>
      [operation, place, statement, because].filter(Boolean).join(': '),
    )
  return { survivors, equivalent: left.length - survivors.length, stale: oneOf > 1 ? [] : stale }
}

/** Whether it is said why a check notices nothing at all. */
export const mayNoticeNothing = (id: string, equivalents: readonly Equivalent[]): boolean =>
  equivalents.some(({ change, statement }) => change === ALL && patternOf(statement)?.test(id))

/** Whether it is said why a check notices where the chunks of a stream end. */
export const mayNoticeChunks = (id: string, equivalents: readonly Equivalent[]): boolean =>
  equivalents.some(({ change, statement }) => change === SPLIT && patternOf(statement)?.test(id))

const ALL = 'all of them'
const SPLIT = 'chunks split elsewhere'

function fitting({
  operation,
  change,
  place,
  statement,
  because,
}: Equivalent): (survivor: Survivor) => boolean {
  if (!because) throw new SuiteError(`${FILE}: an entry does not say why`)
  const [asked, named, placed, stated] = [operation, change, place, statement].map(patternOf)
  return (survivor) =>
    (asked?.test(survivor.operation) ?? true) &&
    (named?.test(survivor.name) ?? true) &&
    (placed?.test(survivor.place) ?? true) &&
    (stated?.test(survivor.statement) ?? true)
}

function patternOf(text: string | undefined): RegExp | undefined {
  if (text === undefined) return undefined
  const escaped = text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')
  return new RegExp(`^${escaped}$`)
}
