import fc from 'fast-check'
import { expect, it } from 'vitest'
import { withoutNetworks } from '../../../src/config/without-networks.ts'

it('is the network itself where nothing lies in it, and nothing where all of it does', () => {
  expect(withoutNetworks('10.1.0.0/16', ['10.2.0.0/16', 'fd00::/8'])).toEqual(['10.1.0.0/16'])
  expect(withoutNetworks('10.1.0.0/16', ['10.0.0.0/8'])).toEqual([])
  expect(withoutNetworks('fd00::/8', ['10.0.0.0/8'])).toEqual(['fd00::/8'])
})

it('is what is left, in as few networks as there can be', () => {
  expect(withoutNetworks('10.1.0.0/16', ['10.1.128.0/17'])).toEqual(['10.1.0.0/17'])
  expect(withoutNetworks('10.0.0.0/30', ['10.0.0.1/32'])).toEqual(['10.0.0.0/32', '10.0.0.2/31'])
  expect(withoutNetworks('fd00::/126', ['fd00::/128', 'fd00::2/127'])).toEqual(['fd00::1/128'])
})

it('covers an address where the network does and no hole does', () => {
  const network = fc.tuple(fc.nat(255), fc.integer({ min: 24, max: 32 })).map(([last, bits]) => {
    const first = (last >> (32 - bits)) << (32 - bits)
    return { first, end: first + 2 ** (32 - bits), text: `10.0.0.${first}/${bits}` }
  })
  fc.assert(
    fc.property(network, fc.array(network, { maxLength: 5 }), (whole, holes) => {
      const left = withoutNetworks(
        whole.text,
        holes.map(({ text }) => text),
      ).flatMap((text) => {
        const [address, bits] = text.split('/')
        const first = Number(address!.split('.')[3])
        return Array.from({ length: 2 ** (32 - Number(bits)) }, (_, at) => first + at)
      })
      const expected = Array.from({ length: whole.end - whole.first }, (_, at) => whole.first + at).filter(
        (at) => !holes.some(({ first, end }) => at >= first && at < end),
      )
      expect(left).toEqual(expected)
    }),
  )
})
