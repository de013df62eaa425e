import { isUtf8 } from 'node:buffer'

/**
 * Streams read from bytes. The parsers take whole bodies: how the bytes were split over chunks can then make no
 * difference, which `streams.test.ts` shows on every split.
 */

/** One NDJSON line: its text, and its value or why it has none. */
export type Line = { text: string; value?: unknown; problem?: string }

const LF = 0x0a
const CR = 0x0d

/** The lines of an NDJSON body. A last line without newline counts; empty lines do not. */
export function ndjsonLines(body: Uint8Array): Line[] {
  const lines: Line[] = []
  for (let start = 0; start < body.length;) {
    const newline = body.indexOf(LF, start)
    const end = newline < 0 ? body.length : newline
    const line = body.subarray(start, body[end - 1] === CR ? end - 1 : end)
    if (line.length > 0) lines.push(readLine(line))
    start = end + 1
  }
  return lines
}

function readLine(bytes: Uint8Array): Line {
  const text = Buffer.from(bytes).toString()
  if (!isUtf8(bytes)) return { text, problem: 'not UTF-8' }
  try {
    return { text, value: JSON.parse(text) as unknown }
  } catch (error) {
    return { text, problem: `not JSON: ${(error as Error).message}` }
  }
}

/** One server-sent event: its `event:` name (`message` without one) and its `data:` lines joined by newlines. */
export type Event = { event: string; data: string }

/**
 * The events of an SSE body, by the rules of the HTML standard: LF, CRLF or CR end a line, an empty line ends an
 * event, and what is cut off before that is no event.
 *
 * @throws TypeError when the bytes are not UTF-8
 */
export function sseEvents(body: Uint8Array): Event[] {
  const events: Event[] = []
  let event = ''
  let data: string[] = []
  // What follows the last line end is an unfinished line, and may end inside a character.
  const finished = body.subarray(0, Math.max(body.lastIndexOf(LF), body.lastIndexOf(CR)) + 1)
  if (!isUtf8(finished)) throw new TypeError('the event stream is not UTF-8')
  const lines = new TextDecoder().decode(finished).split(/\r\n|\n|\r/)
  for (const line of lines.slice(0, -1)) {
    if (line === '') {
      if (data.length > 0) events.push({ event: event || 'message', data: data.join('\n') })
      event = ''
      data = []
      continue
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') event = value
    if (field === 'data') data.push(value)
  }
  return events
}
