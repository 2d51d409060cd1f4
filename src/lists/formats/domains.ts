/**
 * Plain names, one a line; comments after `#`, `;` or `!`. `*.x` covers what is below x and not x, `=x` x alone: a file
 * that holds several forms tells them apart. Addresses, prefixes and URLs without a path are taken too, as mixed lists hold them.
 */
import { LISTED } from '../entry.ts'
import type { Format } from '../entry.ts'
import { readIndicator, readName } from '../indicator.ts'
import { WireName } from '../name.ts'
import { isComment, lineText, tokenEnd, trimStart } from './tokens.ts'

const EQUALS = 0x3d

export const domains: Format = (sink, match) => {
  const name = new WireName()
  return {
    line(bytes, start, end) {
      start = trimStart(bytes, start, end)
      if (start === end || isComment(bytes[start]!)) return
      const stop = tokenEnd(bytes, start, end)
      const rest = trimStart(bytes, stop, end)
      if (rest < end && !isComment(bytes[rest]!))
        return readIndicator(lineText(bytes, start, end), sink, match, LISTED)
      if (name.readPlain(bytes, start, stop)) sink.name(name.bytes, name.length, match, LISTED)
      else if (bytes[start] === EQUALS) readName(lineText(bytes, start + 1, stop), sink, 'exact', LISTED)
      else readIndicator(lineText(bytes, start, stop), sink, match, LISTED)
    },
    end() {},
  }
}
