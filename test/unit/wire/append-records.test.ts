import { describe, expect, it } from 'vitest'
import { MALFORMED, appendRecords } from '../../../src/wire/append-records.ts'
import { Answer, readAnswer } from '../../../src/wire/answer.ts'
import { Type } from '../../../src/wire/constants.ts'
import { NameKey } from '../../../src/wire/name-key.ts'
import { nameToText, readName } from '../../../src/wire/name.ts'
import { writeMessage, type RecordModel } from './message-writer.ts'

const TARGET = ['Landing', 'vn']
const out = new Uint8Array(4096)
const answer = new Answer()

const record = (owner: readonly string[], type: number, data: RecordModel['data'], section: 1 | 2 | 3 = 1): RecordModel => ({ section, owner, type, rrclass: 1, ttl: 60, data }) // prettier-ignore

/** Header, question `a` and an alias to TARGET; then the records of a message that answers for it. */
function append(records: readonly RecordModel[], change: (message: Uint8Array) => void = () => {}): number {
  const message = writeMessage({ id: 1, flags: 0x8180, qname: TARGET, qtype: 1, qclass: 1, records, opt: null, behindOpt: 0, compress: true }) // prettier-ignore
  change(message)
  expect(readAnswer(message, message.length, answer)).toBe(true)
  const alias = Buffer.from('00008180000100010000000001610000010001c00c000500010000001400 0c'.replace(' ', ''), 'hex') // prettier-ignore
  out.fill(0xee).set(alias)
  out.set(message.subarray(12, answer.questionEnd - 4), alias.length)
  return appendRecords(out, alias.length + 12, message, answer, alias.length)
}

/** Of the records behind the alias. */
function owners(length: number): string[] {
  expect(readAnswer(out, length, answer)).toBe(true)
  const key = new NameKey()
  return Array.from({ length: answer.count - 1 }, (_, index) => {
    readName(out, answer.owner[index + 1]!, length, key)
    return nameToText(key.bytes)
  })
}

describe('records behind an alias', () => {
  const address = [Uint8Array.of(192, 0, 2, 1)]

  it('point at the target, whatever its case, and at owners and targets before them', () => {
    const other = ['edge', 'vn']
    const length = append([
      record(TARGET, Type.CNAME, [other]),
      record(other, Type.A, address),
      record(['LANDING', 'VN'], Type.A, address),
    ])
    expect(owners(length)).toEqual(['landing.vn', 'edge.vn', 'landing.vn'])
    // Each owner is a pointer: 12 octets, and the data.
    expect(length - (31 + 12)).toBe(3 * 12 + 9 + 4 + 4)
  })

  it('point at no name that is another behind a zero in a label', () => {
    const zero = (last: string): string[] => [`a\0${last}`, 'vn']
    const length = append([record(zero('b'), Type.A, address), record(zero('c'), Type.A, address)])
    expect(owners(length)).toEqual(['a\\000b.vn', 'a\\000c.vn'])
  })

  it('leave the additional section behind', () => {
    const length = append([record(TARGET, Type.A, address), record(['x'], Type.A, address, 3)])
    expect([owners(length), answer.answerCount, answer.authorityCount]).toEqual([['landing.vn'], 2, 0])
  })

  it.each([
    ['points at itself', (data: number) => [0xc0 | (data >>> 8), data & 0xff]],
    ['points into the header', () => [0xc0, 3]],
    ['runs past its data', () => [63, 63]],
    ['is of no known form', () => [0x80, 0]],
  ])('count for nothing where a name in them %s', (_what, name) => {
    const mx = record(TARGET, Type.MX, [Uint8Array.of(0, 1, 0xc0, 12)])
    const length = append([record(TARGET, Type.A, address), mx], (message) => {
      message.set(name(message.length - 2), message.length - 2)
    })
    expect(length).toBe(MALFORMED)
    expect([out[7], out[9]]).toEqual([1, 0])
  })
})
