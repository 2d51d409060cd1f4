/** Two slots used in turn: the next one is written when nobody reads it any more, then put in force. */
import { Swapped, untilAllRead } from '../thread/control-words.ts'
import type { ControlWords } from '../thread/control-words.ts'
import { dropMemory } from './slot-memory.ts'

export type SlotPair = readonly [SharedArrayBuffer, SharedArrayBuffer]

export class Slots {
  readonly #words: ControlWords
  readonly #what: Swapped
  readonly #pair: SlotPair
  /** By slot: something has been written to it, by this thread or one before it. */
  readonly #mayHold: [boolean, boolean]

  constructor(words: ControlWords, what: Swapped, pair: SlotPair) {
    this.#words = words
    this.#what = what
    this.#pair = pair
    this.#mayHold = this.generation === 0 ? [false, false] : [true, true]
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
    return this.#pair[this.activeSlot]!
  }

  get pair(): SlotPair {
    return this.#pair
  }

  /** The slot to write; rejects when a resolver thread is stuck on it. */
  async next(): Promise<SharedArrayBuffer> {
    await untilAllRead(this.#words, this.#what)
    this.#mayHold[this.#idleSlot] = true
    return this.#pair[this.#idleSlot]
  }

  /**
   * Gives the memory of the slot that is not in force back, as soon as nobody reads it. `mayDrop` is asked at that
   * moment: false when it is being written. Rejects as `next` does.
   */
  async dropIdle(mayDrop: () => boolean): Promise<void> {
    const generation = this.generation
    const idle = this.#idleSlot
    if (!this.#mayHold[idle]) return
    await untilAllRead(this.#words, this.#what)
    if (this.generation !== generation || !mayDrop()) return
    dropMemory(this.#pair[idle])
    this.#mayHold[idle] = false
  }

  /** Puts what was written in force; returns its generation. */
  publish(): number {
    this.#mayHold[this.#idleSlot] = true
    return this.#words.publish(this.#what)
  }

  get #idleSlot(): 0 | 1 {
    return this.activeSlot === 0 ? 1 : 0
  }
}
