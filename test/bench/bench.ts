/**
 * `npm run bench [-- NAME…] [--huge] [--seconds N] [--json FILE]`: measures, prints tables. All unless named, but for
 * `smoke` and `console`, which needs Debian's chromium; `compare` (block, hit, mix, miss, load: those named behind it) where
 * what compare.py needs is installed. Loopback only.
 */
import { writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { clients } from './clients.ts'
import { compare, installed } from './compare.ts'
import { consolePages } from './console.ts'
import { features } from './features.ts'
import { flood } from './flood.ts'
import { hits } from './hits.ts'
import { latency } from './latency.ts'
import { load } from './load.ts'
import { notice } from './notice.ts'
import { memory, reload } from './reload.ts'
import { scavenges } from './scavenges.ts'
import { shapes } from './shapes.ts'
import { smoke } from './smoke.ts'
import { formatTable, type Table } from './table.ts'
import { workers } from './workers.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    huge: { type: 'boolean', default: false },
    json: { type: 'string' },
    peers: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
  },
})

const MILLION = 1_000_000
const BENCHMARKS: Readonly<Record<string, () => Promise<Table>>> = {
  shapes,
  latency,
  reload,
  memory,
  flood,
  workers,
  scavenges,
  features,
  load: () => load(values.huge ? [MILLION, 10 * MILLION] : [MILLION]),
  clients: () => clients(values.huge ? 10_000 : 1000, 1000),
  console: () => consolePages(10_000),
  hits: () => hits(Number(values.seconds ?? 60)),
  notice: () => notice(Number(values.seconds ?? 10)),
}

async function measure(): Promise<Table[]> {
  const tables: Table[] = []
  const note = async (run: () => Promise<Table>): Promise<void> => {
    const table = await run()
    console.log(`${formatTable(table)}\n`)
    tables.push(table)
  }
  const more = (['peers', 'seconds', 'rounds'] as const).flatMap((name) =>
    values[name] === undefined ? [] : [`--${name}`, values[name]],
  )
  if (positionals[0] === 'smoke') {
    await note(() => shapes(10))
    await note(smoke)
  } else if (positionals[0] === 'compare') {
    await note(() => compare(positionals.slice(1), more))
  } else {
    const unknown = positionals.filter((name) => !Object.hasOwn(BENCHMARKS, name))
    if (unknown.length > 0) throw new Error(`no benchmark ${unknown.join(', ')}; there are: ${Object.keys(BENCHMARKS).join(', ')}, smoke, compare`) // prettier-ignore
    const all = Object.keys(BENCHMARKS).filter((name) => name !== 'console')
    for (const name of positionals.length > 0 ? positionals : all) await note(BENCHMARKS[name]!) // prettier-ignore
    const { peers, missing } = installed()
    if (positionals.length > 0) return tables
    if (missing.length > 0) console.log(`no comparison with other servers without ${missing.join(', ')}`)
    else await note(() => compare([], ['--peers', ['echo', ...peers].join(','), ...more]))
  }
  return tables
}

console.log(`${availableParallelism()} cores, load ${loadavg().map((one) => one.toFixed(2)).join(' ')}\n`) // prettier-ignore
const tables = await measure()
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(tables, null, 2)}\n`)
// What scripted clocks have left running.
process.exit()
