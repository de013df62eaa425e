import type { Status } from '../run/verdict.ts'

type Write = (text: string | Uint8Array, ...rest: never[]) => boolean
type Stream = { write: Write; isTTY?: boolean; columns?: number }

/** Before it there is too little to tell from how long the rest takes. */
const SETTLED_MS = 3_000

/**
 * The last line of a terminal while the checks run: how many are done, how many fail, how long it may still take.
 *
 * Whatever else is printed goes above it: each write to the terminal first takes the line away, and puts it back.
 */
export class Progress {
  readonly #stream: Stream
  readonly #write: Write
  readonly #total: number
  readonly #began = Date.now()
  readonly #counts = new Map<Status, number>()
  #line = ''

  /** The line, where somebody sees it: not in a file, and not in the log of a CI job. */
  static on(stream: object, total: number): Progress | undefined {
    const terminal = stream as Stream
    return terminal.isTTY && !process.env.CI && total > 0 ? new Progress(terminal, total) : undefined
  }

  private constructor(stream: Stream, total: number) {
    this.#stream = stream
    this.#total = total
    this.#write = stream.write.bind(stream)
    stream.write = (text, ...rest) => {
      this.#write(ERASE)
      const written = this.#write(text, ...rest)
      // In the midst of a line of somebody else there is no place for it.
      if (String(text).endsWith('\n')) this.#write(this.#line)
      return written
    }
  }

  /** One more check is done. */
  count(status: Status): void {
    this.#counts.set(status, (this.#counts.get(status) ?? 0) + 1)
    const done = [...this.#counts.values()].reduce((a, b) => a + b, 0)
    const line = done < this.#total ? progressLine(this.#counts, this.#total, Date.now() - this.#began) : ''
    // Some terminals say that they have no width.
    this.#line = line.slice(0, (this.#stream.columns || 80) - 1)
    this.#write(`${ERASE}${this.#line}`)
  }

  /** Takes the line away for good. */
  end(): void {
    this.#write(ERASE)
    this.#stream.write = this.#write
  }
}

const ERASE = '\r\u001b[2K'

/** `312 of 763 · 2 fail · about 40 s left` */
export function progressLine(counts: ReadonlyMap<Status, number>, total: number, elapsedMs: number): string {
  const done = [...counts.values()].reduce((a, b) => a + b, 0)
  const bad = (['fail', 'error', 'known-fail'] as const).flatMap((status) => {
    const number = counts.get(status)
    return number ? [`${number} ${status}`] : []
  })
  const parts = [`${done} of ${total}`, ...bad]
  if (elapsedMs >= SETTLED_MS && done < total) {
    const seconds = Math.ceil(((elapsedMs / done) * (total - done)) / 1000)
    parts.push(`about ${seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`} left`)
  }
  return parts.join(' · ')
}
