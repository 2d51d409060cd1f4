/** Addresses, networks and ranges (`203.0.113.1-203.0.113.9`, `203.0.113.1-9`) as the fewest prefixes that cover them. */
import { parsePrefix, type Prefix } from '../lists/prefix-text.ts'

/** Null for what is none of them, and for a range that ends before it begins. Ranges are IPv4. */
export function rangePrefixes(text: string): Prefix[] | null {
  const dash = text.indexOf('-')
  if (dash === -1) {
    // A port behind an address is none of it: `203.0.113.5:8080`.
    const prefix = parsePrefix(text.replace(/^(\d+(?:\.\d+){3}):\d{1,5}$/, '$1'))
    return prefix === null ? null : [prefix]
  }
  const first = ipv4(text.slice(0, dash))
  const end = text.slice(dash + 1)
  const last = ipv4(end.includes('.') ? end : text.slice(0, dash).replace(/\d+$/, end))
  return first === null || last === null || last < first ? null : cover(first, last)
}

function ipv4(text: string): number | null {
  const prefix = parsePrefix(text)
  if (prefix === null || prefix.prefixLength !== 32 || prefix.address.length !== 4) return null
  return Buffer.from(prefix.address).readUInt32BE(0)
}

/** At most 62 of them: two for each bit. */
function cover(first: number, last: number): Prefix[] {
  const prefixes: Prefix[] = []
  while (first <= last) {
    let bits = 0
    // The largest block that begins at `first` and does not reach beyond `last`.
    while (bits < 32 && first % 2 ** (bits + 1) === 0 && first + 2 ** (bits + 1) - 1 <= last) bits++
    const address = Buffer.alloc(4)
    address.writeUInt32BE(first, 0)
    prefixes.push({ address: new Uint8Array(address), prefixLength: 32 - bits })
    first += 2 ** bits
  }
  return prefixes
}
