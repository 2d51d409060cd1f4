/**
 * What the store has to be told and has not confirmed yet: in batches, in order for each binding, kept and sent again
 * when the store does not answer.
 */
import type { Binding } from './binding.ts'
import { addressText } from '../net/address.ts'

/** Bindings in one letter: what a store writes in a few milliseconds. */
export const LETTER_BINDINGS = 1000

/** Bindings that wait; beyond it the oldest are dropped and counted. */
export const MAX_WAITING = 400_000

/** Hands bindings to the store; resolves when it has them for good. */
export type Tell = (bindings: readonly Binding[]) => Promise<unknown> | void

export class Outbox {
  readonly #tell: Tell
  readonly #failed: (error: unknown) => void
  readonly #most: number
  /** The last word on each binding, by what it is told apart by. */
  #waiting = new Map<string, Binding>()
  #sending: Promise<void> | null = null
  #dropped = 0
  #isClosed = false

  /** `failed` is called for each letter that did not arrive; it is sent again by `flush`. `most`: bindings that may wait. */
  constructor(tell: Tell, failed: (error: unknown) => void, most = MAX_WAITING) {
    this.#most = most
    this.#tell = tell
    this.#failed = failed
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** Bindings that were never told because too many waited. */
  get dropped(): number {
    return this.#dropped
  }

  add(binding: Binding): void {
    const { source, address, fromMs, mac, duid, hostName } = binding
    const key = `${source} ${addressText(address)} ${fromMs} ${mac ?? duid ?? hostName}`
    // At the end of the line again: an end must not come before the beginning of the next one.
    this.#waiting.delete(key)
    this.#waiting.set(key, binding)
    if (this.#waiting.size > this.#most) {
      this.#waiting.delete(this.#waiting.keys().next().value!)
      this.#dropped++
    }
  }

  /** Sends what waits, a letter at a time; resolves when nothing waits or a letter failed. Never rejects. */
  flush(): Promise<void> {
    this.#sending ??= this.#send()
    return this.#sending
  }

  close(): void {
    this.#isClosed = true
  }

  async #send(): Promise<void> {
    // Not before `flush` has noted that this is under way.
    await Promise.resolve()
    try {
      while (this.#waiting.size > 0 && !this.#isClosed) {
        const letter: [string, Binding][] = []
        for (const entry of this.#waiting) if (letter.push(entry) === LETTER_BINDINGS) break
        await this.#tell(letter.map(([, binding]) => binding))
        // What was said anew meanwhile waits for the next letter.
        for (const [key, binding] of letter) if (this.#waiting.get(key) === binding) this.#waiting.delete(key)
      }
    } catch (error) {
      this.#failed(error)
    } finally {
      this.#sending = null
    }
  }
}
