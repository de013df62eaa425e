import { messageOf, SuiteError } from '../base/errors.ts'
import { EXIT } from '../base/exit.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Bump } from './bumps.ts'
import { fromLedger } from './from-ledger.ts'
import type { Reliance } from './relies.ts'
import {
  asJson,
  asMarkdown,
  asText,
  exitOf as exitOfOne,
  HINT,
  LONGEST,
  type Sorted,
  speaksAgainst,
  summary,
  titleOf,
} from './show.ts'
import { sentenceOf } from './words.ts'

/** A step from a version to another, with everywhere that it is made. */
export type Step = {
  from: string
  to: string
  bumps: Bump[]
  /** What the ledger says of it, and what was measured where that was asked for. */
  found: Sorted[]
  /** Why it could not be judged. */
  unjudged?: string
}

/** Measures a step on two servers. */
export type Measure = (from: string, to: string) => Promise<Sorted>

/** Judges each step of some bumps once, however often it is made. */
export async function judge(
  bumps: readonly Bump[],
  ledger: Ledger,
  reliance: Reliance | undefined,
  measure?: Measure,
): Promise<Step[]> {
  const steps: Step[] = []
  for (const ofStep of Map.groupBy(bumps, ({ from, to }) => `${named(from)} → ${named(to)}`).values()) {
    const { from, to } = ofStep[0] as Bump
    const step: Step = { from: named(from), to: named(to), bumps: ofStep, found: [] }
    steps.push(step)
    if (!from.version || !to.version) {
      step.unjudged = `${named(from.version ? to : from)} names no version`
      continue
    }
    try {
      step.found.push(fromLedger(ledger, reliance, from.version, to.version))
      if (measure) step.found.push(await measure(from.version, to.version))
    } catch (error) {
      if (!(error instanceof SuiteError)) throw error
      step.unjudged = messageOf(error)
    }
  }
  return steps
}

/** A version, or what is written in its place. */
const named = ({ version, text }: Bump['from']) => version ?? text.replace(/^(sha256:.{12}).*/, '$1…')

/** What breaks outweighs what could not be judged, and that outweighs what is fine. */
export function exitOf(steps: readonly Step[]): number {
  if (steps.some(({ found }) => found.some(speaksAgainst))) return EXIT.fails
  return steps.some(isUnjudged) ? EXIT.unjudged : EXIT.fine
}

/** Where it was measured, what the ledger does not know of a version does not matter. */
const isUnjudged = ({ unjudged, found }: Step) =>
  unjudged !== undefined || found.map(exitOfOne).at(-1) === EXIT.unjudged

export const NO_BUMP = 'No bump of Ollama found in these changes.'

/** A comment on a pull request is found by this, and written anew. */
export const MARKER = '<!-- ollama-conformance bump -->'

/** The comment on a pull request; the summary of a job is the same. */
export function commentOf(steps: readonly Step[]): string {
  const longest = Math.floor(LONGEST / Math.max(1, steps.flatMap(({ found }) => found).length))
  const parts = steps.flatMap((step) => {
    const where = `Bumped in ${places(step)
      .map((place) => `\`${place}\``)
      .join(', ')}.`
    const judged = step.found.map((found, index) =>
      asMarkdown(found, { longest, intro: index === 0 ? [where] : [] }),
    )
    if (step.unjudged === undefined) return judged
    const heading = judged.length > 0 ? [] : [`### Ollama ${step.from} → ${step.to}`, where]
    return [...heading, ...judged, `> ⚠️ **Could not be judged:** ${step.unjudged}.`]
  })
  if (parts.length === 0) parts.push(NO_BUMP)
  if (steps.some(({ found }) => found.some(({ touching, changes }) => !touching && changes.length > 0)))
    parts.push(`<sub>${HINT.replaceAll(/ollama-conformance \w+/g, '`$&`')}.</sub>`)
  return `${[MARKER, ...parts].join('\n\n')}\n`
}

/** The same for a terminal. */
export function bumpText(steps: readonly Step[], all?: true): string {
  if (steps.length === 0) return NO_BUMP
  return steps
    .map((step) =>
      [
        `${step.from} → ${step.to} in ${places(step).join(', ')}`,
        ...step.found.map((found) => asText(found, { all })),
        ...(step.unjudged === undefined ? [] : [`could not be judged: ${step.unjudged}`]),
      ].join('\n'),
    )
    .join('\n\n')
}

/** The same for programs. */
export const bumpJson = (steps: readonly Step[]) =>
  steps.map(({ from, to, bumps, found, unjudged }) => ({
    from,
    to,
    bumps: bumps.map(({ file, line, subject, ...both }) => ({
      file,
      line,
      subject,
      from: both.from.text,
      to: both.to.text,
    })),
    ...(unjudged === undefined ? {} : { unjudged }),
    changes: found[0] ? asJson(found[0]) : null,
    ...(found[1] ? { measured: asJson(found[1]) } : {}),
  }))

const places = ({ bumps }: Step) => bumps.map(({ file, line }) => `${file}:${line}`)

/** How many sentences an annotation has: more stand in the comment. */
const SENTENCES = 3

/** Workflow commands that put what was found beside the lines of the bump, one for each. */
export function annotationsOf(steps: readonly Step[]): string[] {
  return steps.flatMap((step) => {
    const against = step.found.some(speaksAgainst)
    const level = against || isUnjudged(step) ? 'warning' : 'notice'
    const [first] = step.found
    const title = first ? titleOf(first) : `Ollama ${step.from} → ${step.to}`
    const lines = [
      ...step.found.map((found, index) => (index === 0 ? summary(found) : `measured: ${summary(found)}`)),
      ...(step.unjudged === undefined ? [] : [`could not be judged: ${step.unjudged}`]),
      ...(first ? told(first) : []),
    ]
    return step.bumps.map(
      ({ file, line }) =>
        `::${level} file=${property(file)},line=${line},title=${property(title)}::${data(lines.join('\n'))}`,
    )
  })
}

function told({ touching, breaks }: Sorted): string[] {
  const breaking = (touching ?? breaks).filter(({ verdict }) => verdict === 'breaks')
  return breaking
    .slice(0, SENTENCES)
    .map((change) => `- ${change.endpoints[0] ?? 'any'}: ${sentenceOf(change)}`)
}

/** As the runner reads it: https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
const data = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
