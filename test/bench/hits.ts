/**
 * Many clients ask for listed names, steadily: is every answer in the store as a hit, exactly? What does another client
 * see of it? And what is missing when the process is killed in the middle?
 */
import { loadavg } from 'node:os'
import { integrityOf, readSums, type RecordedSums } from '../support/recorded.ts'
import { runLoad, type LoadReport } from './load-client.ts'
import { listedNames, startUpstream, warm } from './names.ts'
import { pause, Product } from './product.ts'
import { median, rounded, type Cell, type Table } from './table.ts'

const RATE = 20_000
const CLIENTS = 2_000
const NAMES = 100
const CLEAN = Array.from({ length: NAMES }, (_, number) => `www${number}.example.com`)
/** Of the other client's queries: what else the machine does disturbs some of them. */
const SLICE_SECONDS = 5
const SLICES = 4
const KILLS = 5
const KILL_SECONDS = 5

/** `seconds` of load. */
export async function hits(seconds: number): Promise<Table> {
  const up = await startUpstream()
  const listed = listedNames(10_000)
  const names = listed.slice(0, NAMES)
  const product = await Product.start({ names: listed, upstreamPort: up.port })
  try {
    await warm(product.port, CLEAN)
    const many = { clients: CLIENTS, perSecond: RATE, seconds }
    const other = {
      names: listed.slice(NAMES, NAMES + 10),
      from: '127.0.0.3',
      perSecond: 100,
      sockets: 1,
      inRow: 1,
    }
    const rows: Cell[][] = []
    const counted: LoadReport[] = []

    const slices = async (seconds: number): Promise<LoadReport[]> => {
      const reports: LoadReport[] = []
      for (let left = Math.max(1, Math.floor(seconds / SLICE_SECONDS)); left > 0; left--)
        reports.push(await runLoad({ ...other, port: product.port, seconds: SLICE_SECONDS }))
      counted.push(...reports)
      return reports
    }
    rows.push(otherRow('another client, alone', await slices(SLICES * SLICE_SECONDS)))
    for (const [what, asked, lasting] of [
      ['cached', CLEAN, SLICES * SLICE_SECONDS],
      ['blocked', names, seconds],
    ] as const) {
      const load = runLoad({ ...many, port: product.port, names: asked, seconds: lasting })
      await pause(500)
      rows.push(
        otherRow(
          `another client, beside ${RATE.toLocaleString('en')} ${what} a second`,
          await slices(lasting - 1),
        ),
      )
      const report = await load
      if (what === 'blocked') counted.push(report)
      rows.push(otherRow(`the ${CLIENTS.toLocaleString('en')} clients, ${what}`, [report]))
    }
    const { residentMb } = product
    await product.stop()
    const stored = readStore(product)
    const answered = counted.reduce((sum, report) => sum + report.answered, 0)
    rows.push(countRow(`counts after ${seconds} s`, answered, stored.all))

    let before = stored.all
    const starts: number[] = []
    for (let kill = 1; kill <= KILLS; kill++) {
      const startMs = performance.now()
      await product.start()
      starts.push(performance.now() - startMs)
      const load = runLoad({ ...many, port: product.port, names, seconds: KILL_SECONDS })
      // Each at another moment of a drain.
      await pause(KILL_SECONDS * 600 + kill * 137)
      await product.kill()
      const report = await load
      const after = readStore(product)
      rows.push(countRow(`kill -9, number ${kill}`, report.answered, after.all - before))
      before = after.all
    }
    return {
      title: `hits: ${RATE.toLocaleString('en')} blocked a second from ${CLIENTS.toLocaleString('en')} clients, ${NAMES} names each, ${seconds} s`,
      columns: ['what', 'answered', 'unanswered', 'in the store', 'missing', 'seconds of hits', 'p50 ms', 'p99 ms, least', 'p99 ms, median', 'worst ms'], // prettier-ignore
      rows,
      note:
        `${stored.pairs.toLocaleString('en')} pairs of ${CLIENTS.toLocaleString('en')} clients and one, ${stored.folded.toLocaleString('en')} hits without their client; ` +
        `the other client's figures are of slices of ${SLICE_SECONDS} s. Resident ${residentMb} MB at the end of the load. Ready again after a kill within ${Math.round(Math.max(...starts))} ms; the file was sound each time. ` +
        `Load of the machine in the end ${loadavg()[0]!.toFixed(1)}.`,
    }
  } finally {
    await product.close()
    await up.stop()
  }
}

function otherRow(what: string, slices: readonly LoadReport[]): Cell[] {
  const sum = (of: (report: LoadReport) => number): number =>
    slices.reduce((total, one) => total + of(one), 0)
  const p99s = slices.map(({ p99Ms }) => p99Ms)
  return [
    what,
    sum(({ answered }) => answered),
    sum(({ unanswered }) => unanswered),
    null,
    null,
    null,
    rounded(median(slices.map(({ p50Ms }) => p50Ms))),
    rounded(Math.min(...p99s)),
    rounded(median(p99s)),
    rounded(Math.max(...slices.map(({ worstMs }) => worstMs))),
  ]
}

function countRow(what: string, answered: number, stored: number): Cell[] {
  const missing = answered - stored
  return [what, answered, null, stored, missing, rounded(missing / RATE, 3), null, null, null, null]
}

/** Throws where the file is not sound, or its sums are not those of its rows. */
function readStore(product: Product): RecordedSums & { readonly all: number } {
  const check = integrityOf(product.directory)
  if (check !== 'ok') throw new Error(`the database is not sound: ${check}`)
  const sums = readSums(product.data)
  const { hits, folded, clients, hours, lists, cases, decided } = sums
  for (const [what, sum] of Object.entries({ clients, hours, lists, cases, decided: decided - folded })) {
    if (sum !== hits) throw new Error(`${what} say ${sum}, their hits ${hits}`)
  }
  return { ...sums, all: hits + folded }
}
