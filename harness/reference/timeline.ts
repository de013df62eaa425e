import type { System } from '../base/systems.ts'
import { compareVersions, type Range } from '../base/versions.ts'
import { OLDEST } from '../gate/span.ts'
import { type Field, type MessageShape, type Surface, surfaceOf } from '../gate/surface.ts'
import type { Statement } from '../ledger/ledger.ts'
import { isObject, sourceOf } from '../schema/references.ts'
import { filesOf, routesOf } from '../schema/routes.ts'

/** An endpoint over all versions: what a reader of any of them needs to know of its messages. */
export type EndpointLine = Range & {
  system: System
  /** `POST /api/chat` */
  name: string
  method: string
  path: string
  summary: string
  messages: MessageLine[]
}

export type MessageLine = Range &
  Pick<MessageShape, 'side' | 'label' | 'title' | 'event'> & {
    /** Its schema file. */
    file: string
    fields: FieldLine[]
  }

/** A field of a message, as the newest version that has it says. */
export type FieldLine = Range &
  Field & {
    path: string
    /** The versions in which it must be sent, or always is; undefined when in none. */
    always?: Range
  }

/** The versions at which something moves, in the ledger or the schemas, from the oldest that is covered. */
export function boundaries(system: System, statements: Iterable<Statement>): string[] {
  const found = new Set<string>()
  const add = ({ since, until }: Range) => {
    for (const version of [since, until]) if (version) found.add(version)
  }
  for (const statement of statements) {
    if (statement.system !== system) continue
    add(statement)
    for (const value of statement.values ?? []) add(value)
  }
  const files = new Set<string>()
  for (const route of routesOf(system)) {
    add(route)
    for (const file of filesOfRoute(route)) files.add(file)
  }
  const seen = new Set<string>()
  const visit = (file: string) => {
    if (seen.has(file)) return
    seen.add(file)
    const walk = (node: unknown): void => {
      if (Array.isArray(node)) return node.forEach(walk)
      if (!isObject(node)) return
      for (const [key, value] of Object.entries(node)) {
        if (/^x-(required-)?(since|until)$/.test(key)) found.add(value as string)
        else if (/^x-enum-(since|until)$/.test(key)) {
          for (const version of Object.values(value as object)) found.add(version as string)
        } else if (key === '$ref' && typeof value === 'string') {
          const [target] = value.split('#')
          if (target) visit(new URL(target, `file:///${file}`).pathname.slice(1))
        } else walk(value)
      }
    }
    walk(sourceOf(file))
  }
  for (const file of files) visit(file)
  const oldest = OLDEST[system]
  return [
    oldest,
    ...[...found].filter((version) => compareVersions(version, oldest) > 0).sort(compareVersions),
  ]
}

export const filesOfRoute = ({ request, responses }: ReturnType<typeof routesOf>[number]): string[] => [
  ...(request.endsWith('.json') ? [request] : []),
  ...Object.values(responses)
    .flatMap((types) => Object.values(types))
    .flatMap(filesOf),
]

/** The surfaces of a system at each of some versions, in their order. */
export const surfacesAt = (system: System, versions: readonly string[]): Surface[] =>
  versions.map((version) => surfaceOf(system, version))

/** Every endpoint that any of the versions has, in the order of the routes. */
export function endpointLines(
  system: System,
  versions: readonly string[],
  surfaces: readonly Surface[],
): EndpointLine[] {
  const names = new Set(
    routesOf(system)
      .filter(({ of }) => !of)
      .flatMap(({ methods, path }) => methods.map((method) => `${method} ${path}`)),
  )
  return [...names].map((name) => {
    const at = surfaces.map((surface) => surface.get(name))
    const newest = at.findLast((endpoint) => endpoint !== undefined)
    const [method = '', path = ''] = name.split(' ')
    const keys = new Set(at.flatMap((endpoint) => [...(endpoint?.messages.keys() ?? [])]))
    const messages = [...keys].map((key) =>
      messageLine(
        key,
        at.map((endpoint) => endpoint?.messages.get(key)),
        versions,
      ),
    )
    return { system, name, method, path, summary: newest?.summary ?? '', ...spanOf(at, versions), messages }
  })
}

function messageLine(
  key: string,
  at: (MessageShape | undefined)[],
  versions: readonly string[],
): MessageLine {
  const newest = at.findLast((message) => message !== undefined) as MessageShape
  const { side, label, title, event } = newest
  const paths = [...newest.fields.keys()]
  // A field of before stands where it would.
  for (const message of at) for (const path of message?.fields.keys() ?? []) insert(paths, path)
  const own = spanOf(at, versions)
  const fields = paths.map((path) => {
    const fieldAt = at.map((message) => message?.fields.get(path))
    const field = fieldAt.findLast((one) => one !== undefined) as Field
    const always = spanOf(
      fieldAt.map((one) => one?.required || undefined),
      versions,
    )
    const is = fieldAt.some((one) => one?.required)
    return { ...field, path, ...spanOf(fieldAt, versions), ...(is ? { always } : {}) }
  })
  return {
    side,
    label,
    title,
    ...(event === undefined ? {} : { event }),
    file: key.replace(/^\w+ /, ''),
    ...own,
    fields,
  }
}

/** Puts a path behind its last sibling, unless it is there. */
function insert(paths: string[], path: string): void {
  if (paths.includes(path)) return
  const parent = path.includes('.') ? path.slice(0, path.lastIndexOf('.') + 1) : ''
  const last = paths.findLastIndex((one) => one.startsWith(parent))
  paths.splice(last + 1, 0, path)
}

/** The versions that have something, as a range: the first with it, and the first without it behind the last. */
function spanOf(at: readonly unknown[], versions: readonly string[]): Range {
  const first = at.findIndex((one) => one !== undefined)
  const last = at.findLastIndex((one) => one !== undefined)
  return {
    ...(first > 0 ? { since: versions[first] as string } : {}),
    ...(last >= 0 && last < versions.length - 1 ? { until: versions[last + 1] as string } : {}),
  }
}
