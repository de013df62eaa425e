/** Words of Markdown that a code host and the site read alike. */

/**
 * Text in which only code spans are Markdown; nothing else of it is taken for a tag, an emphasis or a template. Names of
 * fields are code, marked or not.
 */
export const text = (plain: string): string =>
  plain
    .split(/(`+[^`]*`+)/)
    .map((part, index) => (index % 2 === 1 ? part : escaped(part)))
    .join('')

const escaped = (part: string) =>
  part
    .split(/((?<![\w./-])_?[a-z]+(?:_[a-z]+)+(?![\w/]))/)
    .map((one, index) => (index % 2 === 1 ? `\`${one}\`` : marked(one)))
    .join('')

const marked = (part: string) =>
  part
    .replaceAll(/[\\*_[\]]/g, '\\$&')
    .replaceAll('<', '&lt;')
    .replaceAll('{{', '&#123;&#123;')

/** Code, whatever backticks it has. */
export function code(plain: string): string {
  const ticks = '`'.repeat(1 + Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length)))
  const space = /^`|`$/.test(plain) ? ' ' : ''
  return `${ticks}${space}${plain}${space}${ticks}`
}

/** A block of code, whatever it has in it. */
export function fence(given: string, language = ''): string {
  // A form has line ends of its own, which no page keeps.
  const content = given.replaceAll('\r\n', '\n')
  const ticks = '`'.repeat(
    Math.max(3, 1 + Math.max(0, ...[...content.matchAll(/`+/g)].map(([run]) => run.length))),
  )
  return `${ticks}${language}\n${content}\n${ticks}`
}

/** A table; a cell is Markdown of one line. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

const cell = (content: string) => content.replaceAll(/(?<!\\)\|/g, '\\|').replaceAll('\n', ' ')

/** What is shown on demand. */
export const folded = (summary: string, content: string) =>
  `<details><summary>${summary}</summary>\n\n${content}\n\n</details>`

/** A place that a link can lead to, whatever heading it stands before. */
export const anchor = (id: string) => `<a id="${id}"></a>`

/** The parts that say something, each apart from the next. */
export const paragraphs = (...parts: (string | undefined | false)[]) => parts.filter(Boolean).join('\n\n')

/** JSON with a space where a person wants one. */
export function json(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(json).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'nothing'
  const members = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${json(one)}`)
  return `{ ${members.join(', ')} }`
}

export const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`
