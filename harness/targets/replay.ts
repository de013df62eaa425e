import { SuiteError } from '../base/errors.ts'
import type { System } from '../base/systems.ts'
import { readRecording, recordedVersions } from '../recording/recording.ts'
import { startReplay } from '../recording/replay.ts'
import type { Target } from './target.ts'

/** The recorded bytes of a real server; every server asked for is the same one, for it answers by exchange. */
export function replayTarget(system: System, asked: string | undefined): Target {
  const version = asked ?? recordedVersions(system).at(-1)
  if (!version) throw new SuiteError(`nothing of ${system} is recorded; choose a live target`)
  const recording = readRecording(system, version)
  const { date, kind, note, own } = recording.provenance
  let server: ReturnType<typeof startReplay> | undefined
  return {
    system,
    kind: 'replay',
    label: `recorded from a real ${kind} on ${date}${note ? `, ${note}` : ''}`,
    version,
    own,
    launches: true,
    digest: async () => recording.provenance.digest,
    start: async () => {
      server ??= startReplay(recording)
      return (await server).url
    },
    stop: async () => (await server)?.stop(),
  }
}
