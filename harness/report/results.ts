import type { System } from '../base/systems.ts'
import { compareVersions } from '../base/versions.ts'
import type { Profile } from '../config/config.ts'
import { knownProblem } from '../ledger/known-failures.ts'
import { recordedVersions, type StoredExchange } from '../recording/recording.ts'
import type { Status, Verdict } from '../run/verdict.ts'
import type { Problem } from '../schema/validate.ts'

/** What `results.json` holds. */
export type Results = {
  /** Version and commit of this suite. */
  suite: string
  target: { system: System; kind: string; version: string; label: string }
  /** What is known of a server of somebody else. */
  server?: ServerFacts
  /** How much it has of what Ollama does. */
  grade?: Grade
  startedAt: string
  durationMs: number
  /** Processor time of the whole process, and of that, of validation against the schemas. */
  cpuMs: number
  validationMs: number
  /** The most memory that the process had, MB. */
  peakMb: number
  totals: Record<Status, number>
  /** Why the run could not judge what it would have, where something befell it. */
  stopped?: string
  statements: StatementResult[]
  /** The messages that the run met, each judged once, apart from the statements that met it. */
  messages: MessageResult[]
}

export type ServerFacts = {
  url: string
  /** What it says of its version, where it is held to another. */
  says?: string | undefined
  /** The environment variable that holds the value, by header. */
  headers: Record<string, string>
  /** The routes that it has, and has not, of the version that it is held to. */
  served: string[]
  absent: string[]
  /** The profiles that were declared. */
  profiles: Profile[]
  /** How it came to its models. */
  models: string
}

/** How much a server of somebody else has of what Ollama does. */
export type Grade = {
  /** Of all profiles together. */
  tiers: Tiers
  profiles: ProfileGrade[]
}

export type ProfileGrade = { profile: Profile; word: Word; tiers: Tiers }

/**
 * How far a server goes with a profile: all of `exact`, of `complete`, or of `core`; less than that; it serves no route of
 * it; nothing of it was judged.
 */
export type Word = 'exact' | 'complete' | 'core' | 'partial' | 'not served' | 'not judged'

export type Tiers = Record<'core' | 'complete' | 'exact', { pass: number; of: number }>

export type StatementResult = {
  id: string
  tier: string
  level: string
  status: Status
  expected: unknown
  observed: unknown
  message: string
  durationMs: number
  requests: number
  evidence: StoredExchange[]
  /** No other check of its suite ran beside it. */
  alone?: true
}

/** `added`: it only has more than is known. That is red on a version that should be known, and a notice on a newer one. */
export type MessageStatus = 'pass' | 'fail' | 'added' | 'known-fail'

export type MessageResult = {
  /** The message by its schema, `generate/last`; method and route, `GET /api/tags`, where no schema is for it. */
  id: string
  status: MessageStatus
  /** Why it is known, where all of its problems are. */
  known?: string
  problems: MessageProblemResult[]
}

/** A problem once, however often it was seen. */
export type MessageProblemResult = Omit<Problem, 'message'> & {
  /** How many exchanges showed it. */
  count: number
  /** The statements that met it. */
  statements: string[]
  /** One exchange that has it. */
  evidence: StoredExchange
}

export const STATUSES: Status[] = ['pass', 'fail', 'known-fail', 'not-applicable', 'error']

type Target = { system: System; version: string; kind: string }

/** Whether what a target adds is news, and not a finding: a version newer than every recording, or a server of others. */
export function mayAdd({ system, version, kind }: Target): boolean {
  const newest = recordedVersions(system).at(-1)
  return kind === 'url' || newest === undefined || compareVersions(version, newest) > 0
}

/** Whether a message makes the run fail. */
export const isRed = ({ status }: MessageResult, target: Target): boolean =>
  status === 'fail' || (status === 'added' && !mayAdd(target))

/** A row for each message that the checks met, with each of its problems once. */
export function judgeAll(verdicts: Verdict[], target: Target): MessageResult[] {
  const rows = new Map<string, Map<string, MessageProblemResult>>()
  const rowOf = (id: string) => {
    const row = rows.get(id) ?? new Map()
    rows.set(id, row)
    return row
  }
  for (const { id, exchanges, messages, problems } of verdicts) {
    for (const name of messages) rowOf(name)
    const counted = new Set<string>()
    for (const { message, exchange, ...problem } of problems) {
      const row = rowOf(message)
      // The items of a list are one place.
      const place = problem.place.replaceAll(/\/\d+(?=\/|$)/g, '/*')
      const key = JSON.stringify([place, problem.kind, problem.rule])
      const seen = row.get(key) ?? {
        ...problem,
        place,
        count: 0,
        statements: [],
        evidence: exchanges[exchange] as StoredExchange,
      }
      row.set(key, seen)
      if (seen.statements.at(-1) !== id) seen.statements.push(id)
      const once = JSON.stringify([message, key, exchange])
      if (!counted.has(once)) seen.count += 1
      counted.add(once)
    }
  }
  return [...rows]
    .map(([id, row]) => messageResult(id, [...row.values()], target))
    .sort((a, b) => a.id.localeCompare(b.id))
}

function messageResult(id: string, problems: MessageProblemResult[], target: Target): MessageResult {
  const open = problems.filter(({ place }) => !knownProblem({ message: id, place }, target))
  if (problems.length > 0 && open.length === 0) {
    const [{ place }] = problems as [MessageProblemResult]
    const { reason, link } = knownProblem({ message: id, place }, target) as { reason: string; link: string }
    return { id, status: 'known-fail', known: `${reason} (${link})`, problems }
  }
  const status = open.length === 0 ? 'pass' : open.every(({ kind }) => kind === 'added') ? 'added' : 'fail'
  return { id, status, problems }
}
