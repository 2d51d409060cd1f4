import { describe, expect, it } from 'vitest'
import { itemOf, proposalOf, wordsOf } from '../../support/proposals.ts'

describe('rows of a table', () => {
  it('headings say what a column holds, those repeated are not read', async () => {
    const text =
      'STT,Tên miền,IP,Ghi chú,Nguồn\n1,evil.com,203.0.113.5,xem vnexpress.net,a.com\nSTT,Tên miền,IP,Ghi chú,Nguồn\n2,bad.net,,,b.com\n'
    expect(await wordsOf('t.csv', text)).toEqual([
      'accept host evil.com', 'accept ip 203.0.113.5', 'hold host vnexpress.net', 'hold host a.com', 'accept host bad.net', 'hold host b.com',
    ]) // prettier-ignore
  })

  it('two rows of headings, and a title over all columns', async () => {
    const text = 'Danh sách tên miền độc hại,,\nSTT,Chỉ báo,\n,Tên miền,Tên tệp\n1,evil.com,setup.sh\n'
    expect(await wordsOf('t.csv', text)).toEqual(['accept host evil.com', 'refuse other setup.sh'].map((line) => line.replace('other', 'host'))) // prettier-ignore
  })

  it('a table on its side', async () => {
    expect(await wordsOf('t.csv', 'Tên miền,evil.com bị chặn\nNguồn,good.com\n')).toEqual([
      'accept host evil.com',
      'hold host good.com',
    ])
  })

  it('a row without a number goes on with the one above where a word does', async () => {
    const text = 'STT,Tên miền\n1,hxxp://evil.c\n,om\n2,bad.net\n,worse.org\n'
    expect(await wordsOf('t.csv', text)).toEqual(['accept host evil.com', 'accept host bad.net', 'accept host worse.org']) // prettier-ignore
  })

  it('a name cut by a border between two cells', async () => {
    expect(await wordsOf('t.csv', 'a;evil[.;]com\nb;bad;.net\n')).toEqual([
      'accept host evil.com',
      'accept host bad.net',
    ])
  })

  it('a column of types makes a row one of files', async () => {
    expect(await wordsOf('t.csv', 'value,type\nevil.sh,filename\nbad.sh,hostname\n')).toEqual([
      'refuse host evil.sh',
      'accept host bad.sh',
    ])
  })
})

describe('one indicator at many places', () => {
  it('is one item; the surest place decides, all are told', async () => {
    const text = 'Xin chặn giúp evil.com nhé các bạn ơi\nDòng này chỉ là chữ thường\nevil.com\nEVIL[.]com\n'
    const item = await itemOf('mail.txt', text, 'evil.com')
    expect(item).toMatchObject({ decision: 'accept', places: [{ line: 1 }, { line: 3 }, { line: 4 }] })
  })

  it('what the list lets through elsewhere is held', async () => {
    const { items } = await proposalOf('l.txt', '||evil.com^\n||bad.net^\n@@||cdn.evil.com^\n||x.net^\n')
    expect(items.map(({ decision, value, reasons }) => `${decision} ${value} ${reasons[0]}`)).toEqual([
      'hold evil.com excepted', 'accept bad.net listed', 'refuse cdn.evil.com exception', 'accept x.net listed',
    ]) // prettier-ignore
  })

  it('more different ones than allowed end the import', async () => {
    await expect(proposalOf('l.txt', 'a.com\nb.com\nc.com\n', { maxItems: 2 })).rejects.toThrow(/more than 2 different/) // prettier-ignore
  })
})

describe('a list in a text', () => {
  it('keeps lines, comments out, and notes behind a name', async () => {
    const text = '# evil0.com\nevil.com # c2\nbad.net - máy chủ\n203.0.113.5\tworse\nfe\n'
    expect(await wordsOf('l.txt', text)).toEqual(['accept host evil.com', 'accept host bad.net', 'accept ip 203.0.113.5', 'refuse other fe']) // prettier-ignore
    expect((await itemOf('l.txt', text, 'bad.net')).places).toEqual([{ file: 0, line: 3 }])
  })

  it('a line over the limit is refused and the rest read', async () => {
    const { items } = await proposalOf('l.txt', `evil.com\n${'a'.repeat(500)}.com\nbad.net\n`, {
      maxCellLength: 400,
    })
    expect(items.map(({ decision, reasons }) => `${decision} ${reasons[0]}`)).toEqual(['accept listed', 'refuse too-long', 'accept listed']) // prettier-ignore
  })
})
