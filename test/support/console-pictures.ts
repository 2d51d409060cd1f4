/**
 * Draws the pictures in docs/console: every page in both languages, of a small agency where something has happened.
 * `node test/support/console-pictures.ts`; needs Debian's chromium and a font with Vietnamese letters (fonts-noto-core).
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { root } from './command.ts'
import { ConsoleStage, settle, type Look } from './console-stage.ts'
import { NoticeProcess } from './notice-process.ts'

export const PICTURES = join(root, 'docs/console')

/** Name → path of the console, and what is done there before the picture is taken. */
export const CONSOLE_PICTURES: Readonly<Record<string, string>> = {
  overview: '/',
  machines: '/machines?sort=recent',
  machine: '/machines/4',
  sheet: '/machines/4?print=1',
  lists: '/lists',
  imports: '/lists?view=imports',
  import: '/lists/imports/1',
  allow: '/lists?view=allow',
  reports: '/lists?view=reports',
  lookup: '/lookup?name=adobe.riceaub.com',
  units: '/units',
  journal: '/journal',
  audit: '/journal?view=audit',
  health: '/settings',
  settings: '/settings?view=config',
  account: '/account',
}

/** Those of the console before anybody is signed in, and of the notice service. */
export const OTHER_PICTURES = ['sign-in', 'notice', 'check'] as const

/** Taller pages are cut there: a picture is to be looked at, not scrolled through. */
const MOST_PX = 1500
const LEAST_PX = 860

const HTTP = { host: '127.0.0.9', port: 8089 }
const NAME = 'adobe.riceaub.com'
const MACHINE = '127.0.21.4'

if (import.meta.main) await draw()

async function draw(): Promise<void> {
  mkdirSync(PICTURES, { recursive: true })
  const stage = await ConsoleStage.open(
    `sinkhole: { ipv4: 10.10.10.10 }
notice:
  http: ["${HTTP.host}:${HTTP.port}"]
  tcp: ["${HTTP.host}:4444"]
  socket: run/notice.sock
  organisation: UBND tỉnh Mẫu
  contact: Trung tâm CNTT, 024 0000 0000
`,
  )
  const notice = await NoticeProcess.start(join(stage.stage.server.directory, 'run/notice.sock'), 2)
  try {
    await happen(stage, () => stage.page())
    for (const language of ['vi', 'en'] as const) {
      const out = await stage.page({ language })
      await out.goto('/console/')
      await out.locator('input[name=name]').waitFor()
      await take(out, 'sign-in', language)
      const page = await stage.open('/', { language })
      for (const [name, path] of Object.entries(CONSOLE_PICTURES)) {
        await page.goto(`/console${path}`)
        await page.locator('main h1').first().waitFor()
        await settle(page)
        await take(page, name, language)
      }
      const visitor = await stage.page({ language, width: 900 })
      await visitor.goto(`http://${HTTP.host}:${HTTP.port}/`)
      await take(visitor, 'notice', language)
      await visitor.goto(`http://${HTTP.host}:${HTTP.port}/check`)
      await take(visitor, 'check', language)
    }
  } finally {
    await notice.stop()
    await stage.close()
  }
}

async function take(page: Page, name: string, language: Look['language']): Promise<void> {
  const path = join(PICTURES, `${name}.${language}.png`)
  const { width } = page.viewportSize()!
  const height = Math.min(MOST_PX, await page.evaluate<number>('document.documentElement.scrollHeight'))
  await page.setViewportSize({ width, height: Math.max(height, LEAST_PX) })
  await page.screenshot({ path })
  await page.setViewportSize({ width, height: LEAST_PX })
  console.log(path)
}

/** A bot goes where it is led, an annex waits for its review, a name is let through, somebody complains. */
async function happen({ stage }: ConsoleStage, page: () => Promise<Page>): Promise<void> {
  const { server } = stage
  for (let time = 0; time < 3; time++) await knock()
  const annex = readFileSync(join(root, 'test/fixtures/imports/annex.docx'))
  await server.api('POST', '/api/v1/imports?name=phu-luc.docx&list=duyet&document=2201%2FCATTT-NCSC', annex) // prettier-ignore
  await server.api('POST', '/api/v1/allow', { name: 'khach.c2-mau.test', reason: 'Trang của khách hàng, đã xác minh', for: '7d' }) // prettier-ignore
  const visitor = await page()
  await visitor.goto(`http://${HTTP.host}:${HTTP.port}/`)
  await visitor.locator('summary').click()
  await visitor.locator('input#name').fill(NAME)
  await visitor.locator('textarea').fill('Trang tôi cần cho công việc')
  await visitor.getByRole('button', { name: 'Gửi báo chặn nhầm' }).click()
  await visitor.waitForURL('**/report')
  // What came is written a second later, and the traffic of some moments is a chart.
  await new Promise((resolve) => setTimeout(resolve, 12_000))
}

/** One connection of a bot: says something and is closed. */
function knock(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: HTTP.host, port: 4444, localAddress: MACHINE })
    socket.on('error', reject).on('close', () => resolve())
    socket.resume().write('JOIN #x\r\n')
  })
}
