/** Rows of CSV (RFC 4180) from lines: quoted cells, doubled quotes, line breaks inside quotes, in bounded memory. */

export type Separator = ',' | ';' | '\t'

export interface CsvHandler {
  /** `line` is where the row begins. */
  row(cells: readonly string[], line: number): void
  broken(line: number, reason: string): void
}

/** Most lines of one row; beyond that a quote is one that nobody closed. */
const MAX_ROW_LINES = 32
const MAX_ROW_LENGTH = 65_536

export class CsvRows {
  readonly #separator: Separator
  readonly #handler: CsvHandler
  /** A row whose quotes are open. */
  #begun = ''
  #begunAt = 0

  constructor(separator: Separator, handler: CsvHandler) {
    this.#separator = separator
    this.#handler = handler
  }

  line(text: string, line: number): void {
    if (this.#begunAt === 0 && !text.includes('"')) {
      this.#handler.row(text.split(this.#separator), line)
      return
    }
    const from = this.#begunAt === 0 ? line : this.#begunAt
    const whole = this.#begunAt === 0 ? text : `${this.#begun}\n${text}`
    const cells = splitQuoted(whole, this.#separator)
    if (cells !== null) {
      this.#begunAt = 0
      this.#begun = ''
      this.#handler.row(cells, from)
    } else if (line - from >= MAX_ROW_LINES || whole.length > MAX_ROW_LENGTH) this.#giveUp(from)
    else {
      this.#begun = whole
      this.#begunAt = from
    }
  }

  end(): void {
    if (this.#begunAt !== 0) this.#giveUp(this.#begunAt)
  }

  #giveUp(from: number): void {
    this.#begunAt = 0
    this.#begun = ''
    this.#handler.broken(from, 'quotes are opened here and never closed')
  }
}

/** The separator a header uses most, outside quotes. */
export function separatorOf(header: string): Separator {
  const bare = header.replace(/"[^"]*"/g, '')
  const separators: Separator[] = ['\t', ';', ',']
  const count = (separator: Separator): number => bare.split(separator).length
  return separators.toSorted((a, b) => count(b) - count(a))[0]!
}

/** The cells of a row; null while quotes are open. */
function splitQuoted(text: string, separator: Separator): string[] | null {
  const cells: string[] = []
  let at = 0
  for (;;) {
    // White space before quotes is none of the cell's: people write `a, "b"`.
    let start = at
    while (text[start] === ' ') start++
    let cell = ''
    if (text[start] === '"') {
      const end = closingQuote(text, start + 1)
      if (end === -1) return null
      cell = text.slice(start + 1, end).replaceAll('""', '"')
      at = end + 1
    }
    const next = text.indexOf(separator, at)
    cell += next === -1 ? text.slice(at) : text.slice(at, next)
    cells.push(cell)
    if (next === -1) return cells
    at = next + 1
  }
}

function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at
  }
  return -1
}
