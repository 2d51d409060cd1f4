/**
 * One indicator as people write it: a name, an address, a prefix; or a thing that DNS cannot enforce, which is said
 * and never cut to the host name in it. Everything here works on text; plain names never come this far.
 */
import type { Effect, EntrySink, NameKind } from './entry.ts'
import { WireName } from './name.ts'
import { parsePrefix } from './prefix-text.ts'

const name = new WireName()
const scratch = Buffer.alloc(1024)
/** No plain name is longer; what is goes the long way and is refused there. */
const MAX_PLAIN_CHARACTERS = 255

/** White space and invisible marks that come along when text is copied. */
const DIRT = /^[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff]+|[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff]+$/g

/** MD5, SHA-1, SHA-256, SHA-512. */
const HASH = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$/i

const URL_FORM = /^[a-z][a-z0-9+.-]*:\/\/([^/?#\\]*)(.*)$/is
const PORT = /:\d{1,5}$/
const BRACKETED_ADDRESS = /^\[[0-9a-f:.]+\](?::\d+)?$/i

/** `text` without white space and invisible marks at its ends. */
export function trimDirt(text: string): string {
  return text.replace(DIRT, '')
}

/** Gives what `text` says to the sink: an entry, a refusal, or what DNS cannot enforce. `kind`: of a plain name. */
export function readIndicator(text: string, sink: EntrySink, kind: NameKind, effect: Effect): void {
  const value = trimDirt(text)
  const prefix = parsePrefix(value)
  if (prefix) return sink.address(prefix.address, prefix.prefixLength, effect)
  if (HASH.test(value)) return sink.skip('hash')
  const url = URL_FORM.exec(value)
  if (url) return readUrl(url[1]!, url[2]!, sink, kind, effect)
  if (value.includes('/')) {
    // `example.com/` is no path.
    const isHost =
      value.indexOf('/') === value.length - 1 && value.length > 1 && !PORT.test(value.slice(0, -1))
    return isHost ? readName(value.slice(0, -1), sink, kind, effect) : sink.skip('path')
  }
  if (PORT.test(value) || BRACKETED_ADDRESS.test(value)) return sink.skip('port')
  readName(value, sink, kind, effect)
}

/** Gives a name in any spelling to the sink. `*.x` is all below x, whatever `kind` says. */
export function readName(text: string, sink: EntrySink, kind: NameKind, effect: Effect): void {
  const isWildcard = text.startsWith('*.')
  const bare = isWildcard ? text.slice(2) : text
  if (bare.includes('*')) return sink.refuse('wildcard')
  const isPlain = bare.length <= MAX_PLAIN_CHARACTERS && name.readPlain(scratch, 0, scratch.write(bare))
  if (!isPlain) {
    const problem = bare.includes('\ufffd') ? 'junk' : name.readText(bare)
    if (problem) return sink.refuse(problem)
  }
  sink.name(name.bytes, name.length, isWildcard ? 'below' : kind, effect)
}

function readUrl(authority: string, rest: string, sink: EntrySink, kind: NameKind, effect: Effect): void {
  if (rest !== '' && rest !== '/') return sink.skip('url')
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  if (parsePrefix(host) || BRACKETED_ADDRESS.test(host)) return sink.skip('address-url')
  if (PORT.test(host)) return sink.skip('port')
  readName(host, sink, kind, effect)
}
