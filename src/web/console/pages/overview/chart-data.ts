/** Rates of the server as rows of a chart. */

/** Of `GET /traffic/recent`. */
export interface Rates {
  readonly stepSeconds: number
  /** Seconds since 1970, ascending. */
  readonly ends: readonly number[]
  readonly queries: readonly number[]
  readonly blocked: readonly number[]
}

const HOUR_S = 3600

/** Times, then a row a line. Always the whole hour: what is not known of it is left empty. */
export function chartData({
  ends,
  queries,
  blocked,
  stepSeconds,
}: Rates): [number[], (number | null)[], (number | null)[]] {
  const first = ends[0]
  const last = ends.at(-1)
  if (first === undefined || last === undefined) return [[], [], []]
  const start = last - HOUR_S
  // One point at the beginning of the hour holds the axis there.
  return first - start > 2 * stepSeconds
    ? [
        [start, ...ends],
        [null, ...queries],
        [null, ...blocked],
      ]
    : [[...ends], [...queries], [...blocked]]
}
