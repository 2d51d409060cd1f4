/** The console's overview and its pages of machines, as an officer uses them: Chromium in front of a real server. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Page } from 'playwright-core'
import { seriousFindings } from '../support/axe.ts'
import { addUser, ConsoleBrowser, PASSWORD, settle, signIn } from '../support/console-browser.ts'
import { ConsoleStage } from '../support/console-stage.ts'
import { eventually } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

/** Machine 2 of the second unit: it asked for two names, of which one is of the campaign. */
const ADDRESS = '127.0.22.2'
const NAME = 'adobe.riceaub.com'

let stage: ConsoleStage
/** Signed in once, for signing in is slow. */
let page: Page

beforeAll(async () => {
  stage = await ConsoleStage.open('cases: { grace: 0s }\n')
  page = await stage.open('/')
})
afterAll(() => stage.close())

interface CaseReport {
  readonly id: number
  readonly state: string
  readonly campaign: string
  readonly assignee: string | null
  readonly version: number
  readonly history: { readonly items: readonly { readonly to: string; readonly note: string }[] }
}

async function caseNow(id: number): Promise<CaseReport> {
  return (await stage.stage.server.api<CaseReport>('GET', `/api/v1/cases/${id}`)).body
}

/** How often that action stands in the trail, by people. */
async function trail(action: string): Promise<readonly { readonly target: string }[]> {
  const { body } = await stage.stage.server.api<{ items: { target: string; actor: string }[] }>(
    'GET',
    `/api/v1/audit?action=${action}&limit=1000`,
  )
  return body.items.filter(({ actor }) => actor.startsWith('user:'))
}

async function visit(path: string): Promise<void> {
  await page.goto(`/console${path}`)
  await page.locator('main h1').first().waitFor()
  await settle(page)
}

describe('the overview', () => {
  test('says that all is well, what came today, and leads to it', async () => {
    await visit('/')
    const figure = (label: string) =>
      page
        .locator('.figure', { has: page.locator('dt', { hasText: label }) })
        .locator('dd')
        .first()
    await expect.poll(() => figure('Máy có truy vấn độc hại').textContent()).toBe('12')
    expect(Number(await figure('Truy vấn bị chặn').textContent())).toBeGreaterThanOrEqual(12)
    expect(await page.locator('.service').textContent()).toContain('Dịch vụ hoạt động bình thường')
    await page.locator('.chart canvas').waitFor()
    await figure('Máy mới phát hiện').getByRole('link').click()
    await settle(page)
    expect(new URL(page.url()).search).toMatch(/^\?firstSince=\d{4}-\d{2}-\d{2}&kind=machine$/)
    expect(await page.locator('tbody tr').count()).toBe(12)
  })

  test('shows what happens while it is open', async () => {
    await visit('/')
    await page.locator('.events li').first().waitFor()
    const before = await page.locator('.events li').first().textContent()
    await stage.stage.ask('cdn.c2-mau.test', 'A', { from: '127.0.30.9' })
    await expect
      .poll(() => page.locator('.events li').first().textContent(), { timeout: 10_000 })
      .not.toBe(before)
    expect(await page.locator('.events li').first().textContent()).toContain('Ngoài các đơn vị')
  })

  test('a role that sees numbers alone gets numbers, and no calls it may not make', async () => {
    await stage.addUser('lanhdao', 'viewer')
    const theirs = await stage.page()
    const refused: string[] = []
    theirs.on('response', (reply) => void (reply.status() === 403 && refused.push(reply.url())))
    await theirs.goto('/console/')
    await theirs.locator('input[name=name]').fill('lanhdao')
    await theirs.locator('input[name=password]').fill(PASSWORD)
    await theirs.locator('button[type=submit]').click()
    await theirs.locator('.figure').first().waitFor()
    await settle(theirs)
    expect(await theirs.locator('.events').count()).toBe(0)
    expect(refused).toEqual([])
  })
})

test('where nothing has been found yet it says what to do', async () => {
  const fresh = await Stage.open(
    'admin: { listen: "127.0.0.1:0" }\nlists: [ { id: mau, path: mau.txt } ]\n',
    {
      'mau.txt': 'c2-mau.test\nxau.test\n',
    },
  )
  onTestFinished(() => fresh.close())
  const [at] = fresh.server.lines.find(({ msg }) => msg === 'ready')!['admin'] as [string]
  await addUser(fresh.server, 'quantri', 'admin')
  const browser = await ConsoleBrowser.launch()
  onTestFinished(() => browser.close())
  const theirs = await browser.page(`http://${at}`)
  await signIn(theirs, '/', 'quantri')
  const steps = theirs.locator('.steps')
  await steps.getByText('nslookup blocked.thanhloc.test').waitFor()
  expect(await steps.textContent()).toContain('Danh sách chặn đang có 2 mục.')
  // What was asked for to test with is no hit; what is listed ends the beginning.
  await fresh.ask('blocked.thanhloc.test', 'A')
  await fresh.ask('xau.test', 'A')
  await eventually(async () => {
    const { body } = await fresh.server.api<{ hits: number }>('GET', '/api/v1/numbers')
    return body.hits === 1
  }, 10_000)
  await theirs.reload()
  await theirs.locator('.events li').first().waitFor()
  expect(await steps.count()).toBe(0)
})

describe('machines', () => {
  test('who they are is hidden until it is asked for, and then on record', async () => {
    await visit('/machines')
    const shown = (await trail('client.reveal')).length
    expect(await page.locator('tbody').textContent()).not.toContain('127.0.2')
    await page.getByRole('button', { name: 'Hiện địa chỉ' }).click()
    await page.getByText('127.0.21.1').first().waitFor()
    expect((await trail('client.reveal')).length).toBe(shown + 1)
  })

  test('filters stand in the address, also after going back', async () => {
    await visit('/machines')
    await page.getByLabel('Đơn vị').selectOption({ label: '\u2003Sở Y tế' })
    await expect.poll(() => page.locator('tbody tr').count()).toBe(4)
    expect(new URL(page.url()).searchParams.get('unit')).toBe('so-yt')
    await page.getByLabel('Tình trạng').selectOption('cleaned')
    await page.getByText('Không có máy nào khớp bộ lọc').waitFor()
    await page.goBack()
    await expect.poll(() => page.locator('tbody tr').count()).toBe(4)
    expect(await page.getByLabel('Tình trạng').inputValue()).toBe('')
    await page.getByRole('button', { name: /^Số lần/ }).click()
    await settle(page)
    const hits = await page.locator('tbody td.number').allTextContents()
    expect(hits.map(Number)).toEqual(hits.map(Number).toSorted((a, b) => b - a))
  })

  test('what is exported is the file of the API', async () => {
    await visit('/machines?unit=so-yt')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Xuất CSV' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('clients.csv')
    expect(download.url()).toContain('unit=so-yt')
  })

  test('a machine is found, worked to clean, and seen reinfected without a reload', async () => {
    await visit('/machines')
    await page.getByLabel('Tìm').fill(ADDRESS)
    await page.getByLabel('Tìm').press('Enter')
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1)
    await page.locator('tbody a').first().click()
    await page.locator('article.case').first().waitFor()
    await settle(page)
    expect(await page.locator('main').textContent()).toContain(ADDRESS)
    expect(await page.locator('h1').textContent()).toBe('Máy Sở Giáo dục và Đào tạo 2')
    const seen = (await trail('client.reveal')).filter(({ target }) => target.startsWith('client:'))
    expect(seen.length).toBe(1)

    const id = Number(/\d+$/.exec((await page.locator('article.case h3').first().textContent())!)![0])
    const card = page.locator('article.case').first()
    const dialog = page.locator('dialog')

    // By keyboard alone: to the button, into the note, and sent.
    await card.getByRole('button', { name: 'Xác nhận nhiễm' }).focus()
    await page.keyboard.press('Enter')
    await dialog.waitFor()
    await page.keyboard.type('Đã gọi người dùng')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await expect.poll(async () => (await caseNow(id)).state).toBe('confirmed')
    await dialog.waitFor({ state: 'detached' })
    expect(await caseNow(id)).toMatchObject({
      assignee: 'quantri',
      history: { items: [{ to: 'confirmed', note: 'Đã gọi người dùng' }, {}] },
    })

    await card.getByRole('button', { name: 'Bắt đầu xử lý' }).click()
    await dialog.getByLabel('Ghi chú').fill('Đang quét máy')
    await dialog.getByRole('button', { name: 'Bắt đầu xử lý' }).click()
    await dialog.waitFor({ state: 'detached' })

    // Somebody else is faster: nothing typed is lost, and it goes through once it has been seen.
    await card.getByRole('button', { name: 'Đã làm sạch' }).click()
    await dialog.getByLabel('Ghi chú').fill('Đã cài lại hệ điều hành')
    const { version } = await caseNow(id)
    const note = { version, note: 'Ghi từ máy khác' }
    await stage.stage.server.api('POST', `/api/v1/cases/${id}/change`, note)
    await dialog.getByRole('button', { name: 'Đã làm sạch' }).click()
    await dialog.getByText('Hồ sơ hiện ở tình trạng: Đang xử lý').waitFor()
    expect(await dialog.getByLabel('Ghi chú').inputValue()).toBe('Đã cài lại hệ điều hành')
    await card.getByText('Ghi từ máy khác').waitFor()
    await dialog.getByRole('button', { name: 'Đã làm sạch' }).click()
    await dialog.waitFor({ state: 'detached' })
    expect((await caseNow(id)).state).toBe('cleaned')
    await card.locator('.badge', { hasText: 'Đã làm sạch' }).waitFor()

    const { campaign } = await caseNow(id)
    await stage.stage.ask(campaign === '' ? 'cdn.c2-mau.test' : NAME, 'A', { from: ADDRESS })
    await card.locator('.badge', { hasText: 'Tái nhiễm' }).waitFor({ timeout: 15_000 })
    await card.getByText('Đã làm sạch → Tái nhiễm').waitFor()
  })

  test('a silence is set and lifted', async () => {
    await visit('/machines?unit=p-dongda&sort=hits')
    await page.locator('tbody a').first().click()
    await page.locator('.names').waitFor()
    const client = Number(new URL(page.url()).pathname.split('/').at(-1))
    const silences = async () =>
      (await stage.stage.server.api<{ items: { indicator: string }[] }>('GET', `/api/v1/silences?client=${client}`))
        .body.items // prettier-ignore
    await page.getByRole('button', { name: `Không báo nữa ${NAME}` }).click()
    await page.locator('dialog').getByLabel('Lý do').fill('Máy phân tích mã độc')
    await page.locator('dialog').getByRole('button', { name: 'Không báo nữa' }).click()
    await page.locator('.silence').waitFor()
    expect(await silences()).toMatchObject([{ indicator: NAME }])
    await page.getByRole('button', { name: `Báo trở lại ${NAME}` }).click()
    await page.locator('dialog').getByLabel('Lý do').fill('Xong')
    await page.locator('dialog').getByRole('button', { name: 'Báo trở lại' }).click()
    await expect.poll(silences).toEqual([])
  })

  test('the sheet for the technician is one page of A4 that names the machine', async () => {
    await visit('/machines/1?print=1')
    await page.locator('.sheet table').waitFor()
    await page.getByText('1298/CATTT-NCSC').first().waitFor()
    expect(await page.locator('.sheet').textContent()).toContain('aa:bb:cc:00:21:01')
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('.top').isVisible()).toBe(false)
    const pdf = await page.pdf({ preferCSSPageSize: true })
    const text = pdf.toString('latin1')
    expect(text.match(/\/Type\s*\/Page\b/g)).toHaveLength(1)
    expect(pdf.length).toBeGreaterThan(10_000)
    await page.emulateMedia({ media: 'screen' })
  })

  test('a machine that is not there is said to be none', async () => {
    await visit('/machines/999999')
    await page.getByText('Không có máy này').waitFor()
  })
})

test('axe finds nothing serious on these pages, in light and dark', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, media: 'screen' })
    for (const path of ['/', '/machines?sort=hits', '/machines/4', '/machines/4?print=1']) {
      await visit(path)
      expect(await seriousFindings(page), `${path} ${colorScheme}`).toEqual([])
    }
  }
})
