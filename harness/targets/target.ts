import type { System } from '../base/systems.ts'
import type { OwnModels } from '../config/server.ts'

/**
 * What a server is started with: environment variables of Ollama, flags of llama-server (`--parallel`), where
 * `model` names the instrument that it serves. No settings: as the suite starts it by default. A name that begins with
 * `~/` is a file that Ollama finds in its home.
 */
export type Settings = Readonly<Record<string, string>>

/** Whether a setting is a file in the server's home. */
export const inHome = (name: string) => name.startsWith('~/')

/** A system under test that can be asked for servers. */
export type Target = {
  system: System
  kind: 'container' | 'binary' | 'url' | 'replay'
  /** What it is, for the banner: the image, the path, the address. */
  label: string
  /** Its version, where it is known without asking: a replay's. */
  version?: string
  /** The models that stand in for the instruments in a replay of strangers. */
  own?: OwnModels | undefined
  /** Whether it can start servers with settings of their own. */
  launches: boolean
  /** Digest of the image or binary, `sha256:…`; empty where there is none. */
  digest: () => Promise<string>
  /** Starts a server and waits until it answers; its address. Servers with the same store share their models. */
  start: (settings: Settings, store?: string) => Promise<string>
  /**
   * Keeps the models that the first store has by now, for every other store.
   *
   * @param models by name
   * @returns the folder of the stores, where models come into them as they are asked for; else each store has them all
   */
  keepModels?: ((models: readonly string[]) => Promise<string | undefined>) | undefined
  /** How a server that it started has ended without being told to; undefined while it runs, or where nobody knows. */
  ended?: (url: string) => Promise<string | undefined>
  /**
   * When an engine of one of its servers last found its port taken, ms since the epoch; 0 if none ever did. Ollama looks
   * for a free port and gives it to an engine, and until that listens another may have it: its server then talks to an
   * engine that is not its own.
   */
  clashedAt?: () => number
  /** Ends one server at once. */
  abandon?: (url: string) => void
  /** Stops every server that was started and removes what they left. */
  stop: () => Promise<void>
}

/** What an engine says that cannot have its port: in Go, in llama-server. */
const TAKEN = /bind: (address already in use|Only one usage)|couldn't bind HTTP server socket/

/** The last lines of a server's log, for the message of a failed start or of an end. */
export class LogTail {
  #text = ''
  #cause = ''
  #clashedAt = 0

  add(text: string): void {
    // A line may come in two parts.
    if (TAKEN.test(this.#text.slice(-100) + text) && !TAKEN.test(this.#text.slice(-100)))
      this.#clashedAt = Date.now()
    // What a Go program dies of stands before pages of its goroutines, and behind what its engines died of before.
    this.#cause = text.match(/^(?:panic|fatal error|SIG[A-Z]+): .*$/gm)?.at(-1) ?? this.#cause
    this.#text = (this.#text + text).slice(-4000)
  }

  includes(text: string): boolean {
    return this.#text.includes(text)
  }

  match(pattern: RegExp): RegExpMatchArray | null {
    return this.#text.match(pattern)
  }

  /** When an engine of it last found its port taken, ms since the epoch; 0 if none ever did. */
  get clashedAt(): number {
    return this.#clashedAt
  }

  /** `: panic: …`, what it died of; nothing where it did not say so. */
  get cause(): string {
    return this.#cause && `: ${this.#cause}`
  }

  /** `; its last words:` and the last lines, indented; nothing when there are none. */
  toString(): string {
    const lines = this.#text.trimEnd().split('\n').slice(-12)
    return lines[0] ? `; its last words:\n${lines.map((line) => `    ${line}`).join('\n')}` : ''
  }
}
