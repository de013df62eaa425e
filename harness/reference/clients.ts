import type { Statement } from '../ledger/ledger.ts'
import { type Book, endpointPage } from './book.ts'
import { code, table } from './markdown.ts'

/** What real clients send, by client and endpoint: each call leads to what it gets. */
export function clientTable(book: Book, page: string): string {
  const calls = book.statements.filter(({ id }) => id.startsWith('clients.'))
  const clientOf = ({ given }: Statement) => (given as { client: string }).client
  const rows = [...Map.groupBy(calls, clientOf)].flatMap(([client, own]) =>
    [...Map.groupBy(own, ({ about }) => about.endpoints[0] ?? '')].map(([endpoint, ofEndpoint], index) => [
      index === 0 ? code(client) : '',
      `[${code(endpoint)}](${book.href(page, endpointPage('ollama', endpoint))})`,
      ofEndpoint.map((statement) => callOf(book, page, statement)).join(', '),
    ]),
  )
  return table(['client', 'endpoint', 'calls'], rows)
}

/** The name of a call, and where its outcome moved. */
function callOf(book: Book, page: string, { id, given, values = [] }: Statement): string {
  const moved = values.flatMap(({ since }) => since ?? [])
  const link = book.to(page, id, (given as { call: string }).call)
  return moved.length > 0 ? `**${link}** (moved ${moved.join(', ')})` : link
}
