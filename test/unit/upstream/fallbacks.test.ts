/** The exchange on real sockets against a scripted upstream: what cheap routers do, and what they must not cost. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Counters } from '../../../src/metrics/counters.ts'
import { PortableDatagrams } from '../../../src/net/portable.ts'
import { SecureRandom } from '../../../src/random.ts'
import { Exchange } from '../../../src/upstream/exchange.ts'
import type { ExchangeSettings, UpstreamStatus } from '../../../src/upstream/exchange.ts'
import { NameKey } from '../../../src/wire/name-key.ts'
import { keyFromText } from '../../../src/wire/name.ts'
import { makeSettings } from '../../support/exchange-bench.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { FakeUpstream } from '../../support/fake-upstream.ts'

interface Heard {
  readonly rcode: number
  readonly answers: number
  readonly upstream: string
  readonly reason: string
}
type Waiter = (heard: Heard) => void

let up: FakeUpstream
let clock: FakeClock
let counters: Counters
let exchange: Exchange<Waiter>

function start(settings: ExchangeSettings): void {
  const random = new SecureRandom()
  clock = new FakeClock()
  counters = new Counters()
  exchange = new Exchange<Waiter>(
    settings,
    new PortableDatagrams(counters, random),
    clock,
    random,
    counters,
    {
      answered(pending, bytes, _length, upstream) {
        const heard = { rcode: bytes[3]! & 15, answers: bytes[7]!, upstream, reason: '' }
        for (const waiter of pending.waiters) waiter(heard)
        return true
      },
      slow: () => {},
      overdue: () => {},
      failed(pending, reason) {
        for (const waiter of pending.waiters)
          waiter({ rcode: -1, answers: 0, upstream: pending.upstream, reason })
      },
    },
  )
}

function ask(name: string, group = 0): Promise<Heard> {
  const key = new NameKey()
  keyFromText(name, key)
  return new Promise((resolve, reject) => {
    if (!exchange.ask(key, 1, 1, false, false, group, resolve)) reject(new Error('not taken'))
  })
}

/** Asks, and lets time pass until the upstream has seen the question `times` times. */
async function askThrough(name: string, times: number): Promise<Heard> {
  const heard = ask(name)
  await vi.waitFor(
    () => {
      if (up.seen(name).length > 0 && up.seen(name).length < times) clock.advance(50)
      expect(up.seen(name)).toHaveLength(times)
    },
    { interval: 2 },
  )
  return heard
}

function status(): UpstreamStatus {
  return exchange.status()[0]!
}

beforeEach(async () => {
  up = await FakeUpstream.start()
  up.answer('*', 'A', '192.0.2.1')
  start(makeSettings([up.text]))
})
afterEach(async () => {
  exchange.close()
  await up.stop()
})

const GOOD = { rcode: 0, answers: 1 }

describe('over UDP', () => {
  it('asks and hears, with RD, without the client address, from changing ports', async () => {
    for (let i = 0; i < 24; i++) expect(await ask(`n${i}.test`)).toMatchObject({ ...GOOD, upstream: up.text })
    expect(
      up.queries.every(({ rd, edns, transport }) => rd && edns?.udpSize === 1232 && transport === 'udp'),
    ).toBe(true)
    expect(new Set(up.queries.map(({ port }) => port)).size).toBeGreaterThan(5)
    expect(up.queries.some(({ name, spelled }) => name !== spelled)).toBe(true)
  })

  it('speaks IPv6', async () => {
    const six = await FakeUpstream.start({ address: '::1' })
    exchange.close()
    six.answer('a.test', 'A', '192.0.2.1')
    start({ ...makeSettings([]), upstreams: { servers: [six.endpoint], strategy: 'ordered' } })
    expect(await ask('a.test')).toMatchObject({ ...GOOD, upstream: `[::1]:${six.port}` })
    await six.stop()
  })

  it('notices at once when nobody is there, and when somebody is again', async () => {
    await up.down()
    expect(await ask('a.test')).toMatchObject({ rcode: -1, reason: 'refused' })
    await up.up()
    expect(await ask('a.test')).toMatchObject(GOOD)
    expect(status()).toMatchObject({ state: 'up', failures: { refused: 1 } })
  })

  it('ignores answers from another source and with another id', async () => {
    up.mangle('source', 1).mangle('id', 1, 'b.test')
    expect(await askThrough('a.test', 2)).toMatchObject(GOOD)
    expect(await askThrough('b.test', 2)).toMatchObject(GOOD)
    expect(counters.named('upstreamMismatched')).toBe(1)
    expect(status().failures).toMatchObject({ timeout: 2, mismatch: 0, tcp: 0 })
  })
})

describe('TCP', () => {
  it('takes over what is truncated, on one connection', async () => {
    up.truncate()
    expect(await ask('a.test')).toMatchObject(GOOD)
    expect(await ask('b.test')).toMatchObject(GOOD)
    expect(up.queries.map(({ transport }) => transport)).toEqual(['udp', 'tcp', 'udp', 'tcp'])
    expect(up.connections).toBe(1)
    expect(counters.named('upstreamTcp')).toBe(2)
    clock.advance(11_000)
    expect(status().tcpConnections).toBe(0)
  })

  it('takes over when nearly the right answer comes: somebody may be guessing', async () => {
    up.mangle('question', 1)
    expect(await ask('a.test')).toMatchObject(GOOD)
    expect(up.queries.map(({ transport }) => transport)).toEqual(['udp', 'tcp'])
    expect(status().failures.mismatch).toBe(1)
    expect(counters.named('upstreamMismatched')).toBe(1)
  })

  it('fails at once where it is needed and not to be had', async () => {
    up.truncate().refuseTcp()
    expect(await ask('a.test')).toMatchObject({ rcode: -1, reason: 'tcp' })
  })

  it('takes over from UDP that stays silent', async () => {
    up.raw((query) => (query.transport === 'udp' ? null : up.reply(query)))
    expect(await askThrough('a.test', 4)).toMatchObject(GOOD)
    expect(up.queries.map(({ transport }) => transport)).toEqual(['udp', 'udp', 'udp', 'tcp'])
  })

  it('asks again when an idle connection was closed under it', async () => {
    up.truncate()
    await ask('a.test')
    const { port } = up
    await up.down()
    await up.up()
    expect(up.port).toBe(port)
    expect(await ask('b.test')).toMatchObject(GOOD)
  })
})

describe('EDNS', () => {
  it.each(['formerr', 'notimp', 'badvers'] as const)(
    'refused with %s is left out for an hour',
    async (how) => {
      up.onEdns(how)
      expect(await ask('a.test')).toMatchObject(GOOD)
      expect(status()).toMatchObject({ edns: 'off', ednsOffUntil: clock.wallMs() + 3_600_000 })
      expect(await ask('b.test')).toMatchObject(GOOD)
      expect(up.queries.map(({ edns }) => edns !== null)).toEqual([true, false, false])
      up.onEdns('answer')
      clock.advance(3_600_000)
      expect(await ask('c.test')).toMatchObject(GOOD)
      expect(up.queries.at(-1)?.edns).not.toBeNull()
      expect(status()).toMatchObject({ edns: 'on', ednsOffUntil: null })
    },
  )

  it('refused with the header alone is understood as well', async () => {
    up.raw((query) => {
      const bare = Buffer.from([0, 0, 0x81, 0x81, 0, 0, 0, 0, 0, 0, 0, 0])
      bare.writeUInt16BE(query.id)
      return query.edns === null ? up.reply(query) : bare
    })
    expect(await ask('a.test')).toMatchObject(GOOD)
    expect(status().edns).toBe('off')
  })

  it('dropped is found out by the third question, and costs a wait until then', async () => {
    up.dropEdns()
    for (const name of ['a.test', 'b.test', 'c.test']) expect(await askThrough(name, 2)).toMatchObject(GOOD)
    expect(status()).toMatchObject({ edns: 'off', state: 'up' })
    expect(await ask('d.test')).toMatchObject(GOOD)
    expect(up.seen('d.test')).toHaveLength(1)
  })

  it('is not given up for single losses', async () => {
    expect(await ask('first.test')).toMatchObject(GOOD)
    for (const name of ['a.test', 'b.test', 'c.test', 'd.test']) {
      up.drop(1, name)
      expect(await askThrough(name, 2)).toMatchObject(GOOD)
      expect(up.seen(name).map(({ edns }) => edns !== null)).toEqual([true, true])
    }
    expect(status().edns).toBe('on')
  })

  it('ignored by the upstream does no harm', async () => {
    up.onEdns('ignore')
    for (const name of ['a.test', 'b.test', 'c.test']) expect(await ask(name)).toMatchObject(GOOD)
    expect(status()).toMatchObject({ edns: 'on', state: 'up' })
  })
})

describe('0x20', () => {
  it('is left out after three answers in another case; until then TCP answers', async () => {
    up.mangle('case')
    for (const name of ['first-one.test', 'second-one.test', 'third-one.test']) {
      expect(await ask(name)).toMatchObject(GOOD)
    }
    expect(status()).toMatchObject({ case: 'off', state: 'up' })
    expect(await ask('fourth-one.test')).toMatchObject(GOOD)
    expect(up.seen('fourth-one.test').map(({ transport, spelled }) => [transport, spelled])).toEqual([
      ['udp', 'fourth-one.test'],
    ])
  })

  it('costs no answer where TCP is not to be had either', async () => {
    up.mangle('case').refuseTcp()
    expect(await ask('a-name-with-letters.test')).toMatchObject(GOOD)
    expect(status().case).toBe('off')
  })

  it('stays where the case came back wrong only now and then', async () => {
    for (let i = 0; i < 4; i++) {
      up.mangle('case', 1)
      expect(await ask(`changed-now-and-then-${i}.test`)).toMatchObject(GOOD)
      expect(await ask(`kept-in-between-${i}.test`)).toMatchObject(GOOD)
    }
    expect(status().case).toBe('on')
  })
})

describe('several upstreams', () => {
  it('one that answers SERVFAIL or REFUSED is followed by the next', async () => {
    const other = await FakeUpstream.start()
    other.answer('*', 'A', '192.0.2.2')
    up.servfail('bad.test').refused('denied.test')
    exchange.reconfigure(makeSettings([up.text, other.text]))
    await ask('good.test')
    expect(await ask('bad.test')).toMatchObject({ ...GOOD, upstream: other.text })
    expect(await ask('denied.test')).toMatchObject({ ...GOOD, upstream: other.text })
    other.servfail('bad.test')
    expect(await ask('bad.test')).toMatchObject({ rcode: 2, upstream: other.text })
    await other.stop()
  })

  it('one whose port is closed costs nothing but a moment', async () => {
    const gone = await FakeUpstream.start()
    await gone.stop()
    exchange.reconfigure(makeSettings([gone.text, up.text]))
    for (let i = 0; i < 5; i++) expect(await ask(`n${i}.test`)).toMatchObject({ ...GOOD, upstream: up.text })
    expect(exchange.status().map(({ state }) => state)).toEqual(['down', 'up'])
  })

  it('a forward zone asks its own, and answers though they are slow', async () => {
    const directory = await FakeUpstream.start()
    directory.answer('dc.so.tinh.local', 'A', '10.0.0.10').delay(30)
    exchange.reconfigure(
      makeSettings([up.text], 'fastest', [{ zones: ['so.tinh.local'], servers: [directory.text] }]),
    )
    expect(await ask('dc.so.tinh.local', 1)).toMatchObject({ ...GOOD, upstream: directory.text })
    expect(up.seen('dc.so.tinh.local')).toEqual([])
    await directory.stop()
  })
})
