import type { StoredExchange } from '../recording/recording.ts'
import type { Problem } from '../schema/validate.ts'

/** Of a statement. `error` is the suite's fault or its environment's, never the server's. */
export type Status = 'pass' | 'fail' | 'known-fail' | 'not-applicable' | 'error'

/** What became of a check; it travels to the reporter in `task.meta`. */
export type Verdict = {
  id: string
  status: Status
  expected: unknown
  observed: unknown
  message: string
  /** Its server went away before it came to its end. */
  gone?: boolean
  durationMs: number
  /** Processor time of validation against the schemas, where Node tells it. */
  validationMs: number
  requests: number
  exchanges: StoredExchange[]
  /** The names of the messages that its exchanges had. */
  messages: string[]
  /** What is wrong with messages: they are judged apart from the statement. */
  problems: MessageProblem[]
}

/** A problem, and the index of the exchange that has it. */
export type MessageProblem = Problem & { exchange: number }
