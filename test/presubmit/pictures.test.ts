/** The pictures of the console in docs/: every page in both languages, and all of them shown to the officer. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../support/command.ts'
import { CONSOLE_PICTURES, OTHER_PICTURES, PICTURES } from '../support/console-pictures.ts'

const guide = readFileSync(join(root, 'docs/huong-dan.md'), 'utf8')
const names = [...Object.keys(CONSOLE_PICTURES), ...OTHER_PICTURES]

describe('pictures of the console', () => {
  it('are there in both languages, and no others', () => {
    const wanted = names.flatMap((name) => [`${name}.en.png`, `${name}.vi.png`])
    expect(readdirSync(PICTURES).sort()).toEqual(wanted.sort())
  })

  it('stand in the guide for officers, each once', () => {
    const shown = [...guide.matchAll(/!\[[^\]]+\]\(console\/([\w-]+)\.vi\.png\)/g)].map(([, name]) => name!)
    expect(shown.sort()).toEqual(names.toSorted())
  })
})
