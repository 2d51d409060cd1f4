/** Signing in to the console, one's own account, units, journal and settings: Chromium in front of a real server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Locator, Page } from 'playwright-core'
import { readBase32 } from '../../src/accounts/base32.ts'
import { totpCode, totpStep } from '../../src/accounts/totp.ts'
import { seriousFindings } from '../support/axe.ts'
import { ConsoleStage, PASSWORD, settle } from '../support/console-stage.ts'

const NEXT_PASSWORD = 'Chuột đi chợ đường xa 8!'
const PLACES = [
  '/units',
  '/units/so-yt',
  '/units?view=campaigns',
  '/units?view=campaigns&campaign=2022',
  '/journal',
  '/journal?view=events',
  '/journal?view=audit',
  '/journal?view=deletions',
  '/settings',
  '/settings?view=parts',
  '/settings?view=config',
  '/settings?view=accounts',
  '/settings?view=keeping',
  '/account',
] as const

const PATIENCE_MS = 25_000

let stage: ConsoleStage
/** The administrator's. */
let page: Page
let secret: Uint8Array
/** Of the last code: each step of time is taken once. */
let codeStep = 0

beforeAll(async () => {
  stage = await ConsoleStage.open('alerts: { channels: [ { id: loa, type: webhook, url: "http://127.0.0.1:9/" } ] }\n') // prettier-ignore
  page = await stage.open('/units')
  page.setDefaultTimeout(PATIENCE_MS)
})
afterAll(() => stage.close())

/** Nobody signed in. Passwords take a machine that has other work some seconds. */
async function freshPage(): Promise<Page> {
  const fresh = await stage.page()
  fresh.setDefaultTimeout(PATIENCE_MS)
  return fresh
}

const eventually = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: PATIENCE_MS })
/** Three can follow each other at once: a clock may be a step off, either way. */
function nextCode(): string {
  codeStep = Math.max(codeStep + 1, totpStep(Date.now()) - 1)
  return totpCode(secret, codeStep)
}

const button = (within: Page | Locator, name: string): Locator =>
  within.getByRole('button', { name, exact: true })

async function visit(path: string, on: Page = page): Promise<void> {
  await on.goto(`/console${path}`)
  await on.locator('.frame main h1').first().waitFor()
  await settle(on)
}

async function fillIn(on: Page, name: string, password: string): Promise<void> {
  await on.locator('input[name=name]').fill(name)
  await on.locator('input[name=password]').fill(password)
  await button(on, 'Đăng nhập').click()
}

interface Account {
  readonly name: string
  readonly role: string
  readonly units: readonly string[] | null
  readonly hasFactor: boolean
  readonly isDisabled: boolean
}
async function account(name: string): Promise<Account | undefined> {
  const { body } = await stage.stage.server.api<{ items: Account[] }>('GET', '/api/v1/users')
  return body.items.find((one) => one.name === name)
}

describe('one’s own account', () => {
  let mine: Page

  test('a password that somebody else has set is changed before anything else', async () => {
    const { api } = { api: stage.stage.server.api.bind(stage.stage.server) }
    const made = await api<{ madePassword: string }>('POST', '/api/v1/users', {
      name: 'hoa',
      role: 'officer',
      units: null,
    })
    mine = await freshPage()
    await mine.goto('/console/units')
    await fillIn(mine, 'hoa', made.body.madePassword)
    await mine.getByRole('heading', { name: 'Đổi mật khẩu' }).waitFor()
    expect(await mine.getByRole('navigation').count()).toBe(0)
    await mine.locator('input[name=current]').fill(made.body.madePassword)
    await mine.locator('input[name=next]').fill(NEXT_PASSWORD)
    await mine.locator('input[name=again]').fill(`${NEXT_PASSWORD}x`)
    await button(mine, 'Đổi mật khẩu').click()
    await mine.getByText('không giống nhau').waitFor()
    await mine.locator('input[name=again]').fill(NEXT_PASSWORD)
    await button(mine, 'Đổi mật khẩu').click()
    // Signed in again by itself, and where one wanted to go.
    await mine.getByRole('treegrid').waitFor()
    expect(await mine.getByRole('heading', { level: 1 }).textContent()).toBe('Đơn vị')
  })

  test('a second factor is set up with a code, and its recovery codes are shown once', async () => {
    await visit('/account', mine)
    await button(mine, 'Bật xác thực hai lớp').click()
    const dialog = mine.getByRole('dialog')
    await dialog.locator('input[name=password]').fill(NEXT_PASSWORD)
    await button(dialog, 'Tiếp tục').click()
    await dialog.getByRole('img', { name: 'Mã QR' }).waitFor()
    expect(await seriousFindings(mine)).toEqual([])
    secret = readBase32((await dialog.locator('.secret code').textContent())!.replaceAll(' ', ''))!
    await dialog.locator('input[name=code]').fill('000000')
    await button(dialog, 'Bật xác thực hai lớp').click()
    await dialog.getByRole('alert').waitFor()
    expect((await account('hoa'))?.hasFactor).toBe(false)
    await dialog.locator('input[name=code]').fill(nextCode())
    await button(dialog, 'Bật xác thực hai lớp').click()
    await mine.getByRole('heading', { name: 'Mã dự phòng' }).waitFor()
    expect(await dialog.locator('.codes li').count()).toBe(10)
    await button(dialog, 'Đã cất mã').click()
    await mine.getByText('Còn 10 mã dự phòng.').waitFor()
    expect((await account('hoa'))?.hasFactor).toBe(true)
  })

  test('from then on signing in asks for a code: a wrong one is refused, a right one lets in', async () => {
    await button(mine, 'Đăng xuất').click()
    await mine.getByText('Đã đăng xuất.').waitFor()
    await fillIn(mine, 'hoa', NEXT_PASSWORD)
    const code = mine.locator('input[name=code]')
    await code.waitFor()
    await eventually(() => code.evaluate((input) => input === document.activeElement)).toBe(true)
    await code.fill('000000')
    await button(mine, 'Đăng nhập').click()
    await mine.getByText('Tên đăng nhập, mật khẩu hoặc mã xác thực không đúng.').waitFor()
    await code.fill(nextCode())
    await button(mine, 'Đăng nhập').click()
    await mine.locator('.frame main h1').first().waitFor()
    expect(new URL(mine.url()).pathname).toBe('/console/account')
  })

  test('a session that ends keeps the page, out of reach, until the same person is back', async () => {
    await visit('/journal?view=events', mine)
    const { server } = stage.stage
    await server.api('PATCH', '/api/v1/users/hoa', { isDisabled: true })
    await server.api('PATCH', '/api/v1/users/hoa', { isDisabled: false })
    const form = mine.locator('dialog.in-front')
    await form.waitFor()
    expect(await seriousFindings(mine)).toEqual([])
    expect(await form.locator('input[name=name]').inputValue()).toBe('hoa')
    expect(await mine.locator('.frame h1').textContent()).toBe('Nhật ký')
    // Tab goes round within the form, Escape does not close it, and nothing behind it is clicked.
    for (let step = 0; step < 8; step++) {
      await mine.keyboard.press('Tab')
      const isBehind = await mine.evaluate(() => document.activeElement?.closest('.frame') !== null)
      expect(isBehind).toBe(false)
    }
    await mine.keyboard.press('Escape')
    expect(await form.isVisible()).toBe(true)
    await expect(mine.locator('.top a').first().click({ timeout: 300 })).rejects.toThrow()
    await form.locator('input[name=password]').fill(NEXT_PASSWORD)
    await button(form, 'Đăng nhập').click()
    await form.locator('input[name=code]').fill(nextCode())
    await button(form, 'Đăng nhập').click()
    await form.waitFor({ state: 'detached' })
    await eventually(() => mine.locator('.frame tbody tr').count()).toBeGreaterThan(10)
    await eventually(() => mine.getByRole('alert').filter({ hasText: /./ }).count()).toBe(0)
  })

  test('who types without asking the server is warned a minute before the end, and can go on', async () => {
    const theirs = await freshPage()
    await theirs.clock.install()
    await theirs.goto('/console/account')
    await fillIn(theirs, 'quantri', PASSWORD)
    await theirs.locator('.frame main h1').first().waitFor()
    expect(await button(theirs, 'Tiếp tục làm việc').count()).toBe(0)
    await theirs.clock.fastForward(225_000)
    await theirs.getByText('Phiên làm việc sắp hết').waitFor()
    await button(theirs, 'Tiếp tục làm việc').click()
    await theirs.getByText('Phiên làm việc sắp hết').waitFor({ state: 'detached' })
  })
})

describe('units', () => {
  test('are a tree that is walked, closed, opened and left by keys', async () => {
    await visit('/units')
    const rows = page.getByRole('treegrid').locator('tbody tr')
    expect(await rows.count()).toBe(4)
    const first = rows.first()
    await first.focus()
    await page.keyboard.press('ArrowLeft')
    await eventually(() => first.getAttribute('aria-expanded')).toBe('false')
    expect(await rows.count()).toBe(1)
    await page.keyboard.press('ArrowRight')
    await eventually(() => rows.count()).toBe(4)
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Sở Giáo dục và Đào tạo' }).waitFor()
    await settle(page)
    expect(await page.getByText('Sở Giáo dục và Đào tạo, phòng CNTT').count()).toBe(1)
    const shown = await page.locator('.figure dd').first().textContent()
    const { body } = await stage.stage.server.api<{ figures: { machines: number } }>('GET', '/api/v1/units/so-gd') // prettier-ignore
    expect(shown).toBe(String(body.figures.machines))
    await page.getByRole('link', { name: 'Xem các máy nhiễm' }).click()
    expect(new URL(page.url()).search).toBe('?unit=so-gd')
  })

  test('are found without marks, and saved as CSV with all of them', async () => {
    await visit('/units?q=dong%20da')
    expect(await page.getByRole('treegrid').locator('tbody tr').count()).toBe(2)
    const [saved] = await Promise.all([page.waitForEvent('download'), button(page, 'Tải CSV').click()])
    const chunks: Buffer[] = []
    for await (const chunk of await saved.createReadStream()) chunks.push(chunk as Buffer)
    const lines = Buffer.concat(chunks).toString('utf8').trim().split('\r\n')
    expect(lines).toHaveLength(5)
    expect(lines[4]).toMatch(/^p-dongda,Phường Đống Đa,,tinh,4,4,/)
  })
})

describe('the journal', () => {
  test('shows blocked queries as they come, and holds still when it is told to', async () => {
    await visit('/journal')
    const rows = page.locator('tbody tr')
    await eventually(() => rows.count()).toBeGreaterThan(10)
    await stage.stage.ask('moi.c2-mau.test', 'A', { from: '127.0.21.1' })
    await eventually(() => rows.first().textContent()).toContain('moi.c2-mau.test')
    expect(await rows.first().textContent()).toContain('Sở Y tế')
    expect(await rows.first().textContent()).not.toContain('127.0.21.1')
    await button(page, 'Tạm dừng').click()
    await stage.stage.ask('nua.c2-mau.test', 'A', { from: '127.0.22.1' })
    await page.getByText('Có 1 dòng mới.').waitFor()
    expect(await rows.first().textContent()).toContain('moi.c2-mau.test')
    await button(page, 'Chạy tiếp').click()
    await eventually(() => rows.first().textContent()).toContain('nua.c2-mau.test')
    await page.getByLabel('Tên miền').fill('moi.')
    await eventually(() => rows.count()).toBe(1)
  })

  test('has the audit trail: filtered by its address, checked against an end that was kept', async () => {
    await visit('/journal?view=audit&action=user.factor&actor=user%3Ahoa')
    expect(await page.locator('tbody tr').count()).toBe(1)
    expect(await page.locator('tbody tr').textContent()).toContain('Bật xác thực hai lớp')
    const head = (await page.locator('.head-line code').textContent())!
    await page.locator('input[name=head]').fill(head)
    await button(page, 'Kiểm tra').click()
    await page.getByText('Toàn vẹn', { exact: true }).waitFor()
    await page.getByText('không có gì bị sửa trước đó').waitFor()
    await page.locator('input[name=head]').fill(`1:${'0'.repeat(64)}`)
    await button(page, 'Kiểm tra').click()
    await page.getByText('đã bị sửa hoặc cắt bớt.').waitFor()
  })
})

describe('an auditor', () => {
  test('begins with the audit trail, and sees nothing else', async () => {
    await stage.addUser('kiemtoan', 'auditor')
    const theirs = await freshPage()
    await theirs.goto('/console/')
    await fillIn(theirs, 'kiemtoan', PASSWORD)
    await theirs.getByRole('heading', { name: 'Kiểm tra tính toàn vẹn' }).waitFor()
    await settle(theirs)
    expect(await theirs.locator('.top nav a').allTextContents()).toEqual(['Nhật ký'])
    expect(await theirs.locator('.tabs a').allTextContents()).toEqual(['Nhật ký kiểm tra', 'Đã xóa theo hạn'])
    expect(await theirs.locator('.frame tbody tr').count()).toBeGreaterThan(3)
    expect(await theirs.getByRole('alert').filter({ hasText: /./ }).count()).toBe(0)
  })
})

describe('settings', () => {
  test('are searched, and reloaded with what changed', async () => {
    await visit('/settings?view=config&q=riceaub')
    await page.getByText('Không tìm thấy trong cấu hình').waitFor()
    await visit('/settings?view=config&q=1298')
    expect(await page.locator('.setting summary code').allTextContents()).toEqual(['campaigns', 'lists'])
    expect(await page.locator('.setting .found').first().textContent()).toContain('1298/CATTT-NCSC')
    await button(page, 'Nạp lại cấu hình').click()
    await page.getByText('Không có gì thay đổi.').waitFor()
  })

  test('make an account, whose password is shown once, and disable it', async () => {
    await visit('/settings?view=accounts')
    await button(page, 'Thêm tài khoản').click()
    const dialog = page.getByRole('dialog')
    await dialog.locator('input[name=name]').fill('binh')
    await dialog.locator('select[name=units]').selectOption(['so-yt'])
    await button(dialog, 'Thêm tài khoản').click()
    await page.getByRole('heading', { name: 'Mật khẩu của binh' }).waitFor()
    expect((await dialog.locator('.secret').textContent())?.trim().length).toBeGreaterThan(14)
    await button(dialog, 'Đã cất mã').click()
    expect(await account('binh')).toMatchObject({ role: 'officer', units: ['so-yt'], isDisabled: false })
    await button(page, 'Quản lý tài khoản binh').click()
    await button(dialog, 'Khóa tài khoản').click()
    await dialog.locator('input[name=reason]').fill('nghỉ việc')
    await button(dialog, 'Khóa tài khoản').click()
    await page.getByText('Đã khóa').waitFor()
    expect((await account('binh'))?.isDisabled).toBe(true)
  })

  test('make a token, try a channel of alerts, and write a backup', async () => {
    await button(page, 'Thêm mã truy cập').click()
    const dialog = page.getByRole('dialog')
    await dialog.locator('input[name=name]').fill('grafana')
    await button(dialog, 'Thêm mã truy cập').click()
    const token = (await dialog.locator('.secret code').textContent())!
    await button(dialog, 'Đã cất mã').click()
    const status = await fetch(`${stage.origin}/api/v1/status`, { headers: { authorization: `Bearer ${token}` } }) // prettier-ignore
    expect(status.status).toBe(200)
    await visit('/settings?view=parts')
    await button(page, 'Gửi thử').click()
    await page.getByText('Không gửi được:').waitFor()
    await visit('/settings?view=keeping')
    await button(page, 'Sao lưu ngay').click()
    await page.getByText('Lần cuối:').waitFor()
    const { body } = await stage.stage.server.api<{ last: { path: string; reason: string | null } }>('GET', '/api/v1/backup') // prettier-ignore
    expect(body.last.reason).toBeNull()
    expect(await page.getByRole('status').filter({ hasText: 'Lần cuối' }).textContent()).toContain(body.last.path) // prettier-ignore
  })
})

describe('every page of these', () => {
  test('opens, and axe finds nothing serious in either theme', async () => {
    for (const path of PLACES) {
      await visit(path)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        expect(await seriousFindings(page), `${path}, ${colorScheme}`).toEqual([])
      }
    }
  })

  test('opens in English too, with no word missing and none left in Vietnamese', async () => {
    await page.getByLabel('Ngôn ngữ').selectOption('en')
    await page.addInitScript("localStorage.setItem('thanhloc-language', 'en')")
    for (const path of PLACES) {
      await visit(path)
      expect(await page.locator('html').getAttribute('lang'), path).toBe('en')
      const text = (await page.locator('.frame').textContent())!
      expect(text, path).not.toMatch(/undefined|\[object|NaN/)
      expect(text, path).not.toMatch(/Đơn vị|Máy|Lần|Thời gian|Chưa|Không/)
    }
  })
})

describe('a sign-in', () => {
  test('has nothing serious either, in both themes', async () => {
    const theirs = await freshPage()
    for (const colorScheme of ['light', 'dark'] as const) {
      await theirs.emulateMedia({ colorScheme })
      await theirs.goto('/console/')
      await theirs.locator('input[name=name]').waitFor()
      expect(await seriousFindings(theirs), colorScheme).toEqual([])
    }
  })

  // Last: the address these tests come from is locked out by it.
  test('that fails too often waits, and says for how long', async () => {
    const theirs = await freshPage()
    await theirs.goto('/console/')
    const enter = button(theirs, 'Đăng nhập')
    const waiting = theirs.getByRole('timer').filter({ hasText: 'Thử lại được sau' })
    const isLocked = async (): Promise<boolean> => /1[45]:\d\d/.test((await waiting.allTextContents()).join())
    for (let attempt = 0; attempt < 8 && !(await isLocked()); attempt++) {
      // The first waits are of seconds.
      await eventually(() => enter.isEnabled()).toBe(true)
      await fillIn(theirs, 'nobody', `sai ${attempt}`)
      await eventually(() => enter.getAttribute('aria-busy')).toBe('false')
    }
    expect(await isLocked()).toBe(true)
    expect(await enter.isDisabled()).toBe(true)
    await theirs.getByText('Đăng nhập sai quá nhiều lần.').waitFor()
  })
})
