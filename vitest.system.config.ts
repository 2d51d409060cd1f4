import { defineConfig } from 'vitest/config'
import { reporters } from './test/support/reporters.ts'

/**
 * Tests against the machine itself: namespaces, mounts, tools of other projects. They need root. What they make there
 * carries the number of their process, so that two files run side by side: most of their time is waiting.
 */
export default defineConfig({
  test: {
    include: ['test/system/**/*.test.ts'],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters,
  },
})
