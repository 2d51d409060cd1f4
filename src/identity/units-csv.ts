/**
 * Units from CSV, as a spreadsheet saves them: id, name, networks, parent, contact, public addresses, official code.
 * Everything wrong is said at once, with its line; a file with mistakes is not taken in part, because a unit that is
 * missing would show its machines as somebody else's.
 */
import type { UnitSettings } from '../config/settings.ts'
import { addressText } from '../net/address.ts'
import { parsePrefix } from '../lists/prefix-text.ts'
import { cellOf, findColumns } from './columns.ts'
import { CsvRows, separatorOf } from './csv.ts'
import { cleanText } from './host-name.ts'
import { quoted, Refusals, type Refusal } from './refusals.ts'
import { TextLines } from './text-lines.ts'

export const MAX_UNITS = 10_000

/** A unit as a line tells it; networks in their one spelling. */
export interface ReadUnit extends UnitSettings {
  readonly line: number
}

export interface UnitsReading {
  readonly units: readonly ReadUnit[]
  /** The first of what is wrong. */
  readonly refused: readonly Refusal[]
  readonly refusedCount: number
}

const NAMES = {
  id: ['id', 'ma', 'ma don vi', 'dinh danh', 'unit', 'unit id'],
  name: ['name', 'ten', 'ten don vi', 'don vi', 'ten co quan', 'co quan', 'organisation', 'organization'],
  networks: ['networks', 'network', 'dai mang', 'mang', 'dai ip', 'dai dia chi', 'subnet', 'subnets', 'ip noi bo', 'lan'],
  parent: ['parent', 'don vi cap tren', 'cap tren', 'truc thuoc', 'don vi chu quan', 'co quan cap tren'],
  contact: ['contact', 'lien he', 'dau moi', 'can bo dau moi', 'dau moi lien he', 'nguoi lien he'],
  wan: ['wan', 'ip cong khai', 'ip wan', 'dia chi cong khai', 'ip cong cong', 'ip public', 'public', 'public addresses', 'dia chi wan'],
  code: ['code', 'ma dinh danh', 'ma dinh danh co quan', 'ma co quan', 'organ id', 'organid'],
} as const // prettier-ignore

type Field = keyof typeof NAMES

/** As the configuration has it. */
const IDENTIFIER = /^[a-z0-9][a-z0-9._-]{0,63}$/

/** Lines above the header that a spreadsheet may have: a title, a date. */
const MAX_TITLE_LINES = 10

export function readUnitsCsv(bytes: Uint8Array): UnitsReading {
  const reader = new UnitsReader()
  const text = new TextLines({
    line: (line, number) => reader.line(line, number),
    tooLong: (number) => reader.refusals.add(number, 'the line is too long'),
  })
  text.push(bytes)
  const last = text.end()
  if (last !== null) reader.line(last.text, last.line)
  return reader.end()
}

class UnitsReader {
  readonly refusals = new Refusals()
  readonly #units: ReadUnit[] = []
  readonly #ids = new Map<string, number>()
  /** Which unit has a network, and which a public one. */
  readonly #owners = { networks: new Map<string, ReadUnit>(), wan: new Map<string, ReadUnit>() }
  #columns: ReadonlyMap<Field, number> | null = null
  #rows: CsvRows | null = null
  #titleLines = 0

  line(text: string, line: number): void {
    if (text.replace(/[,;\t\s"]/g, '') === '') return
    if (this.#rows !== null) {
      this.#rows.line(text, line)
      return
    }
    const separator = separatorOf(text)
    const handler = {
      row: (cells: readonly string[], at: number) => this.#row(cells, at),
      broken: (at: number, reason: string) => this.refusals.add(at, reason),
    }
    new CsvRows(separator, {
      row: (cells) => {
        const columns = findColumns(cells, NAMES)
        if (!columns.has('id')) return
        this.#columns = columns
        this.#rows = new CsvRows(separator, handler)
      },
      broken() {},
    }).line(text, line)
    if (this.#columns === null && ++this.#titleLines === MAX_TITLE_LINES) this.#lackHeader()
  }

  end(): UnitsReading {
    this.#rows?.end()
    if (this.#columns === null && this.#titleLines < MAX_TITLE_LINES) this.#lackHeader()
    return { units: this.#units, refused: this.refusals.shown, refusedCount: this.refusals.count }
  }

  #lackHeader(): void {
    this.refusals.add(1, 'there is no header with a column `id` (or `mã`): name, networks, parent, contact, wan and code are the others') // prettier-ignore
  }

  #row(cells: readonly string[], line: number): void {
    const cell = (field: Field): string => cellOf(this.#columns!, cells, field)
    const id = cell('id').toLowerCase()
    if (!IDENTIFIER.test(id)) {
      const said = id === '' ? 'lacks its id' : `${quoted(cell('id'))} is no identifier`
      this.refusals.add(line, `${said}: at most 64 of lower-case letters, digits, "-", "_" and ".", a letter or digit first`) // prettier-ignore
      return
    }
    const before = this.#ids.get(id)
    if (before !== undefined) {
      this.refusals.add(line, `the id ${id} stands in line ${before} already`)
      return
    }
    if (this.#units.length === MAX_UNITS) {
      this.refusals.add(line, `more than ${MAX_UNITS} units`)
      return
    }
    const unit: ReadUnit = {
      line,
      id,
      name: cleanText(cell('name')),
      networks: this.#networks(cell('networks'), id, line),
      parent: cell('parent') === '' ? null : cell('parent').toLowerCase(),
      contact: cleanText(cell('contact')),
      wan: this.#networks(cell('wan'), id, line),
      code: cleanText(cell('code'), 100),
    }
    this.#ids.set(id, line)
    this.#units.push(unit)
    this.#own(unit, 'networks')
    this.#own(unit, 'wan')
  }

  /** Networks of one cell, in their one spelling. */
  #networks(text: string, id: string, line: number): string[] {
    return text.split(/[\s;,]+/).filter((word) => word !== '').flatMap((word) => {
      const read = readNetwork(word)
      if ('problem' in read) this.refusals.add(line, `unit ${id}: ${quoted(word)} ${read.problem}`)
      return 'network' in read ? [read.network] : []
    }) // prettier-ignore
  }

  /** Networks may nest, the longest prefix decides; the very same one cannot belong to two. */
  #own(unit: ReadUnit, kind: 'networks' | 'wan'): void {
    const owners = this.#owners[kind]
    for (const network of unit[kind]) {
      const owner = owners.get(network)
      if (owner === undefined) owners.set(network, unit)
      else {
        const said = owner === unit ? 'stands in the same row twice' : `belongs to unit ${owner.id} (line ${owner.line}) already` // prettier-ignore
        this.refusals.add(unit.line, `unit ${unit.id}: the network ${network} ${said}`)
      }
    }
  }
}

function readNetwork(word: string): { network: string } | { problem: string } {
  const prefix = parsePrefix(word)
  if (prefix === null) return { problem: 'is no network: write 10.1.0.0/16 or fd00::/8' }
  const full = new Uint8Array(16)
  if (prefix.address.length === 4) full.fill(0xff, 10, 12)
  full.set(prefix.address, 16 - prefix.address.length)
  const network = `${addressText(full)}/${prefix.prefixLength}`
  const bare = parsePrefix(word.split('/')[0]!)
  const hasHostBits = bare === null || !bare.address.every((byte, at) => byte === prefix.address[at])
  return hasHostBits
    ? { problem: `has bits set beyond its prefix length: did you mean ${network}?` }
    : { network }
}
