import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { compileLists } from '../../../src/lists/compile.ts'
import { SnapshotBuilder } from '../../../src/policy/builder.ts'
import { listSettings, settingsOf } from './settings.ts'
import { temporaryDirectory } from './support.ts'

afterEach(() => vi.restoreAllMocks())

describe('compileLists', () => {
  it('tells the builder early how many entries there will be, list by list', async () => {
    const directory = temporaryDirectory()
    const write = (file: string, prefix: string, count: number): string => {
      const path = join(directory, file)
      const names = Array.from({ length: count }, (_, index) => `${prefix}${10_000_000 + index}.evil.example`)
      writeFileSync(path, `${names.join('\n')}\n`)
      return path
    }
    const lists = [
      listSettings('one', write('one.txt', 'a', 40_000)),
      // The half of it is known.
      listSettings('two', write('two.txt', 'a', 80_000)),
    ]
    const expected = vi.spyOn(SnapshotBuilder.prototype, 'expect')
    const memory = new SharedArrayBuffer(1 << 20, { maxByteLength: 1 << 26 })
    const options = { seed: 1, lastGood: null, force: new Set<string>(), nowMs: 0 }
    const { built, lists: compiled } = await compileLists(settingsOf(lists), memory, options)
    expect(built.names).toBe(80_000)
    expect(compiled.map(({ outcome }) => [outcome.names, outcome.duplicates])).toEqual([
      [40_000, 0],
      [80_000, 0],
    ])
    const guesses = expected.mock.calls.map(([entries]) => entries)
    expect(guesses[0]).toBeGreaterThan(39_500)
    expect(guesses[0]).toBeLessThan(40_500)
    expect(guesses.at(-1)).toBe(80_000)
    expect(Math.max(...guesses)).toBeLessThan(81_000)
  })
})
