/** Draws pages of the console to look at: `node test/support/console-shot.ts DIRECTORY PATH… [--dark] [--en] [--phone] [--narrow]`. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ConsoleStage, settle } from './console-stage.ts'

const flags = new Set(process.argv.slice(2).filter((one) => one.startsWith('--')))
const [directory = '.', ...paths] = process.argv.slice(2).filter((one) => !one.startsWith('--'))
mkdirSync(directory, { recursive: true })
const stage = await ConsoleStage.open()
try {
  const page = await stage.open('/', {
    theme: flags.has('--dark') ? 'dark' : 'light',
    language: flags.has('--en') ? 'en' : 'vi',
    ...(flags.has('--phone') ? { width: 390, height: 844 } : {}),
    ...(flags.has('--narrow') ? { width: 1024, height: 768 } : {}),
  })
  for (const path of paths) {
    await page.goto(`/console${path}`)
    await page.locator('main h1, main .state-title').first().waitFor()
    await settle(page)
    const name = `${path.replaceAll(/\W+/g, '-').replace(/^-|-$/g, '') || 'overview'}${[...flags].join('')}.png`
    await page.screenshot({ path: join(directory, name), fullPage: true })
    console.log(join(directory, name))
  }
} finally {
  await stage.close()
}
