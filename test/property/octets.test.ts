import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { copyOctets, lowerFour, Octets, sameOctets } from '../../src/octets.ts'
import { hashBytes } from '../../src/wire/name-hash.ts'
import { lower } from '../../src/wire/name.ts'

const octets = fc.uint8Array({ maxLength: 60 })
const place = fc.nat(9)

test('copied four at a time, octets are what they are one at a time, and their neighbours stay', () => {
  fc.assert(
    fc.property(octets, place, place, fc.nat(5), (part, fromAt, toAt, behind) => {
      const from = Uint8Array.from([...Array.from({ length: fromAt }, () => 1), ...part])
      const to = new Uint8Array(toAt + part.length + behind).fill(0xee)
      const plain = to.slice()
      plain.set(part, toAt)
      const fast = new Octets(to)
      copyOctets(new Octets(from), fromAt, fast, toAt, part.length)
      copyOctets(from, fromAt, to, toAt, part.length)
      expect(Uint8Array.from(fast)).toEqual(plain)
      expect(to).toEqual(plain)
    }),
    { numRuns: 500 },
  )
})

test('compared four at a time, octets differ where one of them does', () => {
  fc.assert(
    fc.property(
      octets,
      place,
      place,
      fc.option(fc.nat(59)),
      fc.nat(7),
      (part, oneAt, otherAt, wrong, bit) => {
        const one = new Octets(Uint8Array.from([...Array.from({ length: oneAt }, () => 7), ...part, 1, 2]))
        const other = new Octets(Uint8Array.from([...Array.from({ length: otherAt }, () => 8), ...part, 3]))
        const isWrong = wrong !== null && wrong < part.length
        if (isWrong) other[otherAt + wrong]! ^= 1 << bit
        expect(sameOctets(one, oneAt, other, otherAt, part.length)).toBe(!isWrong)
        expect(sameOctets(Uint8Array.from(one), oneAt, other, otherAt, part.length)).toBe(!isWrong)
      },
    ),
    { numRuns: 500 },
  )
})

test('four octets in lower case are the four lower cases', () => {
  const view = new DataView(new ArrayBuffer(4))
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (four) => {
      four.forEach((octet, at) => view.setUint8(at, octet))
      view.setInt32(0, lowerFour(view.getInt32(0, true)), true)
      expect(new Uint8Array(view.buffer)).toEqual(four.map(lower))
    }),
    { numRuns: 2_000 },
  )
  for (let octet = 0; octet < 256; octet++) expect(lowerFour(octet) & 0xff).toBe(lower(octet))
})

test('the hash of octets is the same with a view and without', () => {
  fc.assert(
    fc.property(octets, place, fc.integer(), (part, start, seed) => {
      const bytes = Uint8Array.from([...Array.from({ length: start }, () => 1), ...part, 2, 3])
      const end = start + part.length
      expect(hashBytes(new Octets(bytes), start, end, seed)).toBe(hashBytes(bytes, start, end, seed))
      expect(hashBytes(bytes, start, end, seed)).toBe(hashBytes(Uint8Array.from(part), 0, part.length, seed))
    }),
    { numRuns: 500 },
  )
})
