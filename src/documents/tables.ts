/** Tables as text: CSV with any of the usual separators, and columns set apart by tabs. */
import { CsvRows, separatorOf, type Separator } from '../identity/csv.ts'
import type { Budget } from './limits.ts'
import { brokenLines, type DocumentSink, PLAIN } from './sink.ts'

const SAMPLE_LINES = 50

/** Reads `text` as CSV. `separator`: null, the one its first lines use most. */
export function readTable(
  text: string,
  separator: Separator | null,
  budget: Budget,
  sink: DocumentSink,
): void {
  const rows = new CsvRows(separator ?? separatorOf(sample(text).join('\n')), {
    row(cells, line) {
      budget.spendRow()
      const read = cells.map((cell, column) => ({
        lines: brokenLines(cell),
        place: { line, cell: column + 1 },
        column,
        isNumber: false,
      }))
      sink.row('table', read, PLAIN)
    },
    broken: (line, reason) => sink.warn(`line ${line}: ${reason}; that row is not read`),
  })
  let number = 0
  for (const line of linesOf(text)) rows.line(line, ++number)
  rows.end()
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
