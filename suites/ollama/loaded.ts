import { setTimeout as pause } from 'node:timers/promises'
import { models } from '../../fixtures/instruments/models.ts'
import { fail } from '../../harness/run/check.ts'
import type { AnswerOf, BodyOf } from '../../harness/wire/answers.ts'
import type { Client } from '../../harness/wire/client.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import { generate } from './requests.ts'

/** What `/api/ps` lists. */
export async function listLoaded(client: Client) {
  const { json } = await client.send({ method: 'GET', path: '/api/ps' })
  return json.models
}

/** The entry of a model in `/api/ps`, undefined when it is not loaded. */
export async function findLoaded(client: Client, model: string = models.spare) {
  return (await listLoaded(client)).find(({ name }) => name === `${model}:latest`)
}

/** Whether a model is never unloaded: the time of a negative `keep_alive` is 292 years. */
export const lastsForever = (entry: { expires_at: string } | undefined) =>
  new Date(entry?.expires_at ?? 0).getFullYear() >= 2200

/** Asks until the answer satisfies the condition, or gives the last answer after 100 times. */
export async function poll<Answer>(
  ask: () => Promise<Answer>,
  condition: (answer: Answer) => boolean,
): Promise<Answer> {
  for (let left = 100; ; left--) {
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

/** Unloads a model and waits until it is gone. */
export async function unload(client: Client, model: string = models.spare): Promise<void> {
  await generate(client, { model, prompt: '', keep_alive: 0 })
  await staysLoaded(client, model)
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
    await client.send({ method: 'DELETE', path: '/api/delete', body: { model: body.model } })
  }
}
