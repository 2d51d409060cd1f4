/** Addresses and CIDR prefixes, one a line; comments after `#` or `;`, and further columns (a score) left out. */
import { LISTED } from '../entry.ts'
import type { Format } from '../entry.ts'
import { trimDirt } from '../indicator.ts'
import { parsePrefix } from '../prefix-text.ts'
import { isComment, lineText, trimStart } from './tokens.ts'

/** The first word, as far as a column or a comment. */
const FIRST_WORD = /^[^\s,;#]+/

export const addresses: Format = (sink) => ({
  line(bytes, start, end) {
    start = trimStart(bytes, start, end)
    if (start === end || isComment(bytes[start]!)) return
    const text = trimDirt(lineText(bytes, start, end))
    const prefix = parsePrefix(FIRST_WORD.exec(text)?.[0] ?? '')
    if (prefix) sink.address(prefix.address, prefix.prefixLength, LISTED)
    else if (/^(?:\d+\.){3}\d+:\d+$/.test(text) || /^\[[0-9a-f:.]+\]:\d+$/i.test(text)) sink.skip('port')
    else sink.refuse('not-an-address')
  },
  end() {},
})
