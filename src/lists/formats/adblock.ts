/**
 * Adblock filters: only rules that name a whole host, `||x^`, and exceptions to them, `@@||x^`. `$important`, `$all` and
 * `$document` narrow nothing a resolver sees. All else is a browser's business: element hiding, paths, patterns, other
 * modifiers, and hosts that are addresses, which nobody asks DNS for.
 */
import { EXCEPT, LISTED } from '../entry.ts'
import type { Format } from '../entry.ts'
import { readName, trimDirt } from '../indicator.ts'
import { WireName } from '../name.ts'
import { parsePrefix } from '../prefix-text.ts'
import { lineText, trimEnd, trimStart } from './tokens.ts'

const EXCLAMATION = 0x21
const BRACKET = 0x5b
const PIPE = 0x7c
const CARET = 0x5e

/** `||host^` with harmless modifiers; the caret may be followed by the end-of-address `|`. */
const HOST_RULE = /^(@@)?\|\|([^^/$|:]+)\^\|?(?:\$([a-z,-]+))?$/i
const HARMLESS = new Set(['important', 'all', 'document', 'doc'])

export const adblock: Format = (sink) => {
  const name = new WireName()
  return {
    line(bytes, start, end) {
      start = trimStart(bytes, start, end)
      end = trimEnd(bytes, start, end)
      // `[Adblock Plus 2.0]` is a heading.
      if (start === end || bytes[start] === EXCLAMATION || bytes[start] === BRACKET) return
      const isHostRule = bytes[start] === PIPE && bytes[start + 1] === PIPE && bytes[end - 1] === CARET
      if (isHostRule && name.readPlain(bytes, start + 2, end - 1)) {
        return sink.name(name.bytes, name.length, 'subtree', LISTED)
      }
      readRule(trimDirt(lineText(bytes, start, end)))
    },
    end() {},
  }

  function readRule(text: string): void {
    // `# comment`, as against `##.advert`.
    if (/^#(?![#@?$%])/.test(text)) return
    const rule = HOST_RULE.exec(text)
    const modifiers = rule?.[3]?.split(',') ?? []
    if (!rule || !modifiers.every((modifier) => HARMLESS.has(modifier.toLowerCase())))
      return sink.skip('filter')
    const host = rule[2]!
    if (parsePrefix(host)) return sink.skip('address-url')
    readName(host, sink, 'subtree', rule[1] === undefined ? LISTED : EXCEPT)
  }
}
