/**
 * Objects that are used again instead of made anew for every packet: making and collecting them was a fifth of the cost
 * of a forwarded query (benchmark: compare.py miss). What is given back rests until the clock has moved on, so that
 * whoever is still in the middle of a call with it never meets it as somebody else's.
 */
export class RestingPool<T> {
  readonly #most: number
  readonly #free: T[] = []
  readonly #resting: T[] = []
  #restingSinceMs = -Infinity

  /** At most so many are kept; what is given back beyond is left to the collector. */
  constructor(most: number) {
    this.#most = most
  }

  /** One that has rested, or undefined: make one. `nowMs`: monotonic, the same for all that happens in one call. */
  take(nowMs: number): T | undefined {
    if (this.#free.length === 0) this.#wake(nowMs)
    return this.#free.pop()
  }

  /** Gives one back, for good: nobody may keep it. */
  give(one: T, nowMs: number): void {
    this.#wake(nowMs)
    if (this.#free.length + this.#resting.length >= this.#most) return
    this.#resting.push(one)
    this.#restingSinceMs = nowMs
  }

  #wake(nowMs: number): void {
    if (nowMs <= this.#restingSinceMs) return
    for (let one = this.#resting.pop(); one !== undefined; one = this.#resting.pop()) this.#free.push(one)
  }
}
