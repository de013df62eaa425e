import { existsSync, readdirSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** As source, or compiled in the package. */
const code = extname(import.meta.filename)

// llama-server's suites run only when they are asked for.
const systems = ['ollama', ...(process.env.LLAMA_SERVER_TARGET ? ['llama-server'] : [])]

/** The suites that take longest, those that wait for models between those that compute; the others fill the gaps. */
export const FIRST = [
  'lifecycle',
  'registry',
  'chat',
  'models',
  'rendering',
  'options',
  'pulled',
  'clients',
  'embed',
  'remote',
  'legacy-completions',
  'keep-alive',
]

/** A fixed order, whatever took how long the last time. */
class FixedOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const index = FIRST.findIndex((area) => moduleId.endsWith(`/${area}.test.ts`))
      return index < 0 ? FIRST.length : index
    }
    return files.sort((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId))
  }
}

/** How `soak` and `diff` mix a run: a seed for the order of suites and checks, and how much runs at once. */
export const MIX_VARIABLES = {
  seed: 'CONFORMANCE_SEED',
  checks: 'CONFORMANCE_CHECKS',
  workers: 'CONFORMANCE_WORKERS',
} as const

/**
 * Each worker has servers to itself, where the suite can start them, and loading models is mostly waiting: more than two
 * cores can carry. A replay never makes anybody wait, and where no target is named it may be one.
 */
export function workersFor(target: string): number {
  const asked = Number(process.env[MIX_VARIABLES.workers])
  if (asked > 0) return asked
  if (target.startsWith('http')) return 1
  const cores = Math.min(4, availableParallelism())
  if (target.startsWith('replay')) return cores
  return target === '' ? Math.max(3, cores) : 5
}

/**
 * So many checks run at once in each worker. A server of somebody else may keep three models loaded, and with more in use
 * one that has to make room is asked again and stays (lifecycle.evicted.asked-again).
 */
export const checksFor = (target: string): number => (target.startsWith('http') ? 3 : 8)

const seed = process.env[MIX_VARIABLES.seed] ? Number(process.env[MIX_VARIABLES.seed]) : undefined

// The young generation of each thread would grow to 128 MB for answers that nobody holds; small, it stays in the cache.
// A run is over before code that was optimized to the last has made up for that.
for (const flag of [
  '--no-opt',
  '--semi-space-growth-factor=1',
  '--min-semi-space-size=4',
  '--max-semi-space-size=4',
])
  setFlagsFromString(flag)

/** In watch mode a row runs the suite of its area, a schema the suite of its name, else all suites of its system. */
const watchTriggerPatterns = [
  {
    pattern: /(?:specs|schemas)\/([\w-]+)\/([\w-]+)(?:\.yaml$|\/.*\.json$)/,
    testsToRun: (_: string, [, system, area]: RegExpMatchArray) => {
      const suite = `suites/${system}/${area}.test.ts`
      return existsSync(suite)
        ? suite
        : readdirSync(`suites/${system}`).map((name) => `suites/${system}/${name}`)
    },
  },
]

export default defineConfig({
  test: {
    watchTriggerPatterns,
    projects: systems.map((system) => ({
      test: {
        name: system,
        include: [`suites/${system}/*.test${code}`],
        // The package lies in a node_modules.
        exclude: [],
        globalSetup: [`harness/run/session${code}`],
        // Its models load in no time, and it closes a connection on which a busy worker sends nothing for 5 s.
        ...(system === 'llama-server' ? { maxWorkers: 1 } : {}),
      },
    })),
    pool: 'threads',
    maxWorkers: workersFor(process.env.OLLAMA_TARGET ?? ''),
    isolate: false,
    // Of no use to a fixed order, and nothing is written into a package.
    cache: false,
    // Of a server that lacks something there are thousands, each with the same reason.
    hideSkippedTests: true,
    ...(code === '.js' ? { fsModuleCachePath: join(tmpdir(), 'ollama-conformance-vitest') } : {}),
    sequence: seed === undefined ? { sequencer: FixedOrder } : { shuffle: true, seed },
    maxConcurrency: Number(process.env[MIX_VARIABLES.checks] || checksFor(process.env.OLLAMA_TARGET ?? '')),
    reporters: [['default', { summary: false }], `./harness/report/reporter${code}`],
  },
})
