import { PREFIX } from '../../fixtures/instruments/models.ts'
import { Shelf } from '../targets/stores.ts'
import { type Request, textOf } from '../wire/exchange.ts'
import type { Session } from './session.ts'

/** Of this process or thread; its servers share a store. */
export const workerId = (): string => process.env.VITEST_POOL_ID ?? '1'

let last: { suite: string; stores: string; shelf: Shelf } | undefined

/**
 * What puts the models that a request names into the store of this worker, before it is sent; nothing where the server
 * has them all. Each suite begins without any.
 *
 * @param suite the file of the suite; no request of another is under way
 */
export function shelfFor(
  { stores }: Pick<Session, 'stores'>,
  suite: string,
): ((request: Pick<Request, 'path' | 'body' | 'to'>) => void) | undefined {
  if (stores === undefined) return undefined
  if (last?.stores !== stores) last = { suite, stores, shelf: new Shelf(stores, workerId(), PREFIX) }
  if (last.suite !== suite) {
    last.shelf.clear()
    last.suite = suite
  }
  const { shelf } = last
  return (request) => {
    if (request.to === undefined) placeFor(shelf, request)
  }
}

/** Puts the models into a store that a request to its server names. */
export const placeFor = (shelf: Shelf, request: Pick<Request, 'path' | 'body'>) =>
  shelf.place(LISTS.test(request.path) ? LISTED : textOf(request))

/** A list names nothing, and what it says of a model is held to what is known of that: it has some. */
const LISTS = /^\/(api\/tags|v1\/models)$/
const LISTED = (['successor', 'templated', 'embedder'] as const).map((name) => PREFIX + name).join()
