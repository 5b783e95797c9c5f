import { defineConfig } from 'vitest/config'

/** Where to write the results as JSON beside the usual lines; `.ci/run` counts tests from it. */
const report = process.env['HIGHWATER_TEST_REPORT']

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real peers need Java, and have their own configuration and script.
    exclude: ['test/interop/**'],
    setupFiles: ['test/support/property-seed.ts'],
    pool: 'forks',
    execArgv: ['--no-addons'],
    // Test files that start clusters bring threads of their own: two at a time fill a small machine.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]]
  }
})
