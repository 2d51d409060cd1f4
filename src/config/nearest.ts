/** The valid word nearest to one that is not: what stands behind "did you mean". */

/** The nearest of `words`, or null when even that is a different word altogether. */
export function nearest(word: string, words: readonly string[]): string | null {
  let best: string | null = null
  let bestDistance = Infinity
  for (const candidate of words) {
    const apart = distance(word.toLowerCase(), candidate.toLowerCase())
    if (apart < bestDistance) {
      best = candidate
      bestDistance = apart
    }
  }
  if (best === null) return null
  const limit = Math.max(2, Math.floor(Math.max(word.length, best.length) / 2))
  return bestDistance <= limit && bestDistance < Math.max(word.length, best.length) ? best : null
}

const MAX_COMPARED = 64

/** Damerau-Levenshtein distance (optimal string alignment) of two short words. */
export function distance(left: string, right: string): number {
  const a = left.slice(0, MAX_COMPARED)
  const b = right.slice(0, MAX_COMPARED)
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, beforePrevious[j - 2]! + 1)
      }
      row.push(cost)
    }
    beforePrevious = previous
    previous = row
  }
  return previous[b.length]!
}
