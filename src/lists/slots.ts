/** Two slots used in turn: the next one is written when nobody reads it any more, then put in force. */
import { Swapped, untilAllRead } from '../thread/control-words.ts'
import type { ControlWords } from '../thread/control-words.ts'

export type SlotPair = readonly [SharedArrayBuffer, SharedArrayBuffer]

export class Slots {
  readonly #words: ControlWords
  readonly #what: Swapped
  readonly #pair: SlotPair

  constructor(words: ControlWords, what: Swapped, pair: SlotPair) {
    this.#words = words
    this.#what = what
    this.#pair = pair
  }

  /** 0: none is in force yet. */
  get generation(): number {
    return this.#words.generation(this.#what)
  }

  /** The slot in force, as 0 or 1. */
  get activeSlot(): number {
    return this.generation & 1
  }

  get active(): SharedArrayBuffer {
    return this.#pair[this.generation & 1]!
  }

  get pair(): SlotPair {
    return this.#pair
  }

  /** The slot to write; rejects when a resolver thread is stuck on it. */
  async next(): Promise<SharedArrayBuffer> {
    await untilAllRead(this.#words, this.#what)
    return this.#pair[(this.generation + 1) & 1]!
  }

  /** Puts what was written in force; returns its generation. */
  publish(): number {
    return this.#words.publish(this.#what)
  }
}
