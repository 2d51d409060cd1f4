import { Packet as Dns2Packet } from 'dns2'
import dnsPacket from 'dns-packet'
import { describe, expect, it } from 'vitest'
import { decode } from '../../../src/message/decode.ts'
import { MessageError, parsePacket, packetBytes } from '../../../src/message/dns2.ts'
import { encodeQuery } from '../../../src/message/encode-query.ts'
import { printMessage } from '../../../src/message/print.ts'
import { className, typeCode, typeName } from '../../../src/message/type-names.ts'

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replace(/\s+/g, ''), 'hex'))

/** example.com A, answered 192.0.2.1; OPT with EDE 15 "bad". */
const ANSWER = hex(`
  1234 8180 0001 0001 0000 0001
  07 6578616d706c65 03 636f6d 00 0001 0001
  c00c 0001 0001 0000003c 0004 c0000201
  00 0029 04d0 00008000 0009 000f 0005 000f 626164`)

describe('decode', () => {
  it('shows a whole message', () => {
    expect(decode(ANSWER)).toEqual({
      id: 0x1234,
      opcode: 0,
      rcode: 'NOERROR',
      flags: ['qr', 'rd', 'ra'],
      questions: [{ name: 'example.com.', type: 'A', class: 'IN' }],
      answers: [{ name: 'example.com.', type: 'A', class: 'IN', ttl: 60, data: '192.0.2.1' }],
      authorities: [],
      additionals: [],
      edns: { version: 0, udpSize: 1232, dnssecOk: true, options: ['EDE 15 (blocked): "bad"'] },
    })
    expect(printMessage(decode(ANSWER))).toEqual([
      ';; status: NOERROR, id: 4660, flags: qr rd ra',
      ';; EDNS: version 0, udp 1232, do',
      ';; EDE 15 (blocked): "bad"',
      ';; question: example.com. IN A',
      ';; answer:',
      'example.com. 60 IN A 192.0.2.1',
    ])
  })

  it('reads what dns-packet wrote, every type', () => {
    const bytes = dnsPacket.encode({
      type: 'response',
      id: 1,
      questions: [{ name: 'a.test', type: 'A' }],
      answers: [
        { name: 'a.test', type: 'AAAA', ttl: 1, data: '2001:db8::1' },
        { name: 'a.test', type: 'CNAME', ttl: 1, data: 'b.test' },
        { name: 'a.test', type: 'MX', ttl: 1, data: { preference: 10, exchange: 'mx.test' } },
        { name: 'a.test', type: 'TXT', ttl: 1, data: ['a "b"', 'c\u001b[31m'] },
        { name: 'a.test', type: 'SRV', ttl: 1, data: { priority: 1, weight: 2, port: 3, target: 's.test' } },
        { name: 'a.test', type: 'CAA', ttl: 1, data: { flags: 0, tag: 'issue', value: 'ca.test' } },
        {
          name: 'a.test',
          type: 'DS',
          ttl: 1,
          data: { keyTag: 1, algorithm: 8, digestType: 2, digest: Buffer.from('ab') },
        },
      ],
    })
    expect(decode(new Uint8Array(bytes)).answers.map(({ type, data }) => `${type} ${data}`)).toEqual([
      'AAAA 2001:db8::1',
      'CNAME b.test.',
      'MX 10 mx.test.',
      'TXT "a \\"b\\"" "c\\u{1b}[31m"',
      'SRV 1 2 3 s.test.',
      'CAA 0 issue "ca.test"',
      'DS \\# 6 000108026162',
    ])
  })

  it('shows a dot inside a label as one', () => {
    const three = hex('0001 0100 0001 0000 0000 0000 0b 6576696c2e636f6d2e6f6b 00 0001 0001')
    expect(decode(three).questions[0]?.name).toBe('evil\\.com\\.ok.')
    const whole = hex('0001 0100 0001 0000 0000 0000 08 6576696c2e636f6d 02 6f6b 00 0001 0001')
    expect(decode(whole).questions[0]?.name).toBe('evil\\.com.ok.')
    const odd = hex('0001 0100 0001 0000 0000 0000 04 5c20ff00 00 0001 0001')
    expect(decode(odd).questions[0]?.name).toBe('\\\\\\032\\255\\000.')
  })

  it('leaves dns2 as it found it', () => {
    const before = Dns2Packet.Name.decode
    decode(ANSWER)
    expect(() => decode(hex('00'))).toThrow()
    expect(Dns2Packet.Name.decode).toBe(before)
  })

  it.each([
    ['an A record of three bytes', '0001 8180 0000 0001 0000 0000 00 0001 0001 00000000 0003 c00002'],
    ['a record past the end', '0001 8180 0000 0001 0000 0000 00 0001 0001 00000000 0004 c000'],
    ['a count without records', '0001 8180 ffff ffff ffff ffff'],
    ['a pointer to itself', '0001 8180 0001 0000 0000 0000 c00c 0001 0001'],
    ['a reserved label', '0001 8180 0001 0000 0000 0000 41 61 00 0001 0001'],
    ['an OPT that dns2 misreads', '0001 8180 0000 0000 0000 0001 00 0029 04d0 ff000000 0000'],
    ['less than a header', '0001 8180'],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(() => decode(hex(text))).toThrow(MessageError)
  })

  it('refuses what is too large to be read in time', () => {
    expect(() => decode(new Uint8Array(8193))).toThrow(/8192 is the most/)
  })

  it('puts the extended rcode together', () => {
    expect(decode(hex('0001 8180 0000 0000 0000 0001 00 0029 04d0 01000000 0000')).rcode).toBe('BADVERS')
    expect(decode(hex('0001 8180 0000 0000 0000 0001 00 0029 04d0 7f000000 0000')).rcode).toBe('RCODE2032')
  })
})

describe('options that dns2 drops', () => {
  it('survive parse and encode', () => {
    const options = [
      { ednsCode: 3, bytes: new Uint8Array() },
      { ednsCode: 10, bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
      { ednsCode: 12, bytes: new Uint8Array(5) },
    ]
    const query = encodeQuery({ name: 'a.test', qtype: 1, id: 7, options })
    expect(packetBytes(parsePacket(query))).toEqual(query)
    expect(decode(query).edns?.options).toEqual(['NSID ""', 'COOKIE 0102030405060708', 'PADDING 5'])
  })
})

describe('encodeQuery', () => {
  it('is what dns-packet reads', () => {
    const query = encodeQuery({ name: 'Example.com.', qtype: 65, id: 0xabcd, dnssecOk: true })
    const read = dnsPacket.decode(Buffer.from(query))
    expect(read).toMatchObject({ id: 0xabcd, type: 'query', flag_rd: true })
    expect(read.questions).toMatchObject([{ name: 'Example.com', type: 'UNKNOWN_65', class: 'IN' }])
    expect(read.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1232, flag_do: true }])
  })

  it('takes the root and other classes', () => {
    expect(decode(encodeQuery({ name: '.', qtype: 2, id: 1 })).questions[0]?.name).toBe('.')
    expect(decode(encodeQuery({ name: 'id.server', qtype: 16, qclass: 3, id: 1 })).questions[0]?.class).toBe(
      'CH',
    )
  })

  it.each(['ā.test', 'a..test', 'a\\.b', `${'a'.repeat(64)}.test`, 'a b'])('refuses "%s"', (name) => {
    expect(() => encodeQuery({ name, qtype: 1, id: 1 })).toThrow(MessageError)
  })
})

describe('type names', () => {
  it('go both ways', () => {
    expect(typeCode('https')).toBe(65)
    expect(typeCode('TYPE65280')).toBe(65280)
    expect([typeCode('TYPE65536'), typeCode('nope'), typeCode('__proto__')]).toEqual([null, null, null])
    expect([typeName(28), typeName(65280), className(1), className(9)]).toEqual([
      'AAAA',
      'TYPE65280',
      'IN',
      'CLASS9',
    ])
  })
})
