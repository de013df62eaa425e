import type { Exchange } from '../../harness/wire/exchange.ts'

/** What a model said, whichever API and form it came in; what is empty is left out. */
type Said = { text?: string; thoughts?: string; calls?: string[]; reason?: string }

// oxlint-disable-next-line typescript/no-explicit-any -- each API has a form of its own
type Json = any

const joined = (parts: readonly (string | undefined)[]) => parts.map((part) => part ?? '').join('')

function said(text: string, thoughts: string, calls: readonly string[], reason?: string): Said {
  return {
    ...(text && { text }),
    ...(thoughts && { thoughts }),
    ...(calls.length > 0 && { calls: [...calls] }),
    ...(reason && { reason }),
  }
}

const called = ({ function: { name, arguments: given } }: Json) =>
  `${name}(${typeof given === 'string' ? given : JSON.stringify(given)})`

/** How each route is read, whole and streamed. */
export const SAID = {
  '/api/generate': {
    ofWhole: ({ response, thinking = '', done_reason }: Json) => said(response, thinking, [], done_reason),
    ofStream: ({ records }: Exchange) =>
      said(
        joined(records.map(({ response }) => response)),
        joined(records.map(({ thinking }) => thinking)),
        [],
        records.at(-1).done_reason,
      ),
  },
  '/api/chat': {
    ofWhole: ({ message: { content, thinking = '', tool_calls = [] }, done_reason }: Json) =>
      said(content, thinking, tool_calls.map(called), done_reason),
    ofStream: ({ records }: Exchange) =>
      said(
        joined(records.map(({ message }) => message.content)),
        joined(records.map(({ message }) => message.thinking)),
        records.flatMap(({ message }) => (message.tool_calls ?? []).map(called)),
        records.at(-1).done_reason,
      ),
  },
  '/v1/chat/completions': {
    ofWhole: ({ choices: [{ message, finish_reason }] }: Json) =>
      said(
        message.content ?? '',
        message.reasoning ?? '',
        (message.tool_calls ?? []).map(called),
        finish_reason,
      ),
    ofStream: ({ eventData }: Exchange) => {
      const choices = choicesOf(eventData)
      return said(
        joined(choices.map(({ delta }) => delta.content)),
        joined(choices.map(({ delta }) => delta.reasoning)),
        choices.flatMap(({ delta }) => (delta.tool_calls ?? []).map(called)),
        choices.at(-1).finish_reason,
      )
    },
  },
  '/v1/completions': {
    ofWhole: ({ choices: [{ text, finish_reason }] }: Json) => said(text, '', [], finish_reason),
    ofStream: ({ eventData }: Exchange) => {
      const choices = choicesOf(eventData)
      return said(joined(choices.map(({ text }) => text)), '', [], choices.at(-1).finish_reason)
    },
  },
  '/v1/responses': {
    ofWhole: ofResponse,
    ofStream: ({ eventData }: Exchange) => ofResponse(eventData.at(-1).response),
  },
  '/v1/messages': {
    ofWhole: ({ content, stop_reason }: Json) =>
      said(
        joined(content.map(({ text }: Json) => text)),
        joined(content.map(({ thinking }: Json) => thinking)),
        content
          .filter(({ type }: Json) => type === 'tool_use')
          .map(({ name, input }: Json) => `${name}(${JSON.stringify(input)})`),
        stop_reason,
      ),
    ofStream: ({ eventData }: Exchange) => {
      const deltas: Json[] = eventData.flatMap(({ delta }: Json) => delta ?? [])
      const used = eventData.filter(({ content_block }: Json) => content_block?.type === 'tool_use')
      const inputs = joined(deltas.map(({ partial_json }) => partial_json))
      return said(
        joined(deltas.map(({ text }) => text)),
        joined(deltas.map(({ thinking }) => thinking)),
        used.map(({ content_block }: Json) => `${content_block.name}(${inputs})`),
        deltas.find(({ stop_reason }) => stop_reason)?.stop_reason,
      )
    },
  },
}

const choicesOf = (eventData: readonly Json[]): Json[] => eventData.flatMap(({ choices }) => choices ?? [])

function ofResponse({ output, status }: Json): Said {
  const texts = output.flatMap(({ content }: Json) => content ?? []).map(({ text }: Json) => text)
  const thoughts = output.flatMap(({ summary }: Json) => summary ?? []).map(({ text }: Json) => text)
  const calls = output
    .filter(({ type }: Json) => type === 'function_call')
    .map(({ name, arguments: given }: Json) => `${name}(${given})`)
  return said(joined(texts), joined(thoughts), calls, status)
}
