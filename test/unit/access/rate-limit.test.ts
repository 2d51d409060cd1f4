import { describe, expect, it } from 'vitest'
import { NetworkSet } from '../../../src/access/networks.ts'
import { RateLimiter } from '../../../src/access/rate-limit.ts'
import { address16 } from '../../support/addresses.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const NONE = new NetworkSet([])
const TABLE_BYTES = 64 * 1024

function limiter(limit: number, exempt: readonly string[] = []) {
  const clock = new FakeClock()
  const memory = new SharedArrayBuffer(TABLE_BYTES)
  return { clock, memory, limiter: new RateLimiter(memory, limit, new NetworkSet(exempt), clock) }
}

/** How many of `count` queries from `address` are not over the limit. */
const passed = (under: RateLimiter, address: string, count: number): number =>
  Array.from({ length: count }, () => under.over(address16(address))).filter((over) => !over).length

describe('RateLimiter', () => {
  it('lets a client have its limit in a second, then the next second again', () => {
    const { limiter: rate, clock } = limiter(5)
    expect(passed(rate, '10.0.0.1', 20)).toBe(5)
    clock.advance(999)
    expect(passed(rate, '10.0.0.1', 20)).toBe(0)
    clock.advance(1)
    expect(passed(rate, '10.0.0.1', 20)).toBe(5)
  })

  it('counts IPv4 addresses singly and IPv6 by /64', () => {
    const { limiter: rate } = limiter(3)
    expect(passed(rate, '10.0.0.1', 5)).toBe(3)
    expect(passed(rate, '10.0.0.2', 5)).toBe(3)
    expect(passed(rate, '2001:db8:0:1::1', 2)).toBe(2)
    expect(passed(rate, '2001:db8:0:1:ffff::9', 5)).toBe(1)
    expect(passed(rate, '2001:db8:0:2::1', 5)).toBe(3)
    // Their bits are those of 10.0.0.1; they are not it.
    expect(passed(rate, 'ffff:ffff:a00:1::', 1)).toBe(0)
    expect(passed(rate, '0:0:a00:1::', 5)).toBe(3)
  })

  it('has no limit at 0, for loopback, for the exempt', () => {
    expect(passed(limiter(0).limiter, '10.0.0.1', 50)).toBe(50)
    const { limiter: rate } = limiter(1, ['10.9.0.0/16', 'fd00:1::/32'])
    for (const address of ['127.0.0.1', '::1', '10.9.1.1', 'fd00:1::5'])
      expect(passed(rate, address, 50)).toBe(50)
    expect(passed(rate, '10.8.1.1', 50)).toBe(1)
  })

  it('takes a changed limit and keeps counting', () => {
    const { limiter: rate } = limiter(5)
    expect(passed(rate, '10.0.0.1', 20)).toBe(5)
    rate.configure(30, NONE)
    expect(passed(rate, '10.0.0.1', 20)).toBe(10)
    rate.configure(1, new NetworkSet(['10.0.0.1']))
    expect(passed(rate, '10.0.0.1', 20)).toBe(20)
  })

  it('follows a clock that is set back or forward', () => {
    const { limiter: rate, clock } = limiter(5)
    for (const jump of [-3_600_000, 7_200_000, -2_000, -1_000_000_000_000]) {
      passed(rate, '10.0.0.1', 20)
      clock.setWall(clock.wallMs() + jump)
      expect(passed(rate, '10.0.0.1', 20), `${jump}`).toBe(5)
    }
  })

  it('lets pass who finds no place, and limits the others all the same', () => {
    const memory = new SharedArrayBuffer(16 + 64)
    const rate = new RateLimiter(memory, 2, NONE, new FakeClock())
    for (const last of [1, 2, 3, 4]) expect(passed(rate, `10.0.0.${last}`, 5)).toBe(2)
    expect(passed(rate, '10.0.0.5', 50)).toBe(50)
    expect(passed(rate, '10.0.0.4', 5)).toBe(0)
  })

  it('does not wait for ever for a thread that died while claiming', () => {
    const { limiter: rate, memory, clock } = limiter(2)
    passed(rate, '10.0.0.1', 1)
    const words = new Int32Array(memory)
    const place = words.findIndex((word, index) => index >= 4 && word !== 0)
    words[place]! |= 1
    expect(passed(rate, '10.0.0.1', 10)).toBe(10)
    clock.advance(1_000)
    expect(passed(rate, '10.0.0.1', 10)).toBe(2)
  })

  it('refuses memory without room for a bucket', () => {
    expect(() => new RateLimiter(new SharedArrayBuffer(64), 1, NONE, new FakeClock())).toThrow('rate table')
  })
})
