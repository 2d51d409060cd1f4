/** How a feed is: for the admin API, metrics and the command line. Plain data; times are wall clock, milliseconds. */

/** `taken`: a new version. `unchanged`: it is what is there. `refused`: it came and is not believed. `failed`: it did not come. */
export const ATTEMPT_OUTCOMES = ['taken', 'unchanged', 'refused', 'failed'] as const
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number]

export interface FeedAttempt {
  readonly atMs: number
  readonly tookMs: number
  readonly outcome: AttemptOutcome
  /** Of the body, as they came. */
  readonly bytes: number
  /** Entries of the version that was there, and of the one that came; null: there was none, or it was not read. */
  readonly entriesBefore: number | null
  readonly entriesAfter: number | null
  /** Why it was not taken, or null. */
  readonly reason: string | null
  /** A person wanted it taken however large or small. */
  readonly isForced: boolean
}

/** Kept of each feed. */
export const MAX_ATTEMPTS = 20

/** `waiting`: not asked for yet. `fetching`: now. Else how the last attempt ended: `ok`, `refused`, `failed`. */
export type FeedState = 'waiting' | 'fetching' | 'ok' | 'refused' | 'failed'

export interface FeedStatus {
  /** Of the list. */
  readonly id: string
  /** Without what stands behind `?`. */
  readonly url: string
  readonly state: FeedState
  /** When it was fetched last, or found to be unchanged; null: never. */
  readonly lastSuccessMs: number | null
  /** When it is asked for next. */
  readonly nextMs: number
  /** Attempts since the start that brought nothing, and those in a row now. */
  readonly failures: number
  readonly failuresInRow: number
  /** Why the last attempt brought nothing, and what to do; null: it did. */
  readonly error: string | null
  readonly advice: string | null
  /** Of the attempt under way; null: there is none, or the server does not say how long it is. */
  readonly receivedBytes: number | null
  readonly totalBytes: number | null
  /** Of the version that lies there; null: there is none. */
  readonly entries: number | null
  readonly bytes: number | null
  readonly sha256: string | null
  /** What its signature tells, and when it was made; null: not signed, or not said. */
  readonly trustedComment: string | null
  readonly signedAtMs: number | null
  /** The latest, the newest first. */
  readonly history: readonly FeedAttempt[]
}
