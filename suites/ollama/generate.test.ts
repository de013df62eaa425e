import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/check.ts'
import { generate, startGenerate } from '../../harness/requests.ts'

check('generate.raw.bypasses-template', async ({ client }) => {
  const request = { model: models.templated, prompt: 'abc', options: { num_predict: 6 } }
  const raw = await generate(client, { ...request, raw: true })
  const templated = await generate(client, request)
  return { raw: raw.json.response, templated: templated.json.response }
})

check('generate.num_predict.cap', async ({ client }) => {
  const { json } = await generate(client, {
    model: models.spare,
    prompt: 'a',
    options: { num_ctx: 16, num_predict: -1 },
  })
  return { eval_count: json.eval_count, done_reason: json.done_reason }
})

check(
  'generate.empty-prompt.loads',
  async ({ client }) => {
    await client.send({ method: 'POST', path: '/api/generate', body: { model: models.spare, keep_alive: 0 } })
    const { json } = await generate(client, { model: models.spare, prompt: '' })
    const ps = await client.send({ method: 'GET', path: '/api/ps' })
    const { response, done, done_reason } = json
    const loaded = ps.json.models.some(({ name }: { name: string }) => name === `${models.spare}:latest`)
    return { response, done, done_reason, loaded }
  },
  { alone: true },
)

check('generate.abort.stream-decoding', async ({ client }) => {
  const endless = {
    model: models.successor,
    prompt: 'a',
    raw: true,
    stream: true,
    options: { num_predict: 0 },
  }
  const call = startGenerate(client, endless)
  await call.until(({ lines }) => lines.length >= 3)
  call.abort()
  const { end } = await call.ended
  const next = await generate(client, {
    model: models.successor,
    prompt: 'abc',
    raw: true,
    options: { num_predict: 6 },
  })
  return { aborted: end, next: next.json.response }
})
