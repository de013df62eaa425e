import { headerValues, type ServerSettings } from '../config/server.ts'
import { Client, type ClientOptions } from '../wire/client.ts'

type Server = { url: string; kind: string; asked: ServerSettings }

/**
 * A client of the server that a run is about.
 *
 * @param more of its options
 */
export function clientFor(
  { url, kind, asked: { headers, rate, patience } }: Server,
  name: string,
  more: Partial<ClientOptions> = {},
): Client {
  return new Client({
    url,
    name,
    replay: kind === 'replay',
    credentials: headerValues(headers),
    rate,
    silence: patience && 0.75 * patience,
    ...more,
  })
}
