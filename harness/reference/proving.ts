import type { Statement } from '../ledger/ledger.ts'
import type { StoredExchange } from '../recording/recording.ts'
import { withoutQuery } from '../schema/routes.ts'

/**
 * Of the exchanges of a check those that show its statement. The words of the suites that only clear up mark what they
 * send (`aside`); recordings of before they did hold the same requests without a mark, and these are known by what they
 * are: an unload, what waits for it, a model that is made for the check and deleted.
 */
export function proving(statement: Statement, exchanges: readonly StoredExchange[]): StoredExchange[] {
  const shown: StoredExchange[] = []
  let clearing = false
  for (const [index, exchange] of exchanges.entries()) {
    const { method, path } = exchange.request
    const reading = method === 'GET'
    clearing = reading ? clearing : isAside(statement, exchange)
    if (clearing || isAside(statement, exchange)) continue
    // Of a question that is asked again and again the last answer counts.
    const next = exchanges[index + 1]?.request
    if (reading && next?.method === method && next.path === path && path === '/api/ps') continue
    shown.push(exchange)
  }
  // A check that does nothing but clear up is about that.
  return shown.length > 0 ? shown : [...exchanges]
}

const MAKING = ['POST /api/create', 'DELETE /api/delete', 'GET /api/version']

function isAside({ id, about }: Statement, { request }: StoredExchange): boolean {
  if (request.aside) return true
  const name = `${request.method} ${withoutQuery(request.path)}`
  if (MAKING.includes(name))
    return !about.endpoints.includes(name) && about.endpoints.every((endpoint) => endpoint !== 'any')
  return isUnload(request) && about.field !== 'keep_alive' && !/unload/.test(id)
}

function isUnload({ path, body }: StoredExchange['request']): boolean {
  if (typeof body !== 'string' || !/^\/api\/(generate|chat)$/.test(path)) return false
  if (!/"keep_alive":\s*0[,}]/.test(body)) return false
  try {
    const { keep_alive, prompt, messages } = JSON.parse(body)
    return keep_alive === 0 && !prompt && !(messages?.length > 0)
  } catch {
    return false
  }
}
