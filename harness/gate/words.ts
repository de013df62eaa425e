import type { Change, SurfaceChange } from './changes.ts'

/** What changed, as a sentence for somebody who knows the API and not this project. */
export function sentenceOf(change: Change): string {
  if (change.kind === 'surface') return ofSurface(change)
  const text = change.text.replace(/\.$/, '')
  switch (change.change) {
    case 'went':
      return `No longer: ${text}.`
    case 'came':
      return `New: ${text}.`
    case 'refused':
    case 'accepted':
    case 'moved':
      return `${text}.`
  }
}

function ofSurface({ part, event, side, messages, field, description, ...rest }: SurfaceChange): string {
  const what = rest.what?.join(', ')
  const about = description ? `: ${description}` : ''
  const came = event === 'came'
  switch (part) {
    case 'route':
      return came ? `New route${about}.` : `The route is gone${about}.`
    case 'event':
      return came ? `New event \`${what}\` in the stream.` : `The event \`${what}\` is gone from the stream.`
    case 'form':
      return came ? `New form of the ${side}${about}.` : `A form of the ${side} is gone${about}.`
    case 'value':
      if (side === 'request')
        return came
          ? `\`${field}\` of the request may be ${what} now${about}.`
          : `\`${field}\` of the request may not be ${what} any more${about}.`
      return came
        ? `\`${field}\` of the ${where(messages)} can be ${what} now${about}.`
        : `\`${field}\` of the ${where(messages)} is not ${what} any more${about}.`
    case 'type':
      return came
        ? `\`${field}\` of the ${where(messages)} may be of the type ${what} now${about}.`
        : `\`${field}\` of the ${where(messages)} is not of the type ${what} any more${about}.`
    case 'field':
      break
  }
  const place = `\`${field}\` of the ${where(messages)}`
  switch (event) {
    case 'came':
      return `New field ${place}${about}.`
    case 'went':
      return `The field ${place} is gone${about}.`
    case 'required':
      return side === 'request'
        ? `${place} must be sent now${about}.`
        : `${place} is always there now${about}.`
    case 'optional':
      return side === 'request'
        ? `${place} may be left out now${about}.`
        : `${place} is no longer always there${about}.`
  }
}

/** `request`, `answer`, `event response.completed and 3 more`. */
function where(messages: readonly string[]): string {
  const [first = 'message', ...more] = messages
  // A whole answer and the records of its stream say the same.
  if (messages.includes('answer') || first === 'request')
    return messages.includes('answer') ? 'answer' : first
  return more.length > 0 ? `${first} and ${more.length} more` : first
}

/** The other endpoints of a change. */
export const others = (change: Change): string => {
  const rest = change.endpoints.slice(1)
  return rest.length > 0 ? ` (also ${rest.join(', ')})` : ''
}
