import type { System } from '../base/systems.ts'
import type { Statement } from '../ledger/ledger.ts'
import { operationsOf } from '../schema/routes.ts'

/** What the pages list a statement under: its first endpoint, else its area. */
export function groupOf({ about, area }: Pick<Statement, 'about' | 'area'>): string {
  const [first] = about.endpoints
  if (first === undefined) return `Area ${area}`
  return first === 'any' ? 'The server as a whole' : first
}

/** Statements by what they are listed under: endpoints in the order of `routes.yaml`, then the rest. */
export function inGroups<One extends Pick<Statement, 'about' | 'area'>>(
  statements: readonly One[],
  system: System,
): [name: string, of: One[]][] {
  const order = operationsOf(system)
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)
  return [...Map.groupBy(statements, groupOf)].sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b))
}
