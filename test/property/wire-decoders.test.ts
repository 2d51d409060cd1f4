/** Our walker beside two decoders written by others, on the same valid messages. */
import { createRequire } from 'node:module'
import dnsPacket from 'dns-packet'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Answer, readAnswer } from '../../src/wire/answer.ts'
import { NameKey } from '../../src/wire/name-key.ts'
import { nameToText, readName } from '../../src/wire/name.ts'
import { Parse, Query, readQuestion } from '../../src/wire/question.ts'
import { writeMessage } from '../unit/wire/message-writer.ts'
import { plainText, query, response } from './wire-models.ts'

/** What we read of dns2; its own typings leave out `rcode`, `ad` and record fields. */
interface Dns2Record {
  readonly name: string
  readonly type: number
  readonly class: number
  readonly ttl: number
  readonly address?: string
  readonly domain?: string
  readonly ns?: string
  readonly data?: Buffer
}
interface Dns2Packet {
  readonly header: { readonly id: number; readonly rcode: number; readonly rd: number }
  readonly questions: readonly { readonly name: string; readonly type: number; readonly class: number }[]
  readonly answers: readonly Dns2Record[]
  readonly authorities: readonly Dns2Record[]
  readonly additionals: readonly Dns2Record[]
  readonly errors: readonly Error[]
}
const { Packet } = createRequire(import.meta.url)('dns2') as { Packet: { parse(bytes: Buffer): Dns2Packet } }

const OPT = 41
const answer = new Answer()
const key = new NameKey()

/** As dns2 and dns-packet spell the root. */
function spelled(name: string): string {
  return name === '' ? '.' : name
}

/** The name at `offset` as it is spelled in the message: `readName` lower-cases. */
function nameAt(bytes: Uint8Array, offset: number): string {
  expect(readName(bytes, offset, bytes.length, key)).not.toBe(-1)
  return nameToText(key.bytes)
}

test('readAnswer sees what dns2 sees', () => {
  fc.assert(
    fc.property(response, (model) => {
      const bytes = writeMessage(model)
      expect(readAnswer(bytes, bytes.length, answer)).toBe(true)
      const other = Packet.parse(Buffer.from(bytes))
      expect(other.errors).toEqual([])
      expect([answer.id, answer.rcode]).toEqual([other.header.id, other.header.rcode])
      expect(nameAt(bytes, 12)).toBe(spelled(other.questions[0]!.name).toLowerCase())
      const records = [other.answers, other.authorities, other.additionals].flatMap((list, index) =>
        list.filter(({ type }) => type !== OPT).map((record) => ({ record, section: index + 1 })),
      )
      expect(answer.count).toBe(records.length)
      for (const [index, { record, section }] of records.entries()) {
        expect(answer.section[index]).toBe(section)
        expect(answer.type[index]).toBe(record.type)
        expect(answer.rrclass[index]).toBe(record.class)
        expect(answer.ttl[index]).toBe(record.ttl)
        expect(nameAt(bytes, answer.owner[index]!)).toBe(spelled(record.name).toLowerCase())
        const rdata = answer.rdata[index]!
        const target = record.domain ?? record.ns
        if (target !== undefined && record.type !== 16) {
          expect(nameAt(bytes, rdata)).toBe(spelled(target).toLowerCase())
        }
        const data = Buffer.from(bytes.subarray(rdata, rdata + answer.rdataLength[index]!))
        if (record.type === 1) expect([...data].join('.')).toBe(record.address)
        if (record.type === 65_280) expect(data.equals(record.data!)).toBe(true)
      }
    }),
    { numRuns: 200 },
  )
})

test('readAnswer sees what dns-packet sees', () => {
  fc.assert(
    fc.property(response, (model) => {
      const bytes = writeMessage(model)
      expect(readAnswer(bytes, bytes.length, answer)).toBe(true)
      const other = dnsPacket.decode(Buffer.from(bytes))
      const all = [...other.answers!, ...other.authorities!, ...other.additionals!]
      const records = all.filter((record) => record.type !== 'OPT')
      expect(answer.count).toBe(records.length)
      expect([answer.answerCount, answer.authorityCount]).toEqual([
        other.answers!.length,
        other.authorities!.length,
      ])
      for (const [index, record] of records.entries()) {
        expect(nameAt(bytes, answer.owner[index]!)).toBe(spelled(record.name).toLowerCase())
        if ('ttl' in record) expect(answer.ttl[index]).toBe(record.ttl)
        if (record.type === 'CNAME' || record.type === 'NS' || record.type === 'PTR') {
          expect(nameAt(bytes, answer.rdata[index]!)).toBe(spelled(record.data).toLowerCase())
        }
        if (record.type === 'A') {
          const rdata = answer.rdata[index]!
          expect([...bytes.subarray(rdata, rdata + 4)].join('.')).toBe(record.data)
        }
        if (record.type === 'MX') {
          const { preference, exchange } = record.data
          const rdata = answer.rdata[index]!
          expect((bytes[rdata]! << 8) | bytes[rdata + 1]!).toBe(preference)
          expect(nameAt(bytes, rdata + 2)).toBe(spelled(exchange).toLowerCase())
        }
      }
      expect(answer.optLength > 0).toBe(all.length > records.length)
      const opt = all.find((record) => record.type === 'OPT')
      if (opt?.type === 'OPT') {
        expect(answer.ednsUdpSize).toBe(opt.udpPayloadSize)
        expect(answer.dnssecOk).toBe(opt.flag_do)
        expect(answer.rcode >>> 4).toBe(opt.extendedRcode)
      }
    }),
    { numRuns: 200 },
  )
})

test('readQuestion sees what both see', () => {
  const read = new Query()
  fc.assert(
    fc.property(query, (model) => {
      const bytes = writeMessage(model)
      expect(readQuestion(bytes, bytes.length, read)).toBe(Parse.Ok)
      const dns2 = Packet.parse(Buffer.from(bytes))
      const packet = dnsPacket.decode(Buffer.from(bytes))
      const name = nameToText(read.key.bytes)
      expect(name).toBe(plainText(model.qname).toLowerCase())
      expect(name).toBe(spelled(dns2.questions[0]!.name).toLowerCase())
      expect(name).toBe(spelled(packet.questions![0]!.name).toLowerCase())
      expect([read.id, read.qtype, read.qclass]).toEqual([
        dns2.header.id, dns2.questions[0]!.type, dns2.questions[0]!.class,
      ]) // prettier-ignore
      expect(read.rd).toBe(dns2.header.rd === 1)
      expect([read.ad, read.cd]).toEqual([packet.flag_ad, packet.flag_cd])
      expect(read.hasEdns).toBe(model.opt !== null)
      const opt = packet.additionals!.find((record) => record.type === 'OPT')
      if (opt?.type === 'OPT') {
        expect([read.udpSize, read.dnssecOk]).toEqual([opt.udpPayloadSize, opt.flag_do])
        expect(read.wantsNsid).toBe(model.opt!.options.some(({ code }) => code === 3))
      }
    }),
    { numRuns: 200 },
  )
})
