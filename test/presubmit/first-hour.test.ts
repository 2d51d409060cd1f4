/** The officer's first hour: every command of the page is done, on one server, and prints what the page shows. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPage, stepsOf } from './markdown.ts'
import { Replay } from './replay.ts'

const page = readPage('docs/first-hour.md')
const [, password = ''] = /Here it is `([^`]+)`/.exec(page.text) ?? []

describe('the first hour', () => {
  let replay: Replay
  beforeAll(async () => {
    replay = await Replay.start({}, [password])
  })
  afterAll(() => replay.stop())

  it('goes from the first start to a closed case, as the page shows it', async () => {
    const steps = stepsOf(page).filter(({ command }) => !command.startsWith('npm '))
    expect(steps.length).toBeGreaterThan(20)
    for (const step of steps) {
      const { printed, expected } = await replay.run(step)
      expect(printed, step.command).toBe(expected)
    }
  })

  it('goes through all that there is to do', () => {
    const typed = stepsOf(page)
      .map(({ command }) => command)
      .join('\n')
    for (const part of [
      'user add quantri --role admin --own',
      '/session/totp/confirm',
      'dig ',
      'reveal=true',
      '"to":"confirmed"',
      '"to":"cleaning"',
      '"to":"cleaned"',
      '/export/cases',
      'audit read',
      '/audit/verify',
    ])
      expect(typed).toContain(part)
  })
})

describe('what the page says', () => {
  it('is said in Vietnamese too: each heading, and the first words under it, with all marks composed', () => {
    expect(page.text).toBe(page.text.normalize('NFC'))
    const sections = page.text.split(/^#+ /m).slice(1)
    expect(sections.length).toBeGreaterThan(9)
    for (const section of sections) {
      const [heading = ''] = section.split('\n')
      expect(heading).toMatch(/^.+ · \p{Lu}.*\p{Script=Latin}/u)
      expect(heading.split(' · ')[1]).toMatch(/[^\p{ASCII}]/u)
    }
    const introduced = sections.filter((section) =>
      /\n\*[^*]*[ăâđêôơưạảấầậắếềệốồộớờợứừự][^*]*\*\n/iu.test(section),
    )
    expect(introduced.length).toBeGreaterThan(sections.length - 1)
  })

  it('leads here from the README', () => {
    expect(readPage('README.md').links).toContain('docs/first-hour.md')
  })
})
