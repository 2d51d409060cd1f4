/** Base 32 (RFC 4648 §6), the form in which authenticator apps take a secret typed by hand. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const BITS = 5

/** `bytes` in base 32, without padding. */
export function writeBase32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    bits += 8
    while (bits >= BITS) {
      bits -= BITS
      text += ALPHABET[(held >>> bits) & 31]
    }
    held &= (1 << bits) - 1
  }
  return bits > 0 ? text + ALPHABET[(held << (BITS - bits)) & 31] : text
}

/**
 * The bytes of `text`, in either case, with or without padding; null where it is none. Strict (RFC 4648 §3.5): a text
 * whose last bits say nothing but are not zero is refused, so that each value has one text.
 */
export function readBase32(text: string): Uint8Array | null {
  const bare = text.toUpperCase().replace(/=+$/, '')
  if (text.length !== bare.length && text.length % 8 !== 0) return null
  const bytes = new Uint8Array(Math.floor((bare.length * BITS) / 8))
  let at = 0
  let bits = 0
  let held = 0
  for (const letter of bare) {
    const value = ALPHABET.indexOf(letter)
    if (value < 0) return null
    held = (held << BITS) | value
    bits += BITS
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = held >>> bits
    }
    held &= (1 << bits) - 1
  }
  // Bits left over: a letter too many, or not zero.
  return bits >= BITS || held !== 0 ? null : bytes
}
