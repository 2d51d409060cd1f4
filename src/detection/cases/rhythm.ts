/**
 * How much time lies between the hits of a pair, as a histogram small enough to keep for every pair: quarter octaves
 * from five seconds on. Hits are merged for up to a second before they are written and a lookup is several questions
 * (A, AAAA, HTTPS), so what is shorter tells nothing and is not counted.
 */

/** The shortest interval that is counted. */
export const SHORTEST_MS = 5000
/** Buckets an octave: each is 19 % wider than the one before. */
const AN_OCTAVE = 4
/** The last holds all that is longer than 13 days. */
export const BUCKETS = 72
const MOST = 255

/** Counts by bucket, `BUCKETS` of them. */
export type Histogram = Uint16Array

/** The bucket of an interval, or -1: it is not counted. */
export function bucketOf(intervalMs: number): number {
  if (!(intervalMs >= SHORTEST_MS)) return -1
  return Math.min(Math.floor(Math.log2(intervalMs / SHORTEST_MS) * AN_OCTAVE), BUCKETS - 1)
}

/** The middle of a bucket (geometric), milliseconds. */
export function middleMs(bucket: number): number {
  return SHORTEST_MS * 2 ** ((bucket + 0.5) / AN_OCTAVE)
}

/** Where a bucket begins, milliseconds; the last one has no end. */
export function startMs(bucket: number): number {
  return SHORTEST_MS * 2 ** (bucket / AN_OCTAVE)
}

/**
 * Counts one more interval. Where a count would not fit into a byte all are halved: what was lately weighs more than
 * what was long ago.
 */
export function addInterval(histogram: Histogram, bucket: number): void {
  if (histogram[bucket]! >= MOST) for (let b = 0; b < BUCKETS; b++) histogram[b] = histogram[b]! >> 1
  histogram[bucket]!++
}

/** Adds `other`, as if its intervals had come in turn. */
export function addHistogram(histogram: Histogram, other: Histogram): void {
  for (let b = 0; b < BUCKETS; b++) histogram[b] = histogram[b]! + other[b]!
  while (histogram.some((count) => count > MOST))
    for (let b = 0; b < BUCKETS; b++) histogram[b] = histogram[b]! >> 1
}

/** Bucket and count of each that is not empty, a byte each. */
export function packHistogram(histogram: Histogram): Uint8Array {
  const bytes: number[] = []
  for (let b = 0; b < BUCKETS; b++) if (histogram[b]! > 0) bytes.push(b, histogram[b]!)
  return Uint8Array.from(bytes)
}

/** Reads what `packHistogram` wrote; what is none of it is left out. */
export function readHistogram(bytes: Uint8Array): Histogram {
  const histogram = new Uint16Array(BUCKETS)
  for (let at = 0; at + 1 < bytes.length; at += 2)
    if (bytes[at]! < BUCKETS) histogram[bytes[at]!] = bytes[at + 1]!
  return histogram
}
