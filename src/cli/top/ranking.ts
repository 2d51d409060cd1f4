/** Which names and which machines were met most while somebody watches, the latest first among equals. */
import type { FreshHit } from '../recent-hits.ts'

export interface Ranked {
  readonly name: string
  /** Hits while watched. */
  readonly hits: number
  /** RFC 3339. */
  readonly lastSeen: string
  /** What goes with it: the list, or the unit. */
  readonly beside: string
}

/** Different names and machines that are remembered; beyond it the least met go. */
const MAX_REMEMBERED = 2000

export class Ranking {
  readonly #met = new Map<string, Ranked>()

  add(name: string, beside: string, { grown, lastSeen }: Pick<FreshHit, 'grown' | 'lastSeen'>): void {
    const known = this.#met.get(name)
    this.#met.set(name, {
      name,
      hits: (known?.hits ?? 0) + (grown ?? 1),
      lastSeen: known !== undefined && known.lastSeen > lastSeen ? known.lastSeen : lastSeen,
      beside,
    })
    if (this.#met.size <= MAX_REMEMBERED) return
    for (const { name: gone } of this.top(this.#met.size).slice(MAX_REMEMBERED / 2)) this.#met.delete(gone)
  }

  top(count: number): Ranked[] {
    return [...this.#met.values()]
      .toSorted((a, b) => b.hits - a.hits || (a.lastSeen < b.lastSeen ? 1 : -1))
      .slice(0, count)
  }
}
