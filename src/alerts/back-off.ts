/** How long to wait after a failed attempt, and for how long to try at all. */
import type { Random } from '../random.ts'

/** An alert that could not be delivered for so long is given up. */
export const GIVE_UP_MS = 3 * 24 * 3_600_000

const FIRST_MS = 30_000
const LONGEST_MS = 3_600_000

/**
 * Milliseconds from failed attempt number `attempts` (from 1) to the next: twice as long each time, from 30 s to an hour,
 * with up to half as much again by chance, so that many senders do not come back to a server at once.
 */
export function backOffMs(attempts: number, random: Random): number {
  const base = Math.min(FIRST_MS * 2 ** Math.min(attempts - 1, 20), LONGEST_MS / 1.5)
  return base + random.below(base / 2 + 1)
}
