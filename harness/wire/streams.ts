/**
 * Streams read from bytes. The parsers take whole bodies: how the bytes were split over chunks can then make no
 * difference, which `streams.test.ts` shows on every split.
 */

/** One NDJSON line: its text, and its value or why it is not JSON. */
export type Line = { text: string; value?: unknown; problem?: string }

/**
 * The lines of an NDJSON body. A last line without newline counts; empty lines do not.
 *
 * @throws TypeError when the bytes are not UTF-8
 */
export function ndjsonLines(body: Uint8Array): Line[] {
  return decode(body)
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line !== '')
    .map((text) => {
      try {
        return { text, value: JSON.parse(text) as unknown }
      } catch (error) {
        return { text, problem: `not JSON: ${(error as Error).message}` }
      }
    })
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
  const lines = decode(body).split(/\r\n|\n|\r/)
  // What follows the last line end is an unfinished line.
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

function decode(body: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(body)
}
