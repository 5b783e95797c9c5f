import { defineConfig } from 'vitest/config'
import base from './vitest.config.ts'

/** Tests with real peers, which need Java and Maven and are run by `npm run interop` alone. */
export default defineConfig({
  test: { ...base.test, include: ['test/interop/**/*.test.ts'], exclude: [] }
})
