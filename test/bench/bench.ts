/**
 * `npm run bench [-- NAME…] [--huge] [--seconds N] [--json FILE]`: measures what needs no other server, prints tables.
 * All of them but `smoke`, `console` and `compare` unless named; `compare` (block, hit, mix, miss, load: those named behind it)
 * needs what compare.py says, `console` Debian's chromium. Loopback only.
 */
import { writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { clients } from './clients.ts'
import { compare } from './compare.ts'
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
  if (positionals[0] === 'smoke') {
    await note(() => shapes(10))
    await note(smoke)
  } else if (positionals[0] === 'compare') {
    const more = ['peers', 'seconds', 'rounds'].flatMap((name) => {
      const value = values[name as 'peers' | 'seconds' | 'rounds']
      return value === undefined ? [] : [`--${name}`, value]
    })
    await note(() => compare(positionals.slice(1), more))
  } else {
    const unknown = positionals.filter((name) => !Object.hasOwn(BENCHMARKS, name))
    if (unknown.length > 0) throw new Error(`no benchmark ${unknown.join(', ')}; there are: ${Object.keys(BENCHMARKS).join(', ')}, smoke, compare`) // prettier-ignore
    const all = Object.keys(BENCHMARKS).filter((name) => name !== 'console')
    for (const name of positionals.length > 0 ? positionals : all) await note(BENCHMARKS[name]!) // prettier-ignore
  }
  return tables
}

console.log(`${availableParallelism()} cores, load ${loadavg().map((one) => one.toFixed(2)).join(' ')}\n`) // prettier-ignore
const tables = await measure()
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(tables, null, 2)}\n`)
// What scripted clocks have left running.
process.exit()
