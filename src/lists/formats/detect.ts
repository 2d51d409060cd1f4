/**
 * Which format a list is in, from its first lines: each line that only one format would hold is a vote for it. Plain
 * domains take the rest, because mixed lists are read as such.
 */
import type { ListFormat } from '../../config/settings.ts'
import { parsePrefix } from '../prefix-text.ts'

export type NamedFormat = Exclude<ListFormat, 'auto'>

/** How much of a file is looked at: a heading of comments may be long. */
export const SAMPLE_BYTES = 64 << 10
const MAX_VOTES = 500

const TESTS: readonly (readonly [NamedFormat, RegExp])[] = [
  ['rpz', /^\$(?:TTL|ORIGIN)\s|\sSOA\s|\s(?:IN\s+)?CNAME\s+(?:\.|\*\.|rpz-passthru\.)\s*(?:;.*)?$/i],
  ['rpz', /^\S+\s+(?:\d+\s+)?(?:IN\s+)?(?:A|AAAA|CNAME)\s+\S+\s*(?:;.*)?$/i],
  ['adblock', /^(?:@@)?\|\||^\[Adblock|#@?#/i],
  ['dnsmasq', /^(?:--)?(?:address|server|local)\s*=\s*\//],
  ['unbound', /^(?:server:|local-(?:zone|data):)/i],
  ['hosts', /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:.]+(?:%\S+)?)\s+[^\s#]/i],
  ['wildcard', /^(?:\*\.|\+\.|\.|=)[^\s]/],
]

/** The format of the list that begins with `sample` (UTF-8). */
export function detectFormat(sample: Uint8Array): NamedFormat {
  const votes = new Map<NamedFormat, number>()
  let counted = 0
  const lines = Buffer.from(sample)
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split('\n')
  for (const line of lines) {
    const format = voteOf(line.trim())
    if (format === null) continue
    votes.set(format, (votes.get(format) ?? 0) + 1)
    if (++counted === MAX_VOTES) break
  }
  const [best, count] = [...votes].reduce((a, b) => (b[1] > a[1] ? b : a), ['domains', 0] as [
    NamedFormat,
    number,
  ])
  // Asterisks mean "below" where plain names stand beside them, and addresses do not make a mixed list.
  if (best === 'wildcard' || best === 'addresses') return count * 2 > counted ? best : 'domains'
  return best
}

function voteOf(line: string): NamedFormat | null {
  if (line === '' || /^(?:#(?![#@])|;|!)/.test(line)) return null
  for (const [format, test] of TESTS) if (test.test(line)) return format
  const [word] = line.split(/[\s,;#]/, 1) as [string]
  return parsePrefix(word) ? 'addresses' : 'domains'
}
