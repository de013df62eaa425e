import { type ModelName, models, tagged } from '../../fixtures/instruments/models.ts'
import type { Client } from '../wire/client.ts'
import { persist } from './persist.ts'

/** A model that is loaded, and until when. */
export type Loaded = { name: string; expires_at: string; context_length?: number }

/** The models that a server has loaded; none where it does not say. */
export async function loadedModels(client: Client): Promise<Loaded[]> {
  const { status, text } = await persist(client, { method: 'GET', path: '/api/ps' })
  if (status !== 200) return []
  try {
    return (JSON.parse(text) as { models?: Loaded[] }).models ?? []
  } catch {
    return []
  }
}

/** The models by which it is seen how many a server keeps. */
export const BESIDE = ['spare', 'successor', 'stopper'] as const satisfies ModelName[]

/** So many are enough for all that a check asks at once; Ollama keeps them by itself. */
export const MANY = BESIDE.length

/**
 * How many of three small models a server keeps loaded beside each other: with a limit of one (or on a CPU from 0.11.5 to
 * 0.11.6) a check that leaves one busy and asks another would wait for itself.
 *
 * @returns undefined where a model cannot be loaded
 */
export async function keptBeside(
  client: Client,
  names: Partial<Record<ModelName, string>> = {},
): Promise<number | undefined> {
  const asked = BESIDE.map((name) => names[name] ?? models[name])
  for (const model of asked) {
    const body = { model, prompt: '', stream: false }
    if ((await persist(client, { method: 'POST', path: '/api/generate', body })).status !== 200)
      return undefined
  }
  const loaded = new Set((await loadedModels(client)).map(({ name }) => tagged(name)))
  // Of a server whose list is empty nothing was seen.
  return asked.filter((model) => loaded.has(tagged(model))).length || undefined
}

/** The longest time of Go, 2^63 ns: a model that is never unloaded. */
const FOREVER = 2 ** 63 / 1e6

/**
 * Leaves the models loaded that were loaded before a run, for as long as they would have been, and unloads those that the
 * run used and that would not be there without it.
 *
 * @param used models that the run used
 */
export async function restoreLoaded(
  client: Client,
  before: readonly Loaded[],
  used: readonly string[],
): Promise<void> {
  const now = await loadedModels(client)
  const ours = new Set(used.map(tagged))
  const left = ({ expires_at }: Loaded) => Date.parse(expires_at) - Date.now()
  const stays = new Set(before.filter((one) => !(left(one) <= 0)).map(({ name }) => name))
  for (const { name } of now) {
    if (!stays.has(name) && ours.has(tagged(name))) await keep(client, name, 0)
  }
  for (const model of before) {
    const { name, expires_at, context_length } = model
    const there = now.find((one) => one.name === name)
    const same = there?.context_length === context_length
    const time = left(model)
    // Some servers do not say until when.
    if (!(time > 0) || (there?.expires_at === expires_at && same)) continue
    const options = same || context_length === undefined ? {} : { options: { num_ctx: context_length } }
    await keep(client, name, time >= FOREVER / 2 ? -1 : `${Math.round(time)}ms`, options)
  }
}

/** Loads a model, or leaves it loaded, for a time; one that only embeds is loaded by another route. */
async function keep(
  client: Client,
  model: string,
  keep_alive: string | number,
  more: object = {},
): Promise<void> {
  const body = { model, keep_alive, stream: false, ...more }
  const { status } = await persist(client, { method: 'POST', path: '/api/generate', body })
  if (status !== 200)
    await client.send({ method: 'POST', path: '/api/embed', body: { model, keep_alive, input: [], ...more } })
}
