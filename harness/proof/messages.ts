import type { System } from '../base/systems.ts'
import { readRecording, recordedVersions, restoreExchange } from '../recording/recording.ts'
import { messagesOf } from '../schema/messages.ts'
import { remembered } from '../schema/references.ts'
import { type Message, schemaOf } from '../schema/validate.ts'

/** A message of a recording, with the check that brought it about and the schema file that it is held to. */
export type RecordedMessage = {
  statement: string
  /** Which of the exchanges of the check it is of. */
  index: number
  message: Message
  schema: string | undefined
}

const kept = new Map<string, RecordedMessage[]>()

/** Every message of a recording, in the order of the file. */
export const recordedMessages = (system: System, version: string): RecordedMessage[] =>
  remembered(kept, `${system} ${version}`, () => readMessages(system, version))

function readMessages(system: System, version: string): RecordedMessage[] {
  const target = { system, version, kind: 'replay' } as const
  return Object.values(readRecording(system, version).areas)
    .flatMap((area) => Object.entries(area))
    .flatMap(([statement, exchanges]) =>
      exchanges.flatMap((exchange, index) =>
        messagesOf(restoreExchange(exchange), target).map((message) => ({
          statement,
          index,
          message,
          schema: schemaOf(message),
        })),
      ),
    )
}

/** Every message of every recording of a system. */
export const allRecordedMessages = (system: System): RecordedMessage[] =>
  recordedVersions(system).flatMap((version) => recordedMessages(system, version))
