import type { Server as HttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'

/** Listens on a free port of the loopback interface; the address. */
export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A server on the loopback interface. */
export type Listening = { url: string; stop: () => Promise<void> }

/** Listens on a free port until it is stopped, which closes every connection. */
export async function serve(server: HttpServer): Promise<Listening> {
  // A worker that is busy may ask again much later, over the same connection.
  server.keepAliveTimeout = 0
  return {
    url: await listen(server),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** An address of the loopback interface whose port nobody listened on a moment ago. */
export async function freeAddress(): Promise<string> {
  const server = createServer()
  const { host } = new URL(await listen(server))
  await new Promise((resolve) => server.close(resolve))
  return host
}
