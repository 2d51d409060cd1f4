import { describe, expect, it } from 'vitest'
import { SnapshotBuilder } from '../../../src/policy/builder.ts'
import { copyHashed } from '../../../src/policy/hash.ts'
import { hashBytes } from '../../../src/wire/name-hash.ts'
import { checkHeader } from '../../../src/policy/layout.ts'
import { Matches } from '../../../src/policy/matches.ts'
import { EMPTY_META } from '../../../src/policy/meta.ts'
import { PolicyReader } from '../../../src/policy/reader.ts'
import { NameKey, hashSuffixes } from '../../../src/wire/name-key.ts'
import { keyFromText } from '../../../src/wire/name.ts'
import {
  SEED,
  add,
  build,
  keyOf,
  list,
  prefixBytes,
  rule,
  slot,
  wireName,
} from '../../support/policy-fixture.ts'

const lists = [list(1)]
const rules = [rule(0), rule(0, 'except')]

describe('SnapshotBuilder', () => {
  it('says whether an entry was there already under its rule and kind', () => {
    const builder = new SnapshotBuilder(slot(), SEED)
    expect(add(builder, ['evil.test', 'exact', 0])).toBe('new')
    expect(add(builder, ['evil.test', 'exact', 0])).toBe('known')
    expect(add(builder, ['evil.test', 'below', 0])).toBe('new')
    expect(add(builder, ['evil.test', 'subtree', 0])).toBe('known')
    expect(add(builder, ['evil.test', 'exact', 1])).toBe('new')
    expect(add(builder, ['192.0.2.0/24', 0])).toBe('new')
    expect(add(builder, ['192.0.2.99/24', 0])).toBe('known')
    expect(add(builder, ['::ffff:192.0.2.0/120', 0])).toBe('known')
    expect(builder.finish({ lists, rules, counts: {} })).toMatchObject({ names: 1, addresses: 1 })
  })

  it('lists names in lower case', () => {
    const memory = slot()
    build(memory, lists, rules, [['EviL.Test', 'subtree', 0]])
    const reader = new PolicyReader(memory)
    reader.attach()
    expect(reader.match(keyOf('www.evil.test'), new Matches())).toBe(1)
  })

  it.each([
    ['the root', new Uint8Array([0])],
    ['nothing', new Uint8Array([])],
    ['no final zero', new Uint8Array([1, 97])],
    ['labels that end beyond the name', new Uint8Array([9, 97, 0])],
    ['a zero inside', new Uint8Array([1, 97, 0, 1, 97, 0])],
    ['a pointer', new Uint8Array([1, 97, 0xc0, 0x0c, 0])],
    [
      'more than 255 bytes',
      Uint8Array.from({ length: 257 }, (_, i) => (i === 256 ? 0 : i % 2 === 0 ? 1 : 97)),
    ],
  ])('refuses %s as a name', (_, wire) => {
    const builder = new SnapshotBuilder(slot(), SEED)
    expect(() => builder.addName(wire, wire.length, 'subtree', 0)).toThrow(RangeError)
  })

  it.each([
    [new Uint8Array(4), 33],
    [new Uint8Array(16), 129],
    [new Uint8Array(4), -1],
    [new Uint8Array(4), Number.NaN],
    [new Uint8Array(5), 8],
  ])('refuses %o/%d as a prefix', (bytes, length) => {
    expect(() => new SnapshotBuilder(slot(), SEED).addAddress(bytes, length, 0)).toThrow(RangeError)
  })

  it.each([1, 2, 31, 32, 33, 64, 126])('finds a name of %d labels that is alone in its depth', (labels) => {
    const name = Array.from({ length: labels }, () => 'x').join('.')
    const memory = slot()
    build(memory, [list(1)], [rule(0)], [[name, 'subtree', 0]])
    const reader = new PolicyReader(memory)
    reader.attach()
    const found = new Matches()
    expect([name, `y.${name}`, 'y.vn', `y${name}`].map((asked) => reader.match(keyOf(asked), found))).toEqual(
      [1, 1, 0, 0],
    )
  })

  it('takes names of 255 bytes and labels of 63', () => {
    const memory = slot()
    const long = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`
    const deep = Array.from({ length: 127 }, () => 'x').join('.')
    expect([wireName(long).length, wireName(deep).length]).toEqual([255, 255])
    build(memory, lists, rules, [
      [long, 'exact', 0],
      ...Array.from({ length: 127 }, (_, i) => [deep.slice(2 * i), 'subtree', 0] as const),
    ])
    const reader = new PolicyReader(memory)
    reader.attach()
    const found = new Matches()
    expect(reader.match(keyOf(long), found)).toBe(1)
    expect(reader.match(keyOf(deep), found)).toBe(127)
    expect(reader.nameLength(found.record[0]!)).toBe(254)
  })

  it('grows its slot, and says so when the slot cannot', () => {
    const memory = slot(1 << 16)
    const builder = new SnapshotBuilder(memory, SEED)
    const fill = (): void => {
      for (let i = 0; i < 10_000; i++) add(builder, [`host-${i}.test`, 'subtree', 0])
    }
    expect(fill).toThrow(expect.objectContaining({ code: 'SINK_SNAPSHOT_FULL' }))
    expect(memory.byteLength).toBe(1 << 16)
    expect(new PolicyReader(memory).attach()).toBe(false)
  })

  it('refuses to finish with a rule that meta does not name', () => {
    const memory = slot()
    const builder = new SnapshotBuilder(memory, SEED)
    add(builder, ['evil.test', 'subtree', 3])
    expect(() => builder.finish({ lists, rules, counts: {} })).toThrow(RangeError)
    expect(new PolicyReader(memory).attach()).toBe(false)
  })

  it('lays out the same bytes for the same input, whatever stood in the slot', () => {
    const [fresh, used] = [slot(), slot()]
    new Uint8Array(used).fill(0xab)
    const entries = [['evil.test', 'subtree', 0], ['a.b.test', 'below', 1], ['2001:db8::/32', 0]] as const // prettier-ignore
    const { bytesUsed } = build(fresh, lists, rules, entries)
    expect(build(used, lists, rules, entries).bytesUsed).toBe(bytesUsed)
    expect(Buffer.compare(Buffer.from(fresh, 0, bytesUsed), Buffer.from(used, 0, bytesUsed))).toBe(0)
  })

  it.each([
    ['nothing', 0],
    ['what there is', 50_000],
    ['a fifth too little', 40_000],
    ['a fifth too much', 60_000],
    ['far too much', 5_000_000],
    ['no number', Number.NaN],
    ['without end', Number.POSITIVE_INFINITY],
  ])('keeps a million names within 35 MB and finds them all, %s expected', (_, expected) => {
    // Names of the average length lists have take 31 bytes each; 50,000 tell as much as a million.
    const names = 50_000
    const memory = slot()
    const builder = new SnapshotBuilder(memory, SEED)
    const nameOf = (i: number): string => `h${i}.evil-${i % 977}.com`
    for (let i = 0; i < names; i++) {
      if (i === 1000) builder.expect(expected)
      add(builder, [nameOf(i), 'subtree', 0])
    }
    expect(builder.entries).toBe(names)
    const { bytesUsed } = builder.finish({ lists, rules, counts: {} })
    expect(bytesUsed / names).toBeLessThan(35)
    const reader = new PolicyReader(memory)
    reader.attach()
    const found = new Matches()
    for (let i = 0; i < names; i += 7) {
      expect(reader.match(keyOf(nameOf(i)), found)).toBe(1)
      expect(reader.match(keyOf(nameOf(i + names)), found)).toBe(0)
    }
  })
})

describe('hashBytes', () => {
  it('hashes as hashSuffixes does', () => {
    const key = new NameKey()
    keyFromText('www.evil.example.test', key)
    for (const seed of [0, 1, -1, 0x7fffffff]) {
      hashSuffixes(key, seed)
      for (let label = 0; label < key.labelCount; label++) {
        expect(hashBytes(key.bytes, key.labelStart[label]!, key.length - 1, seed)).toBe(key.hash[label])
      }
    }
  })
})

describe('copyHashed', () => {
  it('writes the name in lower case, and hashes what it wrote', () => {
    const wire = wireName('WWW.Evil-[X].EXAMPLE.test').subarray(0, -1)
    const memory = new Uint8Array(80).fill(0xab)
    const hash = copyHashed(wire, wire.length, memory, 8, SEED)
    const written = wireName('www.evil-[x].example.test').subarray(0, -1)
    expect(memory.subarray(8, 8 + written.length)).toEqual(written)
    expect([...memory.subarray(0, 8), ...memory.subarray(8 + written.length)].every((byte) => byte === 0xab)).toBe(true) // prettier-ignore
    expect(hash).toBe(hashBytes(written, 0, written.length, SEED))
  })
})

describe('checkHeader', () => {
  it('takes a finished snapshot only, of its own length and layout, with its parts inside', () => {
    const memory = slot()
    const { bytesUsed } = build(memory, lists, rules, [['evil.test', 'subtree', 0]])
    expect(checkHeader(memory, bytesUsed)).toBeNull()
    expect(checkHeader(memory, bytesUsed - 4)).toContain('bytes')
    expect(checkHeader(memory, memory.byteLength + 4)).toContain('no header')
    const words = new Int32Array(memory, 0, 32)
    for (const word of [0, 1, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]) {
      for (const damage of [0x7fffffff, -4]) {
        const kept = words[word]!
        words[word] = damage
        expect(checkHeader(memory, bytesUsed), `word ${word}`).not.toBeNull()
        words[word] = kept
      }
    }
    expect(checkHeader(memory, bytesUsed)).toBeNull()
  })

  it('knows an empty snapshot', () => {
    const memory = slot()
    new SnapshotBuilder(memory, SEED).finish(EMPTY_META)
    const reader = new PolicyReader(memory)
    expect(reader.attach()).toBe(true)
    expect(reader.match(keyOf('evil.test'), new Matches())).toBe(0)
    expect(reader.matchAddress(prefixBytes('192.0.2.1').bytes, 0, 4, new Matches())).toBe(0)
  })
})
