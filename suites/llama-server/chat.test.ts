import { inRange } from '../../harness/base/versions.ts'
import { check } from '../../harness/run/check.ts'
import type { BodyOf } from '../../harness/wire/answers.ts'
import type { Client } from '../../harness/wire/client.ts'
import type { Route } from '../../schemas/llama-server/types.ts'
import { user, wrong } from '../ollama/requests.ts'
import { everyOption } from './requests.ts'

type Body = BodyOf<'POST', '/v1/chat/completions', Route>

const chatRequest = ({ messages, ...body }: Body) => ({
  method: 'POST' as const,
  path: '/v1/chat/completions' as const,
  body: { messages, temperature: 0, max_tokens: 12, ...body },
})
const chat = (client: Client, said: string, body?: Partial<Body>) =>
  client.send(chatRequest({ messages: [user(said)], ...body }))

const tools = [
  {
    type: 'function' as const,
    function: {
      name: 'get_weather',
      description: 'tells the weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
]

check('llama-server.chat.text', async ({ client }) => {
  const { json } = await chat(client, 'hi', { model: 'any', max_tokens: 3 })
  const [{ message, finish_reason }] = json.choices
  return { object: json.object, message, finish_reason, prompt_tokens: json.usage.prompt_tokens }
})

check('llama-server.chat.alias', async ({ client }) => {
  const { json } = await client.send({
    ...chatRequest({ messages: [user('hi')], max_tokens: 3 }),
    path: '/chat/completions',
  })
  return json.choices[0].message.content
})

check('llama-server.chat.n', async ({ client }) => {
  const { json } = await chat(client, 'hi', { n: 2, max_tokens: 2 })
  return json.choices.map(({ index, message }) => ({ index, content: message.content }))
})

check('llama-server.chat.stream', async ({ client }) => {
  const { eventData } = await chat(client, 'hi', { max_tokens: 2, stream: true })
  return eventData.map((event) =>
    event === '[DONE]'
      ? event
      : {
          delta: event.choices[0].delta,
          finish_reason: event.choices[0].finish_reason,
          timings: 'timings' in event,
        },
  )
})

check('llama-server.chat.stream.usage', async ({ client }) => {
  const options = { max_tokens: 1, stream: true, stream_options: { include_usage: true } }
  const { eventData } = await chat(client, 'hi', options)
  return eventData
    .slice(-3)
    .map((event) =>
      event === '[DONE]'
        ? event
        : { choices: event.choices.length, tokens: event.usage?.total_tokens, timings: 'timings' in event },
    )
})

check('llama-server.chat.stream.progress', async ({ client }) => {
  const options = { return_progress: true, timings_per_token: true, cache_prompt: false }
  const body = { max_tokens: 1, stream: true, logprobs: true, top_logprobs: 1, ...options }
  const { eventData } = await chat(client, 'hi', body)
  return eventData.slice(0, -1).map(({ choices: [choice], prompt_progress }) => ({
    delta: choice.delta,
    processed: prompt_progress?.processed,
    logprobs: choice.logprobs?.content.length,
  }))
})

check('llama-server.chat.logprobs', async ({ client }) => {
  const { json } = await chat(client, 'hi', { max_tokens: 1, logprobs: true, top_logprobs: 4 })
  const [{ token, top_logprobs }] = json.choices[0].logprobs.content
  return {
    token,
    top: top_logprobs.map(({ token, logprob }) => [token, Number(Math.exp(logprob).toFixed(3))]),
  }
})

check('llama-server.chat.logprobs.top-alone', async ({ client }) => {
  const { status, json } = await chat(client, 'hi', { top_logprobs: 2 })
  return { status, message: json.error.message }
})

check('llama-server.chat.thinking', async ({ client }) => {
  const { json } = await chat(client, '4')
  return json.choices[0].message
})

check('llama-server.chat.thinking.raw', async ({ client }) => {
  const { json } = await chat(client, '4', { reasoning_format: 'none' })
  return json.choices[0].message
})

check('llama-server.chat.thinking.stream', async ({ client }) => {
  const { eventData } = await chat(client, '4', { stream: true })
  return eventData.slice(0, -1).map(({ choices }) => choices[0].delta)
})

check('llama-server.chat.tools', async ({ client }) => {
  const { json } = await chat(client, '5', { tools })
  const [{ message, finish_reason }] = json.choices
  const [{ id, ...call }] = message.tool_calls
  return { finish_reason, content: message.content, call, id: id?.length }
})

check('llama-server.chat.tools.stream', async ({ client }) => {
  const { eventData } = await chat(client, '5', { tools, stream: true })
  return eventData.slice(0, -1).map(({ choices: [{ delta, finish_reason }] }) => {
    const call = delta.tool_calls?.[0]
    return finish_reason ?? (call ? { named: call.id !== undefined, function: call.function } : delta)
  })
})

check('llama-server.chat.tools.none', async ({ client }) => {
  const { json } = await chat(client, '5', { tools, tool_choice: 'none' })
  return json.choices[0].message
})

check('llama-server.chat.tools.required', async ({ client }) => {
  const observed: Record<string, unknown> = {}
  for (const tool_choice of ['auto', 'required'] as const) {
    const body = { tools, tool_choice, parallel_tool_calls: false }
    const { json } = await chat(client, 'x', body)
    observed[tool_choice] = json.choices[0].finish_reason
  }
  return observed
})

check('llama-server.chat.tools.no-jinja', async ({ client }) => {
  const { status, json } = await chat(client, 'hi', { tools })
  return { status, type: json.error.type, message: json.error.message }
})

check('llama-server.chat.continue', async ({ client }) => {
  const messages = [user('hi'), { role: 'assistant', content: 'abc' }]
  const { json } = await client.send(chatRequest({ messages, max_tokens: 3 }))
  return json.choices[0].message
})

check('llama-server.chat.response_format', async ({ client }) => {
  const formats: Record<string, Body['response_format']> = {
    text: { type: 'text' },
    json_object: { type: 'json_object', schema: { enum: ['yes'] } },
    json_schema: { type: 'json_schema', json_schema: { name: 'answer', schema: { enum: ['yes'] } } },
  }
  const observed: Record<string, unknown> = {}
  for (const [name, response_format] of Object.entries(formats)) {
    const { json } = await chat(client, 'hi', { response_format })
    observed[name] = json.choices[0].message.content.trim()
  }
  return observed
})

check('llama-server.chat.response_format.schema-beside', async ({ client }) => {
  const response_format = { type: 'json_schema' as const, schema: { enum: ['yes'] } }
  const { json } = await chat(client, 'hi', { response_format })
  return json.choices[0].message.content.trim()
})

check('llama-server.chat.options', async ({ client, version }) => {
  const { grammar, ...options } = everyOption(version)
  const body = {
    ...options,
    add_generation_prompt: true,
    chat_template_kwargs: { mood: 'calm' },
    thinking_budget_tokens: 5,
    ...(inRange(version, { since: 'b10488' }) ? { reasoning_effort: 'low' } : {}),
  }
  const withGrammar = await chat(client, 'hi', { ...body, grammar: 'root ::= "n" "o"' })
  const withSchema = await chat(client, 'hi', { ...body, json_schema: { enum: ['yes'] }, n_predict: 8 })
  return {
    grammar: withGrammar.json.choices[0].message.content,
    json_schema: withSchema.json.choices[0].message.content.trim(),
    verbose: withGrammar.json.__verbose?.generation_settings.top_k,
  }
})

check('llama-server.chat.verbose.stream', async ({ client }) => {
  const { eventData } = await chat(client, 'hi', { verbose: true, stream: true, max_tokens: 1 })
  return eventData.slice(0, -1).map(({ __verbose }) => __verbose?.content ?? null)
})

check('llama-server.chat.error.grammar-twice', async ({ client }) => {
  const { status, json } = await chat(client, 'hi', {
    grammar: 'root ::= "a"',
    json_schema: { type: 'string' },
  })
  return { status, type: json.error.type }
})

check('llama-server.chat.error.response_format', async ({ client }) => {
  const request = { messages: [user('hi')], response_format: { type: 'xml' } }
  const { status, json } = await client.send(wrong(chatRequest, request))
  return { status, message: json.error.message }
})

check('llama-server.chat.bare', async ({ client }) => {
  const call = { type: 'function' as const, function: { name: 'f', arguments: '{}' } }
  const messages = [{ role: 'assistant', tool_calls: [call] }, user('hi')]
  // Without a limit of its own only a stop string ends it.
  const body = { messages, stop: ['d'], stream_options: {} }
  const { status } = await client.send({ method: 'POST', path: '/v1/chat/completions', body })
  return status
})
