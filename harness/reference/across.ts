import { SYSTEMS, type System } from '../base/systems.ts'
import type { Change } from '../gate/changes.ts'
import type { Statement } from '../ledger/ledger.ts'
import { type Book, endpointPage, type Material } from './book.ts'
import { clientTable } from './clients.ts'
import { disputedList, docsTable } from './docs.ts'
import { changeLine, GENERATED, releasePage, sectionsOf } from './endpoint.ts'
import { seenErrors } from './errors.ts'
import { fieldRows, isOption, sinceCell, typeOf } from './fields.ts'
import { anchor, code, paragraphs, plural, table, text } from './markdown.ts'
import { limitsOfOptions, matrix, measuredCell } from './parameters.ts'
import { fitsId, type Prose, readTableFile } from './prose.ts'
import { bullet } from './statement.ts'
import type { EndpointLine } from './timeline.ts'

/** A page across endpoints: its prose, what it asks to be put in, and the statements that stand on it. */
export function acrossPageOf(book: Book, name: string, prose: Prose): string {
  const page = pageOf(name)
  const own = book.statements.filter(({ id }) => book.homeOf(id) === page)
  const written = (content: string) => inserted(book, page, book.prose(page, content) ?? '')
  return `${paragraphs(
    `# ${prose.front.title}`,
    GENERATED,
    written(prose.intro),
    ...[...prose.sections].map(([title, content]) => `## ${title}\n\n${written(content)}`),
    own.length > 0 && `## Statements\n\n${sectionsOf(book, page, own)}`,
  )}\n`
}

/** What prose asks for in a comment: `<!-- options -->`, `<!-- list: chat.tools.* -->`. */
function inserted(book: Book, page: string, written: string): string {
  return written.replaceAll(/^<!-- (\w[\w-]*)(?:: (.*))? -->$/gm, (_, name: string, argument = '') => {
    switch (name) {
      case 'options':
        return optionTable(book, page)
      case 'matrix':
        return matrix(book, page)
      case 'limits':
        return limitsOfOptions(book, page)
      case 'clients':
        return clientTable(book, page)
      case 'docs':
        return docsTable(book, page, argument)
      case 'disputed':
        return disputedList(book, page)
      case 'list':
        return listed(book, page, book.fitting(argument.split(', ')))
      case 'errors':
        return errorsByStatus(book, page)
      case 'defects':
        return defects(book, page)
      case 'parameters':
        return parameterTable(book, page, argument)
      case 'endpoints':
        return endpointTable(book, page, argument as System)
      case 'pages':
        return pageList(book, page)
      default:
        throw new Error(`${page}: there is nothing called ${name} to put in`)
    }
  })
}

/** Statements as sentences, below the endpoint that they are about first. */
function listed(book: Book, page: string, statements: readonly Statement[]): string {
  const groups = Map.groupBy(statements, ({ about }) => about.endpoints[0] ?? 'any')
  return [...groups]
    .map(([endpoint, group]) =>
      paragraphs(
        `**${endpointLink(book, page, group[0]?.system ?? 'ollama', endpoint)}**`,
        group.map((statement) => bullet(book, page, statement)).join('\n'),
      ),
    )
    .join('\n\n')
}

const endpointLink = (book: Book, page: string, system: System, endpoint: string) =>
  endpoint === 'any'
    ? 'The server as a whole'
    : `[${code(endpoint)}](${book.href(page, endpointPage(system, endpoint))})`

function optionTable(book: Book, page: string): string {
  const line = book.of('ollama').endpoints.find(({ name }) => name === 'POST /api/generate') as EndpointLine
  const rows = fieldRows(line, 'request').filter(({ path }) => isOption(path))
  return table(
    ['option', 'type', 'default', 'since', 'what it does', 'proof', 'elsewhere'],
    rows.map((row) => {
      const option = row.path.replace('options.', '')
      const of = book.fitting([`options.${option}.*`])
      const rule = of.find(({ id }) => id === `options.${option}.default`)
      const said = rule?.text.match(/ is (-?[\d.]*\d)/)?.[1] ?? (rule ? 'none' : '–')
      const links = of
        .filter(({ id }) => /\.(effect|type|cap|default)$/.test(id))
        .map(({ id }) => book.to(page, id, id.split('.').at(-1) as string))
      return [
        `${anchor(row.path)}${code(option)}`,
        typeOf(row.field),
        rule
          ? `${book.to(page, rule.id, said)}${rule.limit ? `, ${book.to(page, rule.id, 'but')}` : ''}`
          : said,
        sinceCell(book, 'ollama', row),
        text(row.field.description),
        links.join(' '),
        `[by endpoint](${book.href(page, 'parameters.md', option)})`,
      ]
    }),
  )
}

/** Which endpoint answers which status, by what was recorded. */
function errorsByStatus(book: Book, page: string): string {
  const found = book
    .of('ollama')
    .endpoints.flatMap((line) =>
      seenErrors(book, [line], book.about('ollama', line.name)).map((error) => ({ ...error, line })),
    )
  const byStatus = [...Map.groupBy(found, ({ status }) => status)].sort(([a], [b]) => a - b)
  return table(
    ['status', 'endpoint', 'when'],
    byStatus.flatMap(([status, errors]) =>
      [...Map.groupBy(errors, ({ line }) => line)].map(([line, ofLine]) => {
        const shown = ofLine.slice(0, 2).map(({ statement }) => book.sentence(page, statement))
        const rest = ofLine.length - shown.length
        const more = `[${rest} more](${book.href(page, endpointPage('ollama', line.name), 'errors')})`
        return [
          status < 400 ? `${status}, in a stream` : String(status),
          endpointLink(book, page, 'ollama', line.name),
          `${shown.join(' ')}${rest > 0 ? ` And ${more}.` : ''}`,
        ]
      }),
    ),
  )
}

/** What can hardly be meant, and what a client does about it. */
function defects(book: Book, page: string): string {
  const ways = Object.entries(readTableFile<WaysAround>('ways-around'))
  const wayOf = ({ id }: Statement) => ways.find(([pattern]) => fitsId(pattern, id))?.[1]
  const rows = book.statements.filter(({ defect }) => defect)
  const isOver = (statement: Statement) =>
    statement.until !== undefined || wayOf(statement)?.over !== undefined
  // Members of a family have the same reason and the same way.
  const items = (group: readonly Statement[]) =>
    [...Map.groupBy(group, (statement) => `${statement.defect} ${wayOf(statement)?.way}`).values()]
      .map((same) => {
        const [first] = same as [Statement]
        const way = wayOf(first)?.way
        return [
          ...same.map((statement) =>
            bullet(book, page, statement).replace(/ · a defect\)$| \(a defect\)$/, (end) =>
              end.startsWith(' ·') ? ')' : '',
            ),
          ),
          `  - ${text(first.defect ?? '')}`,
          ...(way ? [`  - **Way around:** ${book.prose(page, way)}`] : []),
        ].join('\n')
      })
      .join('\n')
  const standing = rows.filter((statement) => !isOver(statement))
  return paragraphs(
    ...[...Map.groupBy(standing, ({ about }) => about.endpoints[0] ?? 'any')].map(([endpoint, group]) =>
      paragraphs(`### ${endpoint === 'any' ? 'The server as a whole' : endpoint}`, items(group)),
    ),
    '### Those that are over',
    rows
      .filter(isOver)
      .map(
        (statement) => `${items([statement])}\n  - Over since ${statement.until ?? wayOf(statement)?.over}.`,
      )
      .join('\n'),
  )
}

/** What a client does about a defect, by id or family, or the release that ended it. */
export type WaysAround = Record<string, { way?: string; over?: string }>

/** A parameter of an API that is published elsewhere, and what becomes of it here. */
export type Parameter = {
  /** `stream_options`, and a part of it: `stream_options: include_usage`. */
  name: string
  /** `different` is served, and otherwise than published. */
  verdict: 'served' | 'different' | 'dropped' | 'not asked yet'
  /** In words, with citations. */
  means: string
}

/** What is published of an API, by endpoint: `docs/prose/openai.yaml`, `anthropic.yaml`. */
export type Published = Record<
  string,
  {
    /** The types that list it. */
    from: { package: string; file: string; interface: string }[]
    published: string[]
    parameters: Parameter[]
  }
>

function parameterTable(book: Book, page: string, argument: string): string {
  const [file = '', endpoint = ''] = argument.split(/ (.*)/)
  const listed = readTableFile<Published>(file)[endpoint]
  if (!listed) throw new Error(`${page}: docs/prose/${file}.yaml has no ${endpoint}`)
  const [types] = listed.from
  const count = (verdict: string) => listed.parameters.filter((one) => one.verdict === verdict).length
  const counts = (['served', 'different', 'dropped', 'not asked yet'] as const)
    .filter((verdict) => count(verdict) > 0)
    .map((verdict) => `${count(verdict)} ${verdict}`)
  return paragraphs(
    `Those that ${code(types?.package ?? '')} lists: ${counts.join(', ')}.`,
    table(
      ['parameter', 'here', 'measured', 'what that means'],
      listed.parameters.map(({ name, verdict, means }) => [
        code(name),
        verdict === 'served' ? verdict : `**${verdict}**`,
        measuredCell(book, page, endpoint, name),
        book.prose(page, means) ?? '',
      ]),
    ),
  )
}

function endpointTable(book: Book, page: string, system: System): string {
  const lines = book.of(system).endpoints
  return table(
    ['endpoint', 'what it is for', 'since', 'statements'],
    lines.map((line) => [
      endpointLink(book, page, system, line.name),
      text(line.summary),
      sinceCell(book, system, line),
      String(book.about(system, line.name).length || '–'),
    ]),
  )
}

const pageList = (book: Book, page: string) =>
  acrossPages(book.material)
    .filter(([name]) => pageOf(name) !== page)
    .map(
      ([name, { front }]) =>
        `- [${front.title}](${book.href(page, pageOf(name))})${front.about ? `: ${front.about}` : ''}`,
    )
    .join('\n')

/** The prose of pages across, by name, in the order that they ask for. */
export const acrossPages = ({ prose }: Material) =>
  [...prose]
    .filter(([, { front }]) => front.title)
    .sort(([, a], [, b]) => (a.front.order ?? 99) - (b.front.order ?? 99))

/** A code host shows a README where a folder is asked for. */
export const pageOf = (name: string) => (name === 'index' ? 'README.md' : `${name}.md`)

/** All statements, as sentences that lead to what is known of each: a page an area, and one that leads to these. */
export function statementsPages(book: Book): Record<string, string> {
  const page = 'statements.md'
  const areas = SYSTEMS.map((system) => {
    const own = book.statements.filter((statement) => statement.system === system)
    return [system, [...Map.groupBy(own, ({ area }) => area)]] as const
  })
  const areaPage = (system: System, area: string) =>
    `statements/${system === 'ollama' ? '' : `${system}-`}${area}.md`
  const index = paragraphs(
    '# All statements',
    GENERATED,
    `${plural(book.statements.length, 'statement')}, by area of the ledger, which is how an id begins.`,
    ...areas.map(([system, list]) =>
      paragraphs(
        `## ${system}`,
        table(
          ['area', 'statements', 'about'],
          list.map(([area, statements]) => [
            `[${area}](${book.href(page, areaPage(system, area))})`,
            String(statements.length),
            commonest(statements.map(({ about }) => about.endpoints[0] ?? 'any'))
              .map((endpoint) => endpointLink(book, page, system, endpoint))
              .join(', '),
          ]),
        ),
      ),
    ),
  )
  const pages: Record<string, string> = { [page]: `${index}\n` }
  for (const [system, list] of areas) {
    for (const [area, statements] of list) {
      const own = areaPage(system, area)
      pages[own] = `${paragraphs(
        `# All statements: ${system === 'ollama' ? '' : `${system}, `}${area}`,
        GENERATED,
        `${plural(statements.length, 'statement')}, each about the newest version that has it; in brackets what other versions did. [Other areas](${book.href(own, page)}).`,
        listed(book, own, statements),
      )}\n`
    }
  }
  return pages
}

/** The commonest few of some names, and how many there are besides. */
function commonest(names: readonly string[]): string[] {
  const counted = [...Map.groupBy(names, (name) => name)].sort(([, a], [, b]) => b.length - a.length)
  return counted.slice(0, 4).map(([name]) => name)
}

/** Of what a release only adds so many lines stand with the others; all of them have a page. */
const MOST_ADDED = 8

/** What changed in each release, the newest first; a release that adds much has a page of its own for that. */
export function releasesPages(book: Book, system: System): Record<string, string> {
  const page = releasePage(system)
  const { releases, versions, recorded } = book.of(system)
  const pages: Record<string, string> = {}
  const sections = releases.map(({ version, changes }) => {
    const [breaks = [], adds = []] = (['breaks', 'adds'] as const).map((verdict) =>
      changes.filter((change) => change.verdict === verdict),
    )
    const apart = page.replace(/\.md$/, `/${version}.md`)
    const rest = adds.length > MOST_ADDED ? adds.length - MOST_ADDED / 2 : 0
    const lines = (list: readonly Change[], from: string) =>
      list.map((change) => changeLine(book, from, change)).join('\n')
    if (rest > 0) {
      pages[apart] = `${paragraphs(
        `# What ${system} ${version} added`,
        GENERATED,
        `[What it changed besides, and other releases](${book.href(apart, page, version)}).`,
        lines(adds, apart),
      )}\n`
    }
    return paragraphs(
      `${anchor(version)}\n## ${version}`,
      breaks.length > 0 && paragraphs('**Can break a client**', lines(breaks, page)),
      adds.length > 0 &&
        paragraphs(
          '**Only adds**',
          `${lines(adds.slice(0, adds.length - rest), page)}${rest > 0 ? `\n- … and [${rest} more](${book.href(page, apart)})` : ''}`,
        ),
    )
  })
  pages[page] = `${paragraphs(
    `# What changed in each release of ${system}`,
    GENERATED,
    `From ${versions[0]} to ${recorded.versions.at(-1)}, as far as the statements and the schemas know. A release that is not here changed nothing that is known. Where a behaviour is only known to lie between two releases that were run, it stands under the later one; [what was measured](${book.href(page, '../measured.md')}) says which were run. Between any two versions: \`ollama-conformance changes A B\`.`,
    ...sections,
  )}\n`
  return pages
}
