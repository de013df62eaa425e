import type { Statement } from '../ledger/ledger.ts'
import { restoreExchange, type StoredExchange } from '../recording/recording.ts'
import type { Book } from './book.ts'
import { code, table, text } from './markdown.ts'
import { notes } from './statement.ts'
import type { EndpointLine } from './timeline.ts'

/** An error that an endpoint was seen to answer. */
export type SeenError = { status: number; type: string; error: string; statement: Statement }

/** The errors of an endpoint in the proofs of statements, each statement with each status once. */
export function seenErrors(
  book: Book,
  lines: readonly EndpointLine[],
  statements: readonly Statement[],
): SeenError[] {
  const found: SeenError[] = []
  for (const statement of statements) {
    // What another endpoint drops is no error of its own.
    if (statement.until || (/\.(drops|unserved)\./.test(statement.id) && !isAbout(statement, lines))) continue
    const { recorded } = book.of(statement.system)
    const proof = recorded.proofOf(statement)
    // What only an older recording shows may be otherwise now.
    if (!proof || proof.version !== recorded.versions.at(-1)) continue
    const statuses = new Set<number>()
    for (const exchange of proof.exchanges) {
      const { status } = exchange.response ?? {}
      if (status === undefined || statuses.has(status)) continue
      if (!lines.some((line) => isOf(line, exchange))) continue
      const answer = errorOf(exchange)
      if (!answer) continue
      statuses.add(status)
      found.push({ status, ...answer, statement })
    }
  }
  return found
}

const isAbout = ({ about }: Statement, lines: readonly EndpointLine[]) =>
  lines.some(({ name }) => about.endpoints[0] === name)

const isOf = ({ method, path }: EndpointLine, { request }: StoredExchange) =>
  request.method === method &&
  new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`).test(request.path.replace(/\?.*/, ''))

/** The text of an error: of a status that says so, or of a record of a stream. */
function errorOf(stored: StoredExchange): { type: string; error: string } | undefined {
  const exchange = restoreExchange(stored)
  const status = exchange.status ?? 0
  const type = exchange.contentType ?? 'no body'
  const said = (value: unknown): string | undefined => {
    const error = (value as { error?: unknown } | null)?.error
    if (typeof error === 'string') return error
    const message = (error as { message?: unknown } | undefined)?.message
    return typeof message === 'string' ? message : undefined
  }
  if (status >= 400) {
    try {
      return { type, error: said(exchange.json) ?? exchange.text }
    } catch {
      return { type, error: exchange.text }
    }
  }
  if (!/ndjson/.test(type)) return undefined
  const error = exchange.records.map(said).find((one) => one !== undefined)
  return error === undefined ? undefined : { type, error }
}

const LONGEST_ERROR = 120
const MOST_NAMES = 20

/** The errors of an endpoint: status, what the body says, when. Statements that differ in a name alone are one line. */
export function errorTable(
  book: Book,
  page: string,
  lines: readonly EndpointLine[],
  statements: readonly Statement[],
): string | undefined {
  const errors = seenErrors(book, lines, statements)
  if (errors.length === 0) return undefined
  const families = Map.groupBy(errors, ({ status, statement }) =>
    JSON.stringify([status, statement.text.replaceAll(/`[^`]*`/g, '`…`')]),
  )
  const same = Map.groupBy(families.values(), ([first]) => JSON.stringify([first?.status, first?.error]))
  const rows = [...same.values()]
    .sort(([a], [b]) => (a?.[0]?.status ?? 0) - (b?.[0]?.status ?? 0))
    .map((groups) => {
      const [{ status, error, type }] = groups[0] as [SeenError]
      const shown = error.length > LONGEST_ERROR ? `${error.slice(0, LONGEST_ERROR)}…` : error
      const when = groups.map((group) => whenOf(book, page, group))
      return [
        String(status),
        status < 400 ? 'in a stream' : kindOf(type),
        shown ? code(shown) : 'empty',
        when.join(' '),
      ]
    })
  return table(['status', 'body', 'what it says', 'when'], rows)
}

/** The sentence of a family, and the members that say the same of another name. */
function whenOf(book: Book, page: string, [first, ...rest]: readonly SeenError[]): string {
  if (!first) return ''
  if (rest.length === 0) return `${book.sentence(page, first.statement)}${notes(book, first.statement)}`
  const names = rest.map(({ statement }) => book.to(page, statement.id, spanOf(statement)))
  const more = names.length - MOST_NAMES
  return `${book.sentence(page, first.statement)} So ${names.slice(0, MOST_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}.`
}

const kindOf = (type: string) =>
  type.startsWith('application/json') ? 'JSON' : (type.split(';')[0] as string)

/** What a sentence of a family is about: the first thing in code. */
const spanOf = ({ text: words, id }: Statement) => words.match(/`[^`]+`/)?.[0] ?? text(id)
