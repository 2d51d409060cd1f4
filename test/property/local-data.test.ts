/** What zones answer: data as another encoder makes it, and targets' records behind an alias as another decoder reads them. */
import dnsPacket from 'dns-packet'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { readRecordData } from '../../src/lists/formats/record-data.ts'
import { recordWords } from '../../src/lists/formats/record-words.ts'
import { ZoneFileReader } from '../../src/lists/formats/zone-file.ts'
import { MALFORMED, appendRecords } from '../../src/wire/append-records.ts'
import { Answer, readAnswer } from '../../src/wire/answer.ts'
import { Class, Type } from '../../src/wire/constants.ts'
import { appendCname } from '../../src/wire/respond.ts'
import { decode, type DecodedRecord } from '../support/dns-packet.ts'
import { writeMessage } from '../unit/wire/message-writer.ts'
import { anyName, plainName, plainText, response, wireName } from './wire-models.ts'

/** Its typings know messages alone. */
const oneRecord = (dnsPacket as unknown as { answer: { encode(record: object): Buffer; decode(bytes: Buffer): { name: string } } }).answer // prettier-ignore
const OUR_BYTES = 65_535
const answer = new Answer()
const out = new Uint8Array(OUR_BYTES)

/** Header, question and an alias of it to the name that the message answers for, as the path begins an answer. */
function begin(name: Uint8Array, message: Uint8Array, target: number): { length: number; target: number } {
  out.fill(0, 0, 12).set([0x80, 0, 0, 1], 2)
  out.set(name, 12)
  out.set([0, Type.A, 0, Class.IN], 12 + name.length)
  const start = 12 + name.length + 4
  return { length: appendCname(out, start, 20, message.slice(12, target)), target: start + 12 }
}

const records = (list: readonly DecodedRecord[]): unknown[] =>
  list.filter(({ type }) => type !== 'OPT').map((record) => ({ ...record, flush: null }))

it('the records of any answer stand behind the alias as they were', () => {
  fc.assert(
    fc.property(response, anyName, (model, qname) => {
      const message = writeMessage(model)
      expect(readAnswer(message, message.length, answer)).toBe(true)
      const started = begin(wireName(qname), message, answer.questionEnd - 4)
      const length = appendRecords(out, started.length, message, answer, started.target)
      expect(length).toBeGreaterThan(0)
      const whole = decode(Buffer.from(out.subarray(0, length)))
      const before = decode(Buffer.from(message))
      expect(whole.answers[0]).toMatchObject({ type: 'CNAME', ttl: 20, data: before.questions[0]!.name })
      expect(records(whole.answers.slice(1))).toEqual(records(before.answers))
      expect(records(whole.authorities)).toEqual(records(before.authorities))
      expect(whole.additionals).toEqual([])
      // One octet less is too little, and says so.
      if (length > started.length) {
        const small = out.slice(0, length - 1)
        expect(appendRecords(small, started.length, message, answer, started.target)).toBe(-1)
      }
    }),
    { numRuns: 500 },
  )
})

it('of a damaged answer nothing is written past the end, and what is written can be read', () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(response, damage, (model, changes) => {
      const message = writeMessage(model)
      for (const [at, value] of changes) message[12 + (at % (message.length - 12))] = value
      fc.pre(readAnswer(message, message.length, answer))
      const started = begin(Uint8Array.of(1, 0x61, 0), message, answer.questionEnd - 4)
      const length = appendRecords(out, started.length, message, answer, started.target)
      if (length === MALFORMED || length === -1) return
      expect(readAnswer(out, length, answer)).toBe(true)
      expect(answer.length).toBe(length)
    }),
    { numRuns: 1_000 },
  )
})

const u16 = fc.nat(65_535)
const u8 = fc.nat(255)
const name = plainName.map(plainText)
const absolute = (text: string): string => (text === '.' ? '.' : `${text}.`)
const text = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes))
/** In quotes, what is not plain as its number. */
const quoted = (bytes: Buffer): string => `"${[...bytes].map((byte) => (byte > 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, '0')}`)).join('')}"` // prettier-ignore
const word = fc.string({ unit: fc.constantFrom(...'abcXYZ019'.split('')), minLength: 1, maxLength: 12 })
const hex = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes))
const digits = (bytes: Buffer): string => bytes.toString('hex')

/** Type, words, and the data as dns-packet takes it. */
const written: fc.Arbitrary<readonly [string, readonly string[], unknown]> = fc.oneof(
  fc.ipV4().map((address) => ['A', [address], address] as const),
  fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => { const address = digits(Buffer.from(bytes)).replaceAll(/.{4}(?!$)/g, '$&:'); return ['AAAA', [address], address] as const }), // prettier-ignore
  fc.constantFrom('CNAME', 'PTR').chain((type) => name.map((target) => [type, [absolute(target)], target] as const)), // prettier-ignore
  fc.tuple(u16, name).map(([preference, exchange]) => ['MX', [String(preference), absolute(exchange)], { preference, exchange }] as const), // prettier-ignore
  fc.tuple(u16, u16, u16, name).map(([priority, weight, port, target]) => ['SRV', [...[priority, weight, port].map(String), absolute(target)], { priority, weight, port, target }] as const), // prettier-ignore
  fc.array(text, { minLength: 1, maxLength: 4 }).map((texts) => ['TXT', texts.map(quoted), texts] as const),
  fc.tuple(word, word).map(([cpu, os]) => ['HINFO', [cpu, `"${os}"`], { cpu, os }] as const),
  fc.tuple(name, name).map(([mbox, txt]) => ['RP', [absolute(mbox), absolute(txt)], { mbox, txt }] as const),
  fc.tuple(u16, u16, word, word, word, name).map(([order, preference, flags, services, regexp, replacement]) => ['NAPTR', [String(order), String(preference), flags, services, `"${regexp}"`, absolute(replacement)], { order, preference, flags, services, regexp, replacement }] as const), // prettier-ignore
  fc.tuple(u8, word, word).map(([flags, tag, value]) => ['CAA', [String(flags), tag, `"${value}"`], { flags, tag, value }] as const), // prettier-ignore
  fc.tuple(u8, u8, u8, hex).map(([usage, selector, matchingType, certificate]) => ['TLSA', [...[usage, selector, matchingType].map(String), digits(certificate).slice(0, 2), digits(certificate).slice(2)].filter((each) => each !== ''), { usage, selector, matchingType, certificate }] as const), // prettier-ignore
)

/** The record of a line of a master file. */
function readLine(line: string): ReturnType<typeof readRecordData> | null {
  let read: ReturnType<typeof readRecordData> | null = null
  const bytes = Buffer.from(line)
  new ZoneFileReader({
    record: (_, type, rdata, __, origin) => void (read = readRecordData(type, rdata, origin)),
    problem: () => undefined,
  }).line(bytes, 0, bytes.length)
  return read
}

it('data is what dns-packet makes of it, and stays that as RFC 3597 writes it and in the words of a file', () => {
  fc.assert(
    fc.property(written, ([type, words, data]) => {
      const bytes = oneRecord.encode({ type, name: '.', ttl: 0, data })
      // Root, type, class, TTL, length.
      const expected = Buffer.from(bytes.subarray(11))
      const read = readRecordData(type, words, { text: '', isAbsolute: false })
      expect(read).toMatchObject({ type: bytes.readUInt16BE(1) })
      if (typeof read === 'string') return
      expect(digits(Buffer.from(read.data))).toBe(digits(expected))
      const opaque = ['\\#', String(expected.length), digits(expected)]
      const again = readRecordData(`TYPE${read.type}`, opaque, { text: '', isAbsolute: false })
      expect(again).toEqual({ type: read.type, data: expected })
      const line = `x ${recordWords(read.type, read.data)}`
      expect(line).not.toContain('\\#')
      expect(readLine(line)).toMatchObject({ type: read.type, data: expected })
    }),
    { numRuns: 500 },
  )
})

it('whatever stands there is data or refused, and what has a known shape has that shape', () => {
  const words = fc.array(fc.oneof(fc.string({ maxLength: 8 }), word, fc.constantFrom('\\#', '3', '0161ff', '"a\\300b"', '"x\\"y"', '@')), { maxLength: 7 }) // prettier-ignore
  const type = fc.constantFrom('A', 'MX', 'TXT', 'CNAME', 'HTTPS', 'CAA', 'TYPE15', 'TYPE65', 'TYPE65280', 'SOA', 'ANY', 'x')
  fc.assert(
    fc.property(type, words, (what, rdata) => {
      const read = readRecordData(what, rdata, { text: 'zone.vn', isAbsolute: true })
      if (typeof read === 'string') return
      const length = Buffer.from([read.data.length >> 8, read.data.length & 0xff])
      const record = Buffer.concat([Buffer.of(0, read.type >> 8, read.type & 0xff, 0, 1, 0, 0, 0, 0), length, read.data])
      const message = Buffer.concat([Buffer.from('0000800000010001000000000000010001', 'hex'), record])
      expect(readAnswer(message, message.length, answer)).toBe(true)
      expect(oneRecord.decode(record).name).toBe('.')
      const again = readLine(`x ${recordWords(read.type, read.data)}`) as typeof read
      expect([again.type, digits(Buffer.from(again.data))]).toEqual([read.type, digits(Buffer.from(read.data))])
    }),
    { numRuns: 1_000 },
  )
}) // prettier-ignore
