import type { Statement } from '../ledger/ledger.ts'

const GENERATE = 'POST /api/generate'
const CHAT = 'POST /api/chat'

/**
 * The endpoints that a statement is about. The options of generation are stated once, of `/api/generate`; the runner
 * reads the same ones for `/api/chat`.
 */
export function endpointsAbout({ about: { endpoints, field } }: Pick<Statement, 'about'>): string[] {
  const shared = field?.startsWith('options.') && endpoints.includes(GENERATE) && !endpoints.includes(CHAT)
  return shared ? [...endpoints, CHAT] : endpoints
}
