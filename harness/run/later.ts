import { inject } from 'vitest'
import type { Client } from '../wire/client.ts'

const models: { client: Client; model: string }[] = []

/**
 * Has a model deleted once the checks of a file are over: one that goes while others run makes Ollama fail whoever reads
 * the list of models just then, as nearly every request does.
 */
export function deleteLater(client: Client, model: string): void {
  if (inject('session').kind !== 'replay') models.push({ client, model })
}

/** Deletes them, for `afterAll`. Whether it can is no verdict; the run removes what it leaves. */
export async function deleteNow(): Promise<void> {
  try {
    for (const { client, model } of models.splice(0)) {
      const { end } = await client.send({ method: 'DELETE', path: '/api/delete', body: { model } })
      // Each of the others would be waited for as long.
      if (end !== 'complete') return
    }
  } catch {
    // There is no such route, or no server any more.
  }
}
