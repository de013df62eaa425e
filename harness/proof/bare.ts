import { Agent, type Dispatcher } from 'undici'
import type { Listening } from '../base/loopback.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { restoreBytes, type StoredExchange } from '../recording/recording.ts'
import type { StatementResult } from '../report/results.ts'
import { placeFor } from '../run/shelf.ts'
import { Shelf } from '../targets/stores.ts'
import { EXCHANGE_HEADER, REGISTRY } from '../wire/client.ts'
import { PREFIX } from '../../fixtures/instruments/models.ts'

/** Where the requests of a run go. */
export type Servers = {
  control: Listening
  /** Host and port of the suite's registry. */
  registry: string | undefined
  replay: boolean
  /** The folder of their stores, where models come into them as they are asked for. */
  stores: string | undefined
}

/** What firing took: wall time and processor time of this process, ms, and requests that nobody can send again. */
export type Fired = { wallMs: number; cpuMs: number; requests: number; left: number }

/** As many suites at once as a run has, and checks of a suite. */
type Width = { workers: number; checks: number }

/**
 * Sends the requests of a run again, in their order and as many at once, by undici and nothing else: no check, no
 * schema, no report. What the suite aborted is aborted after as many chunks.
 *
 * @param files the results by suite, the first to run first
 */
export async function fireBare(
  files: StatementResult[][],
  ledger: Ledger,
  servers: Servers,
  { workers, checks }: Width,
): Promise<Fired> {
  const agent = new Agent({ connections: 64, headersTimeout: 60_000, bodyTimeout: 60_000 })
  const fired = { requests: 0, left: 0 }
  const fire = async ({ id, evidence }: StatementResult, worker: number, shelf?: Shelf) => {
    if (evidence.length === 0) return
    // What it sends next would hang, if it did not wait until the registry has seen a client leave.
    if (evidence.some(({ request }) => request.path.startsWith('/left?'))) {
      fired.left += evidence.length
      return
    }
    const settings = ledger.get(id)?.needs?.launch ?? {}
    const body = JSON.stringify({ worker: String(worker), settings })
    const server = await (
      await agent.request({ ...at(servers.control.url), method: 'POST', body })
    ).body.text()
    for (const [index, exchange] of evidence.entries()) {
      const message = requestOf(exchange, server, `${id}#${index}`, servers)
      if (message && shelf && message.origin === server)
        placeFor(shelf, { path: message.path, body: message.body })
      if (message) await send(agent, message, exchange)
      fired[message ? 'requests' : 'left'] += 1
    }
  }
  const before = process.cpuUsage()
  const began = performance.now()
  await inTurn(files, workers, async (statements, lane) => {
    const worker = lane + 1
    const shelf = servers.stores === undefined ? undefined : new Shelf(servers.stores, String(worker), PREFIX)
    for (const together of groups(statements))
      await inTurn(together, checks, (statement) => fire(statement, worker, shelf))
    shelf?.clear()
  })
  const wallMs = Math.round(performance.now() - began)
  const { user, system } = process.cpuUsage(before)
  await agent.destroy()
  return { wallMs, cpuMs: Math.round((user + system) / 1000), ...fired }
}

/** Checks that run beside each other; one that is alone is a group of its own. */
function groups(statements: StatementResult[]): StatementResult[][] {
  const found: StatementResult[][] = []
  for (const statement of statements) {
    const last = found.at(-1)
    if (statement.alone || !last || last[0]?.alone) found.push([statement])
    else last.push(statement)
  }
  return found
}

/** Works off a list, so many at once; `work` is told by which of them. */
async function inTurn<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item, lane: number) => Promise<void>,
): Promise<void> {
  const rest = [...items]
  const lanes = Array.from({ length: atOnce }, async (_, lane) => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item, lane)
  })
  await Promise.all(lanes)
}

const at = (url: string, path = '/') => ({ origin: url, path })

/** The request of an exchange; undefined where its body was kept only by its digest. */
function requestOf(
  { request: { method, path, headers, body } }: StoredExchange,
  server: string,
  name: string,
  { registry, replay }: Servers,
): Dispatcher.DispatchOptions | undefined {
  if (typeof body === 'object' && 'sha256' in body) return undefined
  // What is stored does not say that it went to the registry, whose paths no server has.
  const toRegistry = !replay && registry !== undefined && /^\/(v2\/|answers|requests\?)/.test(path)
  const text =
    body &&
    restoreBytes(body)
      .toString('latin1')
      .replaceAll(REGISTRY, registry ?? REGISTRY)
  return {
    ...at(toRegistry ? `http://${registry}` : server, path),
    method: method as Dispatcher.HttpMethod,
    headers: { ...headers, ...(replay ? { [EXCHANGE_HEADER]: name } : {}) },
    body: text ? Buffer.from(text, 'latin1') : null,
  }
}

function send(
  agent: Agent,
  request: Dispatcher.DispatchOptions,
  { response, end }: StoredExchange,
): Promise<void> {
  const most = end === 'aborted' ? (response?.chunks.length ?? 0) : Number.POSITIVE_INFINITY
  let chunks = 0
  return new Promise((resolve) => {
    const stop = (controller: Dispatcher.DispatchController) =>
      controller.abort(new Error('as the suite did'))
    agent.dispatch(request, {
      onRequestStart: (controller) => {
        if (end === 'aborted' && !response) setImmediate(() => stop(controller))
      },
      onResponseStart: (controller) => {
        if (most === 0) stop(controller)
      },
      onResponseData: (controller) => {
        if (++chunks >= most) stop(controller)
      },
      onResponseEnd: () => resolve(),
      onResponseError: () => resolve(),
    })
  })
}
