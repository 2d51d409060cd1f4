/** What came of a decision, as it is so now: an approval blocks nothing where its list only records, and another document may go on blocking what one has withdrawn. */
import type { Justification } from '../lists/basis.ts'
import type { DecisionAction } from '../review/decisions.ts'
import { callAdmin } from './admin-socket.ts'
import { CommandError } from './command.ts'
import { describeVerdict } from './explanation.ts'
import { plain } from './plain.ts'
import type { Decision, Import, Item } from './review-report.ts'

/** As the server answers it. */
export interface Decided {
  readonly decision: Decision
  readonly isInForce: boolean
  readonly import: Import
}

interface ListState {
  readonly id: string
  readonly action: string
  readonly validity: string
  readonly from: string | null
  readonly until: string | null
}

/** Why nothing of `list` is blocked now, whoever approves it, Vietnamese and English; null: it is. Rejects as `callAdmin`. */
export async function whyRecordedOnly(socket: string, list: string): Promise<string | null> {
  const { items } = (await callAdmin(socket, { method: 'GET', path: '/api/v1/lists' })) as { readonly items: readonly ListState[] } // prettier-ignore
  const found = items.find(({ id }) => id === list)
  if (found === undefined) return `danh sách ${list} không còn trong cấu hình · the list ${list} is not in the configuration any more` // prettier-ignore
  const { action, validity, from, until } = found
  if (validity === 'ended') return `danh sách ${list} đã hết hạn ngày ${until}: chỉ ghi nhận · the list ${list} has blocked until ${until}: hits are only recorded` // prettier-ignore
  if (validity === 'not-yet') return `danh sách ${list} chặn từ ngày ${from}, trước đó chỉ ghi nhận · the list ${list} begins to block on ${from}: until then hits are only recorded` // prettier-ignore
  if (action === 'log')
    return `danh sách ${list} chỉ ghi nhận (\`action: log\`) · the list ${list} only records hits`
  return null
}

/** What is enforced of the item, where one name or address says whether it is; null: nothing, or a network, or what is under a name. */
export function indicatorOf(item: Item | null): string | null {
  const { indicator, scope } = item?.enforced ?? { indicator: '/', scope: 'exact' }
  return indicator.includes('/') || scope === 'below' ? null : indicator
}

/**
 * `recordedOnly`: of `whyRecordedOnly`. `indicator`: what the decision is about, where that is one thing. Rejects as
 * `callAdmin` does.
 */
export async function describeOutcome(
  socket: string,
  { decision, isInForce, import: { id, held } }: Decided,
  recordedOnly: string | null,
  indicator: string | null,
): Promise<string> {
  const { action, count } = decision
  const found = indicator === null || !isInForce ? null : await lookUp(socket, indicator)
  const force = isInForce ? '' : ' (chưa có hiệu lực, sẽ tự áp dụng · not in force yet, it will be)'
  const lines = [`${wordsOf(action, isInForce, recordedOnly !== null, found)}: ${count}${force}`]
  if (action === 'approve' && recordedOnly !== null) lines.push(`  ! ${recordedOnly}`)
  if (found !== null && isAgainst(action, found)) lines.push(`  ! ${describeFound(found)}`)
  if (action === 'withdraw' && indicator === null && count > 0)
    lines.push('  mục nào tài liệu hay danh sách khác cũng có thì vẫn bị chặn · what another document or list holds too stays blocked') // prettier-ignore
  if (count === 0) {
    const undo = action === 'approve' ? '; --state rejected, --state withdrawn' : ''
    lines.push(`  không còn mục nào như vậy · there is none left: thanhloc review show ${id}${undo}`)
  }
  if (held > 0) lines.push(`còn giữ lại · still held: ${held}; thanhloc review show ${id} --decision hold --state open`) // prettier-ignore
  return lines.join('\n')
}

/** `found`: how what the decision is about stands now; null: it is many things, or nobody can say. */
function wordsOf(
  action: DecisionAction,
  isInForce: boolean,
  isRecordedOnly: boolean,
  found: Justification | null,
): string {
  if (action === 'reject') return 'không duyệt · rejected'
  if (action === 'approve' && !isInForce) return 'đã duyệt · approved'
  if (action === 'approve')
    return isRecordedOnly ? 'đã duyệt, chỉ ghi nhận · approved, only recorded' : 'đã duyệt và đang chặn · approved and enforced' // prettier-ignore
  if (found === null) return 'đã thu hồi · withdrawn'
  return isHeld(found) ? 'đã thu hồi, nơi khác vẫn giữ · withdrawn, still held elsewhere' : 'đã thu hồi, không còn chặn · withdrawn, no longer enforced' // prettier-ignore
}

/** Whether it is not so as whoever decided means it to be. */
function isAgainst(action: DecisionAction, found: Justification): boolean {
  if (action === 'withdraw') return isHeld(found)
  return action === 'approve' && found.verdict !== 'block' && found.verdict !== 'log'
}

function isHeld({ lists }: Justification): boolean {
  return lists.some(({ action }) => action !== 'allow')
}

/** `evil.vn: blocked (sinkhole) (cv: 1/6, 2/6; other)`: the lists that hold it, and the items by which they do. */
function describeFound(found: Justification): string {
  const holders = found.lists.map(({ id, imports }) => imports.length === 0 ? id : `${id}: ${imports.map((origin) => `${origin.import}/${origin.item}`).join(', ')}`) // prettier-ignore
  const paused = found.isPaused ? '; đang tạm dừng chặn · blocking is paused' : ''
  return plain(`${describeVerdict(found)}${holders.length === 0 ? '' : ` (${holders.join('; ')})`}${paused}`)
}

/** Null where the server cannot say now: the decision stands all the same. */
async function lookUp(socket: string, indicator: string): Promise<Justification | null> {
  try {
    const path = `/api/v1/lookup?name=${encodeURIComponent(indicator)}`
    return (await callAdmin(socket, { method: 'GET', path })) as Justification
  } catch (error) {
    if (error instanceof CommandError) return null
    throw error
  }
}
