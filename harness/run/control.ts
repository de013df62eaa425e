import { createServer } from 'node:http'
import { messageOf } from '../base/errors.ts'
import { type Listening, serve } from '../base/loopback.ts'
import type { Settings, Target } from '../targets/target.ts'
import { Client } from '../wire/client.ts'
import { makeModels } from './models.ts'

/**
 * Suites run in workers, servers belong to the main process, which outlives them: this is how a check asks for a
 * server. Checks of one worker that ask for the same settings get the same server. Workers share neither servers nor
 * models, so that a check that is alone in its worker is alone on its server.
 */
export async function startControl(target: Target, first: string): Promise<Listening> {
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
  return serve(server)
}
