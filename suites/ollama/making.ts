import { createHash } from 'node:crypto'
import { scriptedTable } from '../../fixtures/instruments/instruments.ts'
import { tableModel } from '../../fixtures/instruments/table-model.ts'
import type { Tools } from '../../harness/run/check.ts'
import type { BodyOf } from '../../harness/wire/answers.ts'
import type { Verbs } from '../../harness/wire/verbs.ts'
import { outcome } from '../answers.ts'
import { unload, withModel } from './loaded.ts'
import { GREEDY } from './requests.ts'

/** Puts a blob onto the server. @returns its digest */
export const stored = async (post: Verbs['post'], bytes: Uint8Array | string) => {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  await post(`/api/blobs/${digest}`, bytes)
  return digest
}

/**
 * Makes a model of a file of its own that says these tokens, one after the other, to a prompt that ends in `a`; uses it,
 * unloads and deletes it. The check must be `alone`.
 *
 * @param name what the file calls itself
 */
export async function withSaying<Result>(
  { client, post }: Pick<Tools, 'client' | 'post'>,
  {
    name,
    says,
    model,
    ...made
  }: { name: string; says: readonly string[]; model: string } & BodyOf<'POST', '/api/create'>,
  use: () => Promise<Result>,
): Promise<Result> {
  const digest = await stored(post, tableModel(scriptedTable(name, { a: says })))
  const body = { model, files: { 'a.gguf': digest }, template: '{{ .Prompt }}', ...made }
  return withModel(client, body, async () => {
    const result = await use()
    await unload(client, model)
    return result
  })
}

/** The name of a model that is made for a moment. */
export const MADE = 'conformance/models-made'

/** Makes a model, uses it and deletes it; or how it is refused. The check must be `alone`, and unload what it loads. */
export async function making<Result>(
  { client, post }: Pick<Tools, 'client' | 'post'>,
  body: object,
  use: (model: string) => Promise<Result>,
  model = MADE,
) {
  const { status, records } = await post('/api/create', { model, ...body, stream: true })
  const says = records.map(({ status, error }) =>
    String(error ?? status)
      .replace(/\S*(?=[/\\]blobs)/, '…')
      .replace(/sha256:\w+/, '…'),
  )
  if (says.at(-1) !== 'success') return { status, says }
  const result = await use(model)
  await client.send({ method: 'DELETE', path: '/api/delete', body: { model }, aside: true })
  return result
}

/** The four tokens that a model says after a prompt, or how it is refused. */
export async function said(post: Verbs['post'], model: string, prompt: string) {
  const options = { ...GREEDY, num_predict: 4, num_ctx: 256, num_thread: 1 }
  const answer = await post('/api/generate', { model, prompt, raw: true, stream: false, options })
  return answer.json.response ?? outcome(answer)
}
