import type { Statement } from '../ledger/ledger.ts'
import { type Client, MISMATCH_HEADER } from '../wire/client.ts'
import { evidence } from '../wire/exchange.ts'
import type { Verdict } from './verdict.ts'

const SHOWN_EXCHANGES = 3

/** What a reader needs of a failed statement: it, its row, expected, observed, and the last exchanges. */
export function failure(statement: Statement, verdict: Verdict, client: Client | undefined): Error {
  const lines = [`${statement.text} (${statement.place})`, verdict.message]
  if (verdict.status === 'fail') {
    lines.push(
      `expected ${JSON.stringify(verdict.expected)}`,
      verdict.observed === undefined
        ? 'observed nothing, for the check did not come to its end'
        : `observed ${JSON.stringify(verdict.observed)}`,
    )
  }
  // Where a message is broken, it is shown once for all statements that met it, and so are its exchanges.
  const broken = verdict.problems.some(({ kind }) => kind !== 'added')
  // Nor is what a replay says of itself evidence of a server.
  const exchanges = broken ? [] : (client?.exchanges ?? []).filter((one) => !one.header(MISMATCH_HEADER))
  for (const [index, exchange] of exchanges.entries()) {
    if (index < exchanges.length - SHOWN_EXCHANGES) continue
    lines.push(
      '',
      `exchange ${index + 1} of ${exchanges.length}:`,
      evidence(exchange, client?.urlOf(exchange)),
    )
  }
  const error = new Error(lines.join('\n'))
  error.name = verdict.status
  // The place that matters is the row, not a frame of the harness.
  error.stack = `${verdict.status}: ${error.message}`
  return error
}
