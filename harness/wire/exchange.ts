import { isUtf8 } from 'node:buffer'
import type { Answer, AnyAnswer } from './answers.ts'
import { type Event, type Line, ndjsonLines, sseEvents } from './streams.ts'

/** What is sent. A body that is neither bytes nor text is sent as JSON. */
export type Request<Method extends string = string, Path extends string = string> = {
  method: Method
  path: Path
  headers?: Record<string, string>
  body?: unknown
  /** Wrong on purpose, to every version, so it is not held to its schema. */
  wrong?: boolean
  /** As a client of other people sent it, so it may have what no version knows. */
  foreign?: boolean
  /** The request is for the suite's registry, not for the server. */
  to?: 'registry'
  /** It only clears up, and shows nothing of what the check is about. */
  aside?: boolean
}

/** Path and body of a request, where one may look for names. A long body of bytes is a file, and has none. */
export function textOf({ path, body }: Pick<Request, 'path' | 'body'>): string {
  if (body === undefined) return path
  if (body instanceof Uint8Array)
    return body.length > 65_536 ? path : `${path} ${Buffer.from(body).toString()}`
  return `${path} ${typeof body === 'string' ? body : JSON.stringify(body)}`
}

/** One part of a response body as it came off the wire, and when: ms since the request was sent. */
export type Chunk = { t: number; bytes: Buffer }

/**
 * How an exchange ended: `complete`; `aborted` by us; `cut` by the server before the end of the body; `refused`,
 * with no response at all.
 */
export type End = 'complete' | 'aborted' | 'cut' | 'refused'

/** One request with its response as bytes, and as what its route answers. */
export class Exchange<Known extends Answer = AnyAnswer> {
  readonly request: {
    method: string
    path: string
    headers: Record<string, string>
    body: Buffer | undefined
  }
  readonly wrong: boolean
  readonly foreign: boolean
  readonly to: Request['to']
  readonly aside: boolean
  /** Undefined until the response begins. */
  status: number | undefined
  /** Name and value of each response header, as sent. */
  headers: [string, string][] = []
  readonly chunks: Chunk[] = []
  end: End | undefined
  /** Why it was cut or refused. */
  problem: string | undefined
  /** The body read once, until more of it comes. */
  #read: Reading | undefined
  #sent: { json: unknown } | undefined

  constructor(request: Request) {
    const { body } = request
    const json = body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array)
    this.request = {
      method: request.method,
      path: request.path,
      headers: { ...(json ? { 'content-type': 'application/json' } : {}), ...request.headers },
      body:
        body === undefined
          ? undefined
          : Buffer.from(json ? JSON.stringify(body) : (body as string | Uint8Array)),
    }
    this.wrong = request.wrong ?? false
    this.foreign = request.foreign ?? false
    this.to = request.to
    this.aside = request.aside ?? false
  }

  /** A response header by its name in any case. */
  header(name: string): string | undefined {
    return this.headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]
  }

  /** The content type with its parameters. */
  get contentType(): string | undefined {
    return this.header('content-type')
  }

  get #reading(): Reading {
    const last = this.chunks.at(-1)
    if (this.#read?.last !== last) this.#read = undefined
    return (this.#read ??= new Reading(this.chunks))
  }

  get body(): Buffer {
    return this.#reading.bytes
  }

  get text(): string {
    return this.#reading.text
  }

  /** The body as JSON. @throws SyntaxError when it is none */
  get json(): Known['json'] {
    return JSON.parse(this.text)
  }

  /** The body as JSON, undefined where it is none; read once for all, so nobody may change it. */
  get whole(): unknown {
    return this.#reading.whole
  }

  /** What was sent as JSON, undefined where it is none; read once for all, so nobody may change it. */
  get sent(): unknown {
    const { body } = this.request
    // A model file is long, and is no text.
    this.#sent ??= { json: body && isUtf8(body) ? jsonOf(body.toString()) : undefined }
    return this.#sent.json
  }

  /** The NDJSON lines so far. */
  get lines(): Line[] {
    return [...this.#reading.lines]
  }

  /** The values of the NDJSON lines. */
  get records(): Known['records'] {
    return this.#reading.lines.map((line) => line.value)
  }

  /** The server-sent events so far. */
  get events(): Event[] {
    return [...this.#reading.events]
  }

  /** The data of the server-sent events as JSON, `[DONE]` as it is. */
  get eventData(): Known['records'] {
    return [...this.#reading.eventData]
  }
}

/** A body up to one of its chunks, each of its forms made when it is first asked for. */
class Reading {
  readonly last: Chunk | undefined
  readonly bytes: Buffer
  #text: string | undefined
  #whole: { json: unknown } | undefined
  #lines: Line[] | undefined
  #events: Event[] | undefined
  #eventData: unknown[] | undefined

  constructor(chunks: readonly Chunk[]) {
    this.last = chunks.at(-1)
    this.bytes =
      chunks.length === 1 && this.last ? this.last.bytes : Buffer.concat(chunks.map(({ bytes }) => bytes))
  }

  get text(): string {
    return (this.#text ??= this.bytes.toString())
  }

  get whole(): unknown {
    this.#whole ??= { json: jsonOf(this.text) }
    return this.#whole.json
  }

  get lines(): Line[] {
    return (this.#lines ??= ndjsonLines(this.bytes))
  }

  get events(): Event[] {
    return (this.#events ??= sseEvents(this.bytes))
  }

  get eventData(): unknown[] {
    return (this.#eventData ??= this.events.map(({ data }) => (data === '[DONE]' ? data : JSON.parse(data))))
  }
}

/** The value of a text that is JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const LONGEST_SHOWN = 2000

const URL_SHOWN = 'http://127.0.0.1:11434'

/**
 * The request as a curl command.
 *
 * @param longest a longer body, or one that is no text, is only named
 * @param variables headers that are sent and not kept, each with the environment variable that holds its value
 */
export function curlOf(
  { request }: Exchange,
  url = URL_SHOWN,
  longest = LONGEST_SHOWN,
  variables: Record<string, string> = {},
): string {
  const { method, path, headers, body } = request
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
  const curl = ['curl', '-sS', '-i']
  if (method === 'HEAD') curl.push('-I')
  else if (method !== 'GET' || body) curl.push('-X', method)
  // Curl would read these as patterns, and resolve dots.
  if (/[[\]{}]|\/\./.test(path)) curl.push('-g', '--path-as-is')
  curl.push(/^[\w/.:%-]+$/.test(path) ? `${url}${path}` : quote(`${url}${path}`))
  const typed = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  // Curl would call it a form.
  if (body && !typed) curl.push('-H', quote('content-type:'))
  for (const [name, value] of Object.entries(headers)) {
    curl.push('-H', quote(value === '' ? `${name};` : `${name}: ${value}`))
  }
  for (const [name, variable] of Object.entries(variables)) curl.push('-H', `"${name}: $${variable}"`)
  if (body) {
    curl.push(
      body.length > longest || !isUtf8(body)
        ? `--data-binary @${body.length}-bytes`
        : `--data-raw ${quote(body.toString())}`,
    )
  }
  return curl.join(' ')
}

/** The exchange as evidence: the request as a curl command, then status, headers and body as they came. */
export function evidence(exchange: Exchange, url?: string): string {
  const shown = exchange.text
  return [
    curlOf(exchange, url),
    exchange.status === undefined ? '(no response)' : `HTTP/1.1 ${exchange.status}`,
    ...exchange.headers.map(([name, value]) => `${name}: ${value}`),
    '',
    shown.length > LONGEST_SHOWN
      ? `${shown.slice(0, LONGEST_SHOWN)}… (${shown.length} characters)`
      : shown.trimEnd(),
    ...(exchange.end === 'complete'
      ? []
      : [`(${exchange.end}${exchange.problem ? `: ${exchange.problem}` : ''})`]),
  ].join('\n')
}
