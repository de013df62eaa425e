import type { TestProject } from 'vitest/node'
import { PREFIX } from '../../fixtures/instruments/models.ts'
import { messageOf, SuiteError, say } from '../base/errors.ts'
import type { Listening } from '../base/loopback.ts'
import { didYouMean } from '../base/nearest.ts'
import type { System } from '../base/systems.ts'
import { loadKnownFailures } from '../ledger/known-failures.ts'
import { type Ledger, loadLedger } from '../ledger/ledger.ts'
import { type StoredExchange, storeExchange } from '../recording/recording.ts'
import { buildHint, namesBuild } from '../targets/build.ts'
import { chooseTarget } from '../targets/choose.ts'
import { type Registry, startRegistry } from '../targets/registry.ts'
import type { Target } from '../targets/target.ts'
import { Client } from '../wire/client.ts'
import { startControl } from './control.ts'
import { firstServer } from './first-server.ts'
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
    const ledger = loadLedger()
    project.provide('ledger', ledger)
    // In watch mode a row may have changed.
    project.onTestsRerun(() => readAgain(project))
    for (const { id, entry } of loadKnownFailures()) {
      if (id !== undefined && !ledger.has(id))
        throw new SuiteError(`${entry}: there is no statement ${id}${didYouMean(id, [...ledger.keys()])}`)
    }
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

function readAgain(project: TestProject): void {
  try {
    project.provide('ledger', loadLedger())
  } catch (error) {
    say(`${messageOf(error)}\n  the suites run with the ledger of before`)
  }
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
