/** Pages as mail programs, spreadsheets and people write them. */
import { describe, expect, it } from 'vitest'
import { itemOf, proposalOf, wordsOf } from '../../support/proposals.ts'

const told = async (text: string, name = 'a.html'): Promise<string[]> =>
  (await proposalOf(name, text)).items.map(({ decision, value, reasons }) => [decision, value, reasons[0]].join(' ')) // prettier-ignore

describe('text as it was typed', () => {
  it('lines in <pre> are lines, each with its number', async () => {
    const text =
      '<html><body><p>Danh sách</p>\n<pre>\none.com\ntwo.com\nmáy chủ three.com tại\n</pre></body></html>'
    expect(await told(text)).toEqual(['accept one.com listed', 'accept two.com listed', 'hold three.com running-text']) // prettier-ignore
    expect((await itemOf('a.html', text, 'two.com')).places).toEqual([{ file: 0, line: 4 }])
  })

  it('elsewhere line ends are blanks', async () => {
    expect(await told('<html><p>một\nevil.com\nhai</p></html>')).toEqual(['hold evil.com running-text'])
  })
})

it('paragraphs and items in one line are items of a list', async () => {
  const names = ['one.com', 'two.vn', 'three.net', 'four.org']
  const expected = names.map((name) => `accept host ${name}`)
  expect(await wordsOf('a.html', `<html><ul>${names.map((name) => `<li>${name}</li>`).join('')}</ul></html>`)).toEqual(expected) // prettier-ignore
  expect(await wordsOf('a.html', `<html>${names.map((name) => `<p>${name}</p>`).join('')}</html>`)).toEqual(expected) // prettier-ignore
})

describe('what nobody sees, or is taken back', () => {
  it.each([
    ['<p style="display: none">evil.com</p>', 'hidden'],
    ['<p hidden>evil.com</p>', 'hidden'],
    ['<span style="color:red; visibility:hidden">evil.com</span>', 'hidden'],
    ['<span style="font-size:0px">evil.com</span>', 'hidden'],
    ['<table><tr><th>Domain</th></tr><tr style="display:none"><td>evil.com</td></tr></table>', 'hidden'],
    ['<table><tr><th>Domain</th></tr><tr><td hidden>evil.com</td></tr></table>', 'hidden'],
    ['<div style="display:none"><table><tr><th>Domain</th></tr><tr><td>evil.com</td></tr></table></div>', 'hidden'],
    ['<p><del>evil.com</del></p>', 'withdrawn'],
    ['<p><s>evil.com</s></p>', 'withdrawn'],
    ['<p style="text-decoration: underline line-through">evil.com</p>', 'withdrawn'],
    ['<table><tr><th>Domain</th></tr><tr><td><strike>evil.com</strike></td></tr></table>', 'withdrawn'],
  ])('%s', async (html, reason) => {
    expect(await told(`<html><body>${html}</body></html>`)).toEqual([`hold evil.com ${reason}`])
  }) // prettier-ignore

  it('what stands around it goes on without it', async () => {
    expect(await told('<html><p>evil<span style="display:none">x</span>.com</p></html>')).toEqual(['accept evil.com listed']) // prettier-ignore
    expect(await told('<html><p style="font-size:0.9em">evil.com</p></html>')).toEqual(['accept evil.com listed']) // prettier-ignore
  })
})

describe('tables that programs save under other names', () => {
  const table = '<table><tr><th>STT</th><th>Tên miền</th><th>Trang chính thức</th></tr><tr><td>1</td><td>evil.com</td><td>good.com</td></tr></table>' // prettier-ignore
  it.each([
    `<meta http-equiv="Content-Type" content="text/html; charset=utf-8">${table}`,
    `<style>td{mso-number-format:"\\@"}</style>\n${table}`,
    `<div>${table}</div>`,
    `<!-- saved --><!-- twice -->\n<html><body>${table}</body></html>`,
    `<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x">\n<html><body>${table}</body></html>`,
  ])('%s', async (text) => {
    expect(await told(text, 'ds.xls')).toEqual(['accept evil.com listed', 'hold good.com reference'])
  })
})
