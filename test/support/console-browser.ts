/** Debian's Chromium as people use it: pages that are strict about errors, signed in where one wants it. */
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import type { TestServer } from './server.ts'

export const PASSWORD = 'Mèo trèo cây cau 7'

const PROGRAM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

export type Look = {
  readonly language?: 'vi' | 'en'
  readonly theme?: 'light' | 'dark'
  readonly width?: number
  readonly height?: number
}

export class ConsoleBrowser {
  readonly #browser: Browser
  readonly #contexts: BrowserContext[] = []
  /** Uncaught errors of pages, and what their policy forbade. */
  readonly faults: string[] = []

  private constructor(browser: Browser) {
    this.#browser = browser
  }

  /** On the machine that `namespace` is, whose programs find a resolv.conf of their own; files go into `directory`. */
  static async launch(inside?: {
    readonly namespace: string
    readonly directory: string
  }): Promise<ConsoleBrowser> {
    let executablePath = PROGRAM
    if (inside !== undefined) {
      executablePath = join(inside.directory, 'chromium-inside')
      writeFileSync(executablePath, `#!/bin/sh\nexec ip netns exec ${inside.namespace} ${PROGRAM} "$@"\n`)
      chmodSync(executablePath, 0o755)
    }
    // Without its own resolver: names are asked for as the machine is told to.
    const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-features=AsyncDns,DnsOverHttps']
    return new ConsoleBrowser(await chromium.launch({ executablePath, args }))
  }

  /** A page in a window of its own, nobody signed in. */
  async page(
    origin: string,
    { language = 'vi', theme = 'light', width = 1280, height = 860 }: Look = {},
  ): Promise<Page> {
    const context = await this.#browser.newContext({
      baseURL: origin,
      viewport: { width, height },
      colorScheme: theme,
      locale: 'vi-VN',
      timezoneId: 'Asia/Ho_Chi_Minh',
      reducedMotion: 'reduce',
    })
    context.setDefaultTimeout(10_000)
    await context.addInitScript(`localStorage.setItem('thanhloc-language', '${language}')`)
    this.#contexts.push(context)
    const page = await context.newPage()
    page.on('pageerror', (error) => this.faults.push(String(error)))
    page.on('console', (line) => {
      // What the server refuses the browser logs too; the page shows it.
      if (line.type() === 'error' && !line.text().startsWith('Failed to load resource'))
        this.faults.push(line.text())
    })
    return page
  }

  /** Throws where a page had an error. */
  async close(): Promise<void> {
    for (const context of this.#contexts) await context.close()
    await this.#browser.close()
    if (this.faults.length > 0) throw new Error(`the console had errors:\n${this.faults.join('\n')}`)
  }
}

/** Signs in at `path` of the console (`/machines`), and waits until what was asked for there is shown. */
export async function signIn(page: Page, path: string, name: string): Promise<void> {
  await page.goto(`/console${path}`)
  await page.locator('input[name=name]').fill(name)
  await page.locator('input[name=password]').fill(PASSWORD)
  await page.locator('button[type=submit]').click()
  await page.locator('.frame main h1').first().waitFor()
  await settle(page)
}

/** Until nothing of the page is loading. */
export async function settle(page: Page): Promise<void> {
  // No function that is looked at again and again: the policy of the page allows no text to be run.
  await page.locator('main [aria-busy=true]').first().waitFor({ state: 'detached' })
}

/** An account that signs in with PASSWORD. */
export async function addUser(server: TestServer, name: string, role: string): Promise<void> {
  const made = await server.api('POST', '/api/v1/users', {
    name,
    role,
    units: null,
    password: PASSWORD,
    isOwn: true,
  })
  if (made.status !== 201) throw new Error(`no account: ${made.text}`)
}
