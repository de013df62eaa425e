import { isDeepStrictEqual } from 'node:util'
import { instruments, type InstrumentName } from '../../fixtures/instruments/instruments.ts'
import { type Model, type ModelName, modelDefinitions, PREFIX } from '../../fixtures/instruments/models.ts'
import { byteToken, EOS, type Table, tokenByte, tokenBytes } from '../../fixtures/instruments/table-model.ts'
import { compareVersions } from '../base/versions.ts'
import { isObject, remembered } from '../schema/references.ts'
import { withoutQuery } from '../schema/routes.ts'
import type { Problem } from '../schema/validate.ts'
import type { Exchange } from '../wire/exchange.ts'

/** What of an answer follows from what the model is known to say, whatever else a check looks at. */
type Said = {
  text: string
  /** Generated tokens, and those of the prompt. */
  tokens: number | undefined
  promptTokens: number | undefined
  reason: string | undefined
  /** Thoughts, calls or images: what is said beside the text is not all that was said. */
  more: boolean
  context?: number[] | undefined
  /** In how many records of a stream the text came. */
  records?: number | undefined
}

/**
 * Holds an answer to what its model is known to say: the text, how many tokens it has, and why it ended. Only models of
 * the suite with a table for all that they say are looked at, and only where a request leaves them as they are.
 */
export function unlikeKnown(exchange: Exchange, version: string): Problem[] {
  const { request, status, end, to } = exchange
  if (status !== 200 || end !== 'complete' || to !== undefined || request.method !== 'POST') return []
  const path = withoutQuery(request.path)
  if (/embed/.test(path)) return embedded(exchange, path)
  const read = READ[path]
  if (!read) return []
  const { sent } = exchange
  if (!isObject(sent)) return []
  const said = read(exchange)
  const early = said && isOwn(sent.model) ? tooEarly(said, sent, path) : undefined
  if (early) return [early]
  const known = knownModel(sent)
  if (!known || changesWhatIsSaid(sent)) return []
  const sees = 'sees' in instruments[known.instrument].table
  if ('images' in sent && !sees) return []
  if (!said || said.more || said.text === '' || ENDLESS_REASONS.includes(said.reason ?? '')) return []
  const table = instruments[known.instrument].table
  // One that sees may say what it sees, whatever the prompt.
  const prompt = sees ? undefined : promptOf(sent, path, known)
  const problem = (found: unknown, rule: string): Problem => ({
    message: `POST ${path}`,
    place: '',
    kind: 'value',
    found: JSON.stringify(found) ?? 'nothing',
    rule: `${rule}, as ${sent.model} does`,
  })
  const chain = chainOf(known.instrument, table, said.text, prompt)
  if (chain === 'unknown') return []
  if (!chain) return [problem(said.text, 'one token follows from the other')]
  const problems: Problem[] = []
  const limit = limitOf(sent, path)
  const ended = said.reason === undefined ? undefined : STOPS.includes(said.reason)
  if (ended !== undefined && ended !== chain.ends && !(chain.ends && limit === chain.tokens))
    problems.push(problem(said.reason, chain.ends ? 'ends by itself' : 'goes on until a limit'))
  const tokens = chain.tokens + (chain.ends && limit !== chain.tokens ? 1 : 0)
  if (said.tokens !== undefined && said.tokens !== tokens)
    problems.push(problem(said.tokens, `generates ${tokens} tokens for ${JSON.stringify(said.text)}`))
  if (prompt?.whole !== undefined && said.promptTokens !== undefined) {
    const whole = Buffer.byteLength(prompt.whole) + (table.addBos ? 1 : 0)
    // Since 0.30.0 tokens that were seen before are not counted.
    const fits =
      compareVersions(version, '0.30.0') < 0 ? said.promptTokens === whole : said.promptTokens <= whole
    if (!fits) problems.push(problem(said.promptTokens, `the prompt has ${whole} tokens`))
  }
  // The bytes of one character come together.
  if (said.records !== undefined && isAscii(said.text) && said.records !== chain.tokens)
    problems.push(problem(said.records, `says one token in a record: ${chain.tokens}`))
  if (said.context === undefined && path === '/api/generate' && sent.raw !== true)
    problems.push(problem(said.context, 'there is a context'))
  if (said.context && table.pieces.length === 0 && !table.addBos) {
    const text = tokensOf((prompt?.whole ?? '') + said.text)
    const before = prompt?.whole === undefined ? said.context.slice(0, -text.length) : []
    if (!isDeepStrictEqual(said.context, [...before, ...text]))
      problems.push(problem(said.context, 'the context is the tokens of prompt and answer'))
  }
  return problems
}

/** A space is written as `▁`. */
const tokensOf = (text: string) => [...Buffer.from(text.replaceAll(' ', '▁'))].map(byteToken)

/** The most tokens that a request asks for, by the field that its route reads. */
function limitOf(sent: Record<string, unknown>, path: string): number | undefined {
  const options = isObject(sent.options) ? sent.options : {}
  const limit = path.startsWith('/api/')
    ? options.num_predict
    : path === '/v1/responses'
      ? sent.max_output_tokens
      : sent.max_tokens
  return Number.isInteger(limit) && (limit as number) > 0 ? (limit as number) : undefined
}

/** A limit that is not reached ends nothing, and one that is reached is the reason. */
function tooEarly(
  { tokens, reason }: Said,
  sent: Record<string, unknown>,
  path: string,
): Problem | undefined {
  const limit = limitOf(sent, path)
  if (limit === undefined || tokens === undefined || tokens === 0) return undefined
  const message = `POST ${path}`
  // A window that is full is a limit too.
  const isFull = /"(shift|num_ctx)"/.test(JSON.stringify(sent)) || JSON.stringify(sent).length > 1000
  if ((reason === 'length' || reason === 'max_tokens') && tokens !== limit && !isFull)
    return {
      message,
      place: '',
      kind: 'value',
      found: JSON.stringify(reason),
      rule: `${tokens} tokens are not the limit of ${limit}`,
    }
  if (tokens > limit)
    return { message, place: '', kind: 'value', found: String(tokens), rule: `the limit is ${limit} tokens` }
  return undefined
}

const isAscii = (text: string) => Buffer.byteLength(text) === text.length

const STOPS = ['stop', 'end_turn']

const ENDLESS_REASONS = ['load', 'unload', 'tool_calls', 'tool_use']

/** Whether the suite made it, in any run. */
const isOwn = (model: unknown) => typeof model === 'string' && model.replace(PREFIX, '') in modelDefinitions

function knownModel(sent: unknown): Model | undefined {
  if (!isObject(sent) || typeof sent.model !== 'string' || !sent.model.startsWith(PREFIX)) return undefined
  const model: Model | undefined = modelDefinitions[sent.model.slice(PREFIX.length) as ModelName]
  return model && !SAYS_MORE.includes(model.instrument) && !model.parameters?.stop && !model.parser
    ? model
    : undefined
}

/** What these say depends on more than the last token, or is read by a parser. */
const SAYS_MORE: InstrumentName[] = [
  'mumbler',
  'infinite',
  'terse',
  'garbler',
  'embedder',
  'filler',
  'quoter',
  'talker',
]

const CHANGING = [
  'num_ctx',
  'num_keep',
  'stop',
  'format',
  'response_format',
  'text',
  'suffix',
  'template',
  'stop_sequences',
  'tools',
  'functions',
  'output_format',
]

function changesWhatIsSaid(sent: Record<string, unknown>): boolean {
  const all: Record<string, unknown> = { ...sent, ...(isObject(sent.options) ? sent.options : {}) }
  return CHANGING.some((field) => field in all) || ((all.temperature as number | undefined) ?? 0) > 2
}

type Prompt = { last: number; whole?: string }

/** The last byte of the prompt, and all of it where it is what was sent. */
function promptOf(sent: Record<string, unknown>, path: string, { template }: Model): Prompt | undefined {
  const messages = sent.messages as { content?: unknown }[] | undefined
  const text = sent.prompt ?? (messages?.length === 1 ? messages[0]?.content : undefined) ?? sent.input
  // Spaces at the ends are another token, and so is what looks like one.
  if (typeof text !== 'string' || !/^[!-;=-~]{1,200}$/.test(text)) return undefined
  const bare = (sent.raw === true && path === '/api/generate') || template === undefined
  if (bare) {
    // Without a template a conversation is put into one of the server's.
    if (sent.prompt === undefined) return undefined
    const plain = !sent.context && !sent.system
    return { last: Buffer.from(text).at(-1) as number, ...(plain ? { whole: text } : {}) }
  }
  if (/\{\{ \.(Prompt|Content) \}\}(\{\{ end \}\})?$/.test(template))
    return { last: Buffer.from(text).at(-1) as number }
  return template.endsWith('}') ? undefined : { last: template.charCodeAt(template.length - 1) }
}

type Chain = { tokens: number; ends: boolean; next?: number }

/** A byte of a character is held back until the others are there. */
const isPartial = (token = EOS) => (tokenByte(token) ?? 0) > 0x7f

/** The tokens that say a text, each following from the one before; undefined where none do. */
function chainOf(
  name: InstrumentName,
  table: Table,
  text: string,
  prompt: Prompt | undefined,
): Chain | 'unknown' | undefined {
  const bytes = Buffer.from(text)
  if (name === 'distribution')
    return /^[abcd]*$/.test(text) ? { tokens: bytes.length, ends: false } : 'unknown'
  const firsts = prompt ? [likeliest(table, byteToken(prompt.last))] : firstTokens(table, bytes)
  for (const first of firsts) {
    const chain = follow(table, first, bytes)
    if (chain) return isPartial(chain.next) ? 'unknown' : chain
  }
  return undefined
}

function follow(table: Table, first: number, bytes: Buffer): Chain | undefined {
  let [token, at, tokens] = [first, 0, 0]
  while (at < bytes.length) {
    const own = tokenBytes(table, token)
    if (own.length === 0 || !bytes.subarray(at, at + own.length).equals(own)) return undefined
    at += own.length
    tokens++
    token = likeliest(table, token)
  }
  return { tokens, ends: token === EOS, next: token }
}

const firstTokens = (table: Table, bytes: Buffer): number[] => [
  ...table.pieces.flatMap((piece, index) => (bytes.toString().startsWith(piece) ? [259 + index] : [])),
  byteToken(bytes[0] as number),
]

const followers = new Map<Table, Map<number, number>>()

const likeliest = (table: Table, token: number): number =>
  remembered(
    remembered(followers, table, () => new Map()),
    token,
    () => [...table.logits(token)].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0],
  )

/** One vector for each input, as long as the model makes them, and of length 1. */
function embedded(exchange: Exchange, path: string): Problem[] {
  const { sent, whole: answer } = exchange
  if (!isObject(sent) || !isObject(answer) || sent.model !== `${PREFIX}embedder`) return []
  const { embeddings, data, embedding } = answer as {
    embeddings?: number[][]
    data?: Body[]
    embedding?: number[]
  }
  const vectors = embeddings ?? data?.map((one) => one.embedding) ?? [embedding]
  const problem = (found: unknown, rule: string): Problem => ({
    message: `POST ${path}`,
    place: '',
    kind: 'value',
    found: (JSON.stringify(found) ?? 'nothing').slice(0, 120),
    rule,
  })
  const problems: Problem[] = []
  const inputs = Array.isArray(sent.input) && typeof sent.input[0] === 'string' ? sent.input.length : 1
  if ((embeddings ?? data) && vectors.length !== inputs && sent.input !== undefined && vectors.length > 0)
    problems.push(problem(vectors.length, `as many vectors as inputs: ${inputs}`))
  for (const [index, { index: said }] of (data ?? []).entries())
    if (said !== index) problems.push(problem(said, `the place of the input: ${index}`))
  for (const vector of vectors) {
    if (!Array.isArray(vector) || vector.length === 0) continue
    const lengths = [sent.dimensions, instruments.embedder.table.width]
    if (!lengths.includes(vector.length))
      problems.push(problem(vector.length, `a vector of ${lengths.filter(Boolean).join(' or ')} figures`))
    const norm = Math.hypot(...vector)
    if (norm !== 0 && Math.abs(norm - 1) > 1e-3) problems.push(problem(norm, 'a vector of length 1'))
  }
  return problems
}

// oxlint-disable-next-line typescript/no-explicit-any -- its schema is judged elsewhere
type Body = Record<string, any>

/** Of a route, what an answer says, whole or in records. */
const READ: Record<string, (exchange: Exchange) => Said | undefined> = {
  '/api/generate': (exchange) =>
    native(
      exchange,
      (one) => one.response,
      (one) => one.thinking || one.tool_calls,
    ),
  '/api/chat': (exchange) =>
    native(
      exchange,
      (one) => one.message?.content,
      (one) => one.message?.thinking || one.message?.tool_calls,
    ),
  '/v1/completions': (exchange) => {
    const records = recordsOf(exchange)
    const usage = records.findLast((one) => one.usage?.total_tokens)?.usage
    return {
      text: records.map((one) => one.choices?.[0]?.text ?? '').join(''),
      tokens: usage?.completion_tokens,
      promptTokens: usage?.prompt_tokens,
      reason: records.findLast((one) => one.choices?.[0]?.finish_reason)?.choices[0].finish_reason,
      more: false,
      records: recordsWith(
        exchange,
        records.map((one) => one.choices?.[0]?.text),
      ),
    }
  },
  '/v1/chat/completions': (exchange) => {
    const records = recordsOf(exchange)
    const choices: Body[] = records.flatMap((one) => one.choices?.[0] ?? [])
    const usage = records.findLast((one) => one.usage?.total_tokens)?.usage
    const messages = choices.map((one) => one.message ?? one.delta)
    return {
      text: messages.map((one) => one.content ?? '').join(''),
      tokens: usage?.completion_tokens,
      promptTokens: usage?.prompt_tokens,
      reason: choices.findLast((one) => one.finish_reason)?.finish_reason,
      more: messages.some((one) => one.reasoning || one.tool_calls),
      records: recordsWith(
        exchange,
        messages.map((one) => one.content),
      ),
    }
  },
  '/v1/messages': (exchange) => {
    const records = recordsOf(exchange)
    const whole: Body | undefined = records.find((one) => one.content)
    const last: Body | undefined = whole ?? records.find((one) => one.type === 'message_delta')
    const blocks: Body[] = whole?.content ?? records.flatMap((one) => one.content_block ?? [])
    return {
      text: (whole ? blocks : records.flatMap((one) => one.delta ?? []))
        .map((one: Body) => one.text ?? '')
        .join(''),
      tokens: last?.usage?.output_tokens,
      promptTokens: last?.usage?.input_tokens,
      reason: last?.stop_reason ?? last?.delta?.stop_reason,
      records: recordsWith(
        exchange,
        records.map((one) => one.delta?.text),
      ),
      more: blocks.some((one) => one.type !== 'text'),
    }
  },
  '/v1/responses': (exchange) => {
    const records = recordsOf(exchange)
    const whole: Body | undefined = records.find((one) => one.output) ?? records.at(-1)?.response
    const items: Body[] = whole?.output ?? []
    return {
      text: items
        .flatMap((one) => one.content ?? [])
        .map((one: Body) => one.text ?? '')
        .join(''),
      tokens: whole?.usage?.output_tokens,
      promptTokens: whole?.usage?.input_tokens,
      reason: undefined,
      records: recordsWith(
        exchange,
        records.map((one) => one.type === 'response.output_text.delta' && one.delta),
      ),
      more: items.some((one) => one.type !== 'message'),
    }
  },
}

function native(
  exchange: Exchange,
  text: (one: Body) => string | undefined,
  more: (one: Body) => unknown,
): Said {
  const records = recordsOf(exchange)
  const last = records.at(-1)
  return {
    text: records.map((one) => text(one) ?? '').join(''),
    tokens: last?.eval_count,
    promptTokens: last?.prompt_eval_count,
    reason: last?.done ? last.done_reason : undefined,
    more: records.some(more),
    context: last?.context,
    records: recordsWith(
      exchange,
      records.map((one) => text(one)),
    ),
  }
}

const recordsWith = ({ contentType = '' }: Exchange, texts: unknown[]) =>
  /ndjson|event-stream/.test(contentType) ? texts.filter(Boolean).length : undefined

function recordsOf(exchange: Exchange): Body[] {
  const type = exchange.contentType ?? ''
  if (type.startsWith('text/event-stream')) return exchange.eventData.filter(isObject)
  if (type.startsWith('application/x-ndjson')) return exchange.records.filter(isObject)
  return isObject(exchange.whole) ? [exchange.whole] : []
}
