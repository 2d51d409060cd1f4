/** Values as RouterOS writes them: `key=value` pairs, strings with escapes, durations. */

/** A duration of `9m44s`, `1d2h`, `1w3d04:05:06` or `00:09:44` in milliseconds; null: something else (`never`). */
export function readDuration(text: string): number | null {
  const match = /^(?:(\d{1,4})w)?(?:(\d{1,5})d)?(?:(\d{1,6})h)?(?:(\d{1,7})m)?(?:(\d{1,9})s)?(?:(\d{1,3}):(\d{2}):(\d{2}))?$/.exec(text) // prettier-ignore
  if (match === null || text === '') return null
  const [weeks, days, hours, minutes, seconds, clockHours, clockMinutes, clockSeconds] = match
    .slice(1)
    .map((digits) => Number(digits ?? 0)) as [number, number, number, number, number, number, number, number]
  const wholeHours = weeks * 168 + days * 24 + hours + clockHours
  return (wholeHours * 3600 + (minutes + clockMinutes) * 60 + seconds + clockSeconds) * 1000
}

const PAIR = /(?:^|\s)([a-z0-9-]+)=/g

/**
 * The pairs of `text`. A value in quotes has its escapes undone; one without goes up to the next `key=` (`print terse`
 * writes names with spaces bare). The first of two pairs with one key counts.
 */
export function readPairs(text: string): Map<string, string> {
  const pairs = new Map<string, string>()
  let at = 0
  for (;;) {
    PAIR.lastIndex = at
    const match = PAIR.exec(text)
    if (match === null) return pairs
    const start = PAIR.lastIndex
    let value: string
    if (text[start] === '"') {
      const end = closingQuote(text, start + 1)
      value = withoutEscapes(text.slice(start + 1, end))
      at = end + 1
    } else {
      PAIR.lastIndex = start
      const next = PAIR.exec(text)
      at = next === null ? text.length : next.index
      value = text.slice(start, at).trim()
    }
    if (!pairs.has(match[1]!)) pairs.set(match[1]!, value)
  }
}

function closingQuote(text: string, at: number): number {
  for (; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++
  return Math.min(at, text.length)
}

/** `\"`, `\\`, `\?`, `\$`, `\_` (a space), `\n` …, and `\E1\BB\8B`: octets that make UTF-8 together. */
function withoutEscapes(text: string): string {
  if (!text.includes('\\')) return text
  const octets = Buffer.from(text).toString('latin1')
  const plain = octets.replace(/\\([0-9A-F]{2}|[^])/g, (_, escaped: string) => {
    if (escaped.length === 2) return String.fromCharCode(parseInt(escaped, 16))
    return 'nrtabfv_'.includes(escaped) ? ' ' : escaped
  })
  return Buffer.from(plain, 'latin1').toString()
}
