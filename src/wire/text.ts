/** UTF-8 into a buffer without allocating, as EDE texts are written for every blocked query. */

/** Octets of `text` in UTF-8. */
export function textBytes(text: string): number {
  let length = 0
  for (let index = 0; index < text.length; index++) {
    const code = codePoint(text, index)
    if (code > 0xffff) index++
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return length
}

/** Writes `text` at `at`, where there must be room for `textBytes(text)`; returns the offset behind it. */
export function writeText(out: Uint8Array, at: number, text: string): number {
  for (let index = 0; index < text.length; index++) {
    const code = codePoint(text, index)
    if (code < 0x80) {
      out[at++] = code
      continue
    }
    if (code < 0x800) {
      out[at++] = 0xc0 | (code >>> 6)
    } else {
      if (code < 0x10000) {
        out[at++] = 0xe0 | (code >>> 12)
      } else {
        index++
        out[at++] = 0xf0 | (code >>> 18)
        out[at++] = 0x80 | ((code >>> 12) & 0x3f)
      }
      out[at++] = 0x80 | ((code >>> 6) & 0x3f)
    }
    out[at++] = 0x80 | (code & 0x3f)
  }
  return at
}

/** The code point at `index`; U+FFFD for half a surrogate pair, which UTF-8 cannot hold. */
function codePoint(text: string, index: number): number {
  const code = text.codePointAt(index)!
  return code >= 0xd800 && code <= 0xdfff ? 0xfffd : code
}
