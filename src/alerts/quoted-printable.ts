/** Text in mail: quoted-printable (RFC 2045 §6.7) for bodies, encoded words (RFC 2047) for headers. Seven bits come out. */

/** RFC 2045 §6.7 (5): without the line break. */
const MAX_LINE = 76
/** Octets in one encoded word: 52 characters in base64, so that a line stays under 76 behind the name of its header. */
const MAX_WORD_OCTETS = 39

/** `text` (lines end in LF) in quoted-printable, UTF-8, lines ended by CRLF. */
export function quotePrintable(text: string): string {
  return text.split('\n').map(quoteLine).join('\r\n')
}

function quoteLine(line: string): string {
  const bytes = Buffer.from(line.replace(/\r$/, ''))
  const lines: string[] = []
  let current = ''
  for (const [index, byte] of bytes.entries()) {
    const isLast = index === bytes.length - 1
    const part = isPlain(byte, isLast) ? String.fromCharCode(byte) : `=${hex(byte)}`
    // One is left for the `=` that joins this line with the next.
    if (current.length + part.length > (isLast ? MAX_LINE : MAX_LINE - 1)) {
      lines.push(`${current}=`)
      current = ''
    }
    current += part
  }
  return [...lines, current].join('\r\n')
}

/** Printable ASCII but `=`; blanks unless they end the line, where a relay may take them off. */
function isPlain(byte: number, isLast: boolean): boolean {
  if (byte === 0x20 || byte === 0x09) return !isLast
  return byte > 0x20 && byte < 0x7f && byte !== 0x3d
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0')
}

/**
 * `text` as the value of a header: as it is where it is short and plain ASCII, else in encoded words on lines of their
 * own. Whatever it holds, it ends no header.
 */
export function headerText(text: string): string {
  if (/^[\x20-\x7e]{0,60}$/.test(text) && !text.includes('=?') && text === text.trim()) return text
  const words: string[] = []
  let word = ''
  for (const character of text) {
    if (Buffer.byteLength(word) + Buffer.byteLength(character) > MAX_WORD_OCTETS) {
      words.push(word)
      word = ''
    }
    word += character
  }
  // RFC 2047 §6.2: the white space between two encoded words is not part of the text.
  return [...words, word].map((part) => `=?UTF-8?B?${Buffer.from(part).toString('base64')}?=`).join('\r\n ')
}
