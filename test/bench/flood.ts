/** One client asks for blocked names as fast as it can: what another one sees of it, and what the database keeps. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { runLoad, type LoadReport } from './load-client.ts'
import { listedNames } from './names.ts'
import { pause, Product } from './product.ts'
import { rounded, type Table } from './table.ts'

const SECONDS = 10
const NAMES = 100

/** A steady rate, and all the server takes with so many queries open at a time. */
const FLOODS = [
  { name: '100,000 a second', kind: 'open', perSecond: 100_000 },
  { name: '1,024 open', kind: 'flood', perSecond: 400_000, window: 1024 },
] as const

export async function flood(): Promise<Table> {
  const listed = listedNames(10_000)
  const product = await Product.start({ names: listed })
  try {
    const { port } = product
    const other = { port, names: listed.slice(NAMES, NAMES + 10), from: '127.0.0.3', perSecond: 100, sockets: 1, inRow: 1 } // prettier-ignore
    await runLoad({ ...other, perSecond: 5000, seconds: 1 })
    const idle = await runLoad({ ...other, seconds: 5 })
    const rows = [row('the other', 'alone', idle, 5)]
    for (const plan of FLOODS) {
      const flooding = runLoad({ ...plan, port, names: listed.slice(0, NAMES), from: '127.0.0.2', seconds: SECONDS, inRow: 64 }) // prettier-ignore
      await pause(500)
      const beside = await runLoad({ ...other, seconds: SECONDS - 1 })
      rows.push(row('the other', plan.name, beside, SECONDS - 1))
      rows.push(row('the flooding one', plan.name, await flooding, SECONDS))
    }
    await product.stop()
    const { hits, pairs } = countHits(join(product.directory, 'data', 'thanhloc.db'))
    return {
      title: `flood: one client, ${NAMES} blocked names, ${SECONDS} s each; another asks 100 a second`,
      columns: ['client', 'flood', 'answered a second', 'unanswered', 'p50 ms', 'p99 ms', 'worst ms'],
      rows,
      note: `In the database: ${hits.toLocaleString('en')} hits in ${pairs} rows. Two clients, one resolver thread and the store share the cores there are.`,
    }
  } finally {
    await product.close()
  }
}

function row(client: string, what: string, report: LoadReport, seconds: number): (string | number)[] {
  const { answered, unanswered, p50Ms, p99Ms, worstMs } = report
  return [client, what, Math.round(answered / seconds), unanswered, rounded(p50Ms), rounded(p99Ms), rounded(worstMs)] // prettier-ignore
}

/** Hits of all clients, and the rows they take. */
function countHits(path: string): { hits: number; pairs: number } {
  const database = new DatabaseSync(path, { readOnly: true })
  const row = database.prepare('SELECT sum(blocked_count) AS hits, count(*) AS pairs FROM hit').get()
  database.close()
  return { hits: Number(row!['hits']), pairs: Number(row!['pairs']) }
}
