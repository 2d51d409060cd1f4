import { describe, expect, it } from 'vitest'
import { proposalOf } from '../../support/proposals.ts'

const ole = (name: string): Buffer =>
  Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600), Buffer.from(name, 'utf16le'), Buffer.alloc(9)]) // prettier-ignore
const after = (start: string): Buffer => Buffer.from(`${start}\0\0\0\x01\x02\0\0`, 'latin1')

describe('says what a file is that cannot be read, and what to do', () => {
  it.each([
    ['annex.docx', ole('EncryptedPackage'), /password: save it without one/],
    ['mail.msg', ole('__substg1.0_0E1D'), /mail of Outlook.*save it as eml/],
    ['annex.doc', ole('WordDocument'), /before 2007.*save it as docx or xlsx/],
    ['a.rtf', Buffer.from('{\\rtf1 evil.com}'), /rich text.*save it as docx/],
    ['a.rar', after('Rar!\x1a\x07'), /archive: unpack it/],
    ['a.7z', after("7z\xbc\xaf'\x1c"), /archive: unpack it/],
    ['a.txt.gz', after('\x1f\x8b\x08'), /archive: unpack it/],
    ['scan.jpg', after('\xff\xd8\xff\xe0'), /picture.*ask the sender/],
    ['scan.png', after('\x89PNG\r\n\x1a\n'), /picture.*ask the sender/],
    ['scan.tif', after('II*\0'), /picture.*ask the sender/],
    ['winmail.dat', after('\x78\x9f\x3e\x22'), /winmail\.dat of Outlook/],
    ['smime.p7m', after('\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03'), /S\/MIME/],
    ['a.xls', Buffer.from('<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'), /Excel 2003: save it as xlsx/],
    ['a.xml', Buffer.from('<?xml version="1.0"?><?mso-application progid="Word.Document"?><x/>'), /XML of Word: save it as docx/],
    ['box', Buffer.from('From a@b.vn Tue Aug 23 08:00:00 2022\nFrom: a@b.vn\n\nevil.com\n'), /mailbox: save each mail/],
  ])('%s', async (name, bytes, message) => {
    await expect(proposalOf(name, bytes)).rejects.toThrow(message)
  }) // prettier-ignore

  it('text that begins like one of them is text', async () => {
    const { items } = await proposalOf('a.txt', 'BMevil.com\nRIFFbad.net\n')
    expect(items.map(({ value }) => value)).toEqual(['bmevil.com', 'riffbad.net'])
  })
})
