import { describe, expect, test } from 'vitest'
import { nameToText } from '../../../src/wire/name.ts'
import { Parse, Query, readQuestion } from '../../../src/wire/question.ts'
import { hex, u16 } from './hex.ts'

const query = new Query()
const QUESTION = hex`03 "wWw" 04 "evil" 03 "com" 00 0001 0001`
const OPT = hex`00 0029 1000 0000 8000 0000`

/** A query with the given counts behind QDCOUNT 1, and what follows the question. */
function ask(counts: string, tail: Uint8Array = hex``, flags = '0100'): number {
  const bytes = hex`1234 ${flags} 0001 ${counts.replaceAll(' ', '')} ${QUESTION} ${tail}`
  return readQuestion(bytes, bytes.length, query)
}

describe('readQuestion', () => {
  test('reads header and question', () => {
    const bytes = hex`1234 0130 0001 0000 0000 0000 03 "wWw" 04 "Evil" 03 "com" 00 001c 0001`
    expect(readQuestion(bytes, bytes.length, query)).toBe(Parse.Ok)
    expect(query).toMatchObject({
      id: 0x1234, flags: 0x0130, opcode: 0, rd: true, tc: false, ad: true, cd: true, questionLength: 18, qtype: 28,
      qclass: 1, rcodeWanted: 0, hasEdns: false, ednsVersion: 0, udpSize: 512, dnssecOk: false, wantsNsid: false,
    }) // prettier-ignore
    expect(nameToText(query.key.bytes)).toBe('www.evil.com')
  })

  test('unknown flags and an rcode in a query are ignored (RFC 8906 §3.1.3)', () => {
    expect(ask('0000 0000 0000', hex``, '0641')).toBe(Parse.Ok)
    expect(query.tc).toBe(true)
  })

  test('a label that holds a dot stays one label', () => {
    const bytes = hex`1234 0100 0001 0000 0000 0000 08 "evil.com" 02 "ok" 00 0001 0001`
    expect(readQuestion(bytes, bytes.length, query)).toBe(Parse.Ok)
    expect(query.key.labelCount).toBe(2)
    expect(nameToText(query.key.bytes)).toBe('evil\\.com.ok')
  })

  test('drops what is no query', () => {
    const bytes = hex`1234 8180 0001 0000 0000 0000 ${QUESTION}`
    expect(readQuestion(bytes, bytes.length, query)).toBe(Parse.Drop)
    expect(readQuestion(bytes, 11, query)).toBe(Parse.Drop)
    expect(readQuestion(bytes, 0, query)).toBe(Parse.Drop)
  })

  test('other opcodes: NOTIMP, with the question where it parses', () => {
    expect(ask('0000 0000 0000', hex``, '2900')).toBe(Parse.NotImp)
    expect(query).toMatchObject({ id: 0x1234, opcode: 5, questionLength: 18, rcodeWanted: 4, rd: true })
    const header = hex`1234 7800 0000 0000 0000 0000`
    expect(readQuestion(header, 12, query)).toBe(Parse.NotImp)
    expect(query).toMatchObject({ opcode: 15, questionLength: 0 })
    const update = hex`1234 2800 0001 0005 0006 0007 03 "vn"`
    expect(readQuestion(update, update.length, query)).toBe(Parse.NotImp)
    expect(query.questionLength).toBe(0)
  })

  test.each([0, 2, 0xffff])('QDCOUNT %i: FORMERR without question (RFC 9619)', (count) => {
    const bytes = hex`1234 0100 ${u16(count)} 0000 0000 0000 ${QUESTION} ${QUESTION}`
    expect(readQuestion(bytes, bytes.length, query)).toBe(Parse.FormErr)
    expect(query).toMatchObject({ id: 0x1234, rd: true, questionLength: 0, rcodeWanted: 1 })
  })

  test.each([
    ['a compressed name', hex`c00c 0001 0001`],
    ['a name that ends in a pointer', hex`03 "www" c00c 0001 0001`],
    ['a pointer into the header', hex`c000 0001 0001`],
    ['a bad label type', hex`43 "www" 00 0001 0001`],
    ['128 labels', hex`${'0161'.repeat(128)} 00 0001 0001`],
    ['no class', hex`03 "www" 00 0001 00`],
    ['nothing', hex``],
  ])('%s in the question: FORMERR, no question, empty key', (_, question) => {
    const bytes = hex`1234 0100 0001 0000 0000 0000 ${question}`
    expect(readQuestion(bytes, bytes.length, query)).toBe(Parse.FormErr)
    expect([query.questionLength, query.key.length, query.key.labelCount, query.qtype]).toEqual([0, 0, 0, 0])
  })

  test('127 labels are read', () => {
    const bytes = hex`1234 0100 0001 0000 0000 0000 ${'0161'.repeat(127)} 00 0001 0001`
    expect(readQuestion(bytes, bytes.length, query)).toBe(Parse.Ok)
    expect(query.key.labelCount).toBe(127)
  })

  test('answers or authorities in a query: FORMERR with question; IXFR may bring its SOA', () => {
    const soa = hex`c00c 0006 0001 00000000 0000`
    expect(ask('0001 0000 0000', soa)).toBe(Parse.FormErr)
    expect(query.questionLength).toBe(18)
    expect(ask('0000 0001 0000', soa)).toBe(Parse.FormErr)
    const bytes = hex`1234 0100 0001 0000 0001 0000 03 "www" 00 00fb 0001 ${soa}`
    expect(readQuestion(bytes, bytes.length, query)).toBe(Parse.Ok)
  })

  test('what follows the last record is ignored', () => {
    expect(ask('0000 0000 0000', hex`ff ff ff`)).toBe(Parse.Ok)
    expect(ask('0000 0000 0001', hex`${OPT} 00 ff`)).toBe(Parse.Ok)
  })

  test('the query of before leaves nothing behind', () => {
    expect(ask('0000 0000 0001', hex`00 0029 1000 00008000 0004 0003 0000`)).toBe(Parse.Ok)
    expect(query.wantsNsid).toBe(true)
    expect(ask('0000 0000 0000')).toBe(Parse.Ok)
    expect(query).toMatchObject({ hasEdns: false, udpSize: 512, dnssecOk: false, wantsNsid: false })
  })
})

describe('EDNS', () => {
  test('size, DO, NSID; unknown options ignored (RFC 8906 §3.2)', () => {
    const opt = hex`00 0029 1000 0000 8000 0012  fde9 0002 abcd  0003 0000  000a 0004 01020304`
    expect(ask('0000 0000 0001', opt)).toBe(Parse.Ok)
    expect(query).toMatchObject({
      hasEdns: true,
      udpSize: 4096,
      dnssecOk: true,
      wantsNsid: true,
      ednsVersion: 0,
    })
  })

  test('unknown flags are ignored, a size below 512 is 512, the largest stays', () => {
    expect(ask('0000 0000 0001', hex`00 0029 0001 0000 7fff 0000`)).toBe(Parse.Ok)
    expect(query).toMatchObject({ udpSize: 512, dnssecOk: false })
    expect(ask('0000 0000 0001', hex`00 0029 ffff 0000 0000 0000`)).toBe(Parse.Ok)
    expect(query.udpSize).toBe(65_535)
  })

  test('another version: BADVERS, whatever its options', () => {
    expect(ask('0000 0000 0001', hex`00 0029 1000 0001 8000 0003 ffffff`)).toBe(Parse.BadVers)
    expect(query).toMatchObject({
      ednsVersion: 1,
      rcodeWanted: 16,
      hasEdns: true,
      dnssecOk: true,
      questionLength: 18,
    })
  })

  test('stands among other additional records, in any place', () => {
    const tsig = hex`03 "key" 00 00fa 00ff 00000000 0002 abcd`
    expect(ask('0000 0000 0003', hex`${tsig} ${OPT} ${tsig}`)).toBe(Parse.Ok)
    expect(query.hasEdns).toBe(true)
  })

  test.each([
    ['two of them', '0002', hex`${OPT} ${OPT}`],
    ['an owner that is not the root', '0001', hex`01 "a" ${OPT}`],
    ['an owner that is a pointer', '0001', hex`c00c 0029 1000 0000 8000 0000`],
    ['RDLENGTH past the end', '0001', hex`00 0029 1000 0000 8000 0001`],
    ['another record past the end', '0001', hex`00 0010 0001 00000000 0003 0141`],
    ['an option past its end', '0001', hex`00 0029 1000 0000 8000 0004 0003 0001`],
    ['half an option', '0001', hex`00 0029 1000 0000 8000 0003 0003 00`],
    ['none where one is counted', '0001', hex``],
    ['half a record', '0001', hex`00 0029 1000 0000 80`],
    ['a loop for an owner', '0001', hex`c01e 0001 0001 00000000 0000`],
  ])('%s: FORMERR with question', (_, count, tail) => {
    expect(ask(`0000 0000 ${count}`, tail)).toBe(Parse.FormErr)
    expect(query).toMatchObject({ rcodeWanted: 1, questionLength: 18 })
  })

  test('in the authority section: FORMERR', () => {
    const bytes = hex`1234 0100 0001 0000 0001 0000 03 "www" 00 00fb 0001 ${OPT}`
    expect(readQuestion(bytes, bytes.length, query)).toBe(Parse.FormErr)
  })

  test('64 extra records are walked, 65 are not', () => {
    const record = hex`00 0001 0001 00000000 0000`
    const many = (count: number) => Buffer.concat(Array.from({ length: count }, () => record))
    expect(ask(`0000 0000 ${u16(64)}`, hex`${many(63)} ${OPT}`)).toBe(Parse.Ok)
    expect(query.hasEdns).toBe(true)
    expect(ask(`0000 0000 ${u16(65)}`, hex`${many(64)} ${OPT}`)).toBe(Parse.FormErr)
    expect(query.hasEdns).toBe(false)
  })

  test('10,000 options are walked to the end', () => {
    const options = Buffer.alloc(40_000)
    for (let at = 0; at < options.length; at += 4) options.writeUInt16BE(0xfde9, at)
    options.writeUInt16BE(3, 39_996)
    expect(ask('0000 0000 0001', hex`00 0029 1000 0000 8000 ${u16(40_000)} ${options}`)).toBe(Parse.Ok)
    expect(query.wantsNsid).toBe(true)
  })
})
