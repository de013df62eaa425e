import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { expect, test } from 'vitest'
import { SYSTEMS } from '../base/systems.ts'
import { fromRoot } from '../base/paths.ts'
import { compiledLedger } from '../ledger/compiled.ts'
import { schemaFor, ANY } from '../schema/specialise.ts'
import { routeOf, routesOf } from '../schema/routes.ts'
import { validateMessage } from '../schema/validate.ts'
import { Book, endpointPage, gather, homesOf } from './book.ts'
import type { WaysAround } from './across.ts'
import { fieldRows, isOption, OPTIONS_PAGE, proofOfField } from './fields.ts'
import { renderPages, renderProofs } from './pages.ts'
import { fitsId, readTableFile, unfounded } from './prose.ts'

const material = gather(await compiledLedger())
const book = new Book(material, 'repository')
const pages = renderPages(material, 'repository')
const statements = [...material.ledger.values()]

test('every route has its page, with a request that can be sent', () => {
  for (const system of SYSTEMS) {
    for (const { path, methods, of } of routesOf(system)) {
      if (of) continue
      const page = pages[endpointPage(system, `${methods[0]} ${path}`)]
      expect(page, path).toBeDefined()
      for (const method of methods) expect(page).toContain(`\`${method} ${path}\``)
    }
  }
})

test('every field of every request and answer is in a table, with since and what can be opened as its proof', () => {
  const wrong: string[] = []
  const counts = { statements: 0, seen: 0, unseen: 0 }
  for (const system of SYSTEMS) {
    for (const line of book.of(system).endpoints) {
      if (line.method === 'HEAD') continue
      for (const side of ['request', 'answer'] as const) {
        for (const row of fieldRows(line, side)) {
          const where = `${line.name} ${side} ${row.path}`
          const option = system === 'ollama' && isOption(row.path)
          const page = option ? OPTIONS_PAGE : endpointPage(system, line.name)
          const name = option ? row.path.replace('options.', '') : row.path
          const [head, cells] = rowOf(page, name, option ? 'option' : 'field', side) ?? []
          if (!head || !cells) {
            wrong.push(`${where}: no row`)
            continue
          }
          const cell = (title: string) => cells[head.indexOf(title)] ?? ''
          if (!cell('since')) wrong.push(`${where}: no since`)
          if (side === 'request' && !cell('default')) wrong.push(`${where}: no default`)
          const proof = proofOfField(book, line, side, row)
          if (proof.kind === 'none') {
            wrong.push(`${where}: no statement, in no recording, and no reason why`)
            continue
          }
          counts[proof.kind] += 1
          const link =
            proof.kind === 'unseen'
              ? /^never seen: ./
              : proof.kind === 'seen' && !option
                ? // The check, and the exchange itself.
                  /^\[seen\]\(.+\)( at `.+`)? on \[[\w.-]+\]\(.+\/recordings\/.+\.json\)$/
                : /^\[[^\]]+\]\([^)]*#[^)]+\)/
          if (!link.test(cell('proof'))) wrong.push(`${where}: ${cell('proof')}`)
        }
      }
    }
  }
  expect(wrong).toEqual([])
  expect(counts.statements + counts.seen + counts.unseen).toBeGreaterThan(2500)
  // What no instrument reaches stays the exception.
  expect(counts.unseen).toBeLessThan(100)
})

/** The head of the table with a field's row, and its cells. */
function rowOf(page: string, name: string, first: string, side: string): [string[], string[]] | undefined {
  const cellsOf = (line: string) =>
    line
      .replace(/^\| | \|$/g, '')
      .split(/ (?<!\\)\| /)
      .map((cell) => cell.trim())
  let head: string[] | undefined
  for (const line of pages[page]?.split('\n') ?? []) {
    if (line.startsWith(`| ${first} |`)) head = cellsOf(line)
    else if (!line.startsWith('|')) head = undefined
    const has = head && (first === 'option' || head.includes('default') === (side === 'request'))
    if (has && line.replace(/^\| (<a[^>]*><\/a>)?/, '').startsWith(`\`${name}\` |`))
      return [head ?? [], cellsOf(line)]
  }
  return undefined
}

test('every statement stands on exactly one page, once', () => {
  const places = Map.groupBy(
    Object.entries(pages).flatMap(([page, text]) =>
      [...text.matchAll(/^<a id="([\w.-]+)"><\/a>\n#### \1$/gm)].map(([, id]) => ({
        page,
        id: id as string,
      })),
    ),
    ({ id }) => id,
  )
  for (const statement of statements) {
    expect(homesOf(statement, material.prose), statement.id).toHaveLength(1)
    expect(
      places.get(statement.id)?.map(({ page }) => page),
      statement.id,
    ).toEqual([book.homeOf(statement.id)])
  }
})

test('an id is a place on the page of its endpoint for ever, wherever the statement stands by now', () => {
  for (const { id } of statements) {
    const places = pages[book.ownerOf(id)]?.match(
      new RegExp(`<a id="${id.replaceAll('.', '\\.')}"></a>`, 'g'),
    )
    expect(places, `${id} on ${book.ownerOf(id)}`).toHaveLength(1)
  }
})

test.for(['repository', 'site'] as const)('no link of the %s leads nowhere', (medium) => {
  const all = medium === 'site' ? { ...renderPages(material, medium), ...renderProofs(material) } : pages
  const anchors = new Map(
    Object.entries(all).map(([page, text]) => [
      page,
      new Set([
        ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id as string),
        ...[...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => slug(heading as string)),
      ]),
    ]),
  )
  const dead: string[] = []
  for (const [page, text] of Object.entries(all)) {
    // What is in code is no link.
    const prose = text.replaceAll(/^(`{3,}).*\n[\s\S]*?^\1$/gm, '').replaceAll(/(`+)[^`].*?\1/g, '')
    for (const [, href = ''] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(href)) continue
      const [path = '', place] = href.split('#')
      const target = path ? posix.join(posix.dirname(page), path) : page
      if (target.startsWith('../')) {
        if (!isFile(`docs/api/${target}`)) dead.push(`${page}: ${href}`)
        continue
      }
      if (!anchors.has(target) || (place && !anchors.get(target)?.has(place))) dead.push(`${page}: ${href}`)
    }
  }
  expect(dead).toEqual([])
})

const slug = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-')

const isFile = (path: string) => {
  try {
    readFileSync(fromRoot(path))
    return true
  } catch {
    return false
  }
}

test('every sentence of prose that names a fact names its statement', () => {
  const found = [...material.prose.values()].flatMap((prose) =>
    unfounded(prose).map((sentence) => `${prose.file}: ${sentence}`),
  )
  expect(found).toEqual([])
})

test('every curl of prose sends what some version takes', () => {
  let sent = 0
  for (const { file, sections } of material.prose.values()) {
    for (const [, path = '', body = ''] of [...sections.values()]
      .join('\n')
      .matchAll(/^curl [^\n]*?http:\/\/localhost:11434(\/[\w/:.-]*)[^\n']*-d '([^']*)'/gm)) {
      const method = path === '/api/delete' ? 'DELETE' : 'POST'
      expect(routeOf('ollama', ANY, method, path), `${file}: ${path}`).toBeDefined()
      const common = { system: 'ollama', method, path, version: ANY, open: false } as const
      expect(validateMessage({ ...common, part: 'request', body: JSON.parse(body) })).toEqual([])
      sent += 1
    }
  }
  expect(sent).toBeGreaterThan(12)
})

test('what limits a statement is one, and not itself', () => {
  for (const { id, see = [] } of statements) {
    expect(
      see.filter((other) => other === id || !material.ledger.has(other)),
      id,
    ).toEqual([])
  }
})

test('a way around is for a defect, and every defect that stands has one or none is known', () => {
  const ways = Object.entries(readTableFile<WaysAround>('ways-around'))
  for (const [pattern] of ways) {
    const meant = statements.filter(({ id, defect }) => defect && fitsId(pattern, id))
    expect(meant.length, pattern).toBeGreaterThan(0)
  }
})

test('a default of a schema is in the table of its fields', () => {
  for (const [field, { default: value }] of Object.entries(
    schemaFor('ollama/generate/request.json', ANY, true).properties as Record<string, { default?: unknown }>,
  )) {
    if (value === undefined) continue
    expect(pages['ollama/api-generate.md']).toMatch(
      new RegExp(`\\| \`${field}\` \\| [^|]+ \\| \`${value}\` \\|`),
    )
  }
})

test('a field that older servers sent at times says since when it is always there', () => {
  const page = endpointPage('ollama', 'POST /api/show')
  const [head = [], cells = []] = rowOf(page, 'model_info', 'field', 'answer') ?? []
  expect(cells[head.indexOf('in')]).toBe('always since 0.14.3, in each')
})
