/**
 * Upstreams that answer something else than was asked, or cannot take what they are asked: nothing forged is believed,
 * and what an upstream cannot do is learnt, remembered and shown.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildQuery, exchange, expectAnswer, query } from '../support/dns-client.ts'
import { FakeUpstream, type SeenQuery } from '../support/fake-upstream.ts'
import { Relay } from '../support/relay.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { eventually, TestServer } from '../support/server.ts'
import { upstreamReport } from '../support/stage.ts'
import { pointer, RESPONSE_FLAGS, wireMessage, wireOpt, wireQuestion, wireRecord, words } from '../support/wire-parts.ts' // prettier-ignore
import { timed, ZONE, Zones } from '../support/zones.ts'

const OVERDUE_MS = 4_500
const FORGED = Buffer.from([203, 0, 113, 66])

let zones: Zones

beforeAll(async () => {
  zones = await Zones.open({
    'wrong-id.vn': 1,
    'wrong-source.vn': 1,
    'wrong-question.vn': 1,
    'wrong-type.vn': 1,
    'case.vn': 1,
    'case-once.vn': 1,
    'truncated.vn': 1,
    'no-tcp.vn': 1,
    'formerr.vn': 1,
    'notimp.vn': 1,
    'badvers.vn': 1,
    'drops-edns.vn': 1,
    'ignores-edns.vn': 1,
    'bare.vn': 1,
    'malformed.vn': 1,
    'mutated.vn': 1,
    'pointers.vn': 1,
    'honest.vn': 1,
  })
})
afterAll(() => zones.close())

/** A reply that is right but for what `parts` says, with an address nobody may believe. */
function forge(seen: SeenQuery, parts: { id?: number; name?: string; type?: string } = {}): Buffer {
  return wireMessage({
    id: parts.id ?? seen.id,
    flags: RESPONSE_FLAGS,
    questions: [wireQuestion(parts.name ?? seen.spelled, parts.type ?? seen.qtype)],
    answers: [wireRecord(pointer(12), 'A', 300, FORGED)],
  })
}

/** Forged over UDP, true over TCP. */
function forgesUdp(zone: string, how: (seen: SeenQuery) => Buffer): FakeUpstream {
  const up = zones.up(zone)
  return up.raw((seen) => (seen.transport === 'udp' ? how(seen) : up.reply(seen)))
}

/** By which transports `name` was asked, in order; what was sent again on a busy machine counts once. */
function transports(up: FakeUpstream, name: string): string[] {
  return [...new Set(up.seen(name).map(({ transport }) => transport))]
}

/** Whether EDNS was tried, and then not. */
function triedEdns(up: FakeUpstream, name: string): boolean[] {
  return [...new Set(up.seen(name).map(({ edns }) => edns !== null))]
}

describe.concurrent('forged answers are not believed', () => {
  it('another id: as if nothing had come, and in the end TCP', async () => {
    const up = forgesUdp('wrong-id.vn', (seen) => forge(seen, { id: seen.id ^ 1 }))
    expectAnswer(await zones.ask('a.wrong-id.vn'), 'a.wrong-id.vn', 'A', ZONE)
    expect(up.seen('a.wrong-id.vn').map(({ transport }) => transport)).toEqual(['udp', 'udp', 'udp', 'tcp'])
  })

  it('another source: as if nothing had come, and in the end TCP', async () => {
    const up = zones.up('wrong-source.vn').mangle('source')
    expectAnswer(await zones.ask('a.wrong-source.vn'), 'a.wrong-source.vn', 'A', ZONE)
    expect(up.seen('a.wrong-source.vn').map(({ transport }) => transport)).toEqual([
      'udp',
      'udp',
      'udp',
      'tcp',
    ])
  })

  it.each([
    ['wrong-question.vn', (seen: SeenQuery) => forge(seen, { name: `b.${seen.spelled}` })],
    ['wrong-type.vn', (seen: SeenQuery) => forge(seen, { type: 'AAAA' })],
  ])('%s with the right id: a near miss, that question goes to TCP at once', async (zone, how) => {
    const up = forgesUdp(zone, how)
    for (const name of [`a.${zone}`, `b.${zone}`]) {
      const { result, ms } = await timed(() => zones.ask(name))
      expectAnswer(result, name, 'A', ZONE)
      expect(ms).toBeLessThan(OVERDUE_MS)
      expect(transports(up, name)).toEqual(['udp', 'tcp'])
    }
    // It was a forgery, not the way of the upstream: nothing is switched off.
    expect(await upstreamReport(zones.server, up)).toMatchObject({ case: 'on', edns: 'on', state: 'up' })
  })

  it('a forged answer before the true one spoils only its own attempt', async () => {
    const up = zones.up('honest.vn')
    // Whoever guesses an id sends it many times over; here: the query itself, back, and an answer to it with QR=0.
    up.raw((seen) =>
      seen.name === 'echo.honest.vn' && seen.transport === 'udp' ? seen.bytes : up.reply(seen),
    )
    expectAnswer(await zones.ask('echo.honest.vn'), 'echo.honest.vn', 'A', ZONE)
    expectAnswer(await zones.ask('a.honest.vn'), 'a.honest.vn', 'A', ZONE)
  })
})

describe.concurrent('the case of names (0x20)', () => {
  it('an upstream that changes it is asked by TCP three times, and then without it', async () => {
    const up = zones.up('case.vn').mangle('case')
    const names = Array.from({ length: 5 }, (_, i) => `many-letters-to-be-mixed-${i}.case.vn`)
    for (const name of names) expectAnswer(await zones.ask(name), name, 'A', ZONE)
    const isMixed = (name: string): boolean => up.seen(name)[0]!.spelled !== name
    expect(transports(up, names[0]!)).toEqual(['udp', 'tcp'])
    expect(isMixed(names[0]!)).toBe(true)
    // Three datagrams came back so; on a busy machine two of them may be of one question.
    expect(names.filter(isMixed).length).toBeGreaterThanOrEqual(2)
    expect(names.filter(isMixed).length).toBeLessThanOrEqual(3)
    for (const name of names.slice(3)) expect([transports(up, name), isMixed(name)]).toEqual([['udp'], false])
    await eventually(async () => (await upstreamReport(zones.server, up)).case === 'off')
  })

  it('that comes back changed once in a while is no reason to give it up', async () => {
    const up = zones.up('case-once.vn')
    for (let i = 0; i < 12; i++) {
      const name = `many-letters-to-be-mixed-${i}.case-once.vn`
      if (i % 2 === 0) up.mangle('case', 1, name)
      expectAnswer(await zones.ask(name), name, 'A', ZONE)
      expect(transports(up, name)).toEqual(i % 2 === 0 ? ['udp', 'tcp'] : ['udp'])
    }
  })
})

describe.concurrent('truncated answers', () => {
  it('are asked for again by TCP', async () => {
    const up = zones.up('truncated.vn').truncate()
    expectAnswer(await zones.ask('a.truncated.vn'), 'a.truncated.vn', 'A', ZONE)
    expect(transports(up, 'a.truncated.vn')).toEqual(['udp', 'tcp'])
  })

  it('of an upstream without TCP are a failure, not half an answer', async () => {
    zones.up('no-tcp.vn').truncate().refuseTcp()
    const reply = await zones.ask('a.no-tcp.vn')
    expect([reply.rcode, reply.answers]).toEqual(['SERVFAIL', []])
  })
})

describe.concurrent('EDNS (RFC 6891 §6.2.2)', () => {
  it.each(['formerr', 'notimp', 'badvers'] as const)(
    '%s: asked without it at once, and remembered',
    async (kind) => {
      const up = zones.up(`${kind}.vn`).onEdns(kind)
      const first = await timed(() => zones.ask(`a.${kind}.vn`))
      expectAnswer(first.result, `a.${kind}.vn`, 'A', ZONE)
      expect(triedEdns(up, `a.${kind}.vn`)).toEqual([true, false])
      for (const name of [`b.${kind}.vn`, `c.${kind}.vn`]) {
        expectAnswer(await zones.ask(name, { do: true }), name, 'A', ZONE)
        expect(triedEdns(up, name)).toEqual([false])
      }
      const report = await eventually(async () => {
        const found = await upstreamReport(zones.server, up)
        return found.edns === 'off' && found
      })
      // For an hour.
      const minutes = (Date.parse(report.ednsOffUntil!) - Date.now()) / 60_000
      expect(minutes).toBeGreaterThan(58)
      expect(minutes).toBeLessThan(61)
    },
  )

  it('a header alone, as old servers refuse what they cannot read', async () => {
    const up = zones.up('bare.vn')
    up.raw((seen) => (seen.edns === null ? up.reply(seen) : words(seen.id, 0x8181, 0, 0, 0, 0)))
    expectAnswer(await zones.ask('a.bare.vn'), 'a.bare.vn', 'A', ZONE)
    expect(triedEdns(up, 'a.bare.vn')).toEqual([true, false])
  })

  it('dropped on the way: sent again without it; after three questions not tried any more', async () => {
    const up = zones.up('drops-edns.vn').dropEdns()
    for (let i = 1; i <= 5; i++) {
      const name = `n${i}.drops-edns.vn`
      expectAnswer(await zones.ask(name), name, 'A', ZONE)
      expect(triedEdns(up, name)).toEqual(i <= 3 ? [true, false] : [false])
    }
    await eventually(async () => (await upstreamReport(zones.server, up)).edns === 'off')
  })

  it('not understood, but harmless: answers without OPT are answers', async () => {
    const up = zones.up('ignores-edns.vn').onEdns('ignore')
    for (let i = 0; i < 5; i++) {
      const reply = await zones.ask(`n${i}.ignores-edns.vn`, { do: true })
      expectAnswer(reply, `n${i}.ignores-edns.vn`, 'A', ZONE)
      expect(reply.edns?.do).toBe(true)
      expect(transports(up, `n${i}.ignores-edns.vn`)).toEqual(['udp'])
    }
  })

  it('is still on where nothing was wrong', async () => {
    const up = zones.up('truncated.vn')
    await zones.ask('b.truncated.vn')
    expect(await upstreamReport(zones.server, up)).toMatchObject({
      edns: 'on',
      case: 'on',
      ednsOffUntil: null,
    })
  })
})

describe('answers that are none', () => {
  const SHAPES: Readonly<Record<string, (seen: SeenQuery) => Buffer>> = {
    'an owner that points to itself': ({ id, spelled }) => {
      const question = wireQuestion(spelled, 'A')
      return wireMessage({ id, flags: RESPONSE_FLAGS, questions: [question], answers: [wireRecord(pointer(12 + question.length), 'A', 300, FORGED)] }) // prettier-ignore
    },
    'an owner that points forward': ({ id, spelled }) =>
      wireMessage({ id, flags: RESPONSE_FLAGS, questions: [wireQuestion(spelled, 'A')], answers: [wireRecord(pointer(200), 'A', 300, FORGED)] }), // prettier-ignore
    'records announced and not there': (seen) => {
      const reply = forge(seen)
      reply.writeUInt16BE(60_000, 6)
      return reply
    },
    'a record cut off': (seen) => forge(seen).subarray(0, -3),
    'an address of three octets': ({ id, spelled }) =>
      wireMessage({ id, flags: RESPONSE_FLAGS, questions: [wireQuestion(spelled, 'A')], answers: [wireRecord(pointer(12), 'A', 300, FORGED.subarray(1))] }), // prettier-ignore
    'an RDLENGTH beyond the end': ({ id, spelled }) =>
      wireMessage({ id, flags: RESPONSE_FLAGS, questions: [wireQuestion(spelled, 'A')], answers: [wireRecord(pointer(12), 'A', 300, FORGED, { rdlength: 9_000 })] }), // prettier-ignore
    'two questions': ({ id, spelled }) =>
      wireMessage({ id, flags: RESPONSE_FLAGS, questions: [wireQuestion(spelled, 'A'), wireQuestion(spelled, 'A')], answers: [wireRecord(pointer(12), 'A', 300, FORGED)] }), // prettier-ignore
    'two OPTs': ({ id, spelled }) =>
      wireMessage({ id, flags: RESPONSE_FLAGS, questions: [wireQuestion(spelled, 'A')], answers: [wireRecord(pointer(12), 'A', 300, FORGED)], additional: [wireOpt(), wireOpt()] }), // prettier-ignore
    'an opcode of its own': (seen) => {
      const reply = forge(seen)
      reply.writeUInt16BE(RESPONSE_FLAGS | 0x2800, 2)
      return reply
    },
    'no header': ({ id }) => words(id, 0x8180),
  }

  it('are never passed on: SERVFAIL, and the next question is answered', async () => {
    const up = zones.up('malformed.vn')
    const names = Object.keys(SHAPES).map((what) => `${what.replaceAll(' ', '-')}.malformed.vn`)
    const byName = new Map(Object.values(SHAPES).map((shape, i) => [names[i]!.toLowerCase(), shape]))
    up.raw((seen) => byName.get(seen.name)?.(seen) ?? up.reply(seen))
    const replies = await Promise.all(names.map((name) => zones.ask(name)))
    expect(replies.map(({ rcode }, i) => `${names[i]} ${rcode}`)).toEqual(
      names.map((name) => `${name} SERVFAIL`),
    )
    expectAnswer(await zones.ask('good.malformed.vn'), 'good.malformed.vn', 'A', ZONE)
    await expectAlive()
  })

  it('mutated at random end in an answer or in SERVFAIL, and in nothing else', async () => {
    const random = seededRandom(2_022)
    const up = zones.up('mutated.vn')
    up.cname('*', 'target.mutated.vn').answer('target.mutated.vn', 'A', [ZONE, '192.0.2.2'])
    // Header and question mostly stay, so that what comes behind them is read.
    up.raw((seen) => {
      const reply = up.reply(seen)
      const kept = random.below(8) === 0 ? 2 : 12 + wireQuestion(seen.spelled, 'A').length
      return Buffer.concat([reply.subarray(0, kept), random.mutate([reply.subarray(kept)])])
    })
    const queries = Array.from({ length: 500 }, (_, id) => buildQuery(`n${id}.mutated.vn`, 'A', { id }))
    const options = { port: zones.server.port, timeoutMs: 12_000 }
    const replies = await Promise.all(queries.map((bytes) => exchange(bytes, options)))
    for (const [id, reply] of replies.entries()) {
      const question = wireQuestion(`n${id}.mutated.vn`, 'A')
      expect(reply.subarray(12, 12 + question.length)).toEqual(question)
      // QR, RD, RA, and an rcode that is an answer's or SERVFAIL.
      expect([0x8180, 0x8182, 0x8183]).toContain(reply.readUInt16BE(2) & 0xfd8f)
    }
    await expectAlive()
  })

  it('full of pointers to pointers hold nobody up', async () => {
    const up = zones.up('pointers.vn')
    // Each owner points to the one before: chains that grow, as far as a pointer reaches.
    up.raw((seen) => {
      const question = wireQuestion(seen.spelled, 'A')
      if (seen.transport === 'udp') return up.reply(seen, { truncated: true })
      const answers = Array.from({ length: 1_000 }, (_, i) =>
        wireRecord(pointer(i === 0 ? 12 : 12 + question.length + (i - 1) * 16), 'A', 300, FORGED),
      )
      return wireMessage({ id: seen.id, flags: RESPONSE_FLAGS, questions: [question], answers })
    })
    const { ms } = await timed(() => exchange(buildQuery('a.pointers.vn', 'A'), { port: zones.server.port }))
    expect(ms).toBeLessThan(OVERDUE_MS)
    await expectAlive()
  })

  const expectAlive = async (): Promise<void> => {
    expectAnswer(await zones.ask('alive.honest.vn'), 'alive.honest.vn', 'A', ZONE)
    expect(zones.server.process.exitCode).toBeNull()
    expect(zones.server.lines.filter(({ level }) => level === 'error')).toEqual([])
  }
})

describe('a loop', () => {
  it('an upstream that forwards to us is found out, shown and asked no more', async () => {
    const [relay, good] = [await Relay.open(), await FakeUpstream.start()]
    good.answer('*', 'A', ZONE)
    const config = `workers: 2\nupstreams: { servers: ["127.0.0.1:${relay.port}", "${good.text}"], strategy: ordered }\n`
    const server = await TestServer.start({ config })
    try {
      relay.target = server.port
      const line = await server.logged(({ msg }) => msg.includes('forwards to this resolver'), 15_000)
      expect([line.level, line['upstream']]).toEqual(['error', `127.0.0.1:${relay.port}`])
      const isFound = async (): Promise<boolean> => {
        const { body } = await server.api<{ upstreams: { name: string; state: string }[] }>(
          'GET',
          '/api/v1/status',
        )
        return body.upstreams.some(({ name, state }) => name.endsWith(`:${relay.port}`) && state === 'loop')
      }
      await eventually(isFound)
      // By every thread, whichever of them saw the probe.
      await eventually(async () => {
        const before = relay.count
        for (let i = 0; i < 20; i++) {
          const name = `n${i}-${before}.vn`
          expectAnswer(await query(name, 'A', { port: server.port, timeoutMs: 8_000 }), name, 'A', ZONE)
        }
        return relay.count === before
      })
    } finally {
      await server.stop()
      relay.close()
      await good.stop()
    }
  })
})
