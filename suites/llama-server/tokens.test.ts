import { check } from '../../harness/run/check.ts'
import { refusal } from '../answers.ts'
import { user } from '../ollama/requests.ts'
import { errorType } from './requests.ts'

// Text to tokens

check('llama-server.tokens.tokenize.special', async ({ post }) => ({
  true: (await post('/tokenize', { content: 'a<s>', parse_special: true })).json.tokens,
  false: (await post('/tokenize', { content: 'a<s>', parse_special: false })).json.tokens,
}))

check('llama-server.tokens.tokenize.add_special', async ({ post }) => ({
  absent: (await post('/tokenize', { content: 'a' })).json.tokens,
  true: (await post('/tokenize', { content: 'a', add_special: true })).json.tokens,
}))

check('llama-server.tokens.tokenize.with_pieces', async ({ post }) => {
  return (await post('/tokenize', { content: 'aé', with_pieces: true })).json.tokens
})

check('llama-server.tokens.tokenize.mixed', async ({ post }) => {
  return (await post('/tokenize', { content: ['ab', 7] })).json.tokens
})

check('llama-server.tokens.tokenize.nothing', async ({ post }) => {
  const { status, json } = await post('/tokenize', {})
  return { status, tokens: json.tokens }
})

check('llama-server.tokens.tokenize.number', async ({ post }) =>
  errorType(await post.wrong('/tokenize', { content: 5 })),
)

// Tokens to text

check.each('llama-server.tokens.detokenize.*', async ({ post, given }) => {
  const answer = await post('/detokenize', given)
  return answer.status === 200 ? answer.json.content : refusal(answer)
})

// Messages to a prompt

const HI = { messages: [user('hi')] }
check('llama-server.tokens.template.default', async ({ post }) => ({
  absent: (await post('/apply-template', HI)).json.prompt,
  false: (await post('/apply-template', { ...HI, add_generation_prompt: false })).json.prompt,
}))

check('llama-server.tokens.template.prefill', async ({ post }) => {
  const messages = [user('hi'), { role: 'assistant', content: 'yo' }]
  return (await post('/apply-template', { messages })).json.prompt
})

check('llama-server.tokens.template.parts', async ({ post }) => {
  const text = (text: string) => ({ type: 'text' as const, text })
  const messages = [{ role: 'user', content: [text('one'), text('two')] }]
  const { json } = await post('/apply-template', { messages })
  return json.prompt.split('<|im_end|>')[0]
})

check('llama-server.tokens.template.image', async ({ post }) => {
  const content = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }]
  return errorType(await post.wrong('/apply-template', { messages: [{ role: 'user', content }] }))
})

check('llama-server.tokens.template.no-messages', async ({ post }) =>
  refusal(await post.wrong('/apply-template', {})),
)

check('llama-server.tokens.template.history', async ({ post }) => {
  const weather = { name: 'get_weather', arguments: '{"city":"Paris"}' }
  const call = { type: 'function' as const, function: weather, id: 'call_1' }
  const messages = [
    user('hi'),
    { role: 'assistant', reasoning_content: 'ponder', content: null, tool_calls: [call] },
    { role: 'tool', name: 'get_weather', tool_call_id: 'call_1', content: 'sunny' },
  ]
  return (await post('/apply-template', { messages })).json.prompt
})

check('llama-server.tokens.template.options', async ({ post, known }) => {
  const body = known('/apply-template', {
    ...HI,
    tools: [{ type: 'function' as const, function: { name: 'look' } }],
    tool_choice: 'auto' as const,
    parallel_tool_calls: true,
    add_generation_prompt: true,
    chat_template_kwargs: { mood: 'calm ' },
    reasoning_format: 'none' as const,
    thinking_budget_tokens: 5,
    response_format: { type: 'text' as const },
    continue_final_message: false,
    reasoning_effort: 'low ',
  })
  const { json } = await post('/apply-template', body)
  return json.prompt
})

check('llama-server.tokens.template.bare', async ({ post }) => {
  const call = { type: 'function' as const, function: { name: 'f', arguments: '{}' } }
  const messages = [{ role: 'assistant', tool_calls: [call] }, user('hi')]
  return (await post('/apply-template', { messages })).status
})
