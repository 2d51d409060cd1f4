import { describe, expect, it } from 'vitest'
import { headingOf } from '../../../src/indicators/headings.ts'
import { isTcvn3, legacyReadings } from '../../../src/indicators/legacy-letters.ts'
import { proposalOf, wordsOf } from '../../support/proposals.ts'

describe('headings in letters from before Unicode', () => {
  it.each([
    ['Tªn miÒn gi¶ m¹o', 'indicator'], ['Tªn miÒn chÝnh thøc', 'reference'], ['§Þa chØ IP bÞ nhiÔm m· ®éc', 'victim'], ['M¸y chñ ®iÒu khiÓn', 'indicator'],
    ['Nguån tham kh¶o', 'reference'], ['Teân mieàn giaû maïo', 'indicator'], ['Teân mieàn chính thöùc', 'reference'], ['IP bò nhieãm', 'victim'],
    ['Ñòa chæ IP bò nhieãm maõ ñoäc', 'victim'], ['Maùy chuû ñieàu khieån', 'indicator'],
    // The same bytes, taken for windows-1258.
    ['IP b\u0303 nhiÔm', 'victim'],
  ])('%s: %s', (text, heading) => expect(headingOf(text)).toBe(heading)) // prettier-ignore

  it('Vietnamese in Unicode is neither', () => {
    const text =
      'Tên miền độc hại, địa chỉ IP bị lây nhiễm; máy chủ điều khiển. Ủy ban nhân dân: quý thuê hoà hoãn quà Ẩn ưỡn ĐỎ'
    expect(legacyReadings(text)).toEqual([])
    expect(legacyReadings(text.normalize('NFD'))).toEqual([])
    expect(isTcvn3(text)).toBe(false)
  })
})

it('a middle dot that is a letter makes no name', async () => {
  expect(await wordsOf('a.txt', 'Thùc hµnh tiÕt kiÖm, chèng l·ng phÝ. M¸y chñ: evil[.]com')).toEqual(['accept host evil.com']) // prettier-ignore
  expect(await wordsOf('a.txt', 'evil·com')).toEqual(['accept host evil.com'])
})

it('a CSV in TCVN3 tells the genuine names from the others', async () => {
  const bytes = Buffer.from('STT;Tªn miÒn gi¶ m¹o;Tªn miÒn chÝnh thøc\n1;evil.com;good.com\n', 'latin1')
  const { items } = await proposalOf('a.csv', bytes)
  expect(items.map(({ decision, value }) => `${decision} ${value}`)).toEqual([
    'accept evil.com',
    'hold good.com',
  ])
})
