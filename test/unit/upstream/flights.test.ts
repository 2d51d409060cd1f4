import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FlightTable } from '../../../src/upstream/flights.ts'
import type { PooledSocket } from '../../../src/upstream/socket-pool.ts'

// Only the number matters to the table.
function socketOf(number: number): PooledSocket {
  return { number, upstream: null as never, inFlight: 0, strange: 0, isRetired: false, isClosed: false }
}

describe('the table of flights', () => {
  it('finds what a Map finds, and keeps the order of age', () => {
    const step = fc.record({
      socket: fc.integer({ min: 1, max: 4 }),
      id: fc.nat(20),
      isRemoval: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const sockets = [0, 1, 2, 3, 4].map(socketOf)
        const table = new FlightTable<string>(16)
        const plain = new Map<string, string>()
        for (const { socket, id, isRemoval } of steps) {
          const key = `${socket}/${id}`
          const entry = table.find(socket, id)
          expect(entry >= 0 ? table.pending[entry] : undefined).toBe(plain.get(key))
          if (isRemoval && entry >= 0) {
            table.remove(entry)
            plain.delete(key)
          } else if (!isRemoval && entry < 0 && !table.isFull) {
            table.add(sockets[socket]!, id, 0, 0, 0, key)
            plain.set(key, key)
          }
          expect(table.size).toBe(plain.size)
          const [oldest] = plain.keys()
          expect(table.oldest < 0 ? undefined : table.pending[table.oldest]).toBe(oldest)
        }
        for (const socket of sockets) {
          const of = table.of(socket).map((entry) => table.pending[entry])
          expect(of).toEqual([...plain.keys()].filter((key) => key.startsWith(`${socket.number}/`)))
        }
      }),
      { numRuns: 200 },
    )
  })

  it('is full at its capacity, and not before', () => {
    const table = new FlightTable<string>(3)
    const socket = socketOf(1)
    for (const id of [1, 2, 3]) expect(table.add(socket, id, 0, 0, 0, 'x')).toBeGreaterThanOrEqual(0)
    expect(table.isFull).toBe(true)
    expect(table.add(socket, 4, 0, 0, 0, 'x')).toBe(-1)
    table.remove(table.oldest)
    expect(table.find(1, 1)).toBe(-1)
    expect(table.add(socket, 4, 0, 0, 0, 'x')).toBeGreaterThanOrEqual(0)
  })
})
