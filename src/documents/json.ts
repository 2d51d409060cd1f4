/** JSON: MISP events and STIX bundles by their meaning; of anything else each text under the name it stands at. */
import { type Budget, DocumentError, LimitError } from './limits.ts'
import { isMisp, readMisp } from './misp.ts'
import { brokenLines, type DocumentSink, PLAIN } from './sink.ts'
import { isStix, readStix } from './stix.ts'

export type JsonFormat = 'misp' | 'stix' | 'json'

/** Reads `text` and says what it was. `nowMs`: for what was valid only for a time. Throws DocumentError. */
export function readJson(text: string, nowMs: number, budget: Budget, sink: DocumentSink): JsonFormat {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new DocumentError(`it begins like JSON and is none: ${(error as Error).message.slice(0, 120)}`, {
      cause: error,
    })
  }
  if (isStix(value)) return (readStix(value, nowMs, budget, sink), 'stix')
  if (isMisp(value)) return (readMisp(value, budget, sink), 'misp')
  readAny(value, '', '', 0, budget, sink)
  return 'json'
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
    throw new LimitError(`more than ${budget.limits.maxDepth} values stand inside each other`)
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
