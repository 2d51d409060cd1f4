import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Octets, sameOctets } from '../../src/octets.ts'
import type { Random } from '../../src/random.ts'
import { hashSuffixes, NameKey } from '../../src/wire/name-key.ts'
import {
  keyFromText,
  lower,
  nameToText,
  readLabels,
  readName,
  skipName,
  textToName,
} from '../../src/wire/name.ts'
import { mixCase, sameQuestionIgnoringCase } from '../../src/wire/upstream-query.ts'
import { anyName, plainName, plainText, wireName } from './wire-models.ts'

const key = new NameKey()

test('any name, to text and back, is the same octets', () => {
  fc.assert(
    fc.property(anyName, (labels) => {
      const wire = wireName(labels)
      const out = new Uint8Array(255)
      const length = textToName(nameToText(wire), out)
      expect(out.subarray(0, length)).toEqual(wire)
    }),
    { numRuns: 300 },
  )
})

test('any plain text, to the wire and back, is the same text; a final dot changes nothing', () => {
  fc.assert(
    fc.property(plainName, (labels) => {
      const text = plainText(labels)
      const out = new Uint8Array(255)
      const length = textToName(text, out)
      expect(nameToText(out)).toBe(text)
      if (text !== '.') expect(textToName(`${text}.`, out)).toBe(length)
    }),
  )
})

test('any text at all is a name within bounds or refused', () => {
  const odd = fc.string({
    unit: fc.constantFrom('a', '.', '\\', '0', '2', '9', ' ', 'é', '\0'),
    maxLength: 20,
  })
  fc.assert(
    fc.property(fc.oneof(odd, fc.string({ unit: 'binary', maxLength: 300 })), (text) => {
      const out = new Uint8Array(260).fill(0xee)
      const length = textToName(text, out)
      expect(keyFromText(text, key)).toBe(length !== -1)
      if (length === -1) return
      expect(length).toBeLessThanOrEqual(255)
      expect(skipName(out, 0, length)).toBe(length)
      expect(out.subarray(length).every((byte) => byte === 0xee)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('readName: lower-case octets, label starts, and suffix hashes that names share', () => {
  fc.assert(
    fc.property(anyName, fc.integer(), (labels, seed) => {
      const wire = wireName(labels)
      expect(readName(wire, 0, wire.length, key)).toBe(wire.length)
      expect(Uint8Array.from(key.bytes.subarray(0, key.length))).toEqual(wire.map(lower))
      expect(key.labelCount).toBe(labels.length)
      hashSuffixes(key, seed)
      const hashes = key.hash.slice(0, key.labelCount + 1)
      const parent = new NameKey()
      for (let label = 0; label <= labels.length; label++) {
        readName(wire, label < labels.length ? key.labelStart[label]! : wire.length - 1, wire.length, parent)
        hashSuffixes(parent, seed)
        expect(parent.hash[0]).toBe(hashes[label])
      }
    }),
    { numRuns: 100 },
  )
})

test('any octets: readName and skipName stay within `end` and agree', () => {
  const octet = fc.oneof(fc.nat(255), fc.nat(4), fc.constantFrom(0xc0, 0x3f, 12, 13, 20))
  fc.assert(
    fc.property(fc.array(octet, { maxLength: 300 }), fc.nat(40), fc.nat(300), (octets, offset, limit) => {
      const bytes = Uint8Array.from(octets)
      const end = Math.min(limit, bytes.length)
      const behind = readName(bytes, offset, end, key)
      const skipped = skipName(bytes, offset, end)
      if (behind === -1) {
        expect(key.length).toBe(0)
        return
      }
      expect(behind).toBeLessThanOrEqual(end)
      expect(behind).toBe(skipped)
      expect(key.length).toBeLessThanOrEqual(255)
      expect(key.bytes[key.length - 1]).toBe(0)
      // What stands behind `end` has no say.
      const cut = new NameKey()
      expect(readName(bytes.slice(0, end), offset, end, cut)).toBe(behind)
      expect(cut.bytes.subarray(0, cut.length)).toEqual(key.bytes.subarray(0, key.length))
    }),
    { numRuns: 1000 },
  )
})

test('a name read four octets at a time is the name read octet by octet', () => {
  const octet = fc.oneof(fc.nat(255), fc.nat(4), fc.constantFrom(0xc0, 0x3f, 12, 13, 20))
  const octets = fc.oneof(
    fc.array(octet, { maxLength: 300 }),
    fc
      .tuple(anyName, fc.array(octet, { maxLength: 9 }))
      .map(([labels, rest]) => [...wireName(labels), ...rest]),
  )
  fc.assert(
    fc.property(fc.nat(13), octets, fc.nat(300), (offset, name, limit) => {
      const bytes = new Octets(Uint8Array.from([...Array.from({ length: offset }, () => 0x41), ...name]))
      const end = Math.min(limit, bytes.length)
      const plain = new NameKey()
      expect(readName(bytes, offset, end, key)).toBe(readLabels(bytes, offset, end, plain))
      expect(Buffer.from(key.bytes.subarray(0, key.length))).toEqual(
        Buffer.from(plain.bytes.subarray(0, plain.length)),
      )
      expect(key.labelStart.subarray(0, key.labelCount)).toEqual(
        plain.labelStart.subarray(0, plain.labelCount),
      )
    }),
    { numRuns: 1000 },
  )
})

test('mixCase changes nothing but the case of letters, and every bit draws one', () => {
  fc.assert(
    fc.property(anyName, fc.infiniteStream(fc.integer({ min: 0, max: 0xffff_ffff })), (labels, words) => {
      const wire = new Octets(wireName(labels).map(lower))
      const mixed = new Octets(wire.length + 2)
      mixed.fill(0x41)
      const random: Random = { below: () => 0, bits32: () => words.next().value }
      mixCase(wire, wire.length, mixed, 1, random)
      expect(mixed[0]! + mixed.at(-1)!).toBe(0x82)
      expect(sameQuestionIgnoringCase(mixed, 1, wire, 0, wire.length)).toBe(true)
      expect(Uint8Array.from(mixed, lower)).toEqual(Uint8Array.of(0x41, ...wire, 0x41).map(lower))
      expect(sameOctets(mixed, 1, wire, 0, wire.length)).toBe(
        Buffer.from(mixed.subarray(1, -1)).equals(Buffer.from(wire)),
      )
    }),
  )
})
