/** `npm run strangers -- <url of a real Ollama> brief|talker [--record]`: what holds there whatever the model says. */
import { spawnSync } from 'node:child_process'
import { STAND_INS } from '../../fixtures/instruments/strangers.ts'
import { fromRoot, ROOT } from '../base/paths.ts'
import { SERVER_VARIABLES } from '../config/server.ts'
import { RECORDINGS_VARIABLE } from '../recording/recording.ts'
import { cleanEnvironment } from './checkout.ts'
import { bringStrangers } from './strangers.ts'

const [url = '', who = '', record] = process.argv.slice(2)
const standIns = STAND_INS[who as keyof typeof STAND_INS]
if (!URL.canParse(url) || !standIns || (record !== undefined && record !== '--record')) {
  console.error(
    `give the address of a real Ollama, and ${Object.keys(STAND_INS).join(' or ')}; --record keeps what is portable`,
  )
  process.exit(2)
}
await bringStrangers(url)
const env = {
  OLLAMA_TARGET: url,
  ...Object.fromEntries(
    Object.entries(standIns).map(([option, model]) => [
      SERVER_VARIABLES[option as keyof typeof SERVER_VARIABLES],
      model,
    ]),
  ),
  ...(record
    ? { CONFORMANCE_RECORD: '1', [RECORDINGS_VARIABLE]: fromRoot('fixtures', 'strangers') }
    : { [SERVER_VARIABLES['every-statement']]: 'yes' }),
}
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--project', 'ollama'],
  { cwd: ROOT, env: { ...cleanEnvironment(), ...env }, stdio: 'inherit' },
)
process.exitCode = status ?? 1
