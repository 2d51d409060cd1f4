/** How long to leave somebody alone who could not be reached. */
import type { Random } from './random.ts'

export interface BackOff {
  readonly firstMs: number
  /** The longest, before chance is added. */
  readonly longestMs: number
}

/**
 * Milliseconds from failure number `failures` in a row (from 1) to the next attempt: twice as long each time, with up to
 * half as much again by chance, so that those who came up together do not come back in step.
 */
export function backOffMs(failures: number, { firstMs, longestMs }: BackOff, random: Random): number {
  const base = Math.min(firstMs * 2 ** Math.min(failures - 1, 30), longestMs)
  return base + random.below(base / 2 + 1)
}
