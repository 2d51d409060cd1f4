import fc from 'fast-check'
import { expect, test } from 'vitest'
import { foldText, searchText } from '../../../src/detection/search-text.ts'

test.each([
  ['Máy Kế Toán', 'kế toán'],
  ['Máy Kế Toán', 'ke toan'],
  ['Máy Kế Toán', 'may ke'],
  ['Đặng Thị Đào', 'dang thi dao'],
  ['Đặng Thị Đào', 'đặng'],
  ['PC-01.so.local', 'pc-01'],
  ['M\u0061\u0301y', 'm\u00e1y'],
])('%j is found by %j', (text, wanted) => {
  expect(searchText([null, text, ''])).toContain(foldText(wanted))
})

test('parts do not run into each other', () => {
  expect(searchText(['ab', 'cd'])).not.toContain('abcd')
  expect(searchText(['ab', null, 'cd']).split('\n')).toEqual(['ab', 'cd'])
})

test('every part of any text is found by itself, whatever its case', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), (text) => {
      expect(searchText(['before', text, 'behind'])).toContain(foldText(text))
    }),
  )
})
