/**
 * Addresses as 16 bytes (IPv4 as ::ffff:a.b.c.d, RFC 4291 §2.5.5.2) and as text. Text is RFC 5952's shortest form,
 * IPv4 dotted.
 */
import { isIP, isIPv4, isIPv6 } from 'node:net'

/** Writes the address in `text` (a zone after `%` is left out) to `out`; false when it is none. */
export function parseAddress(text: string, out: Uint8Array): boolean {
  if (isIPv4(text)) {
    out.fill(0, 0, 10)
    out[10] = out[11] = 0xff
    let at = 12
    let value = 0
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code === 46) {
        out[at++] = value
        value = 0
      } else value = value * 10 + code - 48
    }
    out[at] = value
    return true
  }
  const bare = text.includes('%') ? text.slice(0, text.indexOf('%')) : text
  return isIPv6(bare) && parseIPv6(bare, out)
}

function parseIPv6(text: string, out: Uint8Array): boolean {
  out.fill(0, 0, 16)
  const [head, tail] = text.split('::') as [string, string | undefined]
  const before = words(head)
  const after = tail === undefined ? [] : words(tail)
  before.forEach((word, index) => writeWord(out, index, word))
  after.forEach((word, index) => writeWord(out, 8 - after.length + index, word))
  return true
}

/** The 16-bit words of a part of an IPv6 address, a dotted IPv4 ending included. */
function words(part: string): number[] {
  if (part === '') return []
  return part.split(':').flatMap((word) => {
    if (!word.includes('.')) return [parseInt(word, 16)]
    const [a, b, c, d] = word.split('.').map(Number) as [number, number, number, number]
    return [(a << 8) | b, (c << 8) | d]
  })
}

function writeWord(out: Uint8Array, index: number, word: number): void {
  out[index * 2] = word >> 8
  out[index * 2 + 1] = word & 0xff
}

/** True for ::ffff:a.b.c.d. */
export function isMappedIPv4(address: Uint8Array): boolean {
  for (let i = 0; i < 10; i++) if (address[i] !== 0) return false
  return address[10] === 0xff && address[11] === 0xff
}

/** Whether an address, as text, is of this machine alone: 127.0.0.0/8 or ::1. */
export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1'
}

/** An address as the kernel tells it of a socket for both families: an IPv4 one as such. */
export function unmappedText(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, '')
}

/** The 16 bytes as text, IPv4 dotted. */
export function addressText(address: Uint8Array): string {
  if (isMappedIPv4(address)) return `${address[12]}.${address[13]}.${address[14]}.${address[15]}`
  const parts: number[] = []
  for (let i = 0; i < 16; i += 2) parts.push((address[i]! << 8) | address[i + 1]!)
  const { from, length } = longestZeros(parts)
  const text = (list: number[]): string => list.map((part) => part.toString(16)).join(':')
  if (length < 2) return text(parts)
  return `${text(parts.slice(0, from))}::${text(parts.slice(from + length))}`
}

/** RFC 5952 §4.2: the longest run of zero words, the first of equals. */
function longestZeros(parts: number[]): { from: number; length: number } {
  let best = { from: 0, length: 0 }
  for (let from = 0; from < parts.length; from++) {
    let length = 0
    while (parts[from + length] === 0) length++
    if (length > best.length) best = { from, length }
  }
  return best
}

/** Name or address of the host in `url`, without brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}

/** Whether what is sent to `host`, a name or an address, stays on this machine. */
export function isThisMachine(host: string): boolean {
  return host === 'localhost' || (isIP(host) !== 0 && isLoopback(host))
}
