import { defineConfig } from 'vitest/config'

/** The project's own tests: the harness, and the suites over every recording. */
export default defineConfig({
  test: {
    root: '.',
    include: ['harness/**/*.test.ts', 'fixtures/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
