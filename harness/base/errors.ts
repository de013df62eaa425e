/**
 * A mistake in how the suite was asked to run, or in its environment: a bad flag, a missing engine, an unreachable
 * server, a stale recording, a broken ledger row. Never a finding about the server. The message is one line that
 * says what to do.
 */
export class SuiteError extends Error {
  override name = 'SuiteError'
}

/** Tells the user a line, beside what a command or Vitest prints. */
export const say = (line: string) => process.stderr.write(`ollama-conformance: ${line}\n`)

/** The message of anything thrown. */
export const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
