/** JSON: MISP events and STIX bundles by their meaning; of anything else each text under the name it stands at. */
import { type Budget, DocumentError, LimitError } from './limits.ts'
import { isMisp, readMisp } from './misp.ts'
import { brokenLines, type DocumentSink, PLAIN } from './sink.ts'
import { isStix, isStixObject, readStix } from './stix.ts'

export type JsonFormat = 'misp' | 'stix' | 'json'

/** Reads `text` and says what it was. `nowMs`: for what was valid only for a time. Throws DocumentError. */
export function readJson(text: string, nowMs: number, budget: Budget, sink: DocumentSink): JsonFormat {
  const value = parseAny(text)
  if (isStix(value)) return (readStix(value, nowMs, budget, sink), 'stix')
  if (isMisp(value)) return (readMisp(value, budget, sink), 'misp')
  if (isStixObject(value)) return (readStix({ objects: [value] }, nowMs, budget, sink), 'stix')
  if (Array.isArray(value) && value.length > 0) {
    if (value.every(isStixObject) && !value.every(isStix)) return (readStix({ objects: value }, nowMs, budget, sink), 'stix') // prettier-ignore
    if (value.every(isStix)) {
      for (const [index, bundle] of value.entries()) readStix(bundle, nowMs, budget, sink, `/${index}`)
      return 'stix'
    }
  }
  readAny(value, '', '', 0, budget, sink)
  return 'json'
}

/** A value, or (JSON Lines) one in each line as a list. */
function parseAny(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    try {
      if (lines.length > 1) return lines.map((line): unknown => JSON.parse(line))
    } catch {
      // Not that either: the first error says where.
    }
    throw new DocumentError(
      `bắt đầu như JSON nhưng không phải · it begins like JSON and is none: ${(error as Error).message.slice(0, 120)}`,
      {
        cause: error,
      },
    )
  }
}

function readAny(
  value: unknown,
  key: string,
  path: string,
  depth: number,
  budget: Budget,
  sink: DocumentSink,
): void {
  if (depth > budget.limits.maxDepth) {
    throw new LimitError(
      `quá ${budget.limits.maxDepth} giá trị lồng nhau · more than ${budget.limits.maxDepth} values stand inside each other`,
    )
  }
  if (typeof value === 'string') {
    budget.spendRow()
    const named = { lines: brokenLines(key), place: { path }, column: 0, isNumber: false }
    sink.row(`json ${path}`, [named, { ...named, lines: brokenLines(value), column: 1 }], PLAIN)
  } else if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) {
      readAny(each, key, `${path}/${index}`, depth + 1, budget, sink)
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, each] of Object.entries(value)) {
      readAny(each, name, `${path}/${pointerWord(name)}`, depth + 1, budget, sink)
    }
  }
}

/** RFC 6901 §3. */
function pointerWord(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
