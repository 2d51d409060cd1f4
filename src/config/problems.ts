/**
 * What is wrong with a configuration, with the place of each: all of it at once, so that nobody repairs one line a
 * start. Bounded, because a file that is something else altogether would fill the screen.
 */

/** Where a value was said: a place in the file, or an option of the command line. */
export type Place =
  { readonly file: string; readonly line: number; readonly column: number } | { readonly option: string }

/** Keys and indexes from the root to a value. */
export type Path = readonly (string | number)[]

/** How a path is a key of a map: `lists/0/id`. */
export function pointer(path: Path): string {
  return path.join('/')
}

/** How people read a path: `lists[0].id`. */
export function spoken(path: Path): string {
  let text = ''
  for (const step of path) {
    text += typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`
  }
  return text
}

export const MAX_PROBLEMS = 20

interface Problem {
  readonly place: Place
  readonly message: string
}

export class Problems {
  readonly #found: Problem[] = []

  get count(): number {
    return this.#found.length
  }

  add(place: Place, message: string): void {
    this.#found.push({ place, message })
  }

  /** Takes over what was found on trial. */
  addAll(others: Problems): void {
    this.#found.push(...others.#found)
  }

  /** `file:line:col: message` each, in the order of the file, the command line first; the first twenty of them. */
  lines(): string[] {
    const sorted = this.#found.toSorted((left, right) => order(left.place, right.place))
    const lines = [...new Set(sorted.map(({ place, message }) => `${formatPlace(place)}: ${message}`))]
    if (lines.length <= MAX_PROBLEMS) return lines
    return [...lines.slice(0, MAX_PROBLEMS), `… and ${lines.length - MAX_PROBLEMS} more`]
  }
}

function formatPlace(place: Place): string {
  return 'option' in place ? place.option : `${place.file}:${place.line}:${place.column}`
}

function order(left: Place, right: Place): number {
  if ('option' in left || 'option' in right) return Number('option' in right) - Number('option' in left)
  return left.line - right.line || left.column - right.column
}
