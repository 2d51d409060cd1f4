/**
 * Whether hits look like a program that reports home or like a person: a hint, with its reason, from the histogram of
 * intervals and the hours of the day. Pure.
 *
 * Where the thresholds come from. Arrivals without a rhythm (exponential intervals) put at most 31 % of the intervals
 * into a window of five buckets, whose ends are a factor 2.4 apart: the maximum of e^-a - e^-2.38a. Intervals of people,
 * log-normal with a deviation of a factor e, put 33 % there. Twice that is `REGULAR`. A program that waits its interval
 * shortened by up to the half at random has a coefficient of variation of 0.19 (jitter j: j / √12 / (1 - j/2)), and
 * intervals without a rhythm have 0.32 within the window: `STEADY` lies between. With `LEAST_INTERVALS`, arrivals without
 * a rhythm are taken for a program less than once in fifty times, and one that misses every fifth of its intervals is
 * recognised: see the property test, which draws them.
 *
 * What it cannot know: an answer is kept by the client for its TTL, so what is asked for all the time shows the TTL; and a
 * page left open that asks by itself is a program, too.
 */
import { localDay, localHour } from './local-day.ts'
import { middleMs, type Histogram } from './rhythm.ts'

export type BeaconHint = 'machine-like' | 'human-like' | 'unknown'

/** What the hint rests on. */
export interface BeaconFigures {
  /** Intervals of five seconds or more that are counted, older ones halved now and then. */
  readonly intervals: number
  /** About which most of them lie; null: there is none. */
  readonly modalMs: number | null
  /** How many lie near it, of all: 0 to 1. */
  readonly share: number
  /** Coefficient of variation of those within a factor two of it. */
  readonly variation: number
  /** Hours of the day (0 to 24) in which the client had hits, of any name. */
  readonly hours: number
  /** Nights with hits between midnight and five. */
  readonly nights: number
}

export interface Beacon extends BeaconFigures {
  readonly hint: BeaconHint
}

/** Hits of the client in an hour that begins at `at`. */
export interface HourOfHits {
  readonly at: number
  readonly hits: number
}

export const LEAST_INTERVALS = 20
const REGULAR = 0.6
const STEADY = 0.24
/** With hits in the night, when nobody works: half as much again as chance makes. */
const REGULAR_AT_NIGHT = 0.45
const LEAST_NIGHTS = 2
const IRREGULAR = 0.4
/** Buckets on either side of the modal one that are called near, and those that variation is taken from. */
const NEAR = 2
const ABOUT = 3
const NIGHT_ENDS = 5

/** When a client is on, by the hours in which it had hits. */
export interface TimesOfDay {
  /** Hours of the day with hits. */
  readonly hours: number
  /** Nights with hits between midnight and five. */
  readonly nights: number
  /** Hits by hour of the day, 24 of them. */
  readonly byHour: readonly number[]
}

/** Judges a pair by its intervals and the hours of its client. */
export function judgeBeacon(histogram: Histogram, hours: readonly HourOfHits[]): Beacon {
  return judgeIntervals(histogram, timesOfDay(hours))
}

/** As `judgeBeacon`, for many pairs of one client. */
export function judgeIntervals(histogram: Histogram, { hours, nights }: TimesOfDay): Beacon {
  const figures = { ...figuresOf(histogram), hours, nights }
  return { ...figures, hint: hintOf(figures) }
}

/** In the time zone of the machine. */
export function timesOfDay(hours: readonly HourOfHits[]): TimesOfDay {
  const byHour = Array.from({ length: 24 }, () => 0)
  const nights = new Set<number>()
  for (const { at, hits } of hours) {
    if (hits <= 0) continue
    const hour = localHour(at)
    byHour[hour]! += hits
    if (hour < NIGHT_ENDS) nights.add(localDay(at))
  }
  return { hours: byHour.filter((hits) => hits > 0).length, nights: nights.size, byHour }
}

function hintOf({ intervals, share, variation, nights }: BeaconFigures): BeaconHint {
  if (intervals < LEAST_INTERVALS) return 'unknown'
  if (share >= REGULAR && variation <= STEADY) return 'machine-like'
  if (share >= REGULAR_AT_NIGHT && nights >= LEAST_NIGHTS) return 'machine-like'
  return share < IRREGULAR && nights === 0 ? 'human-like' : 'unknown'
}

function figuresOf(histogram: Histogram): Omit<BeaconFigures, 'hours' | 'nights'> {
  const intervals = sum(histogram, 0, histogram.length - 1)
  if (intervals === 0) return { intervals, modalMs: null, share: 0, variation: 0 }
  const mode = modeOf(histogram)
  const { mean, deviation } = spread(histogram, mode - ABOUT, mode + ABOUT)
  return {
    intervals,
    modalMs: spread(histogram, mode - NEAR, mode + NEAR).mean,
    share: sum(histogram, mode - NEAR, mode + NEAR) / intervals,
    variation: deviation / mean,
  }
}

/**
 * The bucket about which most intervals lie: weighted by nearness, so that twice the interval, where one hit was missed,
 * four buckets away, does not draw it.
 */
function modeOf(histogram: Histogram): number {
  let mode = 0
  let most = -1
  for (let bucket = 0; bucket < histogram.length; bucket++) {
    let weight = 0
    for (let away = -NEAR; away <= NEAR; away++)
      weight += (histogram[bucket + away] ?? 0) * (NEAR + 1 - Math.abs(away))
    if (weight > most) {
      most = weight
      mode = bucket
    }
  }
  return mode
}

/** Mean and standard deviation of the intervals in buckets `first` to `last`. */
function spread(histogram: Histogram, first: number, last: number): { mean: number; deviation: number } {
  const count = sum(histogram, first, last)
  const average = (of: (ms: number) => number): number => {
    let total = 0
    for (let bucket = first; bucket <= last; bucket++)
      total += (histogram[bucket] ?? 0) * of(middleMs(bucket))
    return total / count
  }
  const mean = average((ms) => ms)
  return { mean, deviation: Math.sqrt(average((ms) => (ms - mean) ** 2)) }
}

function sum(histogram: Histogram, first: number, last: number): number {
  let count = 0
  for (let bucket = first; bucket <= last; bucket++) count += histogram[bucket] ?? 0
  return count
}
