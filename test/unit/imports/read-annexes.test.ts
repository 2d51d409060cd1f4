import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { BATCH_ITEMS, packBatch, unpackBatch } from '../../../src/imports/batch.ts'
import { readAnnexes } from '../../../src/imports/read-annexes.ts'
import type { ProposedItem } from '../../../src/indicators/proposal.ts'
import { NOW_MS, proposalOf } from '../../support/proposals.ts'

const fixture = (name: string): Buffer =>
  readFileSync(join(import.meta.dirname, '../../fixtures/imports', name))

describe('reading in a thread', () => {
  it('gives what reading here gives, files in order', async () => {
    const names = ['annex.docx', 'eset-signsight.misp.json', 'annex.pdf']
    const items: ProposedItem[] = []
    const files = names.map((name) => ({ name, bytes: fixture(name) }))
    const { files: read, summary } = await readAnnexes(files, { nowMs: NOW_MS }, (item) => items.push(item))
    expect(read.map(({ name, format }) => `${name} ${format}`)).toEqual(['annex.docx docx', 'eset-signsight.misp.json misp', 'annex.pdf pdf']) // prettier-ignore
    expect(summary.items).toBe(items.length)
    const first = await proposalOf('annex.docx', fixture('annex.docx'))
    const alone = items.filter(({ places }) => places[0]!.file === 0).map(({ value }) => value)
    expect(alone).toEqual(first.items.map(({ value }) => value))
    expect(read[0]!.sha256).toBe(first.file.sha256)
  })

  it('more items than one batch, and the bytes given stay whole', async () => {
    const bytes = Buffer.from(
      Array.from({ length: BATCH_ITEMS + 10 }, (_, index) => `c${index}.evil.com\n`).join(''),
    )
    const before = bytes.length
    const values: string[] = []
    await readAnnexes([{ name: 'l.txt', bytes }], { nowMs: NOW_MS }, ({ value }) => values.push(value))
    expect(values).toHaveLength(BATCH_ITEMS + 10)
    expect(values.at(-1)).toBe(`c${BATCH_ITEMS + 9}.evil.com`)
    expect(bytes).toHaveLength(before)
  })

  it('what cannot be read is named with its file', async () => {
    const files = [{ name: 'bad.rtf', bytes: Buffer.from('{\\rtf1') }]
    await expect(readAnnexes(files, { nowMs: NOW_MS }, () => {})).rejects.toThrow(
      /^bad\.rtf: đây là văn bản RTF.* · it is rich text/,
    )
  })

  it('a file that takes too long is given up', async () => {
    const bytes = Buffer.from('<div>'.repeat(100) + 'a.b '.repeat(2_000_000))
    const reading = readAnnexes(
      [{ name: 'l.html', bytes }],
      { nowMs: NOW_MS, limits: { timeMs: 60 } },
      () => {},
    )
    await expect(reading).rejects.toThrow(/l\.html: reading takes longer than 0\.06 s/)
  })

  it('a file that takes too much memory beside the heap of its thread ends that too', async () => {
    const files = [{ name: 'bomb.pdf', bytes: pdfOf(deflateSync(Buffer.alloc(80 << 20, ' '), { level: 1 })) }]
    await expect(readAnnexes(files, { nowMs: NOW_MS, limits: { heapMb: 32 } }, () => {})).rejects.toThrow(
      'bomb.pdf: reading needs more than 32 MiB and was ended',
    )
  })

  it('what the taker throws ends the reading, and is what it says', async () => {
    const files = [{ name: 'l.txt', bytes: Buffer.from('evil.vn\n') }]
    const take = (): never => {
      throw new Error('disk full')
    }
    await expect(readAnnexes(files, { nowMs: NOW_MS }, take)).rejects.toThrow('disk full')
  })

  it('a file that takes too much memory ends its thread and nothing else', async () => {
    const bytes = Buffer.from(Array.from({ length: 400_000 }, (_, index) => `c${index}.evil.com\n`).join(''))
    const reading = readAnnexes(
      [{ name: 'l.txt', bytes }],
      { nowMs: NOW_MS, limits: { heapMb: 16 } },
      () => {},
    )
    await expect(reading).rejects.toThrow(/l\.txt: reading needs more than 16 MiB/)
  })
})

describe('a batch', () => {
  it('comes out as it went in', () => {
    const item: ProposedItem = { value: 'evil.com', kind: 'host', scope: 'exact', decision: 'accept', reasons: ['listed', 'shared-hosting'], readings: [], written: 'evil[.]com', places: [{ file: 1, line: 7 }] } // prettier-ignore
    const items: ProposedItem[] = [
      item,
      { ...item, written: 'evil.com', decision: 'hold', reasons: ['broken'], readings: ['a.com', 'b.com'] },
      {
        ...item,
        kind: 'url',
        places: [
          { file: 0, line: 1 },
          { file: 2, table: 1, row: 2, cell: 3 },
        ],
      },
      { ...item, places: [{ file: 0, sheet: 'A', row: 2, cell: 'B2' }] },
      { ...item, places: [{ file: 0, line: 3, cell: 2 }] },
    ]
    expect([...unpackBatch(structuredClone(packBatch(items)))]).toEqual(items)
  })
})

/** One page whose content is `deflated`. */
function pdfOf(deflated: Uint8Array): Uint8Array {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R >>',
    `<< /Filter /FlateDecode /Length ${deflated.length} >>\nstream\n`,
  ]
  const head = objects.map((text, at) => `${at + 1} 0 obj\n${text}${at < 3 ? '\nendobj\n' : ''}`).join('')
  const tail = '\nendstream\nendobj\ntrailer << /Root 1 0 R /Size 5 >>\nstartxref\n0\n%%EOF\n'
  return Buffer.concat([Buffer.from(`%PDF-1.4\n${head}`), deflated, Buffer.from(tail)])
}
