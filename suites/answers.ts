import type { Exchange } from '../harness/wire/exchange.ts'

/**
 * How a request ended: the status, and the text of the error where it is one. Ollama's own routes have it in `error`,
 * those of `/v1` in `error.message`.
 */
export function outcome(exchange: Exchange): { status: number | undefined; error?: string } {
  const { status, text } = exchange
  const error = errorOf(text)
  return { status, ...(error === undefined ? {} : { error }) }
}

function errorOf(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text)
    return typeof error === 'object' ? error?.message : error
  } catch {
    return undefined
  }
}

/** What an answer is, without the charset, for which no client asks. */
export const mediaType = ({ contentType }: Exchange) => contentType?.split(';')[0]

/** How a request to a route of `/v1` was refused: its outcome, and the type of the error. */
export function refusal(exchange: Exchange) {
  return { ...outcome(exchange), type: exchange.json.error?.type }
}

/** Some fields of an object, those that it has. */
export function pick(from: object, ...fields: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(from).filter(([field]) => fields.includes(field)))
}

/** What `ask` answers to each value, by the value's name, one after the other; a list names its values itself. */
export async function askEach<Value, Answer>(
  values: Record<string, Value> | readonly Value[],
  ask: (value: Value) => Promise<Answer>,
): Promise<Record<string, Answer>> {
  const named: [string, Value][] = Array.isArray(values)
    ? values.map((value: Value) => [String(value), value])
    : Object.entries(values)
  const answers: Record<string, Answer> = {}
  for (const [name, value] of named) answers[name] = await ask(value)
  return answers
}
