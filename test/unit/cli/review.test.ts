/** What `review` says before a server is asked; test/scenario/review.test.ts has the rest. */
import { describe, expect, it } from 'vitest'
import { describeItem, describeShort, type Import, type Item } from '../../../src/cli/review-report.ts'
import { IMPORT_EXAMPLES } from '../../../src/admin/examples/imports.ts'
import { describeOutcome, type Decided } from '../../../src/cli/review-outcome.ts'
import { runCommand } from './terminal.ts'

it.each([
  [['approve', '7', '--reason', 'x'], 'name the item (7/1), or say --yes'],
  [['approve', '7/1', '--yes', '--reason', 'x'], '--yes is for all items'],
  [['approve', '7/1'], 'say why with --reason'],
  [['approve', 'bảy', '--reason', 'x'], 'is no import'],
  [['show', '7/0'], 'is no import'],
  [['aprove', '7'], 'did you mean approve?'],
])('review %j is refused: %s', async (words, said) => {
  const ran = await runCommand('review', ...words)
  expect(ran.exit).toBe(2)
  expect(ran.err).toContain(said)
})

const { items: imports } = IMPORT_EXAMPLES['GET /api/v1/imports']!.answer as unknown as { items: Import[] }
const { items } = IMPORT_EXAMPLES['GET /api/v1/imports/{id}/items']!.answer as unknown as { items: Item[] }

it('tells an import in a line, and an item with its place and who decided', () => {
  expect(describeShort(imports[0]!)).toBe('#7 cv-1298: 1298/CATTT-NCSC, phu-luc.docx: 40 items; 29 + 7 held undecided, 1 approved (chờ duyệt · to be reviewed)') // prettier-ignore
  const text = describeItem(7, items[0]!)
  expect(text).toContain('7/3 https://dichvucong-vn.click/tai/app.apk [url] hold, đã duyệt · approved')
  expect(text).toContain('phu-luc.docx, bảng 1, hàng 4, ô 2: hxxps://dichvucong-vn[.]click/tai/app.apk')
  expect(text).toContain('đang chặn · enforced: dichvucong-vn.click (exact)')
  expect(text).toMatch(/duyệt · approved: user:binh, .*: đã xác minh/)
})

it('lets nothing that stands in a file steer the terminal', () => {
  const text = describeItem(7, { ...items[0]!, value: 'a\u001b[2Jb', written: 'x\u202ey' })
  expect(text).not.toMatch(/[\u001b\u202e]/)
})

describe('what is said of a decision', () => {
  const NOWHERE = '/nonexistent/admin.sock'
  const { answer } = IMPORT_EXAMPLES['POST /api/v1/imports/{id}/decide']!
  const made = (action: 'approve' | 'withdraw', isInForce: boolean): Decided => {
    const decided = answer as unknown as Decided
    return { ...decided, isInForce, decision: { ...decided.decision, action, count: 3 } }
  }

  it('is not that it blocks while it is not in force', async () => {
    const text = await describeOutcome(NOWHERE, made('approve', false), null, null)
    expect(text).toMatch(/^đã duyệt · approved: 3 \(chưa có hiệu lực, .* not in force yet, it will be\)/)
  })

  it('is not that nothing blocks any more where the server cannot say', async () => {
    const text = await describeOutcome(NOWHERE, made('withdraw', true), null, 'evil.vn')
    expect(text).toMatch(/^đã thu hồi · withdrawn: 3\n/)
  })
})
