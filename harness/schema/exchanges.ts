import { existsSync, readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { fromRoot, PACKAGED } from '../base/paths.ts'
import type { System } from '../base/systems.ts'
import type { Range } from '../base/versions.ts'
import { parseYaml } from '../base/yaml.ts'
import type { Exchange } from '../wire/exchange.ts'
import { isObject, remembered } from './references.ts'
import { operationOf, operationsAt } from './routes.ts'
import { isWithin } from './specialise.ts'
import type { Problem } from './validate.ts'

/** What `exchanges.yaml` says; it explains the fields. */
type Rules = { 'content-types': string[]; routes: Rule[] }
type Rule = Range & {
  operations: string[]
  word?: string
  order?: string
  count?: string
  same?: string[]
  echo?: [field: string, of: string, absent?: unknown][]
  within?: string
  composed?: 'items' | 'blocks' | 'places'
}

const tables = new Map<System, Rules>()

const rulesOf = (system: System): Rules => remembered(tables, system, () => readRules(system))

/** In a package it is JSON, as the ledger is. */
export function readRules(system: System): Rules {
  const file = PACKAGED
    ? fromRoot('specs', `exchanges.${system}.json`)
    : fromRoot('schemas', system, 'exchanges.yaml')
  if (!existsSync(file)) return { 'content-types': [], routes: [] }
  const text = readFileSync(file, 'utf8')
  return (PACKAGED ? JSON.parse(text) : parseYaml(text)) as Rules
}

/** A message of the answer, with its name: `chat/last`. */
export type Named = { name: string; body: unknown }

type Broken = Omit<Problem, 'kind'>

/** How the messages of an answer do not belong together. */
export function brokenRules(
  exchange: Exchange,
  messages: readonly Named[],
  { system, version }: { system: System; version: string },
): Problem[] {
  const { 'content-types': types, routes } = rulesOf(system)
  if (types.length === 0 || exchange.to !== undefined || exchange.status === undefined) return []
  const { request, status } = exchange
  const operation = operationOf(system, version, request.method, request.path)
  const about = { message: operation ?? `${request.method} ${request.path}`, place: '' }
  const broken: Broken[] = [...headers(exchange, types, about)]
  const asked = exchange.sent
  if (operation === 'POST /v1/responses' && status === 200) broken.push(...tools(messages, asked))
  // What a server elsewhere says is passed on as it comes.
  const relayed = isObject(asked) && /\b(remote|far)\b|cloud/i.test(String(asked.model ?? asked.name))
  if (relayed) return broken.map((one) => ({ ...one, kind: 'value' }))
  for (const { body, name } of messages)
    broken.push(...inner(body, name, Date.parse(exchange.header('date') ?? '')))
  broken.push(...methods(exchange, system, version, about), ...listed(request.path, messages))
  if (request.path === '/api/version')
    for (const { name, body } of messages)
      if (isObject(body) && typeof body.version === 'string' && !isSameVersion(body.version, version))
        broken.push({
          message: name,
          place: '/version',
          found: body.version,
          rule: `that of the server: ${version}`,
        })
  const sent = status === 200 ? asked : undefined
  for (const rule of routes) {
    if (status !== 200 || operation === undefined) continue
    if (!rule.operations.includes(operation) || !isWithin(version, rule)) continue
    broken.push(...ordered(rule, messages, exchange, about), ...counted(rule, messages))
    const parts = messages.flatMap(({ name, body }) => {
      const part = rule.within && isObject(body) && rule.within in body ? body[rule.within] : body
      return isObject(part) ? [{ name, part, at: part === body ? '' : `/${rule.within}` }] : []
    })
    broken.push(...repeated(rule, parts), ...echoed(rule, parts, sent))
    if (operation === 'POST /api/pull' || operation === 'POST /api/push') broken.push(...progressed(messages))
    if (rule.composed !== undefined) broken.push(...COMPOSED[rule.composed](messages))
  }
  return broken.map((one) => ({ ...one, kind: 'value' }))
}

/** A build of one's own may say less. */
const isSameVersion = (said: string, version: string) => said === version || said === '0.0.0'

const DATE =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/

function* headers(
  exchange: Exchange,
  types: string[],
  about: { message: string; place: string },
): Generator<Broken> {
  const date = exchange.header('date')
  if (!DATE.test(date ?? ''))
    yield { ...about, found: shown(date), rule: 'the header Date says when it was sent, as HTTP writes it' }
  const { contentType } = exchange
  if (contentType !== undefined && !types.includes(contentType))
    yield { ...about, found: contentType, rule: `the header Content-Type is one of ${types.join(', ')}` }
  const cache = exchange.header('cache-control')
  if (cache !== undefined && cache !== 'no-cache')
    yield { ...about, found: cache, rule: 'the header Cache-Control is no-cache, where there is one' }
}

/** A refused method is answered with those that there are. */
function* methods(
  { request, status, header: _, ...exchange }: Exchange,
  system: System,
  version: string,
  about: { message: string; place: string },
): Generator<Broken> {
  const allow = exchange.headers.find(([name]) => name.toLowerCase() === 'allow')?.[1]
  // There the method is refused by another handler, which names none.
  const silent = version === '0.5.13' && request.path === '/api/delete'
  if ((status !== 405 || silent) && allow === undefined) return
  const known = operationsAt(system, version, request.path).map((one) => one.split(' ')[0])
  if (allow === undefined || !isDeepStrictEqual(allow.split(', ').sort(), known.sort()))
    yield { ...about, found: shown(allow), rule: `the header Allow names the methods of the path: ${known}` }
}

/** The newest model comes first, and is owned by whom its name says. */
function* listed(path: string, messages: readonly Named[]): Generator<Broken> {
  if (path !== '/v1/models') return
  for (const { name, body } of messages) {
    const models = isObject(body) && Array.isArray(body.data) ? body.data : []
    for (const [index, { id, owned_by: owner, created }] of models.entries()) {
      const place = `/data/${index}`
      const wanted = String(id).includes('/') ? String(id).split('/').at(-2) : 'library'
      if (owner !== wanted)
        yield {
          message: name,
          place: `${place}/owned_by`,
          found: shown(owner),
          rule: `${wanted}, by the name`,
        }
      if (index > 0 && created > models[index - 1].created)
        yield {
          message: name,
          place: `${place}/created`,
          found: shown(created),
          rule: 'no later than the one before',
        }
    }
  }
}

/** How long a stream may last, and clocks differ, ms. */
const LONGEST = 50 * 60_000

const PAST = ['created_at', 'modified_at', 'created', 'completed_at']

/** What holds within a message, wherever it stands. */
function* inner(value: unknown, message: string, date: number, place = ''): Generator<Broken> {
  if (Array.isArray(value)) {
    // Long lists are of figures.
    if (value.some((item) => typeof item === 'object'))
      for (const [index, item] of value.entries()) yield* inner(item, message, date, `${place}/${index}`)
    return
  }
  if (!isObject(value)) return
  for (const [key, one] of Object.entries(value)) {
    if (PAST.includes(key)) {
      const time = typeof one === 'number' ? one * 1000 : Date.parse(String(one))
      if (time > date + LONGEST)
        yield {
          message,
          place: `${place}/${key}`,
          found: shown(one),
          rule: 'a time in the past of the answer',
        }
    }
    yield* inner(one, message, date, `${place}/${key}`)
  }
  const number = (key: string) => (typeof value[key] === 'number' ? (value[key] as number) : undefined)
  const [prompt, completion] = [
    number('prompt_tokens') ?? number('input_tokens'),
    number('completion_tokens') ?? number('output_tokens'),
  ]
  const total = number('total_tokens')
  if (total !== undefined && prompt !== undefined && total !== prompt + (completion ?? 0))
    yield { message, place: `${place}/total_tokens`, found: shown(total), rule: 'the sum of both' }
  yield* reasons(value, message, place)
  const { token, bytes } = value
  if (typeof token === 'string' && 'logprob' in value && !token.includes('\ufffd')) {
    if (!isDeepStrictEqual(bytes ?? [], [...Buffer.from(token)]))
      yield { message, place: `${place}/bytes`, found: shown(bytes), rule: 'the bytes of the token' }
    if ((value.logprob as number) > 0)
      yield {
        message,
        place: `${place}/logprob`,
        found: shown(value.logprob),
        rule: 'the logarithm of a probability',
      }
  }
}

/** Why a whole answer ended, and what it has then. */
function* reasons(value: Record<string, unknown>, message: string, place: string): Generator<Broken> {
  const { finish_reason: finish, message: said, text, stop_reason: stop, content } = value
  const differ = (key: string, found: unknown, rule: string) => ({
    message,
    place: `${place}/${key}`,
    found: shown(found),
    rule,
  })
  if (isObject(said) && finish === 'tool_calls' && !('tool_calls' in said))
    yield differ('finish_reason', finish, 'tool_calls with calls, and only then')
  if (finish === 'load' && ((typeof text === 'string' && text !== '') || (isObject(said) && said.content)))
    yield differ('finish_reason', finish, 'load without a text, and only then')
  if (typeof stop === 'string' && Array.isArray(content)) {
    const calls = content.some((block) => isObject(block) && block.type === 'tool_use')
    if ((stop === 'tool_use') !== calls && !(calls && stop === 'max_tokens'))
      yield differ('stop_reason', stop, 'tool_use with a call, and only then')
  }
  if (
    value.done === true &&
    'eval_count' in value &&
    ['load', 'unload'].includes(value.done_reason as string)
  )
    yield differ('done_reason', value.done_reason, 'load and unload without a generation, and only then')
}

/** The name of a record in an order: that of its schema, and the word that tells it from others of the same. */
function wordOf({ name, body }: Named, word: string | undefined): string {
  if (isObject(body) && body.model === '') return ' lost'
  const bare = ` ${name.slice(name.lastIndexOf('/') + 1)}`
  const told = word === undefined ? undefined : at(body, word)
  return typeof told === 'string' ? `${bare}:${told.replace(LAYER, '')}` : bare
}

const LAYER = /:?\s*(sha256:\w+|\b[0-9a-f]{12}\b).*/

function* ordered(
  { order, word }: Rule,
  messages: readonly Named[],
  { end, contentType }: Exchange,
  about: { message: string; place: string },
): Generator<Broken> {
  if (order === undefined || end !== 'complete' || !/ndjson|event-stream/.test(contentType ?? '')) return
  const words = messages.map((message) => wordOf(message, word)).join('')
  const pattern = new RegExp(`^(?:${order})$`)
  if (!pattern.test(words) && !pattern.test(words.slice(1)))
    yield {
      ...about,
      message: messages.at(-1)?.name ?? about.message,
      found: words.trimStart(),
      rule: `the records come as ${order}`,
    }
}

function* counted({ count }: Rule, messages: readonly Named[]): Generator<Broken> {
  if (count === undefined) return
  for (const [index, { name, body }] of messages.entries()) {
    if (isObject(body) && count in body && body[count] !== index)
      yield {
        message: name,
        place: `/${count}`,
        found: shown(body[count]),
        rule: `one more with each record: ${index}`,
      }
  }
}

type Part = { name: string; part: Record<string, unknown>; at: string }

function* repeated({ same = [] }: Rule, parts: readonly Part[]): Generator<Broken> {
  for (const field of same) {
    const having = parts.filter(({ part }) => field in part)
    const first = having[0]?.part[field]
    for (const { name, part, at } of having)
      if (part[field] !== first)
        yield {
          message: name,
          place: `${at}/${field}`,
          found: shown(part[field]),
          rule: `the same in all records: ${shown(first)}`,
        }
  }
}

function* echoed({ echo = [] }: Rule, parts: readonly Part[], sent: unknown): Generator<Broken> {
  if (!isObject(sent)) return
  for (const [field, of, absent] of echo) {
    const asked = at(sent, of) ?? absent
    if (asked === undefined) continue
    for (const { name, part, at: where } of parts) {
      const said = at(part, field)
      if (said !== undefined && !repeats(said, asked))
        yield {
          message: name,
          place: `${where}/${field.replaceAll('.', '/')}`,
          found: shown(said),
          rule: `as the request says: ${shown(asked)}`,
        }
    }
  }
}

/** How much of a layer has come is told when the time for it comes, and may not be told once more at its end. */
function* progressed(messages: readonly Named[]): Generator<Broken> {
  for (const { name, body } of messages)
    if (isObject(body) && Number(body.completed) > Number(body.total))
      yield {
        message: name,
        place: '/completed',
        found: shown(body.completed),
        rule: `no more than all of the layer: ${shown(body.total)}`,
      }
}

/** Tools, with all that the request says of each; those of a namespace are within it. */
function* tools(messages: readonly Named[], sent: unknown): Generator<Broken> {
  const asked = isObject(sent) && Array.isArray(sent.tools) ? sent.tools : []
  for (const { name, body } of asked.length === 0 ? [] : messages) {
    const whole = isObject(body) && isObject(body.response) ? body.response : body
    const at = whole === body ? '/tools' : '/response/tools'
    if (!isObject(whole) || !Array.isArray(whole.tools)) continue
    for (const broken of toolsWrong(whole.tools, asked, at)) yield { message: name, ...broken }
  }
}

function* toolsWrong(
  said: unknown[],
  asked: Record<string, unknown>[],
  at: string,
): Generator<Omit<Broken, 'message'>> {
  if (said.length !== asked.length)
    yield { place: at, found: shown(said), rule: `as many as the request has: ${asked.length}` }
  for (const [index, tool] of asked.entries()) {
    const own = said[index]
    for (const [key, value] of Object.entries(tool)) {
      // Not every version knows each field of a tool.
      if (!isObject(own) || !(key in own)) continue
      const place = `${at}/${index}/${key}`
      if (key === 'tools' && Array.isArray(value) && Array.isArray(own.tools))
        yield* toolsWrong(own.tools, value, place)
      else if (!isDeepStrictEqual(own[key], value))
        yield { place, found: shown(own[key]), rule: `as the request says: ${shown(value)}` }
    }
  }
}

/**
 * A name may have the address of a registry in it, which is another in each run; a stream that fails has
 * none.
 */
function repeats(value: unknown, asked: unknown): boolean {
  if (isDeepStrictEqual(value, asked)) return true
  if (typeof value !== 'string' || typeof asked !== 'string') return false
  if (value === '') return true
  const [before, after] = asked.split('{registry}')
  return after !== undefined && value.startsWith(before as string) && value.endsWith(after)
}

/** Of `/v1/responses`: what events say piece by piece is what the whole says at the end. */
function* items(messages: readonly Named[]): Generator<Broken> {
  const done: Record<string, unknown>[] = []
  let said = ''
  for (const { name, body } of messages) {
    if (!isObject(body)) continue
    const { type, item, item_id: id, delta, response } = body
    const differ = (place: string, found: unknown, rule: string): Broken => ({
      message: name,
      place,
      found: shown(found),
      rule,
    })
    if (type === 'response.output_item.added' && isObject(item)) {
      done.push(item)
      said = ''
    }
    const own = done.at(-1)
    if (id !== undefined && id !== own?.id)
      yield differ('/item_id', id, `that of the item: ${shown(own?.id)}`)
    for (const part of ['content_index', 'summary_index'])
      if (part in body && body[part] !== 0) yield differ(`/${part}`, body[part], 'the first: 0')
    if (typeof delta === 'string') said += delta
    if (typeof type === 'string' && type.endsWith('.done') && !isObject(item)) {
      const whole = body.text ?? body.arguments ?? (isObject(body.part) ? body.part.text : undefined)
      if (whole !== said) yield differ('', whole, `what was said before: ${shown(said)}`)
    }
    if (type === 'response.output_item.done' && isObject(item)) {
      for (const key of ['id', 'call_id', 'name'])
        if (item[key] !== own?.[key])
          yield differ(`/item/${key}`, item[key], `as when it was added: ${shown(own?.[key])}`)
      const [text] = ((item.content ?? item.summary) as { text?: unknown }[] | undefined) ?? [
        { text: item.arguments },
      ]
      if (text?.text !== said) yield differ('/item', text?.text, `what was said before: ${shown(said)}`)
      done[done.length - 1] = item
    }
    if (
      type === 'response.completed' &&
      isObject(response) &&
      !isDeepStrictEqual(response.output ?? [], done)
    )
      yield differ('/response/output', response.output, 'the items of the events before')
  }
}

/** Of `/v1/responses`: the items have places, one after the other. */
function* places(messages: readonly Named[]): Generator<Broken> {
  let place = -1
  for (const { name, body } of messages) {
    if (!isObject(body) || !('output_index' in body)) continue
    if (body.type === 'response.output_item.added') place++
    if (body.output_index !== place)
      yield {
        message: name,
        place: '/output_index',
        found: shown(body.output_index),
        rule: `the place of the item: ${place}`,
      }
  }
}

/** Of `/v1/messages`: events of a block have its index, the first block has 0, and what begins whole has no deltas. */
function* blocks(messages: readonly Named[]): Generator<Broken> {
  let started = 0
  let whole = false
  const open: number[] = []
  for (const { name, body } of messages) {
    if (!isObject(body) || typeof body.index !== 'number') continue
    const { type, index } = body
    if (type === 'content_block_start') {
      if (index !== started)
        yield {
          message: name,
          place: '/index',
          found: shown(index),
          rule: `one more with each block: ${started}`,
        }
      open.push(started)
      started++
      const { thinking = '', input = {} } = isObject(body.content_block) ? body.content_block : {}
      whole = thinking !== '' || Object.keys(input as object).length > 0
    } else if (type === 'content_block_delta' && whole) {
      yield {
        message: name,
        place: '/delta',
        found: shown(body.delta),
        rule: 'none: the block began whole',
      }
    } else if (type === 'content_block_stop') {
      const at = open.indexOf(index)
      if (at < 0)
        yield { message: name, place: '/index', found: shown(index), rule: `a block that is open: ${open}` }
      else open.splice(at, 1)
    } else if (!open.includes(index) || index !== started - 1)
      yield {
        message: name,
        place: '/index',
        found: shown(index),
        rule: `the block that was opened last: ${started - 1}`,
      }
  }
}

const COMPOSED = { items, places, blocks }

const at = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value)

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 120 ? `${text.slice(0, 117)}…` : text
}
