/**
 * Names as lists spell them, to the lower-case wire form. The common case, a name in plain ASCII, goes from the bytes
 * of the file to wire labels without a string; all else (IDN, dirt at the ends) goes by text.
 */
import { domainToASCII, domainToUnicode } from 'node:url'

const MAX_LABEL_BYTES = 63
/** RFC 1035 §2.3.4: 255 octets on the wire are 253 characters. */
const MAX_TEXT_BYTES = 253

/** The lower-case byte of each byte a plain host name can hold, otherwise 0. */
const PLAIN = new Uint8Array(256)
for (const character of 'abcdefghijklmnopqrstuvwxyz0123456789-_') {
  PLAIN[character.charCodeAt(0)] = PLAIN[character.toUpperCase().charCodeAt(0)] = character.charCodeAt(0)
}
const DOT = 0x2e

/** One wire name, reused: `bytes[0, length)`, lower-case, the root's zero included. */
export class WireName {
  readonly bytes = new Uint8Array(256)
  length = 0

  /**
   * Reads `bytes[start, end)` where that is a plain ASCII name; one final dot is allowed. False: something else,
   * which `readText` may still make sense of.
   */
  readPlain(bytes: Uint8Array, start: number, end: number): boolean {
    const wire = this.bytes
    if (bytes[end - 1] === DOT) end--
    if (end - start < 1 || end - start > MAX_TEXT_BYTES) return false
    let labelStart = 0
    let length = 1
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!
      const plain = PLAIN[byte]!
      if (plain !== 0) wire[length++] = plain
      else if (byte === DOT) {
        if (!closeLabel(wire, labelStart, length)) return false
        labelStart = length++
      } else return false
    }
    if (!closeLabel(wire, labelStart, length)) return false
    // No top-level domain is a number: this is an address, or nothing.
    if (isNumber(wire, labelStart + 1, length)) return false
    wire[length] = 0
    this.length = length + 1
    return true
  }

  /** Reads a name in any spelling. Returns null, or why it is none. */
  readText(text: string): 'not-a-name' | 'bad-idn' | null {
    // UTS 46: the full stops an input method may produce.
    const labels = text
      .normalize('NFC')
      .replace(/[\u3002\uff0e\uff61]/g, '.')

      .split('.')
    const ascii: string[] = []
    for (const label of labels) {
      const encoded = asciiLabel(label)
      if (encoded === null) return 'bad-idn'
      ascii.push(encoded)
    }
    const name = Buffer.from(ascii.join('.'), 'latin1')
    return this.#readAscii(name) ? null : 'not-a-name'
  }

  #readAscii(name: Buffer): boolean {
    isChecked = true
    const isRead = this.readPlain(name, 0, name.length)
    isChecked = false
    return isRead
  }
}

/** True while `readPlain` reads A-labels that have been checked. */
let isChecked = false

/** Writes the length byte of the label that ends at `end`; false: empty, too long, or punycode nobody has checked. */
function closeLabel(wire: Uint8Array, labelStart: number, end: number): boolean {
  const size = end - labelStart - 1
  if (size < 1 || size > MAX_LABEL_BYTES) return false
  wire[labelStart] = size
  return isChecked || wire[labelStart + 1] !== 0x78 || !isPunycode(wire, labelStart + 1, end)
}

function isPunycode(wire: Uint8Array, start: number, end: number): boolean {
  return end - start >= 4 && wire[start + 1] === 0x6e && wire[start + 2] === 0x2d && wire[start + 3] === 0x2d
}

function isNumber(wire: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (wire[at]! < 0x30 || wire[at]! > 0x39) return false
  return true
}

/**
 * The label in lower-case ASCII; null where IDNA forbids it. Label by label, because domainToASCII takes `10.0.1`
 * for an address, and both ways, because it lets invalid punycode pass.
 */
function asciiLabel(label: string): string | null {
  if (isAscii(label)) {
    const lower = label.toLowerCase()
    if (!lower.startsWith('xn--')) return lower
    const decoded = domainToUnicode(lower)
    return decoded !== lower && domainToASCII(decoded) === lower ? lower : null
  }
  const encoded = domainToASCII(label)
  return encoded === '' || encoded.includes('.') ? null : encoded
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false
  return true
}
