import { isDeepStrictEqual } from 'node:util'
import type { System } from '../base/systems.ts'
import { compareVersions, describeRange, inRange, type Range } from '../base/versions.ts'
import { applies, expectedValue, isBeforeCheck, type Ledger, type Statement } from '../ledger/ledger.ts'
import { recordedVersions, restoreExchange, type StoredExchange } from '../recording/recording.ts'
import { curlOf, type Exchange } from '../wire/exchange.ts'
import { headingOf, inGroups } from './groups.ts'
import { page } from './page.ts'
import { isRed, type Results, type StatementResult } from './results.ts'

export const SYSTEM_NAMES: Record<System, string> = { ollama: 'Ollama', 'llama-server': 'llama-server' }

/**
 * The page of a run, beside its `results.json`.
 *
 * @param relied ids of the statements that the reader's project relies on
 */
export function reportPage(results: Results, ledger: Ledger, relied: Iterable<string> = []): string {
  const { system, version } = results.target
  return page('report', `${SYSTEM_NAMES[system]} ${version}`, reportData(results, ledger, new Set(relied)))
}

/** What the page of a run shows. */
export type ReportData = ReturnType<typeof reportData>

export function reportData(results: Results, ledger: Ledger, relied: ReadonlySet<string>) {
  const { suite, target, server, startedAt, durationMs, totals, stopped, messages = [] } = results
  const { system, version } = target
  // Results may be older than the ledger, and name what it has no more.
  const rows = results.statements.map((result) => ({ ...fallback(result), ...ledger.get(result.id), result }))
  return {
    name: SYSTEM_NAMES[system],
    suite,
    target,
    startedAt,
    durationMs,
    totals,
    stopped,
    changed: changedSince(ledger, target),
    groups: inGroups(rows, ({ about, area }) => headingOf(about.endpoints, area), system).map(
      ([name, of]) => ({
        name,
        statements: of.map((row) => ({
          ...told(row, version),
          ...judged(row.result, server?.url),
          also: row.about.endpoints.slice(1),
          relied: relied.has(row.id),
        })),
      }),
    ),
    messages: messages.map((message) => ({
      ...message,
      red: isRed(message, target),
      problems: message.problems.map(({ evidence, ...problem }) => ({
        ...problem,
        exchange: shown(evidence, !isRed(message, target), server?.url),
      })),
    })),
  }
}

const fallback = ({ id, tier, level }: StatementResult) =>
  ({
    id,
    tier,
    level,
    text: id,
    sources: [],
    about: { endpoints: [] },
    area: id.split('.')[0] as string,
    place: '',
  }) as unknown as Statement

/** What the ledger says of a statement. */
function told(statement: Statement, version: string) {
  const { id, text, tier, level, place, about, values = [], given, needs, quotes, defect } = statement
  const { endpoints: _, ...parts } = about
  return {
    id,
    text,
    tier,
    level,
    place,
    about: Object.entries(parts).map(([part, name]) => `${part} ${name}`),
    sources: statement.sources.map((source) => sourceOf(source, statement.system)),
    values: values.map(({ value, means, ...range }) => ({
      range: describeRange(whole(range, statement)),
      value,
      means,
      now: applies(statement, version) && inRange(version, range),
    })),
    given,
    needs,
    quotes,
    defect,
  }
}

/** The bounds of a value, with those of its statement where it has none. */
export const whole = (range: Range, { since, until }: Range): Range => ({
  since: range.since ?? since,
  until: range.until ?? until,
})

const REPOSITORIES: Record<System, string> = { ollama: 'ollama/ollama', 'llama-server': 'ggml-org/llama.cpp' }

/** A source with its address: itself, or the file at its tag in the server's repository. */
function sourceOf(text: string, system: System): { text: string; link?: string } {
  if (/^https:\/\/\S+$/.test(text)) return { text, link: text }
  const [, path, tag] = text.match(/^([\w./-]+)(?::.+)?@([\w.-]+)$/) ?? []
  return path ? { text, link: `https://github.com/${REPOSITORIES[system]}/blob/${tag}/${path}` } : { text }
}

/** What the run says of a statement. */
function judged(
  { status, message, expected, observed, durationMs, evidence }: StatementResult,
  url?: string,
) {
  const same = isDeepStrictEqual(expected, observed)
  return {
    status,
    message,
    durationMs,
    expected,
    // Most are as expected; to say it twice would double the page.
    ...(same ? { same } : { observed }),
    exchanges: evidence.map((exchange) => shown(exchange, !SPEAKS.includes(status), url)),
  }
}

/** Of these every byte may be what somebody looks for. */
const SPEAKS = ['fail', 'error', 'known-fail']

const LONGEST_REQUEST = 2_000
const LONGEST_ANSWER = 3_000

/** An exchange: the request as curl, the answer as it came, and where in it each chunk ended. */
function shown(stored: StoredExchange, shorten: boolean, url?: string) {
  const exchange = restoreExchange(stored)
  const { request, status, headers, end } = exchange
  const { text, ends } = decoded(exchange)
  const limit = shorten ? LONGEST_ANSWER : Number.POSITIVE_INFINITY
  const { body } = stored.request
  const kept = typeof body === 'object' && 'sha256' in body ? ` --data-binary @${body.bytes}-bytes` : ''
  return {
    request: `${request.method} ${request.path}`,
    curl: curlOf(exchange, url, shorten ? LONGEST_REQUEST : Number.POSITIVE_INFINITY) + kept,
    status,
    headers: headers.map(([name, value]) => `${name}: ${value}`).join('\n'),
    body: text.slice(0, limit),
    ...(text.length > limit ? { length: text.length } : {}),
    ms: Math.round(exchange.chunks.at(-1)?.t ?? 0),
    ...(ends.length > 1 ? { chunks: ends } : {}),
    ...(end === 'complete' ? {} : { end }),
  }
}

/** The body as text, and the time of each chunk with the place in the text where it ends. */
function decoded({ chunks }: Exchange): { text: string; ends: [t: number, end: number][] } {
  // A character may be split over two chunks.
  const decoder = new TextDecoder()
  let text = ''
  const ends = chunks.map(({ t, bytes }): [number, number] => {
    text += decoder.decode(bytes, { stream: true })
    return [Math.round(t), text.length]
  })
  return { text: text + decoder.decode(), ends }
}

type Said = { value: unknown; means?: string } | undefined
type Moved = { id: string; text: string; how: 'moved' | 'came' | 'went'; was?: Said; is?: Said }

/** What the ledger says that moved since the version that was recorded before this one. */
function changedSince(ledger: Ledger, { system, version }: Results['target']) {
  const before = recordedVersions(system).findLast((one) => compareVersions(one, version) < 0)
  if (before === undefined) return undefined
  const statements = [...ledger.values()]
    .filter((one) => one.system === system && !one.excluded && !isBeforeCheck(one, before))
    .flatMap((one): Moved[] => {
      const [did, does] = [applies(one, before), applies(one, version)]
      if (!did && !does) return []
      const [was, is] = [valueAt(one, before), valueAt(one, version)]
      const { id, text } = one
      if (!does) return [{ id, text, how: 'went', was }]
      if (!did) return [{ id, text, how: 'came', is }]
      if (isDeepStrictEqual(expectedValue(one, before), expectedValue(one, version))) return []
      return [{ id, text, how: 'moved', was, is }]
    })
  return { since: before, statements }
}

function valueAt(statement: Statement, version: string): Said {
  const found = statement.values?.find((value) => inRange(version, value))
  if (!found) return undefined
  return { value: found.value, ...(found.means === undefined ? {} : { means: found.means }) }
}
