import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { checkPage } from '../../../src/notice/check-page.ts'
import { httpBytes } from '../../../src/notice/http-answer.ts'
import { markup } from '../../../src/notice/html.ts'
import { CONTACT_TEXT, type Checked } from '../../../src/notice/letters.ts'
import { noticePage } from '../../../src/notice/notice-page.ts'
import { reportPage } from '../../../src/notice/report-page.ts'

const MAX_PAGE_BYTES = 15_000
const speaker = { organisation: 'UBND tỉnh', unit: 'Sở Y tế', contact: 'Chị Lan, 0236 3 123 456' }
const AT = Date.UTC(2026, 10, 22, 20, 5)
const notice = noticePage({ speaker, host: 'evil.vn', reference: '7K2MQ-9F3D', atMs: AT })

const CHECKED: Checked = {
  type: 'checked',
  id: 1,
  outcome: 'hits',
  hits: 1234,
  firstMs: Date.UTC(2026, 10, 1),
  lastMs: AT,
  sinceMs: null,
}
const check = (checked: Checked | null) => checkPage({ speaker, client: '10.1.2.3', checked })

describe('the notice', () => {
  it('says what, whom to call, when and the code, in both languages', () => {
    for (const text of ['UBND tỉnh', 'Sở Y tế', 'Chị Lan, 0236 3 123 456', '<strong>evil.vn</strong>', '7K2MQ-9F3D', '03:05 ngày 23/11/2026'])
      expect(notice).toContain(text) // prettier-ignore
    expect(notice.split('lang="en"')[1]).toMatch(/evil\.vn[^]*Chị Lan[^]*7K2MQ-9F3D/)
  })

  it('has a form that works without a script, with the name in it, and a way to the check', () => {
    expect(notice).toContain('<form method="post" action="/report">')
    expect(notice).toContain('name="name" value="evil.vn"')
    expect(notice).toContain('href="/check"')
    expect(notice).not.toMatch(/<script|\son\w+=|\sstyle=/)
  })

  it('is less than 15 KB with the longest of all texts, and loads nothing', () => {
    const longest = { organisation: 'ổ'.repeat(200), unit: 'ổ'.repeat(200), contact: 'ổ'.repeat(300) }
    const page = noticePage({ speaker: longest, host: '"'.repeat(CONTACT_TEXT.host), reference: '7K2MQ-9F3D', atMs: AT }) // prettier-ignore
    expect(httpBytes({ status: 403, page }, 'GET', AT).length).toBeLessThan(MAX_PAGE_BYTES)
    expect(page).not.toMatch(/\bsrc=|url\(|@import|<link/)
  })

  it('goes without name, unit and officer', () => {
    const page = noticePage({ speaker: { organisation: '', unit: '', contact: '' }, host: '', reference: 'R', atMs: AT }) // prettier-ignore
    expect(page).toContain('Bộ phận công nghệ thông tin của cơ quan bạn')
    expect(page).not.toMatch(/Đơn vị|class="by"|<strong><\/strong>/)
  })
})

describe('the check', () => {
  it('says how often and since when, about the visitor', () => {
    for (const text of ['1234 lần', 'Lần đầu lúc 07:00 ngày 01/11/2026', 'Lần gần nhất lúc 03:05 ngày 23/11/2026', '10.1.2.3', '1234 times'])
      expect(check(CHECKED)).toContain(text) // prettier-ignore
  })

  it('says of a clean one since when, and that it proves nothing', () => {
    const page = check({ ...CHECKED, outcome: 'clean', hits: 0, sinceMs: AT })
    expect(page).toMatch(/Chưa thấy máy này[^]*03:05 ngày 23\/11\/2026[^]*chưa thể chắc chắn/)
    expect(page).toContain('does not prove that it is clean')
  })

  it.each([null, { ...CHECKED, outcome: 'unavailable' as const, hits: 0 }])(
    'never shows what is not known as clean',
    (checked) => {
      expect(check(checked)).toContain('Hiện chưa kiểm tra được')
      expect(check(checked)).not.toMatch(/Chưa thấy|was not seen|0 lần/)
    },
  )
})

describe('a report', () => {
  it.each(['taken', 'limited', 'full', 'invalid', 'unavailable'] as const)(
    'that is %s says so',
    (outcome) => {
      const page = reportPage({ speaker, outcome, reference: 'B-17' })
      expect(page).toContain('Chị Lan')
      expect(page.includes('B-17')).toBe(outcome === 'taken')
    },
  )
})

describe('an answer', () => {
  it('allows the sheet that is in the page and nothing else', () => {
    const head = httpBytes({ status: 403, page: notice }, 'HEAD', AT).toString()
    const sheet = /<style>([^]*)<\/style>/.exec(notice)![1]!
    const hash = createHash('sha256').update(sheet).digest('base64')
    expect(head).toContain(`Content-Security-Policy: default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'`) // prettier-ignore
  })

  it('is kept nowhere, ends its connection and has its length', () => {
    const [head, ...body] = httpBytes({ status: 403, page: notice }, 'GET', AT).toString().split('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/)
    expect(head).toContain('Cache-Control: no-store')
    expect(head).toContain('Connection: close')
    expect(head).toContain('Date: Sun, 22 Nov 2026 20:05:00 GMT')
    expect(head).toContain(`Content-Length: ${Buffer.byteLength(notice)}\r\n`)
    expect(head).not.toContain('Strict-Transport-Security')
    expect(body.join('\r\n\r\n')).toBe(notice)
  })

  it('to HEAD has no body, and an empty one says so', () => {
    expect(httpBytes({ status: 403, page: notice }, 'HEAD', AT).toString()).toMatch(/\r\n\r\n$/)
    expect(httpBytes({ status: 403, page: null }, 'GET', AT).toString()).toContain('Content-Length: 0\r\n')
  })
})

describe('a template', () => {
  it('escapes what is put into it, and not what is a template', () => {
    expect(markup`<p title="${'"<&>\''}">${markup`<b>${1}</b>`}${[markup`<i>`, markup`</i>`]}</p>`.text).toBe(
      '<p title="&quot;&lt;&amp;&gt;&#39;"><b>1</b><i></i></p>',
    )
  })
})
