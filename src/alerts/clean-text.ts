/**
 * Text that came from a network (host names, names asked for), fit for a line of a message: nothing in it can end the
 * line, hide what stands beside it, or be longer than stated.
 */

/** Marks that turn the direction of writing (they can show one name for another) or show nothing, and half characters. */
const UNSEEN = /[\p{Cf}\p{Cs}]+/gu
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp} ]+/gu

/** `text` on one line, in NFC, at most `maxOctets` of UTF-8; what is cut off ends in `…`. */
export function cleanText(text: string, maxOctets: number): string {
  // Cut before the work: no character becomes shorter than a quarter of an octet by what follows.
  const rough = text.length > maxOctets * 4 ? text.slice(0, maxOctets * 4) : text
  return cutText(rough.replace(UNSEEN, '').replace(BREAKS, ' ').normalize('NFC').trim(), maxOctets)
}

/** The longest beginning of `text` of at most `maxOctets` of UTF-8, whole characters, `…` at the end where cut. */
export function cutText(text: string, maxOctets: number): string {
  if (Buffer.byteLength(text) <= maxOctets) return text
  const mark = maxOctets >= 3 ? '…' : ''
  let room = maxOctets - Buffer.byteLength(mark)
  let kept = ''
  for (const character of text) {
    room -= Buffer.byteLength(character)
    if (room < 0) break
    kept += character
  }
  return kept + mark
}
