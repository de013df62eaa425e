import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
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

test.runIf(process.platform === 'linux')(
  'a server that a killed run left is ended, and nothing else (Linux)',
  async () => {
    const temp = testFolder()
    vi.stubEnv('TMPDIR', temp)
    onTestFinished(() => void vi.unstubAllEnvs())
    const homes = [`ollama-conformance-${gone()}-abc123/home-1`, `ollama-conformance-${OWNER}-abc123`]
    const [left, other] = homes.map((home) => {
      const env = { HOME: join(temp, home) }
      return spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { env })
    }) as [ReturnType<typeof spawn>, ReturnType<typeof spawn>]
    onTestFinished(() => void other.kill())
    await Promise.all([left, other].map((child) => once(child, 'spawn')))
    temporaryFolder()
    await once(left, 'exit')
    expect([left.signalCode, other.signalCode, other.exitCode]).toEqual(['SIGKILL', null, null])
  },
)
