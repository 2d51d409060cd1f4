/**
 * Sums of counts that threads keep in their own memory. A thread that is restarted counts from 0 again; the sum over
 * threads must not fall for it, or Prometheus would take the whole rest for new.
 */
export class GrowingSum {
  readonly #parts = new Map<string, { last: number; lost: number }>()

  /** Notes what `part` (a thread, or a thread and a label) says now; returns what it has counted in all its lives. */
  note(part: string, value: number): number {
    const known = this.#parts.get(part)
    if (!known) {
      this.#parts.set(part, { last: value, lost: 0 })
      return value
    }
    if (value < known.last) known.lost += known.last
    known.last = value
    return known.lost + value
  }
}
