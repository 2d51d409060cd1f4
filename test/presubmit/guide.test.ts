/** The guide for officers calls what they are to look for and to press as the console and the notice page call it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { vi } from '../../src/web/console/words/vi/vi.ts'
import { root } from '../support/command.ts'

const guide = readFileSync(join(root, 'docs/huong-dan.md'), 'utf8')
const noticePages = readdirSync(join(root, 'src/notice'))
  .map((name) => readFileSync(join(root, 'src/notice', name), 'utf8'))
  .join('\n')

type Tree = Readonly<Record<string, unknown>>

function textsOf(words: Tree): string[] {
  return Object.values(words).flatMap((value) => {
    if (typeof value === 'string') return [value]
    return typeof value === 'object' && value !== null ? textsOf(value as Tree) : []
  })
}

describe('the guide for officers', () => {
  const quoted = [...guide.matchAll(/(?<!\*)\*([^*\n]+)\*(?!\*)/g)]
    .map(([, label]) => label!)
    // A remark in English, in slanted letters.
    .filter((label) => !label.startsWith('This is '))

  it('quotes labels as they stand on the pages, to the letter', () => {
    const shown = new Set(textsOf(vi))
    expect(quoted.length).toBeGreaterThan(30)
    const unknown = quoted.filter((label) => !shown.has(label) && !noticePages.includes(`>${label}<`))
    expect(unknown).toEqual([])
  })
})
