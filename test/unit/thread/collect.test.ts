import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'

/** What a heap of garbage takes before and after, MB. */
function sizes(...flags: string[]): { before: number; after: number } {
  const code = `
    import { getHeapStatistics } from 'node:v8'
    import { collectGarbage } from '${new URL('../../../src/thread/collect.ts', import.meta.url).href}'
    const size = () => getHeapStatistics().total_physical_size / 2 ** 20
    let garbage = Array.from({ length: 200_000 }, (_, index) => ({ index, text: 'x' + index }))
    garbage = null
    const before = size()
    collectGarbage()
    console.log(JSON.stringify({ before, after: size() }))`
  const text = execFileSync(process.execPath, [...flags, '--input-type=module', '--eval', code])
  return JSON.parse(text.toString()) as { before: number; after: number }
}

describe('collectGarbage', () => {
  it('gives garbage back, where the process was started for it', () => {
    const { before, after } = sizes('--expose-gc')
    expect(before).toBeGreaterThan(15)
    expect(after).toBeLessThan(before / 2)
  })

  it('does nothing where it was not', () => {
    const { before, after } = sizes()
    expect(after).toBeGreaterThan(before / 2)
  })
})
