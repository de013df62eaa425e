import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// llama-server's suites run only when they are asked for.
const systems = ['ollama', ...(process.env.LLAMA_SERVER_TARGET ? ['llama-server'] : [])]

/** By name, so that every run finds a server in the state that the run before it found. */
class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.sort((a, b) => a.moduleId.localeCompare(b.moduleId))
  }
}

export default defineConfig({
  test: {
    projects: systems.map((system) => ({
      // Without it a project inherits none of the options below.
      extends: true,
      test: {
        name: system,
        include: [`suites/${system}/*.test.ts`],
        globalSetup: ['harness/session.ts'],
      },
    })),
    // One worker, so that every suite sees the same models in the same state; inside a suite checks run concurrently.
    pool: 'threads',
    maxWorkers: 1,
    isolate: false,
    fileParallelism: false,
    sequence: { sequencer: ByName },
    maxConcurrency: 8,
    testTimeout: 60_000,
    reporters: [['default', { summary: false }], './harness/report/reporter.ts'],
  },
})
