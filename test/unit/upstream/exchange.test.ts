import { afterEach, describe, expect, it } from 'vitest'
import { NameKey } from '../../../src/wire/name-key.ts'
import { keyFromText } from '../../../src/wire/name.ts'
import { ExchangeBench, makeSettings } from '../../support/exchange-bench.ts'
import { answerTo } from '../../support/scripted-datagrams.ts'

// Nobody listens there: what goes to TCP is refused, and nothing leaves the machine.
const A = '127.0.0.1:1'
const B = '127.0.0.2:1'
const C = '127.0.0.3:1'

const open: ExchangeBench[] = []
function bench(...args: ConstructorParameters<typeof ExchangeBench>): ExchangeBench {
  const made = new ExchangeBench(...args)
  open.push(made)
  return made
}
afterEach(() => {
  for (const one of open.splice(0)) one.exchange.close()
})

describe('the query that goes up', () => {
  it('has RD and AD, CD and DO as asked, EDNS 1232 and one question', () => {
    const it = bench(makeSettings([A]))
    it.ask('www.example.com', 'w', { dnssecOk: true, checkingDisabled: true, qtype: 28 })
    const { bytes } = it.datagrams.last
    expect([bytes[2], bytes[3]]).toEqual([0x01, 0x30])
    expect([...bytes.subarray(4, 12)]).toEqual([0, 1, 0, 0, 0, 0, 0, 1])
    expect([...bytes.subarray(bytes.length - 11)]).toEqual([0, 0, 41, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 0])
    it.ask('www.example.com')
    expect(it.datagrams.last.bytes[3]).toBe(0x20)
    expect(it.datagrams.last.bytes.at(-4)).toBe(0)
  })

  it('is spelled in random case and leaves by random sockets under random ids', () => {
    const it = bench(makeSettings([A]))
    for (let i = 0; i < 64; i++) it.ask(`a-rather-long-name-to-spell-${i}.example.com`)
    const { sent, sockets } = it.datagrams
    expect(new Set(sent.map(({ id }) => id)).size).toBeGreaterThan(60)
    expect(sockets.length).toBeGreaterThan(8)
    expect(sockets.length).toBeLessThanOrEqual(16)
    const spellings = new Set(sent.map(({ bytes }) => Buffer.from(bytes.subarray(13, 33)).toString()))
    expect(spellings.size).toBeGreaterThan(60)
  })

  it('is not sent again for the same question, but for any other', () => {
    const it = bench(makeSettings([A]))
    it.ask('a.test', 'one')
    it.ask('a.test', 'two')
    it.ask('a.test', 'three', { dnssecOk: true })
    it.ask('a.test', 'four', { checkingDisabled: true })
    it.ask('a.test', 'five', { qtype: 28 })
    expect(it.datagrams.sent).toHaveLength(4)
    expect(it.counters.named('coalesced')).toBe(1)
    it.datagrams.sent[0]!.reply()
    expect(it.of('answered')[0]?.waiters).toEqual(['one', 'two'])
    expect(it.exchange.pendingCount).toBe(3)
    it.ask('a.test', 'six')
    expect(it.datagrams.sent).toHaveLength(5)
  })
})

describe('what comes back', () => {
  it('is handed on once, with who said it', () => {
    const it = bench(makeSettings([A]))
    it.ask('a.test')
    const { last } = it.datagrams
    last.reply()
    last.reply()
    expect(it.said).toHaveLength(1)
    expect(it.said[0]).toMatchObject({ event: 'answered', waiters: ['w'], upstream: A })
    expect(Uint8Array.from(it.said[0]?.bytes ?? [])).toEqual(answerTo(last.bytes))
    expect(it.counters.named('upstreamMismatched')).toBe(1)
    expect(it.exchange.status()[0]).toMatchObject({
      name: A,
      state: 'up',
      requests: 1,
      lastAnswerAt: it.clock.wallMs(),
    })
  })

  it('is nothing when it is a query, is short, or has another id or socket', () => {
    const it = bench(makeSettings([A, B]))
    it.ask('a.test')
    const { last } = it.datagrams
    const good = answerTo(last.bytes)
    last.reply(last.bytes)
    last.reply(good.subarray(0, 11))
    const otherId = Uint8Array.from(good)
    otherId[1]! ^= 1
    last.reply(otherId)
    it.ask('b.test')
    const other = it.datagrams.last
    if (other.socket !== last.socket && other.id !== last.id) other.socket.deliver(good)
    expect(it.said).toEqual([])
    last.reply(good)
    expect(it.of('answered')).toHaveLength(1)
  })

  it('goes on to the next upstream where it cannot be read', () => {
    const it = bench(makeSettings([A, B]))
    it.ask('a.test')
    it.canRead = false
    it.datagrams.last.reply()
    it.canRead = true
    expect(it.route).toEqual([A, B])
    it.datagrams.last.reply()
    expect(it.said.map(({ upstream, waiters }) => [upstream, waiters])).toEqual([[A, ['w']], [B, ['w']]]) // prettier-ignore
    expect(it.exchange.status()[0]?.failures.malformed).toBe(1)
    expect(it.exchange.pendingCount).toBe(0)
  })

  it('is passed on though it be a refusal, when nobody knows better', () => {
    const it = bench(makeSettings([A, B, C]))
    it.ask('a.test')
    it.datagrams.last.reply(answerTo(it.datagrams.last.bytes, { rcode: 2 }))
    // EDNS is not proven yet: once more without it.
    expect(it.datagrams.last).toMatchObject({ to: A, hasEdns: false })
    it.datagrams.last.reply(answerTo(it.datagrams.last.bytes, { rcode: 2 }))
    it.datagrams.last.reply(answerTo(it.datagrams.last.bytes, { rcode: 5 }))
    it.datagrams.last.socket.fail('ECONNREFUSED')
    expect(it.route).toEqual([A, A, B, C])
    expect(it.said).toHaveLength(1)
    expect(it.said[0]).toMatchObject({ event: 'answered', upstream: B })
    expect(it.said[0]!.bytes[3]! & 15).toBe(5)
    const [a, b, c] = it.exchange.status()
    expect([a?.failures.servfail, b?.failures.denied, c?.failures.refused]).toEqual([2, 1, 1])
  })
})

describe('silence', () => {
  it('is asked again from 400 ms, slow at 1.8 s, overdue at 4.5 s, failed at 10 s', () => {
    const it = bench(makeSettings([A, B]))
    const times = it.recordTimes()
    it.ask('a.test')
    it.clock.advance(12_000)
    expect(it.route.slice(0, 4)).toEqual([A, B, A, B])
    expect(times.slice(0, 4)).toEqual([0, 400, 1200, 2800])
    // Three times each over UDP and no more (RFC 9520 §3.1).
    expect(it.route).toHaveLength(6)
    expect(it.said.map(({ event, at }) => [event, at])).toEqual([
      ['slow', 1800],
      ['slow', 4500],
      ['overdue', 4500],
      ['failed', 10_000],
    ])
    expect(it.of('failed')[0]?.reason).toBe('timeout')
    expect(it.exchange.pendingCount).toBe(0)
  })

  it('takes an answer that comes late, also from an upstream asked before', () => {
    const it = bench(makeSettings([A, B]))
    it.ask('a.test')
    it.clock.advance(9_000)
    expect(it.of('failed')).toEqual([])
    it.datagrams.sent[0]!.reply()
    expect(it.of('answered')[0]).toMatchObject({ upstream: A, at: 9000 })
  })

  it('tells those who join later at the next tick what they would have been told', () => {
    const it = bench(makeSettings([A]))
    it.dropsOverdue = false
    it.ask('a.test', 'one')
    it.clock.advance(2_000)
    it.ask('a.test', 'two')
    it.clock.advance(25)
    expect(it.of('slow').map(({ at, waiters }) => [at, waiters])).toEqual([[1800, ['one']], [2025, ['one', 'two']]]) // prettier-ignore
    it.clock.advance(3_000)
    it.ask('a.test', 'three')
    it.clock.advance(25)
    expect(it.of('overdue').map(({ at }) => at)).toEqual([4500, 5050])
    expect(it.datagrams.sent).toHaveLength(3)
  })

  it('knows a late answer for one: it measures and is no mismatch', () => {
    const it = bench(makeSettings([A, B]))
    it.ask('a.test')
    it.clock.advance(400)
    it.datagrams.last.reply()
    it.clock.advance(100)
    it.datagrams.sent[0]!.reply()
    expect(it.counters.named('upstreamMismatched')).toBe(0)
    expect(it.exchange.status()[0]?.rttMs).toBe(500)
    expect(it.of('answered')).toHaveLength(1)
  })

  it('waits longer for an upstream known to be slow', () => {
    const it = bench(makeSettings([A]))
    for (let i = 0; i < 8; i++) {
      it.ask(`n${i}.test`)
      const sent = it.datagrams.last
      it.clock.advance(700)
      sent.reply()
    }
    const before = it.datagrams.sent.length
    it.ask('last.test')
    it.clock.advance(700)
    expect(it.datagrams.sent.length).toBe(before + 1)
  })
})

describe('nobody there', () => {
  it('fails at once when every upstream refuses', () => {
    const it = bench(makeSettings([A, B]))
    it.ask('a.test')
    it.datagrams.last.socket.fail('ECONNREFUSED')
    it.datagrams.last.socket.fail('ECONNREFUSED')
    expect(it.route).toEqual([A, B])
    expect(it.said).toMatchObject([{ event: 'failed', at: 0, reason: 'refused', waiters: ['w'] }])
  })

  it('fails at the next tick, not inside ask, when no socket can be opened', () => {
    const it = bench(makeSettings([A, B]))
    it.datagrams.connectError = new Error('EMFILE')
    expect(it.ask('a.test')).toBe(true)
    expect(it.said).toEqual([])
    it.clock.advance(100)
    expect(it.said).toMatchObject([{ event: 'failed', reason: 'network' }])
  })

  it('answers false where there is nobody to ask', () => {
    const it = bench(makeSettings([]))
    expect(it.ask('a.test')).toBe(false)
    expect(it.ask('a.test', 'w', { group: 7 })).toBe(false)
  })
})

describe('health', () => {
  it('puts a silent upstream last, probes it, and takes it back', () => {
    const it = bench(makeSettings([A, B]))
    it.datagrams.onSend = (sent) => sent.to === B && sent.reply()
    for (let i = 0; i < 4; i++) {
      it.ask(`n${i}.test`)
      it.clock.advance(500)
    }
    expect(it.exchange.status()[0]?.state).toBe('down')
    const before = it.datagrams.sent.length
    it.ask('straight.test')
    expect(it.route.slice(before)).toEqual([B])
    const probes = it.datagrams.probes.length
    it.clock.advance(5_000)
    const probe = it.datagrams.probes.slice(probes).find(({ to }) => to === A)
    probe?.reply(answerTo(probe.bytes, { rcode: 3 }))
    expect(it.exchange.status()[0]?.state).toBe('up')
  })

  it('never refuses to try when all are down', () => {
    const it = bench(makeSettings([A]))
    for (let i = 0; i < 4; i++) {
      it.ask(`n${i}.test`)
      it.datagrams.last.socket.fail('ECONNREFUSED')
    }
    expect(it.exchange.status()[0]?.state).toBe('down')
    it.ask('again.test')
    it.datagrams.last.reply()
    expect(it.of('answered')).toHaveLength(1)
    expect(it.exchange.status()[0]?.state).toBe('up')
  })

  it('does not put an upstream down for one burst of loss', () => {
    const it = bench(makeSettings([A, B]))
    it.datagrams.onSend = (sent) => sent.to === B && sent.reply()
    for (let i = 0; i < 50; i++) it.ask(`n${i}.test`)
    it.clock.advance(450)
    expect(it.exchange.status()[0]).toMatchObject({ state: 'up', failures: { timeout: 50 } })
  })

  it('puts down what only says SERVFAIL, and passes its word on where it is alone', () => {
    const it = bench(makeSettings([A]))
    it.datagrams.onSend = (sent) => sent.reply(answerTo(sent.bytes, { rcode: 2 }))
    for (let i = 0; i < 12; i++) it.ask(`n${i}.test`)
    expect(it.of('answered')).toHaveLength(12)
    expect(it.exchange.status()[0]?.state).toBe('down')
    it.datagrams.onSend = (sent) => sent.reply()
    it.ask('good.test')
    expect(it.exchange.status()[0]?.state).toBe('up')
  })
})

describe('groups', () => {
  it('never leak: each zone asks its own servers, with a health of its own', () => {
    const it = bench(makeSettings([A], 'fastest', [{ zones: ['so.tinh.local'], servers: [B] }, { zones: ['10.in-addr.arpa'], servers: [B, C] }])) // prettier-ignore
    it.ask('dc.so.tinh.local', 'w', { group: 1 })
    it.clock.advance(11_000)
    expect(new Set(it.route)).toEqual(new Set([B]))
    expect(it.of('failed')).toHaveLength(1)
    expect(it.exchange.status().map(({ name, group, state }) => [name, group, state])).toEqual([
      [A, 0, 'up'],
      [B, 1, 'down'],
      [B, 2, 'up'],
      [C, 2, 'up'],
    ])
    // Its health is probed with a name of its own zone.
    it.clock.advance(3_000)
    expect(it.datagrams.last).toMatchObject({ to: B, name: 'so.tinh.local', qtype: 6 })
    expect(it.datagrams.probes.every(({ to }) => to === A)).toBe(true)
  })
})

describe('strategy', () => {
  it('ordered keeps the order', () => {
    const it = bench(makeSettings([A, B], 'ordered'))
    it.datagrams.onSend = (sent) => sent.reply()
    for (let i = 0; i < 100; i++) it.ask(`n${i}.test`)
    expect(new Set(it.route)).toEqual(new Set([A]))
  })

  it('fastest finds the fastest and keeps measuring the others', () => {
    const it = bench(makeSettings([A, B], 'fastest'))
    let slow = A
    const soon: (() => void)[] = []
    const late: (() => void)[] = []
    it.datagrams.onSend = (sent) => (sent.to === slow ? late : soon).push(() => sent.reply())
    const run = (count: number, prefix: string): void => {
      for (let i = 0; i < count; i++) {
        it.ask(`${prefix}${i}.test`)
        for (const answer of soon.splice(0)) answer()
        it.clock.advance(50)
        for (const answer of late.splice(0)) answer()
      }
    }
    run(40, 'warm')
    let before = it.route.length
    run(400, 'a')
    const toB = it.route.slice(before).filter((to) => to === B).length
    const toA = it.route.length - before - toB
    expect(toB).toBe(400)
    expect(toA).toBeGreaterThan(3)
    expect(toA).toBeLessThan(60)
    slow = B
    run(400, 'b')
    before = it.route.length
    run(100, 'c')
    expect(it.route.slice(before).filter((to) => to === A)).toHaveLength(100)
  })
})

describe('bounds', () => {
  it('of questions and of waiters', () => {
    const it = bench(makeSettings([A]), { maxPending: 3, maxWaiters: 2 })
    expect(['a', 'b', 'c', 'd', 'a', 'a'].map((name) => it.ask(`${name}.test`))).toEqual([true, true, true, false, true, false]) // prettier-ignore
    it.datagrams.sent[0]!.reply()
    expect(it.ask('d.test')).toBe(true)
    expect(it.exchange.pendingCount).toBe(3)
  })

  it('of a socket: 10 s or 1,000 queries, closed when nothing is out', () => {
    const it = bench(makeSettings([A]))
    it.datagrams.onSend = (sent) => sent.reply()
    for (let i = 0; i < 20_000; i++) it.ask(`n${i}.test`)
    const used = new Map<unknown, number>()
    for (const { socket } of it.datagrams.sent) used.set(socket, (used.get(socket) ?? 0) + 1)
    expect(Math.max(...used.values())).toBe(1000)
    expect(it.datagrams.sockets.filter(({ isClosed }) => !isClosed).length).toBeLessThanOrEqual(16)
    it.clock.advance(12_000)
    expect(it.datagrams.sockets.filter(({ isClosed }) => !isClosed).length).toBeLessThanOrEqual(1)
    expect(it.exchange.status()[0]!.sockets).toBeLessThanOrEqual(1)
  })
})

describe('new settings', () => {
  it('keep what is the same, and let what is out finish', () => {
    const it = bench(makeSettings([A, B]))
    it.ask('known.test')
    it.clock.advance(30)
    it.datagrams.last.reply()
    it.ask('out.test', 'early')
    const out = it.datagrams.last
    it.exchange.reconfigure(makeSettings([C, A]))
    expect(it.exchange.status().map(({ name, rttMs }) => [name, rttMs])).toEqual([[C, null], [A, 30]]) // prettier-ignore
    it.ask('out.test', 'late')
    expect(it.datagrams.last.to).toBe(C)
    out.reply()
    expect(it.of('answered').at(-1)?.waiters).toEqual(['early'])
    it.clock.advance(15_000)
    expect(it.datagrams.sockets.filter(({ to, isClosed }) => to === B && !isClosed)).toEqual([])
  })
})

describe('loops', () => {
  function keyOf(text: string): NameKey {
    const key = new NameKey()
    keyFromText(text, key)
    return key
  }

  it('are found by a probe that comes back, shown, and left when it no longer does', () => {
    const it = bench(makeSettings([A, B]))
    it.clock.advance(25)
    const probe = it.datagrams.probes.find(({ to }) => to === B)!
    expect(it.exchange.isLoopProbe(keyOf('a.loop-probe.thanhloc.internal'))).toBe(-1)
    expect(it.exchange.isLoopProbe(keyOf(probe.name.replace(/^./, 'x')))).toBe(-1)
    expect(it.exchange.isLoopProbe(keyOf(probe.name))).toBe(1)
    expect(it.exchange.status().map(({ state }) => state)).toEqual(['up', 'loop'])
    it.ask('a.test')
    it.clock.advance(9_900)
    expect(it.route).not.toContain(B)
    it.clock.advance(700_000)
    expect(it.exchange.status()[1]?.state).not.toBe('loop')
  })

  it('leave nobody to ask where all upstreams lead back', () => {
    const it = bench(makeSettings([A]), { loopToken: '0123456789abcdef' })
    it.exchange.markLoop(A)
    expect(it.ask('a.test')).toBe(false)
    expect(it.exchange.status()[0]?.state).toBe('loop')
  })

  it('are recognised by every thread of the process', () => {
    const [one, two] = [0, 1].map(() => bench(makeSettings([A, B]), { loopToken: '0123456789abcdef' })) as [ExchangeBench, ExchangeBench] // prettier-ignore
    one.clock.advance(25)
    expect(two.exchange.isLoopProbe(keyOf(one.datagrams.probes.find(({ to }) => to === A)!.name))).toBe(0)
  })
})
