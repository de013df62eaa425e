/**
 * An element. What stands in it is text, whatever a server put there: no markup is ever read from data.
 *
 * @param {string} tag
 * @param {Record<string, unknown>} attributes `onclick` and the like are listeners
 * @param {...(Node | string | undefined | (Node | string)[])} children
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== ''))
  return element
}

/** A sentence of the ledger, with its backticks as code. */
export const prose = (text) =>
  text.split('`').map((part, index) => (index % 2 === 1 ? el('code', {}, part) : part))

/**
 * A value as JSON, where whatever fits on a line stands on one.
 *
 * @param {unknown} value
 * @param {number} width how long a line may be
 */
export function pretty(value, width = 72, indent = '') {
  if (value === undefined) return 'nothing'
  const line = JSON.stringify(value)
  if (typeof value !== 'object' || value === null || indent.length + line.length <= width) return line
  const inner = `${indent}  `
  const list = Array.isArray(value)
  const parts = Object.entries(value).map(
    ([key, one]) => `${inner}${list ? '' : `${JSON.stringify(key)}: `}${pretty(one, width, inner)}`,
  )
  const [open, close] = list ? '[]' : '{}'
  return [open, parts.join(',\n'), `${indent}${close}`].join('\n')
}

export const count = (number, noun) =>
  `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : noun.endsWith('s') ? 'es' : 's'}`

export async function read() {
  const packed = Uint8Array.from(atob(document.getElementById('data').textContent), (one) =>
    one.charCodeAt(0),
  )
  const json = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  return new Response(json).json()
}

/** The words that a reader looks for, all of which a text must have. */
export const wordsOf = (text) => text.toLowerCase().split(/\s+/).filter(Boolean)

/**
 * Two texts line by line: `[' ', both]`, `['-', first only]`, `['+', second only]`.
 *
 * Long texts are compared without looking for what moved: the table would have a cell for each pair of lines.
 */
export function lineDifference(first, second) {
  const [a, b] = [first.split('\n'), second.split('\n')]
  if (a.length * b.length > 1e6) return [...a.map((line) => ['-', line]), ...b.map((line) => ['+', line])]
  // The length of the longest common rest, from each pair of lines on.
  const rest = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      rest[i][j] = a[i] === b[j] ? rest[i + 1][j + 1] + 1 : Math.max(rest[i + 1][j], rest[i][j + 1])
    }
  }
  const lines = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push([' ', a[i]])
      i += 1
      j += 1
    } else if (j >= b.length || (i < a.length && rest[i + 1][j] >= rest[i][j + 1])) lines.push(['-', a[i++]])
    else lines.push(['+', b[j++]])
  }
  return lines
}

/**
 * The records of a stream with the time at which each was whole: events of server-sent events, else lines.
 *
 * @param {string} body
 * @param {[t: number, end: number][]} chunks
 * @returns {{ t: number, text: string }[]}
 */
export function recordsOf(body, chunks) {
  const events = /^(data|event):/.test(body)
  const records = []
  for (const { 0: text, index } of body.matchAll(events ? /[\s\S]+?(?:\r?\n\r?\n|$)/g : /[^\n]+(?:\n|$)/g)) {
    if (!text.trim()) continue
    const end = index + text.trimEnd().length
    const t = (chunks.find((chunk) => chunk[1] >= end) ?? chunks.at(-1))[0]
    records.push({ t, text: text.trim() })
  }
  return records
}
