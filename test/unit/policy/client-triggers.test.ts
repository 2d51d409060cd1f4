import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../../src/net/address.ts'
import { ClientTriggers } from '../../../src/policy/client-triggers.ts'
import { indicatorText } from '../../../src/policy/indicator-text.ts'

const bytesOf = (text: string): Uint8Array => {
  const bytes = new Uint8Array(16)
  if (!parseAddress(text, bytes)) throw new Error(text)
  return bytes
}

describe('networks of clients', () => {
  const triggers = new ClientTriggers(
    [
      { network: '10.0.0.0/8', rule: 4 },
      { network: '10.1.0.0/16', rule: 1 },
      { network: '2001:db8::/32', rule: 5 },
      { network: '10.1.2.3', rule: 0 },
    ],
    (rule) => Math.floor(rule / 4),
  )
  /** `list rule indicator` of each list that names the client. */
  const naming = (client: string): string[] =>
    triggers.lists.flatMap(({ list, ranges, triggers: own }) => {
      const range = ranges.find(bytesOf(client))
      if (range === -1) return []
      const { rule, bytes, length, words } = own[range]!
      expect([words.buffer, words.byteOffset]).toEqual([bytes.buffer, 0])
      return [`${list} ${rule} ${indicatorText(bytes, 0, length)}`]
    })

  it('are looked through list by list, the longest of each', () => {
    expect(naming('10.1.2.3')).toEqual(['0 0 10.1.2.3', '1 4 10.0.0.0/8'])
    expect(naming('10.1.2.4')).toEqual(['0 1 10.1.0.0/16', '1 4 10.0.0.0/8'])
    expect(naming('10.2.0.0')).toEqual(['1 4 10.0.0.0/8'])
    expect(naming('2001:db8::1')).toEqual(['1 5 2001:db8::/32'])
    expect(naming('192.0.2.1')).toEqual([])
    expect(triggers.size).toBe(2)
  })
})
