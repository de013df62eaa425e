import { headerValues, type ServerSettings } from '../config/server.ts'
import { Client, type ClientOptions } from '../wire/client.ts'

type Server = { url: string; kind: string; asked: ServerSettings }

/** Set by tests that put a recording behind an address: each request then names its exchange, as to a replay. */
export const NAMING_VARIABLE = 'CONFORMANCE_NAMES_EXCHANGES'

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
    replay: kind === 'replay' || Boolean(process.env[NAMING_VARIABLE]),
    credentials: headerValues(headers),
    rate,
    silence: patience && 0.75 * patience,
    ...more,
  })
}
