/** A long list read anew under load: what the clients see of it, and what stays behind in memory. */
import { runLoad } from './load-client.ts'
import { listedNames, mixedNames, startUpstream, warm } from './names.ts'
import { pause, Product } from './product.ts'
import { median, rounded, type Table } from './table.ts'

const LARGE = 1_000_000
const SMALL = 100_000
const RUNS = 5
const RATE = 20_000
const SECONDS = 5
const RELOADS = 50
const SHOWN = [1, 10, 25, 50]

export async function reload(): Promise<Table> {
  const up = await startUpstream()
  const listed = listedNames(LARGE)
  const names = mixedNames(listed)
  const product = await Product.start({ names: listed, upstreamPort: up.port })
  try {
    const { port } = product
    await warm(port, names)
    const rows: (string | number)[][] = []
    for (let run = 1; run <= RUNS; run++) {
      for (const isIdle of [true, false]) {
        if (!isIdle) product.prepareList([...listed.slice(1), `run${run}.example`])
        const load = runLoad({ port, names, perSecond: RATE, seconds: SECONDS })
        await pause(1000)
        const startMs = performance.now()
        if (!isIdle) await product.reload()
        const tookMs = performance.now() - startMs
        const { unanswered, notNoError, p50Ms, p99Ms, p999Ms, worstMs } = await load
        rows.push([run, isIdle ? 'idle' : 'reload', unanswered + notNoError, ...[p50Ms, p99Ms, p999Ms, worstMs].map((ms) => rounded(ms)), isIdle ? 0 : Math.round(tookMs)]) // prettier-ignore
      }
    }
    for (const kind of ['idle', 'reload']) {
      const own = rows.filter((row) => row[1] === kind)
      const middle = [2, 3, 4, 5, 6, 7].map((at) => median(own.map((row) => Number(row[at]))))
      rows.push(['median', kind, ...middle])
    }
    return {
      title: `reload: ${LARGE.toLocaleString('en')} names under ${RATE.toLocaleString('en')} queries a second, ${SECONDS} s`,
      columns: ['run', 'list', 'unanswered', 'p50 ms', 'p99 ms', 'p99.9 ms', 'worst ms', 'reload ms'],
      rows,
      note: 'Nine cached names to one blocked. Client, resolver and lists share the cores there are.',
    }
  } finally {
    await product.close()
    await up.stop()
  }
}

export async function memory(): Promise<Table> {
  const listed = listedNames(SMALL)
  const product = await Product.start({ names: listed })
  try {
    const rows: number[][] = []
    for (let number = 1; number <= RELOADS; number++) {
      product.prepareList([...listed.slice(1), `run${number}.example`])
      await product.reload()
      // Until the copy for the next start is written.
      await pause(300)
      if (SHOWN.includes(number)) rows.push([number, product.residentMb])
    }
    return {
      title: `memory: ${RELOADS} reloads of ${SMALL.toLocaleString('en')} names`,
      columns: ['reload', 'resident MB'],
      rows,
    }
  } finally {
    await product.close()
  }
}
