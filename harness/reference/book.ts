import { posix } from 'node:path'
import type { System } from '../base/systems.ts'
import { SYSTEMS } from '../base/systems.ts'
import { describeRange, type Range } from '../base/versions.ts'
import { endpointsAbout } from '../gate/about.ts'
import type { Surface } from '../gate/surface.ts'
import { loadLedger, type Ledger, type Statement } from '../ledger/ledger.ts'
import { text } from './markdown.ts'
import { CITATION, fitsId, PAGE_LINK, type Prose, readProse } from './prose.ts'
import { type Recorded, recordedOf } from './recorded.ts'
import { type Release, releasesOf } from './releases.ts'
import { type Seen, seenIn, type Sighting } from './seen.ts'
import { boundaries, type EndpointLine, endpointLines, surfacesAt } from './timeline.ts'

/** All that the pages are made of. */
export type Material = {
  ledger: Ledger
  prose: Map<string, Prose>
  systems: Record<System, SystemMaterial>
}

export type SystemMaterial = {
  /** The versions at which something moves, the oldest first. */
  versions: string[]
  surfaces: Surface[]
  endpoints: EndpointLine[]
  releases: Release[]
  recorded: Recorded
  seen: Seen
}

export function gather(ledger: Ledger = loadLedger()): Material {
  const of = (system: System): SystemMaterial => {
    const versions = boundaries(system, ledger.values())
    const surfaces = surfacesAt(system, versions)
    const recorded = recordedOf(system)
    return {
      versions,
      surfaces,
      endpoints: endpointLines(system, versions, surfaces),
      releases: releasesOf(system, ledger, versions, surfaces),
      recorded,
      seen: seenIn(system, ledger, recorded),
    }
  }
  const systems = Object.fromEntries(SYSTEMS.map((system) => [system, of(system)]))
  return { ledger, prose: readProse(), systems: systems as Record<System, SystemMaterial> }
}

/**
 * Where pages are read: on a code host, or on the site, which has more room and a choice of version; a twin is the page of
 * the code host beside that of the site, for machines.
 */
export type Medium = 'repository' | 'site' | 'twin'

/** Where the exchanges of a statement are on the site. */
export const proofPage = (id: string) => `proofs/${id}.md`

/** The page of an endpoint with more statements has them on pages of their own: one is to be read, and light. */
const MOST_STATEMENTS = 60

/** Statements of an endpoint that stand on a page of their own: those of an area of the ledger. */
export type Part = { page: string; area: string; statements: Statement[] }

/** Bytes of HTML that the statements of a part may come to, by a guess that is not too low. */
const HEAVIEST_PART = 260_000

/** Statements in their order, as many to a page as keep it light. */
function lightParts(statements: readonly Statement[]): Statement[][] {
  const parts: Statement[][] = [[]]
  let weight = 0
  for (const statement of statements) {
    // What is long stands in lines of their own, each an element.
    const values = statement.values ?? []
    const lines = values.map(({ value }) => JSON.stringify(value, null, 2)).join('\n')
    const own = 1800 + 2 * lines.length + 30 * lines.split('\n').length
    weight += own
    if (weight > HEAVIEST_PART && parts.at(-1)?.length) {
      parts.push([])
      weight = own
    }
    parts.at(-1)?.push(statement)
  }
  return parts
}

/** The pages as a whole: where each thing stands, and how another page leads to it. */
export class Book {
  readonly material: Material
  readonly medium: Medium
  readonly #owners = new Map<string, string>()
  readonly #homes = new Map<string, string>()
  readonly #parts = new Map<string, Part[]>()
  readonly #see = new Map<string, Set<string>>()

  constructor(material: Material, medium: Medium) {
    this.material = material
    this.medium = medium
    for (const statement of material.ledger.values()) {
      const owner = homesOf(statement, material.prose)[0] as string
      this.#owners.set(statement.id, owner)
      this.#homes.set(statement.id, owner)
      for (const other of statement.see ?? []) {
        for (const [a, b] of [
          [statement.id, other],
          [other, statement.id],
        ] as const) {
          this.#see.set(a, (this.#see.get(a) ?? new Set()).add(b))
        }
      }
    }
    for (const [page, own] of Map.groupBy(this.statements, ({ id }) => this.ownerOf(id))) {
      if (!page.includes('/') || own.length <= MOST_STATEMENTS) continue
      const parts = [...Map.groupBy(own, ({ area }) => area)].flatMap(([area, statements]) =>
        lightParts(statements).map((part, index) => {
          const name = index === 0 ? area : `${area}-${index + 1}`
          return { page: page.replace(/\.md$/, `/${name}.md`), area: name, statements: part }
        }),
      )
      this.#parts.set(page, parts)
      for (const part of parts) for (const { id } of part.statements) this.#homes.set(id, part.page)
    }
  }

  get statements(): Statement[] {
    return [...this.material.ledger.values()]
  }

  of(system: System): SystemMaterial {
    return this.material.systems[system]
  }

  /** The page that a statement stands on with all that is known of it, below `docs/api/`. */
  homeOf(id: string): string {
    const home = this.#homes.get(id)
    if (!home) throw new Error(`there is no statement ${id}`)
    return home
  }

  /** The page that a statement belongs to: of its endpoint, or across. It may stand on a part of that. */
  ownerOf(id: string): string {
    const owner = this.#owners.get(id)
    if (!owner) throw new Error(`there is no statement ${id}`)
    return owner
  }

  /** The pages that the statements of a page stand on, where they are too many for it. */
  partsOf(page: string): Part[] {
    return this.#parts.get(page) ?? []
  }

  /** What a page is called. */
  titleOf(page: string): string {
    const name = page.replace(/\.md$/, '')
    const across = this.material.prose.get(name)?.front.title
    if (across) return `“${across}”`
    const lines = SYSTEMS.flatMap((system) => this.of(system).endpoints).filter(
      (line) => endpointPage(line.system, line.name) === page,
    )
    const [first] = lines
    return first ? `\`${lines.length > 1 ? first.path : first.name}\`` : name
  }

  /** The statements that limit one, or that it limits. */
  seeAlso(id: string): string[] {
    return [...(this.#see.get(id) ?? [])]
  }

  /** The statements whose ids fit one of some patterns. */
  fitting(patterns: readonly string[]): Statement[] {
    return this.statements.filter(({ id }) => patterns.some((pattern) => fitsId(pattern, id)))
  }

  /** The statements about an endpoint, wherever they stand. */
  about(system: System, endpoint: string): Statement[] {
    return this.statements.filter(
      (statement) => statement.system === system && endpointsAbout(statement).includes(endpoint),
    )
  }

  /** A link from one page to another, or to a place of it. */
  href(from: string, page: string, place?: string): string {
    const path =
      from === page && place ? '' : posix.relative(posix.dirname(from), page) || posix.basename(page)
    return `${path}${place ? `#${place}` : ''}`
  }

  /** A link to a statement. */
  to(from: string, id: string, words: string): string {
    return `[${words}](${this.href(from, this.homeOf(id), id)})`
  }

  /** The sentence of a statement as a link. */
  sentence(from: string, { id, text: words }: Statement): string {
    return `[${text(words)}](${this.href(from, this.homeOf(id), id)})`
  }

  /** A range of versions, in a form that the site can hide by. */
  range(range: Range, words = describeRange(range)): string {
    const { since = '', until = '' } = range
    if (this.medium !== 'site' || (!since && !until)) return words
    return `<span class="range" data-since="${since}" data-until="${until}">${words}</span>`
  }

  /** Words that hold for a range of versions; the site hides them, and not what they stand in. */
  when(range: Range, words: string): string {
    const { since = '', until = '' } = range
    if (this.medium !== 'site' || (!since && !until)) return words
    return `<span class="when" data-since="${since}" data-until="${until}">${words}</span>`
  }

  /** Where an exchange can be read: on the site among those of its statement, else in its recording. */
  evidence(from: string, { statement, version, exchange }: Sighting): string {
    const { recorded, seen } = this.of(statement.system)
    if (this.medium === 'repository')
      return this.href(from, `../../${recorded.fileOf(statement.id, version)}`)
    const proof = recorded.proofOf(statement)?.exchanges.indexOf(exchange) ?? -1
    const beside = seen.besideProofs(statement).findIndex((one) => one.exchange === exchange)
    const page = this.href(from, proofPage(statement.id))
    return `${this.medium === 'twin' ? page.replace(/md$/, 'html') : page}#${proof < 0 ? `beside-${beside + 1}` : `exchange-${proof + 1}`}`
  }

  /** Prose with its citations and its links to pages as links. */
  prose(from: string, written: string | undefined): string | undefined {
    if (!written) return undefined
    const parts = written.split(/(```[\s\S]*?```)/)
    return parts.map((part, index) => (index % 2 === 1 ? part : this.#linked(from, part))).join('')
  }

  #linked(from: string, part: string): string {
    return part
      .replaceAll(PAGE_LINK, (_, name: string, words?: string) => {
        const page = pageNamed(name, this.material)
        return `[${words ?? titleOf(name, this.material)}](${this.href(from, page)})`
      })
      .replaceAll(CITATION, (_, list: string) => this.cite(from, list.split(', ')))
      .replaceAll(/ (?=<sup>)/g, '')
  }

  /** Small links to what proves a sentence. */
  cite(from: string, patterns: readonly string[]): string {
    const links = patterns.map((pattern, index) => {
      const found = this.fitting([pattern])
      const [first] = found
      if (!first) throw new Error(`${from}: ${pattern} is no statement`)
      return this.to(from, first.id, index > 0 ? `${index + 1}` : found.length > 1 ? 'proofs' : 'proof')
    })
    return `<sup>${links.join(' ')}</sup>`
  }
}

/** The pages that claim a statement: pages across by their patterns, else that of its first endpoint. */
export function homesOf(statement: Statement, prose: ReadonlyMap<string, Prose>): string[] {
  const across = [...prose]
    .filter(([, { front }]) => front.statements?.some((pattern) => fitsId(pattern, statement.id)))
    .map(([name]) => `${name}.md`)
  if (across.length > 0) return across
  const [first] = statement.about.endpoints
  return [first === undefined || first === 'any' ? 'http.md' : endpointPage(statement.system, first)]
}

/** The page of an endpoint: a page has all methods of a path. */
export function endpointPage(system: System, endpoint: string): string {
  const path = endpoint.replace(/^\S+ /, '')
  return `${system}/${
    path
      .replaceAll(':', '')
      .replace(/^\/|\/$/g, '')
      .replaceAll('/', '-') || 'root'
  }.md`
}

function pageNamed(name: string, { prose }: Material): string {
  if (prose.get(name)?.front.title) return `${name}.md`
  const [, system, endpoint = name] = name.match(/^(ollama|llama-server) (.*)$/) ?? []
  if (/^[A-Z]+ \//.test(endpoint)) return endpointPage((system as System) ?? 'ollama', endpoint)
  if (/^(README|statements|review|(llama-server\/)?releases)$/.test(name)) return `${name}.md`
  throw new Error(`there is no page ${name}`)
}

const titleOf = (name: string, { prose }: Material) =>
  prose.get(name)?.front.title ?? (/^[A-Z]+ \//.test(name) ? `\`${name}\`` : name)
