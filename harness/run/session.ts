import { createServer } from 'node:http'
import type { TestProject } from 'vitest/node'
import { PREFIX } from '../../fixtures/instruments/models.ts'
import { messageOf, SuiteError, say } from '../base/errors.ts'
import { type Listening, serve } from '../base/loopback.ts'
import type { System } from '../base/systems.ts'
import { compareVersions } from '../base/versions.ts'
import { loadKnownFailures } from '../ledger/known-failures.ts'
import { type Ledger, loadLedger } from '../ledger/ledger.ts'
import { type StoredExchange, storeExchange } from '../recording/recording.ts'
import { buildHint, buildVersion, namesBuild } from '../targets/build.ts'
import { chooseTarget } from '../targets/choose.ts'
import { type Registry, startRegistry } from '../targets/registry.ts'
import type { Settings, Target } from '../targets/target.ts'
import { Client } from '../wire/client.ts'
import { interruption, onInterrupt } from './interrupt.ts'
import { makeModels, removeModels } from './models.ts'

/** What a run knows about its target; provided to every suite and to the reporter. */
export type Session = {
  system: System
  kind: Target['kind']
  label: string
  version: string
  digest: string
  /** The server with default settings. */
  url: string
  /** Gives the address of a worker's server with some settings: `POST <control>` with both as JSON. */
  control: string
  launches: boolean
  /** Host and port of the suite's model registry, where the server reaches it. */
  registry: string | undefined
  record: boolean
  startedAt: string
  /** The exchanges of the harness itself. */
  setup: StoredExchange[]
}

declare module 'vitest' {
  interface ProvidedContext {
    session: Session
    ledger: Ledger
  }
}

const OLDEST = '0.5.7'

/** Vitest's global set-up, once per system: start the target, make the models, take it all down at the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const system = project.name as System
  let target: Target | undefined
  let control: Listening | undefined
  let registry: Registry | undefined
  let modelsAt: string | undefined
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= (async () => {
      await control?.stop()
      // Of a server that goes on without the suite; a server of the suite takes its models with it.
      if (modelsAt) await removeModels(modelsAt).catch((error) => say(`models remain: ${messageOf(error)}`))
      await target?.stop()
      await registry?.stop()
    })()
    return stopped
  }
  const forget = onInterrupt(stop)
  try {
    project.provide('ledger', loadLedger())
    loadKnownFailures()
    const choice = await chooseTarget(system, say)
    target = choice.target
    say(`starting ${system}: ${target.kind} ${target.label}`)
    const began = performance.now()
    const { url, version } = await firstServer(target)
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    say(`target is ${system} ${version} (${target.kind}: ${target.label}), up after ${seconds} s`)
    say(`chosen because ${choice.why}`)
    if (system === 'llama-server' && !namesBuild(version)) say(buildHint(version))
    if (target.kind === 'replay') {
      say('this is a REPLAY of recorded bytes: it shows what that version did, not what a server here does')
    }
    if (choice.hint) say(choice.hint)
    const record = Boolean(process.env.CONFORMANCE_RECORD)
    if (record && target.kind === 'replay')
      throw new SuiteError('a replay cannot be recorded; choose a live target')
    const client = new Client({ url, replay: target.kind === 'replay', name: 'setup' })
    if (system === 'ollama') {
      if (target.kind === 'url') modelsAt = url
      await makeModels(client)
    }
    registry = await registryFor(target, url)
    control = await startControl(target, url)
    project.provide('session', {
      system,
      kind: target.kind,
      label: target.label,
      version,
      digest: record ? await target.digest() : '',
      url,
      control: control.url,
      launches: target.launches,
      registry: registry?.host,
      record,
      startedAt: new Date().toISOString(),
      setup: client.exchanges.map(storeExchange),
    })
    return async () => {
      await stop()
      forget()
    }
  } catch (error) {
    await stop().catch(() => {})
    if (interruption) return new Promise(() => {})
    forget()
    if (!(error instanceof SuiteError)) throw error
    say(messageOf(error))
    process.exit(1)
  }
}

async function firstServer(target: Target): Promise<{ url: string; version: string }> {
  const url = await target.start({}, '1')
  if ('version' in target) return { url, version: String(target.version) }
  const [path, read] =
    target.system === 'ollama'
      ? ['/api/version', (answer: unknown) => (answer as { version?: unknown }).version]
      : ['/props', (answer: unknown) => (answer as { build_info?: unknown }).build_info]
  const client = new Client({ url, name: 'version' })
  const exchange = await client.send({ method: 'GET', path })
  if (exchange.end === 'refused') {
    throw new SuiteError(
      `no server answers at ${url} (${exchange.problem}); start it, or choose another target`,
    )
  }
  let version: unknown
  try {
    version = read(exchange.json)
  } catch {
    version = undefined
  }
  if (target.system === 'llama-server') version = buildVersion(version)
  if (typeof version !== 'string') {
    throw new SuiteError(
      `what answers at ${url} is not ${target.system}: GET ${path} gave ${exchange.status} ${exchange.text.slice(0, 80)}; choose another target`,
    )
  }
  if (target.system === 'ollama' && compareVersions(version, OLDEST) < 0) {
    throw new SuiteError(`${url} is Ollama ${version}; versions from ${OLDEST} on are covered`)
  }
  return { url, version }
}

/** The registry for a live Ollama; undefined where that cannot reach it: in a container, or on another machine. */
async function registryFor({ system, kind }: Target, url: string): Promise<Registry | undefined> {
  if (system !== 'ollama' || kind === 'replay' || kind === 'container') return undefined
  if (!/^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|$)/.test(url)) return undefined
  const registry = await startRegistry()
  if (kind === 'binary') return registry
  // A container that somebody started has a loopback address here and a loopback interface of its own.
  const client = new Client({ url, name: 'registry' })
  const body = { model: `${registry.host}/${PREFIX}nothing`, insecure: true, stream: false }
  await client.send({ method: 'POST', path: '/api/pull', body })
  if (registry.requests() > 0) return registry
  await registry.stop()
  return undefined
}

/**
 * Suites run in workers, servers belong to the main process, which outlives them: this is how a check asks for a
 * server. Checks of one worker that ask for the same settings get the same server. Workers share neither servers nor
 * models, so that a check that is alone in its worker is alone on its server.
 */
async function startControl(target: Target, first: string): Promise<Listening> {
  const servers = new Map<string, Promise<string>>()
  const serverOf = (worker: string, settings: Settings): Promise<string> => {
    const key = JSON.stringify([worker, Object.entries(settings).sort()])
    const known = servers.get(key)
    if (known) return known
    const starting = Object.keys(settings).length > 0 ? startLike(worker, settings) : startFirst(worker)
    servers.set(key, starting)
    return starting
  }
  const startFirst = async (worker: string) => {
    if (worker === '1') return first
    const url = await target.start({}, worker)
    if (target.system === 'ollama' && target.kind !== 'replay') {
      await makeModels(new Client({ url, name: 'setup' }))
    }
    return url
  }
  const startLike = async (worker: string, settings: Settings) => {
    await serverOf(worker, {})
    return target.start(settings, worker)
  }
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const { worker, settings } = JSON.parse(body) as { worker: string; settings: Settings }
    try {
      response.end(await serverOf(worker, settings))
    } catch (error) {
      response.statusCode = 500
      response.end(messageOf(error))
    }
  })
  // A worker that imports a suite may ask again much later, over the same connection.
  server.keepAliveTimeout = 0
  return serve(server)
}
