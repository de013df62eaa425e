import type { System } from '../base/systems.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { recordedVersions } from '../recording/recording.ts'
import { isObject } from '../schema/references.ts'
import { routeOf } from '../schema/routes.ts'
import { ANY } from '../schema/specialise.ts'
import { ndjsonLines, sseEvents } from '../wire/streams.ts'
import { endpointsAbout } from './about.ts'
import { type MessageShape, surfaceOf } from './surface.ts'

/** One request and its answer, as far as they are known. */
export type Traffic = {
  method: string
  /** With or without a query, and with whatever a proxy puts in front of it. */
  path: string
  /** When it began, ms, and the headers as they were sent, where a proxy saw it. */
  began?: number
  headers?: [string, string][]
  request?: { type: string; text: string } | undefined
  response?: { status: number; type: string; text: string } | undefined
}

/** What a client was seen to use of an endpoint. Names only: no value and no text of anybody is kept. */
export type Used = {
  requests: number
  /** Fields that it sent and that some version knows. */
  sent: Set<string>
  /** Fields that it sent and that no version knows: a server ignores them. */
  unknown: Set<string>
  /** Fields of the answers that it got. */
  received: Set<string>
  /** Events of the streams that it got. */
  events: Set<string>
  statuses: Set<number>
  streams: Set<'NDJSON' | 'server-sent events' | 'whole'>
}

type Known = Record<MessageShape['side'], ReadonlySet<string>>

/** Watches traffic, and keeps which parts of the API it uses. */
export class Usage {
  readonly endpoints = new Map<string, Used>()
  /** Requests that are for no route of Ollama. */
  readonly strange = new Map<string, number>()
  readonly #known = new Map<string, Known>()
  readonly #system: System = 'ollama'

  add({ method, path, request, response }: Traffic): void {
    const endpoint = this.#endpointOf(method, path)
    if (!endpoint) {
      const name = `${method} ${path.replace(/\?.*/, '')}`
      this.strange.set(name, (this.strange.get(name) ?? 0) + 1)
      return
    }
    const used = this.endpoints.get(endpoint) ?? {
      requests: 0,
      sent: new Set(),
      unknown: new Set(),
      received: new Set(),
      events: new Set(),
      statuses: new Set(),
      streams: new Set(),
    }
    this.endpoints.set(endpoint, used)
    used.requests += 1
    const known = this.#knownOf(endpoint)
    // A body that is no JSON has no fields to tell.
    const body = request && parsed(request.text)
    for (const field of fieldsIn(body, known.request)) {
      if (known.request.has(field)) used.sent.add(field)
      else used.unknown.add(field)
    }
    if (!response) return
    used.statuses.add(response.status)
    const { kind, values, events } = recordsOf(response)
    if (response.status < 300) used.streams.add(kind)
    for (const event of events) used.events.add(event)
    for (const value of values) {
      for (const field of fieldsIn(value, known.answer)) if (known.answer.has(field)) used.received.add(field)
    }
  }

  /** The endpoint of a path, which may have something in front: the base path of a proxy. */
  #endpointOf(method: string, path: string): string | undefined {
    const bare = path.replace(/\?.*/, '')
    const starts = [0, ...[...bare.matchAll(/\/(?=(api|v1)\/)/g)].map(({ index }) => index)]
    for (const start of starts) {
      const route = routeOf(this.#system, ANY, method, bare.slice(start))
      if (route && !route.of) return `${method} ${route.path}`
    }
    return undefined
  }

  /** Every field that some version has in the messages of an endpoint. */
  #knownOf(endpoint: string): Known {
    const before = this.#known.get(endpoint)
    if (before) return before
    const known = { request: new Set<string>(), answer: new Set<string>() }
    for (const version of recordedVersions(this.#system)) {
      for (const { side, fields } of surfaceOf(this.#system, version).get(endpoint)?.messages.values() ??
        []) {
        for (const field of fields.keys()) known[side].add(field)
      }
    }
    this.#known.set(endpoint, known)
    return known
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * The innermost fields of a value, by dotted path; items of arrays without an index, and keys of maps as `*`. What is
 * within a field that may hold anything, such as a schema, is that field.
 */
function fieldsIn(value: unknown, known: ReadonlySet<string>): Set<string> {
  const found = new Set<string>()
  const walk = (one: unknown, path: string) => {
    if (Array.isArray(one)) {
      if (one.length === 0 && path) found.add(path)
      for (const item of one) walk(item, path)
      return
    }
    const keys = isObject(one) ? Object.entries(one) : []
    if (keys.length === 0) {
      if (path) found.add(path)
      return
    }
    const isOpen = path !== '' && known.has(path) && ![...known].some((field) => field.startsWith(`${path}.`))
    if (isOpen) {
      found.add(path)
      return
    }
    for (const [key, below] of keys) {
      const [named, any] = [key, '*'].map((name) => (path ? `${path}.${name}` : name)) as [string, string]
      walk(below, !known.has(named) && known.has(any) ? any : named)
    }
  }
  walk(value, '')
  return found
}

function recordsOf({ type, text }: { type: string; text: string }): {
  kind: 'NDJSON' | 'server-sent events' | 'whole'
  values: unknown[]
  events: string[]
} {
  const bytes = Buffer.from(text)
  if (type.startsWith('text/event-stream')) {
    const events = sseEvents(bytes)
    const values = events.map(({ data }) => parsed(data))
    const names = events.map(({ data }, index) => {
      const value = values[index]
      return isObject(value) && typeof value.type === 'string' ? value.type : data === '[DONE]' ? data : ''
    })
    return { kind: 'server-sent events', values, events: names.filter((name) => name !== '') }
  }
  if (type.startsWith('application/x-ndjson')) {
    return { kind: 'NDJSON', values: ndjsonLines(bytes).map(({ value }) => value), events: [] }
  }
  return { kind: 'whole', values: [parsed(text)], events: [] }
}

/** Statements about what becomes of a field that is left out. */
const DEFAULT = /(^|[.-])defaults?([.-]|$)/

/**
 * What somebody relies on who uses this: the fields that were sent and got, the statements about those that were sent
 * and the events that came, and the defaults of the fields that were left out.
 */
export function reliesOn(usage: Usage, ledger: Ledger): { ids: string[]; fields: string[] } {
  const ids: string[] = []
  for (const statement of ledger.values()) {
    const { id, system, about } = statement
    if (system !== 'ollama') continue
    const endpoints = endpointsAbout(statement)
    const uses = [...usage.endpoints].some(([endpoint, { sent, events }]) => {
      if (!endpoints.includes(endpoint)) return false
      const { field, event } = about
      if (field === undefined) return event !== undefined && events.has(event)
      return DEFAULT.test(id) || [...sent].some((one) => one === field || one.startsWith(`${field}.`))
    })
    if (uses) ids.push(id)
  }
  const fields = [...usage.endpoints].flatMap(([endpoint, { sent, received }]) =>
    [...new Set([...sent, ...received])].sort().map((field) => `${endpoint} ${field}`),
  )
  return { ids: ids.sort(), fields: fields.sort() }
}
