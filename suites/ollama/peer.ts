import type { Told } from '../../harness/targets/registry.ts'
import type { Client } from '../../harness/wire/client.ts'

/** Tells the registry what to answer. */
export const tell = (client: Client, ...answers: Told[]) =>
  client.send({ to: 'registry', method: 'PUT', path: '/answers', body: JSON.stringify(answers) })

export type Received = { method: string; path: string; headers: Record<string, string>; body: string }

/** The requests that the registry got, of those whose line has a text. */
export const received = (client: Client, to: string) => listed(client, 'requests', to)

/** Of these, those whose client has left an answer that had stalled. */
export const left = (client: Client, to: string) => listed(client, 'left', to)

async function listed(client: Client, list: 'requests' | 'left', to: string): Promise<Received[]> {
  const path = `/${list}?to=${encodeURIComponent(to)}` as const
  const { text } = await client.send({ to: 'registry', method: 'GET', path })
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .map(({ body, ...rest }) => ({ ...rest, body: typeof body === 'string' ? body : JSON.stringify(body) }))
}
