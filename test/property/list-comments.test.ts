/** Comments of list files that say who answers for an entry: whatever stands there, it is told as it is or not at all. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAllowNote } from '../../src/lists/allow-note.ts'
import { acceptedGuards, ApprovedOrigins, approvalLine, documentOf, entryComment, importLine } from '../../src/lists/approved-line.ts' // prettier-ignore
import { MAX_LINE_BYTES } from '../../src/lists/lines.ts'

const numRuns = 1000 * Number(process.env['THANHLOC_FUZZ'] ?? 1)
const UNFIT = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/u
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 700 }),
  fc.string({ unit: fc.constantFrom('\u0000', '\n', '\u202e', '\u2028', '"', '\\', '}', ' # 1/1 accepted:government', 'ộ', '\ud800', 'a') }), // prettier-ignore
)
const guards = fc.subarray(['government', 'own-record', 'too-wide'] as const)
const number = fc.integer({ min: 1, max: 2 ** 40 })
const place = fc.record({ part: text, page: fc.nat(), row: fc.nat(), cell: fc.oneof(text, fc.nat()), sheet: text, path: text }, { requiredKeys: [] }) // prettier-ignore

describe('comments of approved entries', () => {
  it('are read back as they were meant, on lines of their own that are not too long', () => {
    const made = fc.record({ id: number, item: number, document: text, issuer: text, name: text, by: text, reason: text, written: text, accepted: guards, places: number, place }) // prettier-ignore
    fc.assert(
      fc.property(
        made,
        ({ id, item, document, issuer, name, by, reason, written, accepted, places, place: where }) => {
          const files = [{ name, sha256: 'ab' }]
          const entry = { import: id, item, accepted, written, file: 0, places, place: where }
          const lines = [
            importLine({ import: id, document, issuer, issued: '2026-01-02', files }),
            approvalLine({ by, at: '2026-11-22T00:00:00.000Z', reason }),
            `=evil.example${entryComment('evil.example', entry)}\n`,
          ]
          for (const line of lines) {
            expect(line.match(/\n/g)).toHaveLength(1)
            expect(Buffer.byteLength(line)).toBeLessThanOrEqual(MAX_LINE_BYTES)
          }
          const comments = new ApprovedOrigins()
          const [origin] = lines.flatMap((line) => comments.take(line.slice(0, -1)) ?? [])
          expect(origin).toMatchObject({ import: id, item, accepted, places, issued: '2026-01-02', sha256: 'ab', isKept: false }) // prettier-ignore
          for (const told of [origin!.document, origin!.issuer, origin!.file, origin!.written, origin!.approvedBy, origin!.reason]) expect(told).not.toMatch(UNFIT) // prettier-ignore
          expect(acceptedGuards(lines[2]!.trimEnd())).toEqual(accepted)
          expect(acceptedGuards(lines[0]!)).toEqual([])
          expect(documentOf(lines[0]!.trimEnd())!.length).toBeLessThanOrEqual(100)
        },
      ),
      { numRuns },
    )
  })

  it('of whatever program are taken without harm', () => {
    const json = fc.oneof(fc.json(), text)
    const line = fc.oneof(
      text,
      json.map((value) => `# import 1 ${value}`),
      json.map((value) => `# approval ${value}`),
      json.map((value) => `a.vn # 1/2 ${value}`),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const comments = new ApprovedOrigins()
        for (const one of lines) {
          acceptedGuards(one)
          expect(documentOf(one) ?? '').not.toMatch(UNFIT)
          const origin = comments.take(one)
          if (origin === null) continue
          expect(JSON.stringify(origin.place)).not.toMatch(UNFIT)
          expect(origin.approvedAt).toMatch(/^[-+]?\d+-\d\d-\d\dT/)
          for (const told of [origin.document, origin.issuer, origin.file, origin.written, origin.approvedBy, origin.reason]) expect(told).not.toMatch(UNFIT) // prettier-ignore
        }
      }),
      { numRuns },
    )
  })
})

describe('comments of allow entries', () => {
  const NONE = { owner: '', reason: '', until: null }

  it('never end later than their file, and are told without what could steer a terminal', () => {
    const line = fc.oneof(text, fc.tuple(text, text, text).map(([owner, reason, until]) => `a.vn # owner: ${owner}; reason: ${reason}; until: ${until}`)) // prettier-ignore
    fc.assert(
      fc.property(line, fc.constantFrom(null, '2026-12-31'), (one, until) => {
        const note = readAllowNote(one, { ...NONE, until })
        if (note === null) return
        expect(note.owner + note.reason).not.toMatch(UNFIT)
        if (until !== null) expect(note.until! <= until).toBe(true)
      }),
      { numRuns },
    )
  })

  it('say the same day however it is written', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-01'), max: new Date('2999-12-31'), noInvalidDate: true }),
        (date) => {
          // prettier-ignore
          const until = date.toISOString().slice(0, 10)
          const [year, month, day] = until.split('-')
          for (const written of [until, `${day}/${month}/${year}`, `${Number(day)}-${Number(month)}-${year}`])
            expect(readAllowNote(`a.vn # until: ${written}`, NONE)).toEqual({ ...NONE, until })
        },
      ),
      { numRuns },
    )
  })
})
