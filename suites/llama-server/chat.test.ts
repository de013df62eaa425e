import { check } from '../../harness/run/check.ts'
import type { BodyOf } from '../../harness/wire/answers.ts'
import { askEach, outcome, refusal } from '../answers.ts'
import { user } from '../ollama/requests.ts'
import { errorType, EVERY_OPTION, repeatedIn } from './requests.ts'

type Format = NonNullable<BodyOf<'POST', '/chat/completions'>['response_format']>

/** The message of the only choice. */
const message = <Message>({ json }: { json: { choices: { message: Message }[] } }) => json.choices[0]?.message

const HI = { messages: [user('hi')], temperature: 0, max_tokens: 12 }
/** Makes the model think. */
const THINK = { ...HI, messages: [user('4')] }
const CITY = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const WEATHER = { name: 'get_weather', description: 'tells the weather', parameters: CITY }
/** Makes the model call the tool. */
const CALL = { ...HI, messages: [user('5')], tools: [{ type: 'function' as const, function: WEATHER }] }

// Whole answers

check('llama-server.chat.text', async ({ post }) => {
  const { json } = await post('/v1/chat/completions', { ...HI, model: 'any', max_tokens: 3 })
  const [{ message, finish_reason }] = json.choices
  return { object: json.object, message, finish_reason, prompt_tokens: json.usage.prompt_tokens }
})

check('llama-server.chat.alias', async ({ post }) => {
  return (await post('/chat/completions', { ...HI, max_tokens: 3 })).json.choices[0].message.content
})

check('llama-server.chat.n', async ({ post }) => {
  const { choices } = (await post('/v1/chat/completions', { ...HI, n: 2, max_tokens: 2 })).json
  return choices.map(({ index, message }) => ({ index, content: message.content }))
})

check('llama-server.chat.continue', async ({ post }) => {
  const messages = [user('hi'), { role: 'assistant', content: 'abc' }]
  return message(await post('/v1/chat/completions', { ...HI, messages, max_tokens: 3 }))
})

check('llama-server.chat.bare', async ({ post }) => {
  const call = { type: 'function' as const, function: { name: 'f', arguments: '{}' } }
  const { status } = await post('/v1/chat/completions', {
    messages: [{ role: 'assistant', tool_calls: [call] }, user('hi')],
    // Without a limit of its own only a stop string ends it.
    stop: ['d'],
    stream_options: {},
  })
  return status
})

// Streams

check('llama-server.chat.stream', async ({ post }) => {
  const { eventData } = await post('/v1/chat/completions', { ...HI, max_tokens: 2, stream: true })
  const events = eventData.map((event) => {
    if (event === '[DONE]') return event
    const [{ delta, finish_reason }] = event.choices
    return { delta, finish_reason, timings: 'timings' in event }
  })
  return { repeated: repeatedIn(eventData), events }
})

check('llama-server.chat.stream.usage', async ({ post }) => {
  const stream = { stream: true, stream_options: { include_usage: true } }
  const { eventData } = await post('/v1/chat/completions', { ...HI, max_tokens: 1, ...stream })
  return eventData.slice(-3).map((event) => {
    if (event === '[DONE]') return event
    const { choices, usage } = event
    return { choices: choices.length, total_tokens: usage?.total_tokens, timings: 'timings' in event }
  })
})

check('llama-server.chat.stream.progress', async ({ post }) => {
  const body = { ...HI, max_tokens: 1, stream: true, logprobs: true, top_logprobs: 1, cache_prompt: false }
  const asked = { return_progress: true, timings_per_token: true }
  const { eventData } = await post('/v1/chat/completions', { ...body, ...asked })
  return eventData.slice(0, -1).map(({ choices: [{ delta, logprobs }], prompt_progress }) => ({
    delta,
    processed: prompt_progress?.processed,
    logprobs: logprobs?.content.length,
  }))
})

check('llama-server.chat.verbose.stream', async ({ post }) => {
  const body = { ...HI, max_tokens: 1, stream: true, verbose: true }
  const { eventData } = await post('/v1/chat/completions', body)
  return eventData.slice(0, -1).map(({ __verbose }) => __verbose?.content ?? null)
})

// Probabilities

check('llama-server.chat.logprobs', async ({ post }) => {
  const body = { ...HI, max_tokens: 1, logprobs: true, top_logprobs: 4 }
  const [first] = (await post('/v1/chat/completions', body)).json.choices[0].logprobs.content
  const probability = (logprob: number) => Number(Math.exp(logprob).toFixed(3))
  const top = first.top_logprobs.map(({ token, logprob }) => ({ token, probability: probability(logprob) }))
  return { token: first.token, top_logprobs: top }
})

check('llama-server.chat.logprobs.top-alone', async ({ post }) =>
  outcome(await post('/v1/chat/completions', { ...HI, top_logprobs: 2 })),
)

// Thinking

check('llama-server.chat.thinking', async ({ post }) => message(await post('/v1/chat/completions', THINK)))

check('llama-server.chat.thinking.raw', async ({ post }) =>
  message(await post('/v1/chat/completions', { ...THINK, reasoning_format: 'none' })),
)

check('llama-server.chat.thinking.stream', async ({ post }) => {
  const { eventData } = await post('/v1/chat/completions', { ...THINK, stream: true })
  return eventData.slice(0, -1).map(({ choices }) => choices[0].delta)
})

// Tools

check('llama-server.chat.tools', async ({ post }) => {
  const { json } = await post('/v1/chat/completions', CALL)
  const [{ message, finish_reason }] = json.choices
  const [{ id, ...call }] = message.tool_calls
  return { finish_reason, content: message.content, call, id_length: id?.length }
})

check('llama-server.chat.tools.stream', async ({ post }) => {
  const { eventData } = await post('/v1/chat/completions', { ...CALL, stream: true })
  return eventData.slice(0, -1).map(({ choices: [{ delta, finish_reason }] }) => {
    const call = delta.tool_calls?.[0]
    return call ? { has_id: call.id !== undefined, function: call.function } : { delta, finish_reason }
  })
})

check('llama-server.chat.tools.none', async ({ post }) =>
  message(await post('/v1/chat/completions', { ...CALL, tool_choice: 'none' })),
)

check('llama-server.chat.tools.required', ({ post }) =>
  askEach(['auto', 'required'] as const, async (tool_choice) => {
    const body = { ...CALL, messages: [user('x')], tool_choice, parallel_tool_calls: false }
    return (await post('/v1/chat/completions', body)).json.choices[0].finish_reason
  }),
)

check('llama-server.chat.tools.no-jinja', async ({ post }) =>
  refusal(await post('/v1/chat/completions', { ...CALL, messages: [user('hi')] })),
)

// Constraints

const YES = { enum: ['yes'] }

check('llama-server.chat.response_format', ({ post, given }) =>
  askEach(given, async (response_format: Format) => {
    const { json } = await post('/v1/chat/completions', { ...HI, response_format })
    return json.choices[0].message.content.trim()
  }),
)

check('llama-server.chat.response_format.schema-beside', async ({ post }) => {
  const response_format = { type: 'json_schema' as const, schema: YES }
  const { json } = await post('/v1/chat/completions', { ...HI, response_format })
  return json.choices[0].message.content.trim()
})

check('llama-server.chat.options', async ({ post, known }) => {
  const { grammar, ...options } = EVERY_OPTION
  const body = known('/v1/chat/completions', {
    ...HI,
    ...options,
    add_generation_prompt: true,
    chat_template_kwargs: { mood: 'calm' },
    thinking_budget_tokens: 5,
    reasoning_effort: 'low',
  })
  const withGrammar = await post('/v1/chat/completions', { ...body, grammar: 'root ::= "n" "o"' })
  const withSchema = await post('/v1/chat/completions', { ...body, json_schema: YES, n_predict: 8 })
  return {
    grammar: withGrammar.json.choices[0].message.content,
    json_schema: withSchema.json.choices[0].message.content.trim(),
    verbose: withGrammar.json.__verbose?.generation_settings.top_k,
  }
})

check('llama-server.chat.error.grammar-twice', async ({ post }) => {
  const body = { ...HI, grammar: 'root ::= "a"', json_schema: { type: 'string' } }
  return errorType(await post('/v1/chat/completions', body))
})

check('llama-server.chat.error.response_format', async ({ post }) =>
  outcome(await post.wrong('/v1/chat/completions', { ...HI, response_format: { type: 'xml' } })),
)
