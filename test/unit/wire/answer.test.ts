import { describe, expect, test } from 'vitest'
import {
  Answer,
  cutOpt,
  forEachHint,
  minimumTtl,
  negativeTtl,
  readAlias,
  readAnswer,
  Section,
} from '../../../src/wire/answer.ts'
import { NameKey } from '../../../src/wire/name-key.ts'
import { nameToText } from '../../../src/wire/name.ts'
import { hex, toHex, u16 } from './hex.ts'

const answer = new Answer()
const key = new NameKey()

/** A response to www.evil.com A (question in 12..30) with the given counts and records. */
function response(counts: string, records: Uint8Array, flags = '8180'): Uint8Array {
  return hex`1234 ${flags} 0001 ${counts.replaceAll(' ', '')} 03 "www" 04 "evil" 03 "com" 00 0001 0001 ${records}`
}

function read(counts: string, records: Uint8Array, flags = '8180'): boolean {
  const bytes = response(counts, records, flags)
  return readAnswer(bytes, bytes.length, answer)
}

const A = hex`c00c 0001 0001 0000003c 0004 c0000201`
const OPT = hex`00 0029 04d0 0000 8000 0000`

describe('readAnswer', () => {
  test('reads question, records and OPT by offset', () => {
    const bytes = response(
      '0002 0001 0002',
      hex`c00c 0005 0001 0000012c 0006 03 "cdn" c010
          c02a 0001 0001 0000003c 0004 c0000201
          c010 0002 0001 00000e10 0005 02 "ns" c010
          ${OPT}
          02 "n2" 00 001c 0001 80000001 0010 20010db8000000000000000000000001`,
    )
    expect(readAnswer(bytes, bytes.length, answer)).toBe(true)
    expect(answer).toMatchObject({
      id: 0x1234, flags: 0x8180, truncated: false, rcode: 0, qtype: 1, qclass: 1, questionEnd: 30, count: 4,
      answerCount: 2, authorityCount: 1, length: bytes.length, ednsUdpSize: 1232, dnssecOk: true, ede: -1, edeText: '',
      optStart: 81, optLength: 11,
    }) // prettier-ignore
    const { section, owner, type, rrclass, ttlOffset, ttl, rdata, rdataLength } = answer
    const columns = { section, owner, type, rrclass, ttlOffset, ttl, rdata, rdataLength }
    const row = (record: number) => Object.values(columns).map((column) => column[record])
    expect(row(0)).toEqual([Section.Answer, 30, 5, 1, 36, 300, 42, 6])
    expect(row(1)).toEqual([Section.Answer, 48, 1, 1, 54, 60, 60, 4])
    expect(row(2)).toEqual([Section.Authority, 64, 2, 1, 70, 3600, 76, 5])
    // RFC 2181 §8: 2^31 and more is 0.
    expect(row(3)).toEqual([Section.Additional, 92, 28, 1, 100, 0, 106, 16])
    expect(minimumTtl(answer)).toBe(0)
  })

  test('an rcode has 12 bits, the upper eight in the OPT', () => {
    expect(read('0000 0000 0001', hex`00 0029 04d0 0100 0000 0000`, '8187')).toBe(true)
    expect(answer.rcode).toBe(0x17)
  })

  test('unknown types and data pass (RFC 3597)', () => {
    expect(read('0001 0000 0000', hex`c00c ff00 0001 0000003c 0003 c0ffff`)).toBe(true)
    expect(read('0001 0000 0000', hex`c00c 0001 0003 0000003c 0007 c0ffffc0ffffff`)).toBe(true)
  })

  test('octets behind the last record do not belong to the message', () => {
    expect(read('0001 0000 0000', hex`${A} ff ff`)).toBe(true)
    expect(answer.length).toBe(46)
  })

  test('TC shows even where the rest was cut off', () => {
    expect(read('0002 0000 0000', A, '8380')).toBe(false)
    expect(answer).toMatchObject({ truncated: true, id: 0x1234, rcode: 0 })
  })

  test.each([
    ['a query', '0000 0000 0000', hex``, '0100'],
    ['another opcode', '0000 0000 0000', hex``, 'a980'],
    ['a record that is not there', '0001 0000 0000', hex``, '8180'],
    ['a record past the end', '0002 0000 0000', A, '8180'],
    ['RDLENGTH past the end', '0001 0000 0000', hex`c00c 0010 0001 0000003c 0005 c0000201`, '8180'],
    ['an A of 3', '0001 0000 0000', hex`c00c 0001 0001 0000003c 0003 c00002`, '8180'],
    ['an A of 5', '0001 0000 0000', hex`c00c 0001 0001 0000003c 0005 c000020101`, '8180'],
    ['an A of none', '0001 0000 0000', hex`c00c 0001 0001 0000003c 0000`, '8180'],
    ['an AAAA of 4', '0001 0000 0000', hex`c00c 001c 0001 0000003c 0004 c0000201`, '8180'],
    ['an owner that loops', '0001 0000 0000', hex`c01e 0001 0001 0000003c 0004 c0000201`, '8180'],
    ['a CNAME that loops', '0001 0000 0000', hex`c00c 0005 0001 0000003c 0002 c02a`, '8180'],
    ['a CNAME past its data', '0001 0000 0001', hex`c00c 0005 0001 0000003c 0002 0361 62 6300`, '8180'],
    ['a CNAME with more behind it', '0001 0000 0000', hex`c00c 0005 0001 0000003c 0003 c01000`, '8180'],
    ['an HTTPS record without target', '0001 0000 0000', hex`c00c 0041 0001 0000003c 0002 0001`, '8180'],
    ['two OPT', '0000 0000 0002', hex`${OPT} ${OPT}`, '8180'],
    ['an OPT in the answer section', '0001 0000 0000', OPT, '8180'],
    ['an OPT with an owner', '0000 0000 0001', hex`c00c 0029 04d0 0000 8000 0000`, '8180'],
  ])('refuses %s', (_, counts, records, flags) => {
    expect(read(counts, records, flags)).toBe(false)
    expect([answer.count, answer.length, answer.id]).toEqual([0, 0, 0x1234])
  })

  test.each(['0000', '0002'])('refuses QDCOUNT %s', (count) => {
    const bytes = hex`1234 8181 ${count} 0000 0000 0000 00 0001 0001 00 0001 0001`
    expect(readAnswer(bytes, bytes.length, answer)).toBe(false)
    expect(answer.rcode).toBe(1)
  })

  test('refuses less than a header and more than 16 bits count', () => {
    expect(readAnswer(response('0000 0000 0000', hex``), 11, answer)).toBe(false)
    expect(readAnswer(new Uint8Array(65_536), 65_536, answer)).toBe(false)
  })

  test('follows no more than 256 aliases', () => {
    const aliases = (count: number) =>
      read(`${u16(count)} 0000 0000`, hex`${'c00c000500010000003c0002c010'.repeat(count)}`)
    expect(aliases(256)).toBe(true)
    expect(aliases(257)).toBe(false)
  })

  test('holds as many records as fit 64 KB', () => {
    const count = 5953
    const bytes = hex`1234 8180 0001 0000 0000 ${u16(count)} 00 0001 0001 ${'00ff0000010000003c0000'.repeat(count)}`
    expect(bytes.length).toBe(65_500)
    expect(readAnswer(bytes, bytes.length, answer)).toBe(true)
    expect([answer.count, answer.length]).toEqual([count, 65_500])
  })
})

describe('Extended DNS Errors', () => {
  const withOptions = (options: Uint8Array) =>
    read('0000 0000 0001', hex`00 0029 04d0 0000 0000 ${u16(options.length)} ${options}`)

  test('the first one counts, with its text', () => {
    expect(withOptions(hex`000a 0001 ff 000f 0009 0017 "timeout" 000f 0002 0003`)).toBe(true)
    expect([answer.ede, answer.edeText]).toEqual([23, 'timeout'])
  })

  test('a list that does not add up costs the list, not the answer', () => {
    expect(withOptions(hex`000f 0002 0006 000f 00ff`)).toBe(true)
    expect([answer.ede, answer.edeText]).toEqual([6, ''])
    expect(withOptions(hex`000f 0001 06`)).toBe(true)
    expect(answer.ede).toBe(-1)
  })
})

describe('cutOpt', () => {
  test('takes out an OPT at the end', () => {
    const bytes = response('0001 0000 0001', hex`${A} ${OPT}`)
    expect(readAnswer(bytes, bytes.length, answer)).toBe(true)
    const length = cutOpt(bytes, bytes.length, answer)
    expect(toHex(bytes, 0, length)).toBe(toHex(response('0001 0000 0000', A)))
    expect(answer).toMatchObject({ length, optLength: 0, count: 1 })
  })

  test('takes out an OPT that records follow, and moves their offsets', () => {
    const glue = hex`02 "ns" c010 0001 0001 00000e10 0004 c0000235`
    const bytes = response('0001 0000 0002', hex`${A} ${OPT} ${glue}`)
    expect(readAnswer(bytes, bytes.length, answer)).toBe(true)
    const length = cutOpt(bytes, bytes.length, answer)
    expect(toHex(bytes, 0, length)).toBe(toHex(response('0001 0000 0001', hex`${A} ${glue}`)))
    const plain = new Answer()
    expect(readAnswer(bytes, length, plain)).toBe(true)
    for (const column of ['owner', 'ttlOffset', 'rdata', 'rdataLength', 'ttl', 'type'] as const) {
      expect(answer[column].subarray(0, 2)).toEqual(plain[column].subarray(0, 2))
    }
  })

  test('without OPT only what is behind the last record goes', () => {
    const bytes = response('0001 0000 0000', hex`${A} 00 00`)
    expect(readAnswer(bytes, bytes.length, answer)).toBe(true)
    expect(cutOpt(bytes, bytes.length, answer)).toBe(46)
  })

  // The OPT stands at 30, what follows it at 41.
  test.each([
    ['an owner', hex`02 "ns" 00 0001 0001 00000e10 0004 c0000235 c029 0001 0001 00000e10 0004 c0000235`],
    ['an owner into the OPT', hex`00 0010 0001 00000e10 0000 c01e 0001 0001 00000e10 0004 c0000235`],
    ['an NS', hex`02 "ns" 00 0010 0001 00000e10 0000 00 0002 0001 00000e10 0004 01 "a" c029`],
    ['an MX', hex`02 "ns" 00 0010 0001 00000e10 0000 00 000f 0001 00000e10 0004 000a c029`],
    [
      'the second name of an SOA',
      hex`02 "ns" 00 0010 0001 00000e10 0000 00 0006 0001 00000e10 0017 00 c029 ${'00'.repeat(20)}`,
    ],
    [
      'a NAPTR',
      hex`02 "ns" 00 0010 0001 00000e10 0000 00 0023 0001 00000e10 000b 0000 0000 01 "a" 00 01 "b" c029`,
    ],
    ['an SRV', hex`02 "ns" 00 0010 0001 00000e10 0000 00 0021 0001 00000e10 0008 0000 0000 0000 c029`],
  ])('refuses where %s points behind it, and changes nothing', (_, records) => {
    const bytes = response('0000 0000 0003', hex`${OPT} ${records}`)
    const before = toHex(bytes)
    expect(readAnswer(bytes, bytes.length, answer)).toBe(true)
    expect(cutOpt(bytes, bytes.length, answer)).toBe(-1)
    expect(toHex(bytes)).toBe(before)
  })

  test('data of unknown types holds no pointers, whatever it looks like', () => {
    const record = hex`00 ff00 0001 00000e10 0002 c029`
    const bytes = response('0000 0000 0002', hex`${OPT} ${record}`)
    expect(readAnswer(bytes, bytes.length, answer)).toBe(true)
    const length = cutOpt(bytes, bytes.length, answer)
    expect(toHex(bytes, 0, length)).toBe(toHex(response('0000 0000 0001', record)))
  })
})

describe('what an answer leads to', () => {
  const alias = (type: string, data: Uint8Array) => {
    const bytes = response('0001 0000 0000', hex`c00c ${type} 0001 0000003c ${u16(data.length)} ${data}`)
    expect(readAnswer(bytes, bytes.length, answer)).toBe(true)
    return readAlias(bytes, answer, 0, key) ? nameToText(key.bytes) : null
  }

  test.each([
    ['CNAME', '0005', hex`03 "CDN" c010`, 'cdn.evil.com'],
    ['DNAME', '0027', hex`04 "dead" 03 "org" 00`, 'dead.org'],
    ['SVCB', '0040', hex`0000 04 "Pool" 03 "net" 00`, 'pool.net'],
    ['HTTPS', '0041', hex`0001 04 "pool" 03 "net" 00 0001 0003 02 "h2"`, 'pool.net'],
    ['HTTPS that compresses its target', '0041', hex`0001 c010`, 'evil.com'],
    ['HTTPS of the owner itself', '0041', hex`0001 00 0001 0003 02 "h2"`, null],
    ['A', '0001', hex`c0000201`, null],
    ['NS', '0002', hex`c010`, null],
  ])('%s', (_, type, data, target) => {
    expect(alias(type, data)).toBe(target)
  })

  const hints = (data: Uint8Array, type = '0041') => {
    const bytes = response('0001 0000 0000', hex`c00c ${type} 0001 0000003c ${u16(data.length)} ${data}`)
    expect(readAnswer(bytes, bytes.length, answer)).toBe(true)
    const found: string[] = []
    forEachHint(bytes, answer, 0, (from, at, family) =>
      found.push(toHex(from, at, at + (family === 4 ? 4 : 16))),
    )
    return found
  }
  const V6 = '20010db8000000000000000000000001'

  test('hints of both families, among other parameters', () => {
    expect(hints(hex`0001 00 0001 0003 02 "h2" 0004 0008 c0000201 c0000202 0006 0010 ${V6} fde9 0000`)).toEqual([
      'c0000201', 'c0000202', V6,
    ]) // prettier-ignore
    expect(hints(hex`0001 c010 0004 0004 c0000201`)).toEqual(['c0000201'])
    expect(hints(hex`0001 03 "net" 00 0004 0004 c0000201`, '0040')).toEqual(['c0000201'])
  })

  test('parameters that do not add up end the list', () => {
    expect(hints(hex`0001 00 0004 0004 c0000201 0004 0008 c0000202`)).toEqual(['c0000201'])
    expect(hints(hex`0001 00 0004 0006 c0000201 c000`)).toEqual(['c0000201'])
    expect(hints(hex`0001 00 0004 00`)).toEqual([])
    expect(hints(hex`0001 00`)).toEqual([])
    expect(hints(hex`0001 00 0004 0004 c0000201`, 'ff00')).toEqual([])
  })
})

describe('how long an answer holds', () => {
  const soa = (ttl: string, minimum: string, length = '0016') =>
    hex`c010 0006 0001 ${ttl} ${length} 00 00 00000001 00000e10 000004b0 00093a80 ${minimum}`

  test.each([
    ['the TTL where it is less', '0000003c', '00000e10', 60],
    ['MINIMUM where it is less', '00000e10', '0000003c', 60],
    ['0 where MINIMUM is 2^31', '00000e10', '80000000', 0],
    ['0 where the TTL is 2^31', 'ffffffff', '00000e10', 0],
  ])('RFC 2308: %s', (_, ttl, minimum, seconds) => {
    const bytes = response('0000 0001 0000', soa(ttl, minimum), '8183')
    expect(readAnswer(bytes, bytes.length, answer)).toBe(true)
    expect(negativeTtl(bytes, answer)).toBe(seconds)
  })

  test('-1 without an SOA, or with half of one, or with one in another section', () => {
    expect(read('0001 0000 0000', A)).toBe(true)
    expect(negativeTtl(response('0001 0000 0000', A), answer)).toBe(-1)
    const half = response('0000 0001 0000', hex`c010 0006 0001 0000003c 0002 0000`)
    expect(readAnswer(half, half.length, answer)).toBe(true)
    expect(negativeTtl(half, answer)).toBe(-1)
    const wrong = response('0000 0000 0001', soa('0000003c', '0000003c'))
    expect(readAnswer(wrong, wrong.length, answer)).toBe(true)
    expect(negativeTtl(wrong, answer)).toBe(-1)
  })

  test('the shortest TTL of all sections, the OPT left out; 0 without records', () => {
    expect(read('0001 0001 0001', hex`${A} ${soa('0000001e', '00000e10')} ${OPT}`)).toBe(true)
    expect(minimumTtl(answer)).toBe(30)
    expect(read('0000 0000 0001', OPT)).toBe(true)
    expect(minimumTtl(answer)).toBe(0)
  })
})
