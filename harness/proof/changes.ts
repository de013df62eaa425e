import { isObject } from '../schema/references.ts'
import { type Answer, type Body, bodyOf, type Part, withParts, withValue } from './answer.ts'
import { placesOf } from './places.ts'

/**
 * The catalogue: every way in which the answer of a recorded exchange is changed, one at a time, to see whether a check
 * notices. Each has a name in words; where, is said by `place`.
 */
export type Change = {
  name: string
  /** `status`, `header Date`, `body.models[0].name`, `records[2]`, `records[*].id` for all of them. */
  place: string
  was: string
  now: string
  answer: Answer
}

/** What a change may need to know beside the answer. */
export type Around = {
  /** The schema file of a part. */
  schemaOf: (part: Part) => string | undefined
  /** An earlier answer to the same route in the same check. */
  before: Answer | undefined
  /** The answers to the same request without one of its fields, or with one more, by the field. */
  without: Map<string, Answer>
  with: Map<string, Answer>
}

export function* changesOf(answer: Answer, around: Around): Generator<Change> {
  const body = bodyOf(answer)
  yield* statuses(answer)
  yield* headers(answer)
  yield* values(answer, body, around)
  if (body.form === 'other') yield* texts(answer, body)
  if (body.form === 'lines' || body.form === 'events') {
    yield* everywhere(answer, body, around)
    yield* streams(answer, body)
  }
  yield* others(answer, around)
}

function* statuses(answer: Answer): Generator<Change> {
  const { status } = answer
  const others = [status - 1, status + 1, ...[200, 400, 404, 500].filter((one) => one !== status)]
  for (const now of new Set(others))
    yield {
      name: 'another status',
      place: 'status',
      was: String(status),
      now: String(now),
      answer: { ...answer, status: now },
    }
}

/** The framing of HTTP itself: the client that reads it is the judge of that. */
const FRAMING = ['content-length', 'transfer-encoding', 'connection', 'keep-alive']

function* headers(answer: Answer): Generator<Change> {
  for (const [index, [name, value]] of answer.headers.entries()) {
    if (FRAMING.includes(name.toLowerCase())) continue
    const place = `header ${name}`
    const now = otherText(value)
    const dropped = answer.headers.toSpliced(index, 1)
    const changed = answer.headers.with(index, [name, now])
    yield { name: 'a header dropped', place, was: value, now: '', answer: { ...answer, headers: dropped } }
    yield { name: 'a header changed', place, was: value, now, answer: { ...answer, headers: changed } }
  }
}

/** A text that is no JSON. */
function* texts(answer: Answer, { parts }: Body): Generator<Change> {
  const text = parts.map((part) => part.text).join('')
  const change = (name: string, now: string): Change => ({
    name,
    place: 'body',
    was: shown(text),
    now: shown(now),
    answer: withParts(answer, [{ text: now }]),
  })
  yield change('a text by a character', otherText(text))
  if (text.length > 0) yield change('a text lost', '')
}

/** How many records of a stream are changed by value: one of each shape, and the last. */
const SHAPES = 12

function* values(answer: Answer, { form, parts }: Body, { schemaOf }: Around): Generator<Change> {
  const shapes = new Set<string>()
  for (const [index, part] of parts.entries()) {
    if (part.value === undefined) continue
    const shape = shapeOf(part.value)
    const isLast = index === parts.length - 1
    if (!isLast && (shapes.has(shape) || shapes.size === SHAPES)) continue
    shapes.add(shape)
    const words = enumsOf(schemaOf(part), part.value)
    const root = form === 'json' ? 'body' : `records[${index}]`
    for (const { name, path, was, now, value } of valuesIn(part.value, words)) {
      yield {
        name,
        place: root + path,
        was: shown(was),
        now: shown(now),
        answer: withParts(answer, parts.with(index, withValue(part, form, value))),
      }
    }
  }
}

/** What is the same in all records of a stream, changed in all of them. */
function* everywhere(answer: Answer, { form, parts }: Body, { before }: Around): Generator<Change> {
  const first = parts[0]?.value
  if (!isObject(first) || parts.length < 2) return
  for (const [key, was] of Object.entries(first)) {
    const having = parts.filter(({ value }) => isObject(value) && key in value)
    if (having.length < 2 || !having.every(({ value }) => (value as typeof first)[key] === was)) continue
    const changed = (now: unknown) =>
      withParts(
        answer,
        parts.map((part) =>
          having.includes(part) ? withValue(part, form, { ...(part.value as object), [key]: now }) : part,
        ),
      )
    const now = otherValue(was)
    if (now === undefined) continue
    const place = `records[*].${key}`
    yield {
      name: 'the same other value everywhere',
      place,
      was: shown(was),
      now: shown(now),
      answer: changed(now),
    }
    const earlier = before && (bodyOf(before).parts[0]?.value as Record<string, unknown> | undefined)?.[key]
    if (key === 'id' && typeof earlier === 'string' && earlier !== was)
      yield { name: 'an id of before', place, was: shown(was), now: shown(earlier), answer: changed(earlier) }
  }
}

function* streams(answer: Answer, { form, parts }: Body): Generator<Change> {
  const last = parts.length - 1
  const change = (name: string, index: number, now: readonly Part[]): Change => ({
    name,
    place: `records[${index}]`,
    was: shown(parts[index]?.value ?? parts[index]?.text),
    now: '',
    answer: withParts(answer, now),
  })
  const chosen = [...new Set([0, 1, Math.floor(parts.length / 2), last - 1, last])].filter(
    (index) => index >= 0 && index <= last,
  )
  for (const index of chosen) {
    const part = parts[index] as Part
    const next = parts[index + 1]
    yield change('a record lost', index, parts.toSpliced(index, 1))
    yield change('a record doubled', index, parts.toSpliced(index, 0, part))
    if (!next) continue
    if (part.text !== next.text)
      yield change('two records swapped', index, parts.toSpliced(index, 2, next, part))
    yield change('cut after a record', index, parts.slice(0, index + 1))
    const merged = mergedOf(part, next, form)
    if (merged) yield change('two records merged', index, parts.toSpliced(index, 2, merged))
  }
  if (last > 1) yield change('the last record earlier', last, [parts[last] as Part, ...parts.slice(0, last)])
  const error = {
    lines: '{"error":"something went wrong"}\n',
    events:
      'data: {"error":{"message":"something went wrong","type":"api_error","param":null,"code":null}}\n\n',
  }[form as 'lines' | 'events']
  yield { ...change('an error appended', last, [...parts, { text: error }]), was: '', now: shown(error) }
}

/** The chunks of a stream split elsewhere, which says nothing: no check may see it. */
export function splitElsewhere(answer: Answer): Answer {
  const whole = Buffer.concat(answer.chunks)
  const chunks: Buffer[] = []
  for (let at = 0; at < whole.length; at += 7) chunks.push(whole.subarray(at, at + 7))
  return { ...answer, chunks }
}

function* others(answer: Answer, { before, without, with: more }: Around): Generator<Change> {
  const alike = [
    ['the answer without a field', 'without', without],
    ['the answer with a field more', 'with', more],
  ] as const
  for (const [name, word, answers] of alike)
    for (const [field, other] of answers)
      yield {
        name,
        place: `${word} ${field}`,
        was: shownBody(answer),
        now: shownBody(other),
        answer: other,
      }
  if (before && shownBody(before) !== shownBody(answer))
    yield {
      name: 'the answer of before',
      place: 'whole',
      was: shownBody(answer),
      now: shownBody(before),
      answer: before,
    }
  const [own, earlier] = [bodyOf(answer), before && bodyOf(before)]
  if (own.form !== 'json' || earlier?.form !== 'json') return
  const [value, old] = [own.parts[0]?.value, earlier.parts[0]?.value]
  if (!isObject(value) || !isObject(old) || typeof value.id !== 'string' || typeof old.id !== 'string') return
  if (value.id !== old.id)
    yield {
      name: 'an id of before',
      place: 'body.id',
      was: value.id,
      now: old.id,
      answer: withParts(answer, [withValue(own.parts[0] as Part, 'json', { ...value, id: old.id })]),
    }
}

type ValueChange = { name: string; path: string; was: unknown; now: unknown; value: unknown }

/** How many items of an array are changed. */
const ITEMS = 2

/** Every change of one value inside a value. `words` are those that an enum allows, by JSON pointer. */
function* valuesIn(root: unknown, words: Map<string, unknown[]>): Generator<ValueChange> {
  yield* inside(root, '', '', (value) => value)

  function* inside(
    value: unknown,
    path: string,
    pointer: string,
    put: (value: unknown) => unknown,
  ): Generator<ValueChange> {
    const change = (name: string, now: unknown): ValueChange => ({
      name,
      path,
      was: value,
      now,
      value: put(now),
    })
    if (Array.isArray(value)) {
      if (value.length > 0) {
        yield change('an array shortened', value.slice(0, -1))
        yield change('an array doubled', [...value, value.at(-1)])
      }
      const differs = value.findIndex((item, index) => index > 0 && !same(item, value[index - 1]))
      if (differs > 0)
        yield change(
          'an array reordered',
          value.toSpliced(differs - 1, 2, value[differs], value[differs - 1]),
        )
      const [first, second] = value
      if (isObject(first) && isObject(second)) {
        for (const key of ['id', 'call_id', 'index'])
          if (key in first && key in second && first[key] !== second[key])
            yield {
              ...change('an id the same', value.with(1, { ...second, [key]: first[key] })),
              path: `${path}[1].${key}`,
            }
      }
      const items = new Set([...value.keys()].slice(0, ITEMS).concat(value.length - 1))
      for (const index of items) {
        if (index < 0) continue
        yield* inside(value[index], `${path}[${index}]`, `${pointer}/${index}`, (now) =>
          put(value.with(index, now)),
        )
      }
    } else if (isObject(value)) {
      for (const [key, child] of Object.entries(value)) {
        const { [key]: _, ...rest } = value
        yield { ...change('a field dropped', rest), path: `${path}.${key}`, was: child, now: undefined }
        yield* inside(child, `${path}.${key}`, `${pointer}/${key}`, (now) => put({ ...value, [key]: now }))
      }
    } else {
      for (const word of (words.get(pointer) ?? []).filter((one) => one !== value).slice(0, 2))
        yield change('another word', word)
      const now = otherValue(value)
      if (now !== undefined) yield change(nameOf(value), now)
    }
  }
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/

const nameOf = (value: unknown) =>
  typeof value === 'string'
    ? TIME.test(value)
      ? 'a time by an hour'
      : 'a text by a character'
    : typeof value === 'number'
      ? Number.isInteger(value)
        ? 'a count by one'
        : 'a number by a tenth'
      : 'a flag turned'

function otherValue(value: unknown): unknown {
  if (typeof value === 'string') return TIME.test(value) ? anHourLater(value) : otherText(value)
  if (typeof value === 'number') return Number.isInteger(value) ? value + 1 : value * 1.1
  return typeof value === 'boolean' ? !value : undefined
}

/** The date goes with it: before midnight an hour later is tomorrow. */
const anHourLater = (time: string) =>
  time.replace(/^\d{4}-\d\d-\d\dT\d\d/, (hour) =>
    new Date(Date.parse(`${hour}:00:00Z`) + 3_600_000).toISOString().slice(0, hour.length),
  )

/** The last letter or digit is another. */
function otherText(text: string): string {
  const at = text.search(/[a-z0-9][^a-z0-9]*$/i)
  const sign = at < 0 ? '' : (text[at] as string)
  const other = /[0-9]/.test(sign)
    ? String((Number(sign) + 1) % 10)
    : sign === 'q'
      ? 'r'
      : sign === 'Q'
        ? 'R'
        : /[A-Z]/.test(sign)
          ? 'Q'
          : 'q'
  return at < 0 ? `${text}q` : text.slice(0, at) + other + text.slice(at + 1)
}

const TEXTS = ['response', 'content', 'thinking', 'text', 'delta', 'partial_json']

/** Two records in one: the second, with the texts of the first before its own. */
function mergedOf(first: Part, second: Part, form: Body['form']): Part | undefined {
  const merge = (a: unknown, b: unknown, key = ''): unknown => {
    if (typeof a === 'string' && typeof b === 'string') return TEXTS.includes(key) ? a + b : b
    if (Array.isArray(a) && Array.isArray(b)) return b.map((item, index) => merge(a[index], item, key))
    if (isObject(a) && isObject(b))
      return Object.fromEntries(Object.entries(b).map(([name, value]) => [name, merge(a[name], value, name)]))
    return b
  }
  if (!isObject(first.value) || !isObject(second.value)) return undefined
  const merged = merge(first.value, second.value)
  return same(merged, second.value) ? undefined : withValue(second, form, merged)
}

/** The words that an enum of a schema allows, by the JSON pointer of the value that has one of them. */
function enumsOf(schema: string | undefined, value: unknown): Map<string, unknown[]> {
  if (schema === undefined) return new Map()
  const found = [...placesOf(schema, value)].filter((place) => Array.isArray(place.schema.enum))
  return new Map(found.map((place) => [place.pointer, place.schema.enum as unknown[]]))
}

/** What a value is made of, without what it says; a `type` says what a record is. */
const shapeOf = (value: unknown, key = ''): string => {
  if (Array.isArray(value)) return `[${value.length === 0 ? '' : shapeOf(value[0])}]`
  if (isObject(value))
    return `{${Object.entries(value).map(([name, one]) => `${name}:${shapeOf(one, name)}`)}}`
  return key === 'type' || key === 'done' ? String(value) : typeof value
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

const shownBody = ({ status, chunks }: Answer) => shown(`${status} ${Buffer.concat(chunks).toString()}`)
