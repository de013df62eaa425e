import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir, hostname, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import type { ImageName } from 'testcontainers'
import { type InstrumentName, instrumentFile } from '../../fixtures/instruments/instruments.ts'
import { messageOf, SuiteError } from '../base/errors.ts'
import type { System } from '../base/systems.ts'
import { isGone, OWNER, quickParent, removeFolder, temporaryFolder } from '../base/temporary.ts'
import { compareVersions } from '../base/versions.ts'
import { startKeeper } from './keeper.ts'
import { llamaServerFlags, OLLAMA_DEFAULTS } from './launch.ts'
import { OFFICIAL } from './spec.ts'
import { beginStore, homeIn, keepModels, storeIn } from './stores.ts'
import { LogTail, type Settings, type Target } from './target.ts'

const START_LIMIT = 120_000
const PORT: Record<System, number> = { ollama: 11434, 'llama-server': 8080 }
const READY: Record<System, string> = { ollama: '/api/version', 'llama-server': '/health' }

type Library = typeof import('testcontainers')

/** Where testcontainers is installed: with this package or, as it has more packages than all else together, with its user. */
function libraryPath(): string | undefined {
  for (const from of [import.meta.filename, resolve('package.json')]) {
    try {
      return createRequire(from).resolve('testcontainers')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    }
  }
  return undefined
}

/** testcontainers is loaded only when a container is asked for: it takes up to a second. */
async function library(): Promise<Library> {
  const path = libraryPath()
  if (path === undefined)
    throw new SuiteError(
      'containers need the package testcontainers, which does not come along: npm i testcontainers, or once: npx -p ollama-conformance -p testcontainers ollama-conformance …',
    )
  return (await import(pathToFileURL(path).href)) as Library
}

/** Whether containers can be asked for. */
export const containersKnown = () => libraryPath() !== undefined

/** Whether anything is here at which testcontainers would look for an engine. */
const mayHaveEngine = (): boolean =>
  process.platform === 'win32' ||
  process.env.DOCKER_HOST !== undefined ||
  [
    '/var/run/docker.sock',
    ...[process.env.XDG_RUNTIME_DIR, join('/run/user', String(userInfo().uid))].flatMap((folder) =>
      folder ? [join(folder, 'docker.sock')] : [],
    ),
    ...['.docker/run/docker.sock', '.docker/desktop/docker.sock', '.testcontainers.properties'].map((path) =>
      join(homedir(), path),
    ),
  ].some(existsSync)

/** The container engine; it is looked for once. */
export async function runtime() {
  const { getContainerRuntimeClient } = await library()
  return getContainerRuntimeClient()
}

/** The official image that is on this machine, the newest tag first; undefined without engine or image. */
export async function localImage(system: System): Promise<string | undefined> {
  if (!mayHaveEngine()) return undefined
  try {
    const { container } = await runtime()
    const { repository, tag } = OFFICIAL[system]
    const images = await container.dockerode.listImages({ filters: { reference: [repository] } })
    const tags = images.flatMap((image) => image.RepoTags ?? [])
    const byVersion = (a: string, b: string) =>
      compareVersions(a.slice(repository.length + 1), b.slice(repository.length + 1))
    return tags.includes(`${repository}:${tag}`) ? `${repository}:${tag}` : tags.sort(byVersion).at(-1)
  } catch {
    return undefined
  }
}

/**
 * Containers of one image, through testcontainers. Their models lie in a folder of this machine, where the engine takes
 * one, so that they are made once; else in one volume.
 *
 * @throws SuiteError when no container engine answers
 */
export async function containerTarget(
  system: System,
  image: string,
  say: (line: string) => void,
): Promise<Target> {
  const { GenericContainer, Wait, ImageName: Name } = await library()
  const client = await runtime().catch(() => {
    throw new SuiteError(
      'no container engine answers (Docker, Podman, …); start one, or choose another target: OLLAMA_TARGET=binary, http://host:port or replay',
    )
  })
  const { dockerode } = client.container
  const name: ImageName = Name.fromString(image)
  const volume = `ollama-conformance-${randomUUID()}`
  // Removed by label, so that a start that failed half-way leaves nothing either.
  const labels = { [LABEL]: volume, [OWNED_BY]: OWNER }
  await removeContainers(dockerode, (labels) => isGone(labels[OWNED_BY] ?? ''))
  const keeper = startKeeper()
  keeper.keep({ containers: volume })
  /** By address, their ids. */
  const started = new Map<string, string>()
  const made =
    system === 'ollama' && (await takesFolders(dockerode)) ? temporaryFolder(quickParent()) : undefined
  if (made !== undefined) keeper.keep({ folder: made })
  /** The folder of the stores, as long as the engine seems to have the same. */
  let folder = made
  let shelved = false
  /** How many servers were started in it, also those that do not answer yet. */
  let homes = 0

  const keep = async (stores: string, models: readonly string[]) => {
    shelved = await keepModels(stores, '1', models)
    if (!shelved) folder = undefined
    return folder
  }

  const start: Target['start'] = async (settings, store = '1') => {
    if (!(await client.image.exists(name))) say(`pulling ${image} (a few GB the first time)`)
    const log = new LogTail()
    let words: Readable | undefined
    const container = new GenericContainer(image)
      .withExposedPorts(PORT[system])
      .withLabels(labels)
      // Its reaper is an image of its own to pull; the labels serve in its place.
      .withAutoCleanup(false)
      .withLogConsumer((stream) => {
        words = stream.on('data', (part) => log.add(String(part)))
      })
      .withStartupTimeout(START_LIMIT)
      .withWaitStrategy(
        Wait.forHttp(READY[system], PORT[system], { abortOnContainerExit: true }).forStatusCode(200),
      )
    if (system === 'ollama') {
      container
        .withEnvironment({
          OLLAMA_MODELS: storeIn('/models', store),
          ...OLLAMA_DEFAULTS,
          ...settings,
          // The address of a container is fixed, as a server may ask for it.
          OLLAMA_HOST: '0.0.0.0:11434',
        })
        .withBindMounts([{ source: folder ?? volume, target: '/models' }])
      if (folder !== undefined) {
        if (!existsSync(storeIn(folder, store))) await beginStore(folder, store, shelved)
        // What it writes there is the user's, who removes it.
        container
          .withUser(`${process.getuid?.()}:${process.getgid?.()}`)
          .withEnvironment({ HOME: homeIn('/models', homes++) })
      }
    } else serveInstrument(container, settings)
    try {
      const running = await container.start()
      const url = `http://${running.getHost()}:${running.getMappedPort(PORT[system])}`
      started.set(url, running.getId())
      // The engine keeps them; to hand on each costs it as much as the answers.
      words?.destroy()
      return url
    } catch (error) {
      // The engine may have another folder of that name than this process, or let nobody write there.
      if (folder !== undefined && started.size === 0) {
        folder = undefined
        return start(settings, store)
      }
      throw new SuiteError(
        `no server came up in a container of ${image}: ${messageOf(error).split('\n')[0]}${log}`,
      )
    }
  }

  return {
    system,
    kind: 'container',
    label: image,
    launches: true,
    digest: async () => (await dockerode.getImage(name.string).inspect()).Id,
    get keepModels() {
      const stores = folder
      return stores === undefined ? undefined : (models: readonly string[]) => keep(stores, models)
    },
    start: (settings, store) => keeper.making(start(settings, store)),
    ended: async (url) => {
      const id = started.get(url)
      if (!id) return undefined
      const container = dockerode.getContainer(id)
      const state = await container
        .inspect()
        .then(({ State }) => State)
        .catch(() => undefined)
      if (state?.Running) return undefined
      if (!state) return `the container of ${image} was removed`
      const memory = state.OOMKilled ? ', for want of memory' : ''
      const log = new LogTail()
      log.add(textOf(await container.logs({ stdout: true, stderr: true, tail: 1000 })))
      return `the container of ${image} ended with exit code ${state.ExitCode}${memory}${log.cause}`
    },
    stop: async () => {
      await removeLabelled(volume)
      if (made !== undefined) removeFolder(made)
      keeper.release()
    },
  }
}

const LABEL = 'ollama-conformance'
const OWNED_BY = 'ollama-conformance.owner'

type Labels = Record<string, string>
type Engine = Awaited<ReturnType<typeof runtime>>['container']['dockerode']

/** Whether an engine takes folders of this machine, for its users: one outside of it, or with users of its own, does not. */
async function takesFolders(engine: Engine): Promise<boolean> {
  const { socketPath } = engine.modem as { socketPath?: string }
  if (process.platform !== 'linux' || socketPath === undefined) return false
  const { Name, SecurityOptions } = (await engine.info()) as {
    Name?: string
    SecurityOptions?: string[] | null
  }
  return Name === hostname() && !/rootless|userns/.test(String(SecurityOptions))
}

/** Removes the containers of a run, by its label, and the volume of that name. */
export async function removeLabelled(label: string): Promise<void> {
  const { dockerode } = (await runtime()).container
  await removeContainers(dockerode, (labels) => labels[LABEL] === label)
  // A start that failed early may have left the volume alone.
  await dockerode
    .getVolume(label)
    .remove({ force: true })
    .catch(() => {})
}

/** Removes those of the suite's containers whose labels fit, with their volumes. */
async function removeContainers(engine: Engine, isOne: (labels: Labels) => boolean): Promise<void> {
  const all = await engine.listContainers({ all: true, filters: { label: [LABEL] } })
  const ours = all.filter(({ Labels }) => isOne(Labels))
  await Promise.allSettled(ours.map(({ Id }) => engine.getContainer(Id).remove({ force: true, v: true })))
  const volumes = new Set(ours.map(({ Labels }) => Labels[LABEL] ?? ''))
  await Promise.allSettled([...volumes].map((name) => engine.getVolume(name).remove()))
}

/** The text of a log as engines give it: in frames, whose heads of 8 bytes end in the length. */
export function textOf(log: Buffer): string {
  const parts: Buffer[] = []
  for (let at = 0; at + 8 <= log.length;) {
    const end = at + 8 + log.readUInt32BE(at + 4)
    parts.push(log.subarray(at + 8, end))
    at = end
  }
  return Buffer.concat(parts).toString()
}

type Container = InstanceType<Library['GenericContainer']>

function serveInstrument(container: Container, { model = 'successor', ...flags }: Settings): void {
  container
    .withCopyContentToContainer([
      { content: Buffer.from(instrumentFile(model as InstrumentName).bytes), target: '/model.gguf' },
    ])
    .withCommand([
      '--host',
      '0.0.0.0',
      '--port',
      '8080',
      '--model',
      '/model.gguf',
      ...llamaServerFlags(flags),
    ])
}
