/**
 * Intervals between hits on their way into the file. They are a hint and no evidence, so they are gathered in memory
 * and written a few at a time, apart from the hits: a commit costs a number in a list for each.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { PairChange } from '../pair-change.ts'
import {
  addHistogram,
  addInterval,
  bucketOf,
  packHistogram,
  readHistogram,
  BUCKETS,
  type Histogram,
} from './rhythm.ts'

/** Intervals that wait at most; more are not counted. */
const MOST_WAITING = 60_000
/** Intervals one `flush` writes at most. */
const FLUSHED_AT_ONCE = 1000

interface Note {
  readonly client: number
  readonly indicator: number
  readonly bucket: number
}

export class RhythmNotes {
  readonly #find: StatementSync
  readonly #save: StatementSync
  readonly #rowsOf: StatementSync
  readonly #dropOf: StatementSync
  #waiting: Note[] = []
  /** How many of them are certain to be of commits that stand. */
  #committed = 0

  constructor(database: DatabaseSync) {
    this.#find = database.prepare(
      'SELECT histogram FROM pair_rhythm WHERE client_id = ? AND indicator_id = ?',
    )
    this.#save = database.prepare(
      `INSERT INTO pair_rhythm (client_id, indicator_id, histogram) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET histogram = excluded.histogram`,
    )
    this.#rowsOf = database.prepare('SELECT indicator_id, histogram FROM pair_rhythm WHERE client_id = ?')
    this.#dropOf = database.prepare('DELETE FROM pair_rhythm WHERE client_id = ?')
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** A commit begins: the one before stands. */
  begin(): void {
    this.#committed = this.#waiting.length
  }

  /**
   * Notes how long after the hit before this one came. Only of hits seen here: those of another node come in pages,
   * which have a rhythm of their own.
   */
  note({ client, indicator, node, firstMs, previousLastMs }: PairChange): void {
    if (node !== 0 || previousLastMs === null) return
    const bucket = bucketOf(firstMs - previousLastMs)
    if (bucket >= 0 && this.#waiting.length < MOST_WAITING) this.#waiting.push({ client, indicator, bucket })
  }

  /** The running commit was undone. */
  undo(): void {
    this.#waiting.length = Math.min(this.#committed, this.#waiting.length)
  }

  /** Writes some of what waits, in a transaction of the caller's that is not a commit of hits; false: nothing waits. */
  flush(): boolean {
    this.begin()
    const part = this.#waiting.slice(0, FLUSHED_AT_ONCE)
    const pairs = Map.groupBy(part, ({ client, indicator }) => `${client} ${indicator}`)
    for (const notes of pairs.values()) {
      const { client, indicator } = notes[0]!
      const histogram = this.#read(client, indicator)
      for (const { bucket } of notes) addInterval(histogram, bucket)
      this.#save.run(client, indicator, packHistogram(histogram))
    }
    return part.length > 0
  }

  /** What `flush` wrote stands. */
  flushed(): void {
    this.#waiting = this.#waiting.slice(FLUSHED_AT_ONCE)
    this.#committed = this.#waiting.length
  }

  /** What is known of client `from` is `into`'s. What waits of it is let go: it would have no client. */
  merge(from: number, into: number): void {
    this.drop((note) => note.client === from)
    for (const row of this.#rowsOf.all(from)) {
      const indicator = Number(row['indicator_id'])
      const histogram = this.#read(into, indicator)
      addHistogram(histogram, readHistogram(row['histogram'] as Uint8Array))
      this.#save.run(into, indicator, packHistogram(histogram))
    }
    this.#dropOf.run(from)
  }

  /** Lets go what waits of clients or pairs that are deleted; before the running transaction notes anything. */
  drop(isGone: (note: Note) => boolean): void {
    this.#waiting = this.#waiting.filter((note) => !isGone(note))
    this.begin()
  }

  #read(client: number, indicator: number): Histogram {
    const row = this.#find.get(client, indicator)
    return row === undefined ? new Uint16Array(BUCKETS) : readHistogram(row['histogram'] as Uint8Array)
  }
}
