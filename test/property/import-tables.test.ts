/** Tables and headings as nobody should write them: no row is lost, and modern Vietnamese is never taken for old letters. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { legacyReadings } from '../../src/indicators/legacy-letters.ts'
import { proposalOf } from '../support/proposals.ts'

describe('CSV with quotes that nobody closes', () => {
  it('tells each name, alone or in a reading', async () => {
    const row = fc.constantFrom('x', '"x', 'x"', '"x"', '5" inch', '""', '"a\nb"')
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 90 }), async (notes) => {
        const text = `Domain,Note\n${notes.map((note, index) => `evil${index}.com,${note}\n`).join('')}`
        const { items } = await proposalOf('a.csv', text)
        const found = new Set(items.flatMap(({ value, readings }) => [value, ...readings]))
        expect(notes.map((_, index) => `evil${index}.com`).filter((name) => !found.has(name))).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})

describe('letters from before Unicode', () => {
  // Each syllable one that Vietnamese has.
  const SYLLABLES =
    'tên miền độc hại địa chỉ máy chủ điều khiển bị nhiễm mã lây giả mạo chính thức nguồn tham khảo ghi chú quý khuya thuở ưỡn ngoằn ngoèo khuỷu yểu rượu quyển tuế oà hoá thuỷ ủy ban ĐƠN VỊ HỢP LỆ Ý KIẾN'.split(' ') // prettier-ignore

  it('Unicode is none of them, composed or not', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...SYLLABLES), { maxLength: 12 }),
        fc.boolean(),
        (words, isApart) => {
          expect(legacyReadings(words.join(' ').normalize(isApart ? 'NFD' : 'NFC'))).toEqual([])
        },
      ),
    )
  })

  it('whatever the text is, the readings are as bounded as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        for (const reading of legacyReadings(text))
          expect(reading.length).toBeLessThanOrEqual(text.length + text.toLowerCase().length)
      }),
    )
  })
})
