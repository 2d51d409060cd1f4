/**
 * Annexes made by a real office program, with a truth that is known: what the importer makes of them. `THANHLOC_ANNEXES`:
 * how many seeds; `THANHLOC_ANNEXES_FROM`: the first.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { runSeeds, type SeedResult } from '../support/annexes/run-seeds.ts'

const FIRST = Number(process.env['THANHLOC_ANNEXES_FROM'] ?? 1)
const COUNT = Number(process.env['THANHLOC_ANNEXES'] ?? 60)
const SECONDS_A_SEED = 3
/** Where documents are left of which something was missed. */
const FAILED = join(tmpdir(), 'thanhloc-annexes-failed')

const results: SeedResult[] = []

beforeAll(
  async () => {
    for await (const result of runSeeds(FIRST, COUNT)) results.push(result)
  },
  (60 + COUNT * SECONDS_A_SEED) * 1000,
)

/** What went wrong, a line for each document, which is kept. */
function faultsOf(
  format: string,
  faults: (result: SeedResult) => readonly string[],
  isMeant: (result: SeedResult) => boolean = () => true,
): string[] {
  return results
    .filter((result) => result.format === format && isMeant(result) && faults(result).length > 0)
    .map((result) => {
      mkdirSync(FAILED, { recursive: true })
      const path = join(FAILED, `${result.seed}.${format}`)
      writeFileSync(path, result.bytes)
      return `${path}: ${faults(result).join(', ')}`
    })
}

/** Ruled tables and lists, one column to the page. */
const isUsual = ({ features }: SeedResult): boolean => [...features].every((feature) => feature === 'sheet')

describe.each(['docx', 'xlsx'])('%s', (format) => {
  it('nothing is lost', () => expect(faultsOf(format, ({ missed }) => missed)).toEqual([]))
  it('nothing wrong is proposed', () => expect(faultsOf(format, ({ wrong }) => wrong)).toEqual([]))
  it('what nobody can misread is proposed, in all documents but one of a hundred', () => {
    expect(faultsOf(format, ({ overHeld }) => overHeld).length).toBeLessThanOrEqual(COUNT / 100)
  })
})

/** What is lost of the PDFs that are meant, as part of their indicators; those documents are kept. */
function lostOf(isMeant: (result: SeedResult) => boolean): number {
  faultsOf('pdf', ({ missed }) => missed, isMeant)
  const some = results.filter((result) => result.format === 'pdf' && isMeant(result))
  const sum = (count: (result: SeedResult) => number): number => some.reduce((all, result) => all + count(result), 0) // prettier-ignore
  return sum(({ missed }) => missed.length) / sum(({ indicators }) => indicators)
}

// What a page shows does not always say what belongs together: docs/import.md has the figures of 500 seeds.
describe('pdf', () => {
  it('nothing wrong is proposed', () => expect(faultsOf('pdf', ({ wrong }) => wrong)).toEqual([]))

  it('of the usual layout next to nothing is lost', () => expect(lostOf(isUsual)).toBeLessThan(0.001))

  it('of whatever layout little is lost', () => expect(lostOf(() => true)).toBeLessThan(0.0015))

  it('a person has less than three to decide for two indicators', () => {
    const pdfs = results.filter(({ format }) => format === 'pdf')
    const sum = (count: (result: SeedResult) => number): number => pdfs.reduce((all, result) => all + count(result), 0) // prettier-ignore
    expect(sum(({ held }) => held) / sum(({ indicators }) => indicators)).toBeLessThan(1.5)
  })
})
