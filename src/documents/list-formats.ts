/** Lists in the formats of block lists, read by the same code that reads the lists in force. */
import type { EntrySink } from '../lists/entry.ts'
import type { NamedFormat } from '../lists/formats/detect.ts'
import { FORMATS } from '../lists/formats/formats.ts'
import { lineText } from '../lists/formats/tokens.ts'
import { LineSplitter, MAX_LINE_BYTES } from '../lists/lines.ts'
import { shortText } from '../lists/outcome.ts'
import { prefixText } from '../lists/prefix-text.ts'
import { nameToText } from '../wire/name.ts'
import type { Budget } from './limits.ts'
import type { DocumentSink } from './sink.ts'

const SCOPES = { exact: 'exact', subtree: 'subtree', below: 'below' } as const

/** Reads `bytes` (UTF-8). Throws DocumentError. */
export function readList(bytes: Uint8Array, format: NamedFormat, budget: Budget, sink: DocumentSink): void {
  let written = ''
  const entries: EntrySink = {
    lineNumber: 0,
    name(wire, _length, kind, effect) {
      const isException = effect.kind === 'except' || effect.kind === 'pass'
      const entry = { value: nameToText(wire), isName: true, scope: SCOPES[kind], isException }
      sink.entry(entry, written, { line: this.lineNumber })
    },
    address(address, prefixLength, effect) {
      const isException = effect.kind === 'except' || effect.kind === 'pass'
      const value = prefixText(address, prefixLength)
      sink.entry({ value, isName: false, scope: 'listed', isException }, written, { line: this.lineNumber })
    },
    refuse(reason) {
      sink.refusedEntry(written, reason, { line: this.lineNumber })
    },
    skip(reason) {
      sink.refusedEntry(written, reason, { line: this.lineNumber })
    },
  }
  const reader = FORMATS[format](entries, 'subtree')
  const splitter = new LineSplitter({
    line(chunk, start, end, number) {
      budget.spendRow()
      entries.lineNumber = number
      written = lineText(chunk, start, end).trim()
      reader.line(chunk, start, end)
    },
    tooLong(chunk, number) {
      budget.spendRow()
      sink.refusedEntry(shortText(chunk, 0, MAX_LINE_BYTES), 'too-long', { line: number })
    },
  })
  splitter.push(bytes)
  splitter.end()
  reader.end()
}
