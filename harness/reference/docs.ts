import { type Book, endpointPage } from './book.ts'
import { code, paragraphs, plural, table, text } from './markdown.ts'
import { readTableFile } from './prose.ts'
import { bullet } from './statement.ts'

/** What Ollama's docs say of an endpoint, and what servers do: `docs/prose/docs.yaml`. */
export type Docs = Record<
  string,
  {
    /** The fields that they list. */
    fields: { request: string[]; answer: string[] }
    says: { says: string; verdict: 'right' | 'in part' | 'wrong' | 'not measured'; means: string }[]
  }
>

/** The sentences of the docs about an endpoint, in their order. */
export function docsTable(book: Book, page: string, endpoint: string): string {
  const docs = readTableFile<Docs>('docs')[endpoint]
  if (!docs) throw new Error(`${page}: docs/prose/docs.yaml has no ${endpoint}`)
  const count = (verdict: string) => docs.says.filter((one) => one.verdict === verdict).length
  const counts = (['right', 'in part', 'wrong', 'not measured'] as const)
    .filter((verdict) => count(verdict) > 0)
    .map((verdict) => `${count(verdict)} ${verdict}`)
  return paragraphs(
    `${plural(docs.says.length, 'sentence')}: ${counts.join(', ')}.`,
    table(
      ['the docs', '', 'servers'],
      docs.says.map(({ says, verdict, means }) => [
        text(says),
        verdict === 'right' ? verdict : `**${verdict}**`,
        book.prose(page, means) ?? '',
      ]),
    ),
  )
}

/** The statements that quote docs and servers, by endpoint. */
export function disputedList(book: Book, page: string): string {
  const disputed = book.statements.filter(({ quotes }) => quotes)
  const groups = [...Map.groupBy(disputed, ({ system, about }) => `${system} ${about.endpoints[0] ?? 'any'}`)]
  return paragraphs(
    `${plural(disputed.length, 'statement')}.`,
    ...groups.map(([name, group]) => {
      const [system = '', ...rest] = name.split(' ')
      const endpoint = rest.join(' ')
      const heading =
        endpoint === 'any'
          ? 'The server as a whole'
          : `[${code(endpoint)}](${book.href(page, endpointPage(system as 'ollama', endpoint))})`
      return paragraphs(
        `**${heading}**${system === 'ollama' ? '' : ` of ${system}`}`,
        group.map((statement) => bullet(book, page, statement)).join('\n'),
      )
    }),
  )
}
