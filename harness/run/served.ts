import { routesOf, withoutQuery } from '../schema/routes.ts'
import type { Client } from '../wire/client.ts'
import type { Exchange, Request } from '../wire/exchange.ts'
import { persist } from './persist.ts'

/** What is wrong with routes already when they are asked for nothing. */
export type Unwell = {
  /** Method and path of those that said nothing at all: `POST /api/embed`. */
  silent: string[]
  /** What those answered that no server can mean. */
  failing: string[]
}

/** What a server of somebody else serves. */
export type Served = Unwell & {
  /** Method and path of each route that it does not have: `POST /api/create`. */
  absent: string[]
  /** The routes that it was asked for. */
  asked: string[]
  /** What it answers where there surely is no route, by method. */
  nowhere: Record<string, Trait[]>
}

/** What of an answer is the same wherever there is no route. */
type Trait = { status: number; type: string; body: string }

/** No server has these. Proxies may treat the path below `/v1` and below `/api` otherwise than the rest. */
const NOWHERE = ['/api/conformance-nothing', '/v1/conformance-nothing', '/conformance-nothing']

/** Requests that would sign the server out of its account: what becomes of them is seen when a check sends one. */
export const NEVER_PROBED = ['POST /api/signout', 'DELETE /api/user/keys/:encodedKey']

/** What stands in a path for a part of it that must have a form. */
const PARTS: Record<string, string> = { digest: 'sha256:123' }

/** These change what the server has. */
const CHANGING = [
  'POST /api/create',
  'POST /api/blobs/:digest',
  'POST /api/copy',
  'DELETE /api/delete',
  'POST /api/pull',
  'POST /api/push',
  'POST /api/signout',
  'DELETE /api/user/keys/:encodedKey',
  'POST /api/experimental/aliases',
  'DELETE /api/experimental/aliases',
]

/** A server that has one of these open is open. */
const USUAL = ['GET /api/tags', 'POST /api/show', 'POST /api/generate', 'POST /api/chat', 'POST /api/embed']

export const changesServer = (operation: string) => CHANGING.includes(operation)

/**
 * Asks for each route of a version, with a request that asks for nothing, and compares the answers with those to routes
 * that surely do not exist: a 404 alone says little, for Ollama answers it for a model too.
 *
 * @param readOnly whether routes that change something are left out: they are taken to be there
 * @returns `locked` when it asks for credentials wherever it has something
 */
export async function whatIsServed(
  client: Client,
  version: string,
  readOnly: boolean,
): Promise<Served | 'locked'> {
  const probes = routesOf('ollama', version)
    .filter(({ of }) => of !== 'registry')
    .flatMap(({ methods, path }) => methods.map((method) => ({ method, path, name: `${method} ${path}` })))
    .filter(({ name }) => !NEVER_PROBED.includes(name) && !(readOnly && changesServer(name)))
  const methods = [...new Set([...probes.map(({ method }) => method), 'PATCH'])]
  const nowhere = Object.fromEntries(
    await Promise.all(
      methods.map(async (method) => {
        const answers = await Promise.all(NOWHERE.map((path) => ask(client, { method, path })))
        return [method, answers.flatMap(traitOf)] as const
      }),
    ),
  )
  const answers = await Promise.all(
    probes.map(async (probe) => {
      const path = probe.path.replaceAll(/:(\w+)/g, (_, part) => PARTS[part] ?? 'conformance-nothing')
      const exchange = await ask(client, { method: probe.method, path })
      return { ...probe, path, exchange }
    }),
  )
  const open = answers.filter(({ name, exchange }) => USUAL.includes(name) && !isNowhere(exchange, nowhere))
  if (open.length > 0 && open.every(({ exchange }) => isLocked(exchange))) return 'locked'
  const absent: string[] = []
  for (const { name, method, path, exchange } of answers) {
    // It is there for the owner of the server, who lets nobody change what it has.
    if (exchange.status === 403 && changesServer(name.replace('HEAD', 'POST'))) absent.push(name)
    if (!isNowhere(exchange, nowhere)) continue
    if (exchange.status === 404 && method !== 'HEAD' && (await hasPath(client, path, method, nowhere)))
      continue
    absent.push(name)
  }
  return { absent, ...unwell(answers), asked: probes.map(({ name }) => name), nowhere }
}

/** What is wrong with the usual routes of a server that the suite started: the checks may come to them late. */
export async function usualUnwell(client: Client): Promise<Unwell> {
  const answers = USUAL.map(async (name) => {
    const [method = '', path = ''] = name.split(' ')
    return { name, exchange: await ask(client, { method, path }) }
  })
  return unwell(await Promise.all(answers))
}

/** What a healthy Ollama says with a 500 from 0.15.0 to 0.18.0 (embed.errors.model). */
const OF_NO_NAME = /^\{"error":"unqualified name: /

const unwell = (answers: readonly { name: string; exchange: Exchange }[]): Unwell => ({
  silent: answers
    .filter(({ exchange }) => /HEADERS_TIMEOUT/.test(exchange.problem ?? ''))
    .map(({ name }) => name),
  failing: answers
    .filter(
      ({ name, exchange: { status = 0, text } }) =>
        USUAL.includes(name) && status >= 500 && status !== 501 && !OF_NO_NAME.test(text),
    )
    .map(
      ({ name, exchange: { status, text } }) =>
        `${name} answers ${status} to a request for nothing: ${text.slice(0, 100).trimEnd()}`,
    ),
})

/** What web servers say of a path that they do not have, and no server of a model that it does not have. */
const NOT_FOUND =
  /^[\W\d]*((detail|error|message|status|code|type|title)[\W\d]+)*(404 |page |route |path |endpoint )*not[ _]found[\W\d]*$/i

const isLocked = ({ status }: Exchange) => status === 401 || status === 403

/** Whether an answer says that there is no such route. */
export function isNowhere(exchange: Exchange, nowhere: Served['nowhere']): boolean {
  const { status } = exchange
  if (status === undefined || isLocked(exchange)) return false
  if (status === 405 || status === 501) return true
  // No route of the API answers with a page.
  if ((status === 404 || status === 200) && exchange.contentType?.startsWith('text/html')) return true
  // Only a file that is asked for by its name may be absent where the route is there.
  const { method, path } = exchange.request
  if (method === 'HEAD' && status === 404 && !path.includes('sha256')) return true
  if (status === 404 && NOT_FOUND.test(exchange.text)) return true
  const [own] = traitOf(exchange)
  return (nowhere[method] ?? []).some(
    ({ status, type, body }) => own?.status === status && own.type === type && own.body === body,
  )
}

/**
 * Whether a path is there although what it answers is what the server answers everywhere: it refuses another method, and
 * names this one where it names any.
 */
async function hasPath(client: Client, path: string, method: string, nowhere: Served['nowhere']) {
  const exchange = await ask(client, { method: 'PATCH', path })
  if (exchange.status !== 405 || nowhere.PATCH?.some(({ status }) => status === 405)) return false
  const allow = exchange.header('allow')
  return allow === undefined || allow.split(/, */).includes(method)
}

/** Asks for nothing of nobody; what routes read of it is there, for the sake of servers that take that for granted. */
const NOTHING = { model: '', messages: [], prompt: '', input: '', stream: false }

const ask = (client: Client, { method, path }: Request): Promise<Exchange> => {
  const body = method === 'POST' || method === 'DELETE' ? { body: NOTHING } : {}
  return persist(client, { method, path, wrong: true, ...body })
}

/** Without the path, and without numbers that are others in each answer. */
function traitOf(exchange: Exchange): Trait[] {
  const { status, contentType = '', text, request } = exchange
  if (status === undefined) return []
  const path = withoutQuery(request.path)
  const body = text
    .replaceAll(path, '…')
    .replaceAll(path.slice(1) || '/', '…')
    .replaceAll(/[0-9a-f-]{8,}|\d+/gi, '#')
  return [{ status, type: contentType, body }]
}
