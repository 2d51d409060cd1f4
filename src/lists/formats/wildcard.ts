/**
 * Lists written wholly in patterns, as published for blocky, dnscrypt-proxy, Clash and squid. There `*.x`, `+.x` and
 * `.x` mean x and all under it, `=x` x alone; a bare x is as the list's `match` says. An asterisk anywhere else matches
 * in the middle of names, which this release does not do: refused, so that nobody believes it is enforced.
 */
import { LISTED } from '../entry.ts'
import type { Format } from '../entry.ts'
import { readIndicator, readName, trimDirt } from '../indicator.ts'
import { WireName } from '../name.ts'
import { isComment, lineText, tokenEnd, trimStart } from './tokens.ts'

const ASTERISK = 0x2a
const DOT = 0x2e

export const wildcard: Format = (sink, match) => {
  const name = new WireName()
  return {
    line(bytes, start, end) {
      start = trimStart(bytes, start, end)
      if (start === end || isComment(bytes[start]!)) return
      const stop = tokenEnd(bytes, start, end)
      const rest = trimStart(bytes, stop, end)
      if (rest < end && !isComment(bytes[rest]!)) return sink.refuse('not-a-name')
      if (bytes[start] === ASTERISK && bytes[start + 1] === DOT && name.readPlain(bytes, start + 2, stop)) {
        return sink.name(name.bytes, name.length, 'subtree', LISTED)
      }
      const text = trimDirt(lineText(bytes, start, stop))
      if (text.startsWith('*.') || text.startsWith('+.')) readBare(text.slice(2))
      else if (text.startsWith('.')) readBare(text.slice(1))
      else if (text.startsWith('=')) readName(text.slice(1), sink, 'exact', LISTED)
      else readIndicator(text, sink, match, LISTED)
    },
    end() {},
  }

  function readBare(text: string): void {
    // `*.*.x` would lose its second asterisk in readName.
    if (text.includes('*')) sink.refuse('wildcard')
    else readName(text, sink, 'subtree', LISTED)
  }
}
