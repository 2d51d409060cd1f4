import { expect, test } from 'vitest'
import { identityReport } from '../../../src/admin/reports.ts'

test('lines that a source refused may name machines: who may not see settings gets their count alone', () => {
  const refusals = [{ line: 3, reason: '"pc-ketoan" is no address' }]
  const sources = [{ source: 'lease' as const, path: '/l', format: 'kea' as const, rows: 1, refused: 1, refusals, lastReadMs: null, error: null }] // prettier-ignore
  const report = (showsLines: boolean) =>
    identityReport({ sources, told: 0, waiting: 0, dropped: 0 }, showsLines)
  expect(report(true).sources).toMatchObject([{ refused: 1, refusals }])
  expect(report(false).sources).toMatchObject([{ refused: 1, refusals: [] }])
})
