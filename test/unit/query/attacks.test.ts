/** Ways round policy, and ways to bring the path down, that somebody has thought of: each was open once. */
import { describe, expect, it } from 'vitest'
import { NetworkSet } from '../../../src/access/networks.ts'
import { Outcome as Ended } from '../../../src/metrics/counters.ts'
import { address16 } from '../../support/addresses.ts'
import { encodeName } from '../../support/dns-client.ts'
import { PathBench } from '../../support/path-bench.ts'
import { list, rule } from '../../support/policy-fixture.ts'
import { answerTo, type Sent } from '../../support/scripted-datagrams.ts'
import { pointer, wireMessage, wireOpt, wireQuestion, wireRecord, words } from '../../support/wire-parts.ts'

const A = (name: string, data: string, ttl = 300) => ({ type: 'A', name, ttl, data })
const CNAME = (name: string, data: string) => ({ type: 'CNAME', name, ttl: 300, data })

/** The question of `sent` as it went up, answered with these records, octet by octet. */
function answerWith(sent: Sent, answers: readonly Uint8Array[], rcode = 0, opt: Uint8Array[] = []): void {
  const question = sent.bytes.subarray(12, sent.bytes.indexOf(0, 12) + 5)
  sent.reply(wireMessage({ id: sent.id, flags: 0x8180 | rcode, questions: [question], answers, additional: opt })) // prettier-ignore
}

/** An HTTPS record in service mode. */
const https = (priority: number, target: string): Buffer =>
  wireRecord(pointer(12), 'HTTPS', 300, Buffer.concat([words(priority), encodeName(target)]))

describe('a listed name cannot hide', () => {
  it('behind aliases that lead nowhere', () => {
    const it = new PathBench()
    it.lists([['evil.example', 'subtree', 0]])
    const asked = it.ask('shop.example')
    const decoys = Array.from({ length: 20 }, (_, i) => CNAME(`d${i}.example`, `d${i + 1}.example`))
    it.answer([...decoys, CNAME('shop.example', 'c2.evil.example'), A('c2.evil.example', '192.0.2.9')])
    expect(asked.answers).toEqual(['A 10.10.10.10'])
    expect(it.ask('shop.example').answers).toEqual(['A 10.10.10.10'])
    expect(it.hits()).toMatchObject([{ indicator: 'evil.example', triggers: 2, blocked: 2 }])
  })

  it('behind other targets of the same HTTPS record set', () => {
    const it = new PathBench()
    it.lists([['evil.example', 'subtree', 0]])
    const asked = it.ask('shop.example', 'HTTPS')
    const targets = Array.from({ length: 12 }, (_, i) => https(i + 1, `cdn${i}.example`))
    answerWith(it.datagrams.last, [...targets, https(13, 'c2.evil.example')])
    expect(asked.packet).toMatchObject({ rcode: 'NOERROR', answers: [] })
    expect(it.hits()).toMatchObject([{ indicator: 'evil.example', triggers: 2, blocked: 1 }])
  })

  it('behind a DNAME whose CNAME was left out', () => {
    const it = new PathBench()
    it.lists([['evil.example', 'subtree', 0]])
    const asked = it.ask('www.shop.example')
    answerWith(it.datagrams.last, [
      wireRecord('shop.example', 'DNAME', 300, encodeName('evil.example')),
      wireRecord('www.evil.example', 'A', 300, Buffer.from([192, 0, 2, 9])),
    ])
    expect(asked.answers).toEqual(['A 10.10.10.10'])
  })

  it.each([
    ['an address', 'A', wireRecord('shop.example', 'A', 60, Buffer.from([192, 0, 2, 9]), { rrclass: 3 })],
    ['an alias', 'A', wireRecord('shop.example', 'CNAME', 60, encodeName('evil.example'), { rrclass: 4 })],
  ])('in another class: %s', (_what, type, record) => {
    // There are C libraries that look at the type of a record and not at its class.
    const it = new PathBench()
    it.lists([
      ['192.0.2.0/24', 0],
      ['evil.example', 'subtree', 0],
    ])
    const asked = it.ask('shop.example', type)
    answerWith(it.datagrams.last, [record])
    expect(asked.answers).toEqual(['A 10.10.10.10'])
  })

  it('in another class, with data that are no address there', () => {
    const it = new PathBench()
    it.lists([['0.0.0.0/12', 0]])
    const asked = it.ask('shop.example')
    answerWith(it.datagrams.last, [
      wireRecord('shop.example', 'A', 60, Buffer.from([3]), { rrclass: 3 }),
      wireRecord('shop.example', 'A', 60, Buffer.from([192, 0, 2, 9])),
    ])
    // Two answers, NOERROR: passed as they are.
    expect([...asked.bytes!.subarray(2, 8)]).toEqual([0x81, 0x80, 0, 1, 0, 2])
  })

  it('behind an allow entry for another name, or for one of several aliases', () => {
    const it = new PathBench()
    it.lists(
      [
        ['good.example', 'subtree', 0],
        ['evil.example', 'subtree', 1],
      ],
      [list(1, { kind: 'allow', id: 'allow' }), list(7)],
      [rule(0, 'allow'), rule(1)],
    )
    const asked = it.ask('shop.example')
    it.answer([
      CNAME('shop.example', 'a.good.example'),
      CNAME('a.good.example', 'evil.example'),
      A('evil.example', '192.0.2.9'),
    ])
    expect(asked.answers).toEqual(['A 10.10.10.10'])
  })

  it('behind ANY, another class, no recursion, TCP, or a name in capitals', () => {
    const it = new PathBench()
    it.lists([['evil.example', 'subtree', 0]])
    expect(it.ask('evil.example', 'ANY').packet.answers).toEqual([])
    expect(it.ask('evil.example', 'A', { flags: 0 }).answers).toEqual(['A 10.10.10.10'])
    expect(it.ask('EVIL.example', 'A', { transport: 1 }).answers).toEqual(['A 10.10.10.10'])
    for (const qclass of [3, 4, 254, 255]) {
      const sent = it.send(wireMessage({ id: 1, questions: [wireQuestion('evil.example', 'A', qclass)] }))
      expect(sent.packet).toMatchObject({ rcode: 'REFUSED', answers: [] })
    }
    expect(it.datagrams.sent).toEqual([])
  })
})

describe('a hit', () => {
  it('is counted once for a query that two snapshots of a logging list have seen', () => {
    const it = new PathBench()
    const entries = [['shop.example', 'exact', 0]] as const
    const logging = [[list(7, { action: 'log' })], [rule(0, 'log')]] as const
    it.lists(entries, ...logging)
    const asked = [it.ask('shop.example'), it.ask('shop.example')]
    it.lists(entries, ...logging)
    it.answer([A('shop.example', '192.0.2.1')])
    expect(asked.map(({ answers }) => answers)).toEqual([['A 192.0.2.1'], ['A 192.0.2.1']])
    expect(it.hits()).toMatchObject([{ logged: 2, blocked: 0 }])
  })
})

describe('an answer', () => {
  it('keeps the question of its waiter, whatever the transport does with the packet', () => {
    const it = new PathBench()
    const query = Buffer.from(wireMessage({ id: 0x1234, questions: [wireQuestion('Shop.example', 'A')] }))
    const got: Buffer[] = []
    const origin = {
      transport: 0 as const,
      address: address16('10.1.2.3'),
      maxBytes: 1232,
      later: () => ({
        address: address16('10.1.2.3'),
        send: (bytes: Uint8Array, length: number) => void got.push(Buffer.from(bytes.subarray(0, length))),
      }),
    }
    // A Buffer, whose slice is no copy.
    expect(it.path.question(query, query.length, origin, new Uint8Array(4096))).toBe(0)
    const question = Buffer.from(query.subarray(12))
    query.fill(0xee)
    it.answer([A('shop.example', '192.0.2.1')])
    expect(got[0]!.subarray(12, 12 + question.length)).toEqual(question)
  })

  it('to another type whose number differs as letters do is none to the question', () => {
    const it = new PathBench()
    // An upstream that changes the case is believed in any.
    for (let i = 0; i < 3; i++) {
      it.ask(`abcdefghijklmnop${i}.example`)
      const { bytes } = it.datagrams.last
      const end = bytes.indexOf(0, 12)
      it.datagrams.last.reply(
        answerTo(bytes).map((byte, at) => (at > 12 && at < end && byte >= 0x61 ? byte & 0xdf : byte)),
      )
    }
    expect(it.exchange.status()[0]).toMatchObject({ case: 'off' })
    const asked = it.ask('shop.example', 'HTTPS')
    const { id, qtype } = it.datagrams.last
    expect(qtype).toBe(65)
    const other = wireMessage({ id, flags: 0x8180, questions: [wireQuestion('shop.example', 97)], answers: [wireRecord(pointer(12), 97, 60, Buffer.from([1]))] }) // prettier-ignore
    it.datagrams.last.reply(other)
    expect(asked.bytes).toBeNull()
  })

  it('with an extended rcode is SERVFAIL, not NOERROR, for a client without EDNS', () => {
    const it = new PathBench()
    const asked = it.ask('shop.example', 'A', { edns: null })
    // BADCOOKIE is 23: 7 in the header; BADVERS is 16: 0 in the header.
    answerWith(it.datagrams.last, [https(1, 'a.example')], 0, [wireOpt(undefined, { ttl: 0x0100_0000 })])
    expect(asked.packet).toMatchObject({ rcode: 'SERVFAIL', answers: [] })
  })
})

describe('the wall clock set back', () => {
  it('by less than a minute does not make a failure last', () => {
    const it = new PathBench()
    const asked = it.ask('shop.example')
    for (const sent of [...it.datagrams.sent]) sent.socket.fail('ECONNREFUSED')
    it.clock.advance(400)
    expect(asked.packet).toMatchObject({ rcode: 'SERVFAIL' })
    it.clock.advance(2_000)
    it.clock.setWall(it.clock.wallMs() - 50_000)
    expect(it.ask('shop.example').bytes).toBeNull()
  })

  it('by hours does not leave a failing name unasked for hours', () => {
    const it = new PathBench()
    it.ask('shop.example')
    it.answer([A('shop.example', '192.0.2.1', 60)])
    it.clock.advance(10 * 3_600_000)
    const stale = it.ask('shop.example')
    for (const sent of it.datagrams.sent.slice(-1)) sent.socket.fail('ECONNREFUSED')
    it.clock.advance(400)
    expect(stale.ede).toEqual([3])
    const sent = it.datagrams.sent.length
    it.clock.setWall(it.clock.wallMs() - 5 * 3_600_000)
    it.ask('shop.example')
    expect(it.datagrams.sent.length).toBeGreaterThan(sent)
  })
})

describe('new settings', () => {
  it('let the servers they name be asked, whatever fails of what was asked before', () => {
    const it = new PathBench('forward: [{ zones: [corp.example], servers: ["192.0.2.54"] }]')
    const before = it.ask('pc.corp.example')
    const old = it.datagrams.last
    expect(old.to).toBe('192.0.2.54:53')
    const settings = { ...it.settings, forward: [{ zones: ['corp.example'], servers: [{ address: '192.0.2.55', port: 53 }] }] } // prettier-ignore
    it.exchange.reconfigure(settings)
    it.path.configure(settings, new NetworkSet(settings.access.networks))
    old.socket.fail('ECONNREFUSED')
    it.clock.advance(100)
    expect(before.packet).toMatchObject({ rcode: 'SERVFAIL' })
    const after = it.ask('pc.corp.example')
    expect(after.bytes).toBeNull()
    expect(it.datagrams.last.to).toBe('192.0.2.55:53')
  })
})

describe('an outage', () => {
  it('of all upstreams ends for every name within seconds of its end', () => {
    const it = new PathBench()
    for (let second = 0; second < 400; second++) {
      it.ask('shop.example')
      for (const { socket } of it.datagrams.sent.splice(0)) socket.fail('ECONNREFUSED')
      it.clock.advance(1000)
    }
    it.datagrams.onSend = (sent) => sent.reply(answerTo(sent.bytes))
    it.clock.advance(6_000)
    expect(it.ask('shop.example').answers).toEqual(['A 192.0.2.1'])
  })
})

describe('a flood', () => {
  it('of queries that cannot be read is limited like any other', () => {
    const it = new PathBench()
    const limit = it.settings.access.queriesPerSecond
    const bad = wireMessage({ id: 7, flags: 0x2000, questions: [wireQuestion('shop.example', 'A')] })
    const sent = Array.from({ length: limit + 100 }, () => it.send(bad))
    expect(sent.filter(({ bytes }) => bytes === null)).toHaveLength(50)
    expect(it.counters.answers(Ended.limited)).toBe(100)
  })

  it('of queries whose answers do not come takes no more memory than is stated', () => {
    const it = new PathBench('')
    const out = new Uint8Array(4096)
    let later = 0
    let failed = 0
    const origin = { transport: 0 as const, address: address16('127.0.0.1'), maxBytes: 1232, later: () => (later++, { address: address16('127.0.0.1'), send: () => {} }) } // prettier-ignore
    for (let name = 0; name < 70; name++) {
      const query = wireMessage({ id: 1, questions: [wireQuestion(`n${name}.example`, 'A')] })
      for (let i = 0; i < 1000; i++) failed += it.path.question(query, query.length, origin, out) > 0 ? 1 : 0
    }
    expect(later).toBeLessThanOrEqual(65_536)
    expect(later + failed).toBe(70_000)
    // All are told in the end, and there is room again.
    it.clock.advance(11_000)
    const query = wireMessage({ id: 1, questions: [wireQuestion('after.example', 'A')] })
    expect(it.path.question(query, query.length, origin, out)).toBe(0)
  })
})
