import { describe, expect, it } from 'vitest'
import { hashBytes, mix } from '../../../src/wire/name-hash.ts'
import { hashSuffixes, NameKey } from '../../../src/wire/name-key.ts'
import { readName } from '../../../src/wire/name.ts'

const SEEDS = [0, 1, 0x0badcafe, -123_456_789, 0x7fffffff]
const PAIRS = 10

/**
 * Below `vn`, labels of seven octets, two words each; where `turned` has a bit set, the highest bit of the second word is
 * turned round, and in the first one what a multiplication and a shift by `shift` make of that.
 */
function nameOf(turned: number, shift: number): Uint8Array {
  const name = new Uint8Array(8 * PAIRS + 4)
  const view = new DataView(name.buffer)
  for (let pair = 0; pair < PAIRS; pair++) {
    name.fill(0x62, 8 * pair, 8 * pair + 8)
    if ((turned >>> pair) & 1) {
      view.setUint32(8 * pair, view.getUint32(8 * pair, true) ^ 0x8000_0000 ^ (0x8000_0000 >>> shift), true)
      view.setUint32(8 * pair + 4, view.getUint32(8 * pair + 4, true) ^ 0x8000_0000, true)
    }
    name[8 * pair] = 7
  }
  name.set([2, 0x76, 0x6e, 0], 8 * PAIRS)
  return name
}

describe('hashBytes', () => {
  it('lets nobody who does not know the seed build names of one hash', () => {
    for (let shift = 1; shift < 24; shift++) {
      const names = Array.from({ length: 2 ** PAIRS }, (_, turned) => nameOf(turned, shift))
      for (const seed of SEEDS) {
        const hashes = new Set(names.map((name) => hashBytes(name, 0, name.length, seed)))
        expect(hashes.size).toBeGreaterThan(0.9 * names.length)
      }
    }
  })
})

describe('hashSuffixes', () => {
  it('hashes every suffix of the longest names, without the root, as hashBytes does', () => {
    for (const size of [1, 2, 3, 62]) {
      const wire = new Uint8Array(255)
      let at = 0
      for (; at + size + 2 <= 255; at += size + 1)
        wire.fill(0x61, at + 1, at + 1 + size).fill(size, at, at + 1)
      const key = new NameKey()
      readName(wire, 0, wire.length, key)
      expect(key.length).toBe(at + 1)
      for (const seed of SEEDS) {
        hashSuffixes(key, seed)
        for (let label = 0; label <= key.labelCount; label++) {
          const start = label === key.labelCount ? key.length - 1 : key.labelStart[label]!
          expect(key.hash[label]).toBe(hashBytes(wire, start, key.length - 1, seed))
        }
      }
    }
  })
})

describe('mix', () => {
  it('carries no difference through in one way only: half of what comes in might else undo the other half', () => {
    const states = Array.from({ length: 2_000 }, (_, at) => Math.imul(at + 1, 0x2545f491))
    for (let bit = 0; bit < 32; bit++) {
      const counts = new Map<number, number>()
      for (const state of states) {
        const difference = mix(state, 0) ^ mix(state, 1 << bit)
        counts.set(difference, (counts.get(difference) ?? 0) + 1)
      }
      expect(Math.max(...counts.values())).toBeLessThan(0.05 * states.length)
    }
  })
})
