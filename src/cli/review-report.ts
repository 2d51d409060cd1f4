/** Imports and their items in words. */
import type { Static } from 'typebox'
import type { Import as ImportSchema, ImportDecision, ImportItem } from '../admin/import-schema.ts'
import { describePlace } from './import-report.ts'
import { plain } from './plain.ts'
import { localTime } from './words.ts'

export type Import = Static<typeof ImportSchema>
export type Item = Static<typeof ImportItem>
export type Decision = Static<typeof ImportDecision>

const STATES: Readonly<Record<Import['state'], string>> = {
  waiting: 'đang chờ đọc · waits to be read',
  reading: 'đang đọc · being read',
  comparing: 'đang so sánh · being compared',
  ready: 'chờ duyệt · to be reviewed',
  failed: 'không đọc được · could not be read',
  discarded: 'đã bỏ · discarded',
}

const ITEM_STATES: Readonly<Record<Item['state'], string>> = {
  open: 'chưa quyết định · undecided',
  approved: 'đã duyệt · approved',
  rejected: 'không duyệt · rejected',
  withdrawn: 'đã thu hồi · withdrawn',
}

/** `#7 cv-1298 1298/CATTT-NCSC annex.docx: 40 items, …`. */
export function describeShort({
  id,
  list,
  document,
  files,
  items,
  state,
  unguarded,
  held,
  states,
}: Import): string {
  const names = files.map(({ name }) => plain(name)).join(', ')
  const open = state === 'ready' ? `; ${unguarded} + ${held} held undecided, ${states['approved'] ?? 0} approved` : '' // prettier-ignore
  const said = state === 'ready' && unguarded + held === 0 ? 'xong · done' : STATES[state]
  return `#${id} ${list}: ${plain(document)}, ${names}: ${items} items${open} (${said})`
}

/** The import with its counts, and what can be done. `recordedOnly`: why nothing of its list is blocked now; null: it is. */
export function describeImport(found: Import, recordedOnly: string | null): string {
  const { id, importedBy, importedAt, issuer, issued, error, decisions, standings, unguarded, held, files } =
    found
  const lines = [describeShort(found), `  bởi · by ${importedBy}, ${localTime(importedAt)}`]
  if (issuer !== '' || issued !== null) lines.push(`  ban hành · issued by ${plain(issuer)} ${issued ?? ''}`)
  for (const { name, format, sha256, warnings, deletedWhy } of files) {
    const gone = deletedWhy === null ? '' : `, tệp gốc đã xoá · original deleted: ${deletedWhy}`
    lines.push(`  ${plain(name)} (${format ?? '?'}, SHA-256 ${sha256}${gone})`, ...warnings.map((warning) => `  ! ${plain(warning)}`)) // prettier-ignore
  }
  if (error !== null) lines.push(`  ${plain(error)}`)
  if (found.state !== 'ready') return lines.join('\n')
  const of = (counts: Readonly<Record<string, number>>, key: string): number => counts[key] ?? 0
  lines.push(
    `  đề xuất · proposed ${of(decisions, 'accept')}, giữ lại · held ${of(decisions, 'hold')}, không dùng được · refused ${of(decisions, 'refuse')}`,
    `  mới · new ${of(standings, 'new')}, đã có · known ${of(standings, 'known')}, mâu thuẫn · conflicting ${of(standings, 'conflict')}`,
  )
  if (found.sameAs !== null) lines.push(`  ! tệp này đã được nhập rồi · the same file was imported before: thanhloc review show ${found.sameAs}`) // prettier-ignore
  if (found.items === 0) lines.push('  ! không tìm thấy mục nào trong tệp · nothing was found in it')
  if (recordedOnly !== null) lines.push(`  ! ${recordedOnly}`)
  if (found.shared !== null) lines.push(...describeShared(found.shared))
  if (held > 0) lines.push(`  ${held} mục cần quyết định từng mục · to decide one by one: thanhloc review show ${id} --decision hold`) // prettier-ignore
  if (unguarded > 0) lines.push(`  ${unguarded} mục duyệt chung được · may be approved together: thanhloc review approve ${id} --yes --reason TEXT`) // prettier-ignore
  return lines.join('\n')
}

/** From how much it is known whether addresses are shared, where that leaves a doubt. */
function describeShared({ names, threads, answered, left }: NonNullable<Import['shared']>): string[] {
  const lines = []
  if (names === 0)
    lines.push('  ! chưa biết địa chỉ nào dùng chung: chưa có tên sạch nào được hỏi gần đây · not known which addresses are shared: no clean name was asked for lately') // prettier-ignore
  else if (answered < threads)
    lines.push(`  ! địa chỉ dùng chung: chỉ biết một phần, ${answered}/${threads} luồng trả lời · shared addresses are known in part: ${answered} of ${threads} threads answered`) // prettier-ignore
  if (left > 0)
    lines.push(`  ! ${left} địa chỉ chưa được xem có dùng chung không · not looked at whether they are shared: ${left} addresses`) // prettier-ignore
  return lines
}

/** An item on a few lines; `id` of its import. */
export function describeItem(id: number, item: Item): string {
  const { number, value, kind, decision, state, explanation, choices, enforced, approval, ending, knownBy, allowedBy, sharedBy } = item // prettier-ignore
  const [place] = item.places
  const files = item.places.map(({ file }) => ({ name: file }))
  const lines = [
    `${id}/${number} ${plain(value)} [${kind}] ${decision}, ${ITEM_STATES[state]}`,
    `  ${explanation}`,
    ...(place === undefined ? [] : [`  tại · at ${describePlace({ ...place, file: 0 }, files)}${item.placeCount > 1 ? ` (+${item.placeCount - 1})` : ''}: ${plain(item.written)}`]), // prettier-ignore
  ]
  if (knownBy.length > 0) lines.push(`  đã có trong · known by ${knownBy.join(', ')}`)
  if (allowedBy !== null) lines.push(`  đang được cho phép bởi · let through by ${allowedBy}`)
  if (sharedBy !== null) {
    const { least, most } = sharedBy
    const count = least === most ? `${most}` : `${least}-${most}`
    lines.push(`  ${count} chủ tên miền sạch được hỏi gần đây cùng dùng · shared by ${count} owners of clean names asked for lately`) // prettier-ignore
  }
  if (enforced !== null) lines.push(`  đang chặn · enforced: ${enforced.indicator} (${enforced.scope})`)
  else if (state === 'open' && (choices.length !== 1 || choices[0] !== value))
    lines.push(choices.length === 0 ? '  không có gì để chặn · nothing to enforce' : `  chọn · choose with --as: ${choices.join(', ')}`) // prettier-ignore
  for (const [what, decided] of [
    ['duyệt · approved', approval],
    ['kết thúc · ended', ending],
  ] as const)
    if (decided !== null)
      lines.push(`  ${what}: ${decided.by}, ${localTime(decided.at)}: ${plain(decided.reason)}`)
  return lines.join('\n')
}
