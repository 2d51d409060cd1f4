/** The same offered rate from 64 ports to one resolver thread and to two: what a query costs. */
import { runLoad } from './load-client.ts'
import { listedNames, mixedNames, startUpstream, warm } from './names.ts'
import { Product } from './product.ts'
import { rounded, type Table } from './table.ts'

const RATES = [20_000, 60_000]
const ROUNDS = 3
const SECONDS = 4

export async function workers(): Promise<Table> {
  const up = await startUpstream()
  const listed = listedNames(10_000)
  const names = mixedNames(listed)
  const rows: number[][] = []
  const products = [1, 2].map(
    (count) => new Product({ names: listed, upstreamPort: up.port, workers: count }),
  )
  try {
    for (const product of products) {
      await product.start()
      await warm(product.port, names)
    }
    for (const perSecond of RATES) {
      const least = new Map<Product, number[]>()
      // In turn, and the least of each: what else runs on the machine only adds to it.
      for (let round = 0; round < ROUNDS; round++)
        for (const [at, product] of products.entries()) {
          const row = await measure(product, at + 1, perSecond, names)
          if (!(row[2]! > (least.get(product)?.[2] ?? Infinity))) least.set(product, row)
        }
      rows.push(...least.values())
    }
  } finally {
    for (const product of products) await product.close()
    await up.stop()
  }
  const ratios = rows.map((row) => [...row, rounded(row[2]! / rows.find((one) => one[0] === row[0])![2]!)])
  return {
    title: `workers: nine cached names to one blocked from 64 ports, ${SECONDS} s each, the least of ${ROUNDS} rounds`,
    columns: ['queries a second', 'workers', 'CPU µs a query', 'unanswered', 'p99 ms', 'cost against one'],
    rows: ratios,
    note: 'Two workers and the client share the cores there are.',
  }
}

async function measure(
  product: Product,
  workers: number,
  perSecond: number,
  names: readonly string[],
): Promise<number[]> {
  const plan = { port: product.port, names, perSecond, sockets: 64, inRow: 1 }
  // Long enough for the server to see how many threads it takes.
  await runLoad({ ...plan, seconds: 3 })
  const before = product.cpuSeconds
  const { answered, unanswered, p99Ms } = await runLoad({ ...plan, seconds: SECONDS })
  const cost = ((product.cpuSeconds - before) * 1e6) / answered
  return [perSecond, workers, rounded(cost), unanswered, rounded(p99Ms)]
}
