/** What a benchmark found, as a table for people and as JSON. */

export type Cell = string | number | null

export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  /** What a reader has to know of the figures. */
  readonly note?: string
}

/** Lines of Markdown; numbers to the right. */
export function formatTable({ title, columns, rows, note }: Table): string {
  const cells = [columns, ...rows].map((row) => row.map((cell) => (cell === null ? '-' : String(cell))))
  const widths = columns.map((_, at) => Math.max(3, ...cells.map((row) => row[at]!.length)))
  const isNumber = columns.map((_, at) => rows.every((row) => typeof row[at] !== 'string'))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => (isNumber[at] ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!))).join(' | ')} |`
  const rule = widths.map((width, at) => (isNumber[at] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)))
  const body = [line(cells[0]!), line(rule), ...cells.slice(1).map(line)]
  return [`${title}\n`, ...body, ...(note === undefined ? [] : ['', note])].join('\n')
}

/** `value` with so many digits behind the point. */
export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits))
}

/** The value that `share` (0 to 1) of the sorted values are not above; 0 where there are none. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))] ?? 0
}

export function median(values: readonly number[]): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  )
}
