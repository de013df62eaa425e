import { spawnSync } from 'node:child_process'
import { fromRoot } from '../base/paths.ts'

// Areas, or none for all of them: `npm run record -- generate chat`.
const suites = process.argv.slice(2).map((area) => `/${area}.test.ts`)
const { status } = spawnSync(
  process.execPath,
  [fromRoot('node_modules/vitest/vitest.mjs'), 'run', ...suites],
  {
    stdio: 'inherit',
    env: { ...process.env, CONFORMANCE_RECORD: '1' },
  },
)
process.exit(status ?? 1)
