/** White space, comments and words of a line of bytes. */

const SPACE = 0x20
const HASH = 0x23
const SEMICOLON = 0x3b
const EXCLAMATION = 0x21

/** Blank, tab, carriage return, form feed. */
export function isSpace(byte: number): boolean {
  return byte === SPACE || (byte >= 0x09 && byte <= 0x0d)
}

/** A comment begins: `#`, `;` or `!`. */
export function isComment(byte: number): boolean {
  return byte === HASH || byte === SEMICOLON || byte === EXCLAMATION
}

/** Where the first byte that is no white space stands, or `end`. */
export function trimStart(bytes: Uint8Array, start: number, end: number): number {
  while (start < end && isSpace(bytes[start]!)) start++
  return start
}

/** Behind the last byte that is no white space, or `start`. */
export function trimEnd(bytes: Uint8Array, start: number, end: number): number {
  while (end > start && isSpace(bytes[end - 1]!)) end--
  return end
}

/** Behind the word that begins at `start`. */
export function tokenEnd(bytes: Uint8Array, start: number, end: number): number {
  while (start < end && !isSpace(bytes[start]!)) start++
  return start
}

/** `bytes[start, end)` as UTF-8; what is none becomes U+FFFD. */
export function lineText(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')
}
