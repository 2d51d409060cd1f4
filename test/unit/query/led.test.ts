/** Aliases of our own: what a response policy zone or an own record leads to is asked for and put behind them, once. */
import { describe, expect, it } from 'vitest'
import { OUTCOMES, Outcome as Ended } from '../../../src/metrics/counters.ts'
import type { LocalRecord, RuleMeta } from '../../../src/policy/meta.ts'
import { Type } from '../../../src/wire/constants.ts'
import { address16 } from '../../support/addresses.ts'
import { decode, encode } from '../../support/dns-packet.ts'
import { PathBench, type Outcome } from '../../support/path-bench.ts'
import { list, rule, wireName, type Entry } from '../../support/policy-fixture.ts'

const A = (name: string, data: string, ttl = 300) => ({ type: 'A', name, ttl, data })
const CNAME = (name: string, data: string) => ({ type: 'CNAME', name, ttl: 300, data })
const SOA = { type: 'SOA', name: 'vn', ttl: 300, data: { mname: 'a.vn', rname: 'b.vn', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 60 } } // prettier-ignore
const alias = (target: string, ttlSeconds: number | null = 20): LocalRecord[] => [
  { type: Type.CNAME, ttlSeconds, data: Buffer.from(wireName(target)).toString('hex') },
]

/** Rule 0 leads to landing.vn, 1 is the sinkhole, from 2 on as they are given. */
function bench(entries: readonly Entry[], config = '', more: readonly RuleMeta[] = []): PathBench {
  const it = new PathBench(config)
  const rules = [rule(0, 'sinkhole', alias('landing.vn')), rule(0), ...more]
  it.lists([['evil.vn', 'exact', 0], ...entries], [list(7, { ttlSeconds: null })], rules)
  return it
}

const recordsOf = ({ packet }: Outcome): string[] => packet.answers.map(({ name, type, data }) => `${name} ${type} ${String(data)}`) // prettier-ignore
const LANDING = ['evil.vn CNAME landing.vn', 'landing.vn A 192.0.2.1']
/** What was answered, in total. */
const answered = ({ counters }: PathBench): number =>
  OUTCOMES.reduce((sum, name) => sum + counters.answers(Ended[name]), 0)

describe('an alias of a response policy zone', () => {
  it('is answered with the records of its target, as blocked, and is one hit', () => {
    const it = bench([])
    const asked = it.ask('evil.vn', 'A', { flags: 0x0120, edns: { dnssecOk: true } })
    expect(it.datagrams.last.name.toLowerCase()).toBe('landing.vn')
    it.answer([A('landing.vn', '192.0.2.1', 99)], { flags: 0x05a0, authorities: [SOA] })
    expect(recordsOf(asked)).toEqual(LANDING)
    expect(asked.packet.answers.map((record) => 'ttl' in record && record.ttl)).toEqual([20, 99])
    expect(asked.packet).toMatchObject({ rcode: 'NOERROR', flag_aa: false, flag_ad: false, flag_ra: true, authorities: [{ type: 'SOA' }] }) // prettier-ignore
    expect(asked.ede).toEqual([15, 4])
    expect(it.hits()).toMatchObject([{ indicator: 'evil.vn', firstQname: 'evil.vn', blocked: 1 }])
    expect([answered(it), it.counters.answers(Ended.blocked)]).toEqual([1, 1])
  })

  it('is answered at once where the target is known', () => {
    const it = bench([])
    it.ask('landing.vn')
    it.answer([A('landing.vn', '192.0.2.1', 99)])
    it.clock.advance(9_000)
    const asked = it.ask('EVIL.vn', 'A', { edns: null })
    expect(recordsOf(asked)).toEqual(['EVIL.vn CNAME landing.vn', 'landing.vn A 192.0.2.1'])
    expect(asked.packet.answers[1]).toMatchObject({ ttl: 90 })
    expect(asked.packet.additionals).toEqual([])
    expect([answered(it), it.counters.answers(Ended.blocked)]).toEqual([2, 1])
  })

  it('takes the qname for its star, and is NODATA where that is too long', () => {
    const more = [rule(0, 'sinkhole', alias('*.garden.vn'))]
    const it = bench([['evil2.vn', 'below', 2]], '', more)
    const asked = it.ask('WWW.evil2.vn')
    expect(it.datagrams.last.name.toLowerCase()).toBe('www.evil2.vn.garden.vn')
    it.answer([A('www.evil2.vn.garden.vn', '192.0.2.1')])
    expect(recordsOf(asked)).toEqual([
      'WWW.evil2.vn CNAME WWW.evil2.vn.garden.vn',
      'WWW.evil2.vn.garden.vn A 192.0.2.1',
    ])
    const long = it.ask(`${'a.'.repeat(120)}evil2.vn`)
    expect(long.packet).toMatchObject({ rcode: 'NOERROR', answers: [], authorities: [{ type: 'SOA' }] })
  })

  it.each(['CNAME', 'ANY'])('is all there is for %s', (type) => {
    const it = bench([])
    expect(it.ask('evil.vn', type).answers).toEqual(['CNAME landing.vn'])
    expect(it.datagrams.sent).toEqual([])
  })

  it('has the TTL of its list before its own, and that of the sinkhole where there is none', () => {
    for (const [listTtl, own, expected] of [[17, 20, 17], [null, 20, 20], [null, null, 60]] as const) {
      const it = new PathBench()
      it.lists([['evil.vn', 'exact', 0]], [list(7, { ttlSeconds: listTtl })], [rule(0, 'sinkhole', alias('landing.vn', own))])
      expect(it.ask('evil.vn', 'CNAME').packet.answers).toMatchObject([{ ttl: expected }])
    }
  }) // prettier-ignore

  it('leads to aliases of its target too', () => {
    const it = bench([])
    const asked = it.ask('evil.vn')
    it.answer([CNAME('landing.vn', 'x.landing.vn'), A('x.landing.vn', '192.0.2.1')])
    expect(recordsOf(asked)).toEqual([LANDING[0], 'landing.vn CNAME x.landing.vn', 'x.landing.vn A 192.0.2.1']) // prettier-ignore
  })

  it('does not fit 512 octets: TC', () => {
    const it = bench([])
    const many = Array.from({ length: 40 }, (_, i) => A('landing.vn', `192.0.2.${i}`))
    const small = it.ask('evil.vn', 'A', { edns: null })
    it.answer(many)
    expect(small.packet).toMatchObject({ flag_tc: true, answers: [] })
    expect(it.ask('evil.vn', 'A', { edns: null, transport: 1 }).answers).toHaveLength(41)
  })
})

describe('the target', () => {
  it.each([
    ['sinkhole', ['evil.vn CNAME landing.vn', 'landing.vn A 10.10.10.10'], 'NOERROR'],
    ['nxdomain', ['evil.vn CNAME landing.vn'], 'NXDOMAIN'],
    ['nodata', ['evil.vn CNAME landing.vn'], 'NOERROR'],
    ['refused', ['evil.vn CNAME landing.vn'], 'REFUSED'],
  ] as const)('that is listed with %s is answered so, and is no other hit', (action, answers, rcode) => {
    const it = bench([['landing.vn', 'exact', 2]], '', [rule(0, action)])
    const asked = it.ask('evil.vn')
    expect(recordsOf(asked)).toEqual(answers)
    expect(asked.packet).toMatchObject({ rcode, authorities: action === 'sinkhole' || action === 'refused' ? [] : [{ type: 'SOA', name: 'landing.vn' }] }) // prettier-ignore
    expect(it.hits()).toMatchObject([{ indicator: 'evil.vn', blocked: 1 }])
    expect(answered(it)).toBe(1)
  })

  it('that is dropped takes the alias with it; over TCP a TCP-Only one passes', () => {
    const it = bench([['landing.vn', 'exact', 2]], '', [rule(0, 'drop')])
    expect(it.ask('evil.vn').isDropped).toBe(true)
    expect([answered(it), it.hits().length]).toEqual([1, 1])
    const tcp = bench([['landing.vn', 'exact', 2]], '', [rule(0, 'tcp-only')])
    expect(tcp.ask('evil.vn').packet).toMatchObject({ flag_tc: true, answers: [] })
    const asked = tcp.ask('evil.vn', 'A', { transport: 1 })
    tcp.answer([A('landing.vn', '192.0.2.1')])
    expect(recordsOf(asked)).toEqual(LANDING)
    expect(tcp.hits()).toMatchObject([{ indicator: 'evil.vn', blocked: 2, logged: 0 }])
  })

  it('that a zone leads on gets the sinkhole, itself too: nothing goes in a circle', () => {
    const more = [rule(0, 'sinkhole', alias('evil.vn')), rule(0, 'sinkhole', alias('self.vn'))]
    const it = bench([['landing.vn', 'exact', 2], ['self.vn', 'exact', 3]], '', more) // prettier-ignore
    expect(recordsOf(it.ask('evil.vn'))).toEqual([LANDING[0], 'landing.vn A 10.10.10.10'])
    expect(recordsOf(it.ask('self.vn'))).toEqual(['self.vn CNAME self.vn', 'self.vn A 10.10.10.10'])
    expect(it.datagrams.sent).toEqual([])
  })

  it('whose answer leads to a listed name or address is blocked, kept or not', () => {
    const it = bench([['192.0.2.0/24', 1]])
    for (let time = 0; time < 2; time++) {
      const asked = it.ask('evil.vn')
      if (time === 0) it.answer([A('landing.vn', '192.0.2.1')])
      expect(recordsOf(asked)).toEqual([LANDING[0], 'landing.vn A 10.10.10.10'])
      expect(it.hits()).toMatchObject([{ indicator: 'evil.vn', blocked: 1 }])
    }
  })

  it('may be an own record, also one that leads on to a name elsewhere', () => {
    const config = 'records: { landing.vn: { cname: b.vn }, b.vn: { cname: c.vn } }\n'
    const it = bench([], config)
    const asked = it.ask('evil.vn')
    expect(it.datagrams.last.name.toLowerCase()).toBe('c.vn')
    it.answer([A('c.vn', '192.0.2.1')])
    const chain = ['evil.vn CNAME landing.vn', 'landing.vn CNAME b.vn', 'b.vn CNAME c.vn', 'c.vn A 192.0.2.1']
    expect(recordsOf(asked)).toEqual(chain)
    expect(recordsOf(it.ask('evil.vn'))).toEqual(chain)
    expect(recordsOf(bench([], 'records: { landing.vn: 192.0.2.1 }\n').ask('evil.vn'))).toEqual(LANDING)
    expect([answered(it), it.hits().length]).toEqual([2, 1])
  })

  it.each([
    ['NXDOMAIN', 3],
    ['NOERROR', 0],
  ])('that has nothing: %s, with the SOA of its zone', (rcode, code) => {
    const it = bench([])
    const asked = it.ask('evil.vn')
    it.answer([], { rcode: code, authorities: [SOA] })
    expect(recordsOf(asked)).toEqual([LANDING[0]])
    expect(asked.packet).toMatchObject({ rcode, authorities: [{ type: 'SOA', name: 'vn' }] })
    expect(recordsOf(it.ask('evil.vn'))).toEqual([LANDING[0]])
  })

  it('that cannot be had is SERVFAIL with the alias, also from what is remembered', () => {
    const it = bench([])
    const asked = it.ask('evil.vn')
    // Asked again without EDNS, which SERVFAIL may be about.
    for (let time = 0; time < 2; time++) it.answer([], { rcode: 2 })
    expect(asked.packet).toMatchObject({ rcode: 'SERVFAIL', answers: [{ data: 'landing.vn' }] })
    expect(it.ask('evil.vn').packet).toMatchObject({ rcode: 'SERVFAIL', answers: [{ data: 'landing.vn' }] })
  })

  it('is answered stale when nobody knows better', () => {
    const it = bench([])
    it.ask('landing.vn')
    it.answer([A('landing.vn', '192.0.2.1', 60)])
    it.clock.advance(70_000)
    const asked = it.ask('evil.vn')
    it.clock.advance(2_000)
    expect(recordsOf(asked)).toEqual(LANDING)
  })

  it('is not asked for where the client wants what is known here', () => {
    const it = bench([])
    expect(it.ask('evil.vn', 'A', { flags: 0 }).packet).toMatchObject({ rcode: 'NOERROR', answers: [{ data: 'landing.vn' }] }) // prettier-ignore
    expect(it.datagrams.sent).toEqual([])
  })

  it('whose data cannot be read is SERVFAIL with the alias alone', () => {
    const it = bench([])
    const asked = it.ask('evil.vn')
    const broken = { type: 'UNKNOWN_15', name: 'landing.vn', ttl: 5, data: Buffer.from([0, 1, 0xc0, 0xff]) }
    it.answer([A('landing.vn', '192.0.2.1'), broken])
    expect(asked.packet).toMatchObject({ rcode: 'SERVFAIL', answers: [{ data: 'landing.vn' }] })
  })
})

it('over the rate limit nobody is led anywhere', () => {
  const it = bench([])
  Object.assign(it.parts, { limiter: { over: () => true } })
  for (let time = 0; time < 4; time++) it.ask('evil.vn')
  expect([it.datagrams.sent, it.counters.answers(Ended.limited)]).toEqual([[], 4])
  expect(it.hits()).toMatchObject([{ blocked: 4 }])
})

it('where nobody can be asked the answer is SERVFAIL with the alias', () => {
  const it = bench([])
  const sent: number[] = []
  Object.assign(it.exchange, { ask: () => false })
  const query = encode({ id: 1, flags: 0x0100, questions: [{ name: 'evil.vn', type: 'A' }] })
  const address = address16('10.1.2.3')
  const later = () => ({ address, send: (_: Uint8Array, length: number) => void sent.push(length) })
  const out = new Uint8Array(1232)
  const length = it.path.question(query, query.length, { transport: 0, address, maxBytes: 1232, later }, out)
  expect(sent).toEqual([0])
  expect(decode(Buffer.from(out.subarray(0, length)))).toMatchObject({ rcode: 'SERVFAIL', answers: [{ data: 'landing.vn' }] }) // prettier-ignore
  expect(answered(it)).toBe(1)
})

describe('those who wait', () => {
  it('for a target share one question with those who ask for it', () => {
    const it = bench([])
    const direct = it.ask('landing.vn')
    const led = ['10.1.1.1', '10.1.1.2'].map((from) => it.ask('evil.vn', 'A', { from, edns: null }))
    expect(it.datagrams.sent).toHaveLength(1)
    it.answer([A('landing.vn', '192.0.2.1')])
    expect(recordsOf(direct)).toEqual([LANDING[1]])
    for (const one of led) expect(recordsOf(one)).toEqual(LANDING)
    expect(answered(it)).toBe(3)
  })

  it('when a name comes to be listed are led when all have been answered', () => {
    const it = bench([])
    const asked = ['10.1.1.1', '10.1.1.2'].map((from) => it.ask('new.vn', 'A', { from }))
    const rules = [rule(0, 'sinkhole', alias('landing.vn')), rule(0)]
    it.lists([['new.vn', 'exact', 0]], [list(7)], rules)
    it.answer([A('new.vn', '192.0.2.9')])
    expect(asked.map(({ bytes }) => bytes)).toEqual([null, null])
    it.answer([A('landing.vn', '192.0.2.1')])
    for (const one of asked) expect(recordsOf(one)).toEqual(['new.vn CNAME landing.vn', LANDING[1]])
    // And when the target is known by then.
    const more = it.ask('newer.vn')
    it.lists([['newer.vn', 'exact', 0]], [list(7)], rules)
    it.answer([A('newer.vn', '192.0.2.9')])
    expect(recordsOf(more)).toEqual(['newer.vn CNAME landing.vn', LANDING[1]])
    expect(answered(it)).toBe(3)
  })

  it('are judged anew when the target’s answer comes', () => {
    const it = bench([])
    const asked = it.ask('evil.vn')
    it.lists([['landing.vn', 'exact', 0]], [list(7)], [rule(0, 'nxdomain')])
    it.answer([A('landing.vn', '192.0.2.1')])
    expect(asked.packet).toMatchObject({ rcode: 'NXDOMAIN', answers: [{ data: 'landing.vn' }] })
  })
})

describe('an own alias', () => {
  const config = 'records: { www.so.vn: { cname: www.outside.vn, ttl: 30s } }\n'

  it('leads outside, and that is no block', () => {
    const it = new PathBench(config)
    const asked = it.ask('www.so.vn')
    it.answer([A('www.outside.vn', '192.0.2.1')])
    expect(recordsOf(asked)).toEqual(['www.so.vn CNAME www.outside.vn', 'www.outside.vn A 192.0.2.1'])
    expect(asked.ede).toEqual([])
    expect([answered(it), it.counters.answers(Ended.local), it.hits()]).toEqual([1, 1, []])
  })

  it('to a listed name is blocked there, as a hit of that name', () => {
    const it = new PathBench(config)
    it.lists([['outside.vn', 'subtree', 0]])
    expect(recordsOf(it.ask('www.so.vn'))).toEqual(['www.so.vn CNAME www.outside.vn', 'www.outside.vn A 10.10.10.10']) // prettier-ignore
    expect(it.hits()).toMatchObject([{ indicator: 'outside.vn', firstQname: 'www.outside.vn', blocked: 1 }])
  })
})

it('records of several types are answered by type, others are NODATA', () => {
  const data = [
    { type: Type.TXT, ttlSeconds: 20, data: '0161' },
    { type: Type.MX, ttlSeconds: 20, data: `000a${Buffer.from(wireName('mx.vn')).toString('hex')}` },
    { type: Type.TXT, ttlSeconds: 20, data: '0162' },
  ]
  const it = bench([['data.vn', 'exact', 2]], '', [rule(0, 'sinkhole', data)])
  expect(it.ask('data.vn', 'TXT').answers).toEqual(['TXT a', 'TXT b'])
  expect(it.ask('data.vn', 'MX').packet.answers).toMatchObject([{ ttl: 20, data: { preference: 10, exchange: 'mx.vn' } }]) // prettier-ignore
  expect(it.ask('data.vn', 'ANY').answers).toEqual(['TXT a', 'TXT b'])
  expect(it.ask('data.vn').packet).toMatchObject({ rcode: 'NOERROR', answers: [], authorities: [{ type: 'SOA' }] }) // prettier-ignore
  expect(it.ask('data.vn', 'TXT').ede).toEqual([15, 4])
  expect(it.ask('data.vn').ede).toEqual([15])
})
