/**
 * Cuts chunks of bytes into lines, however the chunks fall, in bounded memory. A byte order mark before the first
 * line is left out; the carriage return of CRLF stays, as the white space it is to every format.
 */

/** Longer than any name, URL or filter rule worth enforcing. */
export const MAX_LINE_BYTES = 4096

const LINE_FEED = 0x0a

export interface LineHandler {
  /** The line is `bytes[start, end)`, valid during the call; `line` counts from 1. */
  line(bytes: Uint8Array, start: number, end: number, line: number): void
  /** A line over `MAX_LINE_BYTES`: its first bytes are `bytes[0, MAX_LINE_BYTES)`. */
  tooLong(bytes: Uint8Array, line: number): void
}

export class LineSplitter {
  readonly #handler: LineHandler
  /** A line begun in one chunk that goes on in the next. */
  readonly #carry = new Uint8Array(MAX_LINE_BYTES)
  #carried = 0
  #isTooLong = false
  #line = 0

  constructor(handler: LineHandler) {
    this.#handler = handler
  }

  /** Lines seen so far. */
  get lines(): number {
    return this.#line
  }

  push(chunk: Uint8Array): void {
    const length = chunk.length
    let start = 0
    for (let at = 0; at < length; at++) {
      if (chunk[at] !== LINE_FEED) continue
      if (this.#carried > 0 || this.#isTooLong) {
        this.#append(chunk, start, at)
        this.#finish()
      } else this.#emit(chunk, start, at)
      start = at + 1
    }
    if (start < length) this.#append(chunk, start, length)
  }

  /** The last line may lack its line feed. */
  end(): void {
    if (this.#carried > 0 || this.#isTooLong) this.#finish()
  }

  #append(chunk: Uint8Array, start: number, end: number): void {
    const room = MAX_LINE_BYTES - this.#carried
    if (end - start > room) {
      this.#isTooLong = true
      end = start + room
    }
    this.#carry.set(chunk.subarray(start, end), this.#carried)
    this.#carried += end - start
  }

  #finish(): void {
    const end = this.#carried
    const isTooLong = this.#isTooLong
    this.#carried = 0
    this.#isTooLong = false
    if (isTooLong) this.#handler.tooLong(this.#carry, ++this.#line)
    else this.#emit(this.#carry, 0, end)
  }

  #emit(bytes: Uint8Array, start: number, end: number): void {
    this.#line++
    if (end - start > MAX_LINE_BYTES) {
      this.#handler.tooLong(bytes.subarray(start, start + MAX_LINE_BYTES), this.#line)
      return
    }
    if (this.#line === 1 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf) {
      start = Math.min(start + 3, end)
    }
    this.#handler.line(bytes, start, end, this.#line)
  }
}
