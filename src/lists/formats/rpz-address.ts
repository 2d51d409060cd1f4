/**
 * Addresses as the triggers of response policy zones spell them (draft-vixie-dnsop-dns-rpz §4.1.1): the prefix length,
 * then the address from its end: `24.0.2.0.192` is 192.0.2.0/24, `48.zz.db8.2001` is 2001:db8::/48.
 */
import { isIPv4 } from 'node:net'
import { parsePrefix, type Prefix } from '../prefix-text.ts'

const MOST_WORDS = 8

/** Null: no address, or one with bits behind its prefix, which might mean the address or the network. */
export function readTriggerAddress(text: string): Prefix | null {
  const [length = '', ...words] = text.toLowerCase().split('.')
  if (!/^[1-9]\d{0,2}$/.test(length) || words.length === 0 || words.length > MOST_WORDS) return null
  const address = words.length === 4 && isIPv4(words.join('.')) ? ipv4(words) : ipv6(words)
  if (address === null) return null
  const single = parsePrefix(address)
  const prefix = parsePrefix(`${address}/${length}`)
  if (single === null || prefix === null) return null
  return prefix.address.every((byte, at) => byte === single.address[at]) ? prefix : null
}

function ipv4(words: readonly string[]): string {
  return words.toReversed().join('.')
}

/** `zz` stands for the run of zero words that `::` stands for. */
function ipv6(words: readonly string[]): string | null {
  const ordered = words.toReversed()
  const gap = ordered.indexOf('zz')
  const parts = gap === -1 ? [ordered] : [ordered.slice(0, gap), ordered.slice(gap + 1)]
  if (gap === -1 && words.length !== MOST_WORDS) return null
  if (!parts.flat().every((word) => /^[\da-f]{1,4}$/.test(word))) return null
  return parts.map((part) => part.join(':')).join('::')
}
