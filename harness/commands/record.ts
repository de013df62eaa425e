import { spawnSync } from 'node:child_process'
import { fromRoot } from '../base/paths.ts'

const { status } = spawnSync(process.execPath, [fromRoot('node_modules/vitest/vitest.mjs'), 'run'], {
  stdio: 'inherit',
  env: { ...process.env, CONFORMANCE_RECORD: '1' },
})
process.exit(status ?? 1)
