import { readFileSync } from 'node:fs'
import { fromRoot } from '../base/paths.ts'
import { SYSTEMS } from '../base/systems.ts'
import { parseYaml } from '../base/yaml.ts'
import { acrossPageOf, acrossPages, pageOf, releasesPages, statementsPages } from './across.ts'
import { Book, endpointPage, type Material, type Medium, proofPage } from './book.ts'
import { changesPage, changesPageOf, endpointPageOf, GENERATED, partPageOf } from './endpoint.ts'
import { anchor, code, paragraphs, text } from './markdown.ts'
import { proofPageOf } from './statement.ts'
import type { EndpointLine } from './timeline.ts'

/** The pages of the reference by path below `docs/api/`. */
export function renderPages(material: Material, medium: Medium): Record<string, string> {
  const book = new Book(material, medium)
  const pages: Record<string, string> = {}
  for (const system of SYSTEMS) {
    for (const lines of byPage(book.of(system).endpoints)) {
      const page = endpointPage(system, lines[0].name)
      pages[page] = endpointPageOf(book, lines)
      const parts = book.partsOf(page)
      for (const part of parts) pages[part.page] = partPageOf(book, lines, part)
      if (parts.length > 0) pages[changesPage(page)] = changesPageOf(book, lines, page)
    }
    Object.assign(pages, releasesPages(book, system))
  }
  for (const [name, prose] of acrossPages(material)) pages[pageOf(name)] = acrossPageOf(book, name, prose)
  Object.assign(pages, statementsPages(book))
  pages['review.md'] = reviewPage(book)
  return pages
}

/** The pages of the site alone: for each statement the exchanges that prove it. */
export function renderProofs(material: Material): Record<string, string> {
  const book = new Book(material, 'site')
  return Object.fromEntries(
    book.statements.flatMap((statement) => {
      const content = proofPageOf(book, statement)
      return content ? [[proofPage(statement.id), content]] : []
    }),
  )
}

/** The endpoints that share a page: the methods of a path. */
const byPage = (lines: readonly EndpointLine[]): [EndpointLine, ...EndpointLine[]][] => [
  ...(Map.groupBy(lines, ({ path }) => path) as Map<string, [EndpointLine, ...EndpointLine[]]>).values(),
]

/** A claim of the review that the project started from, and what measuring it gave. */
type Claim = { id: string; claim: string; verdict: string; finding: string }

function reviewPage(book: Book): string {
  const page = 'review.md'
  const claims = parseYaml(readFileSync(fromRoot('docs/review/claims.yaml'), 'utf8')) as Claim[]
  return `${paragraphs(
    '# Appendix: the review, adjudicated',
    GENERATED,
    'The project began with a review of Ollama 0.5 made by reading its source. Each claim was measured on real servers; the statements below each verdict are the measurements.',
    ...claims.map(({ id, claim, verdict, finding }) => {
      const by = book.statements.filter((statement) => statement.claims?.includes(id))
      return paragraphs(
        `${anchor(id)}\n## ${id}: ${verdict}`,
        `> ${text(claim)}`,
        text(finding),
        `Measured by: ${by.map((one) => book.to(page, one.id, code(one.id))).join(', ') || 'nothing yet'}`,
      )
    }),
  )}\n`
}
