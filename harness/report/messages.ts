import { restoreExchange } from '../recording/recording.ts'
import { describeProblem } from '../schema/validate.ts'
import { evidence } from '../wire/exchange.ts'
import { isRed, type MessageResult } from './results.ts'

/** The address only where the server is somebody else's: there it outlives the run. */
type Target = Parameters<typeof isRed>[1] & { url?: string }

const SHOWN_PROBLEMS = 4
const LONGEST_LINE = 300

/** A message that is not as it should be, on the terminal: what is wrong, who met it, one exchange. At most ten lines. */
export function messageLines(result: MessageResult, target: Target): string[] {
  const { id, status, known, problems } = result
  if (status === 'pass') return []
  const [first] = problems as [(typeof problems)[number]]
  const about = known ?? (status === 'added' && !isRed(result, target) ? 'a notice: it only has more' : '')
  const more = problems.length - SHOWN_PROBLEMS
  const [curl = '', statusLine = ''] = evidence(
    restoreExchange(first.evidence),
    target.kind === 'url' ? target.url : undefined,
  ).split('\n')
  return [
    '',
    `message ${id}: ${status}${about ? ` (${about})` : ''}`,
    ...problems
      .slice(0, SHOWN_PROBLEMS)
      .map((problem) => shorten(`  ${describeProblem({ message: id, ...problem })}`)),
    ...(more > 0 ? [`  and ${more} more, see results.json`] : []),
    `  in ${first.count} exchanges of ${first.statements.length} statements, the first ${first.statements[0]}:`,
    shorten(`  ${curl}`),
    shorten(`  ${statusLine} ${restoreExchange(first.evidence).text.trim().split('\n').at(-1)}`),
  ]
}

const shorten = (line: string) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE - 1)}…` : line)
