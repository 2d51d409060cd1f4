/**
 * Counters of one resolver thread in shared memory: the thread alone writes, the control thread reads at a scrape.
 * A restarted thread goes on counting in the same block. 64-bit floats hold whole numbers exactly up to 2^53.
 */

export const OUTCOMES = [
  'blocked', 'cached', 'stale', 'forwarded', 'local', 'refused', 'limited', 'invalid', 'failed', 'dropped',
] as const // prettier-ignore
export type OutcomeName = (typeof OUTCOMES)[number]

/** How a query ended, as an index into the counters. */
export const Outcome = {
  blocked: 0, cached: 1, stale: 2, forwarded: 3, local: 4, refused: 5, limited: 6, invalid: 7, failed: 8, dropped: 9,
} as const // prettier-ignore
export type Outcome = (typeof Outcome)[OutcomeName]

export const TRANSPORTS = ['udp', 'tcp'] as const

/** Upper bounds of the duration histogram, seconds. The last bucket is +Inf. */
export const DURATION_BUCKETS = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const // prettier-ignore

const BUCKETS = DURATION_BUCKETS.length + 1
const RCODES = 24

// Layout, in 64-bit words:
//   queries[2] | outcomes[10] | rcodes[24] | duration buckets[10][18] | duration sums[10] | named
const QUERIES = 0
const ANSWERS = QUERIES + TRANSPORTS.length
const RESPONSES = ANSWERS + OUTCOMES.length
const DURATIONS = RESPONSES + RCODES
const DURATION_SUMS = DURATIONS + OUTCOMES.length * BUCKETS
const NAMED = DURATION_SUMS + OUTCOMES.length

/** Single counters and gauges of a thread. */
export const NAMED_COUNTERS = [
  'udpReceiveDrops', 'udpTruncated', 'udpSendErrors', 'hitsFolded', 'hitsLost', 'cacheEntries', 'cacheBytes', 'tcpConnections', 'tcpRefused',
  'coalesced', 'upstreamPending', 'upstreamTcp', 'upstreamMismatched', 'rateLimited', 'screenedAgain', 'bypassQueries',
] as const // prettier-ignore
export type NamedCounter = (typeof NAMED_COUNTERS)[number]

export const COUNTER_BYTES = (NAMED + NAMED_COUNTERS.length) * 8

const NAMED_INDEX = Object.fromEntries(NAMED_COUNTERS.map((name, index) => [name, NAMED + index])) as Record<
  NamedCounter,
  number
>

/** Writes (resolver thread) and reads (control thread) one block. */
export class Counters {
  readonly #counted: Float64Array
  /** What is written: `#counted`, or where nobody reads. */
  #words: Float64Array
  #uncounted: Float64Array | null = null

  /** `memory` holds at least `COUNTER_BYTES`. */
  constructor(memory: SharedArrayBuffer | ArrayBuffer = new ArrayBuffer(COUNTER_BYTES)) {
    this.#counted = new Float64Array(memory, 0, COUNTER_BYTES / 8)
    this.#words = this.#counted
  }

  /** Runs `work`, of which nothing is counted: what the server asks itself is no client's query. */
  uncounted<T>(work: () => T): T {
    this.#words = this.#uncounted ??= new Float64Array(new SharedArrayBuffer(COUNTER_BYTES))
    try {
      return work()
    } finally {
      this.#words = this.#counted
    }
  }

  /** A query arrived; 0 UDP, 1 TCP. */
  query(transport: 0 | 1): void {
    this.#words[QUERIES + transport]! += 1
  }

  /** A query ended after `durationMs`; `rcode` is -1 where nothing was sent. */
  answer(outcome: Outcome, rcode: number, durationMs: number): void {
    const words = this.#words
    words[ANSWERS + outcome]! += 1
    if (rcode >= 0) words[RESPONSES + (rcode < RCODES ? rcode : RCODES - 1)]! += 1
    const seconds = durationMs / 1000
    let bucket = 0
    while (bucket < BUCKETS - 1 && seconds > DURATION_BUCKETS[bucket]!) bucket++
    words[DURATIONS + outcome * BUCKETS + bucket]! += 1
    words[DURATION_SUMS + outcome]! += seconds
  }

  add(name: NamedCounter, amount = 1): void {
    this.#words[NAMED_INDEX[name]]! += amount
  }

  set(name: NamedCounter, value: number): void {
    this.#words[NAMED_INDEX[name]] = value
  }

  named(name: NamedCounter): number {
    return this.#words[NAMED_INDEX[name]]!
  }

  queries(transport: 0 | 1): number {
    return this.#words[QUERIES + transport]!
  }

  answers(outcome: Outcome): number {
    return this.#words[ANSWERS + outcome]!
  }

  /** Responses sent with `rcode`; the last place (23) holds all above. */
  responses(rcode: number): number {
    return this.#words[RESPONSES + rcode]!
  }

  /** Buckets not cumulated, the last +Inf, and the sum in seconds. */
  durations(outcome: Outcome): { readonly buckets: Float64Array; readonly sum: number } {
    const from = DURATIONS + outcome * BUCKETS
    return { buckets: this.#words.slice(from, from + BUCKETS), sum: this.#words[DURATION_SUMS + outcome]! }
  }
}

export const RCODE_PLACES = RCODES
