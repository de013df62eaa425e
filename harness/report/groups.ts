import type { System } from '../base/systems.ts'
import { operationsOf } from '../schema/routes.ts'

/** What a statement or a change is listed under: its first endpoint, else its area. */
export function headingOf([first]: readonly string[], area?: string): string {
  if (first === undefined) return area === undefined ? 'Elsewhere' : `Area ${area}`
  return first === 'any' ? 'The server as a whole' : first
}

/** Whatever is listed, by its heading: endpoints in the order of `routes.yaml`, then the rest. */
export function inGroups<One>(
  ones: readonly One[],
  heading: (one: One) => string,
  system: System,
): [heading: string, of: One[]][] {
  const order = operationsOf(system)
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)
  return [...Map.groupBy(ones, heading)].sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b))
}
