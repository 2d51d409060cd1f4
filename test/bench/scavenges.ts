/** The collector's work in the resolver thread: how often it stops for young objects and for old ones, and how long. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runLoad } from './load-client.ts'
import { listedNames, startUpstream } from './names.ts'
import { pause, Product } from './product.ts'
import { rounded, type Table } from './table.ts'

const SECONDS = 10
const LISTED = 10_000
const CACHED = 1000
const LIMIT_MS = 2
const PRELOAD = join(import.meta.dirname, 'note-pauses.ts')

/** What the thread was stopped for, milliseconds each. */
interface Pauses {
  readonly young: readonly number[]
  readonly old: readonly number[]
}

export async function scavenges(): Promise<Table> {
  const listed = listedNames(LISTED)
  const upstream = await startUpstream()
  const directory = mkdtempSync(join(tmpdir(), 'thanhloc-pauses-'))
  const clean = (prefix: string, count: number): string[] =>
    Array.from({ length: count }, (_, number) => `${prefix}${number}.example${number % 97}.com`)
  const kinds = [
    { kind: 'cached', names: clean('host', CACHED), perSecond: 50_000 },
    { kind: 'blocked', names: listed, perSecond: 50_000 },
    { kind: 'forwarded', names: clean('new', SECONDS * 15_000), perSecond: 15_000 },
  ]
  const rows: (string | number)[][] = []
  for (const { kind, names, perSecond } of kinds) {
    const file = join(directory, kind)
    const env = { NODE_OPTIONS: `--import ${PRELOAD}`, PAUSES_FILE: file }
    const product = await Product.start({ names: listed, upstreamPort: upstream.port, env })
    try {
      const { port } = product
      await runLoad({ port, names: clean('warm', 5000), perSecond: 5000, seconds: 2 })
      const before = textOf(file).length
      const { answered } = await runLoad({ port, names, perSecond, seconds: SECONDS })
      await pause(200)
      const { young, old } = readPauses(file, before)
      const millions = answered / 1_000_000
      const longest = Math.max(0, ...young)
      rows.push([
        kind,
        Math.round(answered / SECONDS),
        rounded(young.length / millions, 1),
        rounded(longest),
        longest < LIMIT_MS ? 'yes' : 'NO',
        rounded(old.length / millions, 1),
        rounded(Math.max(0, ...old)),
      ])
    } finally {
      await product.close()
    }
  }
  await upstream.stop()
  rmSync(directory, { recursive: true })
  return {
    title: `scavenges: the collector in the resolver thread, ${SECONDS} s each`,
    columns: ['answers', 'a second', 'scavenges a million', 'longest ms', `below ${LIMIT_MS} ms`, 'full collections a million', 'longest of them ms'], // prettier-ignore
    rows,
  }
}

/** The pauses that are noted behind the first `from` characters. */
function readPauses(file: string, from: number): Pauses {
  const lines = textOf(file).slice(from).split('\n')
  const of = (kind: string): number[] =>
    lines.filter((line) => line.startsWith(kind)).map((line) => Number(line.split(' ')[1]))
  return { young: of('young'), old: of('old') }
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}
