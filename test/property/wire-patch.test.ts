/** What is patched changes what it should and no other octet. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Octets } from '../../src/octets.ts'
import { Answer, cutOpt, readAnswer } from '../../src/wire/answer.ts'
import { ageTtls, capTtls, normaliseOwnerCase } from '../../src/wire/patch.ts'
import { mixCase } from '../../src/wire/upstream-query.ts'
import { MessageWriter, writeMessage, type MessageModel } from '../unit/wire/message-writer.ts'
import { plainName, response } from './wire-models.ts'

const answer = new Answer()

function read(model: MessageModel): Uint8Array {
  const bytes = writeMessage(model)
  expect(readAnswer(bytes, bytes.length, answer)).toBe(true)
  return bytes
}

test('ageTtls and capTtls keep everything but the TTLs', () => {
  fc.assert(
    fc.property(response, fc.nat(200_000), fc.boolean(), (model, seconds, cap) => {
      const bytes = read(model)
      const change = (ttl: number) => (cap ? Math.min(ttl, seconds) : Math.max(0, ttl - seconds))
      if (cap) capTtls(bytes, answer.ttlOffset, answer.count, seconds)
      else ageTtls(bytes, answer.ttlOffset, answer.count, seconds)
      const records = model.records.map((record) => ({ ...record, ttl: change(record.ttl) }))
      expect(bytes).toEqual(writeMessage({ ...model, records }))
    }),
    { numRuns: 200 },
  )
})

test('cutOpt leaves the message that was never given one', () => {
  fc.assert(
    fc.property(response, (model) => {
      const bytes = read(model)
      const length = cutOpt(bytes, bytes.length, answer)
      const without = writeMessage({ ...model, opt: null })
      // Names behind the OPT are written whole, in both, so that nothing points where octets move.
      const inSection3 = model.records.filter(({ section }) => section === 3).length
      if (model.opt === null || Math.min(model.behindOpt, inSection3) === 0) {
        expect(bytes.subarray(0, length)).toEqual(without)
      }
      const again = new Answer()
      expect(readAnswer(bytes, length, again)).toBe(true)
      expect(again.optLength).toBe(0)
      expect(again.count).toBe(answer.count)
      for (const column of [
        'owner',
        'type',
        'ttlOffset',
        'ttl',
        'rdata',
        'rdataLength',
        'section',
      ] as const) {
        expect(again[column].subarray(0, again.count)).toEqual(answer[column].subarray(0, answer.count))
      }
      for (const [index, record] of model.records.entries()) expect(again.ttl[index]).toBe(record.ttl)
    }),
    { numRuns: 300 },
  )
})

/** Question `qname` as spelled, one record whose owner is written whole, one compressed. */
function twice(qname: readonly string[], owner: readonly string[]): Uint8Array {
  const writer = new MessageWriter(true)
  for (const word of [0, 0x8180, 1, 2, 0, 0]) writer.u16(word)
  writer.name(qname)
  writer.u32(0x00010001)
  for (const mayPoint of [false, true]) {
    writer.name(owner, mayPoint)
    for (const word of [16, 1, 0, 60]) writer.u16(word)
    writer.sized(() => writer.octets(Uint8Array.of(1, 0x41)))
  }
  return writer.toBytes()
}

/** `labels` in the case `mixCase` gives them. */
function mixed(labels: readonly string[], bits: number): string[] {
  return labels.map((label) => {
    const bytes = new Octets(Buffer.from(label.toLowerCase()))
    mixCase(bytes, bytes.length, bytes, 0, { below: () => 0, bits32: () => bits >>> 0 })
    return Buffer.from(bytes).toString()
  })
}

const lowered = (labels: readonly string[]) => labels.map((label) => label.toLowerCase())

test('normaliseOwnerCase undoes mixCase in the question and in owners at or above it, compressed or not', () => {
  fc.assert(
    fc.property(plainName, fc.nat(0xffff_ffff), fc.nat(5), (name, bits, cut) => {
      const qname = mixed(name, bits)
      const bytes = twice(qname, qname.slice(cut))
      expect(readAnswer(bytes, bytes.length, answer)).toBe(true)
      normaliseOwnerCase(bytes, bytes.length, answer)
      expect(bytes).toEqual(twice(lowered(name), lowered(name.slice(cut))))
    }),
    { numRuns: 200 },
  )
})

test('normaliseOwnerCase changes no owner of another spelling, and no data', () => {
  fc.assert(
    fc.property(response, (model) => {
      const bytes = read({ ...model, compress: false })
      const before = Uint8Array.from(bytes)
      normaliseOwnerCase(bytes, bytes.length, answer)
      const question = model.qname.join('.')
      const records = model.records.map((record) => {
        const owner = record.owner.join('.')
        const spellsIt = question === owner || question.endsWith(`.${owner}`)
        return spellsIt ? { ...record, owner: lowered(record.owner) } : record
      })
      expect(bytes).toEqual(writeMessage({ ...model, compress: false, qname: lowered(model.qname), records }))
      expect(bytes.length).toBe(before.length)
    }),
    { numRuns: 200 },
  )
})
