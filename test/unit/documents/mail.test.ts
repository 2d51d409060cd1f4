import { describe, expect, it } from 'vitest'
import { proposalOf } from '../../support/proposals.ts'

const alternative = (plain: string, html: string): string =>
  `From: a@b.vn\r\nTo: c@d.vn\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=B\r\n\r\n--B\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${plain}\r\n--B\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${html}\r\n--B--\r\n` // prettier-ignore
const told = async (mail: string): Promise<string[]> =>
  (await proposalOf('m.eml', mail)).items.map(({ decision, value, places }) => `${decision} ${value} ${places.length}`) // prettier-ignore

describe('a mail as text and as HTML', () => {
  it('is read once where both say the same', async () => {
    const html = '<html><p>Tên miền:</p><ul><li>evil<b>[.]com</b></li><li>bad[.]net</li></ul></html>'
    expect(await told(alternative('Tên miền:\r\n\r\n  evil[.]com\r\n> bad[.]net\r\n', html))).toEqual([
      'accept evil.com 1',
      'accept bad.net 1',
    ])
  })

  it('what only the text says counts too; a bare name there is held', async () => {
    const html = '<html><p>Xem bản thuần văn bản. good[.]com</p></html>'
    expect(await told(alternative('evil[.]com\r\nbad.net\r\n', html))).toEqual([
      'accept good.com 1',
      'accept evil.com 1',
      'hold bad.net 1',
    ])
  })
})
