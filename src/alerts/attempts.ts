/** When a message that could not be delivered is tried again, and for how long at all. */
import type { BackOff } from '../back-off.ts'

/** An alert that could not be delivered for so long is given up. */
export const GIVE_UP_MS = 3 * 24 * 3_600_000

/** From 30 s to an hour at most, chance included. */
export const ATTEMPTS: BackOff = { firstMs: 30_000, longestMs: 2_400_000 }
