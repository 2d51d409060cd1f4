import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Endpoint } from '../../../src/config/settings.ts'
import { ReverseLookup, reverseName, type ReverseSettings } from '../../../src/identity/reverse.ts'
import { SecureRandom } from '../../../src/random.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { FakeUpstream } from '../../support/fake-upstream.ts'

const clock = new FakeClock()
let server: FakeUpstream

beforeEach(async () => {
  server = await FakeUpstream.start()
})
afterEach(() => server.stop())

function lookup(
  settings: { servers?: Endpoint[]; forward?: ReverseSettings['forward']; enabled?: boolean } = {},
): ReverseLookup {
  const reverse = { enabled: settings.enabled ?? true, servers: settings.servers ?? [server.endpoint] }
  return new ReverseLookup({ reverse, forward: settings.forward ?? [] }, clock, new SecureRandom())
}

const NAME = '5.0.1.10.in-addr.arpa'

describe('names of addresses', () => {
  it('stand under in-addr.arpa and ip6.arpa', () => {
    expect(reverseName('10.1.0.5')).toBe(NAME)
    expect(reverseName('2001:db8::1')).toBe(`1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`)
  })

  it('come from the server that was named for it, over IPv4 and IPv6 addresses', async () => {
    server
      .answer(NAME, 'PTR', 'PC-Ketoan.so.tinh.local')
      .answer(reverseName('fd00::5'), 'PTR', 'pc6.so.tinh.local')
    const reverse = lookup()
    expect(await reverse.find('10.1.0.5')).toBe('pc-ketoan.so.tinh.local')
    expect(await reverse.find('fd00::5')).toBe('pc6.so.tinh.local')
    expect(server.queries.map(({ type }) => type)).toEqual(['PTR', 'PTR'])
  })

  it('are asked of the longest forward zone, and of nobody where there is none', async () => {
    const other = await FakeUpstream.start()
    server.answer(NAME, 'PTR', 'near.test')
    other.answer(NAME, 'PTR', 'far.test')
    const forward = [
      { zones: ['10.in-addr.arpa'], servers: [other.endpoint] },
      { zones: ['so.tinh.local', '1.10.in-addr.arpa'], servers: [server.endpoint] },
    ]
    const reverse = lookup({ servers: [], forward })
    expect(await reverse.find('10.1.0.5')).toBe('near.test')
    expect(await lookup({ servers: [], forward: forward.toReversed() }).find('10.1.0.5')).toBe('near.test')
    expect(await reverse.find('192.168.0.1')).toBeNull()
    expect(await reverse.find('110.1.0.5')).toBeNull()
    expect([server.queries.length, other.queries.length]).toEqual([2, 0])
    await other.stop()
  })

  it('are not asked for where that is off', async () => {
    expect(await lookup({ enabled: false }).find('10.1.0.5')).toBeNull()
    expect(server.queries).toEqual([])
  })

  it('are remembered as long as they hold, and that there is none for ten minutes', async () => {
    server.answer(NAME, 'PTR', 'a.test', { ttl: 300 })
    const reverse = lookup()
    const ask = async (address: string): Promise<unknown> => [
      await reverse.find(address),
      server.queries.length,
    ]
    expect(await ask('10.1.0.5')).toEqual(['a.test', 1])
    clock.advance(299_000)
    expect(await ask('10.1.0.5')).toEqual(['a.test', 1])
    clock.advance(2000)
    expect(await ask('10.1.0.5')).toEqual(['a.test', 2])
    expect(await ask('10.1.0.6')).toEqual([null, 3])
    clock.advance(599_000)
    expect(await ask('10.1.0.6')).toEqual([null, 3])
    clock.advance(2000)
    expect(await ask('10.1.0.6')).toEqual([null, 4])
  })

  it('are asked for once by many at the same time, and few at once', async () => {
    for (let last = 0; last < 40; last++)
      server.answer(reverseName(`10.0.0.${last}`), 'PTR', `pc-${last}.test`)
    const reverse = lookup()
    const names = await Promise.all(
      Array.from({ length: 80 }, (_, index) => reverse.find(`10.0.0.${index % 40}`)),
    )
    expect(names).toEqual(Array.from({ length: 80 }, (_, index) => `pc-${index % 40}.test`))
    expect(server.queries).toHaveLength(40)
  })

  it.each([
    ['a name no machine can have', '<b>x</b>.test'],
    ['a label that begins with a hyphen', '-x.test'],
  ])('are none when the answer is %s', async (_, name) => {
    server.answer(NAME, 'PTR', name)
    expect(await lookup().find('10.1.0.5')).toBeNull()
  })

  it('are the first by the alphabet where there are several', async () => {
    server.answer(NAME, 'PTR', ['b.test', 'a.test', '-.test'])
    expect(await lookup().find('10.1.0.5')).toBe('a.test')
  })

  it('are found behind an alias of a divided zone (RFC 2317)', async () => {
    server.cname(NAME, '5.0-63.0.1.10.in-addr.arpa').answer('5.0-63.0.1.10.in-addr.arpa', 'PTR', 'a.test')
    expect(await lookup().find('10.1.0.5')).toBe('a.test')
  })

  it('come from the next server where one refuses, and the failure is counted', async () => {
    const refusing = await FakeUpstream.start()
    refusing.refused()
    server.answer(NAME, 'PTR', 'a.test')
    const reverse = lookup({ servers: [refusing.endpoint, server.endpoint] })
    expect(await reverse.find('10.1.0.5')).toBe('a.test')
    expect(reverse.failures).toEqual({ count: 1, error: '127.0.0.1 answered REFUSED' })
    await refusing.stop()
  })

  it('are not taken from an answer with another id or another question', async () => {
    server.answer(NAME, 'PTR', 'evil.test').mangle('id', 1)
    expect(await lookup().find('10.1.0.5')).toBeNull()
    server.mangle('question', 1)
    expect(await lookup().find('10.1.0.5')).toBeNull()
    expect(await lookup().find('10.1.0.5')).toBe('evil.test')
  })

  it('are none where nobody answers or listens', async () => {
    server.drop()
    const reverse = lookup()
    expect(await reverse.find('10.1.0.5')).toBeNull()
    expect(reverse.failures.error).toContain('no answer within')
    const gone = server.endpoint
    await server.stop()
    expect(await lookup({ servers: [gone] }).find('10.1.0.5')).toBeNull()
  })
})
