import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readTriggerAddress } from '../../../../src/lists/formats/rpz-address.ts'
import { parsePrefix, prefixText } from '../../../../src/lists/prefix-text.ts'

const read = (text: string): string | null => {
  const prefix = readTriggerAddress(text)
  return prefix === null ? null : prefixText(prefix.address, prefix.prefixLength)
}

it.each([
  ['24.0.2.0.192', '192.0.2.0/24'],
  ['32.1.2.0.192', '192.0.2.1'],
  ['48.zz.db8.2001', '2001:db8::/48'],
  ['128.1.zz', '::1'],
  ['128.57.zz.1.DB8.2001', '2001:db8:1::57'],
  ['64.zz.1', '1::/64'],
  ['128.8.7.6.5.4.3.2.1', '1:2:3:4:5:6:7:8'],
  ['24.1.2.0.192', null],
  ['33.1.2.0.192', null],
  ['129.1.zz', null],
  ['0.zz', null],
  ['64.zz.zz.1', null],
  ['128.7.6.5.4.3.2.1', null],
  ['032.1.2.0.192', null],
  ['', null],
])('reads %s as %s', (text, prefix) => expect(read(text)).toBe(prefix))

it('reads back whatever network is spelt as a trigger', () => {
  const words = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 })
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 128 }), (parts, length) => {
      const network = parsePrefix(`${parts.map((part) => part.toString(16)).join(':')}/${length}`)!
      // What lies inside ::ffff:0:0/96 is IPv4, which has its own spelling.
      fc.pre(network.address.length === 16)
      const bytes = [...network.address]
      const spelt = Array.from({ length: 8 }, (_, at) =>
        ((bytes[at * 2]! << 8) | bytes[at * 2 + 1]!).toString(16),
      )
      expect(read([length, ...spelt.toReversed()].join('.'))).toBe(prefixText(network.address, length))
    }),
  )
})
