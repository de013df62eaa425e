import { describe, expect, test } from 'vitest'
import { fromRoot, ROOT } from '../base/paths.ts'
import { loadLedger } from '../ledger/ledger.ts'
import { startSuites } from '../testing/checkout.ts'
import { RECORDINGS_VARIABLE } from './recording.ts'

const portable = [...loadLedger().values()].filter((statement) => statement.portable)

test('hundreds of statements hold for any model', () => {
  expect(portable.length).toBeGreaterThanOrEqual(250)
})

/** What real servers answered with strangers in place of the instruments, from the oldest and the newest version. */
describe('what is portable holds with strangers', { timeout: 300_000 }, () => {
  test.each(['0.5.7', '0.32.15'])('on %s', async (version) => {
    const env = {
      OLLAMA_TARGET: `replay:${version}`,
      [RECORDINGS_VARIABLE]: fromRoot('fixtures/strangers'),
    }
    const { code, output } = await startSuites(ROOT, env, '--project', 'ollama').ended
    expect(code, output.split('\n').slice(-60).join('\n')).toBe(0)
  })
})
