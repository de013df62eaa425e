import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { temporaryFolder } from '../testing/folder.ts'
import { startPeer } from '../testing/peer.ts'
import { POSIX, program } from '../testing/program.ts'
import { binaryTarget, findProgram, type Limits } from './binary.ts'

/** Listens, and tells each visitor what it was started with. */
const SERVER = `
  import { createServer } from 'node:http'
  const about = JSON.stringify({ env: process.env, args: process.argv.slice(2) })
  const server = createServer((_, response) => response.end(about))
  server.listen(0, '127.0.0.1', () => console.error('msg="Listening on 127.0.0.1:' + server.address().port + ' (version 1.2.3)"'))
`

/** A target whose temporary files are under a folder that the test can look into. */
function target(source: string, limits?: Limits, system: 'ollama' | 'llama-server' = 'ollama') {
  const path = program(source)
  const temp = temporaryFolder()
  vi.stubEnv('TMPDIR', temp)
  onTestFinished(() => void vi.unstubAllEnvs())
  const made = binaryTarget(system, path, limits)
  onTestFinished(() => made.stop())
  return { ...made, temp }
}

const visit = async (url: string) =>
  (await (await fetch(url)).json()) as { env: NodeJS.ProcessEnv; args: string[] }

describe.runIf(POSIX)('a program (made of a shell script, so on POSIX only)', () => {
  test('is started, found by its own word, told apart by its digest, and leaves nothing', async () => {
    const { start, stop, digest, temp, kind, launches } = target(SERVER)
    expect({ kind, launches }).toEqual({ kind: 'binary', launches: true })
    const url = await start({})
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect((await visit(url)).args).toEqual(['serve'])
    expect(await digest()).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(readdirSync(temp)).toEqual([expect.stringMatching(/^ollama-conformance-/)])
    await stop()
    await expect(fetch(url)).rejects.toThrow()
    expect(readdirSync(temp)).toEqual([])
  })

  test('gets the settings and folders of its own, and nothing of the settings around it', async () => {
    vi.stubEnv('OLLAMA_HOST', '0.0.0.0:11434')
    vi.stubEnv('OLLAMA_MODELS', '/precious')
    vi.stubEnv('OLLAMA_NUM_PARALLEL', '7')
    vi.stubEnv('OLLAMA_DEBUG', '1')
    vi.stubEnv('SOME_TOKEN', 'secret')
    const { start, temp } = target(SERVER)
    const { env } = await visit(await start({ OLLAMA_NUM_PARALLEL: '2', OLLAMA_NO_CLOUD: '0' }))
    expect(env).toMatchObject({
      OLLAMA_HOST: '127.0.0.1:0',
      OLLAMA_NUM_PARALLEL: '2',
      OLLAMA_NO_CLOUD: '0',
      OLLAMA_NOPRUNE: '1',
    })
    expect(env.OLLAMA_MODELS).toMatch(temp)
    expect(env.HOME).toMatch(temp)
    expect(env).not.toHaveProperty('OLLAMA_DEBUG')
    expect(env).not.toHaveProperty('SOME_TOKEN')
  })

  test('knows its own address where it is asked to', async () => {
    const { start } = target(SERVER)
    const { env } = await visit(await start({ OLLAMA_HOST: '{fixed}' }))
    expect(env.OLLAMA_HOST).toMatch(/^127\.0\.0\.1:[1-9]\d+$/)
  })

  test('has a home of its own, with the files that it is started with', async () => {
    const { start } = target(SERVER)
    const urls = [await start({}), await start({ '~/.ollama/cache/a.json': '{}' })]
    const [first, second] = (await Promise.all(urls.map(visit))).map(({ env }) => env)
    expect(first?.HOME).not.toBe(second?.HOME)
    expect(readFileSync(`${second?.HOME}/.ollama/cache/a.json`, 'utf8')).toBe('{}')
    expect(Object.keys(second ?? {}).filter((name) => name.startsWith('~'))).toEqual([])
  })

  test('llama-server gets flags and the file of the instrument', async () => {
    const { start } = target(SERVER, undefined, 'llama-server')
    const { args } = await visit(await start({ model: 'stopper', '--parallel': '2', '--no-slots': '' }))
    expect(args.slice(0, 5)).toEqual(['--host', '127.0.0.1', '--port', '0', '--model'])
    expect(args[5]).toMatch(/stopper\.gguf$/)
    expect(existsSync(args[5] ?? '')).toBe(true)
    expect(args.slice(6)).toEqual(['--threads', '1', '--ctx-size', '512', '--parallel', '2', '--no-slots'])
  })

  test('may be asked for more than one server: they share the models', async () => {
    const { start } = target(SERVER)
    const urls = [await start({}), await start({ OLLAMA_NUM_PARALLEL: '2' })]
    const [first, second] = await Promise.all(urls.map(visit))
    expect(new Set(urls).size).toBe(2)
    expect(second?.env.OLLAMA_MODELS).toBe(first?.env.OLLAMA_MODELS)
  })

  test('may write its address in pieces', async () => {
    const { start } = target(
      SERVER.replace(
        /console\.error\((.*)\)\)/,
        `{
          const line = $1
          const at = line.indexOf(' (') - 2
          process.stdout.write(line.slice(0, at))
          setTimeout(() => process.stdout.write(line.slice(at)), 20)
        })`,
      ),
    )
    expect((await visit(await start({}))).args).toEqual(['serve'])
  })
})

describe.runIf(POSIX)('a program that fails (on POSIX)', () => {
  test.each([
    [
      'ends at once',
      'console.log("first"); console.error("no port left"); process.exitCode = 3',
      /ollama ended with exit code 3; its last words:\n[\s\S]* {4}no port left/,
    ],
    ['ends without a word', 'process.exitCode = 3', /ollama ended with exit code 3$/],
    ['is killed', 'process.kill(process.pid, "SIGKILL")', /ollama ended with SIGKILL$/],
  ])('%s', async (_, source, message) => {
    const { start, stop, temp } = target(source)
    await expect(start({})).rejects.toThrow(message)
    await expect(start({})).rejects.toMatchObject({ name: 'SuiteError' })
    await stop()
    expect(readdirSync(temp)).toEqual([])
  })

  test('prints no address within the limit', async () => {
    const { start, stop, temp } = target('setInterval(() => {}, 1000)', { start: 50, stop: 5000 })
    await expect(start({})).rejects.toThrow(/ollama did not listen within 0\.05 s$/)
    await stop()
    expect(readdirSync(temp)).toEqual([])
  })
})

/** A child that ignores SIGTERM; the peer of the test sees its end. */
const CHILD = `
  process.on('SIGTERM', () => {})
  require('node:net').connect(+process.env.PEER).on('close', () => process.exit()).write('GET / HTTP/1.1\\r\\n\\r\\n')
`
const PARENT = `
  import { spawn } from 'node:child_process'
  import { connect } from 'node:net'
  spawn(process.execPath, ['-e', ${JSON.stringify(CHILD)}], { stdio: 'ignore' })
  const peer = connect(+process.env.PEER).on('error', () => {})
  peer.write('GET / HTTP/1.1\r\n\r\n')
`.replaceAll('\r\n', '\\r\\n')
const LISTENS = 'console.log("Listening on 127.0.0.1:1 ")'
const ENDS = 'peer.on("data", () => process.exit(3))'

describe.runIf(POSIX)('stopping (on POSIX)', () => {
  test.each([
    ['takes the children of a program along', LISTENS, 5000],
    ['ends a program that ignores SIGTERM', `process.on('SIGTERM', () => {}); ${LISTENS}`, 50],
    ['takes the children of a program that has ended already', ENDS, 5000],
  ])('%s', async (_, deed, stopLimit) => {
    const both = Promise.withResolvers<void>()
    const { url, connections } = await startPeer(() => {
      if (connections.length < 2) return
      for (const { socket } of connections) socket.write('both are here')
      both.resolve()
    })
    const { start, stop, temp } = target(PARENT + deed, { start: 60_000, stop: stopLimit })
    const started = start({ PEER: new URL(url).port })
    if (deed === ENDS) await expect(started).rejects.toThrow('exit code 3')
    else await started
    await both.promise
    await stop()
    await Promise.all(connections.map(({ closed }) => closed))
    expect(readdirSync(temp)).toEqual([])
  })
})

describe('what is no program', () => {
  test('is refused with a line that names it, and no folder is made', () => {
    const file = join(temporaryFolder({ ollama: 'text' }), 'ollama')
    if (POSIX) chmodSync(file, 0o644)
    const temp = temporaryFolder()
    vi.stubEnv('TMPDIR', temp)
    vi.stubEnv('PATH', temp)
    onTestFinished(() => void vi.unstubAllEnvs())
    const paths = ['/nowhere/ollama', 'no-such-ollama', temp, ...(POSIX ? [file] : [])]
    for (const path of paths) {
      expect(() => binaryTarget('ollama', path)).toThrow(expect.objectContaining({ name: 'SuiteError' }))
      expect(() => binaryTarget('ollama', path)).toThrow(`no program ${path}`)
    }
    expect(() => binaryTarget('llama-server', 'no-such')).toThrow(
      'no program no-such on the PATH; name one that exists and can be run: binary:/path/to/llama-server',
    )
    expect(readdirSync(temp)).toEqual([])
  })

  test.runIf(POSIX)('a folder of the name on the PATH is passed over (POSIX)', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'ollama'))
    const path = program(SERVER)
    vi.stubEnv('PATH', `${folder}:${join(path, '..')}`)
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(findProgram('ollama')).toBe(path)
  })
})
