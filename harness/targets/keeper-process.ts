import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { removeFolder } from '../base/temporary.ts'
import type { Kept } from './keeper.ts'
import { signalGroup } from './groups.ts'

// The process of `startKeeper`: it reads until the run has ended, and takes down what that left.

/** How long servers may take to end by themselves, ms. */
const GRACE = 2_000

/** How often it is looked for containers, and how long after one another, ms. */
const ROUNDS = { count: 4, pause: 1_000 }

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {})

const all: Kept[] = []
let released = false
for await (const line of createInterface({ input: process.stdin })) {
  released ||= line === '"released"'
  // The last may be half a line.
  if (!line.endsWith('}')) continue
  const kept = JSON.parse(line) as Kept
  all.push(kept)
  // On a busy machine it takes longer to load the library and to find the engine than to remove what is there.
  if ('containers' in kept) void engine().catch(() => {})
}
if (!released) {
  const groups = all.flatMap((one) => ('group' in one ? one.group : []))
  const folders = all.flatMap((one) => ('folder' in one ? one.folder : []))
  const labels = all.flatMap((one) => ('containers' in one ? one.containers : []))
  const containers = removeContainers(labels)
  for (const group of groups) signalGroup(group, 'SIGTERM')
  if (groups.length > 0) await setTimeout(GRACE)
  for (const group of groups) signalGroup(group, 'SIGKILL')
  await containers
  for (const folder of folders) removeFolder(folder)
}

async function engine() {
  const container = await import('./container.ts')
  await container.runtime()
  return container
}

async function removeContainers(labels: string[]): Promise<void> {
  if (labels.length === 0) return
  const { removeLabelled } = await engine()
  // The engine may still be making one that the run had asked for.
  for (let round = 0; round < ROUNDS.count; round++) {
    if (round > 0) await setTimeout(ROUNDS.pause)
    for (const label of labels) await removeLabelled(label).catch(() => {})
  }
}
