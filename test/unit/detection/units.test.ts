import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { UnitSettings } from '../../../src/config/settings.ts'
import { UnitIndex, networkRange } from '../../../src/detection/units.ts'
import { bytesOf } from './setup.ts'

const unit = (id: string, parent: string | null, ...networks: string[]): UnitSettings => ({
  id, name: id, networks, parent, contact: '', wan: [], code: '',
}) // prettier-ignore

const UNITS = new UnitIndex([
  unit('ward', 'province', '10.1.0.0/16', 'fd00:1::/32'),
  unit('province', null, '10.0.0.0/8', 'fd00::/16'),
  unit('school', 'ward', '10.1.2.0/24', '10.1.2.7/32'),
  unit('double', null, '10.1.2.0/24'),
])

test.each([
  ['10.1.2.7', 'school'],
  ['10.1.2.255', 'school'],
  ['10.1.3.0', 'ward'],
  ['10.1.1.255', 'ward'],
  ['10.255.255.255', 'province'],
  ['10.0.0.0', 'province'],
  ['11.0.0.0', null],
  ['9.255.255.255', null],
  ['fd00:1::1', 'ward'],
  ['fd00:2::1', 'province'],
  ['::a01:207', null],
])('%s belongs to %s', (address, expected) => {
  expect(UNITS.find(bytesOf(address))).toBe(expected)
})

test('ranges hold the units below, not those of others inside', () => {
  expect(UNITS.ranges('school')).toEqual([
    [networkRange('10.1.2.0/32')[0], networkRange('10.1.2.6/32')[1]],
    networkRange('10.1.2.7/32'),
    [networkRange('10.1.2.8/32')[0], networkRange('10.1.2.255/32')[1]],
  ])
  expect(UNITS.ranges('double')).toEqual([])
  expect(UNITS.ranges('nowhere')).toEqual([])
})

test('parents in a circle end', () => {
  const circle = new UnitIndex([unit('a', 'b', '10.0.0.0/8'), unit('b', 'a', '11.0.0.0/8')])
  expect(circle.ranges('a')).toHaveLength(2)
})

test('the index finds what a walk over all networks finds', () => {
  const network = fc
    .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 8, max: 32 }))
    .map(([second, last, length]) => {
      const value = (((10 << 24) | (second << 16) | last) >>> 0) & (length === 0 ? 0 : -1 << (32 - length))
      return {
        cidr: `${[24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')}/${length}`,
        value,
        length,
      }
    })
  fc.assert(
    fc.property(fc.array(network, { maxLength: 12 }), fc.nat(3), fc.nat(255), (networks, second, last) => {
      const index = new UnitIndex(networks.map(({ cidr }, i) => unit(String(i), null, cidr)))
      const address = (10 << 24) | (second << 16) | last
      let best = -1
      networks.forEach(({ value, length }, i) => {
        const holds = (address & (-1 << (32 - length))) === value
        if (holds && (best < 0 || length > networks[best]!.length)) best = i
      })
      expect(index.find(bytesOf(`10.${second}.0.${last}`))).toBe(best < 0 ? null : String(best))
    }),
    { numRuns: 300 },
  )
})

test('everywhere is the whole space, range after range, each of the unit its addresses belong to', () => {
  const next = (address: string): string => (BigInt(`0x${address}`) + 1n).toString(16).padStart(32, '0')
  const { everywhere } = UNITS
  expect(everywhere[0]![0]).toBe('0'.repeat(32))
  expect(everywhere.at(-1)![1]).toBe('f'.repeat(32))
  for (const [at, [first, last, of]] of everywhere.entries()) {
    if (at > 0) expect(first).toBe(next(everywhere[at - 1]![1]))
    for (const address of [first, last]) expect(UNITS.find(Buffer.from(address, 'hex'))).toBe(of)
  }
  expect(new UnitIndex([]).everywhere).toEqual([['0'.repeat(32), 'f'.repeat(32), null]])
})
