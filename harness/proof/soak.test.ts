import { beforeEach, expect, test, vi } from 'vitest'
import { SuiteError } from '../base/errors.ts'
import { measure } from '../gate/sides.ts'
import { otherwise, recordedResults } from '../testing/results.ts'
import { soak } from './soak.ts'

vi.mock('../gate/sides.ts', () => ({ measure: vi.fn() }))

const run = vi.mocked(measure)
const green = recordedResults('0.32.15')
const ID = 'transport.version.get'
const failing = otherwise(green, { [ID]: { status: 'fail', message: 'another version' } })

beforeEach(() => run.mockReset())

async function soaked(runs: number, mix: { busy?: boolean; seed?: number } = {}) {
  const told: string[] = []
  const differing: string[] = []
  const count = await soak(
    'ollama',
    'replay:0.32.15',
    [],
    { runs, busy: false, ...mix },
    (line) => told.push(line),
    ({ run, first, now }) => differing.push(`${run}: ${now.id} ${first.status} → ${now.status}`),
  )
  return { told, differing, count }
}

test('runs that agree', async () => {
  run.mockResolvedValue(green)
  expect(await soaked(3)).toMatchObject({ differing: [], count: 0 })
  expect(run.mock.calls.map(([, , , , mix]) => mix)).toEqual(
    ['8', '2', '16'].map((CONFORMANCE_CHECKS) => ({ CONFORMANCE_CHECKS })),
  )
})

test('a verdict that is another in a later run', async () => {
  run.mockResolvedValueOnce(green).mockResolvedValueOnce(failing).mockResolvedValueOnce(green)
  expect((await soaked(3)).differing).toEqual([`2: ${ID} pass → fail`])
})

test('what is red from the first run on is said once', async () => {
  run.mockResolvedValue(failing)
  expect((await soaked(2)).differing).toEqual([`1: ${ID} fail → fail`])
})

test('another order each time, and every core busy in each second run', async () => {
  run.mockResolvedValue(green)
  const { told } = await soaked(2, { seed: 5, busy: true })
  expect(run.mock.calls.map(([, , , , mix]) => mix?.CONFORMANCE_SEED)).toEqual(['6', '7'])
  expect(told.map((line) => line.includes('cores busy'))).toEqual([false, true])
})

test('a run that could not judge ends it', async () => {
  run.mockResolvedValueOnce(green).mockRejectedValueOnce(new SuiteError('gone'))
  await expect(soaked(3, { busy: true })).rejects.toThrow('gone')
})
