import type { Client } from './wire/client.ts'
import type { Exchange, Request } from './wire/exchange.ts'
import type { Call } from './wire/transport.ts'

/** Options that most checks share: greedy sampling, and an end after 8 tokens for models that know none. */
export const OPTIONS = { temperature: 0, num_predict: 8 } as const

type Body = { model: string; options?: Record<string, unknown>; [field: string]: unknown }

/** `POST /api/generate`, not streamed and with the shared options unless the body says otherwise. */
export function generateRequest({ options, ...body }: Body): Request {
  return {
    method: 'POST',
    path: '/api/generate',
    body: { stream: false, ...body, options: { ...OPTIONS, ...options } },
  }
}

/** Sends `generateRequest` and waits for the answer. */
export const generate = (client: Client, body: Body): Promise<Exchange> => client.send(generateRequest(body))

/** Sends `generateRequest` without waiting. */
export const startGenerate = (client: Client, body: Body): Call => client.start(generateRequest(body))

/** `POST /v1/completions`, greedy and at most 8 tokens unless the body says otherwise. */
export const completeRequest = (body: Omit<Body, 'options'>): Request => ({
  method: 'POST',
  path: '/v1/completions',
  body: { temperature: 0, max_tokens: 8, ...body },
})

/** Sends `completeRequest` and waits for the answer. */
export const complete = (client: Client, body: Omit<Body, 'options'>): Promise<Exchange> =>
  client.send(completeRequest(body))

/** A request that is wrong on purpose. */
export const wrong = (request: Request): Request => ({ ...request, wrong: true })

/** `POST /completion` of llama-server, greedy and at most 8 tokens unless the body says otherwise. */
export const llamaCompletionRequest = (body: Record<string, unknown>): Request => ({
  method: 'POST',
  path: '/completion',
  body: { temperature: 0, n_predict: 8, ...body },
})

/** Sends `llamaCompletionRequest` and waits for the answer. */
export const llamaCompletion = (client: Client, body: Record<string, unknown>): Promise<Exchange> =>
  client.send(llamaCompletionRequest(body))
