/**
 * Bindings of an earlier run that no source speaks of any more: they are ended, but not before every source of their
 * kind was read and had time to say otherwise.
 */
import type { Clock } from '../clock.ts'
import type { AddressBook } from './address-book.ts'
import type { IdentitySource } from './binding.ts'

/** As long as a source is waited for that has shrunk. */
const GRACE_MS = 600_000

export class Leftovers {
  readonly #book: AddressBook
  readonly #clock: Clock
  /** When they ended, as far as can be told: they were not there when this run began. */
  readonly #endedMs: number
  readonly #readSince = new Map<IdentitySource, number>()

  constructor(book: AddressBook, clock: Clock) {
    this.#book = book
    this.#clock = clock
    this.#endedMs = clock.wallMs()
  }

  /** `wereRead`: of each kind, whether all its sources have been read at least once. To be called now and then. */
  tick(wereRead: Readonly<Partial<Record<IdentitySource, boolean>>>): void {
    const nowMs = this.#clock.monotonicMs()
    for (const [source, wasRead] of Object.entries(wereRead) as [IdentitySource, boolean][]) {
      const sinceMs = this.#readSince.get(source)
      if (!wasRead) this.#readSince.delete(source)
      else if (sinceMs === undefined) this.#readSince.set(source, nowMs)
      else if (nowMs - sinceMs >= GRACE_MS) this.#book.forget(source, this.#endedMs)
    }
  }
}
