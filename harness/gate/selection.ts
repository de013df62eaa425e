import { existsSync } from 'node:fs'
import { SuiteError } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import { CODE, fromRoot } from '../base/paths.ts'
import type { System } from '../base/systems.ts'
import type { Ledger } from '../ledger/ledger.ts'

/** A part of the suites, in Vitest's terms. */
export type Selection = {
  systems: Set<System>
  /** The suites. */
  files: string[]
  /** Which checks of them; all when undefined. */
  pattern: string | undefined
}

/**
 * The checks that somebody names: areas (`chat`, `llama-server.chat`), and ids of statements in which `*` stands for any
 * rest (`options.*`).
 *
 * @throws SuiteError when nothing has a name, or no check can be run by it
 */
export function select(names: readonly string[], ledger: Ledger): Selection {
  const { areas, rowsOf, patternOf } = naming(ledger)
  const systems = new Set<System>()
  const files = new Set<string>()
  const patterns: string[] = []
  for (const name of names) {
    const meant = rowsOf(name)
    if (meant.length === 0) {
      const known = [...areas, ...ledger.keys()]
      throw new SuiteError(`there is no area and no statement ${name}${didYouMean(name, known)}`)
    }
    const checked = meant.filter(({ excluded }) => !excluded)
    if (checked.length === 0) throw new SuiteError(`${name} has no check: ${meant[0]?.excluded}`)
    for (const { system, area } of checked) {
      systems.add(system)
      files.add(`suites/${system}/${area.replace(/^llama-server\./, '')}.test${CODE}`)
    }
    patterns.push(
      areas.has(name) ? `${name.replaceAll('.', '\\.')}\\.` : `${patternOf(name).source.slice(1)}`,
    )
  }
  const whole = names.every((name) => areas.has(name))
  const absent = [...files].find((file) => !existsSync(fromRoot(file)))
  if (absent) throw new SuiteError(`${absent} is not here, so nothing checks it`)
  return { systems, files: [...files], pattern: whole ? undefined : `^(${patterns.join('|')})` }
}

/** Whether a statement is among those that somebody names. */
export function isAmong(names: readonly string[], ledger: Ledger): (id: string) => boolean {
  const { rowsOf } = naming(ledger)
  const ids = new Set(names.flatMap((name) => rowsOf(name).map(({ id }) => id)))
  return (id) => ids.has(id)
}

/** What the names of areas and statements stand for. */
function naming(ledger: Ledger) {
  const rows = [...ledger.values()].map((row) => ({
    ...row,
    // The two systems have areas of the same name.
    area: row.system === 'ollama' ? row.area : `${row.system}.${row.area}`,
  }))
  const areas = new Set(rows.map(({ area }) => area))
  const patternOf = (name: string) => new RegExp(`^${name.replaceAll('.', '\\.').replaceAll('*', '.*')}$`)
  return {
    areas,
    patternOf,
    rowsOf: (name: string) => {
      const pattern = patternOf(name)
      return rows.filter(({ id, area }) => (areas.has(name) ? area === name : pattern.test(id)))
    },
  }
}
