import { defineConfig } from 'vitest/config'

/** The project's own tests: the harness, and the suites over every recording. */
export default defineConfig({
  test: {
    root: '.',
    include: ['harness/**/*.test.ts', 'fixtures/**/*.test.ts'],
    // Most of the time goes into runs that tests start and wait for.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
