import type { System } from '../base/systems.ts'
import type { Target } from './target.ts'

/** A server that somebody else runs. */
export function urlTarget(system: System, url: string): Target {
  return {
    system,
    kind: 'url',
    label: url,
    launches: false,
    digest: async () => '',
    start: async () => url,
    stop: async () => {},
  }
}
