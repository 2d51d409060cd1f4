/** The way there and back over loopback, one query at a time: datagrams in batches and by node:dgram. */
import { runLoad } from './load-client.ts'
import { listedNames } from './names.ts'
import { Product } from './product.ts'
import { rounded, type Table } from './table.ts'

const QUERIES = 2000
/** Time enough for the thread to have gone to sleep: each query finds it so. */
const GAP_MS = 4

export async function latency(): Promise<Table> {
  const names = listedNames(1000)
  const rows: (string | number)[][] = []
  for (const datagrams of ['batched', 'portable'] as const) {
    const product = await Product.start({ names, datagrams })
    try {
      const { port } = product
      await runLoad({ port, names, perSecond: 5000, seconds: 1 })
      for (const gapMs of [0, GAP_MS]) {
        const report = await runLoad({ kind: 'one', port, names, perSecond: QUERIES, seconds: 1, sockets: 1, gapMs }) // prettier-ignore
        rows.push([
          datagrams,
          gapMs === 0 ? 'at once' : `${gapMs} ms later`,
          Math.round(report.p50Ms * 1000),
          Math.round(report.p99Ms * 1000),
          rounded(report.worstMs),
          report.unanswered,
        ])
      }
    } finally {
      await product.close()
    }
  }
  return {
    title: `latency: ${QUERIES} blocked names, one at a time`,
    columns: ['datagrams', 'the next query', 'p50 µs', 'p99 µs', 'worst ms', 'unanswered'],
    rows,
  }
}
