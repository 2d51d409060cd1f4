/** Rows as CSV (RFC 4180) that a spreadsheet takes for text and nothing else. */

/** What a cell may hold; several texts stand in one cell, with spaces between. */
export type Cell = string | number | boolean | null | readonly string[]

/** With it a spreadsheet reads UTF-8. */
export const BYTE_ORDER_MARK = '\ufeff'

/** What a spreadsheet takes for the start of a formula, also in its full width, or skips on the way to one. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/

/** One line with its end. Text that would be a formula gets an apostrophe before it. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function csvCell(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number' || typeof cell === 'boolean') return String(cell)
  const text = typeof cell === 'string' ? cell : cell.join(' ')
  const safe = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
