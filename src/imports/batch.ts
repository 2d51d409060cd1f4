/**
 * Items on their way from the reading thread, many at once and column by column: a million objects one by one would
 * take longer to copy than to find.
 */
import type { FilePlace, ProposedItem } from '../indicators/proposal.ts'
import type { ReasonCode } from '../indicators/reasons.ts'
import { DECISIONS, KINDS, SCOPES } from '../indicators/verdict.ts'

export const BATCH_ITEMS = 2000

export interface Batch {
  readonly values: string[]
  /** Kind, scope and decision by number, three bytes an item. */
  readonly codes: Uint8Array
  /** Each set of reasons once, and which one an item has. */
  readonly reasonSets: ReasonCode[][]
  readonly reasons: Uint16Array
  /** Of items at one line of a text: file and line. Line 0: see `places`. */
  readonly files: Uint16Array
  readonly lines: Uint32Array
  readonly places: Map<number, readonly FilePlace[]>
  /** Where they are not the value. */
  readonly written: Map<number, string>
  readonly readings: Map<number, readonly string[]>
}

export function packBatch(items: readonly ProposedItem[]): Batch {
  const batch: Batch = {
    values: [],
    codes: new Uint8Array(items.length * 3),
    reasonSets: [],
    reasons: new Uint16Array(items.length),
    files: new Uint16Array(items.length),
    lines: new Uint32Array(items.length),
    places: new Map(),
    written: new Map(),
    readings: new Map(),
  }
  const sets = new Map<string, number>()
  for (const [index, item] of items.entries()) {
    batch.values.push(item.value)
    batch.codes.set(
      [KINDS.indexOf(item.kind), SCOPES.indexOf(item.scope), DECISIONS.indexOf(item.decision)],
      index * 3,
    )
    const key = item.reasons.join()
    let set = sets.get(key)
    if (set === undefined) {
      set = batch.reasonSets.push([...item.reasons]) - 1
      sets.set(key, set)
    }
    batch.reasons[index] = set
    const line = lineOf(item.places)
    batch.lines[index] = line
    batch.files[index] = item.places[0]!.file
    if (line === 0) batch.places.set(index, item.places)
    if (item.written !== item.value) batch.written.set(index, item.written)
    if (item.readings.length > 0) batch.readings.set(index, item.readings)
  }
  return batch
}

export function* unpackBatch(batch: Batch): Generator<ProposedItem> {
  for (const [index, value] of batch.values.entries()) {
    const line = batch.lines[index]!
    yield {
      value,
      kind: KINDS[batch.codes[index * 3]!]!,
      scope: SCOPES[batch.codes[index * 3 + 1]!]!,
      decision: DECISIONS[batch.codes[index * 3 + 2]!]!,
      reasons: batch.reasonSets[batch.reasons[index]!]!,
      readings: batch.readings.get(index) ?? NONE,
      written: batch.written.get(index) ?? value,
      places: line === 0 ? batch.places.get(index)! : [{ file: batch.files[index]!, line }],
    }
  }
}

const NONE: readonly string[] = []

/** The line of an item that stands at one line and nowhere else; otherwise 0. */
function lineOf(places: readonly FilePlace[]): number {
  const [place] = places as [FilePlace]
  if (places.length !== 1 || place.line === undefined || place.line > 0xffff_ffff) return 0
  for (const key in place) if (key !== 'line' && key !== 'file') return 0
  return place.line
}
