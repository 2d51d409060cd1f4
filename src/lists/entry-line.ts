/** Finds the line of a list file that an indicator stands on, for people: the file is read again as it was compiled. */
import { nameToText } from '../wire/name.ts'
import { ApprovedOrigins } from './approved-line.ts'
import type { ImportOrigin } from './basis.ts'
import type { EntrySink } from './entry.ts'
import { lineText } from './formats/tokens.ts'
import { prefixText } from './prefix-text.ts'
import { readListFile, type Reading } from './source.ts'

/** A file this long takes a second: whoever asks for one name is not let wait longer. */
const MOST_BYTES = 64 << 20
/** Told of one indicator. */
const MAX_ORIGINS = 10
const HASH = 0x23

/** Notes the first line that holds one of the wanted indicators and, of approved entries, where each of them comes from. */
class LineNotes implements EntrySink {
  lineNumber = 0
  readonly lines = new Map<string, { readonly line: number; readonly text: string }>()
  /** By indicator, the first in the file first. */
  readonly origins = new Map<string, ImportOrigin[]>()
  readonly #wanted: ReadonlySet<string>
  /** Lengths of the wanted names on the wire: few names have one of them, and only those are looked at. */
  readonly #lengths: ReadonlySet<number>
  readonly #comments: ApprovedOrigins | null
  #bytes: Uint8Array = new Uint8Array(0)
  #start = 0
  #end = 0
  #at = 0

  constructor(wanted: ReadonlySet<string>, isApproved: boolean) {
    this.#wanted = wanted
    this.#comments = isApproved ? new ApprovedOrigins() : null
    this.#lengths = new Set([...wanted].map((text) => text.length + 2))
  }

  setLine(bytes: Uint8Array, start: number, end: number, lineNumber: number): void {
    this.lineNumber = this.#at = lineNumber
    this.#bytes = bytes
    this.#start = start
    this.#end = end
    if (bytes[start] === HASH) this.#comments?.take(lineText(bytes, start, end))
  }

  name(wire: Uint8Array, length: number): void {
    if (this.#lengths.has(length)) this.#note(nameToText(wire))
  }

  address(address: Uint8Array, prefixLength: number): void {
    this.#note(prefixText(address, prefixLength))
  }

  client(address: Uint8Array, prefixLength: number): void {
    this.#note(prefixText(address, prefixLength))
  }

  refuse(): void {}

  skip(): void {}

  #note(text: string): void {
    if (!this.#wanted.has(text)) return
    const line = this.lineNumber === this.#at ? lineText(this.#bytes, this.#start, this.#end) : ''
    if (!this.lines.has(text)) this.lines.set(text, { line: this.lineNumber, text: line })
    if (this.#comments === null) return
    const origin = this.#comments.take(line)
    const known = this.origins.get(text) ?? []
    if (origin !== null && known.length < MAX_ORIGINS) this.origins.set(text, [...known, origin])
  }
}

/** Where an indicator stands, from 1, and of approved entries by whom and of which document. */
export interface EntryFound {
  readonly line: number
  readonly text: string
  readonly origins: readonly ImportOrigin[]
}

/**
 * Where each of `indicators` (in lower-case A-labels, or as a prefix) stands in the file at `path`; those it does not hold,
 * or all where it has another SHA-256 than `digest` (hexadecimal), are missing. `isApproved`: its comments say on whose
 * word. Rejects with ListFileError, also where it is longer than 64 MB.
 */
export async function findEntries(
  path: string,
  reading: Reading & { readonly isApproved: boolean },
  indicators: ReadonlySet<string>,
  digest: string,
): Promise<ReadonlyMap<string, EntryFound>> {
  const notes = new LineNotes(indicators, reading.isApproved)
  const read = await readListFile(path, reading, notes, () => {}, MOST_BYTES)
  if (read.digest !== digest) return new Map()
  return new Map(
    [...notes.lines].map(([text, found]) => [text, { ...found, origins: notes.origins.get(text) ?? [] }]),
  )
}
