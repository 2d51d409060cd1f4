/**
 * All deadlines on one tick, no timer a question: a wheel of slots, each the list of what falls due in the same 25 ms.
 * Setting, moving and cancelling cost the same however many are out.
 *
 *   slot     0     1     2     …    511      tick n is slot n % 512; all deadlines lie within 12.8 s
 *            │           │
 *           item ⇄ item  item
 */

/** What can be put on the wheel; the fields belong to the wheel. */
export interface Timed<T> {
  dueMs: number
  /** -1: not on the wheel. */
  wheelSlot: number
  earlier: T | null
  later: T | null
}

export const TICK_MS = 25
const SLOTS = 512

export class DeadlineWheel<T extends Timed<T>> {
  readonly #heads: (T | null)[] = Array.from({ length: SLOTS }, () => null)
  /** The latest tick that was worked off. */
  #tick: number
  #size = 0

  constructor(nowMs: number) {
    this.#tick = Math.floor(nowMs / TICK_MS)
  }

  /** How many are on the wheel. */
  get size(): number {
    return this.#size
  }

  /** Lets `item` fall due at `dueMs`, at the next tick where that has passed; moves it if it was set already. */
  set(item: T, dueMs: number): void {
    this.cancel(item)
    const tick = Math.min(Math.max(Math.ceil(dueMs / TICK_MS), this.#tick + 1), this.#tick + SLOTS - 1)
    const slot = tick % SLOTS
    const head = this.#heads[slot] ?? null
    item.dueMs = dueMs
    item.wheelSlot = slot
    item.later = head
    if (head !== null) head.earlier = item
    this.#heads[slot] = item
    this.#size++
  }

  cancel(item: T): void {
    if (item.wheelSlot < 0) return
    if (item.earlier === null) this.#heads[item.wheelSlot] = item.later
    else item.earlier.later = item.later
    if (item.later !== null) item.later.earlier = item.earlier
    item.earlier = item.later = null
    item.wheelSlot = -1
    this.#size--
  }

  /** Calls `onDue` for all that has fallen due; each is off the wheel by then and may be set again. */
  advance(nowMs: number, onDue: (item: T) => void): void {
    const until = Math.floor(nowMs / TICK_MS)
    // After a long standstill each slot is due once.
    if (until - this.#tick > SLOTS) this.#tick = until - SLOTS
    while (this.#tick < until) {
      this.#tick++
      const slot = this.#tick % SLOTS
      for (let item = this.#heads[slot] ?? null; item !== null; item = this.#heads[slot] ?? null) {
        this.cancel(item)
        onDue(item)
      }
    }
  }

  /** Every item, to close. */
  forEach(visit: (item: T) => void): void {
    for (const head of this.#heads) {
      for (let item = head; item !== null;) {
        const { later } = item
        visit(item)
        item = later
      }
    }
  }
}
