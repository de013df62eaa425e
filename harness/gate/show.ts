import { styleText } from 'node:util'
import { EXIT } from '../base/exit.ts'
import { headingOf, inGroups } from '../report/groups.ts'
import type { Change, Changes, StatementChange } from './changes.ts'
import type { Reliance } from './relies.ts'
import { contrast } from './values.ts'
import { others, sentenceOf } from './words.ts'

/** Changes, told apart by what a reader wants first. */
export type Sorted = Changes & {
  /** What the changes were read from, one line. */
  basis: string
  /** What to say when there is none. */
  nothing: string
  /** What touches what the project relies on; undefined when it says nothing. */
  touching: Change[] | undefined
  breaks: Change[]
  adds: Change[]
}

/** Sorts changes for a reader: first what touches what is relied on, where anything is. */
export function sorted(
  changes: Changes,
  reliance: Reliance | undefined,
  basis: string,
  nothing = 'nothing that is known changes',
): Sorted {
  // A change of several endpoints is told under the first.
  const all = changes.changes.map((change) =>
    reliance ? { ...change, endpoints: reliance.first(change.endpoints) } : change,
  )
  const touching = reliance && all.filter(reliance.touches)
  const rest = all.filter((change) => !touching?.includes(change))
  return {
    ...changes,
    changes: all,
    basis,
    nothing,
    touching,
    breaks: rest.filter(({ verdict }) => verdict === 'breaks'),
    adds: rest.filter(({ verdict }) => verdict === 'adds'),
  }
}

/** Whether the changes speak against the step: what breaks of what is relied on, or of everything when nothing is. */
export const speaksAgainst = ({ touching, breaks }: Sorted): boolean =>
  (touching ?? breaks).some(({ verdict }) => verdict === 'breaks')

/** How a command ends. Where a version was not measured, that nothing speaks against the step is no judgement. */
export function exitOf(changes: Sorted): number {
  if (speaksAgainst(changes)) return EXIT.fails
  return changes.unknownAfter === undefined ? EXIT.fine : EXIT.unjudged
}

/** The changes for programs: each with whether it touches what is relied on. */
export const asJson = (sorted: Sorted) => {
  const { system, from, to, basis, notes, touching, changes } = sorted
  const breaks = changes.filter(({ verdict }) => verdict === 'breaks').length
  return {
    system,
    from,
    to,
    basis,
    notes,
    totals: {
      breaks,
      adds: changes.length - breaks,
      ...(touching
        ? {
            touching: touching.length,
            hurting: touching.filter(({ verdict }) => verdict === 'breaks').length,
          }
        : {}),
    },
    changes: changes.map((change) => ({
      ...(touching ? { reliedOn: touching.includes(change) } : {}),
      ...change,
      sentence: sentenceOf(change),
    })),
  }
}

/** `3 changes can break a client, 1 only adds`, with what touches what is relied on before. */
export function summary({ changes, touching, nothing, unknownAfter }: Sorted): string {
  const breaking = changes.filter(({ verdict }) => verdict === 'breaks').length
  const adding = changes.length - breaking
  if (changes.length === 0)
    return unknownAfter === undefined ? nothing : `not known, for nothing after ${unknownAfter} was measured`
  const all = `${count(breaking, 'change')} can break a client, ${adding} only ${adding === 1 ? 'adds' : 'add'}`
  if (!touching) return all
  const hurting = touching.filter(({ verdict }) => verdict === 'breaks').length
  return `${touching.length === 0 ? 'nothing touches' : `${count(touching.length, 'change')} ${touching.length === 1 ? 'touches' : 'touch'}`} what you rely on${touching.length > 0 ? `, of which ${hurting} can break it` : ''}; in all, ${all}`
}

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`

const SYSTEM_NAMES = { ollama: 'Ollama', 'llama-server': 'llama-server' }

/** `Ollama 0.24.0 → 0.32.15` */
export const titleOf = ({ system, from, to }: Changes): string => `${SYSTEM_NAMES[system]} ${from} → ${to}`

const SECTIONS = (changes: Sorted): [string, Change[], string][] => {
  const also = changes.touching ? ', though you do not rely on it' : ''
  return [
    ['Touches what you rely on', changes.touching ?? [], ''],
    [`Can break a client${also}`, changes.breaks, ''],
    [`Only adds${also}`, changes.adds, ''],
  ]
}

const groupOf = (change: Change) =>
  headingOf(change.endpoints, change.kind === 'statement' ? change.area : undefined)

/** More of a change, below its sentence: the evidence that a measured one has. */
export type Detail = (change: StatementChange, width: number) => string[]

const SHOWN = 220
/** Beside what it means. */
const SHOWN_BESIDE = 120

/** A list of more changes is told first, or opened, by endpoint. */
const LONG = 30

/**
 * The changes for a terminal.
 *
 * @param all whether what does not touch what is relied on is listed too
 */
export function asText(
  changes: Sorted,
  { all, detail }: { all?: true | undefined; detail?: Detail } = {},
): string {
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream: process.stdout })
  const lines = [
    `${style('bold', titleOf(changes))}: ${summary(changes)}`,
    style('dim', changes.basis),
    ...changes.notes.map((note) => `Note: ${note}`),
  ]
  const listed = SECTIONS(changes).filter(([, list]) => all || !changes.touching || list === changes.touching)
  const ofAll = listed.flatMap(([, list]) => list)
  if (ofAll.length > LONG) lines.push('', ...overview(ofAll, changes.system))
  for (const [title, list] of listed) {
    if (list.length === 0) continue
    lines.push('', style(['bold', 'underline'], `${title} (${list.length})`))
    for (const [group, ofGroup] of inGroups(list, groupOf, changes.system)) {
      lines.push('', style('bold', group))
      for (const change of ofGroup) {
        const breaks = change.verdict === 'breaks'
        const mark = style(breaks ? 'red' : 'green', breaks ? '!' : '+')
        lines.push(`  ${mark} ${sentenceOf(change)}${others(change)}`)
        if (change.kind !== 'statement') continue
        for (const [word, means, value] of values(change)) {
          lines.push(
            `      ${word.padEnd(4)}${[means, means ? style('dim', value) : value].join('  ').trim()}`,
          )
        }
        const word = { refused: ', refused now', accepted: ', accepted now' }[change.change as string] ?? ''
        lines.push(style('dim', `      ${change.id}, ${change.tier}${word}`))
        lines.push(...(detail?.(change, SHOWN) ?? []).map((line) => `      ${line}`))
      }
    }
  }
  if (!changes.touching && changes.changes.length > 0) lines.push('', style('dim', HINT))
  const hidden = changes.changes.length - ofAll.length
  if (hidden > 0)
    lines.push(
      '',
      style('dim', `${count(hidden, 'more change')} that you do not rely on: --all lists them too`),
    )
  return lines.join('\n')
}

/** How many changes each endpoint has. */
function overview(changes: readonly Change[], system: Changes['system']): string[] {
  const row = (breaks: unknown, adds: unknown, name: string) =>
    `${String(breaks).padStart(6)}  ${String(adds).padStart(4)}  ${name}`
  return [
    row('break', 'add', ''),
    ...inGroups(changes, groupOf, system).map(([name, of]) => {
      const breaks = of.filter(({ verdict }) => verdict === 'breaks').length
      return row(breaks || '', of.length - breaks || '', name)
    }),
  ].map((line) => line.trimEnd())
}

export const HINT =
  'To see first what touches you, say what you rely on: ollama-conformance init, or learn it from your traffic: ollama-conformance learn'

/** `was` and `is`, each with what it means and the value, which is left out where the meaning has it. */
function values({ was, is }: StatementChange): [word: string, means: string, value: string][] {
  if (!was || !is) return []
  const [before, after] = contrast(was.value, is.value, was.means || is.means ? SHOWN_BESIDE : SHOWN)
  const beside = (means = '', value: string) => (means.includes(value.replaceAll('"', '')) ? '' : value)
  return [
    ['was', was.means ?? '', beside(was.means, before)],
    ['is', is.means ?? '', beside(is.means, after)],
  ]
}

/** A comment on a pull request may have 65,536 characters; some are left for what stands around it. */
export const LONGEST = 60_000

/**
 * The changes for a comment on a pull request, or the summary of a job.
 *
 * @param intro what stands below the heading
 */
export function asMarkdown(
  changes: Sorted,
  { intro = [], longest = LONGEST }: { intro?: readonly string[]; longest?: number } = {},
): string {
  const lines = [
    `### ${titleOf(changes)}`,
    '',
    ...intro.flatMap((line) => [line, '']),
    `**${capitalised(summary(changes))}.** ${changes.basis}`,
    ...changes.notes.flatMap((note) => ['', `> ${capitalised(note)}.`]),
  ]
  for (const [title, list] of SECTIONS(changes)) {
    if (list.length === 0) continue
    // Whoever says what is relied on wants to see that, and the rest on demand; else only what adds can wait.
    const open = changes.touching ? list === changes.touching : list === changes.breaks
    lines.push('', `<details${open ? ' open' : ''}><summary><b>${title} (${list.length})</b></summary>`)
    const long = list.length > LONG
    for (const [group, ofGroup] of inGroups(list, groupOf, changes.system)) {
      const isEndpoint = /^[A-Z]+ \//.test(group)
      if (long) {
        const name = isEndpoint ? `<code>${group}</code>` : group
        lines.push('', `<details><summary>${name} (${ofGroup.length})</summary>`, '')
      } else lines.push('', isEndpoint ? `**\`${group}\`**` : `**${group}**`, '')
      for (const change of ofGroup) {
        const mark = change.verdict === 'breaks' ? '🔴' : '🟢'
        const id = change.kind === 'statement' ? ` <sub>\`${change.id}\`</sub>` : ''
        lines.push(`- ${mark} ${escaped(sentenceOf(change))}${others(change)}${id}`)
        if (change.kind !== 'statement') continue
        for (const [word, means, value] of values(change)) {
          lines.push(`  - ${[word, escaped(means), value && code(value)].filter(Boolean).join(' ')}`)
        }
      }
      if (long) lines.push('', '</details>')
    }
    lines.push('', '</details>')
  }
  return shortened(lines, longest)
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** Code in Markdown, whatever backticks it has. */
function code(text: string): string {
  const ticks = '`'.repeat(1 + Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)))
  const space = /^`|`$/.test(text) ? ' ' : ''
  return `${ticks}${space}${text}${space}${ticks}`
}

/** What Markdown would take for a tag or an emphasis, outside of code. */
const escaped = (text: string) =>
  text
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(/[<>*_[\]|]/g, '\\$&')))
    .join('')

function shortened(lines: string[], longest: number): string {
  let length = 0
  const kept = lines.findIndex((line) => {
    length += line.length + 1
    return length > longest
  })
  if (kept < 0) return lines.join('\n')
  const open = lines
    .slice(0, kept)
    .reduce((sum, line) => sum + (line.startsWith('<details') ? 1 : line === '</details>' ? -1 : 0), 0)
  const entries = lines.slice(kept).filter((line) => line.startsWith('- ')).length
  return [
    ...lines.slice(0, kept),
    '',
    `… and ${entries} more: run the command, or see its \`--json\`.`,
    '',
    ...Array<string>(open).fill('</details>'),
  ].join('\n')
}
