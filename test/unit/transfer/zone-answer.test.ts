import { expect, it, describe } from 'vitest'
import type { ZoneRecord } from '../../../src/transfer/message.ts'
import { lineOf } from '../../../src/transfer/differences.ts'
import { isNewer, readSoa } from '../../../src/transfer/serial.ts'
import { ZoneAnswer } from '../../../src/transfer/zone-answer.ts'

const soa = (serial: number, owner = 'z.'): ZoneRecord => ({ owner, type: 6, ttlSeconds: 60, rdata: `ns.z. root.z. ${serial} 3600 600 86400 60` }) // prettier-ignore
const rule = (name: string): ZoneRecord => ({ owner: `${name}.z.`, type: 5, ttlSeconds: 60, rdata: '.' })

/** What is done with `records`, a word each. */
function take(serial: number | null, records: readonly ZoneRecord[], mayDiffer = serial !== null) {
  const done: string[] = []
  const name = (record: ZoneRecord): string => (record.type === 6 ? `soa${readSoa(record.rdata)!.serial}` : record.owner.split('.')[0]!) // prettier-ignore
  const answer = new ZoneAnswer(
    { zone: 'z.', serial, mayDiffer },
    {
      beginWhole: () => done.push('whole'),
      record: (record) => done.push(`=${name(record)}`),
      remove: (record) => done.push(`-${name(record)}`),
      add: (record) => done.push(`+${name(record)}`),
    },
  )
  for (const record of records) answer.take(record)
  return { done: done.join(' '), isDone: answer.isDone, kind: answer.kind, serial: answer.soa?.serial }
}

describe('an answer means', () => {
  it.each([
    ['a whole zone', null, [soa(7), rule('a'), rule('b'), soa(7)], 'whole =soa7 =a =b', 'whole'],
    ['an empty one', null, [soa(7), soa(7)], 'whole =soa7', 'whole'],
    ['nothing new', 7, [soa(7)], '', 'unchanged'],
    ['nothing new, and the zone all the same', 7, [soa(7), rule('a'), soa(7)], '', 'unchanged'],
    ['a whole zone where differences were asked for', 5, [soa(7), rule('a'), soa(7)], 'whole =soa7 =a', 'whole'],
    ['an empty one there', 5, [soa(7), soa(7)], 'whole =soa7', 'whole'],
    ['differences', 6, [soa(7), soa(6), rule('a'), soa(7), rule('b'), soa(7)], '-a +b', 'differences'],
    ['differences that only remove', 6, [soa(7), soa(6), rule('a'), soa(7), soa(7)], '-a', 'differences'],
    ['several', 5, [soa(7), soa(5), rule('a'), soa(6), rule('b'), soa(6), rule('b'), soa(7), rule('c'), soa(7)], '-a +b -b +c', 'differences'],
    ['condensed ones', 5, [soa(7), soa(5), rule('a'), soa(7), rule('c'), soa(7)], '-a +c', 'differences'],
    ['differences over the end of the numbers', 0xffffffff, [soa(3), soa(0xffffffff), soa(3), rule('a'), soa(3)], '+a', 'differences'],
  ] as const)('%s', (_, serial, records, done, kind) => {
    expect(take(serial, records)).toMatchObject({ done, kind, isDone: true })
    // Not a record too early.
    if (kind !== 'unchanged') expect(take(serial, records.slice(0, -1)).isDone).toBe(false)
  }) // prettier-ignore

  it('leaves signatures and proofs out', () => {
    const proof = { ...rule('a'), type: 46 }
    expect(take(null, [soa(7), proof, rule('a'), { ...proof, type: 47 }, soa(7)]).done).toBe('whole =soa7 =a')
  })
})

describe('an answer is refused', () => {
  it.each([
    ['without an SOA first', null, [rule('a')], 'does not begin with the SOA'],
    ['with the SOA of another zone', null, [soa(7, 'other.')], 'outside the zone'],
    ['with an SOA below the zone', null, [soa(7), soa(7, 'b.z.')], 'the SOA of another zone'],
    ['with a name outside', null, [soa(7), { ...rule('a'), owner: 'a.vn.' }], 'outside the zone'],
    ['with a name that only ends alike', null, [soa(7), { ...rule('a'), owner: 'az.' }], 'outside the zone'],
    ['with a label that only ends alike', null, [soa(7), { ...rule('a'), owner: 'a\\.z.' }], 'outside the zone'],
    ['that changes midway', null, [soa(7), rule('a'), soa(8)], 'changed while it was transferred'],
    ['that goes on behind its end', null, [soa(7), soa(7), rule('a')], 'behind the end'],
    ['with an older serial', 9, [soa(7)], 'is older than 9'],
    ['with a serial half the circle away', 0, [soa(0x80000000)], 'is older than 0'],
    ['with differences from elsewhere', 5, [soa(7), soa(4)], 'begin elsewhere'],
    ['with differences that lead back', 6, [soa(7), soa(6), soa(5)], 'lead back'],
    ['with differences that do not join', 5, [soa(8), soa(5), soa(6), soa(7)], 'do not join'],
    ['with differences nobody asked for', null, [soa(7), soa(6)], 'changed while it was transferred'],
  ] as const)('%s', (_, serial, records, reason) => {
    expect(() => take(serial, records)).toThrow(reason)
  }) // prettier-ignore

  it('but not for a backslash that is a label of its own', () => {
    expect(take(null, [soa(7), { ...rule('a'), owner: 'a\\\\.z.' }, soa(7)]).isDone).toBe(true)
  })
})

it('serials go round (RFC 1982)', () => {
  expect([isNewer(1, 0), isNewer(0, 0xffffffff), isNewer(0x7fffffff, 0)]).toEqual([true, true, true])
  expect([isNewer(0, 0), isNewer(0, 1), isNewer(0xffffffff, 0), isNewer(0x80000000, 0)]).toEqual([false, false, false, false]) // prettier-ignore
})

it('a record is a line', () => {
  expect(lineOf(rule('a'))).toBe('a.z. 60 IN CNAME .')
  expect(lineOf({ ...rule('a'), type: 65280, rdata: '\\# 1 ff' })).toBe('a.z. 60 IN TYPE65280 \\# 1 ff')
})
