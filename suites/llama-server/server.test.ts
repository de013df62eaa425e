import { check } from '../../harness/run/check.ts'
import { ENDLESS, errorType, GREEDY } from './requests.ts'

check('llama-server.server.health.alias', async ({ get }) => {
  const { status, json } = await get('/v1/health')
  return { status, body: json }
})

// Properties

check('llama-server.server.props.defaults', async ({ get }) => {
  const { params } = (await get('/props')).json.default_generation_settings
  const { temperature, top_k, n_predict, stream, dry_penalty_last_n } = params
  return { temperature: Number(temperature.toFixed(3)), top_k, n_predict, stream, dry_penalty_last_n }
})

check('llama-server.server.props.settings', async ({ get, post }) => {
  const { params } = (await get('/props')).json.default_generation_settings
  const { json } = await post('/completion', { prompt: 'abc', ...GREEDY, n_predict: 1 })
  return Object.keys(json.generation_settings).filter((name) => !(name in params))
})

check('llama-server.server.props.model', async ({ get }) => {
  const { model_alias, model_path, bos_token, eos_token } = (await get('/props')).json
  // Where the file lies is the machine's business.
  const names: Record<string, string> = { [model_path]: 'path', [model_path.split('/').at(-1) ?? '']: 'file' }
  return { alias: names[model_alias] ?? model_alias, bos_token, eos_token }
})

check('llama-server.server.props.post', async ({ post }) => errorType(await post('/props')))

check('llama-server.server.props.post.enabled', async ({ get, post }) => {
  const { status, json } = await post('/props')
  return { status, body: json, endpoint_props: (await get('/props')).json.endpoint_props }
})

// Slots

check('llama-server.server.slots.idle', async ({ get }) => (await get('/slots')).json)

check('llama-server.server.slots.task', async ({ get, post }) => {
  await post('/completion', { prompt: 'abc', ...GREEDY, n_predict: 4 })
  const { json } = await get('/slots')
  const { is_processing, n_prompt_tokens, params, next_token } = json[0]
  return { slots: json.length, is_processing, n_prompt_tokens, n_predict: params.n_predict, next_token }
})

check('llama-server.server.slots.busy', async ({ get, post }) => {
  const call = post.start('/completion', ENDLESS)
  await call.until(({ events }) => events.length >= 2)
  const { is_processing } = (await get('/slots')).json[0]
  const refused = errorType(await get('/slots?fail_on_no_slot=1'))
  call.abort()
  await call.ended
  return { is_processing, ...refused }
})

check('llama-server.server.slots.disabled', async ({ get }) => errorType(await get('/slots')))

// The model

check('llama-server.server.models', async ({ get }) => {
  const { object, data, models } = (await get('/v1/models')).json
  const [{ created, ...model }] = data
  const short = (await get('/models')).json.data[0].id
  return { object, model, ollama: models[0].name, same: short === model.id }
})

// What is refused

check('llama-server.server.unknown-route', async ({ get }) => {
  const { status, json } = await get.wrong('/nothing')
  return { status, error: json.error }
})

check('llama-server.server.wrong-method', async ({ get }) => errorType(await get.wrong('/completion')))

check('llama-server.server.api-key', async ({ get }) => ({
  ...errorType(await get('/props')),
  health: (await get('/health')).status,
}))
