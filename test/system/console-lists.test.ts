/** The console's pages of lists and of lookups, as an administrator uses them: Chromium in front of a real server. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Locator, Page } from 'playwright-core'
import { seriousFindings } from '../support/axe.ts'
import { root } from '../support/command.ts'
import { ConsoleStage, settle } from '../support/console-stage.ts'
import { NoticeClient } from '../support/notice-client.ts'
import { eventually } from '../support/server.ts'

const ANNEX = join(root, 'test/fixtures/imports/annex.docx')
const CLEAN = '192.0.2.1'
const SINKHOLE = '10.10.10.10'
const LISTED = 'cdn.thanhtoan-vneid.com'
const GOVERNMENT = 'ca.gov.vn'
const MACHINE = '127.0.21.1'

let stage: ConsoleStage
/** Signed in as an administrator; the tests use it one after the other. */
let page: Page

beforeAll(async () => {
  stage = await ConsoleStage.open(
    `sinkhole: { ipv4: ${SINKHOLE} }\nnotice: { http: ["${SINKHOLE}:80"], socket: run/notice.sock, contact: Anh An }\n`,
  )
  stage.stage.up.answer('*', 'A', CLEAN)
  page = await stage.open('/lists')
})
afterAll(() => stage.close())

async function addressOf(name: string, from = MACHINE): Promise<string | undefined> {
  return (await stage.stage.ask(name, 'A', { from })).answers[0]?.data as string | undefined
}

async function visit(path: string): Promise<void> {
  await page.goto(`/console${path}`)
  await page.locator('main h1').first().waitFor()
  await settle(page)
}

/** What was done last is told at the edge. */
const told = (text: string): Promise<void> => page.locator('.toast', { hasText: text }).waitFor()
const button = (name: string): Locator => page.getByRole('button', { name, exact: true })
const dialog = (): Locator => page.getByRole('dialog')
const row = (text: string): Locator => page.locator('tbody tr', { hasText: text })

/** Gives the reason and does what the dialog asks about. */
async function confirm(action: string, reason: string): Promise<void> {
  await dialog().locator('textarea[name=reason]').fill(reason)
  await dialog().getByRole('button', { name: action, exact: true }).click()
  await dialog().waitFor({ state: 'detached' })
}

describe('an annex', () => {
  test('is sent, read and laid out for review, and nothing of it blocks yet', async () => {
    await visit('/lists?view=imports')
    const dropped = await page.evaluateHandle(
      `(() => { const data = new DataTransfer(); data.items.add(new File(['evil.vn'], 'khac.txt')); return data })()`,
    )
    await page.dispatchEvent('.drop', 'drop', { dataTransfer: dropped })
    await page.locator('.drop', { hasText: 'khac.txt' }).waitFor()
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button('Chọn tệp').click()])
    await chooser.setFiles(ANNEX)
    await page.locator('.drop', { hasText: 'annex.docx' }).waitFor()
    await page.locator('input[name=document]').fill('1298/CATTT-NCSC')
    await page.locator('input[name=issuer]').fill('Cục ATTT')
    await page.locator('input[name=issued]').fill('2022-08-23')
    await button('Gửi và đọc').click()
    await page.locator('h1', { hasText: '1298/CATTT-NCSC' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/console/lists/imports/1')
    await row(LISTED).waitFor()
    expect(await row(LISTED).textContent()).toContain('annex.docx, bảng 1, hàng 2, ô 2')
    expect(await addressOf(LISTED)).toBe(CLEAN)
  })

  test('is looked at by what stands in the address', async () => {
    await page.getByLabel('Vì sao').selectOption('government')
    await expect.poll(() => page.locator('tbody tr').count(), { timeout: 5000 }).toBe(1)
    expect(new URL(page.url()).search).toBe('?reason=government')
    await page.reload()
    await row(GOVERNMENT).waitFor()
    expect(await row(GOVERNMENT).textContent()).toContain('Thuộc gov.vn hoặc dcs.vn.')
    expect(await button('Duyệt các mục đang lọc…').count()).toBe(1)
    await page.getByLabel('Máy đề xuất').selectOption('hold')
    await button('Duyệt các mục đang lọc…').waitFor({ state: 'detached' })
  })

  test('has what is held approved one by one, with a reason that is typed', async () => {
    await button(`Duyệt chặn: ${GOVERNMENT}`).click()
    expect(await dialog().textContent()).toContain('Thuộc gov.vn hoặc dcs.vn.')
    await dialog().getByRole('button', { name: 'Duyệt chặn', exact: true }).click()
    // Without a reason the browser keeps it open.
    expect(await dialog().isVisible()).toBe(true)
    expect(await addressOf(GOVERNMENT)).toBe(CLEAN)
    await dialog().locator('select[name=scope]').selectOption('exact')
    await confirm('Duyệt chặn', 'đã xác minh với chủ quản')
    expect(await addressOf(GOVERNMENT)).toBe(SINKHOLE)
    expect(await addressOf(`x.${GOVERNMENT}`)).toBe(CLEAN)
    await told('Đã duyệt 1 mục, có hiệu lực theo chế độ của danh sách.')
    await page.locator('tbody tr .badge', { hasText: 'Đang chặn' }).waitFor()
  })

  test('has of a URL what the person chose approved', async () => {
    await visit('/lists/imports/1?q=dichvucong-vn.click/tai')
    await page.getByRole('button', { name: /^Duyệt chặn: / }).click()
    await dialog().getByRole('radio').first().check()
    await confirm('Duyệt chặn', 'trang giả mạo, đã xem')
    expect(await addressOf('dichvucong-vn.click')).toBe(SINKHOLE)
  })

  test('has all that nothing holds approved together, in force at once', async () => {
    await visit('/lists/imports/1')
    await page.getByRole('button', { name: /^Duyệt chung \d+ mục…$/ }).click()
    await confirm('Duyệt chặn', 'theo công văn 1298')
    expect(await addressOf(LISTED)).toBe(SINKHOLE)
    await page.locator('.decisions li').nth(2).waitFor()
    expect(await page.locator('.decisions li').first().textContent()).toContain('quantri')
  })

  test('is what a lookup names as the basis, with the row and who approved it', async () => {
    await visit(`/lookup?name=${LISTED}`)
    expect(await page.locator('.verdict').textContent()).toContain(`${LISTED} đang bị chặn`)
    const origin = await page.locator('.origin').textContent()
    for (const part of [
      '1298/CATTT-NCSC, Cục ATTT, ngày 23/08/2022',
      'annex.docx, bảng 1, hàng 2, ô 2',
      'cdn[.]thanhtoan-vneid[.]com',
      'quantri',
    ])
      // prettier-ignore
      expect(origin).toContain(part)
    // The machines above have asked.
    await row('Máy số').waitFor()
    expect(await page.locator('main').textContent()).not.toContain(MACHINE)
    await button('Hiện địa chỉ').click()
    await page.locator('tbody', { hasText: MACHINE }).waitFor()
  })

  test('has an item withdrawn by the keyboard alone, which resolves again at once', async () => {
    await visit(`/lists/imports/1?q=${LISTED}&state=approved`)
    await button(`Thu hồi: ${LISTED}`).focus()
    await page.keyboard.press('Enter')
    await dialog().locator('textarea:focus').waitFor()
    await page.keyboard.insertText('chặn nhầm')
    for (const key of ['Tab', 'Tab', 'Enter']) await page.keyboard.press(key)
    await dialog().waitFor({ state: 'detached' })
    expect(await addressOf(LISTED)).toBe(CLEAN)
    const { body } = await stage.stage.server.api<{ states: Record<string, number> }>('GET', '/api/v1/imports/1') // prettier-ignore
    expect(body.states['withdrawn']).toBe(1)
  })
})

describe('what is let through by hand', () => {
  test('is allowed from a lookup and taken back there', async () => {
    await visit('/lookup')
    await page.locator('input[name=name]').fill('hxxp://adobe[.]riceaub[.]com/x.php')
    await button('Tra cứu').click()
    await button('Cho phép tạm thời…').click()
    await confirm('Cho phép', 'đã xác minh')
    await page.locator('.verdict.allow', { hasText: 'quantri đã cho phép: đã xác minh' }).waitFor()
    expect(await addressOf('adobe.riceaub.com')).toBe(CLEAN)
    await visit('/lists?view=allow')
    expect(await row('adobe.riceaub.com').textContent()).toContain('quantri')
    await row('adobe.riceaub.com').getByRole('button', { name: 'Thôi cho phép' }).click()
    await confirm('Thôi cho phép', 'đúng là độc hại')
    expect(await addressOf('adobe.riceaub.com')).toBe(SINKHOLE)
    await row('Cho phép adobe.riceaub.com').waitFor()
  })

  test('is refused in words where it is no name', async () => {
    await button('Cho phép một tên').click()
    await dialog().locator('input[name=name]').fill('vn')
    await dialog().locator('textarea[name=reason]').fill('thử')
    await dialog().getByRole('button', { name: 'Cho phép', exact: true }).click()
    await dialog().getByRole('alert').waitFor()
    expect(await dialog().getByRole('alert').textContent()).toContain('top-level domain')
    await page.keyboard.press('Escape')
    await dialog().waitFor({ state: 'detached' })
  })
})

describe('a pause', () => {
  test('is for one machine, its time runs down, and it ends when somebody says so', async () => {
    await visit('/lists?view=allow')
    await button('Tạm dừng…').click()
    await dialog().locator('input[name=client]').fill(MACHINE)
    await confirm('Tạm dừng', 'máy thử nghiệm')
    const clock = page.locator('.running-pause .clock')
    const first = await clock.textContent()
    expect(first).toMatch(/^(?:10:00|9:5\d)$/)
    expect([
      await addressOf('adobe.riceaub.com'),
      await addressOf('adobe.riceaub.com', '127.0.22.1'),
    ]).toEqual([CLEAN, SINKHOLE])
    await expect.poll(() => clock.textContent(), { timeout: 5000 }).not.toBe(first)
    await button('Chặn lại ngay').click()
    await page.locator('.running-pause').waitFor({ state: 'detached' })
    expect(await addressOf('adobe.riceaub.com')).toBe(SINKHOLE)
  })
})

describe('a report of a wrong block', () => {
  test('waits with what is answered beside it, and is decided by letting the name through', async () => {
    const path = stage.stage.server.path('run/notice.sock')
    const service = await eventually(() => NoticeClient.open(path).catch(() => undefined))
    await service.report(MACHINE, 'adobe.riceaub.com', 'Trang của nhà cung cấp')
    service.close()
    await visit('/lists?view=reports')
    const card = page.locator('article', { hasText: 'adobe.riceaub.com' })
    expect(await card.textContent()).toContain('Trang của nhà cung cấp')
    expect(await card.textContent()).toContain('Vì danh sách apt32 có adobe.riceaub.com.')
    await button('Cho phép tên này…').click()
    await confirm('Cho phép', 'đã hỏi nhà cung cấp')
    await page.locator('.state-title', { hasText: 'Không có báo chặn nhầm nào chờ quyết định' }).waitFor()
    expect(await addressOf('adobe.riceaub.com')).toBe(CLEAN)
    await visit('/lists?view=reports&state=allowed')
    expect(await page.locator('article').textContent()).toContain('đã hỏi nhà cung cấp')
  })
})

describe('a list', () => {
  test('is told with its basis and what of it is not enforced, and is read again', async () => {
    await visit('/lists')
    expect(await page.locator('tbody tr').count()).toBe(4)
    await page.getByRole('link', { name: 'botnet', exact: true }).click()
    await page.locator('h2', { hasText: 'Chỉ báo DNS không chặn được (1)' }).waitFor()
    await button('Đọc lại danh sách').click()
    await told('Đã đọc lại danh sách.')
  })
})

describe('who may not change lists', () => {
  test('reads them all and is offered no change', async () => {
    await stage.addUser('canbo', 'officer')
    const officer = await stage.open('/lists/imports/1', {}, 'canbo')
    await officer.locator('tbody tr').first().waitFor()
    for (const path of ['/lists/imports/1?state=open', '/lists?view=imports', '/lists?view=allow']) {
      await officer.goto(`/console${path}`)
      await officer.locator('main h1').first().waitFor()
      await settle(officer)
      const names = await officer.locator('main button:not(.sort):not(.pager button)').allTextContents()
      expect(names.filter((name) => /Duyệt|Thu hồi|Gửi|Đọc lại|Cho phép|Tạm dừng|Bỏ phụ/.test(name))).toEqual(
        [],
      )
    }
  })
})

const PAGES = ['/lists', '/lists?list=botnet', '/lists?view=sources', '/lists?view=imports', '/lists/imports/1?state=open', '/lists?view=allow', '/lists?view=reports&state=any', '/lookup?name=update.apt-mau.test'] // prettier-ignore

test.each([
  ['light', PAGES],
  ['dark', PAGES.slice(4)],
] as const)('axe finds nothing serious on these pages, %s', async (theme, paths) => {
  const looked = await stage.open('/lists', { theme })
  for (const path of paths) {
    await looked.goto(`/console${path}`)
    await looked.locator('main h1').first().waitFor()
    await settle(looked)
    expect([path, await seriousFindings(looked)]).toEqual([path, []])
  }
})
