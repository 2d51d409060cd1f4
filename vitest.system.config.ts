import { defineConfig } from 'vitest/config'
import { reporters } from './test/support/reporters.ts'

/** Tests against the machine itself: namespaces, mounts, tools of other projects. They need root and run one by one. */
export default defineConfig({
  test: {
    include: ['test/system/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters,
  },
})
