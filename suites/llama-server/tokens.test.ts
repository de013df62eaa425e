import { inRange } from '../../harness/base/versions.ts'
import { check } from '../../harness/run/check.ts'
import type { BodyOf } from '../../harness/wire/answers.ts'
import { wrong } from '../ollama/requests.ts'

type TemplateBody = BodyOf<'POST', '/apply-template'>

const tokenize = (body: BodyOf<'POST', '/tokenize'>) => ({
  method: 'POST' as const,
  path: '/tokenize' as const,
  body,
})
const detokenize = (body: BodyOf<'POST', '/detokenize'>) => ({
  method: 'POST' as const,
  path: '/detokenize' as const,
  body,
})
const template = (body: TemplateBody) => ({
  method: 'POST' as const,
  path: '/apply-template' as const,
  body,
})

check('llama-server.tokens.tokenize.special', async ({ client }) => {
  const read = await client.send(tokenize({ content: 'a<s>', parse_special: true }))
  const plain = await client.send(tokenize({ content: 'a<s>', parse_special: false }))
  return { read: read.json.tokens, plain: plain.json.tokens }
})

check('llama-server.tokens.tokenize.add_special', async ({ client }) => {
  const without = await client.send(tokenize({ content: 'a' }))
  const added = await client.send(tokenize({ content: 'a', add_special: true }))
  return { without: without.json.tokens, added: added.json.tokens }
})

check('llama-server.tokens.tokenize.with_pieces', async ({ client }) => {
  const { json } = await client.send(tokenize({ content: 'aé', with_pieces: true }))
  return json.tokens
})

check('llama-server.tokens.tokenize.mixed', async ({ client }) => {
  const { json } = await client.send(tokenize({ content: ['ab', 7] }))
  return json.tokens
})

check('llama-server.tokens.tokenize.nothing', async ({ client }) => {
  const { status, json } = await client.send(tokenize({}))
  return { status, tokens: json.tokens }
})

check('llama-server.tokens.tokenize.number', async ({ client }) => {
  const { status, json } = await client.send(wrong(tokenize, { content: 5 }))
  return { status, type: json.error.type }
})

check('llama-server.tokens.detokenize.special', async ({ client }) => {
  const { json } = await client.send(detokenize({ tokens: [1, 100, 2] }))
  return json.content
})

check('llama-server.tokens.detokenize.half-character', async ({ client }) => {
  const { json } = await client.send(detokenize({ tokens: [100, 198] }))
  return json.content
})

check('llama-server.tokens.detokenize.unknown', async ({ client }) => {
  const { status, json } = await client.send(detokenize({ tokens: [9999] }))
  return { status, type: json.error.type, message: json.error.message }
})

const user = { role: 'user', content: 'hi' }

check('llama-server.tokens.template.default', async ({ client }) => {
  const whole = await client.send(template({ messages: [user] }))
  const open = await client.send(template({ messages: [user], add_generation_prompt: false }))
  return { whole: whole.json.prompt, without: open.json.prompt }
})

check('llama-server.tokens.template.prefill', async ({ client }) => {
  const { json } = await client.send(template({ messages: [user, { role: 'assistant', content: 'yo' }] }))
  return json.prompt
})

check('llama-server.tokens.template.parts', async ({ client }) => {
  const content = [
    { type: 'text' as const, text: 'one' },
    { type: 'text' as const, text: 'two' },
  ]
  const { json } = await client.send(template({ messages: [{ role: 'user', content }] }))
  return json.prompt.split('<|im_end|>')[0]
})

check('llama-server.tokens.template.image', async ({ client }) => {
  const content = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }]
  const { status, json } = await client.send(wrong(template, { messages: [{ role: 'user', content }] }))
  return { status, type: json.error.type }
})

check('llama-server.tokens.template.no-messages', async ({ client }) => {
  const { status, json } = await client.send(wrong(template, {}))
  return { status, type: json.error.type, message: json.error.message }
})

const call = {
  type: 'function' as const,
  function: { name: 'get_weather', arguments: '{"city":"Paris"}' },
  id: 'call_1',
}

check('llama-server.tokens.template.history', async ({ client }) => {
  const messages = [
    user,
    { role: 'assistant', reasoning_content: 'ponder', content: null, tool_calls: [call] },
    { role: 'tool', name: 'get_weather', tool_call_id: 'call_1', content: 'sunny' },
  ]
  const { json } = await client.send(template({ messages }))
  return json.prompt
})

check('llama-server.tokens.template.options', async ({ client, version }) => {
  const body: TemplateBody = {
    messages: [user],
    tools: [{ type: 'function', function: { name: 'look' } }],
    tool_choice: 'auto',
    parallel_tool_calls: true,
    add_generation_prompt: true,
    chat_template_kwargs: { mood: 'calm ' },
    reasoning_format: 'none',
    thinking_budget_tokens: 5,
    response_format: { type: 'text' },
    ...(inRange(version, { since: 'b10068' }) ? { continue_final_message: false } : {}),
    ...(inRange(version, { since: 'b10488' }) ? { reasoning_effort: 'low ' } : {}),
  }
  const { json } = await client.send(template(body))
  return json.prompt
})

check('llama-server.tokens.detokenize.nothing', async ({ client }) => {
  return (await client.send(detokenize({}))).json
})

check('llama-server.tokens.template.bare', async ({ client }) => {
  const call = { type: 'function' as const, function: { name: 'f', arguments: '{}' } }
  const { status } = await client.send(
    template({ messages: [{ role: 'assistant', tool_calls: [call] }, user] }),
  )
  return status
})
