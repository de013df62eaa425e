import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { temporaryFolder as testFolder } from '../testing/folder.ts'
import { isGone, OWNER, temporaryFolder } from './temporary.ts'

const [HOST] = OWNER.split('-') as [string]

/** The owner that a process was, which is gone. */
const gone = () => `${HOST}-${spawnSync(process.execPath, ['--version']).pid}`

test('a process is gone when nobody has its number, and only one of this machine is known to be', () => {
  expect(isGone(OWNER)).toBe(false)
  expect(isGone(gone())).toBe(true)
  expect(isGone(gone().replace(HOST, '00000000'))).toBe(false)
  for (const strange of ['', HOST, `${HOST}-`, `${HOST}-x`, `${HOST}--1`]) expect(isGone(strange)).toBe(false)
  // The first process is another user's, as a rule: to be asked for is refused, and it is there.
  expect(isGone(`${HOST}-1`)).toBe(false)
})

test('what killed runs left is removed, and nothing else', () => {
  const temp = testFolder()
  vi.stubEnv('TMPDIR', temp)
  vi.stubEnv('TEMP', temp)
  onTestFinished(() => void vi.unstubAllEnvs())
  const dead = gone()
  const others = [
    `ollama-conformance-${OWNER}-abc123`,
    `ollama-conformance-00000000-${dead.split('-')[1]}-abc123`,
    `ollama-conformance-${dead}`,
    'ollama-conformance-vitest',
    'ollama-conformance-abc123',
    `my-ollama-conformance-${dead}-abc123`,
  ]
  for (const name of [...others, `ollama-conformance-${dead}-abc123`])
    mkdirSync(join(temp, name, 'models'), { recursive: true })
  const made = temporaryFolder()
  expect(readdirSync(temp).map((name) => join(temp, name))).toEqual(
    expect.arrayContaining([made, ...others.map((name) => join(temp, name))]),
  )
  expect(readdirSync(temp)).toHaveLength(others.length + 1)
})
