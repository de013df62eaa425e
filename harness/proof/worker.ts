/** Loaded into the workers of `mutate`: the checks of the suites are not judged, but what they notice is. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { basename } from 'node:path'
import timers from 'node:timers/promises'
import { inject } from 'vitest'
import { applies } from '../ledger/ledger.ts'
import { ledgerIn } from '../ledger/shared.ts'
import { readRecording } from '../recording/recording.ts'
import { judging } from '../run/check.ts'
import { type Bites, bitesOf, Recorded } from './bites.ts'
import { type Kept, keptIn } from './kept.ts'

declare module 'vitest' {
  interface TaskMeta {
    bites?: Bites
    /** What it follows from. */
    from?: string
  }
  interface ProvidedContext {
    /** One of how many changes is tried. */
    oneOf: number
    /** The statements of which every change is tried nevertheless. */
    whole: string[]
    /** Digest of all that checks have in common. */
    machinery: string
  }
}

// What is waited for is there already: a check that asks again after a while asks again at once.
timers.setTimeout = (async (_: number, value: unknown) => value) as typeof timers.setTimeout
syncBuiltinESMExports()

let recording: Recorded | undefined
const kept = new Map<string, Kept>()

judging.judge = async (statement, procedure, { task }) => {
  const { system, version } = inject('session')
  if (!applies(statement, version)) return
  const ledger = ledgerIn(inject('ledger'))
  const machinery = inject('machinery')
  // What others are measured by is tried as a whole.
  const oneOf = inject('whole').includes(statement.id) ? 1 : inject('oneOf')
  recording ??= new Recorded(readRecording(system, version).areas, (id) => ledger.get(id))
  const subject = { statement, procedure, system, version, recording, oneOf }
  const file = task.file.filepath
  const from = createHash('sha1')
    .update(
      [machinery, readFileSync(file), JSON.stringify(statement), recording.digestOf(statement)].join('\n'),
    )
    .digest('hex')
  const area = basename(file)
  const known = kept.get(area) ?? keptIn(version, area)
  kept.set(area, known)
  const old = oneOf === 1 ? known[statement.id] : undefined
  task.meta.from = from
  task.meta.bites = old?.from === from ? old.bites : await bitesOf(subject)
}
