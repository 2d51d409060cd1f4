/** Ranges of IPv4 addresses as the prefixes they are made of: nothing else can be enforced, and no address is left out. */

const RANGE = /^(\d{1,3}(?:\.\d{1,3}){3})-(\d{1,3}(?:\.\d{1,3}){3}|\d{1,3})$/
/** More than one range needs between two addresses of one /16; wider ones stay as they are. */
const MOST_PREFIXES = 32

/** The prefixes from the first address to the last (`45.1.2.3-45.1.2.20`, `45.1.2.3-20`); null: it is no range, or too many. */
export function prefixesOf(range: string): string[] | null {
  const match = RANGE.exec(range)
  if (match === null) return null
  const [, first, last] = match as unknown as [string, string, string]
  const to = numberOf(last.includes('.') ? last : first.replace(/\d+$/, last))
  const prefixes: string[] = []
  for (let from = numberOf(first); from <= to;) {
    let length = 32
    // As long as the prefix one shorter begins here and ends no later.
    while (length > 0 && from % 2 ** (33 - length) === 0 && from + 2 ** (33 - length) - 1 <= to) length--
    if (prefixes.length === MOST_PREFIXES) return null
    prefixes.push(length === 32 ? textOf(from) : `${textOf(from)}/${length}`)
    from += 2 ** (32 - length)
  }
  return prefixes.length === 0 ? null : prefixes
}

export function numberOf(address: string): number {
  return address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0)
}

function textOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')
}
