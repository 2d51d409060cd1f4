/** Finds the line of a list file that an indicator stands on, for people: the file is read again as it was compiled. */
import { nameToText } from '../wire/name.ts'
import type { EntrySink } from './entry.ts'
import { prefixText } from './prefix-text.ts'
import { readListFile, type Reading } from './source.ts'

/** A file this long takes a second: whoever asks for one name is not let wait longer. */
const MOST_BYTES = 64 << 20

/** Notes the first line that holds one of the wanted indicators. */
class LineNotes implements EntrySink {
  lineNumber = 0
  readonly lines = new Map<string, number>()
  readonly #wanted: ReadonlySet<string>
  /** Lengths of the wanted names on the wire: few names have one of them, and only those are looked at. */
  readonly #lengths: ReadonlySet<number>

  constructor(wanted: ReadonlySet<string>) {
    this.#wanted = wanted
    this.#lengths = new Set([...wanted].map((text) => text.length + 2))
  }

  setLine(_bytes: Uint8Array, _start: number, _end: number, lineNumber: number): void {
    this.lineNumber = lineNumber
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
    if (this.#wanted.has(text) && !this.lines.has(text)) this.lines.set(text, this.lineNumber)
  }
}

/**
 * The line, from 1, of each of `indicators` (in lower-case A-labels, or as a prefix) in the file at `path`; those it does
 * not hold, or all where it has another SHA-256 than `digest` (hexadecimal), are missing. Rejects with ListFileError, also
 * where it is longer than 64 MB.
 */
export async function findLines(
  path: string,
  reading: Reading,
  indicators: ReadonlySet<string>,
  digest: string,
): Promise<ReadonlyMap<string, number>> {
  const notes = new LineNotes(indicators)
  const read = await readListFile(path, reading, notes, () => {}, MOST_BYTES)
  return read.digest === digest ? notes.lines : new Map()
}
