/** A proposal in words: the counts, then what a person must decide. */
import type { FilePlace, ProposedItem, ReadFile, Summary } from '../indicators/proposal.ts'
import { explain } from '../indicators/reasons.ts'
import { plain } from './plain.ts'

/** Of each decision; the rest is in the JSON. */
const MAX_SHOWN = 50

const HEADINGS = {
  accept: 'Đề xuất chặn · proposed',
  hold: 'Cần người duyệt quyết định · for a person to decide',
  refuse: 'Không dùng được · refused',
} as const

export function describeProposal(
  { list, document }: { readonly list: string; readonly document: string },
  items: readonly ProposedItem[],
  files: readonly ReadFile[],
  { decisions }: Summary,
): string[] {
  const lines = [`Danh sách · list: ${list}; văn bản · document: ${document}`]
  for (const { name, format, sha256, warnings } of files) {
    lines.push(`${name} (${format}, SHA-256 ${sha256})`, ...warnings.map((warning) => `  ! ${warning}`))
  }
  for (const decision of ['hold', 'accept', 'refuse'] as const) {
    lines.push('', `${HEADINGS[decision]}: ${decisions[decision]}`)
    const shown = items.filter((item) => item.decision === decision).slice(0, MAX_SHOWN)
    for (const item of shown) lines.push(...describeItem(item, files))
    const left = decisions[decision] - shown.length
    if (left > 0) lines.push(`  … và ${left} mục nữa · and ${left} more: --json has all`)
  }
  return lines
}

function describeItem(
  { value, kind, reasons, readings, places }: ProposedItem,
  files: readonly ReadFile[],
): string[] {
  const more = places.length > 1 ? ` (+${places.length - 1})` : ''
  const either = readings.length > 1 ? ` = ${readings.join(' | ')}` : ''
  return [
    `  ${plain(value)}${plain(either)} [${kind}] ${describePlace(places[0]!, files)}${more}`,
    `    ${explain(reasons)}`,
  ]
}

/** `annex.docx, bảng 1 hàng 3 ô 2`. */
export function describePlace(
  { file, part, page, sheet, table, row, cell, line, path }: FilePlace,
  files: readonly Pick<ReadFile, 'name'>[],
): string {
  const words = [files[file]!.name]
  if (part !== undefined) words.push(plain(part))
  if (page !== undefined) words.push(`trang ${page}`)
  if (sheet !== undefined) words.push(`trang tính ${plain(sheet)}`)
  if (table !== undefined) words.push(`bảng ${table}`)
  if (row !== undefined) words.push(`hàng ${row}`)
  if (cell !== undefined) words.push(`ô ${cell}`)
  if (line !== undefined) words.push(`dòng ${line}`)
  if (path !== undefined) words.push(plain(path))
  return words.join(', ')
}
