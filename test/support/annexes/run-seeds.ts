/** Seeds to documents of an office program, and what the importer makes of each. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { proposalOf } from '../proposals.ts'
import { Author, type Expected } from './author.ts'
import { judge, type Judgement } from './judge.ts'
import { convert, SAVE_AS } from './office-program.ts'
import { sheetAnnex } from './sheet-annex.ts'
import { textAnnex } from './text-annex.ts'

export const FORMATS = ['docx', 'xlsx', 'pdf'] as const
export type Format = (typeof FORMATS)[number]

export interface SeedResult extends Judgement {
  readonly seed: number
  readonly format: Format
  /** The document. */
  readonly bytes: Buffer
  readonly expected: ReadonlyMap<string, Expected>
  /** What of its layout makes it hard to read. */
  readonly features: Author['features']
}

interface Made {
  readonly seed: number
  readonly format: Format
  readonly as: keyof typeof SAVE_AS
  readonly source: string
  readonly expected: ReadonlyMap<string, Expected>
  readonly features: Author['features']
}

/** The annex of `seed` as flat ODF, and its truth. */
export function annexOf(
  seed: number,
  format: Format,
): { author: Author; source: string; as: keyof typeof SAVE_AS } {
  // prettier-ignore
  const isPrinted = format === 'pdf'
  const author = new Author(seed * 3 + FORMATS.indexOf(format), isPrinted)
  const isSheet = format === 'xlsx' || (isPrinted && author.sometimes(20))
  if (isSheet) author.features.add('sheet')
  const as = !isPrinted || isSheet ? format : author.pick(['pdf', 'pdf', 'taggedPdf', 'archivePdf'] as const)
  return { author, source: isSheet ? sheetAnnex(author, isPrinted) : textAnnex(author), as }
}

/** Results of `count` seeds from `first` on, three documents each. Rejects where the program fails. */
export async function* runSeeds(first: number, count: number): AsyncGenerator<SeedResult> {
  const folder = mkdtempSync(join(tmpdir(), 'thanhloc-annexes-'))
  try {
    const made: Made[] = []
    for (let seed = first; seed < first + count; seed++) {
      for (const format of FORMATS) {
        const { author, source, as } = annexOf(seed, format)
        const isSheet = source.includes('opendocument.spreadsheet"')
        const path = join(folder, as, `${seed}.${isSheet ? 'fods' : 'fodt'}`)
        mkdirSync(join(folder, as), { recursive: true })
        writeFileSync(path, source)
        made.push({ seed, format, as, source: path, expected: author.indicators, features: author.features })
      }
    }
    for (const [as, files] of Map.groupBy(made, (each) => each.as)) {
      const out = await convert(files.map(({ source }) => source), SAVE_AS[as], folder) // prettier-ignore
      for (const { seed, format, expected, features } of files) {
        const bytes = readFileSync(join(out, `${seed}.${format}`))
        const { items } = await proposalOf(`a.${format}`, bytes)
        yield { seed, format, bytes, expected, features, ...judge(items, expected) }
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
