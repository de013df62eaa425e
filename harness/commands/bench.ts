import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fromRoot } from '../base/paths.ts'
import { recordedVersions } from '../recording/recording.ts'
import type { Results } from '../report/results.ts'

/** The most that validation may take of a run, in percent. */
const MOST = 10
const RUNS = 5

// On a replay the server costs nothing, so the share of validation is the largest there.
const version = recordedVersions('ollama').at(-1)
const shares: number[] = []
for (let run = 0; run < RUNS; run++) {
  const { status, stderr } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run'], {
    cwd: fromRoot(),
    env: { ...process.env, OLLAMA_TARGET: `replay:${version}`, LLAMA_SERVER_TARGET: '' },
    encoding: 'utf8',
  })
  if (status !== 0) {
    console.error(`the suites fail on the replay of ${version}, so there is nothing to measure:\n${stderr}`)
    process.exit(1)
  }
  const results = readFileSync(fromRoot(`reports/ollama-${version}-replay/results.json`), 'utf8')
  const { durationMs, cpuMs, validationMs } = JSON.parse(results) as Results
  shares.push((100 * validationMs) / cpuMs)
  console.log(
    `run ${run + 1}: ${durationMs} ms, ${cpuMs} ms of processor time, of which validation ${validationMs} ms`,
  )
}
const share = shares.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 100
console.log(`replay of ${version}: validation takes ${share.toFixed(1)} % of the run (median of ${RUNS})`)
if (share >= MOST) {
  console.error(`that is not under ${MOST} %`)
  process.exitCode = 1
}
