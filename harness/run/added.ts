import { messagesOf } from '../schema/messages.ts'
import { validateMessage } from '../schema/validate.ts'
import type { Exchange } from '../wire/exchange.ts'
import type { Session } from './session.ts'
import type { MessageProblem } from './verdict.ts'

/** What answers have more than any version is known to send; servers of somebody else may, and it is a notice. */
export function addedIn(
  exchanges: readonly Exchange[],
  { system, version }: Pick<Session, 'system' | 'version'>,
): MessageProblem[] {
  const closed = { system, version, kind: 'closed' }
  return exchanges.flatMap((exchange, index) =>
    exchange.to === undefined
      ? messagesOf(exchange, closed)
          .filter(({ part }) => part !== 'request')
          .flatMap(validateMessage)
          .filter(({ kind, place }) => kind === 'added' && place !== '')
          .map((problem) => ({ ...problem, exchange: index }))
      : [],
  )
}

/** The name of the property that a problem is about. */
export const nameOf = ({ place }: Pick<MessageProblem, 'place'>): string =>
  (place.split('/').at(-1) ?? '').replaceAll('~1', '/').replaceAll('~0', '~')

/** A value without some keys: as keys, in lists of keys, also in one line, and in texts that are JSON. */
export function withoutKeys(value: unknown, names: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return textWithout(value, names)
  if (Array.isArray(value)) {
    return value.filter((one) => !names.has(one)).map((one) => withoutKeys(one, names))
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !names.has(key))
      .map(([key, one]) => [key, withoutKeys(one, names)]),
  )
}

function textWithout(text: string, names: ReadonlySet<string>): string {
  const words = text.split(' ')
  const kept = words.filter((word) => !names.has(word))
  if (kept.length < words.length) return kept.join(' ')
  if (!/^[{[]/.test(text)) return text
  try {
    const value: unknown = JSON.parse(text)
    const less = JSON.stringify(withoutKeys(value, names))
    return less === JSON.stringify(value) ? text : less
  } catch {
    return text
  }
}
