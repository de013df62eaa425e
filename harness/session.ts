import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { messageOf, SuiteError } from './errors.ts'
import { interruption, onInterrupt } from './interrupt.ts'
import { loadKnownFailures } from './ledger/known-failures.ts'
import { loadLedger, type System } from './ledger/ledger.ts'
import { makeModels, removeModels } from './models.ts'
import type { StoredExchange } from './recording/recording.ts'
import { chooseTarget } from './targets/choose.ts'
import type { Settings, Target } from './targets/target.ts'
import { compareVersions } from './versions.ts'
import { Client } from './wire/client.ts'

/** What a run knows about its target; provided to every suite and to the reporter. */
export type Session = {
  system: System
  kind: Target['kind']
  label: string
  version: string
  digest: string
  /** The server with default settings. */
  url: string
  /** Asks for servers with settings of their own: `POST <control>` with the settings as JSON. */
  control: string
  launches: boolean
  record: boolean
  startedAt: string
  /** The exchanges of the harness itself. */
  setup: StoredExchange[]
}

declare module 'vitest' {
  interface ProvidedContext {
    session: Session
  }
}

const OLDEST = '0.5.7'

/** Vitest's global set-up, once per system: start the target, make the models, take it all down at the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const system = project.name as System
  const say = (line: string) => process.stderr.write(`ollama-conformance: ${line}\n`)
  let target: Target | undefined
  let control: Control | undefined
  let modelsAt: string | undefined
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= (async () => {
      await control?.stop()
      // Of a server that goes on without the suite; a server of the suite takes its models with it.
      if (modelsAt) await removeModels(modelsAt).catch((error) => say(`models remain: ${messageOf(error)}`))
      await target?.stop()
    })()
    return stopped
  }
  const forget = onInterrupt(stop)
  try {
    loadLedger()
    loadKnownFailures()
    const choice = await chooseTarget(system, say)
    target = choice.target
    say(`starting ${system}: ${target.kind} ${target.label}`)
    const began = performance.now()
    const { url, version } = await firstServer(target)
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    say(`target is ${system} ${version} (${target.kind}: ${target.label}), up after ${seconds} s`)
    say(`chosen because ${choice.why}`)
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
      await makeModels(client, say)
    }
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
      record,
      startedAt: new Date().toISOString(),
      setup: client.stored(),
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
  const url = await target.start({})
  if ('version' in target) return { url, version: String(target.version) }
  const [path, read] =
    target.system === 'ollama'
      ? ['/api/version', (answer: unknown) => (answer as { version?: unknown }).version]
      : [
          '/props',
          (answer: unknown) => String((answer as { build_info?: unknown }).build_info).match(/b\d+/)?.[0],
        ]
  const client = new Client({ url, replay: false, name: 'version' })
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

type Control = { url: string; stop: () => Promise<void> }

/**
 * Suites run in a worker, servers belong to the main process, which outlives it: this is how a check asks for a
 * server. Checks that ask for the same settings get the same server.
 */
async function startControl(target: Target, first: string): Promise<Control> {
  const servers = new Map<string, Promise<string>>([['{}', Promise.resolve(first)]])
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const settings = JSON.parse(body) as Settings
    const key = JSON.stringify(Object.fromEntries(Object.entries(settings).sort()))
    let starting = servers.get(key)
    if (!starting) {
      starting = target.start(settings)
      servers.set(key, starting)
    }
    try {
      response.end(await starting)
    } catch (error) {
      response.statusCode = 500
      response.end(messageOf(error))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
