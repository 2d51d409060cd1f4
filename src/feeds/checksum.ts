/** The SHA-256 that is published beside a list. */
import { FeedError } from './feed-error.ts'

/** One line a file of a whole release. */
export const MAX_CHECKSUM_BYTES = 64 << 10

const LINE = /^\\?([0-9a-f]{64})(?:[ \t]+[*]?(.*))?$/i
/** As BSD writes it. */
const TAGGED = /^SHA256 \((.+)\) ?= ?([0-9a-f]{64})$/i

/**
 * The checksum of the file called `name` in `text`, as sha256sum (GNU or BSD) writes it, lower-case hexadecimal; that of
 * the only line where there is but one. Throws FeedError where there is none.
 */
export function checksumOf(text: string, name: string): string {
  const found = text.split(/\r?\n/).flatMap((line): { sum: string; file: string }[] => {
    const [, sum, file = ''] = LINE.exec(line.trim()) ?? []
    if (sum !== undefined) return [{ sum: sum.toLowerCase(), file: file.trim() }]
    const [, tagged, other] = TAGGED.exec(line.trim()) ?? []
    return tagged === undefined ? [] : [{ sum: other!.toLowerCase(), file: tagged }]
  })
  const named = found.find(({ file }) => file === name || file.endsWith(`/${name}`))
  const one = named ?? (found.length === 1 ? found[0] : undefined)
  if (one === undefined)
    throw new FeedError('failed', 'what `sha256` leads to names no checksum of it', 'correct `sha256`')
  return one.sum
}
