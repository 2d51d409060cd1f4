/**
 * Loaded by every thread of the product before its own code: the resolver thread notes each pause of its collector, a
 * line each (`young 0.72`, milliseconds), in the file that PAUSES_FILE names.
 */
import { appendFileSync } from 'node:fs'
import { constants, PerformanceObserver } from 'node:perf_hooks'
import { workerData } from 'node:worker_threads'

const file = process.env['PAUSES_FILE']
const { name } = (workerData ?? {}) as { name?: string }

if (file !== undefined && name?.startsWith('resolver') === true) {
  new PerformanceObserver((list) => {
    const lines = list.getEntries().map((entry) => {
      const { detail, duration } = entry as PerformanceEntry & { readonly detail: { readonly kind: number } }
      const isYoung = detail.kind === constants.NODE_PERFORMANCE_GC_MINOR
      return `${isYoung ? 'young' : 'old'} ${duration.toFixed(3)}\n`
    })
    appendFileSync(file, lines.join(''))
  }).observe({ entryTypes: ['gc'] })
}
