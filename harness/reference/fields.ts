import type { System } from '../base/systems.ts'
import { describeRange, type Range } from '../base/versions.ts'
import type { Statement } from '../ledger/ledger.ts'
import { withoutQuery } from '../schema/routes.ts'
import type { Book } from './book.ts'
import { sourceOf } from '../schema/references.ts'
import { code, table, text } from './markdown.ts'
import type { Sighting } from './seen.ts'
import type { EndpointLine, FieldLine, MessageLine } from './timeline.ts'

/** Whether a field is an option of the sampler or the runner: these have a page of their own. */
export const isOption = (path: string) => path.startsWith('options.')

/** The page that has the table of all options. */
export const OPTIONS_PAGE = 'options.md'

/** The messages of one side of an endpoint, what is usual first; of answers those that are no error. */
export function sidesOf(line: EndpointLine, side: MessageLine['side']): MessageLine[] {
  const rank = ({ label }: MessageLine) => {
    const index = ['request', 'answer', 'last record', 'record'].indexOf(label)
    return index < 0 ? 9 : index
  }
  return line.messages
    .filter((message) => message.side === side && !/^answer \d/.test(message.label))
    .sort((a, b) => rank(a) - rank(b))
}

/** A field of an endpoint with all messages that have it. */
export type FieldRow = Range & {
  path: string
  field: FieldLine
  messages: { message: MessageLine; field: FieldLine }[]
}

/** The fields of one side of an endpoint, each once, in the order of their messages. */
export function fieldRows(line: EndpointLine, side: MessageLine['side']): FieldRow[] {
  const rows = new Map<string, FieldRow>()
  for (const message of sidesOf(line, side)) {
    for (const field of message.fields) {
      const range = { since: field.since, until: field.until }
      const row = rows.get(field.path)
      if (!row) {
        rows.set(field.path, { path: field.path, field, messages: [{ message, field }], ...range })
        continue
      }
      row.messages.push({ message, field })
      row.field = either(row.field, field)
      // The widest: a field that any message had before was there before.
      if (!range.since) row.since = undefined
      if (!range.until) row.until = undefined
    }
  }
  return [...rows.values()]
}

/** Where a page says what is known of a field. */
export const fieldPlace = (side: MessageLine['side'], path: string) =>
  `${side === 'request' ? 'field' : 'answer'}-${path}`

/** Statements with those first that tell what a field does: null, a wrong type and another endpoint come last. */
export function telling(statements: readonly Statement[]): Statement[] {
  const rank = ({ id }: Statement) =>
    /\.type$|\.(type|null|drops|unserved)\.|^(remote|account)\./.test(id) ? 1 : 0
  return [...statements].sort((a, b) => rank(a) - rank(b))
}

/** A field as either of two messages has it: where one lists no values any may be. */
const either = (a: FieldLine, b: FieldLine): FieldLine => ({
  ...a,
  types: new Set([...a.types, ...b.types]),
  values: a.values.size > 0 && b.values.size > 0 ? new Set([...a.values, ...b.values]) : new Set(),
})

/** What proves that a field is what the table says. */
export type FieldProof =
  | { kind: 'statements'; statements: Statement[] }
  | { kind: 'seen'; by: Sighting; elsewhere?: true }
  | { kind: 'unseen'; reason: string }
  | { kind: 'none' }

export function proofOfField(
  book: Book,
  line: EndpointLine,
  side: MessageLine['side'],
  { path, messages }: FieldRow,
): FieldProof {
  const statements = telling(
    book
      .about(line.system, line.name)
      .filter(({ about }) => (side === 'request' ? about.field : about.answer) === path),
  )
  if (statements.length > 0) return { kind: 'statements', statements }
  for (const { message } of messages) {
    const by = book.of(line.system).seen.of(message.file, path)
    if (by) return { kind: 'seen', by }
  }
  const reason = messages.map(({ field }) => field.unseen).find((why) => why !== undefined)
  const above = reason ?? unseenAbove(messages)
  if (above) return { kind: 'unseen', reason: above }
  for (const { field } of messages) {
    const by = book.of(line.system).seen.anywhere(field.origin)
    if (by) return { kind: 'seen', by, elsewhere: true }
  }
  return { kind: 'none' }
}

/** Why what a field is in was never seen. */
function unseenAbove(messages: FieldRow['messages']): string | undefined {
  for (const { message, field } of messages) {
    const parent = message.fields.find((other) => other.unseen && field.path.startsWith(`${other.path}.`))
    if (parent?.unseen) return parent.unseen
  }
  const [{ message } = {}] = messages
  return message && (sourceOf(message.file)['x-unseen'] as string | undefined)
}

/** The fields of one side of an endpoint as a table. */
export function fieldTable(book: Book, page: string, line: EndpointLine, side: MessageLine['side']): string {
  const all = fieldRows(line, side)
  // Options have a table of their own, and are the same wherever they are taken.
  const rows = line.system === 'ollama' ? all.filter(({ path }) => !isOption(path)) : all
  if (rows.length === 0) return ''
  const request = side === 'request'
  const head = request
    ? ['field', 'type', 'default', 'since', 'what it does', 'proof']
    : ['field', 'type', 'since', 'in', 'what it is', 'proof']
  return table(
    head,
    rows.map((row) => {
      const { path, field } = row
      const options = path === 'options' && line.system === 'ollama'
      const what = `${text(withoutDefault(field))}${options ? ` ([each of them](${book.href(page, OPTIONS_PAGE)}))` : ''}`
      const proof = proofCell(book, page, side, path, proofOfField(book, line, side, row))
      const since = sinceCell(book, line.system, row)
      return request
        ? [code(path), typeOf(field), defaultOf(field), since, what, proof]
        : [code(path), typeOf(field), since, placesOf(book, row, sidesOf(line, side)), what, proof]
    }),
  )
}

/** Types and, where they are listed, values. */
export function typeOf({ types, values }: FieldLine): string {
  const listed = [...values]
  const covered = new Set<string>(listed.map((value) => jsonType(JSON.parse(value))))
  const others = [...types].filter(
    (type) => !covered.has(type) && !(type === 'integer' && covered.has('number')),
  )
  const shown =
    listed.length > MOST_VALUES ? [`one of ${listed.length} values`] : listed.map((value) => code(value))
  return [...shown, ...others].join(', ') || 'any'
}

const MOST_VALUES = 8

const jsonType = (value: unknown) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)

/** What is taken when a field of a request is left out. */
export function defaultOf(field: FieldLine): string {
  if (field.always) return '**required**'
  if (field.default !== undefined) return code(field.default)
  const [, words] = field.description.match(/([^;]+) when absent/) ?? []
  return words ? text(words.trim()) : '–'
}

const withoutDefault = ({ description }: FieldLine) => description.replace(/; [^;]+ when absent( or 0)?$/, '')

export const sinceCell = (book: Book, system: System, { since, until }: Range) =>
  since || until
    ? book.range({ since, until }, since && !until ? since : describeRange({ since, until }))
    : `≤ ${book.of(system).versions[0]}`

/** In which of the messages of a side a field always is, and in which it may be. */
function placesOf(book: Book, { messages }: FieldRow, all: readonly MessageLine[]): string {
  const names = (kept: FieldRow['messages']) => {
    const found = kept.map(({ message }) => friendly(message))
    return found.length > 6
      ? `${found.length} of ${all.length} kinds of message`
      : [...new Set(found)].join(', ')
  }
  const groups = [...Map.groupBy(messages, oftenIn)]
  return groups
    .map(([often, kept]) => {
      if (all.length === 1) return often
      return often.startsWith('always') && kept.length === all.length
        ? `${often}, in each`
        : `${often}: ${names(kept)}`
    })
    .sort()
    .join('; ')
}

/** Whether a message always has a field, and since when or until when, where other servers send the field at times. */
function oftenIn({ field: { since, until, always } }: FieldRow['messages'][number]): string {
  if (!always) return 'at times'
  const from = always.since && always.since !== since ? ` since ${always.since}` : ''
  return `always${from}${always.until && always.until !== until ? ` until ${always.until}` : ''}`
}

/** What a message is called for a reader. */
export const friendly = ({ label, event }: MessageLine): string =>
  event ??
  (
    {
      'answer (loaded)': 'load or unload',
      'answer (debug)': 'rendered only',
      'answer (chunk)': 'cut off by the guard',
      'error-record record': 'error record',
    } as Record<string, string>
  )[label] ??
  label

function proofCell(
  book: Book,
  page: string,
  side: MessageLine['side'],
  path: string,
  proof: FieldProof,
): string {
  switch (proof.kind) {
    case 'statements': {
      const links = proof.statements.slice(0, 3).map(({ id }, index) => book.to(page, id, String(index + 1)))
      const more = proof.statements.length - links.length
      return `${links.join(' ')}${more > 0 ? ` [+${more}](#${fieldPlace(side, path)})` : ''}`
    }
    case 'seen':
      return seenCell(book, page, proof)
    case 'unseen':
      return `never seen: ${text(proof.reason)}`
    case 'none':
      return 'no statement, not recorded'
  }
}

/** Where a field was seen of which nothing is said: in a check of what, and the exchange itself. */
function seenCell(
  book: Book,
  page: string,
  { by, elsewhere }: Extract<FieldProof, { kind: 'seen' }>,
): string {
  const { statement, version, exchange } = by
  const at = elsewhere
    ? ` at ${code(`${exchange.request.method} ${withoutQuery(exchange.request.path)}`)}`
    : ''
  return `${book.to(page, statement.id, 'seen')}${at} on [${version}](${book.evidence(page, by)})`
}
