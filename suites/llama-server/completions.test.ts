import { check } from '../../harness/run/check.ts'
import type { BodyOf } from '../../harness/wire/answers.ts'
import type { Client } from '../../harness/wire/client.ts'
import type { Route } from '../../schemas/llama-server/types.ts'
import { wrong } from '../ollama/requests.ts'
import { everyOption, internals } from './requests.ts'

type Body = BodyOf<'POST', '/v1/completions', Route>

const completeRequest = (body: Body) => ({
  method: 'POST' as const,
  path: '/v1/completions' as const,
  body: { model: 'any', temperature: 0, ...body },
})
const complete = (client: Client, body: Body) => client.send(completeRequest(body))

check('llama-server.completions.text', async ({ client }) => {
  const { json } = await complete(client, { prompt: 'abc', max_tokens: 2 })
  const [{ text, finish_reason, logprobs }] = json.choices
  return { object: json.object, text, finish_reason, logprobs, usage: json.usage.total_tokens }
})

check('llama-server.completions.stop', async ({ client }) => {
  const body = { prompt: 'abc', stop: 'f', max_tokens: 8 }
  const { json } = await complete(client, body)
  const { eventData } = await complete(client, { ...body, stream: true })
  return {
    text: json.choices[0].text,
    finish_reason: json.choices[0].finish_reason,
    streamed: eventData.at(-2).choices[0].finish_reason,
  }
})

check('llama-server.completions.batch', async ({ client }) => {
  const { json } = await complete(client, { prompt: ['a', 'm'], n: 2, max_tokens: 2 })
  return {
    choices: json.choices.map(({ index, text }) => ({ index, text })),
    completion_tokens: json.usage.completion_tokens,
  }
})

check('llama-server.completions.logprobs', async ({ client }) => {
  const { json } = await complete(client, { prompt: 'x', max_tokens: 1, logprobs: 2 })
  const [place] = json.choices[0].logprobs.content
  return { keys: Object.keys(json.choices[0].logprobs), token: place.token, top: place.top_logprobs.length }
})

check('llama-server.completions.stream', async ({ client }) => {
  const { eventData } = await complete(client, { prompt: 'abc', max_tokens: 2, stream: true })
  return eventData.map((event) =>
    event === '[DONE]'
      ? event
      : {
          text: event.choices[0].text,
          finish_reason: event.choices[0].finish_reason,
          completion_tokens: event.usage?.completion_tokens,
        },
  )
})

check('llama-server.completions.stream.progress', async ({ client }) => {
  const options = { return_progress: true, timings_per_token: true, cache_prompt: false, logprobs: 1 }
  const body = { prompt: 'abc', max_tokens: 1, stream: true, ...options }
  const { eventData } = await complete(client, body)
  return eventData.slice(0, -1).map(({ choices, prompt_progress }) => ({
    text: choices[0].text,
    processed: prompt_progress?.processed,
    logprobs: choices[0].logprobs?.content.length,
  }))
})

check('llama-server.completions.verbose', async ({ client }) => {
  const { json } = await complete(client, { prompt: 'abc', max_tokens: 1, verbose: true })
  const streamed = await complete(client, {
    prompt: 'abc',
    max_tokens: 1,
    verbose: true,
    stream: true,
  })
  return {
    content: json.__verbose.content,
    streamed: streamed.eventData.slice(0, -1).map(({ __verbose }) => __verbose.stop),
  }
})

check('llama-server.completions.options', async ({ client, version }) => {
  const body = { prompt: 'abc', ...everyOption(version), ...internals(version) }
  const { json } = await complete(client, { ...body, logprobs: 1 })
  const { text, logprobs } = json.choices[0]
  return { text, logprobs: logprobs.content.length, verbose: json.__verbose?.generation_settings.top_k }
})

check('llama-server.completions.unsupported', async ({ client }) => {
  const body = { prompt: 'abc', max_tokens: 2, suffix: 'x', best_of: 2, user: 'me' }
  const { status, json } = await client.send(wrong(completeRequest, body))
  return { status, choices: json.choices.map(({ text }) => text) }
})

check('llama-server.completions.error.no-prompt', async ({ client }) => {
  const { status, json } = await client.send(wrong(completeRequest, { max_tokens: 2 }))
  return { status, type: json.error.type }
})

check('llama-server.completions.bare', async ({ client }) => {
  const body = { prompt: 'abc', stop: ['g'], stream_options: {}, samplers: 'kt' }
  const { json } = await client.send({ method: 'POST', path: '/v1/completions', body })
  return json.choices[0].text
})

check('llama-server.completions.prompts', async ({ client }) => {
  const tokens = await complete(client, { prompt: [100, 101], max_tokens: 1 })
  const texts = await complete(client, { prompt: ['ab', 'x'], max_tokens: 1 })
  return { tokens: tokens.json.choices.length, texts: texts.json.choices.length }
})
