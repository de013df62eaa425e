import { setTimeout as pause } from 'node:timers/promises'
import { isNamed, models } from '../../fixtures/instruments/models.ts'
import { fail } from '../../harness/run/check.ts'
import type { AnswerOf, BodyOf } from '../../harness/wire/answers.ts'
import type { Client } from '../../harness/wire/client.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import { GREEDY } from './requests.ts'

/** What `/api/ps` lists. Where it fails for a model that goes just then (models.ps.panic) it is asked again. */
export async function listLoaded(client: Client) {
  const list = () => client.send({ method: 'GET', path: '/api/ps' })
  const spoilt = ({ status, text }: Exchange) => status === 500 && text === ''
  let listed = await list()
  for (let left = 5; left > 0 && spoilt(listed); left--) {
    client.forget(listed)
    listed = await list()
  }
  return listed.json.models
}

/** The entry of a model in `/api/ps`, undefined when it is not loaded. */
export async function findLoaded(client: Client, model: string = models.spare) {
  return (await listLoaded(client)).find(isNamed(model))
}

/** Whether a model is loaded. */
export const isLoaded = async (client: Client, model: string = models.spare) =>
  (await findLoaded(client, model)) !== undefined

/** The longest time of Go, 2^63 ns: the meaning of a negative `keep_alive`. */
const FOREVER = Math.floor(2 ** 63 / 1e6)
const MINUTE = 60_000

/** Whether a model is never unloaded. */
export const lastsForever = (entry: { expires_at: string } | undefined) =>
  Date.parse(entry?.expires_at ?? '') >= FOREVER

/** A time with its parts of a millisecond: one that was noted in the same millisecond, but before, is earlier. */
const milliseconds = (time: string) => Date.parse(time) + Number(`.${/\.\d{3}(\d+)/.exec(time)?.[1] ?? 0}`)

/**
 * What becomes of a model after an answer: whole minutes until it expires, `never`, or `unloaded`.
 *
 * The scheduler hears of the end of a request after the client does, so `/api/ps` may still tell the time that an
 * earlier request left. Times that checks ask for are whole minutes or for ever, counted from after the answer: one
 * that was noted before it is a little short of that, and a model that is going has none left.
 */
export async function timeLeft(client: Client, answered: string, model: string = models.spare) {
  const remaining = async () => {
    const entry = await findLoaded(client, model)
    return entry && milliseconds(entry.expires_at) - milliseconds(answered)
  }
  const noted = (ms: number) => ms >= MINUTE && (ms >= FOREVER ? ms - FOREVER : ms % MINUTE) < 1000
  const ms = await poll(remaining, (now) => now === undefined || noted(now))
  if (ms === undefined) return 'unloaded'
  return ms >= FOREVER ? 'never' : Math.round(ms / MINUTE)
}

/** Asks until the answer satisfies the condition, or gives the last answer when it was asked so many times more. */
export async function poll<Answer>(
  ask: () => Promise<Answer>,
  condition: (answer: Answer) => boolean,
  times = 400,
): Promise<Answer> {
  for (let left = times; ; left--) {
    const answer = await ask()
    if (condition(answer) || left === 0) return answer
    // Each question is recorded; the pause keeps them few, nothing depends on it.
    await pause(20)
  }
}

/** Waits until a model has left `/api/ps`. @returns whether it is still there */
export async function staysLoaded(client: Client, model: string = models.spare): Promise<boolean> {
  return (
    (await poll(
      () => findLoaded(client, model),
      (entry) => entry === undefined,
    )) !== undefined
  )
}

/** Unloads a model and waits until it is gone. @returns whether it is still there */
export async function unload(client: Client, model: string = models.spare): Promise<boolean> {
  const body = { model, prompt: '', keep_alive: 0, stream: false, options: GREEDY }
  await client.send({ method: 'POST', path: '/api/generate', body, aside: true })
  return staysLoaded(client, model)
}

/**
 * Uses the model whose parser fails in mid-stream, in a runner of its own. Before 0.30.0 such an error takes a slot of
 * the runner for ever, so the next request for it would wait without end; the check must be `alone`.
 */
export async function garbling<Result>(client: Client, use: () => Promise<Result>): Promise<Result> {
  await unload(client, models.garbler)
  const result = await use()
  await unload(client, models.garbler)
  return result
}

/**
 * Makes a model for one check, and deletes it however that ends. The check must be `alone`: models share their layers
 * and runners, and no list of models may be read while one of them goes.
 */
export async function withModel<Result>(
  client: Client,
  body: BodyOf<'POST', '/api/create'>,
  use: (created: Exchange<AnswerOf<'POST', '/api/create'>>) => Promise<Result>,
): Promise<Result> {
  const created = await client.send({
    method: 'POST',
    path: '/api/create',
    body: { stream: false, ...body },
  })
  if (created.status !== 200) fail(`the model is not created: ${created.text}`)
  try {
    return await use(created)
  } finally {
    await client.send({
      method: 'DELETE',
      path: '/api/delete',
      body: { model: body.model },
      aside: true,
    })
  }
}
