/** What a listed name, alias or address is answered, who wins where several lists speak, and what the hit says. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clientDetail, hitOn } from '../support/admin-reports.ts'
import { buildQuery, expectAnswer, expectNegative, isSilent, type Reply } from '../support/dns-client.ts'
import { svcbRdata } from '../support/fake-upstream.ts'
import { eventually, type LogLine } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

const CLEAN = '192.0.2.1'
const SINKHOLE = { A: '10.10.10.10', AAAA: 'fd00:10::10' }

const CONFIG = `
sinkhole: { ipv4: 10.10.10.10, ipv6: "fd00:10::10", ttl: 45s }
records: { "blocked.thanhloc.test": sinkhole }
campaigns: [ { id: "2022", title: Làm sạch mã độc } ]
lists:
  - { id: watch, path: lists/watch.txt, format: domains, action: log }
  - { id: first, path: lists/first.txt, format: domains, action: nxdomain, ttl: 17s }
  - { id: exact, path: lists/exact.txt, format: domains, match: exact }
  - { id: cv-1298, path: lists/cv-1298.txt, format: domains, campaign: "2022", basis: 1298/CATTT-NCSC, ttl: 20s }
  - { id: nodata, path: lists/nodata.txt, format: domains, action: nodata }
  - { id: refused, path: lists/refused.txt, format: domains, action: refused }
  - { id: drop, path: lists/drop.txt, format: domains, action: drop }
  - { id: addresses, path: lists/addresses.txt }
allow: [ { path: lists/allow.txt } ]
units: [ { id: so-tttt, name: Sở Thông tin và Truyền thông, networks: [127.0.3.0/24] } ]
`

const FILES = {
  'lists/watch.txt': 'watched.vn\nshared.vn\n',
  'lists/first.txt': 'first.vn\nboth.vn\nallowed.vn\n',
  'lists/exact.txt': 'exact.vn\nshared.vn\n',
  'lists/cv-1298.txt':
    'tree.vn\nboth.vn\nshared.vn\n*.below.vn\nwww.inner.vn\nalias-target.vn\nallowed-alias.vn\n',
  'lists/nodata.txt': 'nodata.vn\n',
  'lists/refused.txt': 'refused.vn\n',
  'lists/drop.txt': 'drop.vn\n',
  'lists/addresses.txt': '203.0.113.7\n198.51.100.0/24\n2001:db8:bad::/48\n',
  'lists/allow.txt': 'allowed.vn\nallowed-alias.vn\ngood.tree.vn\n',
}

let stage: Stage
let clients = 0

/** A machine nobody has seen yet. */
const newClient = (): string => `127.0.3.${++clients}`

const ask = (name: string, type = 'A', from = '127.0.0.1'): Promise<Reply> => stage.ask(name, type, { from })

beforeAll(async () => {
  stage = await Stage.open(CONFIG, FILES)
  stage.up.answer('*', 'A', CLEAN).answer('*', 'AAAA', '2001:db8::1')
})
afterAll(() => stage.close())

describe('a listed name', () => {
  it.each([
    ['exact.vn', true],
    ['www.exact.vn', false],
    ['tree.vn', true],
    ['TREE.vN', true],
    ['a.tree.vn', true],
    ['a.b.c.d.e.tree.vn', true],
    ['nottree.vn', false],
    ['tree.vn.com', false],
    ['below.vn', false],
    ['a.below.vn', true],
    ['a.b.below.vn', true],
    ['www.inner.vn', true],
    ['x.www.inner.vn', true],
    ['inner.vn', false],
    ['vn', false],
  ])('%s, blocked: %s', async (name, isBlocked) => {
    expectAnswer(await ask(name), name, 'A', isBlocked ? SINKHOLE.A : CLEAN)
  })

  it('never goes upstream, over UDP or TCP', async () => {
    for (const tcp of [false, true]) {
      const reply = await stage.ask('quiet.tree.vn', 'AAAA', { tcp })
      expectAnswer(reply, 'quiet.tree.vn', 'AAAA', SINKHOLE.AAAA, { ttl: 20, ede: [15, 4] })
    }
    expect(stage.up.seen('quiet.tree.vn')).toEqual([])
  })

  it('gets NODATA for every other type, owned by the listed name', async () => {
    for (const type of ['TXT', 'MX', 'NS', 'HTTPS', 'SRV', 'TYPE65280', 'ANY']) {
      const reply = await ask('a.tree.vn', type)
      expectNegative(reply, 'NODATA', { ede: [15] })
      expect(reply.authority[0]).toMatchObject({ name: 'tree.vn', type: 'SOA', ttl: 20 })
      expect(reply.authority[0]!.data).toMatchObject({ mname: 'thanhloc.invalid', minimum: 20 })
    }
  })

  it('is answered RA=1, AA=0, AD=0, and says which list by EDE 15; EDE 4 where an address is forged', async () => {
    const reply = await stage.ask('tree.vn', 'A', { do: true, ad: true })
    expect(reply.flags).toMatchObject({ qr: true, ra: true, aa: false, ad: false, tc: false })
    expect(reply.ede).toEqual([
      { code: 15, text: 'cv-1298' },
      { code: 4, text: '' },
    ])
    expect((await stage.ask('tree.vn', 'A', { edns: false })).edns).toBeNull()
  })

  it("has its list's TTL, and where the list has none the sinkhole's", async () => {
    expectAnswer(await ask('tree.vn'), 'tree.vn', 'A', SINKHOLE.A, { ttl: 20 })
    expectAnswer(await ask('exact.vn'), 'exact.vn', 'A', SINKHOLE.A, { ttl: 45 })
    expect((await ask('first.vn')).authority[0]).toMatchObject({ ttl: 17, data: { minimum: 17 } })
    expect((await ask('nodata.vn')).authority[0]).toMatchObject({ ttl: 45, data: { minimum: 45 } })
  })
})

describe('the action of its list', () => {
  it('nxdomain', async () => {
    const reply = await ask('www.first.vn')
    expectNegative(reply, 'NXDOMAIN', { ede: [15] })
    expect(reply.authority[0]).toMatchObject({ name: 'first.vn' })
  })

  it('nodata', async () => expectNegative(await ask('nodata.vn', 'AAAA'), 'NODATA', { ede: [15] }))

  it('refused', async () => {
    const reply = await ask('refused.vn')
    expect([reply.rcode, reply.answers, reply.authority]).toEqual(['REFUSED', [], []])
    expect(reply.ede).toEqual([{ code: 15, text: 'refused' }])
  })

  it('drop: no reply, and a hit', async () => {
    const from = newClient()
    expect(await isSilent(buildQuery('www.drop.vn', 'A'), { port: stage.server.port, from })).toBe(true)
    expect(await hitOn(stage.server, from, 'drop.vn')).toMatchObject({
      blocked: 1,
      lastAction: 'drop',
      lists: ['drop'],
      lastQname: 'www.drop.vn',
    })
  })

  it('log: the answer passes, fresh and cached, and each lookup is a hit', async () => {
    const from = newClient()
    for (const _ of ['fresh', 'cached']) {
      expectAnswer(await ask('www.watched.vn', 'A', from), 'www.watched.vn', 'A', CLEAN, { ede: [] })
    }
    expect(stage.up.seen('www.watched.vn')).toHaveLength(1)
    expect(await hitOn(stage.server, from, 'watched.vn', 2)).toMatchObject({
      hits: 2,
      blocked: 0,
      logged: 2,
      lists: ['watch'],
    })
    const line = await stage.server.logged(({ msg, client }) => msg === 'logged' && client === from)
    expect(line).toMatchObject({ list: 'watch', action: 'log', qname: 'www.watched.vn' })
  })
})

describe('where an answer leads', () => {
  beforeAll(() => {
    stage.up
      .cname('shop.vn', 'x.alias-target.vn')
      .cname('loose.vn', 'elsewhere.vn')
      .answer('service.vn', 'HTTPS', svcbRdata({ priority: 0, target: 'pool.alias-target.vn' }))
      .answer('bound.vn', 'SVCB', svcbRdata({ priority: 1, target: 'alias-target.vn' }))
      .answer('bad4.vn', 'A', ['192.0.2.9', '203.0.113.7'])
      .answer('range4.vn', 'A', '198.51.100.200')
      .answer('near4.vn', 'A', '198.51.101.1')
      .answer('bad6.vn', 'AAAA', '2001:db8:bad:1::5')
      .answer('mapped.vn', 'AAAA', '::ffff:cb00:7107')
      .answer('hint4.vn', 'HTTPS', svcbRdata({ ipv4: ['192.0.2.9', '203.0.113.7'] }))
      .answer(
        'hint6.vn',
        'HTTPS',
        svcbRdata({ ipv6: [Buffer.from('20010db80bad00000000000000000001', 'hex')] }),
      )
      .cname('roundabout.vn', 'bad4.vn')
      .cname('spared.vn', 'allowed-alias.vn')
    for (let hop = 0; hop < 7; hop++) stage.up.cname(`hop${hop}.vn`, `hop${hop + 1}.vn`)
    stage.up.cname('hop7.vn', 'deep.alias-target.vn')
  })

  it.each([
    ['shop.vn', 'A', 'alias', 'alias-target.vn', 'cv-1298'],
    ['hop0.vn', 'A', 'alias', 'alias-target.vn', 'cv-1298'],
    ['service.vn', 'HTTPS', 'alias', 'alias-target.vn', 'cv-1298'],
    ['bound.vn', 'SVCB', 'alias', 'alias-target.vn', 'cv-1298'],
    ['bad4.vn', 'A', 'address', '203.0.113.7', 'addresses'],
    ['range4.vn', 'A', 'address', '198.51.100.0/24', 'addresses'],
    ['bad6.vn', 'AAAA', 'address', '2001:db8:bad::/48', 'addresses'],
    ['mapped.vn', 'AAAA', 'address', '203.0.113.7', 'addresses'],
    ['hint4.vn', 'HTTPS', 'address', '203.0.113.7', 'addresses'],
    ['hint6.vn', 'HTTPS', 'address', '2001:db8:bad::/48', 'addresses'],
    ['roundabout.vn', 'A', 'address', '203.0.113.7', 'addresses'],
  ])('%s %s is blocked by the %s on %s', async (name, type, trigger, indicator, list) => {
    const from = newClient()
    for (const _ of ['fresh', 'cached']) {
      const reply = await ask(name, type, from)
      if (type === 'A' || type === 'AAAA') {
        expect(reply.answers).toMatchObject([{ name, type, data: SINKHOLE[type] }])
      } else expectNegative(reply, 'NODATA')
      expect(reply.ede[0]).toEqual({ code: 15, text: list })
    }
    expect(await hitOn(stage.server, from, indicator, 2)).toMatchObject({
      triggers: [trigger],
      lists: [list],
      blocked: 2,
      firstQname: name,
      lastQtype: type,
    })
  })

  it.each([
    ['loose.vn', ['elsewhere.vn', CLEAN]],
    ['near4.vn', ['198.51.101.1']],
    ['spared.vn', ['allowed-alias.vn', CLEAN]],
  ])('%s is not', async (name, data) => {
    expect((await ask(name)).answers.map((record) => record.data)).toEqual(data)
  })
})

describe('several lists', () => {
  it('the first in the order of the configuration that blocks decides, the hit names all, that one first', async () => {
    const from = newClient()
    expectNegative(await ask('both.vn', 'A', from), 'NXDOMAIN')
    expect((await hitOn(stage.server, from, 'both.vn')).lists).toEqual(['first', 'cv-1298'])
  })

  it('a list that only logs never ends the search', async () => {
    const from = newClient()
    const reply = await ask('shared.vn', 'A', from)
    expectAnswer(reply, 'shared.vn', 'A', SINKHOLE.A, { ttl: 45 })
    expect(reply.ede[0]).toEqual({ code: 15, text: 'exact' })
    const hit = await hitOn(stage.server, from, 'shared.vn')
    expect(hit.lists[0]).toBe('exact')
    expect(hit.lists.toSorted()).toEqual(['cv-1298', 'exact', 'watch'])
    expect(hit).toMatchObject({ blocked: 1, logged: 0 })
  })

  it('an allow entry goes before all of them, with what is under it, and its answer is not screened', async () => {
    stage.up.answer('www.allowed.vn', 'A', '203.0.113.7')
    const from = newClient()
    expectAnswer(await ask('www.allowed.vn', 'A', from), 'www.allowed.vn', 'A', '203.0.113.7')
    expectAnswer(await ask('www.allowed.vn', 'A', from), 'www.allowed.vn', 'A', '203.0.113.7')
    expectAnswer(await ask('good.tree.vn', 'A', from), 'good.tree.vn', 'A', CLEAN)
    await ask('tree.vn', 'A', from)
    await hitOn(stage.server, from, 'tree.vn')
    expect((await clientDetail(stage.server, from))?.indicators).toBe(1)
  })
})

describe('the hit', () => {
  it('shows at /clients and /clients/{id} who asked for what, when, and whose machine it is', async () => {
    const from = newClient()
    const before = Date.now()
    await ask('a.tree.vn', 'A', from)
    await ask('b.tree.vn', 'AAAA', from)
    await ask('first.vn', 'TXT', from)
    await hitOn(stage.server, from, 'first.vn')
    await hitOn(stage.server, from, 'tree.vn', 2)
    const client = (await clientDetail(stage.server, from))!
    expect(client).toMatchObject({
      address: from,
      unit: 'so-tttt',
      status: 'new',
      hits: 3,
      blocked: 3,
      indicators: 2,
    })
    expect(client.lists.map(({ id, campaign, hits }) => [id, campaign, hits])).toEqual([
      ['cv-1298', '2022', 2],
      ['first', null, 1],
    ])
    expect(Date.parse(client.firstSeen)).toBeGreaterThanOrEqual(before - 1000)
    expect(Date.parse(client.lastSeen)).toBeLessThanOrEqual(Date.now() + 1000)
    expect(client.hitPage.items.find(({ indicator }) => indicator === 'tree.vn')).toMatchObject({
      kind: 'subtree',
      firstQname: 'a.tree.vn',
      lastQname: 'b.tree.vn',
      lastQtype: 'AAAA',
      lastAction: 'sinkhole',
      triggers: ['qname'],
    })
    expect(client.timeline.reduce((sum, { hits }) => sum + hits, 0)).toBe(3)
  })

  it('is not left by clean lookups, nor by the name an officer tests with', async () => {
    const from = newClient()
    expectAnswer(await ask('clean.vn', 'A', from), 'clean.vn', 'A', CLEAN)
    expectAnswer(await ask('blocked.thanhloc.test', 'A', from), 'blocked.thanhloc.test', 'A', SINKHOLE.A)
    const later = newClient()
    await ask('tree.vn', 'A', later)
    await hitOn(stage.server, later, 'tree.vn')
    expect(await clientDetail(stage.server, from)).toBeUndefined()
  })

  it('is one log line', async () => {
    const from = newClient()
    await ask('www.tree.vn', 'AAAA', from)
    const line = await stage.server.logged(({ msg, client }) => msg === 'blocked' && client === from)
    expect(line).toMatchObject({
      level: 'info',
      thread: 'store',
      qname: 'www.tree.vn',
      qtype: 'AAAA',
      indicator: 'tree.vn',
      kind: 'subtree',
      trigger: 'qname',
      list: 'cv-1298',
      lists: ['cv-1298'],
      campaigns: ['2022'],
      action: 'sinkhole',
      count: 1,
    })
    expect(line['first']).toBe(line['last'])
  })

  it('of a flood is merged per client, indicator and second; nothing is lost', async () => {
    const from = newClient()
    const startedMs = performance.now()
    const asked = 400
    for (let sent = 0; sent < asked; sent += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, i) => ask(`${sent + i}.tree.vn`, 'A', from)))
      // Longer than what the store takes in at once.
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    const linesOf = (): LogLine[] =>
      stage.server.lines.filter(({ msg, client }) => msg === 'blocked' && client === from)
    const counted = (): number => linesOf().reduce((sum, { count }) => sum + (count as number), 0)
    await eventually(() => counted() === asked)
    const seconds = (performance.now() - startedMs) / 1000
    expect(linesOf().length).toBeLessThanOrEqual(Math.ceil(seconds) + 2)
    expect((await hitOn(stage.server, from, 'tree.vn', asked)).hits).toBe(asked)
  })
})
