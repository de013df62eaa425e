import type { Client } from '../wire/client.ts'
import type { Exchange, Request } from '../wire/exchange.ts'

/**
 * Sends a request, and again where the connection was lost: some servers drop one now and then. Where nobody listens, and
 * where the server is silent, nothing is gained by asking again.
 */
export async function persist(client: Client, request: Request): Promise<Exchange> {
  for (let left = 2; ; left--) {
    const exchange = await client.send(request)
    const hopeless = /connection refused|TIMEOUT/.test(exchange.problem ?? '')
    if (exchange.end === 'complete' || hopeless || left === 0) return exchange
  }
}
