import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { FIRST } from '../../vitest.config.ts'
import { fromRoot, ROOT } from '../base/paths.ts'
import { SYSTEMS } from '../base/systems.ts'
import { TARGET_VARIABLE } from '../targets/spec.ts'
import { startSuites } from '../testing/checkout.ts'
import { recordedVersions } from './recording.ts'

const recordings = SYSTEMS.flatMap((system) =>
  recordedVersions(system).map((version) => ({ system, version })),
)

describe('the suites over every recording', { timeout: 300_000 }, () => {
  test.each(recordings)('$system $version', async ({ system, version }) => {
    const target = { [TARGET_VARIABLE[system]]: `replay:${version}` }
    const { code, output } = await startSuites(ROOT, target, '--project', system).ended
    expect(code, output.split('\n').slice(-60).join('\n')).toBe(0)
  })
})

test('the suites that run first are there', () => {
  expect(FIRST.filter((area) => !existsSync(fromRoot('suites/ollama', `${area}.test.ts`)))).toEqual([])
})
