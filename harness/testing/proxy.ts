import { onTestFinished } from 'vitest'
import { listen } from '../base/loopback.ts'
import { passOn } from './pass-on.ts'

/** A server that passes everything on to another and back (`passOn`); it is gone when the test is. */
export async function startProxy(...passed: Parameters<typeof passOn>): Promise<string> {
  const server = passOn(...passed)
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return listen(server)
}
