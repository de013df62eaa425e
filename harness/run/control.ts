import { createServer } from 'node:http'
import { messageOf } from '../base/errors.ts'
import { type Listening, serve } from '../base/loopback.ts'
import type { Settings, Target } from '../targets/target.ts'
import { Client } from '../wire/client.ts'
import { makeModels } from './models.ts'

/** What a check asks: for the server of its worker with some settings. */
export type Query = {
  worker: string
  settings: Settings
  /** An exchange with it was refused or cut: is it still there? */
  lost?: boolean
}

/** Status of the answer when the server that a check asks for was there and is gone. */
export const GONE = 410

/** How long a server may take to say anything at all, ms, before it counts as gone. */
const PATIENCE = 10_000

/**
 * Suites run in workers, servers belong to the main process, which outlives them: this is how a check asks for a
 * server. Checks of one worker that ask for the same settings get the same server. Workers share neither servers nor
 * models, so that a check that is alone in its worker is alone on its server.
 *
 * A server that went away is not started again: what killed it would kill the next.
 */
export async function startControl(target: Target, first: string): Promise<Listening> {
  const servers = new Map<string, Promise<string>>()
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
  /** By address, why a server is gone; each is looked for once at a time. */
  const ends = new Map<string, Promise<string | undefined>>()
  const endOf = (url: string): Promise<string | undefined> => {
    const looking = ends.get(url) ?? lookFor(target, url)
    ends.set(url, looking)
    void looking.then((end) => end === undefined && ends.delete(url))
    return looking
  }
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const { worker, settings, lost } = JSON.parse(body) as Query
    try {
      const url = await serverOf(worker, settings)
      const end = await (lost ? endOf(url) : ends.get(url))
      if (end !== undefined) response.statusCode = GONE
      response.end(end ?? url)
    } catch (error) {
      response.statusCode = 500
      response.end(messageOf(error))
    }
  })
  return serve(server)
}

/** Why a server is gone; undefined when it answers anything. */
async function lookFor(target: Target, url: string): Promise<string | undefined> {
  const client = new Client({ url, name: 'control' })
  let problem = ''
  // Some lose a connection now and then.
  for (let attempt = 0; attempt < 3; attempt++) {
    const call = client.start({ method: 'GET', path: '/' })
    const timer = setTimeout(() => call.abort(), PATIENCE)
    const exchange = await call.ended
    clearTimeout(timer)
    if (exchange.status !== undefined) return undefined
    problem = exchange.problem ?? `no byte within ${PATIENCE / 1000} s`
    if (exchange.end === 'aborted') break
  }
  return (await target.ended?.(url)) ?? `nothing answers at ${url} any more (${problem})`
}
