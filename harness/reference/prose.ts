import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fromRoot } from '../base/paths.ts'
import { parseYaml } from '../base/yaml.ts'

/** What is written by hand, beside the data: a file a page. `docs/prose/README.md` explains the form. */
export type Prose = {
  /** Below `docs/prose/`. */
  file: string
  front: Front
  /** What stands before the first heading. */
  intro: string
  /** By heading, in their order. */
  sections: Map<string, string>
}

export type Front = {
  /** Of a page across. */
  title?: string
  /** Among the pages across. */
  order?: number
  /** One line for the index. */
  about?: string
  /** Statements that stand on this page and on no other, by id with `*`. */
  statements?: string[]
  /** Of the page of an endpoint: the one that it is most like. */
  twin?: string
  /** The statement whose exchange shows the answer, and that whose exchange shows the stream. */
  answer?: string
  stream?: string
}

const FOLDER = 'docs/prose'

/** Every file of prose, by its path without the ending: `options`, `ollama/api-generate`. */
export function readProse(): Map<string, Prose> {
  const prose = new Map<string, Prose>()
  for (const path of readdirSync(fromRoot(FOLDER), { recursive: true, encoding: 'utf8' }).sort()) {
    const file = path.replaceAll('\\', '/')
    if (!file.endsWith('.md') || file === 'README.md') continue
    prose.set(file.replace(/\.md$/, ''), parseProse(file, readFileSync(fromRoot(FOLDER, file), 'utf8')))
  }
  return prose
}

export function parseProse(file: string, content: string): Prose {
  const [, front, body = ''] = content.match(/^(?:---\n([\s\S]*?)\n---\n)?([\s\S]*)$/) ?? []
  const sections = new Map<string, string>()
  const [intro = '', ...parts] = body.split(/^## /m)
  for (const part of parts) {
    const end = part.indexOf('\n')
    sections.set(part.slice(0, end < 0 ? undefined : end).trim(), end < 0 ? '' : part.slice(end + 1).trim())
  }
  return { file, front: front ? (parseYaml(front) as Front) : {}, intro: intro.trim(), sections }
}

/** A table of facts that is kept by hand, `docs/prose/<name>.yaml`. */
export const readTableFile = <Rows>(name: string): Rows => {
  const file = fromRoot(FOLDER, `${name}.yaml`)
  if (!existsSync(file)) throw new Error(`${FOLDER}/${name}.yaml is not there`)
  return parseYaml(readFileSync(file, 'utf8')) as Rows
}

const ID = String.raw`[a-z][a-z0-9-]*(?:\.[a-z*][a-z0-9_*-]*)+`

/** `[generate.raw.bypasses-template]`, `[streaming.default.absent, streaming.default.null]`, `[legacy-completions.drops.*]` */
export const CITATION = new RegExp(String.raw`\[(${ID}(?:, ${ID})*)\](?!\()`, 'g')

/** `[[POST /api/chat]]`, `[[options]]`, `[[options|the options]]` */
export const PAGE_LINK = /\[\[([^\]|]+)(?:\|([^\]]+))?\]\]/g

/** Whether an id fits a pattern in which `*` stands for any rest. */
export const fitsId = (pattern: string, id: string): boolean =>
  pattern.includes('*')
    ? new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(id)
    : pattern === id

/**
 * The sentences of prose that name a fact and no statement: in each, something in code or a number is taken for a fact.
 * Headings, code, comments and what only leads on to other pages is none.
 */
export function unfounded(prose: Prose): string[] {
  const blocks = [prose.intro, ...prose.sections.values()]
  return blocks.flatMap((block) =>
    block
      .replaceAll(/```[\s\S]*?```/g, '')
      .replaceAll(/<!--[\s\S]*?-->/g, '')
      .split(/\n\s*\n|\n(?=\s*(?:[-*|]|\d+\.) ?)/)
      // A heading, or the line below the head of a table; the head itself names no fact.
      .filter(
        (part, index, parts) =>
          !/^\s*(#|\|?\s*-{3})/.test(part) && !/^\s*\|\s*-{3}/.test(parts[index + 1] ?? ''),
      )
      .flatMap((part) => part.replaceAll('\n', ' ').split(/(?<=[.!?])\s+(?=[A-Z`[])/))
      .map((sentence) => sentence.trim())
      .filter((sentence) => {
        // What this project is called is no fact about a server.
        const own = sentence
          .replaceAll(PAGE_LINK, '')
          .replaceAll(/\]\([^)]*\)/g, '')
          .replaceAll(/`ollama-conformance[^`]*`|OpenAPI 3\.1/g, '')
        const cited = own.match(CITATION)
        return !cited && /`|\d/.test(own.replaceAll(CITATION, ''))
      }),
  )
}
