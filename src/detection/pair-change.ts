/** What a commit did to pairs of client and indicator, for those who draw conclusions within the same transaction. */
import type { DatabaseSync } from 'node:sqlite'
import { HIT_PAIRS } from '../thread/hit-table.ts'

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

/** Changes whose memory is kept: as many as a half of a hit table holds. */
const CHANGES_KEPT = HIT_PAIRS

/** What one commit added to one pair. All ids are row ids. */
export interface PairChange {
  readonly client: number
  readonly indicator: number
  /** Lists that hold the indicator, the deciding one first. */
  readonly lists: readonly number[]
  /** The client had never hit the indicator before, on no node. */
  readonly isNew: boolean
  /** Hits this commit adds; of another node's rows the difference to what was known. */
  readonly blocked: number
  readonly logged: number
  /**
   * Of the hits added, wall clock, milliseconds. What another node added to a pair that was known tells no first:
   * `firstMs` is `lastMs` then.
   */
  readonly firstMs: number
  readonly lastMs: number
  /** The last hit of the pair at this origin before, or null. */
  readonly previousLastMs: number | null
  /** Of the last hit: index in HIT_ACTIONS. */
  readonly action: number
  /** `node.id`; 0: this server. */
  readonly node: number
}

/**
 * Hears of every commit while its transaction is open, so that what it writes stands or falls with the hits. An error it
 * throws undoes the commit.
 */
export interface CommitWitness {
  /** After all rows and sums are written. The array and all that is in it is valid during the call only. */
  witness(changes: readonly PairChange[]): void
  /** Two clients are one: all hits of `from` are `into`'s by now, the row of `from` goes when this returns. */
  merged(from: number, into: number): void
  /** The transaction was rolled back: nothing of it may be remembered. */
  forget(): void
}

/** Makes the witness of a connection; called anew whenever the file is opened. */
export type OpenWitness = (database: DatabaseSync) => CommitWitness

/**
 * The changes of a commit, in memory that is used again: those of a commit live until its end, and to have the collector
 * move ten thousand of them cost a seventh of the store thread (benchmark: compare.py block).
 */
export class PairChanges {
  readonly #all: Writable<PairChange>[] = []
  readonly #kept: Writable<PairChange>[] = []

  get all(): readonly PairChange[] {
    return this.#all
  }

  /** Adds a copy of `change`. */
  add(change: PairChange): void {
    const place = this.#all.length
    const kept = this.#kept[place]
    if (kept === undefined) {
      const copy = { ...change }
      this.#all.push(copy)
      if (place < CHANGES_KEPT) this.#kept.push(copy)
      return
    }
    kept.client = change.client
    kept.indicator = change.indicator
    kept.lists = change.lists
    kept.isNew = change.isNew
    kept.blocked = change.blocked
    kept.logged = change.logged
    kept.firstMs = change.firstMs
    kept.lastMs = change.lastMs
    kept.previousLastMs = change.previousLastMs
    kept.action = change.action
    kept.node = change.node
    this.#all.push(kept)
  }

  clear(): void {
    this.#all.length = 0
  }
}
