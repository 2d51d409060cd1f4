import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { threadEntries, type BuiltFrom } from '../../../src/thread/entry.ts'

const src = join(import.meta.dirname, '../../../src')
let copy: string

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'thanhloc-entry-'))
  mkdirSync(join(copy, 'built'))
  for (const name of ['resolver.json', 'resolver.js'])
    cpSync(join(src, 'built', name), join(copy, 'built', name))
  const { sources } = JSON.parse(readFileSync(join(src, 'built/resolver.json'), 'utf8')) as BuiltFrom
  for (const source of sources) cpSync(join(src, source), join(copy, source))
})
afterEach(() => rmSync(copy, { recursive: true }))

const fileOf = (name: 'resolver-0' | 'store'): string => basename(threadEntries(copy).fileOf(name).pathname)

describe('threadEntries', () => {
  it('starts resolvers from the built file, and all others from their source', () => {
    expect(threadEntries(copy).notBuilt).toBeNull()
    expect(fileOf('resolver-0')).toBe('resolver.js')
    expect(fileOf('store')).toBe('store.ts')
  })

  it('starts them from their source once any of it has changed', () => {
    const path = join(copy, 'wire/name.ts')
    writeFileSync(path, `${readFileSync(path, 'utf8')}\n`)
    expect(threadEntries(copy).notBuilt).toMatch('other sources')
    expect(fileOf('resolver-0')).toBe('resolver.ts')
  })

  it('and where nothing has been built, or a source is gone', () => {
    rmSync(join(copy, 'wire/name.ts'))
    expect(fileOf('resolver-0')).toBe('resolver.ts')
    rmSync(join(copy, 'built'), { recursive: true })
    expect(fileOf('resolver-0')).toBe('resolver.ts')
  })
  it.each([
    ['cut short', (text: string) => text.slice(0, text.length / 2)],
    ['empty', () => ''],
    ['no object', () => 'null'],
    ['without sources', () => '{"digest":"","code":""}'],
    ['with sources that are no paths', (text: string) => text.replace(/"sources": \[/, '"sources": [7,')],
    ['with a directory for a source', (text: string) => text.replace(/"sources": \[/, '"sources": ["wire",')],
  ])('starts them from their source, and says so, where resolver.json is %s', (_, damage) => {
    const path = join(copy, 'built/resolver.json')
    writeFileSync(path, damage(readFileSync(path, 'utf8')))
    expect(threadEntries(copy).notBuilt).not.toBeNull()
    expect(fileOf('resolver-0')).toBe('resolver.ts')
  })

  it.each([
    ['cut short', (text: string) => text.slice(0, text.length / 2)],
    ['edited', (text: string) => `${text}\n`],
  ])('and where resolver.js is %s', (_, damage) => {
    const path = join(copy, 'built/resolver.js')
    writeFileSync(path, damage(readFileSync(path, 'utf8')))
    expect(threadEntries(copy).notBuilt).toMatch('is not what was built')
    rmSync(path)
    expect(fileOf('resolver-0')).toBe('resolver.ts')
  })
})
