import { type InstrumentFile, instrumentFiles } from '../../fixtures/instruments/instruments.ts'
import {
  createBody,
  type ModelName,
  modelDefinitions,
  PREFIX,
  tagged,
} from '../../fixtures/instruments/models.ts'
import { SuiteError } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import type { OwnModels, ServerSettings } from '../config/server.ts'
import type { Client } from '../wire/client.ts'
import type { Exchange, Request } from '../wire/exchange.ts'
import { persist } from './persist.ts'
import type { Served } from './served.ts'

const NAMES = Object.keys(modelDefinitions) as ModelName[]

/**
 * How a server comes to the models of a run: the suite makes them; they are there, under names of their own; one or a few
 * of the server's own stand in for them, of which it is not known what they say; or there are none.
 */
export type Supply = {
  way: 'made' | 'there' | 'own' | 'none'
  /** The name on the server by model, where it is another than the suite would give. */
  names: Partial<Record<ModelName, string>>
  /** Why a model is not there, by model. */
  absent: Partial<Record<ModelName, string>>
}

/**
 * Sees to the models of a run on a server of somebody else, in the best way that the server has.
 *
 * @throws SuiteError when a model that is named is not there
 */
export async function supplyModels(client: Client, served: Served, asked: ServerSettings): Promise<Supply> {
  if (asked.own) return ownModels(client, asked.own)
  if (Object.keys(asked.models).length > 0) return namedModels(client, asked.models)
  if (asked.readOnly) return without('nothing may be made on a server that is only read')
  const missing = ['POST /api/blobs/:digest', 'POST /api/create'].find((one) => served.absent.includes(one))
  if (missing) return without(`the server makes no models: ${missing} is not served`)
  const refused = await makeModels(client, true)
  if (typeof refused !== 'string') {
    const model = `${PREFIX}${NAMES[0]}`
    if (await listedWithout(client, model))
      throw new SuiteError(`the server says that it made ${model}, and does not have it`)
    return { way: 'made', names: {}, absent: refused }
  }
  return without(`the server makes no models: ${refused}`)
}

const without = (why: string): Supply => ({
  way: 'none',
  names: {},
  absent: Object.fromEntries(NAMES.map((name) => [name, why])),
})

async function namedModels(client: Client, named: Record<string, string>): Promise<Supply> {
  for (const [name, model] of Object.entries(named)) {
    if (!NAMES.includes(name as ModelName))
      throw new SuiteError(`models: the suite has no model ${name}${didYouMean(name, NAMES)}`)
    await mustHave(client, model)
  }
  const rest = NAMES.filter((name) => !(name in named))
  return {
    way: 'there',
    names: named,
    absent: Object.fromEntries(
      rest.map((name) => [name, `the configuration names no model that is ${name}`]),
    ),
  }
}

/** What a model of the server's own must be able to do to stand in for one of the suite's. */
const EMBEDS: ModelName[] = ['embedder']
const CALLS: ModelName[] = ['caller', 'multicaller', 'parsed', 'agent', 'mumbler', 'harmonist']
const THINKS: ModelName[] = ['thinker', 'leveller', 'agent', 'mumbler', 'harmonist']
/** In whose place nothing of the server's own can stand: what it sees is what the checks ask for. */
const SEES: ModelName[] = ['seer']

async function ownModels(client: Client, own: OwnModels): Promise<Supply> {
  for (const model of new Set(Object.values(own))) if (model !== undefined) await mustHave(client, model)
  return standIns(own)
}

/** Each model of the suite has one of the server's own in its place. */
export function standIns({ model, embed, tool, thinking }: OwnModels): Supply {
  const names: Supply['names'] = {}
  const absent: Supply['absent'] = {}
  for (const name of NAMES) {
    const needs = [
      ...(EMBEDS.includes(name) ? [['--embed-model', embed]] : []),
      ...(CALLS.includes(name) ? [['--tool-model', tool]] : []),
      ...(THINKS.includes(name) ? [['--thinking-model', thinking]] : []),
    ]
    const lacking = needs.find(([, given]) => given === undefined)
    // Where it must do two things, one model must do both.
    if (SEES.includes(name)) absent[name] = 'no model of the server’s own stands in for one that sees'
    else if (lacking) absent[name] = `needs a model that does it: ${lacking[0]}`
    else if (new Set(needs.map(([, given]) => given)).size > 1)
      absent[name] = 'no one model both thinks and calls tools'
    else names[name] = needs[0]?.[1] ?? model
  }
  return { way: 'own', names, absent }
}

/** @throws SuiteError when a server that lists its models does not list one, nor shows it */
async function mustHave(client: Client, model: string): Promise<void> {
  const listed = await listedWithout(client, model)
  if (listed === undefined) return
  throw new SuiteError(
    `the server has no model ${model}${didYouMean(model, listed)}; it lists ${listed.slice(0, 10).join(', ') || 'none'}`,
  )
}

/** What a server lists that lists its models and not this one, nor shows it; else undefined. */
async function listedWithout(client: Client, model: string): Promise<string[] | undefined> {
  const { status, text } = await client.send({ method: 'GET', path: '/api/tags' })
  const listed = listedIn(text)
  if (status !== 200 || listed.some((name) => tagged(name) === tagged(model))) return undefined
  const shown = await client.send({ method: 'POST', path: '/api/show', body: { model } })
  return shown.status === 200 ? undefined : listed
}

/** The names in a list of models; none where it is no such list. */
function listedIn(text: string): string[] {
  try {
    const { models } = JSON.parse(text) as { models?: { name?: string; model?: string }[] }
    return (models ?? []).flatMap(({ name, model }) => name ?? model ?? [])
  } catch {
    return []
  }
}

/**
 * Uploads the instruments and creates the models of a run.
 *
 * @param mayRefuse whether it is no error that a server takes none of them, or none with a projector
 * @param made is told of each
 * @returns what a server answered that takes none, or why a model is not there, by model
 * @throws SuiteError when the server fails, or takes some of them only
 */
export async function makeModels(
  client: Client,
  mayRefuse = false,
  made: (name: ModelName) => void = () => {},
): Promise<string | Supply['absent']> {
  let taken = false
  const absent: Supply['absent'] = {}
  const send = async (request: Request, sees = false): Promise<string | undefined> => {
    const exchange = await persist(client, request)
    const problem = refusal(exchange)
    if (problem === undefined) return undefined
    const { status = 0 } = exchange
    const may = mayRefuse && (!taken || sees)
    if (may && ((status >= 400 && status < 500) || status === 501)) return problem
    throw new SuiteError(`the server does not take the instruments: ${problem}`)
  }
  for (const name of new Set(Object.values(modelDefinitions).map(({ instrument }) => instrument))) {
    for (const file of instrumentFiles(name)) {
      const refused = await send(uploadOf(file))
      if (refused) return refused
    }
  }
  for (const name of NAMES) {
    const sees = SEES.includes(name)
    const refused = await send({ method: 'POST', path: '/api/create', body: createBody(name) }, sees)
    if (refused && !sees) return refused
    if (refused) absent[name] = `the server takes no projector: ${refused}`
    else made(name)
    taken = true
  }
  return absent
}

const uploadOf = ({ bytes, digest }: InstrumentFile): Request => ({
  method: 'POST',
  path: `/api/blobs/${digest}`,
  body: bytes,
})

function refusal({ end, status, problem, text, request }: Exchange): string | undefined {
  if (end === 'complete' && (status === 200 || status === 201)) return undefined
  return `${request.method} ${request.path} gave ${status ?? problem} ${text.slice(0, 200)}`
}

/** Models of the suite: under its prefix, here or in a registry that it had. */
const OURS = new RegExp(`^(127\\.0\\.0\\.1:\\d+/)?${PREFIX}`)

export const isOurs = (model: string): boolean => OURS.test(model)

/**
 * Unloads and deletes every model of the suite, whoever made it.
 *
 * @param kept models that somebody else put there, under the suite's prefix or not
 */
export async function removeModels(client: Client, kept: readonly string[] = []): Promise<void> {
  const { text, end, problem } = await persist(client, { method: 'GET', path: '/api/tags' })
  if (end !== 'complete') throw new SuiteError(`GET /api/tags: ${problem}`)
  const names = listedIn(text)
  const keep = new Set(kept.map(tagged))
  let unloads = true
  for (const model of names.filter((name) => isOurs(name) && !keep.has(tagged(name)))) {
    const unload = { method: 'POST', path: '/api/generate', body: { model, keep_alive: 0 } }
    // One that is silent would be waited for once a model.
    if (unloads) unloads = (await client.send(unload)).end === 'complete'
    await mustAnswer(client, { method: 'DELETE', path: '/api/delete', body: { model } })
  }
}

/** @throws SuiteError when there is no answer: one that is stuck would be waited for once a model */
async function mustAnswer(client: Client, request: Request): Promise<void> {
  const { end, problem } = await client.send(request)
  if (end !== 'complete') throw new SuiteError(`${request.method} ${request.path}: ${problem}`)
}

/** The models that a server lists; none where it lists none. */
export async function listedModels(client: Client): Promise<string[]> {
  return listedIn((await persist(client, { method: 'GET', path: '/api/tags' })).text)
}
