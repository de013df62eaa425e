import { type Profile, PROFILES } from '../config/config.ts'
import type { Ledger, Statement } from '../ledger/ledger.ts'
import { restoreExchange, type StoredExchange } from '../recording/recording.ts'
import { messagesIn, operationOf, profileOf } from '../schema/routes.ts'
import { curlOf } from '../wire/exchange.ts'
import {
  type Grade,
  isRed,
  type MessageProblemResult,
  type Results,
  type StatementResult,
  type Tiers,
  type Word,
} from './results.ts'

type Tier = Statement['tier']

const TIERS: Tier[] = ['core', 'complete', 'exact']

/** What is counted: a statement, or a message with all that was seen of it. */
type Item = { profile: Profile | undefined; tier: Tier; pass: boolean }

/** The grade of a run against somebody else's server. */
export function gradeOf(results: Results, ledger: Ledger): Grade {
  const items = [...statementItems(results, ledger), ...messageItems(results)]
  return {
    tiers: tiersOf(items.filter(({ profile }) => profile !== undefined)),
    profiles: PROFILES.filter((profile) => isMeant(profile, results)).map((profile) => {
      const tiers = tiersOf(items.filter((one) => one.profile === profile))
      return { profile, word: wordOf(tiers, isServed(profile, results)), tiers }
    }),
  }
}

/** Where profiles are declared, the others are no part of the grade. */
const isMeant = (profile: Profile, { server }: Results) =>
  !server || server.profiles.length === 0 || server.profiles.includes(profile)

const isServed = (profile: Profile, { server }: Results) =>
  !server || server.served.some((operation) => profileOf('ollama', operation).profile === profile)

function tiersOf(items: readonly Item[]): Tiers {
  const share = (tier: Tier) => {
    const own = items.filter((one) => one.tier === tier)
    return { pass: own.filter(({ pass }) => pass).length, of: own.length }
  }
  return { core: share('core'), complete: share('complete'), exact: share('exact') }
}

function wordOf(tiers: Tiers, served: boolean): Word {
  if (!served) return 'not served'
  // A word begins with what every server must do.
  if (tiers.core.of === 0) return 'not judged'
  const short = TIERS.findIndex((tier) => tiers[tier].pass < tiers[tier].of)
  return short < 0 ? 'exact' : ((['partial', 'core', 'complete'] as const)[short] as Word)
}

/** No other server is held to what is hardly meant. */
const counts = (row: Statement | undefined, { status }: StatementResult) =>
  !row?.defect && (status === 'pass' || status === 'fail' || status === 'known-fail')

function statementItems({ statements }: Results, ledger: Ledger): Item[] {
  return statements.flatMap((result): Item[] => {
    const row = ledger.get(result.id)
    if (!row || !counts(row, result)) return []
    const profile = row.about.endpoints
      .map((one) => profileOf(row.system, one).profile)
      .find((one) => one !== undefined)
    return [{ profile, tier: row.tier, pass: result.status === 'pass' }]
  })
}

/** What of a message is wrong on a server that may send more than Ollama does. */
const wrongOf = ({ problems }: Results['messages'][number]) => problems.filter(({ kind }) => kind !== 'added')

/** An answer counts as core, how an error is told as complete. */
function messageItems({ messages, target }: Results): Item[] {
  const profiles = messagesIn(target.system)
  return messages.flatMap((message): Item[] => {
    const wrong = wrongOf(message)
    const places =
      wrong.length > 0
        ? wrong.map(({ evidence }) => operationOfEvidence(evidence, target))
        : [profiles.get(message.id)]
    const operations = new Set(places.filter((one) => one !== undefined))
    return [...operations].map((operation) => ({
      profile: profileOf(target.system, operation).profile,
      tier: message.id.includes('error') ? 'complete' : 'core',
      pass: wrong.length === 0,
    }))
  })
}

const operationOfEvidence = ({ request }: StoredExchange, { system, version }: Results['target']) =>
  operationOf(system, version, request.method, request.path)

const percent = ({ pass, of }: { pass: number; of: number }): string =>
  // Not 100 before all is there.
  of === 0 ? '–' : `${pass === of ? 100 : Math.min(99, Math.round((100 * pass) / of))} %`

/** The grade on a terminal. */
export function gradeLines(grade: Grade, { target }: Results): string[] {
  const row = (name: string, word: string, shares: string[]) =>
    `  ${name.padEnd(10)} ${word.padEnd(11)}${shares.map((share) => share.padStart(10)).join('')}`
  return [
    `grade as Ollama ${target.version}:`,
    row('', '', TIERS),
    ...grade.profiles.map(({ profile, word, tiers }) =>
      row(profile, word, word === 'not served' ? [] : TIERS.map((tier) => percent(tiers[tier]))),
    ),
  ]
}

/** A badge for a README. */
export function badge({ tiers }: Grade, { target }: Results): string {
  const label = `Ollama ${target.version} API`
  const text = TIERS.slice(0, 2)
    .map((tier) => `${tier} ${percent(tiers[tier])}`)
    .join(' · ')
  const { pass, of } = tiers.core
  const share = of === 0 ? 0 : pass / of
  const colour = share === 1 ? '#27764a' : share >= 0.9 ? '#7a6a00' : '#b3261e'
  // Of a font that nobody measured here: the text is fitted to its box.
  const [left, right] = [label, text].map((part) => part.length * 6.6 + 14) as [number, number]
  const part = (content: string, x: number, width: number) =>
    `<text x="${x + width / 2}" y="14" textLength="${width - 14}">${content}</text>`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="${label}: ${text}">
<title>${label}: ${text}</title>
<rect width="${left}" height="20" fill="#444"/><rect x="${left}" width="${right}" height="20" fill="${colour}"/>
<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">${part(label, 0, left)}${part(text, left, right)}</g>
</svg>
`
}

/** What the page of a grade shows: what to do about it, the most wanted first. */
export type GradeData = ReturnType<typeof gradeData>

export function gradeData(results: Results, ledger: Ledger) {
  const { target, server, startedAt, suite } = results
  const grade = gradeOf(results, ledger)
  const failing = results.statements
    .filter(({ status }) => status === 'fail' || status === 'known-fail')
    .map((result) => ({ result, row: ledger.get(result.id) }))
    .filter(({ result, row }) => counts(row, result))
  const behaviours = failing
    .map(({ result, row }) => ({
      id: result.id,
      text: row?.text ?? result.id,
      tier: result.tier,
      endpoint: row?.about.endpoints[0] ?? 'any',
      clients: row?.clients ?? [],
      expected: result.expected,
      observed: result.observed,
      message: result.message,
      known: result.status === 'known-fail',
      exchanges: result.evidence.map((one) => shown(one, results)),
    }))
    .sort(
      (a, b) =>
        b.clients.length - a.clients.length || rank(a.tier) - rank(b.tier) || a.id.localeCompare(b.id),
    )
  const findings = results.messages
    .flatMap((message) =>
      wrongOf(message).map(({ evidence, statements, ...problem }) => ({
        message: message.id,
        ...problem,
        red: isRed(message, target),
        endpoint: operationOfEvidence(evidence, target) ?? 'any',
        clients: clientsOf(statements, ledger),
        statements: statements.length,
        exchange: shown(evidence, results),
      })),
    )
    .sort((a, b) => b.clients.length - a.clients.length || b.statements - a.statements)
  return {
    target,
    server,
    suite,
    startedAt,
    overall: shares(grade.tiers),
    profiles: grade.profiles.map(({ tiers, ...one }) => ({ ...one, tiers: shares(tiers) })),
    endpoints: endpointsOf(results, ledger),
    findings,
    behaviours,
  }
}

const rank = (tier: string) => TIERS.indexOf(tier as Tier)

const shares = (tiers: Tiers) => TIERS.map((tier) => ({ tier, ...tiers[tier], text: percent(tiers[tier]) }))

const clientsOf = (ids: MessageProblemResult['statements'], ledger: Ledger) => [
  ...new Set(ids.flatMap((id) => ledger.get(id)?.clients ?? [])),
]

/** Each route, whether it is served, and how many of its statements hold. */
function endpointsOf({ server, statements }: Results, ledger: Ledger) {
  if (!server) return []
  const by = Map.groupBy(
    statements.filter((one) => counts(ledger.get(one.id), one)),
    ({ id }) => ledger.get(id)?.about.endpoints[0] ?? 'any',
  )
  return [
    ...server.served.map((name) => [name, true] as const),
    ...server.absent.map((name) => [name, false] as const),
  ].map(([name, served]) => {
    const own = by.get(name) ?? []
    return {
      name,
      profile: profileOf('ollama', name).profile,
      served,
      pass: own.filter(({ status }) => status === 'pass').length,
      of: own.length,
    }
  })
}

const LONGEST = 4_000

function shown(stored: StoredExchange, { server }: Results) {
  const exchange = restoreExchange(stored)
  const { text, status, headers, end } = exchange
  return {
    curl: curlOf(exchange, server?.url, LONGEST, server?.headers),
    status,
    type: headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1],
    body: text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text,
    ...(end === 'complete' ? {} : { end }),
  }
}
