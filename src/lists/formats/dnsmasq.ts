/**
 * dnsmasq configuration: `address=/x/y/ADDRESS`, `server=/x/`, `local=/x/` cover the names and all under them. The
 * address is where the list's author would send the client; here the list's action says that. `server=/x/#` ("as
 * usual") is an exception; a `server` with an address is a forward zone, which no list may set up.
 */
import { EXCEPT, LISTED } from '../entry.ts'
import type { Format } from '../entry.ts'
import { readName, trimDirt } from '../indicator.ts'
import { lineText, trimStart } from './tokens.ts'

const HASH = 0x23

const DIRECTIVE = /^(?:--)?(address|server|local)\s*=\s*\/(.*)\/([^/\s]*)(?:\s+#.*)?$/

export const dnsmasq: Format = (sink) => ({
  line(bytes, start, end) {
    start = trimStart(bytes, start, end)
    if (start === end || bytes[start] === HASH) return
    const directive = DIRECTIVE.exec(trimDirt(lineText(bytes, start, end)))
    if (!directive) return sink.refuse('not-yet')
    const [, keyword, names, target] = directive as unknown as [string, string, string, string]
    const isException = keyword === 'server' && target === '#'
    if (keyword === 'server' && target !== '' && !isException) return sink.refuse('not-yet')
    for (const name of names.split('/')) {
      // `address=/#/` is every name there is.
      if (name === '#' || name === '') sink.refuse('wildcard')
      else readName(name.replace(/^\./, ''), sink, 'subtree', isException ? EXCEPT : LISTED)
    }
  },
  end() {},
})
