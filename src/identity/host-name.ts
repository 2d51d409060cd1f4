/** Names that machines gave themselves: whatever a stranger sent in a DHCP request, made harmless to print. */

/** RFC 1035 §2.3.4: the longest name there is. */
export const MAX_NAME_OCTETS = 253

/**
 * Control characters, line and paragraph separators, marks that turn the direction of writing (which make
 * `exe.txt` of `txt.exe`), invisible joiners, halves of surrogate pairs.
 */
const HARMFUL =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Cs}/gu

const ORDINARY = /^[A-Za-z0-9._-]{1,253}$/

/**
 * `text` without what could deceive or break a line, at most 253 octets of UTF-8, in NFC; null where nothing is left
 * or where it says "none" (`*`, as dnsmasq writes).
 */
export function cleanHostName(text: string): string | null {
  if (ORDINARY.test(text)) return Buffer.from(text, 'latin1').toString('latin1')
  const cleaned = text
    .slice(0, MAX_NAME_OCTETS * 4)
    .replace(HARMFUL, '')
    .normalize('NFC')
    .trim()
  const cut = cutOctets(cleaned, MAX_NAME_OCTETS)
  return cut === '' || cut === '*' ? null : cut
}

/** The longest beginning of `text` that has at most `most` octets of UTF-8 and no half of a character. */
export function cutOctets(text: string, most: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= most) return bytes.toString()
  let end = most
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end).trimEnd()
}

/** The same for text in many words of a register or a log: departments, places, reasons. At most `most` octets. */
export function cleanText(text: string, most = 500): string {
  const oneLine = text
    .slice(0, most * 4)
    .replace(/\s+/g, ' ')
    .replace(HARMFUL, '')
  return cutOctets(oneLine.normalize('NFC').trim(), most)
}
