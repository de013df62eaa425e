import { readClient } from '../../fixtures/clients/clients.ts'
import { check } from '../../harness/run/check.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import { outcome, pick } from '../answers.ts'

/** The records of a stream that are no end of it, or the answer as the only one. */
function parts(exchange: Exchange) {
  if (exchange.contentType?.startsWith('text/event-stream')) {
    return exchange.eventData.filter((event) => event !== '[DONE]')
  }
  return exchange.contentType?.startsWith('application/x-ndjson') ? exchange.records : [exchange.json]
}

const joined = (texts: (string | undefined)[]) => texts.join('') || undefined
const named = (call: { function: { name: string; arguments: unknown } }) =>
  pick(call.function, 'name', 'arguments')

/** What clients read of an answer, by the endpoint. */
const READ: Record<string, (parts: Exchange['json'][]) => object> = {
  '/api/generate': (parts) => ({
    text: joined(parts.map(({ response }) => response)),
    thinking: joined(parts.map(({ thinking }) => thinking)),
    done_reason: parts.at(-1)?.done_reason,
  }),
  '/api/chat': (parts) => ({
    text: joined(parts.map(({ message }) => message?.content)),
    thinking: joined(parts.map(({ message }) => message?.thinking)),
    calls: called(parts.flatMap(({ message }) => message?.tool_calls ?? [])),
    done_reason: parts.at(-1)?.done_reason,
  }),
  '/api/embed': ([answer]) => ({ vectors: answer.embeddings.length, width: answer.embeddings[0].length }),
  '/api/embeddings': ([answer]) => ({ width: answer.embedding.length }),
  '/api/create': (parts) => ({ ends: parts.at(-1)?.status }),
  '/api/push': (parts) => ({ ends: parts.at(-1)?.status }),
  '/api/pull': (parts) => ({ ends: parts.at(-1)?.status }),
  '/v1/chat/completions': (parts) => {
    const deltas = parts.flatMap(({ choices }) => choices).map(({ delta, message }) => delta ?? message)
    return {
      text: joined(deltas.map(({ content }) => content)),
      reasoning: joined(deltas.map(({ reasoning }) => reasoning)),
      calls: called(deltas.flatMap(({ tool_calls }) => tool_calls ?? [])),
      finish_reason: parts.flatMap(({ choices }) => choices).at(-1)?.finish_reason,
    }
  },
  '/v1/completions': (parts) => ({
    text: joined(parts.flatMap(({ choices }) => choices).map(({ text }) => text)),
    finish_reason: parts.flatMap(({ choices }) => choices).at(-1)?.finish_reason,
  }),
  '/v1/embeddings': ([answer]) => ({
    vectors: answer.data.length,
    base64: typeof answer.data[0].embedding === 'string',
  }),
  '/v1/models': ([answer]) => ({ object: answer.object, some: answer.data.length > 0 }),
  '/v1/responses': (parts) => {
    const { status, output } = parts.at(-1)?.response ?? parts[0]
    return {
      output: output.map((item: Exchange['json']) =>
        item.type === 'message'
          ? { text: item.content[0].text }
          : pick(item, 'type', 'name', 'arguments', 'summary'),
      ),
      ended: status,
    }
  },
  '/v1/messages': (parts) => ({
    content: parts.length === 1 ? parts[0].content.map(bare) : blocks(parts),
    stop_reason: parts.at(-2)?.delta?.stop_reason ?? parts[0].stop_reason,
  }),
}

const called = (calls: Parameters<typeof named>[0][]) => (calls.length > 0 ? calls.map(named) : undefined)

/** A block without its identifier. */
const bare = ({ id: _, ...block }: Exchange['json']) => block

/** The blocks that the events of a stream make up. */
function blocks(events: Exchange['json'][]) {
  const made: Exchange['json'][] = []
  for (const { type, index, content_block, delta } of events) {
    if (type === 'content_block_start') made[index] = bare(content_block)
    if (type !== 'content_block_delta') continue
    const { text, thinking, partial_json } = delta
    if (text) made[index].text += text
    if (thinking) made[index].thinking += thinking
    if (partial_json) made[index].input = JSON.parse(partial_json)
  }
  return made
}

function taken(exchange: Exchange, path: string) {
  if (exchange.status !== 200) return outcome(exchange)
  return { status: 200, ...READ[path]?.(parts(exchange)) }
}

// As alone: some make models, and what one leaves in memory is what the next one finds.
check.alone.each('clients.*.*', async ({ client, given }) => {
  const { headers, calls } = readClient(given.client)
  const answers = []
  for (const sent of calls[given.call] ?? []) {
    const [method = '', path = ''] = sent.request.split(' ')
    const body = sent.text ?? (sent.body && JSON.stringify(sent.body))
    const request = {
      method,
      path,
      headers: headers[sent.headers] ?? {},
      foreign: true,
      wrong: given.wrong === true,
    }
    answers.push(taken(await client.send(body ? { ...request, body } : request), path))
  }
  return answers.length === 1 ? answers[0] : answers
})
