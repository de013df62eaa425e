import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import nock from 'nock'
import { beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { recordedVersions } from '../recording/recording.ts'
import { temporaryFolder } from '../testing/folder.ts'
import { POSIX, program } from '../testing/program.ts'
import { chooseTarget } from './choose.ts'

const ENGINE = 'http://127.0.0.1:1'

beforeAll(() => {
  // Nothing leaves this process: an engine of the machine is as unreachable as the network.
  nock.disableNetConnect()
  return () => nock.restore()
})

beforeEach(() => {
  // Everything that could lead to a real engine or to a real Ollama.
  const empty = temporaryFolder()
  vi.stubEnv('DOCKER_HOST', ENGINE.replace('http', 'tcp'))
  for (const name of ['HOME', 'USERPROFILE', 'PATH', 'TMPDIR', 'TEMP', 'XDG_RUNTIME_DIR'])
    vi.stubEnv(name, empty)
  for (const name of ['OLLAMA_TARGET', 'LLAMA_SERVER_TARGET', 'OLLAMA_HOST']) vi.stubEnv(name, undefined)
  return () => vi.unstubAllEnvs()
})

const choose = () => chooseTarget('ollama', () => {})

/** Starts an engine that knows these images. */
function startEngine(tags: string[]) {
  const engine = nock(ENGINE).persist()
  engine.get('/info').reply(200, { OperatingSystem: 'test', IndexServerAddress: '' })
  engine.get(/^\/images\/json/).reply(200, () => [{ RepoTags: tags }, { RepoTags: null }])
  engine.get(/^\/containers\/json/).reply(200, [])
  onTestFinished(() => nock.cleanAll())
}

const EMPTY_SETTING = ['', undefined]

describe('without a container engine', () => {
  test.each(EMPTY_SETTING)('and a program, OLLAMA_TARGET=%o is the newest replay', async (setting) => {
    vi.stubEnv('OLLAMA_TARGET', setting)
    // An address for clients is no target: suites create and delete models.
    vi.stubEnv('OLLAMA_HOST', 'http://127.0.0.1:2')
    const { target, why, hint } = await choose()
    expect(target).toMatchObject({ kind: 'replay', label: expect.stringMatching(/^recorded from a real /) })
    expect(target).toHaveProperty('version', recordedVersions('ollama').at(-1))
    expect(why).toBe('OLLAMA_TARGET is not set, and there is no ollama/ollama image and no ollama here')
    expect(hint).toContain('OLLAMA_TARGET=container npx vitest run')
  })

  test.runIf(POSIX)('a program on the PATH is chosen (POSIX)', async () => {
    const path = program('')
    vi.stubEnv('PATH', dirname(path))
    const { target, why, hint } = await choose()
    onTestFinished(() => target.stop())
    expect(target).toMatchObject({ kind: 'binary', label: path })
    expect(why).toBe('OLLAMA_TARGET is not set, and ollama is on the PATH')
    expect(hint).toContain('OLLAMA_TARGET=container')
  })

  const CANNOT: [asked: string, message: string][] = [
    ['container', 'no container engine answers'],
    ['container:0.33.0', 'no container engine answers'],
    ['binary', 'no program ollama on the PATH'],
    ['binary:/nowhere/ollama', 'no program /nowhere/ollama'],
    ['replay:9.9.9', 'there is no recording of ollama 9.9.9; recorded: '],
    ['replay:../0.24.0', 'there is no recording of ollama ../0.24.0'],
    ['foo', 'OLLAMA_TARGET=foo is no target'],
  ]
  test.each(CANNOT)('nothing stands in for OLLAMA_TARGET=%s', async (asked, message) => {
    vi.stubEnv('OLLAMA_TARGET', asked)
    await expect(choose()).rejects.toThrow(message)
    await expect(choose()).rejects.toMatchObject({ name: 'SuiteError' })
    expect(readdirSync(tmpdir())).toEqual([])
  })

  test('what is asked for is what is chosen', async () => {
    vi.stubEnv('OLLAMA_TARGET', 'http://127.0.0.1:2')
    const { target, why, hint } = await choose()
    expect(target).toMatchObject({ kind: 'url', label: 'http://127.0.0.1:2', launches: false })
    expect(await target.start({})).toBe('http://127.0.0.1:2')
    expect(why).toBe('OLLAMA_TARGET=http://127.0.0.1:2')
    expect(hint).toBeUndefined()
  })
})

// An engine that was found once is remembered, so from here on there is one.
describe('with a container engine', () => {
  test.each([
    ['the official image', ['ollama/ollama:0.24.0', 'ollama/ollama:latest'], 'ollama/ollama:latest'],
    ['its newest tag', ['ollama/ollama:0.9.6', 'ollama/ollama:0.24.0'], 'ollama/ollama:0.24.0'],
  ])('%s is chosen where it is there', async (_, tags, image) => {
    startEngine(tags)
    const { target, why } = await choose()
    expect(target).toMatchObject({ kind: 'container', label: image, launches: true })
    expect(why).toBe(`OLLAMA_TARGET is not set, and ${image} is on this machine`)
  })

  test('no image is pulled unasked', async () => {
    startEngine([])
    expect((await choose()).target.kind).toBe('replay')
  })
})
