import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAnswer, isSelfQuery, selfQuery } from '../../../src/service/self-name.ts'
import { decode } from '../../support/dns-packet.ts'

const TOKEN = '0123456789abcdef'
const query = selfQuery(TOKEN)

describe('the query of the server to itself', () => {
  it('is a TXT query in class CH for a name only this process knows', () => {
    expect(decode(Buffer.from(query))).toMatchObject({
      questions: [{ name: `${TOKEN}.self.thanhloc.invalid`, type: 'TXT', class: 'CH' }],
    })
  })

  it('is known by the server under any id', () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffff }), (id) => {
        const sent = query.slice()
        new DataView(sent.buffer).setUint16(0, id)
        expect(isSelfQuery(query, sent, sent.length)).toBe(true)
      }),
    )
  })

  it('is no other query, however like it', () => {
    expect(isSelfQuery(query, selfQuery('0123456789abcdee'), query.length)).toBe(false)
    fc.assert(
      fc.property(fc.nat({ max: query.length - 3 }), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const other = query.slice()
        other[at + 2]! ^= bits
        expect(isSelfQuery(query, other, other.length)).toBe(false)
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(isSelfQuery(query, bytes, bytes.length)).toBe(false)
      }),
    )
  })

  it('is answered by a response with its id and question, whatever stands in it', () => {
    const reply = query.slice()
    reply[2] = 0x80
    reply[3] = 5
    expect(isAnswer(query, reply)).toBe(true)
    expect(isAnswer(query, Uint8Array.of(...reply, 1, 2, 3))).toBe(true)
    expect(isAnswer(query, query)).toBe(false)
    fc.assert(
      fc.property(fc.nat({ max: query.length - 13 }), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const other = reply.slice()
        other[at + 12]! ^= bits
        expect(isAnswer(query, other)).toBe(false)
      }),
    )
    const otherId = reply.slice()
    otherId[1]! ^= 1
    expect(isAnswer(query, otherId)).toBe(false)
    expect(isAnswer(query, reply.subarray(0, query.length - 1))).toBe(false)
  })
})
