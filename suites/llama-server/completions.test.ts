import { check } from '../../harness/run/check.ts'
import { errorType, EVERY_OPTION, INTERNALS, repeatedIn } from './requests.ts'

const ABC = { model: 'any', prompt: 'abc', temperature: 0 }

// Whole answers

check('llama-server.completions.text', async ({ post }) => {
  const { json } = await post('/v1/completions', { ...ABC, max_tokens: 2 })
  const [{ text, finish_reason, logprobs }] = json.choices
  return { object: json.object, text, finish_reason, logprobs, total_tokens: json.usage.total_tokens }
})

check('llama-server.completions.stop', async ({ post }) => {
  const body = { ...ABC, stop: 'f', max_tokens: 8 }
  const { text, finish_reason } = (await post('/v1/completions', body)).json.choices[0]
  const { eventData } = await post('/v1/completions', { ...body, stream: true })
  return { text, finish_reason, streamed: eventData.at(-2).choices[0].finish_reason }
})

check('llama-server.completions.batch', async ({ post }) => {
  const { json } = await post('/v1/completions', { ...ABC, prompt: ['a', 'm'], n: 2, max_tokens: 2 })
  return {
    choices: json.choices.map(({ index, text }) => ({ index, text })),
    completion_tokens: json.usage.completion_tokens,
  }
})

check('llama-server.completions.prompts', async ({ post }) => ({
  tokens: (await post('/v1/completions', { ...ABC, prompt: [100, 101], max_tokens: 1 })).json.choices.length,
  texts: (await post('/v1/completions', { ...ABC, prompt: ['ab', 'x'], max_tokens: 1 })).json.choices.length,
}))

check('llama-server.completions.logprobs', async ({ post }) => {
  const { json } = await post('/v1/completions', { ...ABC, prompt: 'x', max_tokens: 1, logprobs: 2 })
  const { logprobs } = json.choices[0]
  const [{ token, top_logprobs }] = logprobs.content
  return { keys: Object.keys(logprobs), token, top_logprobs: top_logprobs.length }
})

// Streams

check('llama-server.completions.stream', async ({ post }) => {
  const { eventData } = await post('/v1/completions', { ...ABC, max_tokens: 2, stream: true })
  const events = eventData.map((event) => {
    if (event === '[DONE]') return event
    const [{ text, finish_reason }] = event.choices
    return { text, finish_reason, completion_tokens: event.usage?.completion_tokens }
  })
  return { repeated: repeatedIn(eventData), events }
})

check('llama-server.completions.stream.progress', async ({ post }) => {
  const asked = { return_progress: true, timings_per_token: true, cache_prompt: false, logprobs: 1 }
  const { eventData } = await post('/v1/completions', { ...ABC, max_tokens: 1, stream: true, ...asked })
  return eventData.slice(0, -1).map(({ choices: [{ text, logprobs }], prompt_progress }) => ({
    text,
    processed: prompt_progress?.processed,
    logprobs: logprobs?.content.length,
  }))
})

// What is read

check('llama-server.completions.verbose', async ({ post }) => {
  const body = { ...ABC, max_tokens: 1, verbose: true }
  const { content } = (await post('/v1/completions', body)).json.__verbose
  const { eventData } = await post('/v1/completions', { ...body, stream: true })
  return { content, streamed: eventData.slice(0, -1).map(({ __verbose }) => __verbose.stop) }
})

check('llama-server.completions.options', async ({ post, known }) => {
  const options = known('/v1/completions', { ...EVERY_OPTION, ...INTERNALS, logprobs: 1 })
  const { json } = await post('/v1/completions', { ...ABC, ...options })
  const { text, logprobs } = json.choices[0]
  return { text, logprobs: logprobs.content.length, verbose: json.__verbose?.generation_settings.top_k }
})

check('llama-server.completions.unsupported', async ({ post }) => {
  const body = { ...ABC, max_tokens: 2, suffix: 'x', best_of: 2, user: 'me' }
  const { status, json } = await post.wrong('/v1/completions', body)
  return { status, choices: json.choices.map(({ text }) => text) }
})

check('llama-server.completions.error.no-prompt', async ({ post }) =>
  errorType(await post.wrong('/v1/completions', { model: 'any', temperature: 0, max_tokens: 2 })),
)

check('llama-server.completions.bare', async ({ post }) => {
  const body = { prompt: 'abc', stop: ['g'], stream_options: {}, samplers: 'kt' }
  return (await post('/v1/completions', body)).json.choices[0].text
})
