import type { TestProject } from 'vitest/node'
import { models, NAMES_VARIABLE, PREFIX } from '../../fixtures/instruments/models.ts'
import { messageOf, SuiteError, say } from '../base/errors.ts'
import type { Listening } from '../base/loopback.ts'
import { didYouMean } from '../base/nearest.ts'
import type { System } from '../base/systems.ts'
import { removeAbandoned } from '../base/temporary.ts'
import { inRange } from '../base/versions.ts'
import { SERVER_VARIABLES, type ServerSettings, serverSettings } from '../config/server.ts'
import { compiledLedger } from '../ledger/compiled.ts'
import { loadKnownFailures } from '../ledger/known-failures.ts'
import { share, type SharedLedger } from '../ledger/shared.ts'
import { RECORDINGS_VARIABLE, type StoredExchange, storeExchange } from '../recording/recording.ts'
import { buildHint, namesBuild } from '../targets/build.ts'
import { chooseTarget } from '../targets/choose.ts'
import { type Registry, startRegistry } from '../targets/registry.ts'
import type { Target } from '../targets/target.ts'
import { operationsOf } from '../schema/routes.ts'
import type { Client } from '../wire/client.ts'
import { startControl } from './control.ts'
import { identify } from './identity.ts'
import { interruption, onInterrupt } from './interrupt.ts'
import { BESIDE, keptBeside, loadedModels, MANY, restoreLoaded } from './loaded.ts'
import { learnManners, type Manners, mannersOfOwn, notStopped, PATIENCE } from './manners.ts'
import {
  isOurs,
  listedModels,
  makeModels,
  removeModels,
  standIns,
  type Supply,
  supplyModels,
} from './models.ts'
import { clientFor } from './server-client.ts'
import { NEVER_PROBED, type Served, type Unwell, usualUnwell, whatIsServed } from './served.ts'

/** What a run knows about its target; provided to every suite and to the reporter. */
export type Session = {
  system: System
  kind: Target['kind']
  label: string
  /** The version that it is held to. */
  version: string
  /** What a server of somebody else says instead. */
  says?: string | undefined
  digest: string
  /** The server with default settings. */
  url: string
  /** Gives the address of a worker's server with some settings: `POST <control>` with both as JSON. */
  control: string
  launches: boolean
  /** The folder with the stores of its servers, where models come into them as they are asked for. */
  stores?: string | undefined
  /** Host and port of the suite's model registry, where the server reaches it. */
  registry: string | undefined
  /** What a server of somebody else serves, and how it came to its models. */
  served?: Served | undefined
  supply?: Supply | undefined
  manners?: Manners | undefined
  /** How many models it keeps loaded beside each other, as far as it was seen: of three. */
  beside?: number | undefined
  asked: ServerSettings
  record: boolean
  startedAt: string
  /** The exchanges of the harness itself. */
  setup: StoredExchange[]
}

declare module 'vitest' {
  interface ProvidedContext {
    session: Session
    ledger: SharedLedger
  }
}

/** Vitest's global set-up, once per system: start the target, make the models, take it all down at the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const system = project.name as System
  let target: Target | undefined
  let control: Listening | undefined
  let registry: Registry | undefined
  let teardown: (() => Promise<void>) | undefined
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= (async () => {
      await control?.stop()
      // Of a server that goes on without the suite; a server of the suite takes its models with it.
      await teardown?.().catch((error) => say(`models remain: ${messageOf(error)}`))
      await target?.stop()
      await registry?.stop()
    })()
    return stopped
  }
  const forget = onInterrupt(stop)
  try {
    const ledger = await compiledLedger()
    project.provide('ledger', share(ledger))
    // In watch mode a row may have changed.
    project.onTestsRerun(() => readAgain(project))
    for (const { id, entry } of loadKnownFailures()) {
      if (id !== undefined && !ledger.has(id))
        throw new SuiteError(`${entry}: there is no statement ${id}${didYouMean(id, [...ledger.keys()])}`)
    }
    // A run by address may make no folder itself.
    removeAbandoned()
    const choice = await chooseTarget(system, say)
    target = choice.target
    say(`starting ${system}: ${target.kind} ${target.label}`)
    const began = performance.now()
    const url = await target.start({}, '1')
    const asked = settingsFor(target)
    const about = { url, kind: target.kind, asked }
    const { version, says } = await identify(clientFor(about, 'version'), target, asked.as)
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    say(`target is ${system} ${version} (${target.kind}: ${target.label}), up after ${seconds} s`)
    say(`chosen because ${choice.why}`)
    if (system === 'llama-server' && !namesBuild(version)) say(buildHint(version))
    if (target.kind === 'replay') {
      say('this is a REPLAY of recorded bytes: it shows what that version did, not what a server here does')
    }
    if (choice.hint) say(choice.hint)
    if (says !== undefined) say(`it calls itself ${says}, and is held to ${version}`)
    const record = Boolean(process.env.CONFORMANCE_RECORD)
    if (record && target.kind === 'replay')
      throw new SuiteError('a replay cannot be recorded; choose a live target')
    if (record && asked.own && !process.env[RECORDINGS_VARIABLE])
      throw new SuiteError(
        `a recording without the instruments has a folder of its own; name it in ${RECORDINGS_VARIABLE}`,
      )
    const client = clientFor(about, 'setup')
    let served: Served | undefined
    let supply: Supply | undefined
    let manners: Manners | undefined
    let beside: number | undefined
    let stores: string | undefined
    delete process.env[NAMES_VARIABLE]
    if (system === 'ollama' && target.kind === 'url') {
      served = await servedBy(clientFor(about, 'served', { silence: PROBE_SILENCE }), version, asked)
      // At once: on a slow server it takes long until the rest is known.
      for (const line of toldOfUnwell(served)) say(line)
      const before = await listedModels(clientFor(about, 'before'))
      const found = before.filter(isOurs)
      if (found.length > 0) say(othersThere(found))
      const ours = asked.own === undefined && Object.keys(asked.models).length === 0
      const loaded = await loadedModels(clientFor(about, 'before'))
      teardown = async () => {
        const last = clientFor(about, 'teardown', { silence: 10_000 })
        // What an earlier run left under the suite's prefix goes too, unless somebody else may have put it there.
        if (!asked.readOnly) await removeModels(last, ours ? [] : before)
        // Each request starts the time of its model anew, also on a server that is only read.
        await restoreLoaded(last, loaded, Object.values(supply?.names ?? {}))
      }
      supply = await supplyModels(client, served, asked)
      process.env[NAMES_VARIABLE] = JSON.stringify(supply.names)
      manners = await learnManners(
        clientFor(about, 'manners', { silence: LOADING_SILENCE }),
        served,
        supply,
        asked,
        loaded,
      )
      const loads = ['made', 'there'].includes(supply.way) && !served.silent.includes('POST /api/generate')
      if (loads && !asked.readOnly)
        beside = await keptBeside(clientFor(about, 'beside', { silence: LOADING_SILENCE }), supply.names)
      for (const line of toldOf(served, supply, manners, asked)) say(line)
    } else if (target.own) {
      supply = standIns(target.own)
      process.env[NAMES_VARIABLE] = JSON.stringify(supply.names)
    } else if (system === 'ollama') {
      const live = target.kind !== 'replay'
      const probed = live && usualUnwell(clientFor(about, 'served', { silence: PROBE_SILENCE }))
      let loading: Promise<number | undefined> | undefined
      let learning: Promise<Manners | undefined> | undefined
      const left = new Set<string>(live ? BESIDE : [])
      // Loading is mostly waiting, and the other models are made meanwhile.
      await makeModels(client, false, (name) => {
        if (!left.delete(name) || left.size > 0) return
        loading = keptBeside(clientFor(about, 'beside'))
        learning = loading.then((beside) =>
          beside === MANY ? mannersOfOwn(clientFor(about, 'manners')) : undefined,
        )
        learning.catch(() => {})
      })
      if (probed) for (const line of toldOfUnwell(await probed)) say(line)
      beside = await loading
      manners = await learning
      if (manners) for (const line of toldOfAborts(manners)) say(line)
      stores = await target.keepModels?.(Object.values(models))
    }
    if (beside !== undefined && beside < MANY) say(keepsFew(beside))
    registry = await registryFor(target, url, served, asked)
    const clientOf = (url: string) => clientFor({ ...about, url }, 'lookout')
    const races = ledger.get(RACE.statement)
    const isKnownRace = (end: string) =>
      races !== undefined && inRange(version, races) && end.includes(RACE.end)
    control = await startControl(target, url, clientOf, registry, isKnownRace, stores === undefined)
    project.provide('session', {
      system,
      kind: target.kind,
      label: target.label,
      version,
      says,
      digest: record ? await target.digest() : '',
      url,
      control: control.url,
      launches: target.launches,
      stores,
      registry: registry?.host,
      served,
      supply,
      manners,
      beside,
      asked,
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

async function readAgain(project: TestProject): Promise<void> {
  try {
    project.provide('ledger', share(await compiledLedger()))
  } catch (error) {
    say(`${messageOf(error)}\n  the suites run with the ledger of before`)
  }
}

/** What was said about a server of somebody else; of another only the version, and not by the configuration alone. */
function settingsFor({ kind }: Target): ServerSettings {
  const asked = serverSettings()
  if (kind === 'url') return asked
  if (asked.own && process.env[SERVER_VARIABLES.model])
    throw new SuiteError('a model of its own is for a server that runs: give its address as the target')
  return { ...serverSettings({}), as: asked.asConfigured ? undefined : asked.as }
}

/** @throws SuiteError when nothing of the API is served, or nothing without credentials */
async function servedBy(client: Client, version: string, asked: ServerSettings): Promise<Served> {
  const served = await whatIsServed(client, version, asked.readOnly)
  if (served === 'locked') {
    throw new SuiteError(
      `${client.url} asks for credentials; name the variable that holds them: --header authorization=<VARIABLE>, or headers in ollama-conformance.yaml`,
    )
  }
  const there = operationsOf('ollama', version).filter(
    (one) => / \/(api|v1)\//.test(one) && !served.absent.includes(one),
  )
  if (there.every((one) => NEVER_PROBED.includes(one))) {
    throw new SuiteError(
      `${client.url} serves nothing of Ollama's API; if it does so below a path, give that too: ${client.url}/<path>`,
    )
  }
  return served
}

/** Two runs on one server make and delete the same models: what either sees then says nothing. */
const othersThere = (found: readonly string[]) =>
  `models of the suite are there already (${found.slice(0, 3).join(', ')}${found.length > 3 ? ', …' : ''}): an earlier run was broken off, or another is under way, which this one disturbs`

/** What a server says at its end that met the race of a statement: any check that loads a model may meet it. */
const RACE = {
  statement: 'models.ps.ends-server',
  end: 'fatal error: concurrent map iteration and map write',
}

/** How long a route may be silent that is asked for nothing, ms; one that says nothing by then is taken to be there. */
const PROBE_SILENCE = 15_000

/** How long a model may take to load, ms. */
const LOADING_SILENCE = 120_000

const MODELS_TOLD = {
  made: 'models: the suite makes its own there, below conformance/, and removes them at the end',
  there: 'models: those of the suite, under the names that the configuration gives',
  own: "models: the server's own; only what holds whatever a model says is checked",
  none: 'models: none',
}

const keepsFew = (beside: number) =>
  `the server keeps ${beside === 1 ? 'one model' : `${beside} models`} loaded at a time: what needs more is not checked, and the rest one by one`

const toldOfUnwell = ({ silent, failing }: Unwell) => [
  ...(silent.length > 0 ? [`silent for ${PROBE_SILENCE / 1000} s: ${silent.join(', ')}`] : []),
  ...failing,
]

const toldOfAborts = ({ stopsWhenLeft }: Manners) =>
  stopsWhenLeft?.whole === false ? [`${notStopped(stopsWhenLeft)}; no check leaves an endless one`] : []

/** What a reader should know before the checks run. */
function toldOf(
  served: Served,
  { way, names, absent: lacking }: Supply,
  manners: Manners,
  asked: ServerSettings,
): string[] {
  const { absent } = served
  const why =
    way === 'none' ? `, for ${Object.values(lacking)[0]}; --model <name> checks with one of its own` : ''
  // Whoever has no GET there has no HEAD.
  const shown = absent.filter(
    (one) =>
      !one.startsWith('HEAD ') ||
      !absent.some((other) => other !== one && other.split(' ')[1] === one.split(' ')[1]),
  )
  const own = way === 'own' ? ` (${[...new Set(Object.values(names))].join(', ')})` : ''
  return [
    ...(shown.length > 0 ? [`not served: ${shown.join(', ')}`] : []),
    `${MODELS_TOLD[way]}${own}${why}`,
    ...(manners.limit > (asked.patience ?? PATIENCE)
      ? [`the server is slow: a check may take ${Math.round(manners.limit / 1000)} s`]
      : []),
    ...toldOfAborts(manners),
  ]
}

/** The registry for a live Ollama; undefined where that cannot reach it: in a container, or on another machine. */
async function registryFor(
  { system, kind }: Target,
  url: string,
  served: Served | undefined,
  asked: ServerSettings,
): Promise<Registry | undefined> {
  if (system !== 'ollama' || kind === 'replay' || kind === 'container') return undefined
  if (asked.readOnly || served?.absent.includes('POST /api/pull')) return undefined
  if (!/^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|$)/.test(url)) return undefined
  const registry = await startRegistry()
  if (kind === 'binary') return registry
  // A container that somebody started has a loopback address here and a loopback interface of its own.
  const client = clientFor({ url, kind, asked }, 'registry')
  const body = { model: `${registry.host}/${PREFIX}nothing`, insecure: true, stream: false }
  await client.send({ method: 'POST', path: '/api/pull', body })
  if (registry.requests() > 0) return registry
  await registry.stop()
  return undefined
}
