/**
 * The monthly list of the agencies' own public addresses that were seen in a botnet. Nobody says in what form it comes:
 * a column of a spreadsheet, text copied out of a PDF, addresses with their dots in brackets. So each line is searched
 * for addresses, and a header, where there is one, says which columns hold the date and the malware.
 */
import { overlaps, parsePrefix, prefixText, type Prefix } from '../lists/prefix-text.ts'
import { cellOf, findColumns } from './columns.ts'
import { CsvRows, separatorOf, type Separator } from './csv.ts'
import { cleanText } from './host-name.ts'
import { rangePrefixes } from './prefix-ranges.ts'
import { quoted, Refusals, type Refusal } from './refusals.ts'
import { TextLines } from './text-lines.ts'

export const MAX_ENTRIES = 100_000

/** Shorter ones cover more than any agency has: a slip of the pen would raise everybody. */
const SHORTEST = { ipv4: 16, ipv6: 32 } as const

export interface BotnetEntry {
  /** `203.0.113.5`, `203.0.113.0/24`. */
  readonly network: string
  /** As the list has it. */
  readonly date: string | null
  readonly malware: string | null
  readonly line: number
}

export interface BotnetReading {
  readonly entries: readonly BotnetEntry[]
  readonly refused: readonly Refusal[]
  readonly refusedCount: number
}

const NAMES = {
  address: ['ip', 'dia chi', 'dia chi ip', 'ip address', 'address', 'ip botnet', 'ip cong khai', 'public ip', 'network', 'dai ip'],
  date: ['ngay', 'ngay phat hien', 'thoi gian', 'thoi gian phat hien', 'thoi diem', 'thang', 'date', 'time', 'last seen', 'first seen', 'timestamp'],
  malware: ['ma doc', 'ten ma doc', 'loai ma doc', 'botnet', 'ten botnet', 'malware', 'family', 'dau hieu', 'chien dich', 'infection', 'threat'],
} as const // prettier-ignore

type Field = keyof typeof NAMES

/** RFC 6890 and friends: what is nobody's public address. */
const NOT_PUBLIC: readonly Prefix[] = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16',
  '224.0.0.0/3', '::/127', 'fc00::/7', 'fe80::/10', 'ff00::/8',
].map((network) => parsePrefix(network)!) // prettier-ignore

/** Reads a list chunk by chunk; `finish` after the last. Never throws. */
export class BotnetListReader {
  readonly #entries: BotnetEntry[] = []
  readonly #known = new Set<string>()
  readonly #refusals = new Refusals()
  readonly #text: TextLines
  #separator: Separator = ','
  #columns: ReadonlyMap<Field, number> = new Map()
  #rows: CsvRows | null = null

  constructor() {
    this.#text = new TextLines({
      line: (text, line) => this.#line(text, line),
      tooLong: (line) => this.#refusals.add(line, 'the line is too long'),
    })
  }

  push(chunk: Uint8Array): void {
    this.#text.push(chunk)
  }

  finish(): BotnetReading {
    const last = this.#text.end()
    if (last !== null) this.#line(last.text, last.line)
    this.#rows?.end()
    return { entries: this.#entries, refused: this.#refusals.shown, refusedCount: this.#refusals.count }
  }

  #line(text: string, line: number): void {
    if (text.trim() === '' || text.startsWith('#')) return
    if (this.#rows === null && this.#entries.length === 0 && this.#isHeader(text)) return
    if (this.#rows === null) this.#take(text, null, null, line)
    else this.#rows.line(text, line)
  }

  #isHeader(text: string): boolean {
    this.#separator = separatorOf(text)
    let isHeader = false
    const rows = new CsvRows(this.#separator, {
      row: (cells) => {
        this.#columns = findColumns(cells, NAMES)
        isHeader = this.#columns.has('address') && findWords(text).length === 0
      },
      broken() {},
    })
    rows.line(text, 0)
    if (!isHeader) return false
    this.#rows = new CsvRows(this.#separator, {
      row: (cells, at) => this.#row(cells, at),
      broken: (at, reason) => this.#refusals.add(at, reason),
    })
    return true
  }

  #row(cells: readonly string[], line: number): void {
    const textOf = (field: Field): string | null => cleanText(cellOf(this.#columns, cells, field)) || null
    const inColumn = cellOf(this.#columns, cells, 'address')
    this.#take(inColumn === '' ? cells.join(' ') : inColumn, textOf('date'), textOf('malware'), line)
  }

  #take(text: string, date: string | null, malware: string | null, line: number): void {
    const words = findWords(text)
    // Titles, signatures and page numbers stand around the list; a line with digits and dots was meant to be in it.
    if (words.length === 0) {
      if (LOOKS_LIKE_ADDRESS.test(text)) this.#refusals.add(line, `there is no address in ${quoted(text)}`)
      return
    }
    for (const word of words) {
      const prefixes = rangePrefixes(word)
      if (prefixes === null) this.#refusals.add(line, `${quoted(word)} is no address, network or range`)
      else for (const prefix of prefixes) this.#add(prefix, date, malware, line)
    }
  }

  #add(prefix: Prefix, date: string | null, malware: string | null, line: number): void {
    const network = prefixText(prefix.address, prefix.prefixLength)
    if (NOT_PUBLIC.some((other) => overlaps(other, prefix))) {
      this.#refusals.add(line, `${network} is no public address: the list names what is seen from outside`)
    } else if (prefix.prefixLength < SHORTEST[prefix.address.length === 4 ? 'ipv4' : 'ipv6']) {
      this.#refusals.add(line, `${network} covers too much to be one organisation's`)
    } else if (this.#entries.length === MAX_ENTRIES) {
      this.#refusals.add(line, `more than ${MAX_ENTRIES} addresses: ${network} is left out`)
    } else {
      const key = `${network} ${date} ${malware}`
      if (this.#known.has(key)) return
      this.#known.add(key)
      this.#entries.push({ network, date, malware, line })
    }
  }
}

/** Three numbers with dots or colons between them, defanged or not: more than a date or a number of a paragraph. */
const LOOKS_LIKE_ADDRESS = /\d[.:[\]()]{1,3}\d{1,3}[.:[\]()]{1,3}\d/

/** A piece that may be an address: digits and dots, or hexadecimal digits and colons, with a length or a second end. */
const WORD =
  /(?<![\w.:-])(?:\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,3}|\s?-\s?\d{1,3}(?:(?:\.\d{1,3}){3})?)?|[0-9a-f]{0,4}:[0-9a-f:]*:[0-9a-f.:]*(?:\/\d{1,3})?)(?![\w-]|\.\d)/gi

/** `203[.]0[.]113[.]5`, `203(.)0…`, `hxxp://…`, no-break spaces: what people do to addresses to keep them from being clicked. */
function findWords(text: string): string[] {
  const plain = text
    .normalize('NFKC')
    .replace(/\s*[[({]\s*(?:\.|dot)\s*[\])}]\s*/gi, '.')
    .replace(/[[({]\s*:\s*[\])}]/g, ':')
    .replace(/[\u200b-\u200f\u2060\ufeff]/g, '')
    .replace(/[\u2010-\u2015]/g, '-')
  return plain.match(WORD)?.map((word) => word.replace(/\s/g, '')) ?? []
}
