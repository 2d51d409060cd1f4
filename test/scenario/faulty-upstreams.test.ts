/**
 * Upstreams that are dead, silent, slow or of no use: what clients get, when, and who is asked instead. Times are
 * checked from below; from above only against the next step that would come otherwise.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectAnswer, expectNegative } from '../support/dns-client.ts'
import { eventually } from '../support/server.ts'
import { upstreamReport } from '../support/stage.ts'
import { GENERAL, timed, ZONE, Zones } from '../support/zones.ts'

const SLOW_MS = 1_800
const OVERDUE_MS = 4_500
/** A timer may be early by a tick. */
const SLACK_MS = 100

let zones: Zones

beforeAll(async () => {
  zones = await Zones.open(
    {
      'dead.vn': 2,
      'silent.vn': 1,
      'late.vn': 1,
      'overdue.vn': 1,
      'stale.vn': 1,
      'stale-dead.vn': 1,
      'lost.vn': 1,
      'one-fails.vn': 2,
      'one-silent.vn': 2,
      'all-fail.vn': 2,
      'recovers.vn': 1,
      'screened.vn': 1,
    },
    'sinkhole: { ipv4: 192.0.2.99 }\nlists: [ { id: bad, path: bad.txt, basis: a test, format: addresses } ]\n',
    { 'bad.txt': '203.0.113.66\n' },
  )
  await zones.up('dead.vn', 0).down()
  await zones.up('dead.vn', 1).down()
})
afterAll(() => zones.close())

describe.concurrent('no answer', () => {
  it('the exchange outlives its clients: SERVFAIL after 4.5 s, and the answer is kept when it comes', async () => {
    const up = zones.up('overdue.vn').delay(6_000)
    const { result, ms } = await timed(() => zones.ask('a.overdue.vn'))
    expect([result.rcode, result.ede.map(({ code }) => code)]).toEqual(['SERVFAIL', [23]])
    expect(ms).toBeGreaterThan(OVERDUE_MS - SLACK_MS)
    // RD=0 asks for what is known, and asks nobody.
    const known = await eventually(async () => {
      const reply = await zones.ask('a.overdue.vn', { rd: false })
      return reply.rcode === 'NOERROR' && reply
    })
    expectAnswer(known, 'a.overdue.vn', 'A', ZONE)
    expect(up.seen('a.overdue.vn').filter(({ transport }) => transport === 'udp').length).toBeLessThanOrEqual(
      3,
    )
  })

  it('from an upstream that is silent: SERVFAIL with EDE 23 after 4.5 s, three datagrams, then TCP', async () => {
    const up = zones.up('silent.vn').drop()
    const { result, ms } = await timed(() => zones.ask('a.silent.vn'))
    expect([result.rcode, result.ede.map(({ code }) => code)]).toEqual(['SERVFAIL', [23]])
    expect(ms).toBeGreaterThan(OVERDUE_MS - SLACK_MS)
    // RFC 9520 §3.1.
    const transports = await eventually(() => {
      const seen = up.seen('a.silent.vn').map(({ transport }) => transport)
      return seen.includes('tcp') && seen
    })
    expect(transports).toEqual(['udp', 'udp', 'udp', 'tcp'])
  })

  it('from upstreams with closed ports: SERVFAIL with EDE 22 at once', async () => {
    const { result, ms } = await timed(() => zones.ask('a.dead.vn'))
    expect([result.rcode, result.ede.map(({ code }) => code)]).toEqual(['SERVFAIL', [22]])
    expect(ms).toBeLessThan(OVERDUE_MS - SLACK_MS)
    // Kept (RFC 9520): nobody is asked again at once, and the client is told so.
    const again = await zones.ask('a.dead.vn')
    expect([again.rcode, again.ede.map(({ code }) => code)]).toEqual(['SERVFAIL', [13]])
  })

  it('in time: a late answer is an answer', async () => {
    zones.up('late.vn').delay(2_500)
    const { result, ms } = await timed(() => zones.ask('a.late.vn'))
    expectAnswer(result, 'a.late.vn', 'A', ZONE, { ede: [] })
    expect(ms).toBeGreaterThan(2_500 - SLACK_MS)
  })

  it('to a lost datagram: it is sent again after 400 ms', async () => {
    const up = zones.up('lost.vn').drop(1, 'a.lost.vn')
    const { result, ms } = await timed(() => zones.ask('a.lost.vn'))
    expectAnswer(result, 'a.lost.vn', 'A', ZONE)
    expect(ms).toBeGreaterThan(400 - SLACK_MS)
    expect(up.seen('a.lost.vn').length).toBeGreaterThan(1)
  })
})

describe.concurrent('stale answers (RFC 8767)', () => {
  it('are served after 1.8 s of waiting, with EDE 3 and a TTL of 30 s; the fresh one is kept when it comes', async () => {
    const up = zones.up('stale.vn').authenticated()
    up.answer('a.stale.vn', 'A', '192.0.2.2', { ttl: 1 })
    expect((await zones.ask('a.stale.vn', { ad: true })).flags.ad).toBe(true)
    await sleep(1_200)
    up.answer('a.stale.vn', 'A', '192.0.2.3', { ttl: 300 }).delay(4_000)
    const first = await timed(() => zones.ask('a.stale.vn', { ad: true }))
    expectAnswer(first.result, 'a.stale.vn', 'A', '192.0.2.2', { ttl: 30, ede: [3] })
    expect(first.result.flags.ad).toBe(false)
    expect(first.ms).toBeGreaterThan(SLOW_MS - SLACK_MS)
    // Whoever joins now need not wait for so long.
    const second = await timed(() => zones.ask('a.stale.vn'))
    expectAnswer(second.result, 'a.stale.vn', 'A', '192.0.2.2', { ttl: 30, ede: [3] })
    expect(second.ms).toBeLessThan(SLOW_MS - SLACK_MS)
    const fresh = await eventually(async () => {
      const reply = await zones.ask('a.stale.vn', { rd: false })
      return reply.rcode === 'NOERROR' && reply
    })
    expectAnswer(fresh, 'a.stale.vn', 'A', '192.0.2.3', { ttl: [290, 300], ede: [] })
  })

  it('are served at once when every upstream has failed; NXDOMAIN with EDE 19', async () => {
    const up = zones.up('stale-dead.vn')
    up.answer('a.stale-dead.vn', 'A', '192.0.2.2', { ttl: 1 }).nxdomain('no.stale-dead.vn', { ttl: 1 })
    await zones.ask('a.stale-dead.vn')
    await zones.ask('no.stale-dead.vn')
    await sleep(1_200)
    await up.down()
    const { result, ms } = await timed(() => zones.ask('a.stale-dead.vn'))
    expectAnswer(result, 'a.stale-dead.vn', 'A', '192.0.2.2', { ttl: 30, ede: [3] })
    expect(ms).toBeLessThan(SLOW_MS - SLACK_MS)
    const negative = await zones.ask('no.stale-dead.vn')
    expectNegative(negative, 'NXDOMAIN', { ede: [19] })
    expect(negative.authority[0]!.ttl).toBe(30)
    // From the cache as well, while nobody is asked.
    expectAnswer(await zones.ask('a.stale-dead.vn'), 'a.stale-dead.vn', 'A', '192.0.2.2', {
      ttl: 30,
      ede: [3],
    })
  })
})

describe.concurrent('failures', () => {
  it('of one upstream: the other one is asked, and clients see nothing of it', async () => {
    const [bad, good] = [zones.up('one-fails.vn', 0).forget('*').servfail(), zones.up('one-fails.vn', 1)]
    for (let i = 0; i < 20; i++) {
      const { result, ms } = await timed(() => zones.ask(`n${i}.one-fails.vn`))
      expectAnswer(result, `n${i}.one-fails.vn`, 'A', ZONE, { ede: [] })
      expect(ms).toBeLessThan(OVERDUE_MS - SLACK_MS)
      expect(good.seen(`n${i}.one-fails.vn`).length).toBeGreaterThan(0)
    }
    expect(bad.queries.length).toBeGreaterThan(0)
    await eventually(async () => (await upstreamReport(zones.server, bad)).failures['servfail']! > 0)
  })

  it('of an upstream that has gone silent: it is found out, and then no longer waited for', async () => {
    const [silent, good] = [zones.up('one-silent.vn', 0).drop(), zones.up('one-silent.vn', 1)]
    for (let i = 0; i < 8; i++) await zones.ask(`n${i}.one-silent.vn`)
    expect(good.queries.length).toBeGreaterThanOrEqual(8)
    expect(silent.queries.length).toBeGreaterThan(0)
    expect(silent.queries.length).toBeLessThan(20)
    const before = await upstreamReport(zones.server, good)
    expect([before.state, before.failures['timeout']]).toEqual(['up', 0])
  })

  it('of all: the refusal is passed on with its EDE, then kept for a second, then for two (RFC 9520)', async () => {
    const ups = [zones.up('all-fail.vn', 0), zones.up('all-fail.vn', 1)]
    for (const up of ups) up.forget('*').servfail('*', { code: 9, text: 'no DNSKEY' })
    const asked = (): number => ups.reduce((sum, up) => sum + up.seen('a.all-fail.vn').length, 0)
    const ask = async (): Promise<unknown> => {
      const { rcode, ede } = await zones.ask('a.all-fail.vn')
      return [rcode, ede.map(({ code }) => code)]
    }
    expect(await ask()).toEqual(['SERVFAIL', [9]])
    const first = asked()
    expect(first).toBeGreaterThanOrEqual(2)
    for (let i = 0; i < 5; i++) expect(await ask()).toEqual(['SERVFAIL', [13]])
    expect(asked()).toBe(first)
    await sleep(1_200)
    expect(await ask()).toEqual(['SERVFAIL', [9]])
    const second = asked()
    expect(second).toBeGreaterThan(first)
    await sleep(1_200)
    expect(await ask()).toEqual(['SERVFAIL', [13]])
    expect(asked()).toBe(second)
    // Only failures are kept so: an answer ends them.
    for (const up of ups) up.forget('*').answer('*', 'A', ZONE)
    await sleep(1_000)
    expectAnswer(await zones.ask('a.all-fail.vn'), 'a.all-fail.vn', 'A', ZONE, { ede: [] })
  })

  it('end: an upstream that is back is found and asked', async () => {
    const up = zones.up('recovers.vn')
    expectAnswer(await zones.ask('before.recovers.vn'), 'before.recovers.vn', 'A', ZONE)
    await up.down()
    for (let i = 0; i < 4; i++) expect((await zones.ask(`n${i}.recovers.vn`)).rcode).toBe('SERVFAIL')
    await eventually(async () => (await upstreamReport(zones.server, up)).state === 'down')
    await up.up()
    // By a probe for the zone itself: nobody asks anything meanwhile.
    await eventually(async () => (await upstreamReport(zones.server, up)).state === 'up', 15_000)
    expectAnswer(await zones.ask('after.recovers.vn'), 'after.recovers.vn', 'A', ZONE)
    expect(up.seen('recovers.vn', 'SOA').length).toBeGreaterThan(0)
  })
})

describe('zones with servers of their own', () => {
  it('are not screened by address; the others are', async () => {
    zones.up('screened.vn').answer('a.screened.vn', 'A', '203.0.113.66')
    zones.general.answer('a.elsewhere.vn', 'A', '203.0.113.66')
    expectAnswer(await zones.ask('a.screened.vn'), 'a.screened.vn', 'A', '203.0.113.66')
    expectAnswer(await zones.ask('a.elsewhere.vn'), 'a.elsewhere.vn', 'A', '192.0.2.99', { ede: [15, 4] })
  })

  it('have the name itself and all under it, whatever its case, and nothing beside it', async () => {
    for (const name of ['screened.vn', 'b.screened.vn', 'c.b.SCREENED.vn', 'D.Screened.VN'])
      expectAnswer(await zones.ask(name), name, 'A', ZONE)
    for (const name of ['vn', 'notscreened.vn', 'screened.vn.other.vn', 'screened.com'])
      expectAnswer(await zones.ask(name), name, 'A', GENERAL)
  })

  it('never leak: neither to the general servers nor to those of other zones, however they fail', () => {
    const isOf = (zone: string, name: string): boolean => name === zone || name.endsWith(`.${zone}`)
    for (const [zone, up] of zones.all()) {
      expect([...up.queries, ...up.probes].filter(({ name }) => !isOf(zone, name))).toEqual([])
      expect(zones.general.queries.filter(({ name }) => isOf(zone, name))).toEqual([])
    }
    expect(zones.general.queries.length).toBeGreaterThan(0)
  })
})

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
