/**
 * A hosts file: an address, then names. The address is only where a browser would be sent instead, so it is not looked
 * at; `localhost` and its kind are refused as single labels. A line that holds a name alone is taken as one.
 */
import { isIP } from 'node:net'
import { LISTED } from '../entry.ts'
import type { Format } from '../entry.ts'
import { readName } from '../indicator.ts'
import { WireName } from '../name.ts'
import { isComment, lineText, tokenEnd, trimStart } from './tokens.ts'

export const hosts: Format = (sink, match) => {
  const name = new WireName()

  function readHost(bytes: Uint8Array, start: number, end: number): void {
    if (name.readPlain(bytes, start, end)) sink.name(name.bytes, name.length, match, LISTED)
    else readName(lineText(bytes, start, end), sink, match, LISTED)
  }

  return {
    line(bytes, start, end) {
      start = trimStart(bytes, start, end)
      if (start === end || isComment(bytes[start]!)) return
      let stop = tokenEnd(bytes, start, end)
      let next = trimStart(bytes, stop, end)
      const isAlone = next === end || isComment(bytes[next]!)
      if (!isUsualRedirect(bytes, start, stop) && isIP(bareAddress(lineText(bytes, start, stop))) === 0) {
        if (isAlone) readHost(bytes, start, stop)
        else sink.refuse('not-an-address')
        return
      }
      if (isAlone) return sink.refuse('not-a-name')
      while (next < end && !isComment(bytes[next]!)) {
        stop = tokenEnd(bytes, next, end)
        readHost(bytes, next, stop)
        next = trimStart(bytes, stop, end)
      }
    },
    end() {},
  }
}

const USUAL_REDIRECTS = ['0.0.0.0', '127.0.0.1', '::', '::1'].map((text) => Buffer.from(text))

/** Nearly every line begins alike: no string is made to find out. */
function isUsualRedirect(bytes: Uint8Array, start: number, end: number): boolean {
  for (const redirect of USUAL_REDIRECTS) {
    if (redirect.length !== end - start) continue
    let at = 0
    while (at < redirect.length && bytes[start + at] === redirect[at]) at++
    if (at === redirect.length) return true
  }
  return false
}

/** Without the zone of `fe80::1%lo0`. */
function bareAddress(text: string): string {
  const percent = text.indexOf('%')
  return percent === -1 ? text : text.slice(0, percent)
}
