import type { BodyOf } from '../../harness/wire/answers.ts'
import type { Client } from '../../harness/wire/client.ts'
import type { Request } from '../../harness/wire/exchange.ts'
import type { Route } from '../../schemas/ollama/types.ts'

/** Greedy sampling, and an end after 8 tokens for models that know none: `options: GREEDY`. */
export const GREEDY = { temperature: 0, num_predict: 8 } as const

/** Options that most checks share: greedy sampling, and an end after 8 tokens for models that know none. */
export const OPTIONS = { temperature: 0, num_predict: 8 } as const

type Body<Path extends string> = BodyOf<'POST', Path, Route>

/** `POST /api/generate`, not streamed and with the shared options unless the body says otherwise. */
export const generateRequest = ({ options, ...body }: Body<'/api/generate'>) => ({
  method: 'POST' as const,
  path: '/api/generate' as const,
  body: { stream: false, ...body, options: { ...OPTIONS, ...options } },
})

/** Sends `generateRequest` and waits for the answer. */
export const generate = (client: Client, body: Body<'/api/generate'>) => client.send(generateRequest(body))

/** Sends `generateRequest` without waiting. */
export const startGenerate = (client: Client, body: Body<'/api/generate'>) =>
  client.start(generateRequest(body))

/** `POST /v1/completions`, greedy and at most 8 tokens unless the body says otherwise. */
export const completeRequest = (body: Body<'/v1/completions'>) => ({
  method: 'POST' as const,
  path: '/v1/completions' as const,
  body: { temperature: 0, max_tokens: 8, ...body },
})

/** Sends `completeRequest` and waits for the answer. */
export const complete = (client: Client, body: Body<'/v1/completions'>) => client.send(completeRequest(body))

/** A message of a user. */
export const user = (content: string) => ({ role: 'user' as const, content })

/**
 * The level of thinking that the template of `models.leveller` is told, by what the model says: the letter after the
 * last one of the level, so `x` for `low`, and a space where there is none.
 */
export const LEVEL_TOLD: Record<string, string> = { ' ': 'none', x: 'low', n: 'medium', i: 'high', y: 'max' }

/** `POST /api/chat`, not streamed and with the shared options unless the body says otherwise. */
export const chatRequest = ({ options, ...body }: Body<'/api/chat'>) => ({
  method: 'POST' as const,
  path: '/api/chat' as const,
  body: { stream: false, ...body, options: { ...OPTIONS, ...options } },
})

/** Sends `chatRequest` and waits for the answer. */
export const chat = (client: Client, body: Body<'/api/chat'>) => client.send(chatRequest(body))

type When = { before?: string; from?: string }

/**
 * A request that is wrong on purpose, so that its schema does not stop it: the request itself, or what makes one and
 * the body for it.
 *
 * @param when the versions that do not know its fields, where others do; to these it is not wrong
 */
export function wrong<const Any extends Request>(request: Any, when?: When): Any & { wrong: boolean }
export function wrong<Any extends Request>(
  build: (body: never) => Any,
  body: Record<string, unknown>,
  when?: When,
): Any & { wrong: boolean }
export function wrong(
  what: Request | ((body: never) => Request),
  second: Record<string, unknown> = {},
  third: When = {},
): Request {
  const [request, when] = typeof what === 'function' ? [what(second as never), third] : [what, second as When]
  return { ...request, wrong: Object.keys(when).length === 0 }
}
