import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BypassTally } from '../../../src/access/bypass-tally.ts'
import { addressText } from '../../../src/net/address.ts'
import { address16 } from '../../support/addresses.ts'

function taken(tally: BypassTally): Record<string, number> {
  return Object.fromEntries(tally.take().map(({ address, queries }) => [addressText(address), queries]))
}

describe('BypassTally', () => {
  it('counts queries by address, and begins anew when it was told', () => {
    const tally = new BypassTally()
    for (const address of ['10.1.0.1', 'fd00::1', '10.1.0.1']) tally.note(address16(address))
    expect(taken(tally)).toEqual({ '10.1.0.1': 2, 'fd00::1': 1 })
    expect(tally.take()).toEqual([])
    tally.note(address16('10.1.0.1'))
    expect(taken(tally)).toEqual({ '10.1.0.1': 1 })
  })

  it('is a map of counts, whatever is noted and told in whatever order', () => {
    // Few addresses, so that they come again; far fewer than there are places, so that none is given up.
    const address = fc.integer({ min: 1, max: 40 }).map((last) => `10.0.${last % 3}.${last}`)
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 9, arbitrary: address }, fc.constant(null))), (steps) => {
        const tally = new BypassTally()
        let oracle: Record<string, number> = {}
        for (const step of steps) {
          if (step !== null) {
            tally.note(address16(step))
            oracle[step] = (oracle[step] ?? 0) + 1
            continue
          }
          expect(taken(tally)).toEqual(oracle)
          oracle = {}
        }
        expect(taken(tally)).toEqual(oracle)
      }),
    )
  })

  it('has a bound: of a hundred thousand addresses it tells what there is room for', () => {
    const tally = new BypassTally()
    const bytes = address16('10.0.0.0')
    for (let number = 0; number < 100_000; number++) {
      bytes[13] = number >>> 16
      bytes[14] = number >>> 8
      bytes[15] = number
      tally.note(bytes)
    }
    const counts = tally.take()
    expect(counts).toHaveLength(1024)
    expect(counts.every(({ queries }) => queries === 1)).toBe(true)
  })

  it('what it has told does not change with what it is told later', () => {
    const tally = new BypassTally()
    tally.note(address16('10.1.0.1'))
    const [first] = tally.take()
    for (let last = 0; last < 256; last++) tally.note(address16(`10.2.0.${last}`))
    expect(addressText(first!.address)).toBe('10.1.0.1')
  })
})
