/**
 * What single features cost an answer, in this process and without sockets: the whole query path, then the same with
 * one part that does nothing in the place of the real one.
 */
import type { NetworkSet } from '../../src/access/networks.ts'
import type { RateLimiter } from '../../src/access/rate-limit.ts'
import { Counters } from '../../src/metrics/counters.ts'
import type { Origin } from '../../src/query/origin.ts'
import type { Parts } from '../../src/query/parts.ts'
import type { HitWriter } from '../../src/thread/hit-table.ts'
import { address16 } from '../support/addresses.ts'
import { encode } from '../support/dns-packet.ts'
import { PathBench } from '../support/path-bench.ts'
import { pointer, wireMessage, wireRecord } from '../support/wire-parts.ts'
import { listedNames } from './names.ts'
import { rounded, type Table } from './table.ts'

const LISTED = 100_000
const ASKED = 1000
const ROUNDS = 40

/** Counts queries and outcomes, and measures no time. */
class WithoutHistogram extends Counters {
  override answer(): void {}
}

const WITHOUT: Readonly<Record<string, Partial<Parts>>> = {
  access: { networks: { contains: () => true } as unknown as NetworkSet },
  'rate limit': { limiter: { over: () => false } as unknown as RateLimiter },
  'counters and histogram': { counters: new WithoutHistogram() },
  hits: { hits: { record: () => {} } as unknown as HitWriter },
}

interface Variant {
  readonly name: string
  readonly kind: 'cached' | 'blocked'
  readonly edns?: boolean
  readonly listed?: number
  readonly replaced?: Partial<Parts>
}

export function features(): Promise<Table> {
  const rows: (string | number)[][] = []
  for (const kind of ['cached', 'blocked'] as const) {
    const variants: Variant[] = [
      { name: 'EDNS', kind, edns: false },
      ...(kind === 'cached'
        ? [{ name: `policy of ${LISTED.toLocaleString('en')} names`, kind, listed: 0 }]
        : []),
      ...Object.entries(WITHOUT)
        .filter(([name]) => kind === 'blocked' || name !== 'hits')
        .map(([name, replaced]) => ({ name, kind, replaced })),
    ]
    const whole = prepare({ name: 'all', kind })
    const without = variants.map(prepare)
    const all = [whole, ...without]
    const least = all.map(() => Infinity)
    // In turn, so that what disturbs disturbs all alike.
    for (let round = 0; round < ROUNDS; round++) {
      all.forEach((run, at) => (least[at] = Math.min(least[at]!, run())))
    }
    rows.push([kind, 'all of them', Math.round(least[0]!), 1])
    variants.forEach(({ name }, at) => {
      const cost = least[0]! - least[at + 1]!
      rows.push([kind, name, Math.round(cost), rounded(cost / least[0]!, 2)])
    })
  }
  return Promise.resolve({
    title: `features: ns of an answer, by what it costs to do without; least of ${ROUNDS} rounds of ${ASKED}`,
    columns: ['answer', 'feature', 'ns', 'share'],
    rows,
  })
}

/** Returns a function that asks once for each name and tells what one took, nanoseconds. */
function prepare({ kind, edns = true, listed = LISTED, replaced = {} }: Variant): () => number {
  const bench = new PathBench('', replaced)
  const names = listedNames(LISTED)
  bench.lists(names.slice(0, listed).map((name) => [name, 'subtree', 0]))
  const opt = { type: 'OPT', name: '.', udpPayloadSize: 1232, flags: 0, options: [] }
  const asked = Array.from({ length: ASKED }, (_, number) => {
    const name = kind === 'blocked' ? names[number * 7]! : `host${number}.example${number % 97}.com`
    if (kind === 'cached') warmUp(bench, name)
    return encode({
      id: number,
      type: 'query',
      flags: 0x0100,
      questions: [{ name, type: 'A' }],
      additionals: edns ? [opt] : [],
    })
  })
  const out = new Uint8Array(1232)
  const origin: Origin = {
    transport: 0,
    address: address16('10.1.2.3'),
    maxBytes: 1232,
    later: () => {
      throw new Error('it is not in the cache')
    },
  }
  return () => {
    // Past the second of the rate limit.
    bench.clock.advance(1000)
    const startNs = process.hrtime.bigint()
    for (const query of asked) if (bench.path.question(query, query.length, origin, out) === 0) throw new Error('no answer') // prettier-ignore
    return Number(process.hrtime.bigint() - startNs) / asked.length
  }
}

function warmUp(bench: PathBench, name: string): void {
  bench.ask(name)
  const { bytes, id, reply } = bench.datagrams.last
  const asked = Buffer.from(bytes.subarray(12, bytes.indexOf(0, 12) + 5))
  const address = wireRecord(pointer(12), 'A', 86_400, Buffer.from([192, 0, 2, 9]))
  reply(wireMessage({ id, flags: 0x8180, questions: [asked], answers: [address] }))
}
