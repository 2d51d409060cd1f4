/** Well-formed or not: what is answered to messages as RFC 8906 and RFC 9619 want it, and that nothing ends it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildQuery, exchange, expectAnswer, readReply, type Reply } from '../support/dns-client.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { Stage } from '../support/stage.ts'
import { TcpConnection } from '../support/tcp-connection.ts'
import { UdpClient } from '../support/udp-client.ts'
import { pointer, wireMessage, wireOpt, wireOption, wireQuestion, wireRecord, words, type Parts } from '../support/wire-parts.ts' // prettier-ignore

const A_VN = wireQuestion('a.vn', 'A')
const ID = 0x1234

let stage: Stage

beforeAll(async () => {
  stage = await Stage.open('server: { id: resolver-1.vn, version: "Thanh Lọc", nsid: true }\n')
  stage.up.answer('a.vn', 'A', '192.0.2.1')
  // Whatever else is asked is not there; said without decoding the name, which may be of any octets.
  stage.up.raw((seen) => (seen.name === 'a.vn' ? stage.up.reply(seen) : nameError(seen.bytes)))
})
afterAll(() => stage.close())

function send(bytes: Uint8Array, tcp = false): Promise<Reply> {
  return exchange(bytes, { port: stage.server.port, tcp }).then(readReply)
}

function message(parts: Partial<Parts>): Buffer {
  return wireMessage({ id: ID, questions: [A_VN], ...parts })
}

function nameError(query: Buffer): Buffer {
  const questionEnd = query.length - (query.readUInt16BE(10) === 1 ? 11 : 0)
  return Buffer.concat([query.subarray(0, 2), words(0x8183, 1, 0, 0, 0), query.subarray(12, questionEnd)])
}

/** The rcode, and the records there are beside the question and the OPT. */
function told(reply: Reply): { rcode: string; records: number } {
  return {
    rcode: reply.rcode,
    records: reply.answers.length + reply.authority.length + reply.additional.length,
  }
}

const answered = { rcode: 'NOERROR', records: 1 }
const formerr = { rcode: 'FORMERR', records: 0 }

describe('header', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 15])('opcode %d is NOTIMP, and comes back', async (opcode) => {
    const flags = 0x0100 | (opcode << 11)
    for (const bytes of [
      message({ flags }),
      message({ flags, questions: [] }),
      message({ flags, counts: [9, 9, 9, 9] }),
    ]) {
      const reply = await exchange(bytes, { port: stage.server.port })
      expect(reply.readUInt16BE(2)).toBe(0x8184 | (opcode << 11))
    }
  })

  it.each([
    ['AA, TC and RA set', 0x0780],
    ['the reserved bit set (RFC 8906 §3.1.3)', 0x0140],
    ['an rcode set', 0x010f],
    ['AD and CD set', 0x0130],
  ])('with %s is a query like any other', async (_, flags) => {
    const reply = await send(message({ flags }))
    expect(told(reply)).toEqual(answered)
    // AA, TC, Z and AD are clear; CD is copied.
    expect(reply.raw.readUInt16BE(2)).toBe(0x8180 | (flags & 0x0010))
  })

  it('an answer is not answered, whatever else it says, nor is what has no header', async () => {
    const answers = [0x8000, 0x8180, 0x8583, 0xf800].map((flags) => message({ flags }))
    const short = [0, 1, 2, 11].map((length) => message({}).subarray(0, length))
    const client = await UdpClient.open(stage.server.port)
    expect(await client.shower([...answers, ...short])).toEqual([])
    client.close()

    const connection = await TcpConnection.open({ port: stage.server.port })
    for (const bytes of [...answers, ...short, message({ id: 7 })]) connection.send(bytes)
    expect(readReply(await connection.receive()).id).toBe(7)
    connection.close()
  })
})

describe('question', () => {
  const label = (length: number): string => `${String.fromCharCode(length)}${'x'.repeat(length)}`
  const named = (name: Uint8Array | string): Buffer => Buffer.concat([Buffer.from(name as string, 'latin1'), words(1, 1)]) // prettier-ignore
  const most = `${label(63)}${label(63)}${label(63)}`

  it.each<[string, Partial<Parts>]>([
    ['no question (RFC 9619)', { questions: [] }],
    ['no question, but an OPT', { questions: [], additional: [wireOpt()] }],
    ['two questions (RFC 9619)', { questions: [A_VN, A_VN] }],
    ['65,535 questions', { counts: [65_535, 0, 0, 0] }],
    ['a question announced and not there', { questions: [], counts: [1, 0, 0, 0] }],
    ['a question cut off', { questions: [A_VN.subarray(0, 7)], counts: [1, 0, 0, 0] }],
    ['a pointer to itself', { questions: [Buffer.concat([pointer(12), words(1, 1)])] }],
    ['a pointer forward', { questions: [Buffer.concat([pointer(18), words(1, 1)]), A_VN], counts: [1, 0, 0, 0] }], // prettier-ignore
    [
      'a pointer into the header',
      { questions: [Buffer.concat([Buffer.from('\x01a'), pointer(4), words(1, 1)])] },
    ],
    ['a label of 64 octets', { questions: [named(`${label(64)}\0`)] }],
    ['a label of an unknown kind', { questions: [named('\x81a\0')] }],
    ['a name of 256 octets', { questions: [named(`${most}${label(62)}\0`)] }],
    ['a record in the answer section', { answers: [wireRecord(pointer(12), 'A', 0, Buffer.alloc(4))] }],
    [
      'a record that ends behind the message',
      { additional: [wireRecord('', 16, 0, Buffer.alloc(0), { rdlength: 9 })] },
    ],
    ['records announced and not there', { counts: [1, 0, 0, 5] }],
    ['65 additional records', { additional: Array.from({ length: 65 }, () => wireRecord('', 16, 0, Buffer.alloc(1))) }], // prettier-ignore
  ])('%s is FORMERR', async (_, parts) => {
    for (const tcp of [false, true]) expect(told(await send(message(parts), tcp))).toEqual(formerr)
  })

  it.each([
    ['the longest name, 255 octets', named(`${most}${label(61)}\0`)],
    ['127 labels', named('\x01a'.repeat(127) + '\0')],
    ['octets that are no letters', named('\x05\0\xff. \\\x02vn\0')],
    ['the root', named('\0')],
  ])('%s is a name', async (_, question) => {
    const reply = await send(message({ questions: [question] }))
    expect(told(reply)).toEqual({ rcode: 'NXDOMAIN', records: 0 })
    expect(reply.raw.subarray(12, 12 + question.length)).toEqual(question)
  })

  it('what stands behind the message is ignored', async () => {
    expect(told(await send(Buffer.concat([message({}), Buffer.alloc(50, 0xc0)])))).toEqual(answered)
  })

  it.each([
    ['AXFR', 'REFUSED'],
    ['IXFR', 'REFUSED'],
    ['TYPE41', 'FORMERR'],
    ['TYPE249', 'NOTIMP'],
    ['TYPE250', 'NOTIMP'],
    ['TYPE253', 'NOTIMP'],
    ['TYPE254', 'NOTIMP'],
  ])('type %s is %s, and nobody is asked', async (type, rcode) => {
    const before = stage.up.queries.length
    for (const tcp of [false, true]) {
      expect(told(await stage.ask('a.vn', type, { tcp }))).toEqual({ rcode, records: 0 })
    }
    // RFC 1995 §3: IXFR brings an SOA along.
    const authority = [wireRecord(pointer(12), 'SOA', 0, Buffer.alloc(22))]
    if (type === 'IXFR')
      expect(told(await send(message({ questions: [wireQuestion('a.vn', 'IXFR')], authority }))).rcode).toBe(
        'REFUSED',
      )
    expect(stage.up.queries).toHaveLength(before)
  })
})

describe('EDNS (RFC 6891)', () => {
  it.each([1, 2, 255])('version %d is BADVERS, said in version 0', async (version) => {
    const options = [{ code: 65_001, data: Buffer.alloc(5) }]
    for (const edns of [{ version }, { version, options }]) {
      const reply = await stage.ask('a.vn', 'A', { edns })
      expect(told(reply)).toEqual({ rcode: 'BADVERS', records: 0 })
      expect(reply.edns?.version).toBe(0)
      expect(reply.question?.name).toBe('a.vn')
    }
  })

  it('unknown options are ignored and not sent back', async () => {
    const options = [1, 5, 8, 9, 10, 11, 14, 20, 65_001].map((code) => ({
      code,
      data: Buffer.alloc(8, code),
    }))
    const reply = await stage.ask('a.vn', 'A', { edns: { options } })
    expect(told(reply)).toEqual(answered)
    expect(reply.edns?.options).toEqual([])
  })

  it('unknown flags are ignored and not sent back', async () => {
    const reply = await send(message({ additional: [wireOpt(undefined, { ttl: 0xffff })] }))
    expect(told(reply)).toEqual(answered)
    // DO alone.
    expect(reply.raw.subarray(-11)).toEqual(wireOpt(undefined, { ttl: 0x8000 }))
  })

  it('no OPT is sent to who sent none', async () => {
    for (const type of ['A', 'ANY', 'AXFR']) {
      expect((await stage.ask('a.vn', type, { edns: false })).edns).toBeNull()
      expect((await stage.ask('a.vn', type)).edns).not.toBeNull()
    }
  })

  it.each<[string, Partial<Parts>]>([
    ['twice', { additional: [wireOpt(), wireOpt()] }],
    ['with an owner', { additional: [wireOpt(undefined, { owner: 'a.vn' })] }],
    ['in the authority section', { authority: [wireOpt()] }],
    ['cut off', { additional: [wireOpt().subarray(0, 8)] }],
    [
      'with an option longer than it',
      { additional: [wireOpt(Buffer.concat([words(3, 10), Buffer.alloc(2)]))] },
    ],
    ['with half an option', { additional: [wireOpt(Buffer.alloc(3))] }],
  ])('an OPT %s is FORMERR', async (_, parts) => {
    expect(told(await send(message(parts)))).toEqual(formerr)
  })

  it('an OPT counts wherever it stands among the additional records', async () => {
    const other = wireRecord('', 16, 0, Buffer.from('\x01x'))
    for (const additional of [
      [other, wireOpt()],
      [wireOpt(), other],
      [other, wireOpt(), other],
    ]) {
      const reply = await send(message({ additional }))
      expect(told(reply)).toEqual(answered)
      expect(reply.edns).not.toBeNull()
    }
  })
})

describe('who we are', () => {
  const nsid = { options: [{ code: 3 }] }

  it('NSID (RFC 5001) is given to those who ask', async () => {
    const reply = await stage.ask('a.vn', 'A', { edns: nsid })
    expect(reply.edns?.options).toEqual([{ code: 3, data: Buffer.from('resolver-1.vn') }])
    expect((await stage.ask('a.vn', 'A')).edns?.options).toEqual([])
  })

  it.each([
    ['id.server', 'resolver-1.vn'],
    ['HOSTNAME.bind', 'resolver-1.vn'],
    ['version.bind', 'Thanh Lọc'],
    ['version.server', 'Thanh Lọc'],
  ])('%s CH TXT', async (name, text) => {
    const reply = await stage.ask(name, 'TXT', { qclass: 3 })
    expect(reply.answers).toMatchObject([{ name, type: 'TXT', ttl: 0, data: text }])
  })

  it('other names and classes are refused, and nobody is asked', async () => {
    const before = stage.up.queries.length
    for (const [name, qclass] of [
      ['authors.bind', 3],
      ['a.vn', 3],
      ['a.vn', 4],
      ['a.vn', 254],
      ['a.vn', 255],
      ['a.vn', 0],
      ['a.vn', 60_000],
    ] as const)
      // prettier-ignore
      expect(told(await stage.ask(name, 'TXT', { qclass }))).toEqual({ rcode: 'REFUSED', records: 0 })
    expect(stage.up.queries).toHaveLength(before)
  })

  it('nothing is said where nothing is configured', async () => {
    const silent = await Stage.open('server: { nsid: true }\n')
    try {
      for (const name of ['id.server', 'hostname.bind', 'version.bind', 'version.server'])
        expect(told(await silent.ask(name, 'TXT', { qclass: 3 }))).toEqual({ rcode: 'REFUSED', records: 0 })
      expect((await silent.ask('a.vn', 'A', { edns: nsid })).edns?.options).toEqual([])
    } finally {
      await silent.close()
    }
  })
})

describe('bad input', () => {
  /** A sign of life: what comes behind bad input is answered, by the same threads. */
  const expectAlive = async (): Promise<void> => {
    for (const tcp of [false, true])
      expectAnswer(await stage.ask('a.vn', 'A', { tcp }), 'a.vn', 'A', '192.0.2.1')
    const { body } = await stage.server.api<{ threads: { name: string; restarts: number }[] }>(
      'GET',
      '/api/v1/status',
    )
    expect(body.threads.filter(({ restarts }) => restarts > 0)).toEqual([])
    expect(stage.server.lines.filter(({ level }) => level === 'error')).toEqual([])
  }

  const options = (count: number): Partial<Parts> => ({
    additional: [wireOpt(Buffer.concat(Array.from({ length: count }, () => wireOption(65_001))))],
  })
  const records = (count: number): Partial<Parts> => ({
    additional: [...Array.from({ length: count }, () => wireRecord('', 16, 0, Buffer.alloc(0))), wireOpt()],
  })
  const pointers = (count: number): Partial<Parts> => ({
    additional: Array.from({ length: count }, (_, i) =>
      wireRecord(pointer(12 + (i % 8)), 16, 0, Buffer.alloc(0)),
    ),
  })

  // By UDP as much as any query may hold, by TCP as much as a message may.
  it.each<[string, Partial<Parts>, Partial<Parts>, object]>([
    ['10,000 options', options(1_000), options(10_000), answered],
    ['5,000 records before the OPT', records(300), records(5_000), formerr],
    ['pointers to pointers', pointers(300), pointers(5_000), formerr],
  ])('%s', async (_, byUdp, byTcp, expected) => {
    expect(told(await send(message(byUdp)))).toEqual(expected)
    expect(told(await send(message(byTcp), true))).toEqual(expected)
    await expectAlive()
  })

  it('datagrams of 60 KB: answered or dropped, and nobody else is', async () => {
    const client = await UdpClient.open(stage.server.port)
    const large = [message(options(10_000)), message(records(5_000)), Buffer.alloc(65_000, 0xff)]
    for (const reply of await client.shower(Array.from({ length: 10 }, () => large).flat()))
      expect(readReply(reply).id).toBe(ID)
    client.close()
    await expectAlive()
  })

  it('3,000 mutated queries and garbage: no crash, and no answer that is none', async () => {
    const random = seededRandom(20_221_108)
    const bases = [
      buildQuery('a.vn', 'A', { do: true }),
      buildQuery('www.long-name-with-labels.gov.vn', 'AAAA'),
      buildQuery('a.vn', 'A', { edns: { options: [{ code: 10, data: Buffer.alloc(8) }] } }),
      message({ additional: [wireRecord(pointer(12), 16, 0, Buffer.from('\x04text')), wireOpt()] }),
    ]
    const client = await UdpClient.open(stage.server.port)
    const replies = await client.shower(Array.from({ length: 3_000 }, () => random.mutate(bases)))
    client.close()
    expect(replies.length).toBeGreaterThan(1_000)
    for (const reply of replies) {
      expect(reply.length).toBeGreaterThanOrEqual(12)
      expect(reply.length).toBeLessThanOrEqual(1_232)
      expect(reply[2]! & 0x80).toBe(0x80)
    }
    await expectAlive()
  })

  it('garbage by TCP: frames of every kind, and connections broken off', async () => {
    const random = seededRandom(7)
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        await exchange(random.bytes(random.below(300)), {
          port: stage.server.port,
          tcp: true,
          timeoutMs: 100,
        }).catch(() => {})
      }),
    )
    await expectAlive()
  })
})
