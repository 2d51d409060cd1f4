/** Reads a lease file from its bytes, in whatever chunks they come. */
import type { LeaseFormat } from '../../config/settings.ts'
import { TextLines } from '../text-lines.ts'
import { detectLeaseFormat, LEASE_FORMATS, type NamedLeaseFormat } from './formats.ts'
import { LeaseLedger, type LeaseReading } from './ledger.ts'
import type { LeaseFileTimes, LeaseLines } from './lines.ts'

/** Lines that `auto` looks at before it gives up. */
const SNIFFED_LINES = 50

/** A file may be given in several pieces, each a file of its own (Kea): the lines of one do not run on in the next. */
export class LeaseReader {
  readonly #ledger = new LeaseLedger()
  readonly #times: LeaseFileTimes
  #format: NamedLeaseFormat | null
  #lines: LeaseLines | null = null
  #text: TextLines
  /** Lines read before the format was known. */
  #waiting: { text: string; line: number }[] = []

  constructor(format: LeaseFormat, times: LeaseFileTimes) {
    this.#times = times
    this.#format = format === 'auto' ? null : format
    this.#text = this.#newText()
  }

  /** What the file is, or has shown itself to be; null: unknown so far. */
  get format(): NamedLeaseFormat | null {
    return this.#format
  }

  push(chunk: Uint8Array): void {
    this.#text.push(chunk)
  }

  /** The next bytes are those of another file, written later. */
  nextFile(): void {
    for (const _ of this.#endFile());
    this.#text = this.#newText()
  }

  /** The last step returns what was read. Between the steps the caller may let others have the thread. */
  *end(): Generator<void, LeaseReading> {
    yield* this.#endFile()
    return this.#ledger.finish()
  }

  #newText(): TextLines {
    return new TextLines({
      line: (text, line) => this.#take(text, line),
      tooLong: (line) => this.#ledger.refuse(line, 'the line is too long for any lease'),
    })
  }

  *#endFile(): Generator<void> {
    const unfinished = this.#text.end()
    if (unfinished !== null && unfinished.text.trim() !== '') {
      this.#ledger.refuse(unfinished.line, 'has no line break at its end: the file is cut off here')
    }
    if (this.#lines === null && this.#waiting.some(({ text }) => text.trim() !== '')) {
      this.#ledger.refuse(1, 'no format of leases is known here: give the `format` of the file')
    }
    this.#waiting = []
    const lines = this.#lines
    this.#lines = null
    if (lines !== null) yield* lines.end()
  }

  #take(text: string, line: number): void {
    if (this.#lines !== null) {
      this.#lines.line(text, line)
      return
    }
    this.#format ??= detectLeaseFormat(text)
    if (this.#format === null) {
      if (this.#waiting.length < SNIFFED_LINES) this.#waiting.push({ text, line })
      return
    }
    this.#lines = LEASE_FORMATS[this.#format](this.#ledger, this.#times)
    for (const earlier of this.#waiting) this.#lines.line(earlier.text, earlier.line)
    this.#waiting = []
    this.#lines.line(text, line)
  }
}

/** The same for text at hand. */
export function readLeases(
  text: string | Uint8Array,
  format: LeaseFormat,
  times: LeaseFileTimes,
): LeaseReading {
  const reader = new LeaseReader(format, times)
  reader.push(typeof text === 'string' ? Buffer.from(text) : text)
  const ending = reader.end()
  let step = ending.next()
  while (step.done !== true) step = ending.next()
  return step.value
}
