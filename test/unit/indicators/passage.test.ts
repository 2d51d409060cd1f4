import { describe, expect, it } from 'vitest'
import { NOWHERE, readPassage, type Setting } from '../../../src/indicators/passage.ts'

function read(text: string, setting: Partial<Setting> = {}): string[] {
  return readPassage(text, { ...NOWHERE, ...setting }).map(({ decision, value, reasons }) => `${decision} ${value} ${reasons.join()}`) // prettier-ignore
}

describe('running text', () => {
  it('what is defanged is proposed, what is not waits for a person', () => {
    expect(read('Mã độc kết nối tới evil[.]com rồi tải về từ good.com để chạy')).toEqual([
      'accept evil.com defanged',
      'hold good.com running-text',
    ])
  })

  it('a label that calls for it makes what follows one, as far as nothing else follows', () => {
    expect(read('Đề nghị chặn các tên miền sau: evil.com, bad.net và 203.0.113.5.')).toEqual([
      'accept evil.com labelled',
      'accept bad.net labelled',
      'accept 203.0.113.5 labelled',
    ])
    expect(read('Tên miền: evil.com được đăng ký tại nước ngoài')).toEqual(['hold evil.com running-text'])
  })

  it.each(['Nguồn: evil.com', 'Website: evil.com', 'Tham khảo thêm tại: evil.com', 'Liên hệ: evil.com'])(
    '%s is a reference',
    (text) => expect(read(text)).toEqual(['hold evil.com reference']),
  )

  it('a line that holds nothing else is one', () => {
    expect(read('- evil.com')).toEqual(['accept evil.com listed'])
    expect(read('2) evil.com, bad.net')).toEqual(['accept evil.com listed', 'accept bad.net listed'])
    expect(read('C2: evil.com')).toEqual(['accept evil.com listed'])
  })

  it('the number of a list item may stand at the name itself', () => {
    const [finding] = readPassage('1.evil.com', NOWHERE)
    expect(finding).toMatchObject({
      decision: 'hold',
      reasons: ['numbered'],
      readings: ['1.evil.com', 'evil.com'],
    })
  })

  it('two sentences without a blank are no name', () => {
    expect(read('các đơn vị ngừng hoạt động.In văn bản này')).toEqual([
      'refuse xn--ng-pma0161a.in sentence-end',
    ])
  })

  it('sections, versions and document numbers are none', () => {
    expect(read('Mục 3.9.2, phiên bản v1.2.3.4, công văn 1298/CATTT-NCSC ngày 23.8.2022, TP.HCM').map((line) => line.split(' ')[0])).toEqual(['refuse', 'refuse', 'refuse', 'refuse', 'refuse']) // prettier-ignore
  })

  it('a section that looks like an address waits for a person', () => {
    expect(read('Theo yêu cầu 3.9.2.2 của tiêu chuẩn')).toEqual(['hold 3.9.2.2 running-text'])
  })
})

describe('where it stands', () => {
  it.each([
    [{ heading: 'indicator' }, 'xem evil.com ngay', 'accept evil.com listed'],
    [{ heading: 'file' }, 'setup.sh', 'refuse setup.sh file-name'],
    [{ heading: 'reference' }, 'evil.com', 'hold evil.com reference'],
    [{ heading: 'victim' }, '203.0.113.5', 'hold 203.0.113.5 victim'],
    [{ heading: 'number' }, '10.0.1.2', 'refuse 10.0.1.2 version'],
    [{ isBeside: true }, 'evil.com', 'hold evil.com other-column'],
    [{ isHidden: true }, 'evil[.]com', 'hold evil.com hidden'],
    [{ isList: true }, 'evil.com máy chủ điều khiển', 'accept evil.com listed'],
    [{ isList: true }, 'máy chủ điều khiển evil.com', 'hold evil.com running-text'],
    [{ isList: true }, 'evil.sh', 'accept evil.sh listed'],
    [{}, 'payload.zip', 'hold payload.zip file-or-host'],
    [{}, 'payload[.]zip', 'accept payload.zip defanged'],
  ] as const)('%o: %s', (setting, text, expected) => expect(read(text, setting)).toEqual([expected]))
})

describe('what a person must see', () => {
  it.each([
    ['\u202emoc.live', 'turned'],
    ['mal–ware.com', 'dash'],
    ['раypal.com', 'mixed-script'],
    ['ca.gov.vn', 'government'],
    ['www.google.com', 'popular'],
    ['com.vn', 'public-suffix'],
    ['10.1.2.3', 'reserved-address'],
    ['8.8.8.8', 'resolver'],
    ['evil.com:80', 'with-port'],
    ['http://evil.com/x', 'url-with-path'],
  ])('%s: %s', (text, reason) => {
    const [finding] = readPassage(text, { ...NOWHERE, heading: 'indicator' })
    expect(finding).toMatchObject({ decision: 'hold' })
    expect(finding!.reasons).toContain(reason)
  })

  it('a name on shared hosting stands for itself alone', () => {
    const [finding] = readPassage('movgov-vn.weeblysite.com', { ...NOWHERE, heading: 'indicator' })
    expect(finding).toMatchObject({
      decision: 'accept',
      scope: 'exact',
      reasons: ['listed', 'shared-hosting'],
    })
  })
})

describe('blanks inside a name, in a column of indicators', () => {
  const column = { heading: 'indicator' } as const
  it.each([
    ['evil .com', 'evil.com'],
    ['evil. com', 'evil.com'],
    ['www . evil . com . vn', 'www.evil.com.vn'],
    ['45.77.2 .33', '45.77.2.33'],
    ['45.77. 2.34', '45.77.2.34'],
    ['hxxp ://evil[.]com', 'evil.com'],
    ['evil,com', 'evil.com'],
  ])('%s: a person decides', (text, value) => {
    expect(readPassage(text, { ...NOWHERE, ...column })).toMatchObject([{ decision: 'hold', value, readings: [value] }]) // prettier-ignore
  })

  it.each(['Xem mục 2. Danh sách', 'Công văn số 1298/CATTT, ngày 23. 8. 2022', 'Không có'])('%s is none', (text) =>
    expect(readPassage(text, { ...NOWHERE, ...column }).filter(({ decision }) => decision !== 'refuse')).toEqual([]),
  ) // prettier-ignore

  it('elsewhere they are left alone', () => expect(read('evil .com')).toEqual([]))
})
