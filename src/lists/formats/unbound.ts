/**
 * Unbound configuration: `local-zone: "x" TYPE` covers x and all under it, `local-data: "x A ADDRESS"` x alone. As with
 * dnsmasq the list's action decides what is answered. Types that let through are exceptions.
 */
import { EXCEPT, LISTED } from '../entry.ts'
import type { Format } from '../entry.ts'
import { readName, trimDirt } from '../indicator.ts'
import { lineText, trimStart } from './tokens.ts'

const HASH = 0x23

const LOCAL_ZONE = /^local-zone:\s*(?:"([^"]*)"|(\S+))\s+"?([a-z_]+)"?\s*(?:#.*)?$/i
const LOCAL_DATA = /^local-data:\s*["']?\s*([^\s"']+)(?:\s+\d+)?(?:\s+IN)?\s+(\S+)/i

const BLOCKING = new Set([
  'always_nxdomain', 'always_null', 'always_nodata', 'always_refuse', 'always_deny', 'static', 'deny', 'refuse',
  'redirect', 'inform_deny', 'inform_redirect',
]) // prettier-ignore
const LETTING_THROUGH = new Set([
  'transparent',
  'typetransparent',
  'always_transparent',
  'nodefault',
  'inform',
])

export const unbound: Format = (sink) => ({
  line(bytes, start, end) {
    start = trimStart(bytes, start, end)
    if (start === end || bytes[start] === HASH) return
    const text = trimDirt(lineText(bytes, start, end))
    // The clause the directives stand in.
    if (/^server:\s*(?:#.*)?$/.test(text)) return
    const zone = LOCAL_ZONE.exec(text)
    if (zone) {
      const type = zone[3]!.toLowerCase()
      const name = zone[1] ?? zone[2]!
      if (BLOCKING.has(type)) readName(name, sink, 'subtree', LISTED)
      else if (LETTING_THROUGH.has(type)) readName(name, sink, 'subtree', EXCEPT)
      else sink.refuse('not-yet')
      return
    }
    const data = LOCAL_DATA.exec(text)
    if (data && /^(?:A|AAAA)$/i.test(data[2]!)) readName(data[1]!, sink, 'exact', LISTED)
    else sink.refuse('not-yet')
  },
  end() {},
})
