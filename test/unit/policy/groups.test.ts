import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseAddress } from '../../../src/net/address.ts'
import { ClientGroups, NO_GROUP } from '../../../src/policy/groups.ts'

const bytesOf = (text: string): Uint8Array => {
  const bytes = new Uint8Array(16)
  if (!parseAddress(text, bytes)) throw new Error(text)
  return bytes
}
const groupsOf = (...networks: readonly (readonly string[])[]): ((client: string) => number) => {
  const groups = new ClientGroups(
    networks.map((each, index) => ({ id: `g${index + 1}`, networks: each, lists: {} })),
  )
  return (client) => groups.of(bytesOf(client))
}

it('finds the group whose network is the longest', () => {
  const of = groupsOf(['10.0.0.0/8', 'fd00::/8'], ['10.1.0.0/16'], ['10.1.2.3', '10.1.255.0/24'])
  expect(['9.255.255.255', '10.0.0.0', '10.1.0.0', '10.1.2.2', '10.1.2.3', '10.1.2.4', '10.1.255.7', '10.2.0.0', '10.255.255.255', '11.0.0.0'].map(of)).toEqual([0, 1, 2, 2, 3, 2, 3, 1, 1, 0]) // prettier-ignore
  expect(['fd00::1', 'fe00::1', '::1'].map(of)).toEqual([1, NO_GROUP, NO_GROUP])
})

it('keeps IPv4 clients out of IPv6 networks', () => {
  const of = groupsOf(['::/0'])
  expect(of('2001:db8::1')).toBe(1)
  expect(of('192.0.2.1')).toBe(NO_GROUP)
})

it('says the same as a look at every network', () => {
  const network = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 24, max: 32 }))
  const group = fc.array(network, { maxLength: 6 })
  fc.assert(
    fc.property(fc.array(group, { maxLength: 4 }), (groups) => {
      const cut = (last: number, bits: number): number => (last >> (32 - bits)) << (32 - bits)
      // A network of two groups is refused by the configuration.
      const seen = new Set<string>()
      const unique = groups.map((each) => each.filter(([last, bits]) => { const key = `${cut(last, bits)}/${bits}`; if (seen.has(key)) return false; seen.add(key); return true })) // prettier-ignore
      const of = groupsOf(
        ...unique.map((each) => each.map(([last, bits]) => `10.0.0.${cut(last, bits)}/${bits}`)),
      )
      for (let last = 0; last < 256; last++) {
        let longest = 0
        let expected = NO_GROUP
        for (const [index, each] of unique.entries())
          for (const [start, bits] of each)
            if (cut(last, bits) === cut(start, bits) && bits > longest)
              [longest, expected] = [bits, index + 1]
        expect([last, of(`10.0.0.${last}`)]).toEqual([last, expected])
      }
    }),
  )
})
