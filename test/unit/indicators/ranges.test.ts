import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { numberOf, prefixesOf } from '../../../src/indicators/ranges.ts'
import { docx, table } from '../../support/office-documents.ts'
import { proposalOf } from '../../support/proposals.ts'

describe('prefixes of a range', () => {
  it.each([
    ['45.1.2.0-45.1.2.255', ['45.1.2.0/24']],
    ['45.1.2.3-20', ['45.1.2.3', '45.1.2.4/30', '45.1.2.8/29', '45.1.2.16/30', '45.1.2.20']],
    ['45.1.2.3-45.1.2.3', ['45.1.2.3']],
    ['45.1.2.9-45.1.2.3', null],
    ['evil.com', null],
  ])('%s', (range, prefixes) => expect(prefixesOf(range)).toEqual(prefixes))

  it('hold each address from the first to the last, and no other, without gaps', () => {
    const octet = fc.integer({ min: 0, max: 255 })
    fc.assert(
      fc.property(octet, octet, octet, octet, (a, b, c, d) => {
        const [first, last] = [a * 256 + b, c * 256 + d].toSorted((x, y) => x - y) as [number, number]
        const text = (number: number): string => `45.1.${number >> 8}.${number & 255}`
        let next = numberOf(text(first))
        for (const prefix of prefixesOf(`${text(first)}-${text(last)}`)!) {
          const [address, length = '32'] = prefix.split('/') as [string, string?]
          expect(numberOf(address)).toBe(next)
          expect(next % 2 ** (32 - Number(length))).toBe(0)
          next += 2 ** (32 - Number(length))
        }
        expect(next).toBe(numberOf(text(last)) + 1)
      }),
    )
  })
})

describe('addresses in a cell', () => {
  const told = async (text: string): Promise<string[]> =>
    (await proposalOf('a.docx', docx(table([['STT', 'Địa chỉ IP'], ['1', text]])))).items.map(({ decision, kind, value, reasons }) => [decision, kind, value, reasons[0]].join(' ')) // prettier-ignore

  it('a range is held in parts that can be enforced, however it is typed', async () => {
    const parts = ['hold ip 103.145.1.3 address-range', 'hold cidr 103.145.1.4/30 address-range']
    for (const text of ['103.145.1.3-103.145.1.7', '103.145.1.3 - 103.145.1.7', '103.145.1.3 – 103.145.1.7', '103.145.1.3-7']) expect(await told(text)).toEqual(parts) // prettier-ignore
  })

  it('two addresses far from each other are two', async () => {
    expect(await told('103.145.1.3 - 45.77.8.9')).toEqual([
      'accept ip 103.145.1.3 listed',
      'accept ip 45.77.8.9 listed',
    ])
  })

  it('a prefix by its mask', async () => {
    expect(await told('103.145.8.0 255.255.255.0')).toEqual(['accept cidr 103.145.8.0/24 listed'])
    expect(await told('103.145.8.0/255.255.252.0')).toEqual(['accept cidr 103.145.8.0/22 listed'])
  })

  it('a word that was meant to be one is told', async () => {
    expect(await told('evil_dot_com')).toEqual(['refuse other evil_dot_com bad-name'])
    expect(await told('::ffff:45.77.8.9')).toEqual(['refuse other ::ffff:45.77.8.9 bad-name'])
    expect(await told('Không có')).toEqual([])
  })
})
