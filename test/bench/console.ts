/**
 * The console on a store of many infected machines, as Chromium's own trace tells it: how long until a page shows what
 * it is for, and the longest task of its main thread, also while all pages of the list of machines are gone through.
 * Needs Debian's chromium.
 */
import { brotliCompressSync } from 'node:zlib'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { callApi, stageStore } from './store-stage.ts'
import { median, rounded, type Table } from './table.ts'

const INDICATORS = 20
const RUNS = 5
const POLL_MS = 10
const BUILT = join(import.meta.dirname, '../../src/web/built')
const PASSWORD = 'Mèo trèo cây cau 7'
const AIM_FIRST_MS = 1000
const AIM_TASK_MS = 200
const AIM_KB = 150

/** What is there when a page shows what it is for. */
const PAGES = [
  ['overview', '/', 'main .figure'],
  ['machines', '/machines', 'main tbody tr'],
  ['one machine', '/machines/1', 'main tbody tr'],
  ['units', '/units', 'main a[href*="/units/"]'],
] as const

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  readonly ts: number
  readonly dur?: number
  readonly args?: { readonly name?: string; readonly data?: { readonly url?: string } }
}

export async function consolePages(clients: number): Promise<Table> {
  const { product } = stageStore(clients, INDICATORS, '127.0.0.1:0')
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  })
  try {
    await product.start()
    await callApi(product, '/api/v1/users', {
      name: 'do',
      role: 'admin',
      units: null,
      password: PASSWORD,
      isOwn: true,
    })
    const page = await browser.newPage({ baseURL: `http://${product.adminAddress}` })
    await signIn(page)
    const rows: (string | number)[][] = []
    for (const [what, path, shown] of PAGES) rows.push([what, ...(await first(browser, page, path, shown))])
    rows.push(['paging through all machines', ...(await paging(browser, page))])
    return {
      title: `console: ${clients.toLocaleString('en')} infected machines`,
      columns: ['page', 'pages gone through', 'shown after ms', 'longest task ms', 'held'],
      rows,
      note: `All files of the console compressed: ${rounded(builtKb(), 1)} KB (aim ${AIM_KB}).`,
    }
  } finally {
    await browser.close()
    await product.close()
  }
}

async function signIn(page: Page): Promise<void> {
  await page.goto('/console/')
  await page.locator('input[name=name]').fill('do')
  await page.locator('input[name=password]').fill(PASSWORD)
  await page.locator('button[type=submit]').click()
  await page.locator('.frame main h1').waitFor()
}

/** From the beginning of a navigation until `shown` is there, the median of some; nothing is kept from before. */
async function first(
  browser: Browser,
  page: Page,
  path: string,
  shown: string,
): Promise<(string | number)[]> {
  const times: number[] = []
  const longest = await traced(browser, page, async () => {
    for (let run = 0; run < RUNS; run++) {
      await page.goto(`/console${path}`)
      await page.locator(shown).first().waitFor()
      times.push(await page.evaluate<number>('performance.now()'))
    }
  })
  const shownMs = median(times)
  return [
    RUNS,
    Math.round(shownMs),
    Math.round(longest),
    held(shownMs <= AIM_FIRST_MS && longest <= AIM_TASK_MS),
  ]
}

async function paging(browser: Browser, page: Page): Promise<(string | number)[]> {
  await page.goto('/console/machines?limit=100')
  await page.locator('main tbody tr').first().waitFor()
  const times: number[] = []
  const first = page.locator('main tbody tr').first()
  const longest = await traced(browser, page, async () => {
    const next = page.locator('.pager button').last()
    while (await next.isEnabled()) {
      const startMs = performance.now()
      const before = await first.textContent()
      await next.click()
      while ((await first.textContent()) === before) await page.waitForTimeout(POLL_MS)
      times.push(performance.now() - startMs)
    }
  })
  return [times.length + 1, Math.round(median(times)), Math.round(longest), held(longest <= AIM_TASK_MS)]
}

function held(isHeld: boolean): string {
  return isHeld ? 'yes' : 'NO'
}

/** The longest task of the page's main thread while `run` runs, in milliseconds. */
async function traced(browser: Browser, page: Page, run: () => Promise<void>): Promise<number> {
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] })
  let trace: Buffer
  try {
    await run()
  } finally {
    trace = await browser.stopTracing()
  }
  const { traceEvents } = JSON.parse(trace.toString('utf8')) as { traceEvents: TraceEvent[] }
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}:${tid}`),
  )
  const tasks = traceEvents.filter(
    ({ name, ph, pid, tid }) => ph === 'X' && name.endsWith('RunTask') && mains.has(`${pid}:${tid}`),
  )
  if (tasks.length === 0) throw new Error('the trace holds no task of a page')
  return tasks.reduce((longest, { dur = 0 }) => Math.max(longest, dur), 0) / 1000
}

function builtKb(): number {
  return (
    readdirSync(BUILT).reduce(
      (sum, name) => sum + brotliCompressSync(readFileSync(join(BUILT, name))).length,
      0,
    ) / 1000
  )
}
