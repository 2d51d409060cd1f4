/** Policy on the path: what is blocked, whatever is known of the name, and what the hit says of it. */
import { describe, expect, it } from 'vitest'
import { Outcome as Ended } from '../../../src/metrics/counters.ts'
import { PathBench } from '../../support/path-bench.ts'
import { list, rule } from '../../support/policy-fixture.ts'

const bench = (config = ''): PathBench => new PathBench(config)
const A = (name: string, data: string, ttl = 300) => ({ type: 'A', name, ttl, data })
const CNAME = (name: string, data: string) => ({ type: 'CNAME', name, ttl: 300, data })

describe('a listed name', () => {
  it('gets the sinkhole for A and AAAA, NODATA for every other type, and nothing goes up', () => {
    const it = bench()
    it.lists([['evil.example', 'subtree', 0]])
    expect(it.ask('www.evil.example').answers).toEqual(['A 10.10.10.10'])
    expect(it.ask('evil.example', 'AAAA').answers).toEqual(['AAAA fd00:10::10'])
    for (const type of ['TXT', 'MX', 'HTTPS', 'UNKNOWN_65280', 'ANY']) {
      const { packet } = it.ask('www.evil.example', type)
      expect(packet).toMatchObject({ rcode: 'NOERROR', answers: [] })
      expect(packet.authorities).toMatchObject([{ type: 'SOA', name: 'evil.example', ttl: 60 }])
    }
    expect(it.datagrams.sent).toEqual([])
  })

  it('is told by EDE 15, and 4 where an address is forged; never authoritative, RA, no AD', () => {
    const it = bench()
    it.lists([['evil.example', 'exact', 0]])
    const forged = it.ask('evil.example', 'A', { flags: 0x0120, edns: { dnssecOk: true } })
    expect(forged.ede).toEqual([15, 4])
    expect(forged.packet).toMatchObject({ flag_aa: false, flag_ra: true, flag_ad: false, flag_rd: true })
    expect(it.ask('evil.example', 'TXT').ede).toEqual([15])
    expect(it.ask('evil.example', 'A', { edns: null }).packet.additionals).toEqual([])
  })

  it('is told whole in 512 octets, however long its name and the document of its list', () => {
    const it = bench()
    const name = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.evil.example`
    it.lists([['evil.example', 'subtree', 0]], [list(7, { id: 'l'.repeat(64), document: 'ộ'.repeat(100) })], [rule(0)]) // prettier-ignore
    for (const type of ['A', 'AAAA', 'TXT']) {
      const { bytes, packet, ede } = it.ask(name, type, { edns: { size: 512 } })
      expect(packet).toMatchObject({ flag_tc: false })
      expect([ede[0], bytes!.length <= 512]).toEqual([15, true])
    }
  })

  it('leaves a hit that names client, name, indicator, trigger and all lists, the deciding one first', () => {
    const it = bench()
    const lists = [list(3, { action: 'log' }), list(5), list(9)]
    it.lists(
      [
        ['evil.example', 'subtree', 1],
        ['a.evil.example', 'exact', 2],
        ['evil.example', 'subtree', 0],
      ],
      lists,
      [rule(0, 'log'), rule(1), rule(2)],
    )
    it.ask('a.evil.example', 'AAAA', { from: '10.9.8.7' })
    expect(it.hits()).toMatchObject([
      { client: '10.9.8.7', indicator: 'evil.example', firstQname: 'a.evil.example', qtype: 28, triggers: 1, lists: [5, 3, 9], blocked: 1, logged: 0 }, // prettier-ignore
    ])
  })

  it.each([
    ['nxdomain', { rcode: 'NXDOMAIN', answers: [] }],
    ['nodata', { rcode: 'NOERROR', answers: [] }],
    ['refused', { rcode: 'REFUSED', answers: [] }],
  ] as const)('with action %s', (action, wanted) => {
    const it = bench()
    it.lists([['evil.example', 'subtree', 0]], [list(7, { action, ttlSeconds: 17 })], [rule(0, action)])
    const { packet } = it.ask('evil.example')
    expect(packet).toMatchObject(wanted)
    if (action !== 'refused') expect(packet.authorities).toMatchObject([{ ttl: 17 }])
    expect(it.hits()).toHaveLength(1)
  })

  it('with action drop gets no answer, and leaves its hit', () => {
    const it = bench()
    it.lists([['evil.example', 'subtree', 0]], [list(7, { action: 'drop' })], [rule(0, 'drop')])
    expect(it.ask('evil.example').isDropped).toBe(true)
    expect(it.hits()).toHaveLength(1)
  })

  it('on a list that only logs is forwarded, and leaves one hit', () => {
    const it = bench()
    it.lists([['evil.example', 'subtree', 0]], [list(7, { action: 'log' })], [rule(0, 'log')])
    const asked = it.ask('evil.example')
    it.answer([A('evil.example', '192.0.2.1')])
    expect(asked.answers).toEqual(['A 192.0.2.1'])
    expect(it.hits()).toMatchObject([{ blocked: 0, logged: 1 }])
  })

  it('while blocking is paused is forwarded, and its hit is recorded all the same', () => {
    const it = bench()
    it.lists([['evil.example', 'subtree', 0]])
    it.pausedUntilMs = it.clock.wallMs() + 1000
    const asked = it.ask('evil.example')
    it.answer([A('evil.example', '192.0.2.1')])
    expect(asked.answers).toEqual(['A 192.0.2.1'])
    expect(it.hits()).toMatchObject([{ blocked: 0, logged: 1 }])
    it.clock.advance(1001)
    expect(it.ask('evil.example').answers).toEqual(['A 10.10.10.10'])
  })

  it('that came to be listed while several waited is judged for each of those a pause is for', () => {
    const it = bench()
    const [paused, other] = [it.ask('new.example'), it.ask('new.example', 'A', { from: '10.1.2.4', id: 7 })]
    it.lists([['new.example', 'subtree', 0]])
    it.pauseFor('10.1.2.3/32')
    it.answer([A('new.example', '192.0.2.1')])
    expect([paused.answers, other.answers]).toEqual([['A 192.0.2.1'], ['A 10.10.10.10']])
    expect(it.hits()).toMatchObject([{ logged: 1 }, { blocked: 1 }])
  })

  it('that a response policy zone gives addresses for gets those', () => {
    const it = bench()
    const data = ['c0000242', 'c0000243'].map((hex) => ({ type: 1, ttlSeconds: null, data: hex }))
    it.lists([['evil.example', 'exact', 0]], [list(7)], [rule(0, 'sinkhole', data)])
    expect(it.ask('evil.example').answers).toEqual(['A 192.0.2.66', 'A 192.0.2.67'])
    expect(it.ask('evil.example', 'AAAA').answers).toEqual([])
  })

  it('above own records: a block goes before what the administrator has under the name', () => {
    const it = bench('records: { "www.evil.example": 192.0.2.9 }')
    expect(it.ask('www.evil.example').answers).toEqual(['A 192.0.2.9'])
    it.lists([['evil.example', 'subtree', 0]])
    expect(it.ask('www.evil.example').answers).toEqual(['A 10.10.10.10'])
  })
})

describe('where an answer leads', () => {
  it('an alias on a list is blocked, and the hit names list and trigger', () => {
    const it = bench()
    it.lists([['tracker.example', 'subtree', 0]])
    const asked = it.ask('shop.example')
    it.answer([CNAME('shop.example', 'a.tracker.example'), A('a.tracker.example', '192.0.2.1')])
    expect(asked.answers).toEqual(['A 10.10.10.10'])
    expect(asked.packet.answers[0]!.name).toBe('shop.example')
    expect(it.hits()).toMatchObject([
      { indicator: 'tracker.example', triggers: 2, firstQname: 'shop.example', blocked: 1 },
    ])
  })

  it.each([
    ['192.0.2.0/24', A('shop.example', '192.0.2.77')],
    ['2001:db8:bad::/48', { type: 'AAAA', name: 'shop.example', ttl: 60, data: '2001:db8:bad::1' }],
    ['192.0.2.77', { type: 'AAAA', name: 'shop.example', ttl: 60, data: '::ffff:192.0.2.77' }],
  ])('an address in %s is blocked', (prefix, record) => {
    const it = bench()
    it.lists([[prefix, 0]])
    const asked = it.ask('shop.example', record.type)
    it.answer([record])
    expect(asked.ede).toEqual([15, 4])
    expect(it.hits()).toMatchObject([{ indicator: prefix, triggers: 4, blocked: 1 }])
  })

  it('a forward zone is not screened by address, but by alias', () => {
    const it = bench('forward: [{ zones: [corp.example], servers: ["192.0.2.54"] }]')
    it.lists([
      ['192.0.2.0/24', 0],
      ['tracker.example', 'subtree', 0],
    ])
    const inside = it.ask('pc.corp.example')
    expect(it.datagrams.last.to).toBe('192.0.2.54:53')
    it.answer([A('pc.corp.example', '192.0.2.77')])
    expect(inside.answers).toEqual(['A 192.0.2.77'])
    expect(it.ask('pc.corp.example').answers).toEqual(['A 192.0.2.77'])
    const alias = it.ask('www.corp.example')
    it.answer([CNAME('www.corp.example', 'x.tracker.example')])
    expect(alias.ede).toEqual([15, 4])
  })

  it.each([
    ['addresses', '192.0.2.77', [['192.0.2.77', 0]]],
    ['aliases', 'n10.example', [['n10.example', 'exact', 0]]],
  ] as const)('%s are looked at however many aliases stand before them', (_what, indicator, entries) => {
    const it = bench()
    it.lists(entries)
    const asked = it.ask('n0.example')
    const chain = Array.from({ length: 10 }, (_, i) => CNAME(`n${i}.example`, `n${i + 1}.example`))
    it.answer([...chain, A('n10.example', '192.0.2.77')])
    expect(asked.ede).toEqual([15, 4])
    expect(it.hits()).toMatchObject([{ indicator }])
  })

  it('an allow entry exempts the name it is for, whole; for an alias that alias alone', () => {
    const it = bench()
    const lists = [list(1, { kind: 'allow', id: 'allow' }), list(7)]
    const rules = [rule(0, 'allow'), rule(1)]
    it.lists(
      [
        ['shop.example', 'exact', 0],
        ['192.0.2.77', 1],
        ['tracker.example', 'subtree', 1],
      ],
      lists,
      rules,
    )
    const allowed = it.ask('shop.example')
    it.answer([CNAME('shop.example', 'a.tracker.example'), A('a.tracker.example', '192.0.2.77')])
    expect(allowed.answers).toHaveLength(2)
    expect(it.ask('shop.example').answers).toHaveLength(2)
    it.lists(
      [
        ['tracker.example', 'subtree', 0],
        ['192.0.2.77', 1],
        ['tracker.example', 'subtree', 1],
      ],
      lists,
      rules,
    )
    const byAlias = it.ask('other.example')
    it.answer([CNAME('other.example', 'a.tracker.example'), A('a.tracker.example', '192.0.2.1')])
    expect(byAlias.answers).toHaveLength(2)
    const byAddress = it.ask('third.example')
    it.answer([CNAME('third.example', 'a.tracker.example'), A('a.tracker.example', '192.0.2.77')])
    expect(byAddress.ede).toEqual([15, 4])
  })
})

describe('a listing bites at once', () => {
  it.each([
    ['the name', [['shop.example', 'exact', 0]], 1, 'shop.example'],
    ['an alias', [['a.tracker.example', 'exact', 0]], 2, 'a.tracker.example'],
    ['an address', [['192.0.2.1', 0]], 4, '192.0.2.1'],
  ] as const)('on a cached answer: %s', (_what, entries, triggers, indicator) => {
    const it = bench()
    it.ask('shop.example')
    it.answer([CNAME('shop.example', 'a.tracker.example'), A('a.tracker.example', '192.0.2.1')])
    expect(it.ask('shop.example').answers).toHaveLength(2)
    it.lists(entries)
    const blocked = it.ask('shop.example')
    expect(blocked.answers).toEqual(['A 10.10.10.10'])
    expect(it.hits()).toMatchObject([{ indicator, triggers, blocked: 1, lists: [7] }])
    it.lists([])
    expect(it.ask('shop.example').answers).toHaveLength(2)
    expect(it.datagrams.sent).toHaveLength(1)
  })

  it.each([
    ['the name', [['shop.example', 'exact', 0]], 1],
    ['an address', [['192.0.2.1', 0]], 4],
  ] as const)('on an answer in flight, for all who wait: %s', (_what, entries, triggers) => {
    const it = bench()
    const asked = ['10.0.0.1', '10.0.0.2'].map((from) => it.ask('shop.example', 'A', { from }))
    it.lists(entries)
    it.answer([A('shop.example', '192.0.2.1')])
    expect(asked.map(({ answers }) => answers)).toEqual([['A 10.10.10.10'], ['A 10.10.10.10']])
    expect(it.hits()).toMatchObject([
      { client: '10.0.0.1', triggers },
      { client: '10.0.0.2', triggers },
    ])
  })

  it('on a stale answer', () => {
    const it = bench()
    it.ask('shop.example')
    it.answer([A('shop.example', '192.0.2.1', 60)])
    it.clock.advance(100_000)
    const stale = it.ask('shop.example')
    it.lists([['192.0.2.1', 0]])
    it.clock.advance(2000)
    expect(stale.answers).toEqual(['A 10.10.10.10'])
    expect(it.hits()).toMatchObject([{ triggers: 4 }])
  })

  it('a list that only logs, put in force while the answer is in flight, leaves its hit', () => {
    const it = bench()
    const asked = it.ask('shop.example')
    it.lists([['shop.example', 'exact', 0]], [list(7, { action: 'log' })], [rule(0, 'log')])
    it.answer([A('shop.example', '192.0.2.1')])
    expect(asked.answers).toEqual(['A 192.0.2.1'])
    expect(it.hits()).toMatchObject([{ logged: 1 }])
  })
})

describe('over the rate limit', () => {
  it('replies are withheld, every second one TC, and hits go on counting', () => {
    const limited = bench()
    limited.lists([['evil.example', 'subtree', 0]])
    const limit = limited.settings.access.queriesPerSecond
    const asked = Array.from({ length: limit + 4 }, () => limited.ask('evil.example'))
    expect(asked.slice(0, limit).every(({ answers }) => answers.length === 1)).toBe(true)
    const over = asked.slice(limit)
    expect(over.filter(({ isDropped }) => isDropped)).toHaveLength(2)
    expect(over.filter(({ bytes }) => bytes !== null).map(({ packet }) => packet)).toMatchObject([
      { flag_tc: true, answers: [] },
      { flag_tc: true, answers: [] },
    ])
    expect(limited.hits()).toMatchObject([{ blocked: limit + 4 }])
    expect(limited.counters.answers(Ended.limited)).toBe(4)
  })
})
