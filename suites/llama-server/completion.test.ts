import { isDeepStrictEqual } from 'node:util'
import { check } from '../../harness/run/check.ts'
import { wrong } from '../ollama/requests.ts'
import { completion, completionRequest, endlessRequest, everyOption, internals } from './requests.ts'

check('llama-server.completion.text', async ({ client }) => {
  const { json } = await completion(client, { prompt: 'abc', n_predict: 6 })
  const { content, tokens_evaluated, tokens_predicted, stop_type } = json
  return { content, tokens_evaluated, tokens_predicted, stop_type }
})

check('llama-server.completion.prompt.tokens', async ({ client }) => {
  const { json } = await client.send({ method: 'POST', path: '/tokenize', body: { content: 'abc' } })
  const answer = await completion(client, { prompt: json.tokens, n_predict: 6 })
  return { tokens: json.tokens, content: answer.json.content }
})

check('llama-server.completion.prompt.batch', async ({ client }) => {
  const { json } = await completion(client, { prompt: ['a', 'm'], n_predict: 3 })
  return json.map(({ index, content }) => ({ index, content }))
})

check('llama-server.completion.n_predict.zero', async ({ client }) => {
  const { json } = await completion(client, { prompt: 'abc', n_predict: 0 })
  return { content: json.content, stop_type: json.stop_type }
})

check('llama-server.completion.eos', async ({ client }) => {
  const { json } = await completion(client, { prompt: 'x' })
  const { content, tokens_predicted, stop_type } = json
  return { content, tokens_predicted, stop_type }
})

check('llama-server.completion.stop', async ({ client }) => {
  const { json } = await completion(client, { prompt: 'abc', stop: ['gh'] })
  const { content, stop_type, stopping_word } = json
  return { content, stop_type, stopping_word }
})

check('llama-server.completion.stream', async ({ client }) => {
  const exchange = await completion(client, { prompt: 'abc', n_predict: 6, stream: true })
  const records = exchange.eventData
  return {
    type: exchange.contentType,
    text: records.map(({ content }) => content).join(''),
    stopped: records.filter(({ stop }) => stop).length,
    last_stops: records.at(-1).stop,
  }
})

for (const [option, value] of Object.entries({ top_k: 1, min_p: 1, top_p: 0.1 })) {
  check(`llama-server.completion.${option}.effect`, async ({ client }) => {
    const sampled = { prompt: 'x', temperature: 1, seed: 7, n_predict: 12 }
    const free = await completion(client, { ...sampled, top_k: 40, min_p: 0, top_p: 1 })
    const narrow = await completion(client, {
      ...sampled,
      top_k: 40,
      min_p: 0,
      top_p: 1,
      [option]: value,
    })
    return { free_is_likeliest: free.json.content === 'a'.repeat(12), narrow: narrow.json.content }
  })
}

check('llama-server.completion.abort.stream-decoding', async ({ client }) => {
  const call = client.start(endlessRequest())
  await call.until(({ events }) => events.length >= 2)
  call.abort()
  const { end } = await call.ended
  const next = await completion(client, { prompt: 'abc', n_predict: 6 })
  return { aborted: end, next: next.json.content }
})

check('llama-server.completion.error.broken-json', async ({ client }) => {
  const { status, json } = await client.send({
    method: 'POST',
    path: '/completion',
    body: '{bad}',
    wrong: true,
  })
  return { status, code: json.error.code, type: json.error.type }
})

check('llama-server.completion.infill.no-fim-tokens', async ({ client }) => {
  const body = { input_prefix: 'a', input_suffix: 'b' }
  const { status, json } = await client.send({ method: 'POST', path: '/infill', body })
  const missing = [...json.error.message.matchAll(/(\w+) token is missing/g)].map(([, name]) => name)
  return { status, type: json.error.type, missing }
})

check('llama-server.completion.detokenize', async ({ client }) => {
  const { json } = await client.send({
    method: 'POST',
    path: '/detokenize',
    body: { tokens: [100, 101, 102] },
  })
  return json
})

check('llama-server.completion.health', async ({ client }) => {
  const { status, json } = await client.send({ method: 'GET', path: '/health' })
  return { status, body: json }
})

check('llama-server.completion.props.slots', async ({ client }) => {
  const { json } = await client.send({ method: 'GET', path: '/props' })
  return { total_slots: json.total_slots, n_ctx: json.default_generation_settings.n_ctx }
})

check('llama-server.completion.alias', async ({ client }) => {
  const request = completionRequest({ prompt: 'abc', n_predict: 2 })
  const { json } = await client.send({ ...request, path: '/completions' })
  return json.content
})

check('llama-server.completion.options.echo', async ({ client, version }) => {
  const options: Record<string, unknown> = { ...everyOption(version), ...internals(version) }
  const { json } = await completion(client, { prompt: 'abc', logprobs: 2, ...options })
  const settings = Object.entries(json.generation_settings).filter(([name]) => name in options)
  const others = settings.filter(([name, value]) => !isDeepStrictEqual(value, options[name]))
  return { content: json.content, others: Object.fromEntries(others) }
})

check('llama-server.completion.options.n_predict-first', async ({ client }) => {
  const lengths = [
    { n_predict: 3, max_completion_tokens: 2, max_tokens: 1 },
    { max_completion_tokens: 2, max_tokens: 1 },
  ]
  const observed = []
  for (const options of lengths) {
    const body = { prompt: 'abc', temperature: 0, ...options }
    const { json } = await client.send({ method: 'POST', path: '/completion', body })
    observed.push(json.tokens_predicted)
  }
  return observed
})

check('llama-server.completion.options.samplers-default', async ({ client }) => {
  const { json } = await completion(client, { prompt: 'abc', n_predict: 1 })
  return json.generation_settings.samplers
})

check('llama-server.completion.settings.fields', async ({ client }) => {
  const { json } = await completion(client, { prompt: 'abc', n_predict: 1 })
  return ['n_ctx', 'model', 'n_predict'].filter((name) => name in json.generation_settings)
})

check('llama-server.completion.json_schema', async ({ client }) => {
  const body = { prompt: 'abc', json_schema: { enum: ['yes'] } }
  const { json } = await completion(client, body)
  return { value: JSON.parse(json.content), stop_type: json.stop_type }
})

/** Of each token, from its logarithm or as it is. */
type Top = { token: string; logprob?: number; prob?: number }
const probabilities = (top: Top[] = []) =>
  Object.fromEntries(
    top.map(({ token, logprob = 0, prob = Math.exp(logprob) }) => [token, Number(prob.toFixed(3))]),
  )

check('llama-server.completion.n_probs', async ({ client }) => {
  const { json } = await completion(client, { prompt: 'x', n_predict: 2, n_probs: 4 })
  return json.completion_probabilities.map(({ token, top_logprobs }) => ({
    token,
    top: probabilities(top_logprobs),
  }))
})

check('llama-server.completion.post_sampling_probs', async ({ client }) => {
  const options = { n_predict: 1, n_probs: 4, temperature: 1, top_k: 2, min_p: 0, top_p: 1, seed: 7 }
  const { json } = await completion(client, { prompt: 'x', post_sampling_probs: true, ...options })
  return probabilities(json.completion_probabilities[0].top_probs)
})

check('llama-server.completion.return_tokens', async ({ client }) => {
  const without = await completion(client, { prompt: 'abc', n_predict: 2 })
  const asked = await completion(client, { prompt: 'abc', n_predict: 2, return_tokens: true })
  const streamed = await completion(client, { prompt: 'abc', n_predict: 2, stream: true })
  return {
    without: without.json.tokens,
    asked: asked.json.tokens,
    streamed: streamed.eventData.map(({ tokens }) => tokens),
  }
})

check('llama-server.completion.n_cmpl', async ({ client }) => {
  const { json } = await completion(client, { prompt: 'abc', n_predict: 2, n_cmpl: 2 })
  return json.map(({ index, content }) => ({ index, content }))
})

check('llama-server.completion.response_fields', async ({ client }) => {
  const response_fields = ['content', 'generation_settings/n_predict', 'nothing']
  const { json } = await completion(client, { prompt: 'abc', n_predict: 2, response_fields })
  return json
})

check('llama-server.completion.stop.text', async ({ client }) => {
  const request = completionRequest({ prompt: 'abc', stop: 'ef', n_predict: 4 })
  const { json } = await client.send(request)
  return { content: json.content, stop_type: json.stop_type }
})

check('llama-server.completion.cache', async ({ client }) => {
  const observed = []
  for (const prompt of ['abcdef', 'abcxyz']) {
    const { json } = await completion(client, { prompt, n_predict: 2 })
    const { tokens_cached, timings } = json
    observed.push({ cache_n: timings.cache_n, prompt_n: timings.prompt_n, tokens_cached })
  }
  return observed
})

check('llama-server.completion.stream.fields', async ({ client }) => {
  const { eventData } = await completion(client, { prompt: 'abc', n_predict: 2, stream: true })
  return Object.keys(eventData[0])
})

check('llama-server.completion.stream.ends', async ({ client }) => {
  const eos = await completion(client, { prompt: 'x', stream: true })
  const word = await completion(client, { prompt: 'abc', stop: ['e'], stream: true })
  return [eos, word].map(({ eventData }) => {
    const { stop_type, stopping_word } = eventData.at(-1)
    return { stop_type, stopping_word }
  })
})

check('llama-server.completion.stream.progress', async ({ client }) => {
  const options = { return_progress: true, timings_per_token: true, n_probs: 1, cache_prompt: false }
  const { eventData } = await completion(client, {
    prompt: 'abc',
    n_predict: 2,
    stream: true,
    ...options,
  })
  return eventData.map(({ content, stop, prompt_progress, timings, completion_probabilities }) => ({
    content,
    stop,
    processed: prompt_progress?.processed,
    timings: timings !== undefined,
    probabilities: completion_probabilities?.length,
  }))
})

check('llama-server.completion.error.context', async ({ client }) => {
  const { status, json } = await completion(client, { prompt: 'a'.repeat(600) })
  const { code, type, n_prompt_tokens, n_ctx } = json.error
  return { status, code, type, n_prompt_tokens, n_ctx }
})

check('llama-server.completion.error.wrong-type', async ({ client }) => {
  const body = { prompt: 'abc', n_predict: 1, top_k: 'many' }
  const { status, json } = await client.send(wrong(completionRequest, body))
  return { status, message: json.error?.message }
})

const infill = { input_prefix: 'ab', input_suffix: 'yz', temperature: 0 }

check('llama-server.completion.infill.text', async ({ client }) => {
  const body = { ...infill, prompt: 'm', n_predict: 3 }
  const { contentType, json } = await client.send({ method: 'POST', path: '/infill', body })
  return { type: contentType, prompt: json.prompt, content: json.content }
})

check('llama-server.completion.infill.extra', async ({ client }) => {
  const input_extra = [{ filename: 'one.txt', text: 'one' }, { text: 'two' }]
  const body = { ...infill, input_extra, n_predict: 2 }
  const { json } = await client.send({ method: 'POST', path: '/infill', body })
  return json.prompt
})

check('llama-server.completion.infill.options', async ({ client, version }) => {
  const body = {
    ...infill,
    ...everyOption(version),
    ...internals(version),
    logprobs: 1,
    response_fields: ['content', 'generation_settings/n_predict'],
  }
  const { json } = await client.send({ method: 'POST', path: '/infill', body })
  return json
})
