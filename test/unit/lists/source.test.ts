import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readListFile } from '../../../src/lists/source.ts'
import { RecordingSink } from './reading.ts'
import { temporaryDirectory } from './support.ts'

const PLAIN = { format: 'domains', match: 'subtree' } as const

describe('readListFile', () => {
  it('reads a list of many chunks whole, and says how far it is', async () => {
    const path = join(temporaryDirectory(), 'list.txt')
    const names = Array.from({ length: 40_000 }, (_, index) => `host-${index}.evil-${index % 977}.test`)
    const text = `${names.join('\n')}\n`
    writeFileSync(path, text)
    const sink = new RecordingSink()
    const shares: number[] = []
    const read = await readListFile(path, PLAIN, sink, (share) => shares.push(share))
    expect(sink.events).toEqual(names.map((name, index) => `${index + 1} subtree ${name}`))
    expect(read).toEqual({
      digest: createHash('sha256').update(text).digest('hex'),
      bytes: text.length,
      format: 'domains',
    })
    expect(shares.length).toBeGreaterThan(2)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect(shares[0]).toBeGreaterThan(0)
    expect(shares.at(-1)).toBe(1)
  })

  it('says nothing of a list that is empty', async () => {
    const path = join(temporaryDirectory(), 'empty.txt')
    writeFileSync(path, '')
    const shares: number[] = []
    await readListFile(path, PLAIN, new RecordingSink(), (share) => shares.push(share))
    expect(shares).toEqual([])
  })
})
