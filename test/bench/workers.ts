/** The same offered rate from 64 ports to one resolver thread and to two: what a query costs. */
import { runLoad } from './load-client.ts'
import { listedNames, mixedNames, startUpstream, warm } from './names.ts'
import { Product } from './product.ts'
import { rounded, type Table } from './table.ts'

const RATES = [20_000, 60_000]
const SECONDS = 5

export async function workers(): Promise<Table> {
  const up = await startUpstream()
  const listed = listedNames(10_000)
  const names = mixedNames(listed)
  const rows: number[][] = []
  try {
    const products = [1, 2].map((count) => new Product({ names: listed, upstreamPort: up.port, workers: count })) // prettier-ignore
    for (const [at, product] of products.entries()) {
      try {
        await product.start()
        const { port } = product
        await warm(port, names)
        for (const perSecond of RATES) {
          const plan = { port, names, perSecond, sockets: 64, inRow: 1 }
          // Long enough for the server to see how many threads it takes.
          await runLoad({ ...plan, seconds: 4 })
          const before = product.cpuSeconds
          const { answered, unanswered, p99Ms } = await runLoad({ ...plan, seconds: SECONDS })
          const cost = ((product.cpuSeconds - before) * 1e6) / answered
          rows.push([perSecond, at + 1, rounded(cost), unanswered, rounded(p99Ms)])
        }
      } finally {
        await product.close()
      }
    }
  } finally {
    await up.stop()
  }
  rows.sort((a, b) => a[0]! - b[0]!)
  const ratios = rows.map((row) => [...row, rounded(row[2]! / rows.find((one) => one[0] === row[0])![2]!)])
  return {
    title: `workers: nine cached names to one blocked from 64 ports, ${SECONDS} s each`,
    columns: ['queries a second', 'workers', 'CPU µs a query', 'unanswered', 'p99 ms', 'cost against one'],
    rows: ratios,
    note: 'Two workers and the client share the cores there are.',
  }
}
