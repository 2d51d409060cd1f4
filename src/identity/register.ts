/**
 * The register of machines: CSV as a spreadsheet saves it, or a YAML list. Read in steps, because a register of a
 * province is long; an entry that is wrong costs none of the others.
 */
import { LineCounter, parseDocument } from 'yaml'
import { ASSET_NAMES, AssetList, type AssetsReading, type AssetText } from './assets.ts'
import { cellOf, findColumns, plainName } from './columns.ts'
import { CsvRows, separatorOf } from './csv.ts'
import { TextLines } from './text-lines.ts'

type Field = keyof typeof ASSET_NAMES

const FIELDS = Object.keys(ASSET_NAMES) as Field[]

/** Lines above the header that a spreadsheet may have. */
const MAX_TITLE_LINES = 10

/** Lines of one entry of YAML, and how deep brackets may nest in it: the parser recurses. */
const MAX_ENTRY_LINES = 200
const MAX_NESTING = 32

interface RegisterLines {
  line(text: string, line: number): void
  end(): void
}

/** Reads a register chunk by chunk; `finish` after the last. Never throws. */
export class RegisterReader {
  readonly #list = new AssetList()
  readonly #lines: RegisterLines
  readonly #text: TextLines

  constructor(format: 'csv' | 'yaml') {
    this.#lines = format === 'csv' ? new CsvRegister(this.#list) : new YamlRegister(this.#list)
    this.#text = new TextLines({
      line: (text, line) => this.#lines.line(text, line),
      tooLong: (line) => this.#list.refusals.add(line, 'the line is too long'),
    })
  }

  push(chunk: Uint8Array): void {
    this.#text.push(chunk)
  }

  finish(): AssetsReading {
    const last = this.#text.end()
    if (last !== null) this.#lines.line(last.text, last.line)
    this.#lines.end()
    return this.#list.finish()
  }
}

/** Which format the file at `path` is in, by its name. */
export function registerFormat(path: string): 'csv' | 'yaml' {
  return /\.ya?ml$/i.test(path) ? 'yaml' : 'csv'
}

class CsvRegister implements RegisterLines {
  readonly #list: AssetList
  #columns: ReadonlyMap<Field, number> | null = null
  #rows: CsvRows | null = null
  #titleLines = 0

  constructor(list: AssetList) {
    this.#list = list
  }

  line(text: string, line: number): void {
    if (this.#rows !== null) this.#rows.line(text, line)
    else if (text.replace(/[,;\t\s"]/g, '') !== '' && this.#titleLines < MAX_TITLE_LINES) this.#header(text)
  }

  end(): void {
    this.#rows?.end()
    if (this.#columns === null && this.#titleLines > 0) {
      this.#list.refusals.add(1, 'there is no header with the columns MAC or địa chỉ (address), and tên máy (name)') // prettier-ignore
    }
  }

  #header(text: string): void {
    const separator = separatorOf(text)
    this.#titleLines++
    const rows = new CsvRows(separator, {
      row: (cells) => {
        const columns = findColumns(cells, ASSET_NAMES)
        if (columns.size < 2 || !(columns.has('mac') || columns.has('address'))) return
        this.#columns = columns
        this.#rows = new CsvRows(separator, {
          row: (row, line) => this.#list.add(this.#assetText(row), line),
          broken: (line, reason) => this.#list.refusals.add(line, reason),
        })
      },
      broken() {},
    })
    rows.line(text, 0)
  }

  #assetText(cells: readonly string[]): AssetText {
    const values = FIELDS.map((field) => [field, cellOf(this.#columns!, cells, field)])
    return Object.fromEntries(values)
  }
}

/** A list of maps. Its entries are cut apart at the `- ` that begins a line, and parsed one by one. */
class YamlRegister implements RegisterLines {
  readonly #list: AssetList
  #entry: string[] = []
  #entryAt = 0

  constructor(list: AssetList) {
    this.#list = list
  }

  line(text: string, line: number): void {
    if (/^-(?:\s|$)/.test(text)) {
      this.end()
      this.#entryAt = line
    }
    if (this.#entryAt > 0) {
      if (this.#entry.length < MAX_ENTRY_LINES) this.#entry.push(text)
    } else if (!/^(?:\s*(?:#.*)?|---\s*|%YAML .*)$/.test(text)) {
      this.#list.refusals.add(
        line,
        'is no entry of a list: write each machine as `- name: …`, `mac: …` under it',
      )
    }
  }

  end(): void {
    if (this.#entryAt > 0) this.#readEntry(this.#entry.join('\n'), this.#entryAt)
    this.#entry = []
    this.#entryAt = 0
  }

  #readEntry(text: string, line: number): void {
    const [problem, value] = parseEntry(text, line)
    if (problem !== null) {
      this.#list.refusals.add(problem.line, problem.reason)
      return
    }
    const values: Record<Field, string> = {
      name: '',
      mac: '',
      address: '',
      department: '',
      person: '',
      place: '',
    }
    for (const [key, inner] of Object.entries(value)) {
      const field = FIELDS.find((name) => (ASSET_NAMES[name] as readonly string[]).includes(plainName(key)))
      if (field !== undefined) values[field] = textOf(inner)
    }
    if (Object.values(values).every((inner) => inner === '')) {
      this.#list.refusals.add(line, `says nothing under ${FIELDS.map((name) => `\`${name}\``).join(', ')}`)
    } else this.#list.add(values, line)
  }
}

type Parsed = [{ line: number; reason: string }, null] | [null, Readonly<Record<string, unknown>>]

function parseEntry(text: string, line: number): Parsed {
  if (text.split(/[[{]/).length - 1 > MAX_NESTING) return [{ line, reason: 'brackets nest too deep' }, null]
  const lineCounter = new LineCounter()
  // `failsafe`: all values are text; `10:20:30:40:50:60` would be a number in base 60 otherwise.
  const document = parseDocument(text, { lineCounter, prettyErrors: false, schema: 'failsafe' })
  const error = document.errors[0]
  if (error !== undefined) {
    const at = line + Math.max(lineCounter.linePos(error.pos[0]).line, 1) - 1
    return [{ line: at, reason: `the YAML is broken here: ${error.message.replace(/\s+/g, ' ')}` }, null]
  }
  try {
    const [entry] = document.toJS({ maxAliasCount: 10 }) as readonly unknown[]
    if (typeof entry === 'object' && entry !== null && !Array.isArray(entry))
      return [null, entry as Record<string, unknown>]
    return [{ line, reason: 'is no map of `name`, `mac`, `address`, `department`, `person`, `place`' }, null]
  } catch (cause) {
    return [{ line, reason: `the YAML cannot be read: ${(cause as Error).message}` }, null]
  }
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.filter((one) => typeof one === 'string').join(' ')
  return typeof value === 'string' ? value.trim() : ''
}
