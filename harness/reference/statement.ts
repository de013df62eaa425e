import { describeRange, type Range } from '../base/versions.ts'
import type { Statement } from '../ledger/ledger.ts'
import { type StoredExchange, restoreExchange } from '../recording/recording.ts'
import { curlOf } from '../wire/exchange.ts'
import { type Book, proofPage } from './book.ts'
import { anchor, code, fence, folded, json, paragraphs, plural, table, text } from './markdown.ts'

/** Longer values stand below the table. */
const LONGEST_CELL = 160
/** An exchange is shown whole or not at all: on the page of its statement only where it is as short as that. */
const LONGEST_SHOWN = 1200

/** A statement with all that is known of it. */
export function statementSection(book: Book, page: string, statement: Statement): string {
  const { id, level, tier, claims, defect, quotes, needs, excluded, values, limit, older } = statement
  const { portable, clients } = statement
  const see = book.seeAlso(id)
  const proof = proofOf(book, page, statement)
  const content = paragraphs(
    `${anchor(id)}\n#### ${id}`,
    text(statement.text),
    `*${[level, tier, ...(portable ? ['whatever the model says'] : [])].join(' · ')} · ${versionsOf(book, page, statement)}${claims ? ` · decides ${claims.map((claim) => `[${claim}](${book.href(page, 'review.md', claim)})`).join(', ')}` : ''}*`,
    defect && `**Defect:** ${text(defect)}`,
    limit && `**What this cannot show:** ${text(limit)}`,
    older && `**Older than the check:** ${text(older)}`,
    quotes && `The docs: “${text(quotes.docs)}” Servers: “${text(quotes.server)}”`,
    see.length > 0 && `See also ${see.map((other) => book.to(page, other, code(other))).join(', ')}`,
    needed(needs),
    clients && `Clients that depend on it: ${clients.map(text).join(', ')}`,
    excluded && `**Not checked:** ${text(excluded)}`,
    values && valuesOf(book, values, statement),
    proof,
    // On the site they stand with the proofs: a page there should stay light.
    (book.medium !== 'site' || !proof) && sourcesOf(statement),
  )
  const { since = '', until = '' } = knownRange(statement)
  return book.medium === 'site' && (since || until)
    ? `<div class="statement" data-since="${since}" data-until="${until}">\n\n${content}\n\n</div>`
    : content
}

const sourcesOf = ({ sources }: Statement) =>
  `Sources: ${sources.map((source) => (source.startsWith('https://') ? source : code(source))).join(', ')}`

/** The versions that a statement is known not to be about are those outside; before its check begins nothing is known. */
const knownRange = ({ since, until, older }: Statement): Range => (older ? { until } : { since, until })

/** Which versions a statement is about, and in which recordings it was seen. */
function versionsOf(book: Book, page: string, statement: Statement): string {
  const { since, until, older, system, excluded } = statement
  const range =
    older && since
      ? `checked since ${since}${until ? ` until ${until}` : ''}`
      : describeRange({ since, until })
  const { recorded } = book.of(system)
  const versions = recorded.versionsOf(statement.id)
  if (excluded) return range
  if (versions.length === 0) return `${range} · seen live, in no recording`
  const [exchange] = recorded.proofOf(statement)?.exchanges ?? []
  // On the site a line of its own leads to all that proves it.
  const linked = versions.map((version, index) =>
    exchange && book.medium !== 'site' && index === versions.length - 1
      ? `[${version}](${book.evidence(page, { statement, version, exchange })})`
      : version,
  )
  return `${range} · recorded on ${linked.join(', ')}`
}

function needed(needs: Statement['needs']): string | undefined {
  if (!needs) return undefined
  const settings = Object.entries(needs.launch ?? {}).map(([name, value]) => code(`${name}=${value}`))
  return [
    settings.length > 0 && `On a server started with ${settings.join(', ')}.`,
    needs.own && 'On a server that the suite started.',
    needs.beside && `With ${needs.beside} models loaded beside each other.`,
    needs.registry && `With a model registry of the suite, ${code('{registry}')} in what is sent.`,
  ]
    .filter(Boolean)
    .join(' ')
}

function valuesOf(book: Book, values: NonNullable<Statement['values']>, whole: Range): string {
  const rangeOf = (value: Range) => ({
    since: value.since ?? whole.since,
    until: value.until ?? whole.until,
  })
  const long = values.filter(({ value }) => json(value).length > LONGEST_CELL)
  const means = values.some((value) => value.means)
  const rows = values.map((value) => [
    book.range(rangeOf(value)),
    ...(means ? [text(value.means ?? '')] : []),
    long.includes(value) ? 'below' : code(json(value.value)),
  ])
  return paragraphs(
    table(['version', ...(means ? ['for a client'] : []), 'observed'], rows),
    ...long.map((value) =>
      folded(
        `Observed, ${describeRange(rangeOf(value))}`,
        fence(JSON.stringify(value.value, null, 2), 'json'),
      ),
    ),
  )
}

/** What proves a statement: on the site a page with all of it, in the repository an exchange that is short. */
function proofOf(book: Book, page: string, statement: Statement): string | undefined {
  const proof = book.of(statement.system).recorded.proofOf(statement)
  if (!proof) return undefined
  const { version, exchanges } = proof
  if (book.medium === 'site') {
    const all =
      exchanges.length === 1 ? 'The exchange that proves' : `All ${exchanges.length} exchanges that prove`
    return `[${all} it](${book.href(page, proofPage(statement.id))}), on ${statement.system} ${version}`
  }
  const first = exchanges.find(({ request }) => !/^(GET|HEAD)$/.test(request.method)) ?? exchanges[0]
  const shown = first && renderExchange(first)
  if (!shown || shown.length > LONGEST_SHOWN) return undefined
  const count = exchanges.length === 1 ? 'The exchange' : `One of ${plural(exchanges.length, 'exchange')}`
  return folded(`${count} with ${statement.system} ${version}`, shown)
}

/** The page of the site with everything that proves a statement. */
export function proofPageOf(book: Book, statement: Statement): string | undefined {
  const proof = book.of(statement.system).recorded.proofOf(statement)
  if (!proof) return undefined
  const page = proofPage(statement.id)
  const count = proof.exchanges.length
  const beside = book.of(statement.system).seen.besideProofs(statement)
  const blocks = proof.exchanges.map((exchange, index) => {
    const shown =
      count > 1 ? listedExchange(exchange, `${index + 1} of ${count}: `) : renderExchange(exchange)
    return `${anchor(`exchange-${index + 1}`)}\n\n${shown}`
  })
  return `${paragraphs(
    `---\nsearch: false\nsidebar: false\naside: false\n---`,
    `# ${statement.id}`,
    book.sentence(page, statement),
    `What proves it in the recording of ${statement.system} ${proof.version}, whole, without what only cleared up. Models below \`conformance/\` are the suite's own.`,
    sourcesOf(statement),
    ...blocks,
    beside.length > 0 &&
      '## Beside the proof\n\nWhat only cleared up, or is of an older recording, and has a field that no proof has.',
    ...beside.map(
      ({ version, exchange }, index) =>
        `${anchor(`beside-${index + 1}`)}\n\n${listedExchange(exchange, `${version}: `)}`,
    ),
  )}\n`
}

function listedExchange(exchange: StoredExchange, before: string): string {
  const { method, path } = exchange.request
  const status = exchange.response ? String(exchange.response.status) : 'no answer'
  return folded(`${before}${escapeHtml(`${method} ${path}`)} → ${status}`, renderExchange(exchange))
}

const escapeHtml = (plain: string) => plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** An exchange, whole: the request as curl, then status, headers and body as they came. */
export function renderExchange(stored: StoredExchange): string {
  const exchange = restoreExchange(stored)
  const { request, response, end } = stored
  const bytes = typeof request.body === 'object' && 'bytes' in request.body ? request.body.bytes : undefined
  const curl =
    bytes === undefined
      ? curlOf(exchange, undefined, Number.POSITIVE_INFINITY)
      : `${curlOf(exchange)} --data-binary @${bytes}-bytes`
  if (!response) return paragraphs(fence(curl, 'sh'), `No response: ${end}.`)
  const lines = [
    `HTTP/1.1 ${response.status}`,
    ...response.headers.map(([name, value]) => `${name}: ${value}`),
    ...(exchange.text ? ['', exchange.text.trimEnd()] : []),
    ...(end === 'complete' ? [] : [`(${end})`]),
  ]
  return paragraphs(fence(curl, 'sh'), fence(lines.join('\n'), 'http'))
}

/** A statement as an item of a list: its sentence, and what other versions did. */
export function bullet(book: Book, page: string, statement: Statement): string {
  return `- ${book.sentence(page, statement)}${notes(book, statement)}`
}

/** What a reader of a sentence must know besides: the versions, and what it cannot show. */
export function notes(book: Book, statement: Statement): string {
  const { values = [], since, until, older, limit, defect, excluded } = statement
  const found: string[] = []
  if (since || until) {
    const words = older && since ? `checked since ${since}` : describeRange({ since, until })
    found.push(book.range(knownRange(statement), words))
  }
  if (values.length > 1) {
    for (const value of values) {
      const range = { since: value.since ?? since, until: value.until ?? until }
      found.push(book.when(range, `${describeRange(range)}: ${text(value.means ?? '')}`))
    }
  }
  if (defect) found.push('a defect')
  if (excluded) found.push('not checked')
  if (limit) found.push(`**but:** ${text(limit)}`)
  return found.length > 0 ? ` (${found.join(' · ')})` : ''
}
