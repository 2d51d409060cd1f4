/** How many share an address, told from kept answers octet by octet, against a count over what was put in. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AnswerCache } from '../../src/cache/answer-cache.ts'
import { parsePrefix } from '../../src/lists/prefix-text.ts'
import { domainOf } from '../../src/query/domain-of.ts'
import { MOST_OWNERS, SharedAddresses } from '../../src/query/shared-addresses.ts'
import type { RecordToEncode } from '../support/dns-packet.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { keyOf, message, question, readMessage } from '../support/messages.ts'
import { list, policyOf, rule } from '../support/policy-fixture.ts'

const FUZZ = Number(process.env['THANHLOC_FUZZ'] ?? 1)
const SETTINGS = { maxBytes: 1 << 20, staleMs: 60_000, staleTtlSeconds: 30, maxTtlSeconds: 5_000, maxNegativeTtlSeconds: 3_600 } // prettier-ignore
const V4 = ['192.0.2.1', '192.0.2.2', '198.51.100.7', '203.0.113.200']
const V6 = ['2001:db8::1', '2001:db8:0:1::2']
const NAMES = ['a.vn', 'www.a.vn', 'b.com.vn', 'x.b.com.vn', 'c.com.vn', 'long-label.long-label.long-label.d.example', 'E.example', 'listed.example', 'www.listed.example', 'logged.example', 'ok.listed.example', 'cited.example'] // prettier-ignore
const ASKED = [...V4, ...V6, '192.0.2.0/24', '192.0.2.0/31', '0.0.0.0/0', '2001:db8::/32', '2001:db8:0:1::/64', '203.0.113.0/25', '10.0.0.0/8'] // prettier-ignore

const policy = policyOf(
  [list(1), list(2, { action: 'log' }), list(3, { id: 'allow', kind: 'allow' })],
  [rule(0), rule(1, 'log'), rule(2, 'allow')],
  [
    ['listed.example', 'subtree', 0],
    ['logged.example', 'exact', 1],
    ['ok.listed.example', 'exact', 2],
  ],
)

interface Stored {
  readonly name: string
  readonly type: 'A' | 'AAAA'
  readonly addresses: readonly string[]
  readonly ttl: number
  readonly group: number
}

const stored: fc.Arbitrary<Stored> = fc.constantFrom('A' as const, 'AAAA' as const).chain((type) =>
  fc.record({
    name: fc.constantFrom(...NAMES),
    type: fc.constant(type),
    // An alias that leads to nothing is not kept.
    addresses: fc.subarray(type === 'A' ? V4 : V6, { minLength: 1 }),
    ttl: fc.constantFrom(1, 30, 3600),
    group: fc.constantFrom(0, 0, 3),
  }),
)
type Step =
  | { readonly do: 'store'; readonly what: Stored }
  | { readonly do: 'later'; readonly ms: number }
  | { readonly do: 'flush'; readonly name: string }
  | { readonly do: 'fail'; readonly name: string }
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: stored.map((what) => ({ do: 'store' as const, what })) },
  { weight: 1, arbitrary: fc.constantFrom(900, 31_000, 65_000).map((ms) => ({ do: 'later' as const, ms })) },
  { weight: 1, arbitrary: fc.constantFrom(...NAMES).map((name) => ({ do: 'flush' as const, name })) },
  { weight: 1, arbitrary: fc.constantFrom(...NAMES).map((name) => ({ do: 'fail' as const, name })) },
)

/** A cache, and what is in it object by object. */
class Bench {
  readonly clock = new FakeClock()
  readonly cache = new AnswerCache(SETTINGS, this.clock, 0x5eed)
  readonly known = new Map<string, Stored & { readonly atMs: number }>()

  do(one: Step): void {
    if (one.do === 'later') return this.clock.advance(one.ms)
    if (one.do === 'fail') return void this.cache.storeFailure(question(one.name, 'A', { group: 9 }), -1)
    if (one.do === 'flush') {
      this.cache.flush(keyOf(one.name))
      for (const [key, { name }] of this.known) if (name === one.name) this.known.delete(key)
      return
    }
    const { name, type, addresses, ttl, group } = one.what
    const answers: RecordToEncode[] = [
      { type: 'CNAME', name, ttl, data: 'edge.cdn.example' },
      ...addresses.map((data) => ({ type, name: 'edge.cdn.example', ttl, data })),
    ]
    const bytes = message(name, type, { answers, additional: [{ type: 'A', name: 'ns.example', ttl, data: '203.0.113.200' }] }) // prettier-ignore
    this.cache.store(question(name, type, { group }), bytes, readMessage(bytes), { generation: 1, screened: null, ede: -1 }) // prettier-ignore
    this.known.set(`${name} ${type} ${group}`, { ...one.what, atMs: this.clock.wallMs() })
  }

  /** Owners by asked address, read from what was put in. */
  owners(): Set<string>[] {
    return ASKED.map((asked) => {
      const owners = new Set<string>()
      for (const { name, addresses, ttl, atMs } of this.known.values()) {
        const isThere = this.clock.wallMs() - atMs < ttl * 1000 + SETTINGS.staleMs
        const isClean = !(/(^|\.)listed\.example$/.test(name) && name !== 'ok.listed.example') && name !== 'logged.example' // prettier-ignore
        if (isThere && isClean && domainOf(name) !== 'cited.example' && addresses.some((address) => isIn(address, asked))) owners.add(domainOf(name.toLowerCase())) // prettier-ignore
      }
      return owners
    })
  }

  count() {
    const sharing = new SharedAddresses({ cache: this.cache, policy, clock: { monotonicMs: () => 0 }, begin: () => {} }) // prettier-ignore
    return sharing.count({
      addresses: ASKED.map((text) => parsePrefix(text)!),
      except: ['www.cited.example'],
    })
  }
}

/** Bit by bit. */
function isIn(address: string, asked: string): boolean {
  const [one, other] = [parsePrefix(address)!, parsePrefix(asked)!]
  const bits = ({ address: bytes }: { readonly address: Uint8Array }): string => [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('') // prettier-ignore
  return one.address.length === other.address.length && bits(one).startsWith(bits(other).slice(0, other.prefixLength)) // prettier-ignore
}

describe('shared addresses', () => {
  it('are counted as they were answered, fresh and stale: by owner, clean names alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
        const bench = new Bench()
        for (const one of steps) bench.do(one)
        const { owners } = await bench.count()
        expect(owners).toEqual(bench.owners().map(({ size }) => Math.min(size, MOST_OWNERS)))
      }),
      { numRuns: 300 * FUZZ },
    )
  })

  it('show each answer that is there all the while once, whatever comes and goes between two looks', () => {
    fc.assert(
      fc.property(
        fc.array(stored, { minLength: 5, maxLength: 30, size: 'max' }),
        fc.array(step, { maxLength: 40, size: 'max' }),
        fc.integer({ min: 1, max: 7 }),
        (before, meanwhile, stride) => {
          const bench = new Bench()
          for (const what of before) bench.do({ do: 'store', what: { ...what, ttl: 3600 } })
          const keys = new Map(bench.known)
          const seen = new Map<string, number>()
          const name = new Uint8Array(256)
          const rest = [...meanwhile]
          for (let at = 1; at !== 0;) {
            at = bench.cache.walk(at, stride, (entry) => {
              const text = Buffer.from(name.subarray(0, entry.copyName(name))).toString('latin1')
              const key = `${text} ${entry.qtype} ${entry.group}`
              seen.set(key, (seen.get(key) ?? 0) + 1)
            })
            const one = rest.shift()
            if (one !== undefined) bench.do(one)
          }
          for (const [key, { name: text, type, group }] of keys) {
            if (bench.known.get(key) !== keys.get(key)) continue
            const wire = keyOf(text)
            const found = `${Buffer.from(wire.bytes.subarray(0, wire.length)).toString('latin1')} ${type === 'A' ? 1 : 28} ${group}`
            expect(seen.get(found), key).toBe(1)
          }
        },
      ),
      { numRuns: 300 * FUZZ },
    )
  })
})
