import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { dropMemory } from '../../../src/lists/slot-memory.ts'

const MB = 1 << 20

function residentMb(): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024
}

describe('dropMemory', () => {
  it('gives back what a growable slot holds, and leaves it usable', () => {
    const slot = new SharedArrayBuffer(MB, { maxByteLength: 512 * MB })
    slot.grow(256 * MB)
    const bytes = new Uint8Array(slot)
    bytes.fill(7)
    const before = residentMb()
    expect(dropMemory(slot)).toBe(true)
    expect(residentMb()).toBeLessThan(before - 200)
    expect([bytes[0], bytes[128 * MB], bytes[256 * MB - 1]]).toEqual([0, 0, 0])
    bytes.fill(9)
    expect(new Uint8Array(slot, 256 * MB - 1)[0]).toBe(9)
  })

  it('touches nothing else', () => {
    const slots = Array.from({ length: 3 }, () => new SharedArrayBuffer(4 * MB, { maxByteLength: 8 * MB }))
    const bytes = slots.map((slot) => new Uint8Array(slot).fill(7))
    expect(dropMemory(slots[1]!)).toBe(true)
    expect(bytes.map((each) => each.every((byte) => byte === 7))).toEqual([true, false, true])
    expect(bytes[1]!.every((byte) => byte === 0)).toBe(true)
  })
})
