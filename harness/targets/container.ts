import { randomUUID } from 'node:crypto'
import type { ImageName, StartedTestContainer } from 'testcontainers'
import { type InstrumentName, instrumentFile } from '../../fixtures/instruments/instruments.ts'
import { messageOf, SuiteError } from '../errors.ts'
import type { System } from '../ledger/ledger.ts'
import { llamaServerFlags, OLLAMA_DEFAULTS } from './binary.ts'
import { OFFICIAL } from './spec.ts'
import { LogTail, type Settings, type Target } from './target.ts'

const START_LIMIT = 120_000
const PORT: Record<System, number> = { ollama: 11434, 'llama-server': 8080 }
const READY: Record<System, string> = { ollama: '/api/version', 'llama-server': '/health' }

/** testcontainers is loaded only when a container is asked for: it takes a second. */
const library = () => import('testcontainers')

async function runtime() {
  const { getContainerRuntimeClient } = await library()
  return getContainerRuntimeClient()
}

/** The official image that is on this machine, the newest tag first; undefined without engine or image. */
export async function localImage(system: System): Promise<string | undefined> {
  try {
    const { container } = await runtime()
    const { repository, tag } = OFFICIAL[system]
    const images = await container.dockerode.listImages({ filters: { reference: [repository] } })
    const tags = images.flatMap((image) => image.RepoTags ?? [])
    return tags.includes(`${repository}:${tag}`) ? `${repository}:${tag}` : tags.sort().at(-1)
  } catch {
    return undefined
  }
}

/**
 * Containers of one image, through testcontainers. Their models lie in one volume, so that they are made once.
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
  const started: StartedTestContainer[] = []
  // Removed by label, so that a start that failed half-way leaves nothing either.
  const label = { 'ollama-conformance': volume }

  return {
    system,
    kind: 'container',
    label: image,
    launches: true,
    digest: async () => (await dockerode.getImage(name.string).inspect()).Id,
    start: async (settings) => {
      if (!(await client.image.exists(name))) say(`pulling ${image} (a few GB the first time)`)
      const log = new LogTail()
      const container = new GenericContainer(image)
        .withExposedPorts(PORT[system])
        .withLabels(label)
        .withLogConsumer((stream) => stream.on('data', (part) => log.add(String(part))))
        .withStartupTimeout(START_LIMIT)
        .withWaitStrategy(
          Wait.forHttp(READY[system], PORT[system], { abortOnContainerExit: true }).forStatusCode(200),
        )
      if (system === 'ollama') {
        container
          .withEnvironment({
            OLLAMA_HOST: '0.0.0.0:11434',
            OLLAMA_MODELS: '/models',
            ...OLLAMA_DEFAULTS,
            ...settings,
          })
          .withBindMounts([{ source: volume, target: '/models' }])
      } else serveInstrument(container, settings)
      try {
        const running = await container.start()
        started.push(running)
        return `http://${running.getHost()}:${running.getMappedPort(PORT[system])}`
      } catch (error) {
        throw new SuiteError(
          `no server came up in a container of ${image}: ${messageOf(error).split('\n')[0]}; its last words:\n${log}`,
        )
      }
    },
    stop: async () => {
      await Promise.allSettled(started.map((container) => container.stop({ timeout: 1000 })))
      const left = await dockerode.listContainers({
        all: true,
        filters: { label: [`ollama-conformance=${volume}`] },
      })
      await Promise.allSettled(
        left.map(({ Id }) => dockerode.getContainer(Id).remove({ force: true, v: true })),
      )
      await dockerode
        .getVolume(volume)
        .remove({ force: true })
        .catch(() => {})
    },
  }
}

type Container = InstanceType<Awaited<ReturnType<typeof library>>['GenericContainer']>

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
