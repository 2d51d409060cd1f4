import { describe, expect, it } from 'vitest'
import { sectionOf, tableSectionOf } from '../../../src/indicators/sections.ts'
import { docx, paragraph, table } from '../../support/office-documents.ts'
import { proposalOf } from '../../support/proposals.ts'

describe('titles', () => {
  it.each([
    ['2. Tên miền chính thức của ngân hàng:', 'reference'],
    ['Danh sách các website bị giả mạo', 'reference'],
    ['Danh sách trắng (không chặn):', 'reference'],
    ['TÀI LIỆU THAM KHẢO', 'reference'],
    ['Mọi thông tin chi tiết xin liên hệ:', 'reference'],
    ['Danh sách địa chỉ IP bị nhiễm mã độc', 'victim'],
    ['§Þa chØ IP bÞ nhiÔm m· ®éc', 'victim'],
    ['Các hệ thống bị tấn công', 'victim'],
    ['Danh sách tên miền độc hại', null],
    ['Danh sách website giả mạo trang chính thức của ngân hàng', null],
    ['Nguồn phát tán mã độc', null],
    ['Cục An toàn thông tin', null],
    ['Địa chỉ IP máy chủ điều khiển (C&C):', null],
    ['Official websites of banks', 'reference'],
    ['Official dispatch No. 1298', null],
    ['Fake official websites', null],
    ['Trusted domains', 'reference'],
    ['Clean domains (do not block)', 'reference'],
    ['Danh sách tên miền sạch', 'reference'],
    ['Trang web thật của ngân hàng', 'reference'],
    ['Các trang tin cậy', 'reference'],
    ['Các trang không tin cậy', null],
    ['Các trang không đáng tin cậy', null],
    ['Danh sách có độ tin cậy cao', null],
    ['Tên miền loại trừ', 'reference'],
    ['Biện pháp loại trừ mã độc', null],
    ['Tên miền không được chặn', 'reference'],
    ['Để tránh bị lừa đảo, chỉ truy cập các tên miền chính thức:', 'reference'],
    ['Tên miền chính thức (không phải trang giả mạo):', 'reference'],
    ['Tên miền chính thức và giả mạo:', 'reference'],
    ['Tên miền giả mạo trang chính thức và lừa đảo', null],
    [`Nguồn ${'x '.repeat(100)}`, null],
  ])('%s: %s', (text, section) => expect(sectionOf(text)).toBe(section)) // prettier-ignore

  it('over a table only what is genuine or a victim counts', () => {
    expect(tableSectionOf('Mọi thông tin xin liên hệ:')).toBeNull()
    expect(tableSectionOf('Tên miền chính thức')).toBe('reference')
  })
})

describe('what stands below them', () => {
  const told = async (name: string, content: string | Buffer): Promise<string[]> =>
    (await proposalOf(name, content)).items.map(({ decision, value, reasons }) => `${decision} ${value} ${reasons[0]}`) // prettier-ignore
  const held = async (name: string, content: string | Buffer): Promise<string[]> =>
    (await told(name, content)).filter((line) => !line.startsWith('refuse'))
  /** A line in the middle of a list of clean names, and what becomes of the names around it where it ends nothing. */
  const around = (line: string): string[] => ['Tên miền chính thức', 'one.com', line, 'two.com', 'Tên miền cần chặn', 'six.com'] // prettier-ignore
  const AROUND = ['hold one.com reference', 'hold two.com reference', 'accept six.com listed']
  const LINES = ['Tên miền độc hại:', '- one.com', 'two.com', 'Tên miền chính thức:', 'three.com', '', 'four.com', 'five.com', 'Tên miền cần chặn', 'six.com'] // prettier-ignore
  const EXPECTED = [
    'accept one.com listed', 'accept two.com listed', 'hold three.com reference', 'hold four.com reference', 'hold five.com reference', 'accept six.com listed',
  ] // prettier-ignore

  it('lines, up to the next title: in a text and in a document', async () => {
    expect(await told('a.txt', LINES.join('\n'))).toEqual(EXPECTED)
    expect(await told('a.docx', docx(LINES.map(paragraph).join('')))).toEqual(EXPECTED)
  })

  it.each([
    'd41d8cd98f00b204e9800998ecf8427e',
    '2. d41d8cd98f00b204e9800998ecf8427e',
    'MD5: d41d8cd98f00b204e9800998ecf8427e',
    'info@one.gov.vn',
    'setup.exe',
    '1298/CATTT-NCSC',
  ])('what cannot be blocked is no title and ends nothing: %s', async (line) => {
    const lines = around(line)
    expect(await held('a.txt', lines.join('\n'))).toEqual(AROUND)
    expect(await held('a.docx', docx(lines.map(paragraph).join('')))).toEqual(AROUND)
  })

  it.each([
    'a) Ngân hàng',
    '1. Ngân hàng Vietcombank',
    'Ngân hàng Vietcombank:',
    'II. Ngân hàng nước ngoài',
    'Tên miền:',
    'IP:',
    'MD5:',
    'Ghi chú: cập nhật ngày 23/8/2022',
    'Lưu ý: không truy cập trang giả mạo',
    'Trang 2/5',
    'Page 2 of 5',
    'PHÓ CỤC TRƯỞNG',
    'Hotline: 1900 1234',
    'Trung tâm phòng chống mã độc',
    'Phòng Chẩn đoán',
    'b) VÝ ®iÖn tö',
  ])('a sub-title, a label, a note or the foot of a page ends no list of clean names: %s', async (line) => {
    const lines = around(line)
    expect(await held('a.txt', lines.join('\n'))).toEqual(AROUND)
    expect(await held('a.docx', docx(lines.map(paragraph).join('')))).toEqual(AROUND)
    expect(await held('a.html', `<html><body><p>${lines.join('</p><p>')}</p></body></html>`)).toEqual(AROUND)
  })

  it.each(['Danh sách tên miền liên quan đến mã độc', 'Tên miền C2', 'DANH SÁCH ĐEN', 'Malware domains', 'Websites to be blocked', 'Đề nghị chặn truy cập'])(
    'a title of what is to be blocked ends it: %s',
    async (title) => {
      const lines = ['Tên miền chính thức', 'a) Ngân hàng', 'one.com', title, 'a) Đợt 1', 'six.com']
      expect(await held('a.txt', lines.join('\n'))).toEqual(['hold one.com reference', 'accept six.com listed']) // prettier-ignore
    },
  ) // prettier-ignore

  it.each(['Đơn vị A', 'a) Mã độc Andromeda', 'Trang 2/5'])(
    'what parts a list of infected machines does not end it: %s',
    async (line) => {
      const lines = ['Danh sách máy tính bị lây nhiễm', '9.9.9.1', line, '8.8.4.5', 'Địa chỉ máy chủ điều khiển', 'six.com'] // prettier-ignore
      const found = await held('a.txt', lines.join('\n'))
      expect(found.map((each) => each.split(' ')[0])).toEqual(['hold', 'hold', 'accept'])
    },
  )

  it('the foot of a page ends no list of references', async () => {
    const lines = ['Tài liệu tham khảo', 'one.com', 'Trang 2/5', 'two.com', 'Danh sách tên miền', 'six.com']
    expect(await held('a.txt', lines.join('\n'))).toEqual(AROUND)
  })

  it('any title ends contacts and sources', async () => {
    const lines = ['Mọi chi tiết xin liên hệ:', 'one.com', 'Thông tin tên miền', 'six.com']
    expect(await held('a.txt', lines.join('\n'))).toEqual(['hold one.com reference', 'accept six.com listed'])
  })

  it.each([
    ['Nhiều cơ quan bị tấn công.', 'Đề nghị rà soát.'],
    ['Thời gian qua, nhiều cơ quan bị tấn công bởi nhóm APT.', 'Thông tin kỹ thuật'],
    ['Hệ thống bị nhiễm cần được cách ly.', 'Bảng 1'],
    ['Công văn chính thức gửi các đơn vị', 'Thông tin các tên miền'],
    ['Tên miền chính thức', 'one.gov.vn', 'PHỤ LỤC II'],
  ])('a sentence of a letter is no title of the annex: %s', async (...lines) => {
    const rows = [['STT', 'Tên miền'], ['1', 'six.com']] // prettier-ignore
    const found = await held('a.docx', docx(lines.map(paragraph).join('') + table(rows)))
    expect(found.at(-1)).toMatch(/^accept six.com/)
  })

  it('sub-titles in a table and over the next one', async () => {
    const rows = [['STT', 'Tên miền'], ['1', 'one.com'], ['a) Ngân hàng nước ngoài', ''], ['2', 'two.com'], ['B. Tên miền độc hại', ''], ['3', 'six.com']] // prettier-ignore
    const body = paragraph('Tên miền chính thức') + table(rows) + paragraph('Bảng 2. Ví điện tử') + table([['STT', 'Tên miền'], ['1', 'three.com']]) // prettier-ignore
    expect(await held('a.docx', docx(body))).toEqual([
      'hold one.com reference', 'hold two.com reference', 'accept six.com listed', 'hold three.com reference',
    ]) // prettier-ignore
  })

  it('a line in brackets ends nothing', async () => {
    const lines = ['Tên miền chính thức', '(Tính đến ngày 23/8/2022)', 'one.com', 'two.com']
    expect(await told('a.docx', docx(lines.map(paragraph).join('')))).toEqual([
      'refuse 23/8/2022 date', 'hold one.com reference', 'hold two.com reference',
    ]) // prettier-ignore
  })

  it('a table below a title, and rows below a title in it', async () => {
    const rows = [['STT', 'Tên miền'], ['1', 'two.com'], ['II. Tên miền chính thức', ''], ['2', 'three.com'], ['III. Tên miền độc hại', ''], ['3', 'four.com']] // prettier-ignore
    const body = paragraph('Tên miền chính thức') + table([['STT', 'Tên miền'], ['1', 'one.com']]) + paragraph('Tên miền độc hại') + table(rows) // prettier-ignore
    expect(await told('a.docx', docx(body))).toEqual([
      'hold one.com reference', 'accept two.com listed', 'hold three.com reference', 'accept four.com listed',
    ]) // prettier-ignore
  })

  it('a title in one attachment says nothing of another', async () => {
    const part = (name: string, text: string): string => `--B\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Disposition: attachment; filename="${name}"\r\n\r\n${text}\r\n` // prettier-ignore
    const mail = `From: a@b.vn\r\nTo: c@d.vn\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n${part('a.txt', 'Tên miền chính thức:\r\none.com')}${part('b.txt', 'two.com\r\nthree.com')}--B--\r\n` // prettier-ignore
    expect(await told('m.eml', mail)).toEqual(['hold one.com reference', 'accept two.com listed', 'accept three.com listed']) // prettier-ignore
  })
})
