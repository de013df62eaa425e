import { check } from '../../harness/run/check.ts'
import { completion, endlessRequest } from './requests.ts'

const get = <const Path extends string>(path: Path) => ({ method: 'GET' as const, path })

check('llama-server.server.health.alias', async ({ client }) => {
  const { status, json } = await client.send(get('/v1/health'))
  return { status, body: json }
})

check('llama-server.server.props.defaults', async ({ client }) => {
  const { json } = await client.send(get('/props'))
  const { temperature, top_k, n_predict, stream, dry_penalty_last_n } =
    json.default_generation_settings.params
  return { temperature: Number(temperature.toFixed(3)), top_k, n_predict, stream, dry_penalty_last_n }
})

check('llama-server.server.props.settings', async ({ client }) => {
  const { json } = await client.send(get('/props'))
  const answer = await completion(client, { prompt: 'abc', n_predict: 1 })
  const { params } = json.default_generation_settings
  return Object.keys(answer.json.generation_settings).filter((name) => !(name in params))
})

check('llama-server.server.props.model', async ({ client }) => {
  const { json } = await client.send(get('/props'))
  const { model_alias, model_path, bos_token, eos_token } = json
  return {
    alias:
      model_alias === model_path ? 'path' : model_path.endsWith(`/${model_alias}`) ? 'file' : model_alias,
    bos_token,
    eos_token,
  }
})

check('llama-server.server.props.post', async ({ client }) => {
  const { status, json } = await client.send({ method: 'POST', path: '/props' })
  return { status, type: json.error.type }
})

check('llama-server.server.props.post.enabled', async ({ client }) => {
  const { status, json } = await client.send({ method: 'POST', path: '/props' })
  const props = await client.send(get('/props'))
  return { status, body: json, endpoint_props: props.json.endpoint_props }
})

check('llama-server.server.slots.idle', async ({ client }) => {
  const { json } = await client.send(get('/slots'))
  return json
})

check('llama-server.server.slots.task', async ({ client }) => {
  await completion(client, { prompt: 'abc', n_predict: 4 })
  const { json } = await client.send(get('/slots'))
  const { is_processing, n_prompt_tokens, params, next_token } = json[0]
  return { slots: json.length, is_processing, n_prompt_tokens, n_predict: params.n_predict, next_token }
})

check('llama-server.server.slots.busy', async ({ client }) => {
  const call = client.start(endlessRequest())
  await call.until(({ events }) => events.length >= 2)
  const slots = await client.send(get('/slots'))
  const refused = await client.send(get('/slots?fail_on_no_slot=1'))
  call.abort()
  await call.ended
  return {
    is_processing: slots.json[0].is_processing,
    status: refused.status,
    type: refused.json.error.type,
  }
})

check('llama-server.server.slots.disabled', async ({ client }) => {
  const { status, json } = await client.send(get('/slots'))
  return { status, type: json.error.type }
})

check('llama-server.server.models', async ({ client }) => {
  const { json } = await client.send(get('/v1/models'))
  const short = await client.send(get('/models'))
  const [{ created, ...model }] = json.data
  return {
    object: json.object,
    model,
    ollama: json.models[0].name,
    same: short.json.data[0].id === model.id,
  }
})

check('llama-server.server.unknown-route', async ({ client }) => {
  const { status, json } = await client.send({ ...get('/nothing'), wrong: true })
  return { status, error: json.error }
})

check('llama-server.server.wrong-method', async ({ client }) => {
  const { status, json } = await client.send({ ...get('/completion'), wrong: true })
  return { status, type: json.error.type }
})

check('llama-server.server.api-key', async ({ client }) => {
  const refused = await client.send(get('/props'))
  const health = await client.send(get('/health'))
  return { status: refused.status, type: refused.json.error.type, health: health.status }
})
