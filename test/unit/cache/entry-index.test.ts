import { describe, expect, it } from 'vitest'
import { EntryIndex } from '../../../src/cache/entry-index.ts'

/** All entries, the one used longest ago first. */
function orderOf(index: EntryIndex): number[] {
  const order: number[] = []
  for (let entry = index.oldest; entry !== 0; entry = index.newerThan(entry)) order.push(entry)
  return order
}

describe('EntryIndex', () => {
  it('finds by the whole hash, also among those of one bucket', () => {
    const index = new EntryIndex(4)
    const hashes = [0, 4, -4, 0x7ffffffc]
    for (const [at, hash] of hashes.entries()) index.add(at + 1, hash)
    expect(hashes.map((hash) => index.find(hash))).toEqual([1, 2, 3, 4])
    expect([index.find(8), index.find(1)]).toEqual([0, 0])
    // From the middle, the end and the start of what is chained.
    for (const gone of [2, 1, 4]) index.remove(gone)
    expect(hashes.map((hash) => index.find(hash))).toEqual([0, 0, 3, 0])
    expect([index.size, index.hashOf(3)]).toEqual([1, -4])
  })

  it('keeps the order of use through touching and removing at both ends and between', () => {
    const index = new EntryIndex(5)
    for (const entry of [1, 2, 3, 4, 5]) index.add(entry, entry * 11)
    index.touch(1)
    index.touch(3)
    index.touch(3)
    expect(orderOf(index)).toEqual([2, 4, 5, 1, 3])
    index.remove(5)
    index.remove(3)
    index.remove(2)
    expect(orderOf(index)).toEqual([4, 1])
    index.add(3, 99)
    expect(orderOf(index)).toEqual([4, 1, 3])
    index.clear()
    expect([index.size, index.find(99), orderOf(index)]).toEqual([0, 0, []])
    index.add(2, 99)
    expect([index.find(99), orderOf(index)]).toEqual([2, [2]])
  })

  it('holds nothing where there is no place', () => {
    expect([new EntryIndex(0).find(7), new EntryIndex(0).oldest]).toEqual([0, 0])
  })
})
