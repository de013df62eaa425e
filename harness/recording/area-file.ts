import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { StoredArea, StoredBytes, StoredExchange } from './stored.ts'

/**
 * What the file of an area holds: the exchanges of each statement, on as few lines as can be read.
 *
 *     {"POST /api/chat": {"model": "m", …}, "200 json 03:50:40": [[12, ["fbdd", "a", 7]]]}
 *
 * First the request with its body: JSON as it is where that gives the same bytes again, else text or its form, null where
 * there is none; `headers` where they are others than that of JSON. Then status, the name of the headers, the time in their
 * `Date`, and the chunks: when each came, and its bytes. `end` where it is not complete.
 *
 * What answers have in common stands once in the file, as a form with a hole for each value that differs, and the values
 * where it is used. The form is called by its digest, so that the same answers look the same in each recording. A body
 * that is sent again has such a name too, where that takes less room: `["body", "kmcf"]`.
 */
export type AreaFile = Record<string, unknown>

/** No id of a statement has a blank. */
const FORMS = 'forms of answers'
const BODIES = 'bodies of requests'
const HEADERS = 'sets of headers'

/** By name the form, or the names of forms that follow each other. */
type Table = Record<string, string | string[]>
type Tables = { forms: Table; bodies: Record<string, object>; headers: Record<string, unknown> }
type Headers = [name: string, value: string][]
/** JSON, text, or a list: a form and its values, several of these, names of forms without, bytes that are no text, a body. */
type Kept = string | object | unknown[]

const HOLE = '⋯'
/** What takes no more room than this is not looked for: a form is to be worth looking it up. */
const WORTH = 100

/** The area as its file holds it. */
export function fold(area: StoredArea): AreaFile {
  const exchanges = Object.values(area).flat()
  const forms = formsOf(exchanges.flatMap(textsOf))
  const sets: Record<string, unknown> = {}
  const names = new Map<string, string>()
  const nameOf = (headers: unknown, base: string) => {
    const text = JSON.stringify(headers)
    let name = names.get(text) ?? base
    for (let number = 2; !names.has(text) && name in sets; number++) name = `${base}-${number}`
    names.set(text, name)
    sets[name] = headers
    return name
  }
  const bodies = bodiesOf(exchanges)
  const tables = { forms: forms.table, bodies: bodies.table, headers: sets }
  const folded = (exchange: StoredExchange) => {
    const short = shorten(exchange, forms, bodies.named, nameOf)
    // Whatever else there may be in an answer stays as it is.
    return isDeepStrictEqual(lengthen(short, tables), exchange) ? short : exchange
  }
  const entries = Object.entries(area).map(([id, exchanges]) => [id, exchanges.map(folded)])
  return {
    ...(Object.keys(forms.table).length > 0 && { [FORMS]: forms.table }),
    ...(Object.keys(bodies.table).length > 0 && { [BODIES]: bodies.table }),
    ...(Object.keys(sets).length > 0 && { [HEADERS]: sets }),
    ...Object.fromEntries(entries),
  }
}

/** The area that a file holds. */
export function unfold(file: AreaFile): StoredArea {
  const { [FORMS]: forms = {}, [BODIES]: bodies = {}, [HEADERS]: headers = {}, ...area } = file
  const tables = { forms, bodies, headers } as Tables
  const whole = (exchange: object) =>
    'request' in exchange ? (exchange as StoredExchange) : lengthen(exchange, tables)
  const entries = Object.entries(area).map(([id, exchanges]) => [id, (exchanges as object[]).map(whole)])
  return Object.fromEntries(entries)
}

/** The texts that may have a form: of an answer all, of a request that is not JSON as it is its body. */
const textsOf = ({ request: { body }, response }: StoredExchange) => [
  ...(body !== undefined && typeof keep(body) === 'string' ? [body as string] : []),
  ...(response?.chunks ?? []).flatMap(([, bytes]) => (typeof bytes === 'string' ? [bytes] : [])),
]

/** An exchange as its file holds it. */
function shorten(
  { request: { method, path, headers, body, ...marks }, response, end }: StoredExchange,
  forms: Forms,
  bodies: ReadonlyMap<unknown, Kept>,
  nameOf: (headers: unknown, base: string) => string,
): object {
  const bare = body === undefined ? null : keep(body)
  const kept = typeof bare === 'string' ? forms.fold(bare) : (bodies.get(body) ?? bare)
  const usual = isDeepStrictEqual(headers, headersWith(bare))
  const { status, chunks = [] } = response ?? {}
  const { time, common } = split(response?.headers ?? [], lengthOf(chunks))
  return {
    [`${method} ${path}`]: kept,
    ...(!usual && { headers: nameOf(headers, 'request') }),
    ...marks,
    ...(response && {
      [[status, nameOf(common, kindOf(common)), ...time].join(' ')]: chunks.map(([t, bytes]) => [
        t,
        typeof bytes === 'string' ? forms.fold(bytes) : keep(bytes),
      ]),
    }),
    ...(end !== 'complete' && { end }),
  }
}

/** The exchange that a file holds. */
function lengthen(short: object, { forms, bodies, headers: sets }: Tables): StoredExchange {
  const { headers, end = 'complete', ...rest } = short as { headers?: string; end?: StoredExchange['end'] }
  const [[asked = '', asking = null] = [], ...more] = Object.entries(rest as Record<string, Kept>)
  const kept = isNamedBody(asking) ? (bodies[asking[1]] ?? null) : asking
  const answered = more.find(([key]) => /^\d/.test(key))
  const marks = more.filter((entry) => entry !== answered)
  const [method = '', path = ''] = cut(asked)
  const request = {
    method,
    path,
    headers: (headers === undefined ? headersWith(kept) : sets[headers]) as Record<string, string>,
    ...(kept !== null && { body: restore(kept, forms) }),
    ...Object.fromEntries(marks),
  }
  if (!answered) return { request, end }
  const [status = '', name = '', time = ''] = answered[0].split(' ')
  const chunks = (answered[1] as [number, Kept][]).map(([t, kept]): [number, StoredBytes] => [
    t,
    restore(kept, forms),
  ])
  const length = String(lengthOf(chunks))
  const filled = (sets[name] as Headers).map(([key, value]): [string, string] => [
    key,
    value.replace(HOLE, isLength(key) ? length : time),
  ])
  return { request, response: { status: Number(status), headers: filled, chunks }, end }
}

const cut = (text: string) => [text.slice(0, text.indexOf(' ')), text.slice(text.indexOf(' ') + 1)]

/** The headers of a request that says no more than it must. */
const headersWith = (body: Kept | null): Record<string, string> =>
  isJson(body) ? { 'content-type': 'application/json' } : {}

const isJson = (kept: Kept | null): kept is object =>
  typeof kept === 'object' && kept !== null && !Array.isArray(kept)

const isNamedBody = (kept: Kept | null): kept is [kind: 'body', name: string] =>
  Array.isArray(kept) && kept[0] === 'body'

const isLength = (name: string) => name.toLowerCase() === 'content-length'

const lengthOf = (chunks: readonly [number, StoredBytes][]) =>
  chunks.reduce(
    (sum, [, bytes]) =>
      sum +
      (typeof bytes === 'string'
        ? Buffer.byteLength(bytes)
        : 'base64' in bytes
          ? Buffer.from(bytes.base64, 'base64').length
          : 0),
    0,
  )

/** Headers of an answer without what is another in each: the time in `Date`, and the length of what follows. */
function split(headers: Headers, length: number): { time: string[]; common: Headers } {
  const time: string[] = []
  const common = headers.map(([name, value]): [string, string] => {
    if (isLength(name) && value === String(length)) return [name, HOLE]
    if (name.toLowerCase() !== 'date') return [name, value]
    return [
      name,
      value.replace(/\d\d:\d\d:\d\d/, (found) => {
        time.push(found)
        return HOLE
      }),
    ]
  })
  return { time, common }
}

/** What headers are called: `json`, `event-stream`. */
const kindOf = (headers: Headers) =>
  headers
    .find(([name]) => name.toLowerCase() === 'content-type')?.[1]
    .match(/^\w+\/(?:x-)?([\w-]+)/)?.[1]
    ?.toLowerCase() ?? 'empty'

/** Bytes as JSON where that gives them again. */
function keep(bytes: StoredBytes): Kept {
  if (typeof bytes !== 'string') return 'base64' in bytes ? ['base64', bytes.base64] : ['sha256', bytes]
  const value = bytes.startsWith('{') ? parsed(bytes) : undefined
  return value !== undefined && JSON.stringify(value) === bytes ? (value as object) : bytes
}

function restore(kept: Kept, forms: Table): StoredBytes {
  if (typeof kept === 'string') return kept
  if (!Array.isArray(kept)) return JSON.stringify(kept)
  const [kind, ...values] = kept as [string, ...unknown[]]
  if (kind === 'base64') return { base64: values[0] as string }
  if (kind === 'sha256') return values[0] as StoredBytes
  if (kind === 'parts') return values.map((part) => restore(part as Kept, forms)).join(',')
  if (values.length === 0) return kind.split(' ').map(named(forms)).join(',')
  const [first = '', ...others] = named(forms)(kind).split(HOLE)
  return others.reduce((text, piece, index) => text + JSON.stringify(values[index]) + piece, first)
}

const named =
  (forms: Table) =>
  (name: string): string => {
    const form = forms[name] ?? ''
    return typeof form === 'string' ? form : form.map(named(forms)).join(',')
  }

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Where a part ends and the next begins: an entry of a list, and what follows of a model or a response. */
const BETWEEN =
  /,(?=\{"(?:name|id)":"|"(?:model_info|tensors|capabilities|incomplete_details|output|parallel_tool_calls)":)/

/** A text of JSON, a key with its colon or a value. */
const TOKEN = /"(?:[^"\\]|\\.)*"(:?)|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/g

type Forms = { table: Table; fold: (text: string) => Kept }

/** The forms that texts have, where it takes less room to name them than to repeat them. */
function formsOf(texts: readonly string[]): Forms {
  const counts = new Map<string, number>()
  for (const part of texts.flatMap((text) => text.split(BETWEEN)))
    counts.set(part, (counts.get(part) ?? 0) + 1)
  const table: Table = {}
  const folded = new Map<string, unknown[]>()
  const add = (form: string, uses: [text: string, count: number, values: unknown[]][]) => {
    const size = (value: unknown) => JSON.stringify(value).length
    const saved = uses.reduce(
      (sum, [text, count, values]) => sum + count * (size(keep(text)) - size(['name', ...values])),
      0,
    )
    if (saved - size(form) < WORTH) return
    const name = nameFor(form, table)
    table[name] = form
    for (const [text, , values] of uses) folded.set(text, [name, ...values])
  }
  for (const [text, count] of counts) add(text, [[text, count, []]])
  const alike = Map.groupBy(
    [...counts]
      .filter(([text]) => !folded.has(text))
      .map(([text, count]) => ({ text, count, ...formOf(text) })),
    ({ form }) => form,
  )
  for (const [form, group] of alike) {
    const [{ values }] = group as [(typeof group)[0]]
    const differs = values.map((value, index) => group.some((one) => one.values[index] !== value))
    const pieces = form.split(HOLE)
    const own = pieces.reduce((text, piece, index) => {
      const value = differs[index - 1] ? HOLE : JSON.stringify(values[index - 1])
      return text + value + piece
    })
    add(
      own,
      group.map((one) => [one.text, one.count, one.values.filter((_, index) => differs[index])]),
    )
  }
  const parts = (text: string) => joined(text.split(BETWEEN).map((part) => folded.get(part) ?? part))
  // What often follows each other, as the entries of a list of models, gets a name of its own.
  const runs = new Map<string, string>()
  for (const [run, uses] of Map.groupBy(texts.flatMap(parts).filter(isRun), ([names]) => names)) {
    if ((uses.length - 1) * run.length < WORTH) continue
    const name = nameFor(run, table)
    table[name] = run.split(' ')
    runs.set(run, name)
  }
  const fold = (text: string): Kept => {
    const kept = parts(text).map((part) => (isRun(part) ? [runs.get(part[0]) ?? part[0]] : part))
    if (!kept.some((part) => typeof part !== 'string')) return keep(text)
    return kept.length === 1 ? (kept[0] as Kept) : ['parts', ...kept]
  }
  return { table, fold }
}

const isRun = (part: unknown): part is [names: string] => Array.isArray(part) && part.length === 1

/** Forms without values that follow each other are named together. */
function joined(parts: readonly unknown[]): unknown[] {
  const all: unknown[] = []
  for (const part of parts) {
    const last = all.at(-1)
    if (isRun(part) && isRun(last)) all[all.length - 1] = [`${last[0]} ${part[0]}`]
    else all.push(part)
  }
  return all
}

/** A name that no other form has. */
function nameFor(form: string, table: object): string {
  const letters = lettersOf(form)
  let length = 4
  while (letters.slice(0, length) in table) length += 1
  return letters.slice(0, length)
}

/** A digest in letters: an object has keys of digits before all others. */
const lettersOf = (text: string) =>
  createHash('sha256')
    .update(text)
    .digest('hex')
    .replaceAll(/\d/g, (digit) => 'ghijklmnop'.charAt(Number(digit)))

/** The bodies that are sent more than once, where it takes less room to name them: what they are called, by their text. */
function bodiesOf(exchanges: readonly StoredExchange[]) {
  const texts = exchanges.flatMap(({ request: { body } }) => (typeof body === 'string' ? [body] : []))
  const table: Record<string, object> = {}
  const named = new Map<string, Kept>()
  for (const [text, { length }] of Map.groupBy(texts, (text) => text)) {
    const body = keep(text)
    if (!isJson(body) || (length - 1) * text.length < 2 * WORTH) continue
    const name = nameFor(text, table)
    table[name] = body
    named.set(text, ['body', name])
  }
  return { table, named }
}

/** A text without its values, as far as JSON writes them in the same way. */
function formOf(text: string): { form: string; values: unknown[] } {
  const values: unknown[] = []
  const form = text.replaceAll(TOKEN, (token, colon) => {
    if (colon) return token
    const value = parsed(token)
    if (JSON.stringify(value) !== token) return token
    values.push(value)
    return HOLE
  })
  return { form, values }
}
