/** Pictures of hits: from times and counts to places between 0 and 1. */

export const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** The server tells of no more hours. */
const MOST_MS = 31 * DAY_MS

/** A span of time that is drawn. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** From the first hit to now, in whole hours, a day at least and 31 at most. */
export function spanOf(firstMs: number, nowMs: number): Span {
  const toMs = Math.ceil((nowMs + 1) / HOUR_MS) * HOUR_MS
  const fromMs = Math.floor(Math.max(firstMs, toMs - MOST_MS) / HOUR_MS) * HOUR_MS
  return { fromMs: Math.min(fromMs, toMs - DAY_MS), toMs }
}

export interface Bar {
  /** Left edge and width. */
  readonly x: number
  readonly width: number
  readonly height: number
}

/** Of hours, each with its hits; those outside the span are left out. */
export function hourBars(
  hours: readonly { readonly at: string; readonly hits: number }[],
  { fromMs, toMs }: Span,
): (Bar & { readonly at: string; readonly hits: number })[] {
  const most = Math.max(1, ...hours.map(({ hits }) => hits))
  return hours
    .filter(({ at }) => Date.parse(at) >= fromMs && Date.parse(at) < toMs)
    .map(({ at, hits }) => ({
      at,
      hits,
      x: (Date.parse(at) - fromMs) / (toMs - fromMs),
      width: HOUR_MS / (toMs - fromMs),
      height: hits / most,
    }))
}

/** From first to last hit, as far as it lies within the span; null: all of it was before. */
export function strip(firstMs: number, lastMs: number, { fromMs, toMs }: Span): Omit<Bar, 'height'> | null {
  if (lastMs < fromMs) return null
  const from = Math.max(firstMs, fromMs)
  return { x: (from - fromMs) / (toMs - fromMs), width: (Math.min(lastMs, toMs) - from) / (toMs - fromMs) }
}

/** Most that are named below a picture. */
const MOST_TICKS = 8

/** Behind it there is no room for the name of a tick. */
const LAST_TICK = 0.95

/** Where days begin, in the time zone of the browser, and where there are few of them also the quarters of each. */
export function ticksOf({ fromMs, toMs }: Span): {
  readonly x: number
  readonly at: string
  readonly isDay: boolean
}[] {
  const isShort = toMs - fromMs <= 2 * DAY_MS
  const ticks: Date[] = []
  const at = new Date(fromMs)
  at.setHours(0, 0, 0, 0)
  while (at.getTime() < toMs) {
    if (at.getTime() >= fromMs) ticks.push(new Date(at))
    if (isShort) at.setHours(at.getHours() + 6)
    else at.setDate(at.getDate() + 1)
  }
  const every = Math.ceil(ticks.length / MOST_TICKS)
  return ticks
    .filter((_, index) => index % every === 0)
    .map((tick) => ({
      x: (tick.getTime() - fromMs) / (toMs - fromMs),
      at: tick.toISOString(),
      isDay: tick.getHours() === 0,
    }))
    .filter(({ x }) => x <= LAST_TICK)
}

export interface Interval {
  readonly fromSeconds: number
  /** Null: or longer. */
  readonly toSeconds: number | null
  readonly count: number
}

/** Lengths grow by a fifth from step to step, so they stand on a scale of factors. */
export function intervalBars(intervals: readonly Interval[]): (Bar & Interval)[] {
  const first = intervals[0]
  if (first === undefined) return []
  const from = Math.log(first.fromSeconds)
  const ends = intervals.map(({ fromSeconds, toSeconds }) => Math.log(toSeconds ?? fromSeconds * 1.2))
  // One length alone is no wall: it stands in the middle of others that were not there.
  const spread = Math.max(...ends) - from
  const room = Math.max(spread, Math.log(4))
  const start = from - (room - spread) / 2
  const most = Math.max(...intervals.map(({ count }) => count))
  return intervals.map((interval, at) => ({
    ...interval,
    x: (Math.log(interval.fromSeconds) - start) / room,
    width: (ends[at]! - Math.log(interval.fromSeconds)) / room,
    height: interval.count / most,
  }))
}

/** Hits by hour of the day, in the time zone of the browser like all other times on the page. */
export function hoursOfDay(hours: readonly { readonly at: string; readonly hits: number }[]): number[] {
  const sums = Array<number>(24).fill(0)
  for (const { at, hits } of hours) sums[new Date(at).getHours()]! += hits
  return sums
}
