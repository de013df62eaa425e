import { createServer } from 'node:http'
import { messageOf, say } from '../base/errors.ts'
import { type Listening, serve } from '../base/loopback.ts'
import { remembered } from '../schema/references.ts'
import type { Registry } from '../targets/registry.ts'
import type { Settings, Target } from '../targets/target.ts'
import { Client, REGISTRY } from '../wire/client.ts'
import { type Asked, whyGone, whyStuck } from './lookout.ts'
import { makeModels } from './models.ts'

/** What a check asks by POST: for the server of its worker with some settings. A GET is answered when the run is over early. */
export type Query = {
  worker: string
  settings: Settings
  /** It lost an exchange with it, after it asked for these models: is it still there, and does it still generate? */
  lost?: Asked[]
  /** It failed, and had begun then, ms since the epoch: can it have met a race of the servers? */
  failed?: number
}

/** Stands in a setting for the file of the authority that vouches for the registry as https://ollama.com. */
const AUTHORITY = '{authority}'

/** Settings with what stands in them for the registry's own; a replay has none, and needs none. */
async function addressed(
  settings: Settings,
  registry: Pick<Registry, 'host' | 'authority'> | undefined,
): Promise<Settings> {
  const asked = Object.values(settings).some((value) => value.includes(AUTHORITY))
  const authority = asked ? ((await registry?.authority()) ?? '') : ''
  const placed = (value: string) =>
    value.replace(REGISTRY, registry?.host ?? '').replace(AUTHORITY, authority)
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, placed(value)]))
}

/** So many servers of a run may meet a race before it is a finding. */
const MOST_RACES = 5

/** What an engine did that was not a server's own may show so much later, ms. */
const BEFORE = 30_000

const CLASH =
  'an engine found the port taken that its server had chosen for it, and a check saw it, or what another server’s engine says'

/** Status of the answer when the server that a check asks for was there and is of no use any more. */
export const GONE = 410

/**
 * Suites run in workers, servers belong to the main process, which outlives them: this is how a check asks for a
 * server. Checks of one worker that ask for the same settings get the same server. Workers share neither servers nor
 * models, so that a check that is alone in its worker is alone on its server. A setting may name the registry.
 *
 * A server that went away is not started again: what killed it would kill the next. The exceptions are races of servers,
 * which meet checks that have nothing to do with them: one that a version is known for, and that of engines for a port.
 * One that leaves requests without an answer ends the run: each check would wait for the same in vain. With settings of
 * its own only few checks share it, and it counts as gone.
 *
 * @param clientOf of a server, to look after it
 * @param isKnownRace whether the end of a server, in words, is such a race
 * @param firstServes whether the server of the set-up serves checks too; one that remembers models, which come again as
 *   files, does not
 */
export async function startControl(
  target: Target,
  first: string,
  clientOf: (url: string) => Client,
  registry?: Pick<Registry, 'host' | 'authority'>,
  isKnownRace: (end: string) => boolean = () => false,
  firstServes = true,
): Promise<Listening> {
  const servers = new Map<string, Promise<string>>()
  /** Addresses of those with settings. */
  const special = new Set<string>()
  const serverOf = (worker: string, settings: Settings): Promise<string> => {
    if (!target.launches) return Promise.resolve(first)
    const key = JSON.stringify([worker, Object.entries(settings).sort()])
    const known = servers.get(key)
    if (known) return known
    const starting = Object.keys(settings).length > 0 ? startLike(worker, settings) : startFirst(worker)
    servers.set(key, starting)
    return starting
  }
  const startFirst = async (worker: string) => {
    if (worker === '1' && firstServes && !restarts.has(first)) return first
    const url = await target.start({}, worker)
    if (target.system === 'ollama' && target.kind !== 'replay' && !target.keepModels) {
      await makeModels(new Client({ url, name: 'setup' }))
    }
    return url
  }
  const startLike = async (worker: string, settings: Settings) => {
    await serverOf(worker, {})
    const url = await target.start(await addressed(settings, registry), worker)
    special.add(url)
    return url
  }

  /** By address, why a server is gone. */
  const gone = new Map<string, string>()
  const stuck = Promise.withResolvers<string>()
  let over: string | undefined
  const looks = new Map<string, Promise<void>>()
  const look = (url: string, asked: Asked[]): Promise<void> => {
    // Of many checks that lost the same server one is enough.
    const looking = looks.get(url) ?? lookAt(url, asked).finally(() => looks.delete(url))
    looks.set(url, looking)
    return looking
  }
  /** By address, what starts another server in the place of one that met a race: once, however many checks met it. */
  const restarts = new Map<string, Promise<void>>()
  /** When those were started that came in their place, ms since the epoch. */
  const begun = new Map<string, number>()
  /** Starts one in its place on the same store; the checks that were under way on it begin anew. */
  const startAgain = (url: string, why: string): Promise<void> =>
    remembered(restarts, url, () => replace(url, why))
  const replace = async (url: string, why: string) => {
    target.abandon?.(url)
    for (const [key, known] of servers) {
      if ((await known) !== url) continue
      say(`${why}; the server is started again, and what was under way on it begins anew`)
      const [worker, entries] = JSON.parse(key) as [string, [string, string][]]
      servers.delete(key)
      begun.set(await serverOf(worker, Object.fromEntries(entries)), Date.now())
    }
  }
  /** Whether an engine found its port taken since shortly before a time, and since its server was started. */
  const clashed = (url: string, since: number) =>
    restarts.size < MOST_RACES && (target.clashedAt?.() ?? 0) > Math.max(begun.get(url) ?? 0, since - BEFORE)
  const lookAt = async (url: string, asked: Asked[]) => {
    const end = await whyGone(target, clientOf(url))
    const known = end !== undefined && isKnownRace(end)
    if (target.keepModels && known && restarts.size < MOST_RACES)
      return startAgain(url, `${end}, a known race of this version`)
    const silent = end === undefined ? await whyStuck(clientOf(url), asked) : undefined
    if (silent !== undefined && clashed(url, 0)) return startAgain(url, CLASH)
    const lost = end ?? (special.has(url) ? silent : undefined)
    if (lost !== undefined) {
      gone.set(url, lost)
      // There are others, on which the run goes on; how many checks were to come to it is known at the end.
      if (target.launches && gone.size === 1) say(lost)
    } else over ??= silent
    if (over === undefined) return
    stuck.resolve(over)
    // They may be at work for nobody, and keep the machine from ending the run.
    void target.stop().catch(() => {})
  }

  const server = createServer(async (request, response) => {
    if (request.method === 'GET') return void response.end(await stuck.promise)
    let body = ''
    for await (const part of request) body += part
    const { worker, settings, lost, failed } = JSON.parse(body) as Query
    try {
      const url = over ?? (await serverOf(worker, settings))
      if (lost && over === undefined) await look(url, lost)
      if (failed !== undefined && over === undefined && clashed(url, failed)) await startAgain(url, CLASH)
      const end = over ?? gone.get(url)
      if (end !== undefined) response.statusCode = GONE
      response.end(end ?? (await serverOf(worker, settings)))
    } catch (error) {
      response.statusCode = 500
      response.end(messageOf(error))
    }
  })
  return serve(server)
}
