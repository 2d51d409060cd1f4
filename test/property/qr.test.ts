/** QR codes as they are drawn for authenticator apps: what a reader makes of them is the text, whatever it is. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { qrCode } from '../../src/web/console/kit/qr.ts'
import { readQr } from '../support/qr-reader.ts'

const LONGEST_BYTES = 271

it('a reader gets the text back, with no error in any block', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: LONGEST_BYTES }), (text) => {
      const code = qrCode(text)
      if (new TextEncoder().encode(text).length > LONGEST_BYTES) return expect(code).toBeNull()
      const read = readQr(code!)
      expect(read.text).toBe(text)
      expect(read.level).toBe('L')
      expect(read.isSound).toBe(true)
    }),
    { numRuns: 150 },
  )
})

it('every length has a code up to the longest, and none beyond', () => {
  for (let length = 0; length <= LONGEST_BYTES; length++) {
    const text = 'x'.repeat(length)
    expect(readQr(qrCode(text)!), String(length)).toMatchObject({ text, isSound: true })
  }
  expect(qrCode('x'.repeat(LONGEST_BYTES + 1))).toBeNull()
})
