/** Control messages, whatever stands in them: read as RFC 3542 and ip(7) say, or not at all. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Peer } from '../../src/net/datagram.ts'
import { CONTROL_ROOM, MmsgArena } from '../../src/net/mmsg-arena.ts'
import { Destination, readLocal, writeLocal } from '../../src/net/pktinfo.ts'
import { address16 } from '../support/addresses.ts'

const FUZZ = Number(process.env['THANHLOC_FUZZ'] ?? 1)
const arena = new MmsgArena(16, CONTROL_ROOM)
const MESSAGE = 5

interface Read {
  readonly destination: Destination
  readonly local: readonly number[]
  readonly scope: number
}

function peerOf(isIPv4: boolean): Peer & { readonly local: Uint8Array } {
  const local = new Uint8Array(16)
  if (isIPv4) local.fill(0xff, 10, 12)
  return { address: new Uint8Array(16), port: 0, text: '', scope: 0, local, localScope: 0 }
}

function read(control: Uint8Array, length: number, isIPv4: boolean): Read {
  arena.bytes.set(control, arena.controlOf(MESSAGE))
  arena.setControlLength(MESSAGE, length)
  const peer = peerOf(isIPv4)
  const destination = readLocal(arena, MESSAGE, isIPv4, peer)
  return { destination, local: [...peer.local], scope: peer.localScope }
}

/** The same the plain way: struct cmsghdr field by field, then the struct behind it. */
function oracle(control: Uint8Array, length: number, isIPv4: boolean): Read {
  const { local } = peerOf(isIPv4)
  const untold = { destination: Destination.untold, local: [...local], scope: 0 }
  const view = new DataView(control.buffer, control.byteOffset)
  const [size, level, type] = [view.getBigUint64(0, true), view.getInt32(8, true), view.getInt32(12, true)]
  if (isIPv4) {
    if (length !== 32 || size !== 28n || level !== 0 || type !== 8) return untold
    const [specDst, destination] = [control.subarray(20, 24), control.subarray(24, 28)]
    if (!specDst.every((byte, i) => byte === destination[i]))
      return { ...untold, destination: Destination.group }
    local.set(specDst, 12)
    return { destination: Destination.own, local: [...local], scope: 0 }
  }
  if (length !== 40 || size !== 36n || level !== 41 || type !== 50) return untold
  const address = [...control.subarray(16, 32)]
  if (address[0] === 255) return { ...untold, destination: Destination.group }
  const isLinkLocal = address[0] === 0xfe && address[1]! >> 6 === 2
  return { destination: Destination.own, local: address, scope: isLinkLocal ? view.getInt32(32, true) : 0 }
}

const u32 = (value: number): number[] => [...new Uint8Array(Uint32Array.of(value).buffer)]

/** What stands behind the header: anything, an IPv4 destination that is our own, IPv6 addresses of all kinds. */
const infos = fc.oneof(
  fc.uint8Array({ minLength: 24, maxLength: 24 }),
  fc
    .tuple(fc.nat(999), fc.uint8Array({ minLength: 4, maxLength: 4 }))
    .map(([index, own]) => Uint8Array.from([...u32(index), ...own, ...own, ...new Uint8Array(12)])),
  fc
    .tuple(fc.constantFrom('fe80::1', 'febf::2', 'fec0::3', 'ff02::1', '2001:db8::1', '::1'), fc.nat(999))
    .map(([text, index]) => Uint8Array.from([...address16(text), ...u32(index), 0, 0, 0, 0])),
)
const RIGHT = { true: [28, 0, 0, 8, 32], false: [36, 0, 41, 50, 40] } as const
/** size, its upper half, level, type, and how much of the buffer is filled: right but for one of them at most. */
const almost = fc
  .tuple(fc.boolean(), fc.nat(9), fc.constantFrom(0, 1, 8, 12, 28, 32, 36, 40, 41, 49, 50), infos)
  .map(([isIPv4, wrong, value, info]) => {
    const fields = RIGHT[`${isIPv4}`].map((right, i) => (i === wrong ? value : right))
    return {
      isIPv4,
      control: Uint8Array.from([...fields.slice(0, 4).flatMap(u32), ...info]),
      length: fields[4]!,
    }
  })
const anything = fc.record({
  isIPv4: fc.boolean(),
  control: fc.uint8Array({ minLength: CONTROL_ROOM, maxLength: CONTROL_ROOM }),
  length: fc.nat(CONTROL_ROOM),
})

describe('a control message', () => {
  it('is read as the structs say, and nothing is taken from one that is another', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(fc.oneof(almost, almost, anything), ({ control, length, isIPv4 }) => {
        const wanted = oracle(control, length, isIPv4)
        seen.add(`${isIPv4} ${wanted.destination}`)
        expect(read(control, length, isIPv4)).toEqual(wanted)
      }),
      { numRuns: 1000 * FUZZ },
    )
    // Of either family: untold, own and group.
    expect(seen.size).toBe(6)
  })

  it('that is written is read again, and nothing but its own buffer is touched', () => {
    const addresses = fc.oneof(
      fc.ipV4(),
      fc.ipV6().filter((text) => !/^ff/i.test(text)),
    )
    fc.assert(
      fc.property(addresses, fc.nat(9999), (text, scope) => {
        const isIPv4 = !text.includes(':')
        const at = arena.controlOf(MESSAGE)
        // What stood there before is not to be seen any more.
        arena.bytes.fill(0xa5, at, at + CONTROL_ROOM)
        const before = arena.bytes.slice()
        const length = writeLocal(arena, MESSAGE, isIPv4, address16(text), scope)
        const control = arena.bytes.slice(at, at + CONTROL_ROOM)
        const after = arena.bytes.slice()
        after.fill(0, at, at + CONTROL_ROOM)
        before.fill(0, at, at + CONTROL_ROOM)
        expect(after.every((byte, i) => byte === before[i])).toBe(true)
        // What ip(7) calls ipi_addr is the kernel's to fill in: on the way out it says nothing.
        if (isIPv4) control.copyWithin(24, 20, 24)
        const { destination, local } = read(control, length, isIPv4)
        expect(destination).toBe(Destination.own)
        expect(local).toEqual([...address16(text)])
      }),
    )
  })
})
