/** What every page of the console keeps to: words in both languages, nothing from elsewhere, small enough. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { en } from '../../src/web/console/words/en/en.ts'
import { vi } from '../../src/web/console/words/vi/vi.ts'

const root = join(import.meta.dirname, '../..')
const source = join(root, 'src/web/console')
const built = join(root, 'src/web/built')
const MAX_FIRST_VIEW_BYTES = 150_000

const pages = readdirSync(source, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => relative(source, join(entry.parentPath, entry.name)))
  .filter((path) => !path.startsWith('words/v') && !path.startsWith('words/e'))
  .map((path) => ({ path, text: withoutComments(readFileSync(join(source, path), 'utf8')) }))

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/ .*/g, '')
}

type Tree = Readonly<Record<string, unknown>>

/** `journal.tabs.live` → what stands there: texts, functions by how many values they take. */
function leavesOf(words: Tree, above = ''): Map<string, string> {
  const leaves = new Map<string, string>()
  for (const [key, value] of Object.entries(words)) {
    const path = above === '' ? key : `${above}.${key}`
    if (typeof value === 'object' && value !== null)
      for (const [under, leaf] of leavesOf(value as Tree, path)) leaves.set(under, leaf)
    else leaves.set(path, typeof value === 'function' ? `${value.length} values` : typeof value)
  }
  return leaves
}

describe('words', () => {
  const [first, second] = [leavesOf(vi), leavesOf(en)]

  it('are the same in both languages, and take the same values', () => {
    expect(first.size).toBeGreaterThan(400)
    const differing = [...first].filter(([path, kind]) => !fits(second.get(path), kind))
    expect(differing.map(([path]) => path)).toEqual([])
    expect([...second.keys()].filter((path) => !first.has(path))).toEqual([])
  })

  it('are never empty', () => {
    const empty = (words: Tree): string[] =>
      Object.entries(words).flatMap(([key, value]) =>
        typeof value === 'object' ? empty(value as Tree) : value === '' ? [key] : [],
      )
    expect([...empty(vi), ...empty(en)]).toEqual([])
  })

  it('are all used', () => {
    const text = pages.map((page) => page.text).join('\n')
    const unused = Object.entries(vi)
      // By the code of the answer: below.
      .filter(([section]) => section !== 'problems')
      .flatMap(([section, words]) => {
        if (!new RegExp(`\\b${section}\\b`).test(text)) return [section]
        // A whole record may be taken by what the server calls it; its single words are not looked for.
        if (isByCode(section, text)) return []
        return Object.keys(words)
          .filter((key) => !new RegExp(`[.'"]${key}\\b|[{,]\\s*${key}\\s*[,}:]`).test(text))
          .map((key) => `${section}.${key}`)
      })
    expect(unused).toEqual([])
  })

  it('have one for every code of docs/api.md', () => {
    const page = readFileSync(join(root, 'docs/api.md'), 'utf8')
    const codes = new Set(page.slice(page.indexOf('## Codes')).match(/THANHLOC_[A-Z_]+/g))
    expect(codes.size).toBeGreaterThan(25)
    expect([...codes].filter((code) => !(code in vi.problems))).toEqual([])
  })

  it('stand in the catalogues alone: no page has letters of Vietnamese of its own', () => {
    const own = pages.flatMap(({ path, text }) =>
      text
        .replaceAll(/Thanh Lọc|Tiếng Việt/g, '')
        .split('\n')
        .filter((line) => /[\u00c0-\u1ef9]/.test(line) && !/\.replace(?:All)?\(/.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    )
    expect(own).toEqual([])
  })
})

/** A function may leave out values it has no use for. */
function fits(other: string | undefined, kind: string): boolean {
  if (other === undefined) return false
  return kind === other || (kind.endsWith('values') && other.endsWith('values'))
}

function isByCode(section: string, text: string): boolean {
  return new RegExp(`wordFor\\((?:words\\.)?${section},|\\b${section}\\[|: ${section} as`).test(text)
}

describe('what was built', () => {
  const files = readdirSync(built).map((name) => ({ name, bytes: readFileSync(join(built, name)) }))
  const text = (name: string): string => files.find((file) => file.name === name)!.bytes.toString('utf8')

  it('loads nothing from elsewhere', () => {
    for (const { name, bytes } of files) {
      const addresses = bytes.toString('utf8').match(/\b(?:https?|wss?):\/\/[^\s"'`)]+/g) ?? []
      expect(
        addresses.filter((url) => !url.startsWith('http://www.w3.org/')),
        name,
      ).toEqual([])
    }
    expect(text('index.css')).not.toMatch(/@import|url\((?!["']?\/console\/)/)
    const loaded = [...text('index.html').matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url!)
    expect(loaded.length).toBeGreaterThan(2)
    expect(loaded.filter((url) => !url.startsWith('/console/'))).toEqual([])
  })

  it('has nothing inline, and nothing that makes code of text', () => {
    expect(text('index.html')).not.toMatch(/<style|<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=/)
    expect(text('console.js')).not.toMatch(
      /\beval\(|new Function\(|dangerouslySetInnerHTML=|document\.write\(/,
    )
  })

  it('has no part of the server in it', () => {
    expect(text('console.js')).not.toMatch(/from\s*"node:|require\(|typebox/)
  })

  it(`is at most ${MAX_FIRST_VIEW_BYTES} bytes compressed, as the first view loads it`, () => {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9 }
    const sum = files.reduce((total, { bytes }) => total + brotliCompressSync(bytes, { params }).length, 0)
    expect(sum).toBeLessThan(MAX_FIRST_VIEW_BYTES)
  })
})
