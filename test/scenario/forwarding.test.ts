/** What comes from upstream reaches the client as it is, and what is the client's own affair does not go up. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildQuery, expectAnswer, expectNegative, readReply, type Reply } from '../support/dns-client.ts'
import { decode } from '../support/dns2.ts'
import { svcbRdata } from '../support/fake-upstream.ts'
import { countQuestions, craftAnswers, Stage, type Craft } from '../support/stage.ts'
import { eventually } from '../support/server.ts'
import { TcpConnection } from '../support/tcp-connection.ts'
import { pointer, questionOf, RESPONSE_FLAGS, wireMessage, wireOpt, wireOption, wireRecord, words } from '../support/wire-parts.ts' // prettier-ignore

let stage: Stage
let craft: (name: string, how: Craft) => void

beforeAll(async () => {
  // Own records are answered at once: the answer to one says that what was asked before has been read.
  stage = await Stage.open('records: { "here.vn": 192.0.2.7 }\n')
  craft = craftAnswers(stage.up)
})
afterAll(() => stage.close())

describe('records pass as they are', () => {
  const RRSIG = Buffer.concat([words(1, 0x0802, 0, 300, 1, 2, 3, 4, 77), Buffer.from('\x02vn\0signature')])

  it.each([
    ['A', Buffer.from([192, 0, 2, 1])],
    ['AAAA', Buffer.from('20010db8000000000000000000000001', 'hex')],
    ['MX', Buffer.concat([words(10), Buffer.from('\x04MAIL\x02vn\0')])],
    ['TXT', Buffer.from('\x05hello\x00\x03\xff\x00\x80', 'latin1')],
    ['SRV', Buffer.concat([words(1, 2, 389), Buffer.from('\x02Dc\x02vn\0')])],
    ['HTTPS', svcbRdata({ target: 'Svc.vn', ipv4: ['192.0.2.9'] })],
    ['CAA', Buffer.from('\0\x05issueca.vn')],
    ['TYPE65280', Buffer.from('00c00c01ff', 'hex')],
    ['NULL', Buffer.alloc(600, 0xc0)],
  ])('%s, octet for octet (RFC 3597)', async (type, rdata) => {
    const qtype = type === 'NULL' ? 10 : type
    craft(`${type}.types.vn`, ({ id, bytes }) =>
      wireMessage({
        id,
        flags: RESPONSE_FLAGS,
        questions: [questionOf(bytes)],
        answers: [wireRecord(pointer(12), qtype, 300, rdata)],
      }),
    )
    for (const _ of ['from upstream', 'from the cache']) {
      const reply = await stage.ask(`${type}.types.vn`, qtype)
      expect(reply.rcode).toBe('NOERROR')
      expect(rdataOf(reply)).toEqual(rdata)
    }
    expect(countQuestions(stage.up, `${type}.types.vn`)).toBe(1)
  })

  it('names compressed within RDATA still point at what they mean', async () => {
    // MX 10 mail.<the question>, and the additional address of that name by a pointer into the RDATA.
    craft('compressed.vn', ({ id, bytes }) => {
      const question = questionOf(bytes)
      const exchange = Buffer.concat([words(10), Buffer.from('\x04mail'), pointer(12)])
      const behind = 12 + question.length + 12 + 2
      return wireMessage({
        id,
        flags: RESPONSE_FLAGS,
        questions: [question],
        answers: [wireRecord(pointer(12), 'MX', 300, exchange)],
        additional: [wireRecord(pointer(behind), 'A', 300, Buffer.from([192, 0, 2, 5])), wireOpt()],
      })
    })
    for (const name of ['Compressed.VN', 'compressed.vn']) {
      const reply = await stage.ask(name, 'MX')
      expect(reply.answers[0]?.data).toEqual({ preference: 10, exchange: `mail.${name}` })
      expect(reply.additional).toMatchObject([{ name: `mail.${name}`, type: 'A', data: '192.0.2.5' }])
      expect(decode(reply.raw).answers).toHaveLength(1)
    }
  })

  it('RRSIG beside its record goes to those who set DO, and DO goes up', async () => {
    craft('signed.vn', ({ id, bytes, edns }) => {
      const signature = edns?.dnssecOk === true ? [wireRecord(pointer(12), 'RRSIG', 300, RRSIG)] : []
      return wireMessage({
        id,
        flags: RESPONSE_FLAGS,
        questions: [questionOf(bytes)],
        answers: [wireRecord(pointer(12), 'A', 300, Buffer.from([192, 0, 2, 1])), ...signature],
        additional: [wireOpt()],
      })
    })
    const plain = await stage.ask('signed.vn', 'A')
    const secure = await stage.ask('signed.vn', 'A', { do: true })
    expect(plain.answers.map(({ type }) => type)).toEqual(['A'])
    expect(plain.edns?.do).toBe(false)
    expect(secure.answers.map(({ type }) => type)).toEqual(['A', 'RRSIG'])
    expect(rdataOf(secure, 1)).toEqual(RRSIG)
    expect(secure.edns?.do).toBe(true)
    // Each from its own place in the cache.
    expect((await stage.ask('signed.vn', 'A')).answers).toHaveLength(1)
    expect((await stage.ask('signed.vn', 'A', { do: true })).answers).toHaveLength(2)
    expect(new Set(stage.up.seen('signed.vn').map(({ edns }) => edns?.dnssecOk))).toEqual(
      new Set([false, true]),
    )
    expect(countQuestions(stage.up, 'signed.vn')).toBe(2)
  })

  it('NXDOMAIN and NODATA with their SOA', async () => {
    stage.up.nxdomain('nothing.vn', { ttl: 120 }).nodata('only-a.vn', 'AAAA', { ttl: 90 })
    const nxdomain = await stage.ask('nothing.vn', 'A')
    const nodata = await stage.ask('only-a.vn', 'AAAA')
    expectNegative(nxdomain, 'NXDOMAIN', { ede: [] })
    expectNegative(nodata, 'NODATA', { ede: [] })
    expect([nxdomain.authority[0]?.ttl, nodata.authority[0]?.ttl]).toEqual([120, 90])
  })

  it('aliases with what they lead to', async () => {
    stage.up.cname('www.chain.vn', 'a.chain.vn').cname('a.chain.vn', 'b.chain.vn').answer('b.chain.vn', 'A', '192.0.2.3') // prettier-ignore
    expectAnswer(await stage.ask('www.chain.vn', 'A'), 'www.chain.vn', 'A', '192.0.2.3', { ttl: [290, 300] })
  })
})

describe('case', () => {
  it('of the question comes back as it was asked, also from the cache and by TCP', async () => {
    stage.up.answer('spelling-of-names.vn', 'A', '192.0.2.1')
    for (const name of ['SpElLiNg-Of-NaMeS.Vn', 'spelling-of-names.vn', 'SPELLING-OF-NAMES.VN']) {
      for (const tcp of [false, true]) {
        const reply = await stage.ask(name, 'A', { tcp })
        expect(reply.question?.name).toBe(name)
        expect(reply.answers).toMatchObject([{ name, data: '192.0.2.1' }])
      }
    }
    expect(countQuestions(stage.up, 'spelling-of-names.vn')).toBe(1)
  })

  it('of what goes up is random', async () => {
    const names = Array.from({ length: 8 }, (_, i) => `abcdefghijklmnopqrstuvwxyz-${i}.vn`)
    await Promise.all(names.map((name) => stage.ask(name, 'A')))
    const spelled = names.map((name) => stage.up.seen(name)[0]!.spelled)
    for (const [i, name] of names.entries()) expect(spelled[i]!.toLowerCase()).toBe(name)
    expect(new Set(spelled.map((text) => text.slice(0, 26))).size).toBe(names.length)
  })

  it('of owner names that repeat ours is taken out, of others kept', async () => {
    // An owner spelled out in full, as the question was; and one the zone itself spells with capitals.
    craft('owners-in-full.vn', ({ id, bytes, spelled }) =>
      wireMessage({
        id,
        flags: RESPONSE_FLAGS,
        questions: [questionOf(bytes)],
        answers: [
          wireRecord(spelled, 'CNAME', 300, Buffer.from('\x03WWW\x05Other\x02vn\0')),
          wireRecord('WWW.Other.vn', 'A', 300, Buffer.from([192, 0, 2, 1])),
        ],
      }),
    )
    for (const _ of ['from upstream', 'from the cache']) {
      const reply = await stage.ask('Owners-In-Full.vn', 'A')
      expect(reply.answers.map(({ name }) => name)).toEqual(['owners-in-full.vn', 'WWW.Other.vn'])
    }
  })
})

describe('flags', () => {
  it('AD only for those who set AD or DO, and never unless upstream says so', async () => {
    craft('authentic.vn', (query) => stage.up.reply(query, { authenticData: true }))
    stage.up.answer('authentic.vn', 'A', '192.0.2.1').answer('not-authentic.vn', 'A', '192.0.2.1')
    for (const _ of ['from upstream', 'from the cache']) {
      expect((await stage.ask('authentic.vn', 'A')).flags.ad).toBe(false)
      expect((await stage.ask('authentic.vn', 'A', { ad: true })).flags.ad).toBe(true)
      expect((await stage.ask('authentic.vn', 'A', { do: true })).flags.ad).toBe(true)
      expect((await stage.ask('not-authentic.vn', 'A', { ad: true, do: true })).flags.ad).toBe(false)
    }
  })

  it('CD goes up, comes back, and is kept apart', async () => {
    stage.up.answer('unchecked.vn', 'A', '192.0.2.1')
    for (const cd of [false, true, false, true]) {
      expect((await stage.ask('unchecked.vn', 'A', { cd })).flags.cd).toBe(cd)
    }
    expect(new Set(stage.up.seen('unchecked.vn').map((query) => query.cd))).toEqual(new Set([false, true]))
    expect(countQuestions(stage.up, 'unchecked.vn')).toBe(2)
  })

  it('RA and RD are set, AA is not passed on', async () => {
    craft('authoritative.vn', ({ id, bytes }) =>
      wireMessage({ id, flags: RESPONSE_FLAGS | 0x0400, questions: [questionOf(bytes)] }),
    )
    const { flags } = await stage.ask('authoritative.vn', 'A')
    expect(flags).toMatchObject({ qr: true, aa: false, rd: true, ra: true, opcode: 0 })
  })

  it('without RD only what is known here is answered', async () => {
    stage.up.answer('asked-before.vn', 'A', '192.0.2.1').answer('never-asked.vn', 'A', '192.0.2.1')
    await stage.ask('asked-before.vn', 'A')
    expectAnswer(await stage.ask('asked-before.vn', 'A', { rd: false }), 'asked-before.vn', 'A', '192.0.2.1')
    expectAnswer(await stage.ask('here.vn', 'A', { rd: false }), 'here.vn', 'A', '192.0.2.7')
    const reply = await stage.ask('never-asked.vn', 'A', { rd: false })
    expect([reply.rcode, reply.flags.rd]).toEqual(['REFUSED', false])
    expect(stage.up.seen('never-asked.vn')).toEqual([])
  })
})

describe('EDNS is hop by hop (RFC 6891 §6.1.1)', () => {
  it("the client's options stay here", async () => {
    stage.up.answer('private.vn', 'A', '192.0.2.1')
    const subnet = { code: 8, data: Buffer.from('00011800c00002', 'hex') }
    const options = [subnet, { code: 10, data: Buffer.alloc(8, 7) }, { code: 65001, data: Buffer.alloc(3) }]
    const reply = await stage.ask('private.vn', 'A', { edns: { udpSize: 4096, options } })
    expect(reply.edns).toMatchObject({ udpSize: 1232, version: 0, options: [] })
    const [seen] = stage.up.seen('private.vn')
    expect(seen!.edns).toEqual({ udpSize: 1232, dnssecOk: false, version: 0 })
    // Header, question, and an OPT of eleven octets: nothing of the client's.
    expect(seen!.bytes).toHaveLength(12 + questionOf(seen!.bytes).length + 11)
  })

  it("the upstream's OPT ends here, whether the client speaks EDNS or not", async () => {
    craft('talkative.vn', ({ id, bytes }) =>
      wireMessage({
        id,
        flags: RESPONSE_FLAGS,
        questions: [questionOf(bytes)],
        answers: [wireRecord(pointer(12), 'A', 300, Buffer.from([192, 0, 2, 1]))],
        additional: [wireOpt(wireOption(3, Buffer.from('upstream')), { udpSize: 4096, ttl: 0x4000 })],
      }),
    )
    for (const _ of ['from upstream', 'from the cache']) {
      const reply = await stage.ask('talkative.vn', 'A')
      expect(reply.edns).toEqual({ udpSize: 1232, version: 0, do: false, options: [] })
      expect((await stage.ask('talkative.vn', 'A', { edns: false })).edns).toBeNull()
    }
  })

  it('Extended DNS Errors are passed on (RFC 8914), from the cache too', async () => {
    stage.up.rcode('bogus.vn', 'SERVFAIL', { code: 6, text: 'signature expired' })
    const failure = await stage.ask('bogus.vn', 'A')
    expect([failure.rcode, failure.ede.map(({ code }) => code)]).toEqual(['SERVFAIL', [6]])
    craft('filtered.vn', ({ id, bytes }) =>
      wireMessage({
        id,
        flags: RESPONSE_FLAGS,
        questions: [questionOf(bytes)],
        answers: [wireRecord(pointer(12), 'A', 300, Buffer.from([192, 0, 2, 1]))],
        additional: [wireOpt(wireOption(15, words(17)))],
      }),
    )
    for (const _ of ['from upstream', 'from the cache']) {
      expectAnswer(await stage.ask('filtered.vn', 'A'), 'filtered.vn', 'A', '192.0.2.1', { ede: [17] })
    }
    expect(countQuestions(stage.up, 'filtered.vn')).toBe(1)
  })
})

describe('ANY (RFC 8482)', () => {
  it('is answered with HINFO, and nobody is asked', async () => {
    stage.up.answer('any.vn', 'A', '192.0.2.1')
    await stage.ask('any.vn', 'A')
    for (const tcp of [false, true]) {
      const reply = await stage.ask('any.vn', 'ANY', { tcp })
      expect(reply.answers).toMatchObject([
        { name: 'any.vn', type: 'HINFO', data: { cpu: 'RFC8482', os: '' } },
      ])
    }
    expect(countQuestions(stage.up, 'any.vn')).toBe(1)
  })
})

describe('identical questions', () => {
  it('go up once, and everybody gets an answer of his own', async () => {
    // TTL 0: what is answered now is answered to those who waited, not from the cache.
    stage.up.answer('popular.vn', 'A', '192.0.2.1', { ttl: 0 }).hold()
    const connection = await TcpConnection.open({ port: stage.server.port })
    const names = Array.from({ length: 50 }, (_, i) => (i % 2 ? 'popular.vn' : 'Popular.VN'))
    names.forEach((name, id) => connection.send(buildQuery(name, 'A', { id })))
    connection.send(buildQuery('here.vn', 'A', { id: 999 }))
    expect(readReply(await connection.receive()).id).toBe(999)
    // All have been read.
    await eventually(() => stage.up.held > 0)
    expect(countQuestions(stage.up, 'popular.vn')).toBe(1)
    stage.up.release()
    const replies: Reply[] = []
    for (const _ of names) replies.push(readReply(await connection.receive()))
    connection.close()
    replies.sort((a, b) => a.id - b.id)
    expect(replies.map(({ id }) => id)).toEqual(names.map((_, id) => id))
    for (const [i, reply] of replies.entries()) {
      expect(reply.question?.name).toBe(names[i])
      expectAnswer(reply, 'popular.vn', 'A', '192.0.2.1', { ttl: 0 })
    }
  })

  it('differ where DO, CD, type or class differ', async () => {
    stage.up.answer('facets.vn', 'A', '192.0.2.1').answer('facets.vn', 'TXT', 'text')
    await Promise.all([
      stage.ask('facets.vn', 'A'),
      stage.ask('facets.vn', 'TXT'),
      stage.ask('facets.vn', 'A', { do: true }),
      stage.ask('facets.vn', 'A', { cd: true }),
    ])
    expect(countQuestions(stage.up, 'facets.vn')).toBe(4)
  })
})

describe('ids and ports', () => {
  it('are drawn at random for every question', async () => {
    const names = Array.from({ length: 100 }, (_, i) => `n${i}.random.vn`)
    // One after the other: what is asked at the same moment may share a port.
    for (const name of names) await stage.ask(name, 'A')
    const seen = names.map((name) => stage.up.seen(name)[0]!)
    const ids = seen.map(({ id }) => id)
    expect(new Set(ids).size).toBeGreaterThan(95)
    // Neither counted up nor taken from the client.
    expect(ids.filter((id, i) => i > 0 && Math.abs(id - ids[i - 1]!) < 16).length).toBeLessThan(10)
    const ports = new Set(seen.map(({ port }) => port))
    expect(ports.size).toBeGreaterThanOrEqual(8)
    const sorted = [...ports].sort((a, b) => a - b)
    expect(sorted.at(-1)! - sorted[0]!).toBeGreaterThan(8_000)
  })
})

/** The RDATA of an answer record, found without decoding it; owners here are pointers. */
function rdataOf(reply: Reply, record = 0): Buffer {
  let at = 12 + questionOf(reply.raw).length
  for (let i = 0; i < record; i++) at += 12 + reply.raw.readUInt16BE(at + 10)
  expect(reply.raw.readUInt16BE(at)).toBe(0xc00c)
  return reply.raw.subarray(at + 12, at + 12 + reply.raw.readUInt16BE(at + 10))
}
