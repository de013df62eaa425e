import type { End, Exchange } from '../wire/exchange.ts'

/** What came back of an exchange: all that a server decides. */
export type Answer = { status: number; headers: [string, string][]; chunks: Buffer[]; end: End }

/** A piece of a body: the whole JSON, a line of NDJSON, an event. `text` is how it was written, with its line ends. */
export type Part = { text: string; value?: unknown }

/** How a body is made of parts; `other` is what is no JSON. */
export type Form = 'json' | 'lines' | 'events' | 'other'

export type Body = { form: Form; parts: Part[] }

/** Reads a body into parts that, written one after the other, are that body. */
export function bodyOf({ headers, chunks }: Answer): Body {
  const text = Buffer.concat(chunks).toString()
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? ''
  if (/event-stream/.test(type) || text.startsWith('event: ')) return { form: 'events', parts: events(text) }
  if (/ndjson/.test(type)) return { form: 'lines', parts: lines(text) }
  const value = parsed(text)
  return typeof value === 'object' && value !== null
    ? { form: 'json', parts: [{ text, value }] }
    : { form: 'other', parts: [{ text }] }
}

const lines = (text: string): Part[] =>
  (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) => ({ text: line, value: parsed(line) }))

const DATA = /^data: ?(.*)$/m

const events = (text: string): Part[] =>
  text.split(/(?<=\n\n)/).map((event) => ({ text: event, value: parsed(DATA.exec(event)?.[1] ?? '') }))

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** The part with another value, written as the server writes. */
export function withValue({ text }: Part, form: Form, value: unknown): Part {
  const json = JSON.stringify(value)
  const written = text.includes('\\u00')
    ? json.replaceAll(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`)
    : json
  if (form === 'events') return { text: text.replace(DATA, () => `data: ${written}`), value }
  return { text: written + (/\s*$/.exec(text)?.[0] ?? ''), value }
}

/** The answer with other parts in its body, each in a chunk of its own. */
export function withParts(answer: Answer, parts: readonly Part[]): Answer {
  const chunks = parts.map(({ text }) => Buffer.from(text))
  const length = chunks.reduce((sum, { length }) => sum + length, 0)
  const headers = answer.headers.map(([name, value]): [string, string] => [
    name,
    name.toLowerCase() === 'content-length' ? String(length) : value,
  ])
  return { ...answer, headers, chunks }
}

/** Puts an answer into an exchange that has none. */
export function fill(exchange: Exchange, { status, headers, chunks, end }: Answer): Exchange {
  exchange.status = status
  exchange.headers = headers
  for (const [t, bytes] of chunks.entries()) exchange.chunks.push({ t, bytes })
  exchange.end = end
  return exchange
}
