/**
 * Bytes to lines of text, however the chunks fall, in bounded memory. UTF-8 unless a byte order mark, or the zeros
 * between ASCII letters, say UTF-16 (PowerShell writes it). What is no valid text becomes U+FFFD, never an error.
 */

/** In UTF-16 units. Longer than any lease, asset or unit worth reading. */
export const MAX_LINE_LENGTH = 16_384

export interface LineHandler {
  /** Without its end (`\n` or `\r\n`); `line` counts from 1. */
  line(text: string, line: number): void
  /** A line over `MAX_LINE_LENGTH`; its content is gone. */
  tooLong(line: number): void
}

const SNIFFED_BYTES = 4

export class TextLines {
  readonly #handler: LineHandler
  #decoder: TextDecoder | null = null
  #head: Uint8Array = new Uint8Array(0)
  #carry = ''
  #isTooLong = false
  #line = 0

  constructor(handler: LineHandler) {
    this.#handler = handler
  }

  push(chunk: Uint8Array): void {
    if (this.#decoder === null) {
      this.#head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk])
      if (this.#head.length < SNIFFED_BYTES) return
    }
    this.#decode(chunk)
  }

  /** Ends the text. Returns the last line when nothing ended it: of a file that is being written it may be a part. */
  end(): { readonly text: string; readonly line: number } | null {
    this.#decode(new Uint8Array(0))
    this.#split(this.#decoder!.decode())
    if (this.#isTooLong) this.#handler.tooLong(++this.#line)
    else if (this.#carry !== '') return { text: withoutReturn(this.#carry), line: ++this.#line }
    return null
  }

  #decode(chunk: Uint8Array): void {
    if (this.#decoder === null) {
      // TextDecoder takes the byte order mark away.
      this.#decoder = new TextDecoder(encodingOf(this.#head))
      chunk = this.#head
      this.#head = new Uint8Array(0)
    }
    this.#split(this.#decoder.decode(chunk, { stream: true }))
  }

  #split(text: string): void {
    let start = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#append(text, start, end)
      this.#emit()
      start = end + 1
    }
    this.#append(text, start, text.length)
  }

  #append(text: string, start: number, end: number): void {
    if (this.#isTooLong || start === end) return
    if (this.#carry.length + end - start > MAX_LINE_LENGTH) {
      this.#isTooLong = true
      this.#carry = ''
    } else this.#carry = this.#carry === '' ? text.slice(start, end) : this.#carry + text.slice(start, end)
  }

  #emit(): void {
    const text = this.#carry
    this.#carry = ''
    this.#line++
    if (!this.#isTooLong) this.#handler.line(withoutReturn(text), this.#line)
    else {
      this.#isTooLong = false
      this.#handler.tooLong(this.#line)
    }
  }
}

function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text
}

function encodingOf(head: Uint8Array): string {
  const [first = 0, second = 0, third = 0, fourth = 0] = head
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return first !== 0 && second === 0 && third !== 0 && fourth === 0 ? 'utf-16le' : 'utf-8'
}
