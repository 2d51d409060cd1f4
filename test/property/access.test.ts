import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import * as fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, it } from 'vitest'
import { NetworkSet } from '../../src/access/networks.ts'
import { RateLimiter } from '../../src/access/rate-limit.ts'
import { address16 } from '../support/addresses.ts'
import { FakeClock } from '../support/fake-clock.ts'

/** As in rate-limit.ts. */
const PLACES_OF_A_BUCKET = 4
const FUZZ = Number(process.env['THANHLOC_FUZZ'] ?? 1)

const ipv4 = fc.ipV4()
const ipv6 = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => new ipaddr.IPv6([...bytes]).toString())
const cidr = fc.oneof(
  fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })).map(([address, length]) => `${address}/${length}`),
  fc.tuple(ipv6, fc.integer({ min: 0, max: 128 })).map(([address, length]) => `${address}/${length}`),
)

/** An address near the edges of one of `networks`, where a mistake would show. */
function nearby(networks: readonly string[], pick: number, step: number): string {
  const [address, length] = ipaddr.parseCIDR(networks[pick % networks.length]!)
  const bytes = address.toByteArray()
  const host = bytes.length * 8 - length
  let value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  value = (value >> BigInt(host)) << BigInt(host)
  value += step >= 0 ? BigInt(step) : (1n << BigInt(host)) + BigInt(-step) - 2n
  const limit = 1n << BigInt(bytes.length * 8)
  value = ((value % limit) + limit) % limit
  const back = bytes.map((_, index) => Number((value >> BigInt((bytes.length - 1 - index) * 8)) & 0xffn))
  return ipaddr.fromByteArray(back).toString()
}

describe('NetworkSet', () => {
  it('says what ipaddr.js says of each network', () => {
    fc.assert(
      fc.property(
        fc.array(cidr, { minLength: 1, maxLength: 12 }),
        fc.array(fc.oneof(ipv4, ipv6, fc.tuple(fc.nat(), fc.integer({ min: -3, max: 3 }))), {
          minLength: 1,
          maxLength: 20,
        }),
        (networks, probes) => {
          const set = new NetworkSet(networks)
          for (const probe of probes) {
            const address = typeof probe === 'string' ? probe : nearby(networks, probe[0], probe[1])
            const parsed = ipaddr.process(address)
            const expected = networks.some((network) => {
              const [base, length] = ipaddr.parseCIDR(network)
              return base.kind() === parsed.kind() && parsed.match(base, length)
            })
            expect(set.contains(address16(address)), `${address} in ${networks.join()}`).toBe(expected)
          }
        },
      ),
      { numRuns: 200 * FUZZ },
    )
  })
})

describe('RateLimiter', () => {
  const client = fc.constantFrom(
    '10.0.0.1',
    '10.0.0.2',
    '192.168.7.9',
    '2001:db8::1',
    '2001:db8::2',
    '2001:db8:1::1',
  )
  const step = fc.record({
    client,
    advanceMs: fc.constantFrom(0, 0, 0, 100, 999, 1_000, 5_000),
    thread: fc.nat(1),
  })

  it('counts each client exactly per second, across limiters of one table; never the exempt', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 120 }), (limit, steps) => {
        const clock = new FakeClock()
        const memory = new SharedArrayBuffer(16_384)
        const exempt = new NetworkSet(['192.168.0.0/16'])
        const threads = [0, 1].map(() => new RateLimiter(memory, limit, exempt, clock))
        const counted = new Map<string, number>()
        for (const { client: address, advanceMs, thread } of steps) {
          clock.advance(advanceMs)
          const parts = ipaddr.parse(address).toNormalizedString().split(':')
          const who = address.includes(':') ? parts.slice(0, 4).join() : address
          const key = `${who} ${Math.floor(clock.wallMs() / 1000)}`
          const count = (counted.get(key) ?? 0) + 1
          counted.set(key, count)
          const over = threads[thread]!.over(address16(address))
          expect(over).toBe(address.startsWith('192.168.') ? false : count > limit)
        }
      }),
      { numRuns: 200 * FUZZ },
    )
  })

  it('never limits a client below its limit, however many others there are and however small the table', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { minLength: 1, maxLength: 400 }), (clients) => {
        const rate = new RateLimiter(new SharedArrayBuffer(1_040), 2, new NetworkSet([]), new FakeClock())
        const counted = new Map<number, number>()
        for (const last of clients) {
          const count = (counted.get(last) ?? 0) + 1
          counted.set(last, count)
          const over = rate.over(address16(`10.0.${last >> 8}.${last & 255}`))
          if (count <= 2) expect(over).toBe(false)
        }
      }),
      { numRuns: 50 * FUZZ },
    )
  })

  it('sums up what real threads count at the same time', async () => {
    const memory = new SharedArrayBuffer(1 << 18)
    const gate = new SharedArrayBuffer(4)
    const clients = 200
    const perThread = 100
    const workers = [0, 1].map(
      () =>
        new Worker(new URL('../support/rate-limit-thread.ts', import.meta.url), {
          workerData: { memory, gate, clients, perThread, limit: 150 },
        }),
    )
    const passed = await Promise.all(
      workers.map(async (worker) => ((await once(worker, 'message')) as [number[]])[0]),
    )
    const sums = passed[0]!.map((count, client) => count + passed[1]![client]!)
    expect(Math.min(...sums)).toBe(150)
    // A thread that the system puts to sleep in the middle of a claim lets the others' queries of that bucket pass.
    expect(sums.filter((sum) => sum > 150).length).toBeLessThanOrEqual(PLACES_OF_A_BUCKET)
  })
})
