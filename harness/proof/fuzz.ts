import fc, { type Arbitrary } from 'fast-check'
import { instrumentFile } from '../../fixtures/instruments/instruments.ts'
import { PREFIX } from '../../fixtures/instruments/models.ts'
import type { System } from '../base/systems.ts'
import {
  readRecording,
  recordedVersions,
  restoreExchange,
  type StoredExchange,
} from '../recording/recording.ts'
import { judgeMessages } from '../schema/messages.ts'
import { isObject } from '../schema/references.ts'
import { operationOf, routesOf } from '../schema/routes.ts'
import { schemaFor } from '../schema/specialise.ts'
import { describeProblem } from '../schema/validate.ts'
import { Client } from '../wire/client.ts'
import { type Exchange, evidence } from '../wire/exchange.ts'
import { type Fields, fitting, nearly } from './arbitrary.ts'

export type Target = {
  system: System
  version: string
  /** The routes that are asked, `POST /api/chat`. */
  operations: readonly string[]
  /** Starts the server, and another when that died; its address. */
  start: () => Promise<string>
}

/** What a request brought about that no statement and no schema says, with the smallest request that does. */
export type Finding = { operation: string; what: string; evidence: string }

/** A finding that is known: part of its text, and why it is no news. */
export type Explained = { operation: string; what: string; why: string }

export type Outcome = { requests: number; slow: number; explained: number; findings: Finding[] }

type Draft = { operation: string; path: string; body: unknown }

/** Requests to a route in a row; findings are made smaller within them. */
const ROUND = 20

/** How long an answer may take before it is given up, ms. It is no finding: some requests ask for much. */
const PATIENCE = 5_000

/** So much may be asked for: a fuzzer is to try the server's code, not its memory. */
const MOST: Record<string, number> = {
  num_ctx: 2048,
  num_batch: 512,
  num_thread: 2,
  num_predict: 16,
  n_predict: 16,
  max_tokens: 16,
  max_completion_tokens: 16,
  max_output_tokens: 16,
  n: 2,
  n_cmpl: 2,
  n_probs: 20,
  keep_alive: 60,
}

/** How an answer is kept short where the request does not say. */
const SHORT: Record<string, object> = {
  '/api/generate': { options: { num_predict: 8 } },
  '/api/chat': { options: { num_predict: 8 } },
  '/v1/completions': { max_tokens: 8 },
  '/v1/chat/completions': { max_tokens: 8 },
  '/v1/responses': { max_output_tokens: 8 },
  '/completion': { n_predict: 8 },
  '/completions': { n_predict: 8 },
  '/infill': { n_predict: 8 },
}

/** Models that may be asked, and names under which models may come and go. */
const MODELS = ['successor', 'stopper', 'templated', 'infill', 'embedder', 'caller', 'thinker', 'spare']
const asked = fc.constantFrom(...MODELS.map((name) => PREFIX + name), 'nothing')
const loose = fc.constantFrom(`${PREFIX}fuzz`, `${PREFIX}fuzz:tag`, 'nothing')
const away = fc.constantFrom('127.0.0.1:1/a/b', 'nothing')

const FIELDS: Fields = { model: asked, name: asked, from: asked, source: asked, destination: loose }

const FIELDS_OF: Record<string, Fields> = {
  'DELETE /api/delete': { model: loose, name: loose },
  'POST /api/pull': { model: away, name: away, insecure: fc.boolean() },
  'POST /api/push': { model: away, name: away, insecure: fc.boolean() },
  'POST /api/create': {
    model: loose,
    name: loose,
    from: asked,
    files: fc.constantFrom({}, { 'a.gguf': instrumentFile('successor').digest }, { 'a.gguf': 'sha256:0' }),
  },
}

/**
 * Sends requests made from the request schemas, most of them valid, some nearly. What is no statement's and no schema's
 * is a finding: a 5xx that no recording has, an answer that its schema refuses, a connection that ends, a server that
 * dies or does not say afterwards what it said before.
 *
 * @param until stops after the round in which it is over
 */
export async function fuzz(
  { system, version, operations, start }: Target,
  seed: number,
  until: () => boolean,
  explained: readonly Explained[],
  told: (finding: Finding) => void,
): Promise<Outcome> {
  const known = knownErrors(system)
  const outcome: Outcome = { requests: 0, slow: 0, explained: 0, findings: [] }
  const met = new Set<string>()
  let url = await start()
  const control = JSON.stringify(await probe(system, url))

  const wrongWith = async (exchange: Exchange, operation: string): Promise<string | undefined> => {
    if (exchange.status === undefined && !(await lives(url))) {
      url = await start()
      return 'the server died'
    }
    if (exchange.end === 'aborted') {
      outcome.slow += 1
      return undefined
    }
    if (exchange.end !== 'complete') return `the exchange was ${exchange.end}: ${exchange.problem}`
    if ((exchange.status ?? 0) >= 500 && !known.has(errorOf(operation, exchange)))
      return `${exchange.status}: ${messageIn(exchange).slice(0, 200)}`
    const [problem] = judgeMessages(exchange, { system, version, kind: 'fuzz' }).problems
    return problem && describeProblem(problem)
  }
  const send = async ({
    operation,
    path,
    body,
  }: Draft): Promise<{ exchange: Exchange; wrong?: string | undefined }> => {
    outcome.requests += 1
    const call = new Client({ url, name: 'fuzz' }).start({
      method: operation.split(' ')[0] as string,
      path,
      ...(body === undefined ? {} : { body }),
      wrong: true,
    })
    const limit = setTimeout(() => call.abort(), PATIENCE)
    const exchange = (await call.ended) as Exchange
    clearTimeout(limit)
    return { exchange, wrong: await wrongWith(exchange, operation) }
  }
  const note = (finding: Finding) => {
    met.add(signature(finding))
    if (explained.some((one) => isExplained(one, finding))) outcome.explained += 1
    else {
      outcome.findings.push(finding)
      told(finding)
    }
  }

  for (let round = 0; !until(); round++) {
    for (const operation of operations) {
      if (until()) break
      let last: Finding | undefined
      const property = fc.asyncProperty(draftOf(system, version, operation), async (draft) => {
        const { exchange, wrong } = await send(draft)
        if (wrong === undefined) return true
        const finding = { operation, what: wrong, evidence: evidence(exchange, url) }
        if (met.has(signature(finding))) return true
        last = finding
        return false
      })
      const { failed } = await fc.check(property, { seed: seed + round, numRuns: ROUND })
      if (failed && last) note(last)
      const now = JSON.stringify(await probe(system, url))
      if (now !== control) {
        note({ operation, what: `an instrument says ${now} afterwards, and said ${control}`, evidence: '' })
        url = await start()
      }
    }
  }
  return outcome
}

const signature = ({ operation, what }: Pick<Finding, 'operation' | 'what'>) => `${operation} ${normal(what)}`

/** A text without what is another in each run: what it quotes, figures, and where the server keeps its models. */
const normal = (text: string) =>
  text
    .replaceAll(/"(?:[^"\\]|\\.)*"|'[^']*'/g, '…')
    .replaceAll(/\S*[\\/](manifests|blobs)[\\/]\S*/g, '…/$1/…')
    .replaceAll(/-?\d[\d.e+]*/g, '…')
    .slice(0, 100)

const isExplained = (one: Explained, { operation, what }: Finding) =>
  (one.operation === 'any' || one.operation === operation) && what.includes(one.what)

const errorOf = (operation: string, exchange: Exchange) =>
  `${operation} ${exchange.status} ${normal(messageIn(exchange))}`

/** What an answer says of its error, in the forms of every API. */
function messageIn({ text }: Exchange): string {
  try {
    const { error } = JSON.parse(text) as { error?: string | { message?: string } }
    return (typeof error === 'object' ? error.message : error)?.trim() ?? text
  } catch {
    return text
  }
}

/** The errors that statements have brought about, on any version. */
function knownErrors(system: System): Set<string> {
  return new Set(
    recordedVersions(system).flatMap((version) =>
      Object.values(readRecording(system, version).areas)
        .flatMap((area) => Object.values(area).flat())
        .filter((stored: StoredExchange) => (stored.response?.status ?? 0) >= 500)
        .map((stored) => {
          const exchange = restoreExchange(stored)
          const { method, path } = exchange.request
          return errorOf(operationOf(system, version, method, path) ?? '', exchange)
        }),
    ),
  )
}

function draftOf(system: System, version: string, operation: string): Arbitrary<Draft> {
  const [method, pattern = ''] = operation.split(' ')
  const route = routesOf(system, version).find(
    ({ path, methods }) => path === pattern && methods.includes(method as string),
  )
  const path = pattern.replaceAll(/:\w+/g, (name) =>
    name === ':digest' ? instrumentFile('successor').digest : 'nothing',
  )
  const request = route?.request ?? 'none'
  if (request === 'none') return fc.constant({ operation, path, body: undefined })
  if (request === 'bytes' || route?.form) return fc.string().map((body) => ({ operation, path, body }))
  const valid = fitting(schemaFor(request, version, false), { ...FIELDS, ...FIELDS_OF[operation] })
  return fc
    .oneof({ weight: 2, arbitrary: valid }, { weight: 1, arbitrary: nearly(valid) })
    .map((body) => ({ operation, path, body: tamed(short(body, pattern)) }))
}

const short = (body: unknown, path: string) =>
  isObject(body) && SHORT[path]
    ? {
        ...SHORT[path],
        ...body,
        ...(isObject(body.options) ? { options: { num_predict: 8, ...body.options } } : {}),
      }
    : body

/** Without what would only take time or memory. */
function tamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tamed)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      const most = MOST[key]
      const much = most !== undefined && typeof one === 'number' && (one > most || one < 0)
      return [key, much ? most : tamed(one)]
    }),
  )
}

const PROBES = {
  ollama: {
    path: '/api/generate',
    body: {
      model: `${PREFIX}successor`,
      prompt: 'a',
      raw: true,
      stream: false,
      options: { num_predict: 4, temperature: 0 },
    },
  },
  'llama-server': { path: '/completion', body: { prompt: 'a', n_predict: 4, temperature: 0 } },
} as const

/** What an instrument says, which no request may change. */
async function probe(system: System, url: string): Promise<unknown> {
  const { path, body } = PROBES[system]
  const { status, text } = await new Client({ url, name: 'probe' }).send({ method: 'POST', path, body })
  if (status !== 200) return `${status} ${text.slice(0, 200)}`
  const { response, content } = JSON.parse(text) as { response?: string; content?: string }
  return response ?? content
}

async function lives(url: string): Promise<boolean> {
  const { status } = await new Client({ url, name: 'lives' }).send({ method: 'GET', path: '/' })
  return status !== undefined
}
