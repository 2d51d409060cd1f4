/** What a commit did to pairs of client and indicator, for those who draw conclusions within the same transaction. */
import type { DatabaseSync } from 'node:sqlite'

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
  /** After all rows and sums are written. The array is valid during the call only. */
  witness(changes: readonly PairChange[]): void
  /** Two clients are one: all hits of `from` are `into`'s by now, the row of `from` goes when this returns. */
  merged(from: number, into: number): void
  /** The transaction was rolled back: nothing of it may be remembered. */
  forget(): void
}

/** Makes the witness of a connection; called anew whenever the file is opened. */
export type OpenWitness = (database: DatabaseSync) => CommitWitness
