import { defineConfig } from 'vitest/config'
import { reporters } from './test/support/reporters.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/system/**'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters,
  },
})
