import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { fromRoot } from '../base/paths.ts'

const serve = (target: string) =>
  spawnSync(process.execPath, [fromRoot('harness/commands/cli.ts'), 'serve'], {
    env: { ...process.env, OLLAMA_TARGET: target },
    encoding: 'utf8',
  })

test.each([
  ['replay', 'a replay answers only the suites; choose a live target: OLLAMA_TARGET'],
  ['http://127.0.0.1:1', 'that server runs already; name one to start: OLLAMA_TARGET'],
  ['binary:/nowhere', 'no program /nowhere; name one that exists and can be run: binary:/path/to/ollama'],
])('%s cannot be served, and one line says why', (target, why) => {
  const { status, stdout, stderr } = serve(target)
  expect({ status, stdout, stderr }).toEqual({
    status: 2,
    stdout: '',
    stderr: `ollama-conformance: ${why}\n`,
  })
})
