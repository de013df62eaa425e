import { expectedValue, type Ledger, type Statement } from '../ledger/ledger.ts'
import { endpointsAbout } from '../gate/about.ts'
import { Usage, type Used } from '../gate/usage.ts'
import { readRecording, recordedVersions, restoreExchange } from '../recording/recording.ts'

/** Which clients depend on a statement: a line for each, its id and their names. The ledger reads it. */
export const CLIENTS = 'specs/clients.txt'

/** The ledger with the clients that depend on each of its statements, as their recorded traffic shows. */
export function withClients(ledger: Ledger): Ledger {
  const usage = recordedUsage(ledger)
  return new Map(
    [...ledger].map(([id, { clients: _, ...statement }]) => {
      const clients = [...usage]
        .filter(([name, used]) => dependsOn(name, used, statement))
        .map(([name]) => name)
      return [id, clients.length > 0 ? { ...statement, clients } : statement]
    }),
  )
}

export const renderClients = (ledger: Ledger): string =>
  [...ledger.values()]
    .flatMap(({ id, clients }) => (clients ? [`${id}: ${clients.join(' ')}\n`] : []))
    .join('')

/** The client that a statement about a client is about. */
const clientOf = ({ area, given }: Statement): string | undefined =>
  area === 'clients' ? (given as { client: string }).client.split('/')[0] : undefined

/** What each client sent and got, by its name, on the newest recorded version. */
function recordedUsage(ledger: Ledger): Map<string, Usage> {
  const exchanges = readRecording('ollama', recordedVersions('ollama').at(-1) as string).areas.clients ?? {}
  const usage = new Map<string, Usage>()
  for (const statement of ledger.values()) {
    const name = clientOf(statement)
    if (name === undefined) continue
    const own = usage.get(name) ?? new Usage()
    usage.set(name, own)
    for (const stored of exchanges[statement.id] ?? []) {
      const { request, status, contentType = '', text } = restoreExchange(stored)
      own.add({
        method: request.method,
        path: request.path,
        request: request.body && { type: 'application/json', text: request.body.toString() },
        response: status === undefined ? undefined : { status, type: contentType, text },
      })
    }
  }
  return new Map([...usage].sort(([a], [b]) => a.localeCompare(b)))
}

/**
 * Whether a client depends on a statement of `core` or `complete`: it is about a field that the client sends and that is
 * taken, an event that it gets, or, of `core`, a field that it gets or an endpoint as a whole.
 */
function dependsOn(name: string, { endpoints }: Usage, statement: Statement): boolean {
  const client = clientOf(statement)
  if (client !== undefined) return client === name
  if (statement.system !== 'ollama' || statement.tier === 'exact' || statement.needs) return false
  return endpointsAbout(statement).some((endpoint) => {
    const used = endpoints.get(endpoint)
    return used !== undefined && uses(used, statement)
  })
}

function uses({ sent, received, events }: Used, statement: Statement): boolean {
  const { about, tier } = statement
  const { field, answer, event } = about
  const isIn = (fields: Set<string>, name: string) =>
    [...fields].some((one) => one === name || one.startsWith(`${name}.`))
  if (field !== undefined) return isIn(sent, field) && !isRefusal(statement)
  if (event !== undefined) return events.has(event)
  if (tier !== 'core') return false
  if (answer !== undefined) return isIn(received, answer)
  return about.status === undefined && about.header === undefined && !isRefusal(statement)
}

/** Nobody who is served depends on how others are refused. */
const isRefusal = (statement: Statement) =>
  /"status":[45]\d\d/.test(JSON.stringify(expectedValue(statement, 'newest') ?? null))
