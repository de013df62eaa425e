import type { System } from '../base/systems.ts'
import { isObject } from './references.ts'
import { routeOf } from './routes.ts'
import { schemaFor } from './specialise.ts'

/** Of the fields of a body those that the request of a route has at a version, by its schema. */
export function knownFields<Body extends object>(
  system: System,
  version: string,
  path: string,
  body: Body,
): Body {
  const request = routeOf(system, version, 'POST', path)?.request
  const { properties } = request?.endsWith('.json') ? schemaFor(request, version, false) : {}
  const known = isObject(properties) ? properties : {}
  return Object.fromEntries(Object.entries(body).filter(([name]) => name in known)) as Body
}
