/**
 * Empties all hit tables into the store, dead threads' too, every 200 ms, or within a second where much has gathered.
 * While the file cannot be written the halves stay where they are and the resolver threads go on merging, up to the
 * tables' bounds: nobody waits for the disk.
 */
import type { Clock } from '../clock.ts'
import { HIT_PAIRS, HitDrain } from '../thread/hit-table.ts'
import type { BlockLog } from './block-log.ts'
import { faultKind, isOurs } from './fault.ts'
import { HitReader, type Hit } from './hit-text.ts'
import type { StoreLog } from './log.ts'
import type { StoreWriter } from './store-writer.ts'

export const DRAIN_MS = 200
/**
 * Every drain writes a row for each pair it finds, and the same pairs come again. So many at once are left to gather,
 * within the second that a kill -9 may cost, while the table has room for what comes until the next look but one
 * (benchmark: compare.py block).
 */
const MANY_PAIRS = 500
const GATHER_MS = 700
const ROOM_PAIRS = Math.floor(HIT_PAIRS * 0.45)
const FIRST_RETRY_MS = 200
const MAX_RETRY_MS = 2000
const FINISH_PAUSE_MS = 50
/** A half that the database itself refuses is given up after this many attempts, or it would block all after it. */
const REFUSALS = 3

/** `corrupt-moved`: writing again, into a new file; stays until the process ends. `failed`: see `error`. */
export type StoreState = 'ok' | 'locked' | 'full' | 'readonly' | 'corrupt-moved' | 'failed'

/** What `store/status` answers. Times: milliseconds since 1970, or null where it has not happened. */
export interface StoreStatus {
  readonly state: StoreState
  /** When the state began. */
  readonly since: number
  /** What is wrong, or null. */
  readonly error: string | null
  /** Where a corrupt file was moved to, or null. */
  readonly movedTo: string | null
  /** Pairs in memory. */
  readonly pending: number
  /** Hits since the start whose client is unknown, and hits not counted. */
  readonly folded: number
  readonly lost: number
  readonly lastCommitAt: number | null
  /** Pairs of client and indicator in the file, and its bytes. */
  readonly rows: number
  readonly bytes: number
}

interface Table {
  readonly thread: number
  readonly drain: HitDrain
  /** Sequence of the half that is being given to the block log, and how many of its pairs are. */
  sequence: number
  logged: number
  isLogged: boolean
  /** Attempts that failed by what it holds, in a row. */
  refusals: number
  /** Monotonic time it was last emptied, and how many pairs it held at the last look. */
  emptiedMs: number
  seenPairs: number
}

interface Fault {
  readonly state: StoreState
  readonly since: number
  readonly error: string
}

export class HitCollector {
  readonly #tables: readonly Table[]
  readonly #writer: StoreWriter
  readonly #blockLog: BlockLog
  readonly #reader: HitReader
  readonly #clock: Clock
  readonly #log: StoreLog
  #fault: Fault | null = null
  #since: number
  #retryAtMs = 0
  #retryMs = FIRST_RETRY_MS
  #lastCommitAt: number | null = null
  #givenUp = 0

  /** `hitTables`: one a resolver thread, in their order; `date`: see HitReader. */
  constructor(
    hitTables: readonly SharedArrayBuffer[],
    writer: StoreWriter,
    blockLog: BlockLog,
    clock: Clock,
    log: StoreLog,
    date?: (ms: number) => number,
  ) {
    this.#reader = new HitReader(date)
    this.#tables = hitTables.map((memory, thread) => ({
      thread,
      drain: new HitDrain(memory),
      sequence: -1,
      logged: 0,
      isLogged: false,
      refusals: 0,
      emptiedMs: -Infinity,
      seenPairs: 0,
    }))
    this.#writer = writer
    this.#blockLog = blockLog
    this.#clock = clock
    this.#log = log
    this.#since = clock.wallMs()
  }

  /** One round over all tables. Never throws. */
  tick(): void {
    for (const table of this.#tables) if (!this.#mayGather(table)) this.#drain(table)
    if (this.#isDue()) {
      try {
        this.#writer.tidy()
        this.#recovered()
      } catch (error) {
        this.#failed(error)
      }
    }
    this.#blockLog.tick()
  }

  /**
   * Empties everything and closes the file; false when `timeoutMs` passed first, which leaves the rest in the tables.
   * Keeps its thread waiting. Never throws.
   */
  finish(timeoutMs: number): boolean {
    const deadline = this.#clock.monotonicMs() + timeoutMs
    for (let round = 0; this.#pending > 0; round++) {
      if (round * FINISH_PAUSE_MS >= timeoutMs || this.#clock.monotonicMs() >= deadline) break
      // Two halves a table, so two rounds at once; from then on something is in the way.
      if (round > 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FINISH_PAUSE_MS)
      this.#retryAtMs = 0
      for (const table of this.#tables) this.#drain(table)
    }
    this.#blockLog.flush()
    this.#writer.close()
    return this.#pending === 0
  }

  status(): StoreStatus {
    const { movedTo, rows, bytes } = this.#writer
    return {
      state: this.#fault?.state ?? (movedTo === null ? 'ok' : 'corrupt-moved'),
      since: this.#fault?.since ?? this.#since,
      error: this.#fault?.error ?? null,
      movedTo,
      pending: this.#pending,
      folded: this.#sum('folded'),
      lost: this.#sum('lost') + this.#givenUp,
      lastCommitAt: this.#lastCommitAt,
      rows,
      bytes,
    }
  }

  get #pending(): number {
    return this.#sum('pending')
  }

  #sum(what: 'pending' | 'folded' | 'lost'): number {
    return this.#tables.reduce((sum, { drain }) => sum + drain[what], 0)
  }

  #isDue(): boolean {
    return this.#clock.monotonicMs() >= this.#retryAtMs
  }

  /** Whether more is worth waiting for. Nothing is while the file cannot be written: then every half counts. */
  #mayGather(table: Table): boolean {
    const { pending } = table.drain
    const grown = Math.max(0, pending - table.seenPairs)
    table.seenPairs = pending
    return (
      this.#fault === null &&
      pending > MANY_PAIRS &&
      pending + 2 * grown < ROOM_PAIRS &&
      this.#clock.monotonicMs() - table.emptiedMs < GATHER_MS
    )
  }

  #drain(table: Table): void {
    const { drain } = table
    if (!drain.flip()) return
    const wasFaulty = this.#fault !== null
    const result = this.#isDue() ? this.#commit(table) : null
    // Logged whether or not it could be stored: a full disk must not silence the log.
    if (result === null && !(table.isLogged && table.sequence === drain.sequence)) this.#read(table, () => {})
    if (result !== null) {
      this.#lastCommitAt = this.#clock.wallMs()
      table.refusals = 0
      drain.clear()
      // After a fault the other half waits as well.
      table.emptiedMs = wasFaulty ? -Infinity : this.#clock.monotonicMs()
      table.seenPairs = drain.pending
    } else if (table.refusals >= REFUSALS) this.#giveUp(table)
  }

  #commit(table: Table): 'committed' | 'known' | null {
    const { thread, drain } = table
    const { run, sequence } = drain
    try {
      const result = this.#writer.commit({
        thread,
        run,
        sequence,
        forEach: (take) => this.#read(table, take),
      })
      this.#recovered()
      return result
    } catch (error) {
      table.refusals = isOurs(error) ? table.refusals + 1 : 0
      this.#failed(error)
      return null
    }
  }

  /**
   * Reads the sealed half, and gives the block log on the way what it has not had of it: each pair once, however often it
   * is read. To read it once for each of the two cost a tenth of the store thread (benchmark: compare.py block).
   */
  #read(table: Table, take: (hit: Hit) => void): void {
    const { drain } = table
    if (table.sequence !== drain.sequence) {
      table.sequence = drain.sequence
      table.logged = 0
      table.isLogged = false
    }
    let place = 0
    drain.forEach((pair) => {
      const hit = this.#reader.read(pair)
      if (place++ === table.logged) {
        table.logged = place
        this.#blockLog.add(hit)
      }
      take(hit)
    })
    table.isLogged = true
  }

  #recovered(): void {
    if (this.#fault === null) return
    this.#log.info({ state: this.#fault.state, pending: this.#pending }, 'the store can be written again')
    this.#fault = null
    this.#since = this.#clock.wallMs()
    this.#retryMs = FIRST_RETRY_MS
    this.#retryAtMs = 0
  }

  #failed(thrown: unknown): void {
    const kind = faultKind(thrown)
    // Moved aside by now: the next attempt writes a new file.
    const state = kind === 'corrupt' ? 'corrupt-moved' : kind
    const error = thrown instanceof Error ? thrown.message : String(thrown)
    const before = this.#fault
    if (before?.state !== state)
      this.#log.error({ state, error }, 'the store cannot be written: hits wait in memory')
    this.#fault = {
      state,
      since: before?.state === state ? before.since : this.#clock.wallMs(),
      error,
    }
    this.#retryAtMs = this.#clock.monotonicMs() + (kind === 'corrupt' ? 0 : this.#retryMs)
    this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY_MS)
  }

  #giveUp(table: Table): void {
    let hits = 0
    table.drain.forEach((pair) => (hits += pair.blocked + pair.logged))
    table.drain.clear()
    table.refusals = 0
    this.#givenUp += hits
    this.#log.error({ hits, error: this.#fault?.error }, 'hits given up: the database refuses them')
  }
}
