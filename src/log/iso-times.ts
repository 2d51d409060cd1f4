/** Times as `Date.prototype.toISOString` writes them, for those who write many of the same few seconds. */

/** Seconds remembered; a power of two. */
const SECONDS = 8
const MILLISECONDS = Array.from({ length: 1000 }, (_, ms) => `${String(ms).padStart(3, '0')}Z`)

export class IsoTimes {
  readonly #seconds = new Float64Array(SECONDS).fill(NaN)
  /** Up to the point before the milliseconds. */
  readonly #texts: string[] = Array.from({ length: SECONDS }, () => '')

  /** `2026-11-21T08:00:00.000Z`; `ms`: since 1970. Throws a RangeError for what no Date can hold. */
  text(ms: number): string {
    const whole = Math.trunc(ms)
    const second = Math.floor(whole / 1000)
    const place = second & (SECONDS - 1)
    if (this.#seconds[place] !== second) {
      this.#texts[place] = new Date(second * 1000).toISOString().slice(0, -4)
      this.#seconds[place] = second
    }
    return this.#texts[place]! + MILLISECONDS[whole - second * 1000]!
  }
}
