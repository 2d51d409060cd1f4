/** What becomes of a clean name: forwarded, cached, stale, failed; who gets which answer, and with which flags. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Outcome as Ended } from '../../../src/metrics/counters.ts'
import { PathBench } from '../../support/path-bench.ts'
import { answerTo, type Sent } from '../../support/scripted-datagrams.ts'

const A = (name: string, data: string, ttl = 300) => ({ type: 'A', name, ttl, data })
const SOA = (name: string, ttl: number) => ({
  type: 'SOA', name, ttl, data: { mname: 'ns.test', rname: 'h.test', serial: 1, refresh: 2, retry: 3, expire: 4, minimum: ttl },
}) // prettier-ignore

/** A bench on which `name` was answered, with TTL 60, and has expired since. */
function withStale(name: string): PathBench {
  const it = new PathBench()
  it.ask(name)
  it.answer([A(name, '192.0.2.1', 60)])
  it.clock.advance(100_000)
  return it
}

describe('an answer', () => {
  it('comes with the id, the case and the flags of its query, from upstream and from the cache', () => {
    const it = new PathBench()
    for (const outcome of ['forwarded', 'cached'] as const) {
      const asked = it.ask('WwW.ExAmple', 'A', { id: 77, flags: 0x0110 })
      if (outcome === 'forwarded') it.answer([A('www.example', '192.0.2.1')])
      const { packet } = asked
      expect(packet).toMatchObject({ id: 77, questions: [{ name: 'WwW.ExAmple' }], flag_rd: true, flag_ra: true, flag_aa: false, flag_cd: true }) // prettier-ignore
      expect(asked.answers).toEqual(['A 192.0.2.1'])
      expect(it.counters.answers(Ended[outcome])).toBe(1)
    }
  })

  it('ages in the cache, and is asked for again when it has expired', () => {
    const it = new PathBench()
    it.ask('www.example')
    it.answer([A('www.example', '192.0.2.1', 60)])
    it.clock.advance(41_000)
    expect(it.ask('www.example').packet.answers[0]!.ttl).toBe(19)
    it.clock.advance(20_000)
    expect(it.ask('www.example').bytes).toBeNull()
    expect(it.datagrams.sent).toHaveLength(2)
  })

  it('with TTL 0 goes to those who wait, as it is, and is not kept', () => {
    const it = new PathBench()
    const both = [it.ask('www.example'), it.ask('www.example')]
    it.answer([A('www.example', '192.0.2.1', 0)])
    expect(both.map(({ packet }) => packet.answers[0]!.ttl)).toEqual([0, 0])
    it.ask('www.example')
    expect(it.datagrams.sent).toHaveLength(2)
  })

  it.each([
    ['neither AD nor DO', 0x0100, false, false],
    ['AD', 0x0120, false, true],
    ['DO', 0x0100, true, true],
  ])('has AD for a client that set %s', (_who, flags, dnssecOk, wanted) => {
    const it = new PathBench()
    for (let round = 0; round < 2; round++) {
      const asked = it.ask('www.example', 'A', { flags, edns: { dnssecOk } })
      if (round === 0) it.answer([A('www.example', '192.0.2.1')], { flags: 0x01a0 })
      expect(asked.packet).toMatchObject({ flag_ad: wanted })
    }
  })

  it('that is too long for the client is header, question and OPT with TC', () => {
    const it = new PathBench()
    const many = Array.from({ length: 40 }, (_, i) => A('www.example', `192.0.2.${i}`))
    const small = it.ask('www.example', 'A', { edns: null })
    it.answer(many)
    expect(small.packet).toMatchObject({ flag_tc: true, answers: [], additionals: [] })
    expect(small.bytes!.length).toBeLessThan(512)
    const edns = it.ask('www.example', 'A', { edns: { size: 600 } })
    expect(edns.packet).toMatchObject({ flag_tc: true, answers: [], additionals: [{ type: 'OPT' }] })
    expect(it.ask('www.example', 'A', { edns: { size: 4096 } }).answers).toHaveLength(40)
    expect(it.ask('www.example', 'A', { edns: null, transport: 1 }).answers).toHaveLength(40)
  })

  it('that is negative is kept as long as its SOA says', () => {
    const it = new PathBench()
    const asked = it.ask('none.example')
    it.answer([], { rcode: 3, authorities: [SOA('example', 30)] })
    expect(asked.packet).toMatchObject({ rcode: 'NXDOMAIN' })
    it.clock.advance(29_000)
    expect(it.ask('none.example').packet).toMatchObject({ rcode: 'NXDOMAIN', authorities: [{ ttl: 1 }] })
    it.clock.advance(2_000)
    expect(it.ask('none.example').bytes).toBeNull()
  })
})

describe('what is not known here', () => {
  it('is not asked for a query without RD', () => {
    const it = new PathBench()
    expect(it.ask('www.example', 'A', { flags: 0 }).packet).toMatchObject({
      rcode: 'REFUSED',
      flag_rd: false,
    })
    it.ask('www.example')
    it.answer([A('www.example', '192.0.2.1')])
    expect(it.ask('www.example', 'A', { flags: 0 }).answers).toEqual(['A 192.0.2.1'])
    expect(it.datagrams.sent).toHaveLength(1)
  })

  it('is refused for strangers, with EDE 18, a hundred times a second and no more', () => {
    const it = new PathBench()
    const asked = Array.from({ length: 110 }, () => it.ask('www.example', 'A', { from: '203.0.113.9' }))
    expect(asked[0]!.packet).toMatchObject({ rcode: 'REFUSED' })
    expect(asked[0]!.ede).toEqual([18])
    expect(asked.filter(({ isDropped }) => isDropped)).toHaveLength(10)
    expect(it.datagrams.sent).toEqual([])
  })

  it('is asked once for all who ask the same meanwhile', () => {
    const it = new PathBench()
    const asked = Array.from({ length: 20 }, (_, i) =>
      it.ask(i % 2 ? 'www.EXAMPLE' : 'www.example', 'A', { id: i }),
    )
    expect(it.datagrams.sent).toHaveLength(1)
    it.answer([A('www.example', '192.0.2.1')])
    expect(asked.map(({ packet }) => packet.id)).toEqual(asked.map((_, i) => i))
    expect(it.counters.named('coalesced')).toBe(19)
  })
})

describe('when the upstream does not answer', () => {
  it('what is stale is served after 1.8 s with TTL 30, EDE 3 and no AD; the answer is kept when it comes', () => {
    const it = withStale('www.example')
    const asked = it.ask('www.example', 'A', { flags: 0x0120 })
    it.clock.advance(1_700)
    expect(asked.bytes).toBeNull()
    it.clock.advance(200)
    expect(asked.answers).toEqual(['A 192.0.2.1'])
    expect(asked.packet).toMatchObject({ answers: [{ ttl: 30 }], flag_ad: false })
    expect(asked.ede).toEqual([3])
    it.answer([A('www.example', '192.0.2.2')])
    expect(it.ask('www.example').answers).toEqual(['A 192.0.2.2'])
    expect(it.counters.answers(Ended.stale)).toBe(1)
  })

  it('one who asks while it is slow gets what is stale too', () => {
    const it = withStale('www.example')
    it.ask('www.example')
    it.clock.advance(2_500)
    const late = it.ask('www.example')
    it.clock.advance(100)
    expect(late.ede).toEqual([3])
  })

  it('with nothing stale SERVFAIL comes at 4.5 s, and the answer is kept when it comes', () => {
    const it = new PathBench()
    const asked = it.ask('www.example')
    it.clock.advance(4_400)
    expect(asked.bytes).toBeNull()
    it.clock.advance(200)
    expect(asked.packet).toMatchObject({ rcode: 'SERVFAIL' })
    expect(asked.ede).toEqual([23])
    it.answer([A('www.example', '192.0.2.1')])
    expect(it.ask('www.example').answers).toEqual(['A 192.0.2.1'])
  })

  it('a failure is remembered: nobody is asked again for a second, and the client is told so', () => {
    const it = new PathBench()
    const asked = it.ask('www.example')
    for (const sent of [...it.datagrams.sent]) sent.socket.fail('ECONNREFUSED')
    it.clock.advance(400)
    expect(asked.packet).toMatchObject({ rcode: 'SERVFAIL' })
    expect(asked.ede).toEqual([22])
    const sent = it.datagrams.sent.length
    const again = it.ask('www.example')
    expect(again.packet).toMatchObject({ rcode: 'SERVFAIL' })
    expect(again.ede).toEqual([13])
    expect(it.datagrams.sent).toHaveLength(sent)
    it.clock.advance(1_100)
    it.ask('www.example')
    expect(it.datagrams.sent.length).toBeGreaterThan(sent)
  })

  it('a refusal of all is passed on, and stale data go before it', () => {
    // Without EDNS it is asked a second time: SERVFAIL without OPT may mean that EDNS is not understood.
    const refuse = (it: PathBench): void => {
      for (let round = 0; round < 2; round++) {
        it.datagrams.last.reply(answerTo(it.datagrams.last.bytes, { rcode: 2 }))
        it.clock.advance(30)
      }
    }
    const it = new PathBench()
    const asked = it.ask('www.example')
    refuse(it)
    expect(asked.packet).toMatchObject({ rcode: 'SERVFAIL' })
    const stale = withStale('www.example')
    const other = stale.ask('www.example')
    refuse(stale)
    expect(other.answers).toEqual(['A 192.0.2.1'])
  })
})

describe('a thousand clients', () => {
  it('asking at once, answered in any order, twice or with spoiled bytes, never get another one’s answer', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(fc.nat(999), { minLength: 1000, maxLength: 1000 }),
        (seed, order) => {
          const it = new PathBench()
          const asked = Array.from({ length: 1000 }, (_, i) => ({
            i,
            outcome: it.ask(`n${i % 700}.example`, 'A', {
              id: (i * 31 + seed) & 0xffff,
              from: `10.0.${i >> 8}.${i & 255}`,
            }),
          }))
          const sent = new Map<string, Sent>(it.datagrams.sent.map((one) => [one.name, one]))
          expect(sent.size).toBe(700)
          const reply = (name: string): void => {
            const one = sent.get(name)!
            const number = Number(/\d+/.exec(name))
            const bytes = answerTo(one.bytes, { address: [192, 0, number >> 8, number & 255] })
            if ((number + seed) % 7 === 0)
              one.reply(bytes.map((byte, at) => (at > 20 && at % 5 === 0 ? byte ^ seed : byte)))
            one.reply(bytes)
          }
          for (const i of order) reply(`n${i % 700}.example`)
          for (const name of sent.keys()) reply(name)
          for (const { i, outcome } of asked) {
            const number = i % 700
            if (outcome.bytes === null) continue
            expect(outcome.packet.id).toBe((i * 31 + seed) & 0xffff)
            expect(outcome.packet.questions[0]!.name).toBe(`n${number}.example`)
            if ((number + seed) % 7 !== 0)
              expect(outcome.answers).toEqual([`A 192.0.${number >> 8}.${number & 255}`])
          }
          const answered = asked.filter(({ outcome }) => outcome.bytes !== null)
          expect(answered.length).toBeGreaterThan(800)
        },
      ),
      { numRuns: 5 },
    )
  })
})

describe('any bytes', () => {
  it('from a client get no answer longer than the transport takes, and never an answer to an answer', () => {
    const it = new PathBench()
    it.lists([['evil.example', 'subtree', 0]])
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 600 }),
        fc.constantFrom(0 as const, 1 as const),
        (bytes, transport) => {
          const outcome = it.send(bytes, '10.1.1.1', transport)
          if (outcome.bytes === null) return
          expect(bytes[2]! & 0x80).toBe(0)
          expect(outcome.bytes.length).toBeLessThanOrEqual(transport === 0 ? 1232 : 65_535)
          expect(outcome.bytes[2]! & 0x80).toBe(0x80)
          expect(outcome.bytes.subarray(0, 2)).toEqual(Buffer.from(bytes.subarray(0, 2)))
        },
      ),
    )
  })
})
