/** Tables as text: CSV with any of the usual separators, and columns set apart by tabs. */
import { CsvRows, separatorOf, type Separator } from '../identity/csv.ts'
import type { Budget } from './limits.ts'
import { brokenLines, type DocumentSink, PLAIN } from './sink.ts'

const SAMPLE_LINES = 50
/** More than one row of CSV may have lines. */
const MOST_RECENT = 64

/** Reads `text` as CSV. `separator`: null, the one its first lines use most. */
export function readTable(
  text: string,
  separator: Separator | null,
  budget: Budget,
  sink: DocumentSink,
): void {
  const sign = separator ?? separatorOf(sample(text).join('\n'))
  const take = (cells: readonly string[], line: number): void => {
    budget.spendRow()
    const read = cells.map((cell, column) => ({
      lines: brokenLines(cell),
      place: { line, cell: column + 1 },
      column,
      isNumber: false,
    }))
    sink.row('table', read, PLAIN)
  }
  /** The last lines: a quote that nobody closes is found out many lines behind it. */
  const recent: string[] = []
  let number = 0
  let isAgain = false
  const rows = new CsvRows(sign, {
    row: take,
    broken(line, reason) {
      sink.warn(
        `dòng ${line}: dấu ngoặc kép mở mà không đóng, đã đọc như không có · line ${line}: ${reason}; it is read as if there were none`,
      )
      isAgain = true
      const [first, ...others] = recent.slice(line - number - 1)
      take((first ?? '').replaceAll('"', '').split(sign), line)
      for (const [index, each] of others.entries()) rows.line(each, line + 1 + index)
    },
  })
  for (const line of linesOf(text)) {
    number++
    recent.push(line)
    if (recent.length > 2 * MOST_RECENT) recent.splice(0, MOST_RECENT)
    rows.line(line, number)
  }
  do {
    isAgain = false
    rows.end()
  } while (isAgain)
}

/** Whether lines of `text` are rows with tabs between their cells. */
export function hasTabColumns(text: string): boolean {
  const lines = sample(text).filter((line) => line.trim() !== '' && !line.startsWith('#'))
  const tabs = lines.map((line) => line.split('\t').length - 1)
  const most = Math.max(0, ...tabs)
  return most > 0 && lines.length > 1 && tabs.filter((count) => count === most).length * 2 > lines.length
}

/** The first lines of `text`. */
function sample(text: string): string[] {
  return text.slice(0, 1 << 16).split(/\r?\n/, SAMPLE_LINES)
}

/** The lines of `text`, without its carriage returns. */
export function* linesOf(text: string): Generator<string> {
  let start = 0
  for (;;) {
    const end = text.indexOf('\n', start)
    const stop = end === -1 ? text.length : end
    if (stop === text.length && start === stop) return
    yield text.slice(start, text.charCodeAt(stop - 1) === 0x0d && stop > start ? stop - 1 : stop)
    if (end === -1) return
    start = end + 1
  }
}
