import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  accessSync,
  constants,
  createReadStream,
  existsSync,
  mkdirSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type InstrumentName, instrumentFile } from '../../fixtures/instruments/instruments.ts'
import { SuiteError } from '../base/errors.ts'
import { freeAddress } from '../base/loopback.ts'
import type { System } from '../base/systems.ts'
import { quickParent, removeFolder, temporaryFolder } from '../base/temporary.ts'
import { signalGroup } from './groups.ts'
import { startKeeper } from './keeper.ts'
import { llamaServerFlags, OLLAMA_DEFAULTS } from './launch.ts'
import { beginStore, homeIn, keepModels, storeIn } from './stores.ts'
import { inHome, LogTail, type Settings, type Target } from './target.ts'

/** How long a program may take to listen, and to end when it is told to, ms. */
export type Limits = { start: number; stop: number }

const LIMITS: Limits = { start: 60_000, stop: 5_000 }

/** Finds a program by path or on the PATH; undefined when it is not there or cannot be run. */
export function findProgram(path: string): string | undefined {
  const windows = process.platform === 'win32'
  const names = windows && !path.endsWith('.exe') ? [`${path}.exe`, path] : [path]
  const folders = /[\\/]/.test(path) || isAbsolute(path) ? [''] : (process.env.PATH ?? '').split(delimiter)
  for (const folder of folders) {
    for (const name of names) {
      const file = resolve(folder, name)
      try {
        accessSync(file, constants.X_OK)
        if (statSync(file).isFile()) return file
      } catch {}
    }
  }
  return undefined
}

/**
 * The program of a target.
 *
 * @throws SuiteError when it is not there or cannot be run
 */
export function programOf(system: System, path: string): string {
  const program = findProgram(path)
  if (program) return program
  throw new SuiteError(
    `no program ${path}${/[\\/]/.test(path) ? '' : ' on the PATH'}; name one that exists and can be run: binary:/path/to/${system === 'ollama' ? 'ollama' : 'llama-server'}`,
  )
}

/** Variables that a program needs to run at all; nothing of the user's Ollama settings passes. */
const PASSED = ['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR']

/**
 * A local program, in a process group, with home and model folders of its own under one temporary folder.
 *
 * @throws SuiteError when there is no such program
 */
export function binaryTarget(system: System, path: string, limits = LIMITS): Target {
  const program = programOf(system, path)
  const folder = temporaryFolder(quickParent())
  const keeper = startKeeper()
  keeper.keep({ folder })
  const servers: ChildProcess[] = []
  let shelved = false
  const started = new Map<string, { server: ChildProcess; log: LogTail }>()
  const killAll = () => {
    for (const server of servers) signal(server, 'SIGKILL')
    removeFolder(folder)
  }
  // The last resort, for when nothing asynchronous can run any more.
  process.once('exit', killAll)

  const start: Target['start'] = async (settings, store = '1') => {
    const models = storeIn(folder, store)
    if (system === 'ollama' && !existsSync(models)) await beginStore(folder, store, shelved)
    const env = Object.fromEntries(
      PASSED.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
    )
    const server = spawn(program, argumentsOf(system, settings, folder), {
      env: {
        ...env,
        ...environmentOf(system, await placed(settings), homeIn(folder, servers.length), models),
      },
      // What a setting names by a relative path is in the folder too.
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    })
    servers.push(server)
    if (server.pid !== undefined) keeper.keep({ group: server.pid })
    const log = new LogTail()
    const url = await listening(server, log, program, limits.start)
    started.set(url, { server, log })
    return url
  }

  return {
    system,
    kind: 'binary',
    label: program,
    launches: true,
    digest: async () => {
      const hash = createHash('sha256')
      for await (const part of createReadStream(program)) hash.update(part)
      return `sha256:${hash.digest('hex')}`
    },
    keepModels: async (models) => {
      shelved = await keepModels(folder, '1', models)
      return shelved ? folder : undefined
    },
    start: (settings, store) => keeper.making(start(settings, store)),
    clashedAt: () => Math.max(0, ...[...started.values()].map(({ log }) => log.clashedAt)),
    abandon: (url) => {
      const { server } = started.get(url) ?? {}
      if (server) signal(server, 'SIGKILL')
    },
    ended: async (url) => {
      const { server, log } = started.get(url) ?? {}
      // It is asked for because the server does not answer: it may be about to end.
      const runs = () => server?.signalCode === null && server.exitCode === null
      if (server && runs())
        await Promise.race([once(server, 'exit'), pause(limits.stop, undefined, { ref: false })])
      if (!server || runs()) return undefined
      return `${program} ended with ${server.signalCode ?? `exit code ${server.exitCode}`}${log?.cause}`
    },
    stop: async () => {
      await Promise.all(servers.map((server) => stopServer(server, limits.stop)))
      removeFolder(folder)
      keeper.release()
      process.off('exit', killAll)
    },
  }
}

/**
 * With `OLLAMA_HOST` as `{fixed}` a server knows its own address: it asks itself then, which one that finds a port by
 * itself cannot.
 */
const placed = async (settings: Settings): Promise<Settings> =>
  settings.OLLAMA_HOST === '{fixed}' ? { ...settings, OLLAMA_HOST: await freeAddress() } : settings

function environmentOf(
  system: System,
  settings: Settings,
  folder: string,
  models: string,
): Record<string, string> {
  const home = { HOME: folder, USERPROFILE: folder }
  mkdirSync(folder, { recursive: true })
  if (system === 'llama-server') return home
  mkdirSync(models, { recursive: true })
  const [files = [], variables = []] = [inHome, (name: string) => !inHome(name)].map((isOne) =>
    Object.entries(settings).filter(([name]) => isOne(name)),
  )
  for (const [name, text] of files) {
    const file = join(folder, name.slice(2))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  return {
    ...home,
    OLLAMA_HOST: '127.0.0.1:0',
    OLLAMA_MODELS: models,
    ...OLLAMA_DEFAULTS,
    ...Object.fromEntries(variables),
  }
}

function argumentsOf(system: System, settings: Settings, folder: string): string[] {
  if (system === 'ollama') return ['serve']
  const { model = 'successor', ...flags } = settings
  const file = join(folder, `${model}.gguf`)
  // A server that maps the file dies when it is written again.
  if (!existsSync(file)) writeFileSync(file, instrumentFile(model as InstrumentName).bytes)
  return ['--host', '127.0.0.1', '--port', '0', '--model', file, ...llamaServerFlags(flags)]
}

/** Waits for the line in which a server says where it listens: only the server itself can know a free port. */
function listening(server: ChildProcess, log: LogTail, program: string, within: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(limit)
      reject(new SuiteError(`${program} ${why}${log}`))
    }
    const limit = setTimeout(() => fail(`did not listen within ${within / 1000} s`), within)
    const read = (part: Buffer) => {
      log.add(part.toString())
      // What follows the port shows that it has arrived as a whole.
      const address = log.match(/[Ll]istening on (?:http:\/\/)?(127\.0\.0\.1:\d+)\D/)?.[1]
      if (!address) return
      clearTimeout(limit)
      resolve(`http://${address}`)
    }
    server.stdout?.on('data', read)
    server.stderr?.on('data', read)
    server.once('error', (error) => fail(`could not be started: ${error.message}`))
    server.once('exit', (code, name) => {
      const ended = () => fail(`ended with ${name ?? `exit code ${code}`}`)
      // Its last words may come after its end; a child of its own may hold the pipe for ever.
      server.once('close', ended)
      setTimeout(ended, 500).unref()
    })
  })
}

function signal(server: ChildProcess, name: NodeJS.Signals): void {
  if (server.pid !== undefined) signalGroup(server.pid, name)
}

async function stopServer(server: ChildProcess, within: number): Promise<void> {
  if (server.exitCode === null && server.signalCode === null && server.pid !== undefined) {
    const ended = new Promise((resolve) => server.once('exit', resolve))
    const limit = setTimeout(() => signal(server, 'SIGKILL'), within)
    signal(server, 'SIGTERM')
    await ended
    clearTimeout(limit)
  }
  // Runners that outlived their server.
  signal(server, 'SIGKILL')
}
