import { isDeepStrictEqual } from 'node:util'
import { check } from '../../harness/run/check.ts'
import { askEach, outcome } from '../answers.ts'
import { ENDLESS, errorType, EVERY_OPTION, GREEDY, INTERNALS } from './requests.ts'

const ABC = { prompt: 'abc', ...GREEDY }

// Prompt and length

check('llama-server.completion.text', async ({ post }) => {
  const answer = await post('/completion', { ...ABC, n_predict: 6 })
  const { content, tokens_evaluated, tokens_predicted, stop_type } = answer.json
  return { content, tokens_evaluated, tokens_predicted, stop_type }
})

check('llama-server.completion.alias', async ({ post }) => {
  return (await post('/completions', { ...ABC, n_predict: 2 })).json.content
})

check('llama-server.completion.prompt.tokens', async ({ post }) => {
  const { tokens } = (await post('/tokenize', { content: 'abc' })).json
  const { content } = (await post('/completion', { ...GREEDY, prompt: tokens, n_predict: 6 })).json
  return { tokens, content }
})

check('llama-server.completion.prompt.batch', async ({ post }) =>
  (await post('/completion', { ...GREEDY, prompt: ['a', 'm'], n_predict: 3 })).json.map(
    ({ index, content }) => ({ index, content }),
  ),
)

check('llama-server.completion.n_cmpl', async ({ post }) =>
  (await post('/completion', { ...ABC, n_predict: 2, n_cmpl: 2 })).json.map(({ index, content }) => ({
    index,
    content,
  })),
)

check('llama-server.completion.n_predict.zero', async ({ post }) => {
  const { content, stop_type } = (await post('/completion', { ...ABC, n_predict: 0 })).json
  return { content, stop_type }
})

check('llama-server.completion.options.n_predict-first', async ({ post }) => {
  const others = { max_completion_tokens: 2, max_tokens: 1 }
  const all = await post('/completion', { prompt: 'abc', temperature: 0, n_predict: 3, ...others })
  const without = await post('/completion', { prompt: 'abc', temperature: 0, ...others })
  return { 'all three': all.json.tokens_predicted, 'without n_predict': without.json.tokens_predicted }
})

check('llama-server.completion.eos', async ({ post }) => {
  const { content, tokens_predicted, stop_type } = (await post('/completion', { ...GREEDY, prompt: 'x' }))
    .json
  return { content, tokens_predicted, stop_type }
})

check('llama-server.completion.stop', async ({ post }) => {
  const { content, stop_type, stopping_word } = (await post('/completion', { ...ABC, stop: ['gh'] })).json
  return { content, stop_type, stopping_word }
})

check('llama-server.completion.stop.text', async ({ post }) => {
  const { content, stop_type } = (await post('/completion', { ...ABC, stop: 'ef', n_predict: 4 })).json
  return { content, stop_type }
})

check('llama-server.completion.cache', ({ post }) =>
  askEach(['abcdef', 'abcxyz'], async (prompt) => {
    const { tokens_cached, timings } = (await post('/completion', { prompt, ...GREEDY, n_predict: 2 })).json
    return { cache_n: timings.cache_n, prompt_n: timings.prompt_n, tokens_cached }
  }),
)

// Streams

check('llama-server.completion.stream', async ({ post }) => {
  const { contentType, eventData } = await post('/completion', { ...ABC, n_predict: 6, stream: true })
  return {
    content_type: contentType,
    text: eventData.map(({ content }) => content).join(''),
    stopped: eventData.filter(({ stop }) => stop).length,
    last_stops: eventData.at(-1).stop,
    indices: [...new Set(eventData.map(({ index }) => index))],
  }
})

check('llama-server.completion.stream.fields', async ({ post }) => {
  const { eventData } = await post('/completion', { ...ABC, n_predict: 2, stream: true })
  return Object.keys(eventData[0])
})

check('llama-server.completion.stream.ends', async ({ post }) => {
  const eos = await post('/completion', { ...GREEDY, prompt: 'x', stream: true })
  const word = await post('/completion', { ...ABC, stop: ['e'], stream: true })
  return [eos, word].map(({ eventData }) => {
    const { stop_type, stopping_word } = eventData.at(-1)
    return { stop_type, stopping_word }
  })
})

check('llama-server.completion.stream.progress', async ({ post }) => {
  const asked = { return_progress: true, timings_per_token: true, n_probs: 1, cache_prompt: false }
  const { eventData } = await post('/completion', { ...ABC, n_predict: 2, stream: true, ...asked })
  return eventData.map(({ content, stop, prompt_progress, timings, completion_probabilities }) => ({
    content,
    stop,
    processed: prompt_progress?.processed,
    timings: timings !== undefined,
    probabilities: completion_probabilities?.length,
  }))
})

check('llama-server.completion.abort.stream-decoding', async ({ post }) => {
  const call = post.start('/completion', ENDLESS)
  await call.until(({ events }) => events.length >= 2)
  call.abort()
  const { end } = await call.ended
  const { json } = await post('/completion', { ...ABC, n_predict: 6 })
  return { aborted: end, next: json.content }
})

// Options

check.each('llama-server.completion.*.effect', async ({ post, given }) => {
  const sampled = { prompt: 'x', temperature: 1, seed: 7, n_predict: 12, top_k: 40, min_p: 0, top_p: 1 }
  const free = await post('/completion', sampled)
  const narrow = await post('/completion', { ...sampled, ...given })
  return { free_is_likeliest: free.json.content === 'a'.repeat(12), narrow: narrow.json.content }
})

check('llama-server.completion.options.echo', async ({ post, known }) => {
  const options: Record<string, unknown> = known('/completion', { ...EVERY_OPTION, ...INTERNALS })
  const { json } = await post('/completion', { prompt: 'abc', logprobs: 2, ...options })
  const settings = Object.entries(json.generation_settings).filter(([name]) => name in options)
  const others = settings.filter(([name, value]) => !isDeepStrictEqual(value, options[name]))
  return { content: json.content, others: Object.fromEntries(others) }
})

check('llama-server.completion.options.samplers-default', async ({ post }) => {
  return (await post('/completion', { ...ABC, n_predict: 1 })).json.generation_settings.samplers
})

check('llama-server.completion.settings.fields', async ({ post }) => {
  const { json } = await post('/completion', { ...ABC, n_predict: 1 })
  return ['n_ctx', 'model', 'n_predict'].filter((name) => name in json.generation_settings)
})

check('llama-server.completion.json_schema', async ({ post }) => {
  const { json } = await post('/completion', { ...ABC, json_schema: { enum: ['yes'] } })
  return { value: JSON.parse(json.content), stop_type: json.stop_type }
})

/** The probability of each token, from its logarithm or as it is. */
const probabilities = (tokens: { token: string; logprob?: number; prob?: number }[] = []) =>
  Object.fromEntries(
    tokens.map(({ token, logprob = 0, prob = Math.exp(logprob) }) => [token, Number(prob.toFixed(3))]),
  )

check('llama-server.completion.n_probs', async ({ post }) => {
  const { json } = await post('/completion', { ...GREEDY, prompt: 'x', n_predict: 2, n_probs: 4 })
  return json.completion_probabilities.map(({ token, top_logprobs }) => ({
    token,
    top_logprobs: probabilities(top_logprobs),
  }))
})

check('llama-server.completion.post_sampling_probs', async ({ post }) => {
  const sampled = { prompt: 'x', n_predict: 1, temperature: 1, top_k: 2, min_p: 0, top_p: 1, seed: 7 }
  const { json } = await post('/completion', { ...sampled, n_probs: 4, post_sampling_probs: true })
  return probabilities(json.completion_probabilities[0].top_probs)
})

check('llama-server.completion.return_tokens', async ({ post }) => {
  const body = { ...ABC, n_predict: 2 }
  return {
    absent: (await post('/completion', body)).json.tokens,
    true: (await post('/completion', { ...body, return_tokens: true })).json.tokens,
    streamed: (await post('/completion', { ...body, stream: true })).eventData.map(({ tokens }) => tokens),
  }
})

check('llama-server.completion.response_fields', async ({ post }) => {
  const response_fields = ['content', 'generation_settings/n_predict', 'nothing']
  return (await post('/completion', { ...ABC, n_predict: 2, response_fields })).json
})

// What is refused

check('llama-server.completion.error.broken-json', async ({ post }) => {
  const { status, json } = await post.wrong('/completion', '{bad}')
  return { status, code: json.error.code, type: json.error.type }
})

check('llama-server.completion.error.context', async ({ post }) => {
  const { status, json } = await post('/completion', { ...GREEDY, prompt: 'a'.repeat(600) })
  const { code, type, n_prompt_tokens, n_ctx } = json.error
  return { status, code, type, n_prompt_tokens, n_ctx }
})

check('llama-server.completion.error.wrong-type', async ({ post }) =>
  outcome(await post.wrong('/completion', { ...ABC, n_predict: 1, top_k: 'many' })),
)

// To fill in

const AB_YZ = { input_prefix: 'ab', input_suffix: 'yz', temperature: 0 }

check('llama-server.completion.infill.text', async ({ post }) => {
  const { contentType, json } = await post('/infill', { ...AB_YZ, prompt: 'm', n_predict: 3 })
  return { content_type: contentType, prompt: json.prompt, content: json.content }
})

check('llama-server.completion.infill.extra', async ({ post }) => {
  const input_extra = [{ filename: 'one.txt', text: 'one' }, { text: 'two' }]
  return (await post('/infill', { ...AB_YZ, input_extra, n_predict: 2 })).json.prompt
})

check('llama-server.completion.infill.options', async ({ post, known }) => {
  const options = known('/infill', { ...EVERY_OPTION, ...INTERNALS, logprobs: 1 })
  const response_fields = ['content', 'generation_settings/n_predict']
  return (await post('/infill', { ...AB_YZ, ...options, response_fields })).json
})

check('llama-server.completion.infill.no-fim-tokens', async ({ post }) => {
  const answer = await post('/infill', { input_prefix: 'a', input_suffix: 'b' })
  const missing = [...answer.json.error.message.matchAll(/(\w+) token is missing/g)].map(([, name]) => name)
  return { ...errorType(answer), missing }
})

// Beside

check('llama-server.completion.detokenize', async ({ post }) => {
  return (await post('/detokenize', { tokens: [100, 101, 102] })).json
})

check('llama-server.completion.health', async ({ get }) => {
  const { status, json } = await get('/health')
  return { status, body: json }
})

check('llama-server.completion.props.slots', async ({ get }) => {
  const { total_slots, default_generation_settings } = (await get('/props')).json
  return { total_slots, n_ctx: default_generation_settings.n_ctx }
})
