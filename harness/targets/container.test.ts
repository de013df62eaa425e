import { spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { getContainerRuntimeClient } from 'testcontainers'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { say } from '../base/errors.ts'
import { type System, SYSTEMS } from '../base/systems.ts'
import { OWNER } from '../base/temporary.ts'
import { Checkout, ledger } from '../testing/checkout.ts'
import { emptied } from '../testing/folder.ts'
import { POSIX } from '../testing/program.ts'
import { containerTarget, localImage, removeLabelled, textOf } from './container.ts'
import { parseTarget, TARGET_VARIABLE } from './spec.ts'

/** An image that is asked for, or an official one that is on this machine: none is pulled for a test. */
async function imageHere(): Promise<{ system: System; image: string } | undefined> {
  for (const system of SYSTEMS) {
    const asked = parseTarget(system, process.env[TARGET_VARIABLE[system]] || 'replay')
    if (asked.kind === 'container') return { system, image: asked.image }
  }
  for (const system of SYSTEMS) {
    const image = await localImage(system)
    if (image) return { system, image }
  }
  return undefined
}

const here = await imageHere()
const { system, image } = here ?? { system: 'ollama', image: '' }
const NEEDS = `needs a container engine and an image: ${SYSTEMS.map((one) => `${TARGET_VARIABLE[one]}=container:…`).join(' or ')}`
if (!here) say(`what becomes of containers is NOT TESTED: it ${NEEDS}`)

const [HOST] = OWNER.split('-') as [string]
const LABEL = 'ollama-conformance'
const OWNED_BY = 'ollama-conformance.owner'

type Engine = Awaited<ReturnType<typeof getContainerRuntimeClient>>['container']['dockerode']
type Event = { Type: string; Action: string; Actor: { ID: string; Attributes: Record<string, string> } }

test('a log comes in frames, of both streams', () => {
  const frame = (stream: number, text: string) => {
    const head = Buffer.alloc(8)
    head.writeUInt8(stream)
    head.writeUInt32BE(Buffer.byteLength(text), 4)
    return Buffer.concat([head, Buffer.from(text)])
  }
  expect(textOf(Buffer.concat([frame(1, 'naïve\n'), frame(2, 'panic: x\n')]))).toBe('naïve\npanic: x\n')
  expect(textOf(frame(1, 'cut').subarray(0, 10))).toBe('cu')
  expect(textOf(Buffer.alloc(0))).toBe('')
})

describe.skipIf(!here)(`containers (${NEEDS})`, { timeout: 180_000 }, () => {
  let engine: Engine
  let stream: Readable
  const events: Event[] = []
  const watchers = new Set<() => void>()

  beforeAll(async () => {
    engine = (await getContainerRuntimeClient()).container.dockerode
    stream = (await engine.getEvents({ filters: { type: ['container', 'volume'] } })) as Readable
    createInterface(stream).on('line', (line) => {
      events.push(JSON.parse(line))
      for (const watch of watchers) watch()
    })
  })
  afterAll(() => void stream?.destroy())

  const until = (isOne: (event: Event) => boolean) =>
    new Promise<Event>((resolve) => {
      const watch = () => {
        const found = events.find(isOne)
        if (!found) return
        watchers.delete(watch)
        resolve(found)
      }
      watchers.add(watch)
      watch()
    })

  const labelled = async () =>
    (await engine.listContainers({ all: true, filters: { label: [LABEL] } })).map(({ Labels }) => Labels)

  describe.runIf(POSIX)('of a run that is killed are gone (POSIX)', () => {
    test.each(['create', 'start', 'set up'])('at "%s"', async (moment) => {
      const checkout = new Checkout({
        [`specs/${system}/demo.yaml`]: ledger({
          [`${system === 'ollama' ? '' : `${system}.`}demo.waits`]: {},
        }),
      })
      const run = checkout.setUp({ [TARGET_VARIABLE[system]]: `container:${image}` }, system)
      const owner = `${HOST}-${run.child.pid}`
      const its = (action: string) =>
        until(({ Action, Actor }) => Action === action && Actor.Attributes[OWNED_BY] === owner)
      const made = its('create')
      await Promise.race([run.ended, moment === 'set up' ? run.writes(moment) : its(moment)])
      run.child.kill('SIGKILL')
      const { code, output } = await run.ended
      expect(code, output).toBeNull()
      const label = (await made).Actor.Attributes[LABEL] ?? ''
      // A test that fails leaves nothing either.
      onTestFinished(() => removeLabelled(label))
      await its('destroy')
      // One of llama-server has its model in itself, and one of Ollama a folder, where the engine takes that.
      const ofVolume = (action: string) => (event: Event) =>
        event.Type === 'volume' && event.Action === action && event.Actor.ID === label
      if (events.some(ofVolume('create'))) await until(ofVolume('destroy'))
      await emptied(run.temp)
      expect((await labelled()).filter((labels) => labels[OWNED_BY] === owner)).toEqual([])
    })
  })

  test('that a killed run left are removed by the next one, and nothing else', async () => {
    const dead = spawnSync(process.execPath, ['--version']).pid
    const left = { [LABEL]: 'left', [OWNED_BY]: `${HOST}-${dead}` }
    const others: Record<string, string>[] = [
      { [LABEL]: 'under-way', [OWNED_BY]: OWNER },
      { [LABEL]: 'of-another-machine', [OWNED_BY]: `00000000-${dead}` },
      { [LABEL]: 'without-owner' },
      { 'somebody.else': 'nobody', [OWNED_BY]: `${HOST}-${dead}` },
    ]
    const volumeOf = (labels: Record<string, string>) => `test-of-conformance-${process.pid}-${labels[LABEL]}`
    const put = async (labels: Record<string, string>) => {
      const volume = volumeOf(labels)
      const container = await engine.createContainer({
        Image: image,
        Labels: { ...labels, ...(labels[LABEL] ? { [LABEL]: volume } : {}) },
        HostConfig: { Binds: [`${volume}:/models`] },
      })
      onTestFinished(async () => {
        await container.remove({ force: true }).catch(() => {})
        await engine
          .getVolume(volume)
          .remove()
          .catch(() => {})
      })
      return container
    }
    const [gone, ...staying] = await Promise.all([left, ...others].map(put))
    const next = await containerTarget(system, image, say)
    onTestFinished(() => next.stop())
    await expect(gone?.inspect()).rejects.toThrow('no such container')
    await expect(engine.getVolume(volumeOf(left)).inspect()).rejects.toThrow('no such volume')
    for (const [index, container] of staying.entries()) {
      expect((await container.inspect()).State.Status).toBe('created')
      await engine.getVolume(volumeOf(others[index] ?? {})).inspect()
    }
  })
})
