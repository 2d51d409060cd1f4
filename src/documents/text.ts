/** Plain text: a list in one of the list formats, a list of indicators with comments, or running text. */
import { detectFormat, SAMPLE_BYTES, type NamedFormat } from '../lists/formats/detect.ts'
import { hasTabColumns, linesOf, readTable } from './tables.ts'
import { readList } from './list-formats.ts'
import type { Budget } from './limits.ts'
import { brokenLines, type DocumentSink, LIST, PLAIN } from './sink.ts'

/** Lines that only a list in that format has: a letter may hold one that looks alike. */
const CERTAIN: Readonly<Partial<Record<NamedFormat, RegExp>>> = {
  rpz: /^\$(?:TTL|ORIGIN)\s|\sSOA\s|\sCNAME\s+(?:\.|\*\.|rpz-\w+\.)\s*(?:;.*)?$/im,
  adblock: /^(?:@@)?\|\||^\[Adblock/im,
  dnsmasq: /^(?:--)?(?:address|server|local)\s*=\s*\//m,
  unbound: /^\s*local-(?:zone|data):/m,
  hosts: /^(?:0\.0\.0\.0|127\.0\.0\.1|::1?)\s+\S/m,
  wildcard: /^(?:\*\.|\+\.|\.|=)\S/m,
}

/** A line that begins with a name, an address or a URL, with at most a bullet before it. */
const BEGINS_WITH_INDICATOR = /^\s*[^\p{L}\d\s]*\s?\S*[\p{L}\d\])}](?:\.|\[\.?|\(\.|\{\.|:\/\/|:)[^\s.]/u
const HEX = /^\s*[0-9a-f]{32,128}\s*$/i
const COMMENT = /^\s*(?:#|;|!|\/\/)/
/** More of a line says no more of how it begins. */
const LONGEST_BEGINNING = 300
const LEAST_SHARE = 0.6

/** Throws DocumentError. `bytes`: the same in UTF-8. */
export function readText(text: string, bytes: Uint8Array, budget: Budget, sink: DocumentSink): void {
  const sample = text.slice(0, SAMPLE_BYTES)
  const format = detectFormat(bytes.subarray(0, SAMPLE_BYTES))
  if (CERTAIN[format]?.test(sample)) return readList(bytes, format, budget, sink)
  if (hasTabColumns(text)) return readTable(text, '\t', budget, sink)
  const isList = looksLikeList(sample)
  const traits = isList ? LIST : PLAIN
  let number = 0
  for (const whole of linesOf(text)) {
    budget.spendRow()
    const place = { line: ++number }
    if (COMMENT.test(whole) && isList) {
      sink.gap()
      continue
    }
    const line = isList ? whole.replace(/\s#.*$/, '') : whole
    for (const piece of brokenLines(line)) sink.line(piece, place, traits)
  }
}

function looksLikeList(sample: string): boolean {
  const lines = sample
    .split('\n')
    .map((line) => line.slice(0, LONGEST_BEGINNING))
    .filter((line) => line.trim() !== '' && !COMMENT.test(line))
  const starting = lines.filter((line) => BEGINS_WITH_INDICATOR.test(line) || HEX.test(line))
  return starting.length >= lines.length * LEAST_SHARE
}
