/** How far the hits of other nodes are taken over, for status, metrics and alerts. */

/**
 * `waiting`: not asked yet. `current`: all it had when it was asked last is here. `catching-up`: more of it waits there.
 * `failing`: the last attempt came to nothing.
 */
export type NodeState = 'waiting' | 'current' | 'catching-up' | 'failing'

export interface NodeStatus {
  /** As the configuration names it. */
  readonly id: string
  readonly url: string
  readonly state: NodeState
  /** What it calls itself, and the key of its database; null: it has not answered yet. */
  readonly name: string | null
  readonly key: string | null
  /** Its last answer, wall clock, milliseconds; null: none since the start. */
  readonly lastPullMs: number | null
  /** Since when what it saw may be missing here; 0 while it is current, null: it never was since the start. */
  readonly lagMs: number | null
  /** Taken over since the start: rows that told something new, and hits. */
  readonly rows: number
  readonly hits: number
  /** Attempts that came to nothing, since the start. */
  readonly failures: number
  /** How far its clock is ahead of this one's; behind: negative. To the second. Null: not known. */
  readonly clockAheadMs: number | null
  /** How long every attempt has come to nothing; null: the last did not. */
  readonly failingMs: number | null
  /** Why the last attempt came to nothing, and what to do; null: it did not. */
  readonly error: string | null
  readonly advice: string | null
}

/** From here on the times of two nodes tell different stories. The clock of an answer is good to about a second. */
export const CLOCK_APART_MS = 5000

/** Whether the clocks are so far apart that hits of the one may be taken for another machine's here. */
export function isApart(clockAheadMs: number | null): boolean {
  return clockAheadMs !== null && Math.abs(clockAheadMs) > CLOCK_APART_MS
}
