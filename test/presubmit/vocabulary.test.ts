/** What may not stand in any file: places of some machine, marks of tools, tests put aside, work put off. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './markdown.ts'

const self = relative(root, import.meta.filename)

/** Of others, as they came; names in them are theirs. */
const FOREIGN = [/^test\/fixtures\//, /^blocklists\/[^/]+\.txt$/, /^blocklists\/LICENSE/, /\.png$/]

const BANNED: Readonly<Record<string, RegExp>> = {
  'a path of some machine': /(?<![\w.])\/(?:work|root|home\/\w+|Users\/\w+)\/|\/tmp\/(?:tl|bash_jobs)\b/,
  'a package registry': /registry\.(?:npmjs|npmmirror|yarnpkg)\.|\bnpmjs\.(?:org|com)\b|\bpypi\.org\b|\bproxy\.golang\.org\b/i,
  'a tool that writes': /\b(?:claude|anthropic|openai|chatgpt|gpt-?\d*|copilot|gemini|codex|llms?)\b/i,
  'how it was written': /\b(?:ai|machine|auto)-generated\b|\bgenerated (?:by|with) (?:an? )?(?:ai|model|assistant)\b|\blanguage model|co-authored-by/i,
} // prettier-ignore

const files = filesOf(root)

/** All files but those .gitignore names; works in an unpacked archive too. */
function filesOf(directory: string): string[] {
  const ignored = readFileSync(join(root, '.gitignore'), 'utf8').split('\n').filter((line) => line !== '') // prettier-ignore
  const isIgnored = (name: string): boolean =>
    name === '.git' ||
    ignored.some((pattern) =>
      pattern.startsWith('*') ? name.endsWith(pattern.slice(1)) : name === pattern.replace(/\/$/, ''),
    )
  return readdirSync(directory, { withFileTypes: true })
    .filter(({ name }) => !isIgnored(name))
    .flatMap((entry) => {
      const path = join(directory, entry.name)
      return entry.isDirectory() ? filesOf(path) : entry.isFile() ? [relative(root, path)] : []
    })
}

/** `file:line: what` for each line of the files that `pattern` finds. */
function found(paths: readonly string[], pattern: RegExp): string[] {
  return paths.flatMap((path) =>
    textOf(path)
      .split('\n')
      .flatMap((line, index) => {
        const match = pattern.exec(line)
        return match === null ? [] : [`${path}:${index + 1}: ${match[0]}`]
      }),
  )
}

function textOf(path: string): string {
  const text = readFileSync(join(root, path), 'utf8')
  // Checksums are letters by chance.
  return path === 'package-lock.json' ? text.replace(/^\s*"integrity":.*$/gm, '') : text
}

describe('vocabulary', () => {
  const own = files.filter((path) => path !== self && !FOREIGN.some((pattern) => pattern.test(path)))
  const tests = own.filter((path) => path.startsWith('test/') && path.endsWith('.ts'))

  it('finds the files', () => {
    expect(own).toEqual(expect.arrayContaining(['README.md', 'package-lock.json', 'src/main.ts']))
    expect(tests.length).toBeGreaterThan(100)
  })

  it.each(Object.entries(BANNED))('no file names %s', (_, pattern) => {
    expect(found(own, pattern)).toEqual([])
  })

  it('the patterns find what they are for', () => {
    const examples = ['see /work/x', 'registry.npmjs.org', 'a GPT-5 b', 'AI-generated']
    const hits = Object.values(BANNED).map((pattern, index) => pattern.test(examples[index]!))
    expect(hits).toEqual([true, true, true, true])
  })

  it('no test is put aside', () => {
    const aside = /\b(?:describe|it|test|suite)(?:\.\w+)*\.(?:skip|only|todo|fails|skipIf|runIf)\b|\bx(?:it|describe|test)\(|\bctx\.skip\(/ // prettier-ignore
    expect(found(tests, aside)).toEqual([])
  })

  it('no work is put off in the source', () => {
    const source = own.filter((path) => /^(?:src|bin)\//.test(path))
    expect(found(source, /\b(?:TODO|FIXME|XXX|HACK)\b/)).toEqual([])
  })

  it('no check of types or style is switched off for a line without a reason', () => {
    const source = own.filter((path) => /^(?:src|test)\/.*\.ts$/.test(path))
    expect(found(source, /@ts-(?:ignore|nocheck|expect-error)(?![\w-]*\s*[:-])/)).toEqual([])
  })
})
