/** How many queries came and how many failed within the last minute, from looks at the counters every few seconds. */
import type { Traffic } from '../traffic.ts'

/** Since the start; a restarted thread goes on counting. */
interface Sums {
  readonly atMs: number
  readonly queries: number
  readonly failed: number
  readonly receiveDrops: number
}

/** What came since the oldest look that still counts. */
export interface Recent {
  /** How long it took; 0: there has been one look only. */
  readonly spanMs: number
  readonly queries: number
  readonly failed: number
  readonly receiveDrops: number
}

export const WINDOW_MS = 60_000
/** Looks closer together than this are one: whoever asks often does not make the window longer. */
const APART_MS = 1000

export class TrafficWindow {
  #looks: Sums[] = []

  /** Takes a look at `atMs`, monotonic, and says what came since the oldest within the window. */
  note({ queries, answers, receiveDrops }: Traffic, atMs: number): Recent {
    const now = { atMs, queries: queries.udp + queries.tcp, failed: answers.failed, receiveDrops }
    // One look from before the window stays, or a minute of quiet would leave nothing to compare with.
    const from = this.#looks.findLastIndex((look) => atMs - look.atMs >= WINDOW_MS)
    if (from > 0) this.#looks = this.#looks.slice(from)
    const last = this.#looks.at(-1)
    if (last === undefined || atMs - last.atMs >= APART_MS) this.#looks.push(now)
    const first = this.#looks[0]!
    return {
      spanMs: atMs - first.atMs,
      queries: now.queries - first.queries,
      failed: now.failed - first.failed,
      receiveDrops: now.receiveDrops - first.receiveDrops,
    }
  }
}
