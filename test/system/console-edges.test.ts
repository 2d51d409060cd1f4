/** The console where things go wrong around it: other tabs, other people, a server that is away, long and hostile names. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { signIn } from '../support/console-browser.ts'
import { ConsoleStage, PASSWORD, settle } from '../support/console-stage.ts'

const LONG = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(57)}.zz`
const MARKUP = '<img src=x onerror=alert(1)>'
const PERSON = `=Nguyễn ${'Thị '.repeat(40)}Hoa`

let stage: ConsoleStage

beforeAll(async () => {
  stage = await ConsoleStage.open('', {
    'botnet.txt': `||c2-mau.test^\n192.0.2.66\n${LONG}\n`,
    'may.csv': `tên máy,mac,phòng ban,vị trí,người phụ trách\n"${MARKUP}",aa:bb:cc:00:21:01,"${MARKUP}",P. 1,"${PERSON}"\n`,
  })
  await stage.addUser('hoa', 'officer')
  await stage.stage.ask(LONG, 'A', { from: '127.0.21.1' })
})
afterAll(() => stage.close())

const shown = (page: Page): Promise<string> => page.locator('body').innerText()

async function enter(page: Page, name: string): Promise<void> {
  await page.locator('input[name=name]').fill(name)
  await page.locator('input[name=password]').fill(PASSWORD)
  await page.locator('button[type=submit]').click()
}

/** A tab beside `page`, of the same browser. */
async function tabBeside(page: Page, path: string): Promise<Page> {
  const beside = await page.context().newPage()
  await beside.goto(`/console${path}`)
  await beside.locator('.frame main h1').first().waitFor()
  await settle(beside)
  return beside
}

describe('two tabs of one browser', () => {
  test('who signs out in one is signed out in the other, with nothing left to see', async () => {
    const first = await stage.open('/machines/1', {}, 'hoa')
    const second = await tabBeside(first, '/machines')
    await second.getByRole('button', { name: 'Đăng xuất' }).click()
    await first.getByText('Đã đăng xuất.').waitFor()
    expect(await first.locator('.frame').count()).toBe(0)
  })

  test('whoever signs in in one is who the other shows, and can change things there', async () => {
    const first = await stage.open('/machines/2', {}, 'hoa')
    const second = await tabBeside(first, '/machines')
    await second.getByRole('button', { name: 'Đăng xuất' }).click()
    await enter(second, 'quantri')
    await first.locator('.who', { hasText: 'quantri' }).waitFor()
    await first.getByRole('button', { name: 'Thêm ghi chú' }).first().click()
    const dialog = first.getByRole('dialog')
    await dialog.getByLabel('Ghi chú').fill('Từ thẻ kia')
    await dialog.getByRole('button', { name: 'Ghi lại' }).click()
    await dialog.waitFor({ state: 'detached' })
    await first.locator('main', { hasText: 'Từ thẻ kia' }).waitFor()
  })
})

describe('a session that is over', () => {
  test('hides the page, and Escape, however often, does not bring it back', async () => {
    const page = await stage.open('/machines/1', {}, 'hoa')
    await page.context().clearCookies()
    await page.getByRole('button', { name: 'Tải lại' }).click()
    const form = page.locator('dialog.in-front')
    await form.waitFor()
    const backdrop = await page.evaluate<string>(
      "getComputedStyle(document.querySelector('dialog.in-front'), '::backdrop').backgroundColor",
    )
    expect(backdrop).toMatch(/^rgb\(/)
    for (let time = 0; time < 3; time += 1) await page.keyboard.press('Escape')
    await page.waitForTimeout(200)
    expect(await page.evaluate("document.querySelector('dialog.in-front').matches(':modal')")).toBe(true)
    await form.locator('input[name=password]').fill(PASSWORD)
    await form.locator('button[type=submit]').click()
    await form.waitFor({ state: 'detached' })
    expect(await page.locator('main h1').textContent()).toBe(MARKUP)
  })
})

describe('a server that is away', () => {
  test('is told of, and the page goes on by itself when it is back', async () => {
    const page = await stage.open('/account', {}, 'hoa')
    const path = '**/api/v1/clients?*'
    await page.route(path, (route) => route.fulfill({ status: 503, body: 'upgrading' }))
    await page.getByRole('link', { name: 'Máy nhiễm' }).click()
    await page.getByText('Máy chủ trả lời không như mong đợi.').waitFor()
    expect(await page.locator('tbody tr').count()).toBe(0)
    await page.unroute(path)
    await page.locator('tbody tr').first().waitFor()
    expect(await page.locator('.fault').count()).toBe(0)
  })

  test('is asked anew for what was shown before it failed', async () => {
    const page = await stage.page()
    await page.route('**/api/v1/clients?*', async (route) => {
      const request = route.request()
      if (request.url().includes('status=new')) return route.fulfill({ status: 500, body: '' })
      if (request.headers()['if-none-match'] === '"same"') return route.fulfill({ status: 304 })
      const response = await route.fetch()
      return route.fulfill({ response, headers: { ...response.headers(), etag: '"same"' } })
    })
    await signIn(page, '/machines', 'hoa')
    const rows = page.locator('tbody tr')
    const count = await rows.count()
    await page.locator('select[name=status]').selectOption('new')
    await page.locator('main .fault').waitFor()
    expect(await rows.count()).toBe(0)
    await page.goBack()
    await expect.poll(() => rows.count()).toBe(count)
  })

  test('loses nothing that is being typed', async () => {
    const page = await stage.open('/machines/3', {}, 'hoa')
    await page.getByRole('button', { name: 'Thêm ghi chú' }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Ghi chú').fill('Đã rút dây mạng')
    await page.route('**/api/v1/**', (route) => route.abort())
    await dialog.getByRole('button', { name: 'Ghi lại' }).click()
    await dialog.getByText('Không kết nối được tới máy chủ.').waitFor()
    await page.unroute('**/api/v1/**')
    expect(await dialog.getByLabel('Ghi chú').inputValue()).toBe('Đã rút dây mạng')
    await dialog.getByRole('button', { name: 'Ghi lại' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.locator('main', { hasText: 'Đã rút dây mạng' }).waitFor()
  })
})

test('a unit that cannot be shown is not shown under the figures of the one before', async () => {
  const page = await stage.open('/units/so-yt', {}, 'hoa')
  await page.getByRole('link', { name: 'UBND tỉnh Mẫu' }).waitFor()
  await page.evaluate(
    "history.pushState(null, '', '/console/units/khong-co'); dispatchEvent(new PopStateEvent('popstate'))",
  )
  await page.getByText('Không tìm thấy.').waitFor()
  expect(await shown(page)).not.toContain('Sở Y tế')
})

test('an address that was cut off leads to a page that says so', async () => {
  const page = await stage.open('/', {}, 'hoa')
  await page.evaluate(
    "history.pushState(null, '', '/console/units/a%e1%bb'); dispatchEvent(new PopStateEvent('popstate'))",
  )
  await page.getByText('Không có trang này').waitFor()
})

test('a change to a case that somebody else made meanwhile is shown before it is changed over', async () => {
  const page = await stage.open('/machines/5', {}, 'hoa')
  const card = page.locator('article.case').first()
  await card.getByRole('button', { name: 'Xác nhận nhiễm' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Ghi chú').fill('Tôi thấy nó')
  const id = Number((await card.locator('h3').textContent())!.replaceAll(/\D/g, ''))
  const { server } = stage.stage
  const { body } = await server.api<{ version: number }>('GET', `/api/v1/cases/${id}`)
  const other = await server.api('POST', `/api/v1/cases/${id}/change`, {
    version: body.version,
    note: 'Của người khác',
  })
  expect(other.status).toBe(200)
  // The page behind has the new version already.
  await card.getByText('Của người khác').waitFor()
  await dialog.getByRole('button', { name: 'Xác nhận nhiễm' }).click()
  await dialog.getByText('Hồ sơ hiện ở tình trạng').waitFor()
  await dialog.getByRole('button', { name: 'Xác nhận nhiễm' }).click()
  await dialog.waitFor({ state: 'detached' })
})

test.each([
  ['a phone', { width: 390, height: 844 }],
  ['1024 pixels', { width: 1024, height: 768 }],
  ['half of that, as at 200 %, in the dark', { width: 512, height: 400, theme: 'dark' }],
] as const)('names of 253 octets and markup in them are text that fits %s', async (_where, look) => {
  const page = await stage.page(look)
  await signIn(page, '/', 'quantri')
  const wide: string[] = []
  for (const path of [
    '/machines',
    '/machines/1',
    '/machines/1?print=1',
    `/lookup?name=${LONG}`,
    '/journal',
    '/',
  ]) {
    await page.goto(`/console${path}`)
    await page.locator('main h1').first().waitFor()
    await settle(page)
    const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
    if (over > 0) wide.push(`${path}: ${over}`)
    expect(await page.locator('main img[src=x]').count()).toBe(0)
  }
  expect(wide).toEqual([])
})

test('opening addresses of reports is recorded once, however long the page stays open', async () => {
  const page = await stage.open('/lists?view=reports', {}, 'hoa')
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await page.route('**/api/v1/reports?*', async (route) => {
    const answer = await route.fetch()
    const items = [{ id: 1, reference: 'TL-1', name: 'cdn.c2-mau.test', text: MARKUP, at: '2026-11-22T01:00:00Z', lastAt: '2026-11-22T01:00:00Z', count: 1, state: 'open', clientId: 1, unit: null, address: null, hostName: null, verdict: null, decision: null }] // prettier-ignore
    await route.fulfill({ response: answer, json: { items, next: null, open: 1 } })
  })
  await page.clock.install()
  await page.reload()
  await page.getByRole('button', { name: 'Hiện địa chỉ' }).click()
  await page.getByText(MARKUP).waitFor()
  await expect.poll(() => asked.filter((url) => url.includes('reveal=true')).length).toBe(1)
  await page.clock.fastForward(60_000)
  await settle(page)
  expect(asked.filter((url) => url.includes('reveal=true')).length).toBe(1)
})
