import { describe, expect, it } from 'vitest'
import { BLOCK_BYTES, Blocks, blocksFor } from '../../../src/cache/blocks.ts'

/** The blocks of a chain, in order. */
function chainOf({ next }: Blocks, first: number): number[] {
  const chain: number[] = []
  for (let block = first; block !== 0; block = next[block]!) chain.push(block)
  return chain
}

/** Octets that tell where they stand. */
function counted(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, at) => (at * 7 + (at >> 8)) & 0xff))
}

describe('Blocks', () => {
  it('gives what was given back before what was never used, and that from the low end', () => {
    const blocks = new Blocks(10)
    const [one, two, three] = [blocks.take(2), blocks.take(1), blocks.take(3)]
    expect([one, two, three].map((first) => chainOf(blocks, first))).toEqual([[1, 2], [3], [4, 5, 6]])
    blocks.giveBack(one)
    blocks.giveBack(three)
    expect([blocks.used, blocks.unused]).toEqual([1, 9])
    const again = blocks.take(6)
    expect(chainOf(blocks, again).toSorted((a, b) => a - b)).toEqual([1, 2, 4, 5, 6, 7])
    expect(chainOf(blocks, two)).toEqual([3])
    expect(blocks.used).toBe(7)
  })

  it('begins anew when all is given back at once', () => {
    const blocks = new Blocks(3)
    blocks.giveBack(blocks.take(2))
    blocks.take(3)
    blocks.clear()
    expect([blocks.used, chainOf(blocks, blocks.take(3))]).toEqual([0, [1, 2, 3]])
  })

  it.each([0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 2 * BLOCK_BYTES, 1000, 65_535])(
    'reads %d octets as they were written, over scattered blocks, and touches nothing else',
    (length) => {
      const blocks = new Blocks(2 * 342 + 2)
      const others = Array.from({ length: 343 }, () => [blocks.take(1), blocks.take(1)] as const)
      for (const [, other] of others) blocks.giveBack(other)
      for (const [own] of others) blocks.write(own, Buffer.alloc(BLOCK_BYTES, 0xee), BLOCK_BYTES)
      const source = counted(length)
      const first = blocks.take(Math.max(1, blocksFor(length)))
      blocks.write(first, source, length)
      const out = Buffer.alloc(length + 1, 0xaa)
      blocks.read(first, 0, out, 0, length)
      expect(out.equals(Buffer.concat([source, Buffer.of(0xaa)]))).toBe(true)
      const kept = Buffer.alloc(BLOCK_BYTES)
      for (const [own] of others) {
        blocks.read(own, 0, kept, 0, BLOCK_BYTES)
        expect(kept.every((octet) => octet === 0xee)).toBe(true)
      }
    },
  )

  it('reads from any octet on', () => {
    const blocks = new Blocks(5)
    const source = counted(5 * BLOCK_BYTES)
    const first = blocks.take(5)
    blocks.write(first, source, source.length)
    for (const from of [1, 76, BLOCK_BYTES - 1, BLOCK_BYTES, 2 * BLOCK_BYTES + 3, 4 * BLOCK_BYTES]) {
      const out = Buffer.alloc(source.length - from)
      blocks.read(first, from, out, 0, out.length)
      expect(out.equals(source.subarray(from)), `from ${from}`).toBe(true)
    }
  })

  it('takes over a chain of others', () => {
    const others = new Blocks(4)
    others.take(1)
    const source = counted(3 * BLOCK_BYTES)
    const other = others.take(3)
    others.write(other, source, source.length)
    const blocks = new Blocks(3)
    const first = blocks.adopt(others, other)
    const out = Buffer.alloc(source.length)
    blocks.read(first, 0, out, 0, out.length)
    expect([out.equals(source), blocks.lengthOf(first), blocks.used]).toEqual([true, 3, 3])
  })
})
