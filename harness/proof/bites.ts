import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { System } from '../base/systems.ts'
import { expectedValue, type Statement } from '../ledger/ledger.ts'
import type { StoredArea } from '../recording/recording.ts'
import { normalise, type Procedure } from '../run/judge.ts'
import { unlikeKnown } from '../run/known-answers.ts'
import { unlikeFiles } from '../run/known-models.ts'
import { knownFields } from '../schema/known.ts'
import { judgeMessages, messagesOf } from '../schema/messages.ts'
import { isObject } from '../schema/references.ts'
import { operationOf, withoutQuery } from '../schema/routes.ts'
import { schemaOf } from '../schema/validate.ts'
import { Client } from '../wire/client.ts'
import { Exchange } from '../wire/exchange.ts'
import { verbsOf } from '../wire/verbs.ts'
import { type Answer, bodyOf, fill, type Part } from './answer.ts'
import { type Change, changesOf, splitElsewhere } from './changes.ts'
import { type Played, playedOf, Player } from './player.ts'

/** A changed answer that nobody noticed. */
export type Survivor = Omit<Change, 'answer'> & {
  statement: string
  /** Index of the exchange in its check, what it asks, `POST /api/chat`, and how it was answered. */
  exchange: number
  operation: string
  status: number
  /** The same for the same change of the same answer to the same request in another check. */
  key: string
}

/** Who noticed a changed answer: the schema of a message, a rule of the exchange, or the check that it is in. */
export type By = 'schema' | 'rule' | 'check'

/** What became of a check and of the changed answers in it. */
export type Bites = {
  statement: string
  noticed: Record<By, number>
  /** The keys of those that the check noticed, and their kinds; the kinds that rules noticed in it. */
  keys: string[]
  kinds: string[]
  ruled: string[]
  survivors: Survivor[]
  /** Whether the check noticed any change at all, also one that a schema or a rule notices. */
  bites: boolean
  /** Exchanges of which the check noticed that their chunks were split elsewhere, which says nothing. */
  split: number[]
  /** Why nothing can be said: the check does not hold over its own recording. */
  problem?: string
}

export type Subject = {
  statement: Statement
  procedure: Procedure
  system: System
  version: string
  recording: Recorded
  /** Of how many requests one has its answer changed; the same ones in every run. */
  oneOf: number
}

/** What a change is, wherever it is made: `POST /api/chat 200: a count by one at records[*].eval_count`. */
export const kindOf = ({
  operation,
  status,
  name,
  place,
}: Pick<Survivor, 'operation' | 'status' | 'name' | 'place'>) =>
  `${operation} ${status}: ${name} at ${place.replaceAll(/\[\d+\]/g, '[*]')}`

/** Runs a check over its recorded exchanges, then again for each change of each of them. */
export async function bitesOf(subject: Subject): Promise<Bites> {
  const { statement, recording, oneOf, system, version } = subject
  const bites: Bites = {
    statement: statement.id,
    noticed: { schema: 0, rule: 0, check: 0 },
    keys: [],
    kinds: [],
    ruled: [],
    survivors: [],
    bites: false,
    split: [],
  }
  const kinds = new Set<string>()
  const ruled = new Set<string>()
  const played = recording.exchangesOf(statement.id)
  const sampled = played.map(({ request }) => oneOf <= 1 || recording.isAmong(statement, request, oneOf))
  const sent: Exchange[] = []
  const problem = await failureOf(subject, played, (exchanges) => sent.push(...exchanges))
  if (problem !== undefined) return { ...bites, problem }
  const failsWith = async (index: number, answer: Answer) =>
    (await failureOf(
      subject,
      played.with(index, { ...(played[index] as Played), answer, end: answer.end }),
    )) !== undefined
  const all = played.flatMap(({ answer, request }, index) => {
    const exchange = sent[index]
    if (!answer || !exchange || exchange.aside || !isOfServer(exchange)) return []
    const around = {
      schemaOf: (part: Part) => schemaFileOf(subject, exchange, answer, part),
      before: earlierOf(played, index),
      without: recording.without(statement, request),
      with: recording.with(statement, request),
    }
    return [{ index, answer, request, exchange, changes: () => changesOf(answer, around) }]
  })
  for (const { index, answer, request, exchange, changes } of all.filter(({ index }) => sampled[index])) {
    const { method, path } = request
    const operation = operationOf(system, version, method, path) ?? `${method} ${withoutQuery(path)}`
    for (const { answer: changed, ...change } of changes()) {
      const key = recording.keyOf(statement, request, change)
      const made = {
        ...change,
        statement: statement.id,
        exchange: index,
        operation,
        status: answer.status,
        key,
      }
      const refused = refusedBy(subject, exchange, changed)
      const fails = refused === undefined && (await failsWith(index, changed))
      const by = refused ?? (fails ? 'check' : undefined)
      if (by === undefined) bites.survivors.push(made)
      else bites.noticed[by]++
      if (by === 'rule') ruled.add(kindOf(made))
      if (by !== 'check') continue
      bites.bites = true
      bites.keys.push(key)
      kinds.add(kindOf(made))
    }
    if (answer.chunks.length > 1 && (await failsWith(index, splitElsewhere(answer)))) bites.split.push(index)
  }
  // Also of a sample it is known whether a check notices anything: the first change that it notices is enough.
  for (const { index, changes } of all) {
    for (const { answer } of changes()) {
      if (bites.bites) break
      bites.bites = await failsWith(index, answer)
    }
  }
  return { ...bites, kinds: [...kinds], ruled: [...ruled] }
}

/** What the suite's registry saw is said by the server; what it answers is not. */
const isOfServer = ({ to, request }: Exchange) =>
  to === undefined || /^\/(requests|left)\?/.test(request.path)

/** An earlier answer of the same check to the same route, with another body. */
function earlierOf(played: readonly Played[], index: number): Answer | undefined {
  const own = played[index] as Played
  return played
    .slice(0, index)
    .findLast(
      ({ request, answer }) => answer?.status === own.answer?.status && request.path === own.request.path,
    )?.answer
}

/** @returns why the check fails over these exchanges; undefined when it holds */
async function failureOf(
  { statement, procedure, system, version }: Subject,
  played: readonly Played[],
  use: (exchanges: readonly Exchange[]) => void = () => {},
): Promise<string | undefined> {
  const player = new Player(played)
  const client = new Client({ url: 'http://127.0.0.1', name: statement.id, replay: true, transport: player })
  try {
    const observed = procedure({
      ...verbsOf(client),
      client,
      id: statement.id,
      version,
      known: (path, body) => knownFields(system, version, path, body),
      mark: 'of',
      given: statement.given,
    })
    const value = normalise(await ended(observed, player))
    use(client.exchanges)
    const broken = client.exchanges.find(({ end }) => end === 'cut' || end === 'refused')
    if (broken) return `the exchange was ${broken.end}`
    return isDeepStrictEqual(value, expectedValue(statement, version)) ? undefined : JSON.stringify(value)
  } catch (error) {
    return String(error)
  } finally {
    for (const exchange of client.exchanges) exchange.end ??= 'aborted'
  }
}

/** Turns of the event loop without a request after which a check waits for what never comes. */
const IDLE = 200

/** @throws Error when it waits for ever */
async function ended<Value>(work: Promise<Value>, player: Player): Promise<Value> {
  let done = false
  const stop = () => {
    done = true
  }
  work.then(stop, stop)
  for (let idle = 0, asked = player.asked; !done;) {
    await new Promise((resolve) => setImmediate(resolve))
    idle = asked === player.asked ? idle + 1 : 0
    asked = player.asked
    if (idle > IDLE) throw new Error('it waits for what never comes')
  }
  return work
}

/** Whether the messages of a changed answer break their schemas, or the exchange its rules. */
function refusedBy(subject: Subject, exchange: Exchange, answer: Answer): By | undefined {
  if (answer.end !== 'complete' && answer.end !== 'aborted') return undefined
  const changed = fill(asked(exchange), answer)
  try {
    const { problems, apart } = judgeMessages(changed, held(subject))
    if (problems.length > 0) return 'schema'
    const said = [...unlikeKnown(changed, subject.version), ...unlikeFiles(changed)]
    return apart.length + said.length > 0 ? 'rule' : undefined
  } catch {
    // What cannot be read is no message.
    return 'schema'
  }
}

const held = ({ system, version }: Subject) => ({ system, version, kind: 'replay' })

/** The exchange without its answer; its request was fine. */
const asked = ({ request: { method, path, body }, to }: Exchange) =>
  new Exchange({ method, path, body, wrong: true, ...(to ? { to } : {}) })

function schemaFileOf(subject: Subject, exchange: Exchange, answer: Answer, part: Part): string | undefined {
  const alone = fill(asked(exchange), { ...answer, chunks: [Buffer.from(part.text)], end: 'complete' })
  try {
    const [message] = messagesOf(alone, held(subject))
    return message && schemaOf(message)
  } catch {
    return undefined
  }
}

/** A recording, by what is asked of it: the exchanges of a check, and answers to the same request. */
export class Recorded {
  readonly #exchanges: Map<string, Played[]>
  readonly #answers = new Map<string, Answer>()
  /** By request, the answers to those that have one field more. */
  readonly #more = new Map<string, Map<string, Answer>>()
  readonly #places: (id: string) => Statement | undefined

  constructor(areas: Record<string, StoredArea>, statementOf: (id: string) => Statement | undefined) {
    this.#places = statementOf
    this.#exchanges = new Map(
      Object.values(areas).flatMap((area) =>
        Object.entries(area).map(([id, exchanges]) => [id, exchanges.map(playedOf)] as const),
      ),
    )
    for (const [id, exchanges] of this.#exchanges) {
      const statement = this.#places(id)
      if (!statement) continue
      for (const { request, answer } of exchanges) {
        if (answer?.end !== 'complete') continue
        const body = bodyIn(request)
        this.#answers.set(askedBy(statement, request, body), answer)
        for (const [field, less] of lessOf(body)) {
          const asked = askedBy(statement, request, less)
          this.#more.set(asked, (this.#more.get(asked) ?? new Map<string, Answer>()).set(field, answer))
        }
      }
    }
  }

  exchangesOf(id: string): readonly Played[] {
    return this.#exchanges.get(id) ?? []
  }

  /** Digest of all that the changes of a check come from. */
  digestOf(statement: Statement): string {
    const hash = createHash('sha1')
    for (const { request, answer, end } of this.exchangesOf(statement.id)) {
      hash.update(JSON.stringify([request, answer?.status, answer?.headers, end]))
      for (const bytes of answer?.chunks ?? []) hash.update(bytes)
      for (const [field, other] of this.without(statement, request)) hash.update(field).update(gist(other))
    }
    return hash.digest('hex')
  }

  /** Whether a request is in a sample. */
  isAmong(statement: Statement, request: Played['request'], oneOf: number): boolean {
    const asked = askedBy(statement, request, bodyIn(request))
    return createHash('sha1').update(asked).digest().readUInt32BE() % oneOf === 0
  }

  keyOf(
    statement: Statement,
    request: Played['request'],
    { name, place, was }: Omit<Change, 'answer'>,
  ): string {
    const before = isVolatile(place.split('.').at(-1) ?? '') ? '' : was
    const said = [askedBy(statement, request, bodyIn(request)), name, place, before].join('\n')
    return createHash('sha1').update(said).digest('hex').slice(0, 12)
  }

  /** The answers to the same request without one of its fields, where they say something else. */
  without(statement: Statement, request: Played['request']): Map<string, Answer> {
    const answers = lessOf(bodyIn(request)).flatMap(([field, less]) => {
      const answer = this.#answers.get(askedBy(statement, request, less))
      return answer ? [[field, answer] as const] : []
    })
    return this.#others(statement, request, answers)
  }

  /** The answers to the same request with one more field, where they say something else. */
  with(statement: Statement, request: Played['request']): Map<string, Answer> {
    const more = this.#more.get(askedBy(statement, request, bodyIn(request)))
    return this.#others(statement, request, [...(more ?? [])])
  }

  #others(
    statement: Statement,
    request: Played['request'],
    answers: readonly (readonly [string, Answer])[],
  ): Map<string, Answer> {
    const own = this.#answers.get(askedBy(statement, request, bodyIn(request)))
    return new Map(own && answers.filter(([, answer]) => gist(answer) !== gist(own)))
  }
}

/** A body without one of its fields, or of its options, for each of them. */
function lessOf(body: unknown): [field: string, less: object][] {
  if (!isObject(body)) return []
  return Object.entries(body).flatMap(([field, value]) => {
    const { [field]: _, ...less } = body
    const options = field === 'options' && isObject(value) ? lessOf(value) : []
    return [
      [field, less] as [string, object],
      ...options.map(([option, fewer]): [string, object] => [
        `options.${option}`,
        { ...body, options: fewer },
      ]),
    ]
  })
}

function bodyIn({ body }: Played['request']): unknown {
  if (typeof body !== 'string') return body
  try {
    return JSON.parse(body) as unknown
  } catch {
    return body
  }
}

/** What is asked, of which server, whatever the order of keys. */
const askedBy = ({ needs }: Statement, { method, path }: Played['request'], body: unknown) =>
  `${JSON.stringify(needs?.launch ?? {})} ${method} ${path} ${sorted(body)}`

const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  )

/** What is another at each time, however the server behaves. */
const isVolatile = (key: string) =>
  /^(id|created|created_at|modified_at|expires_at|completed_at|\w+_duration|header Date)$/.test(key)

/** What an answer says, without what is another at each time. */
function gist(answer: Answer): string {
  const { parts } = bodyOf(answer)
  const values = parts.map(({ value, text }) =>
    value === undefined
      ? text
      : JSON.stringify(value, (key, one: unknown) =>
          isVolatile(key) || key.endsWith('_id') ? undefined : one,
        ),
  )
  return [answer.status, ...values].join('\n')
}
