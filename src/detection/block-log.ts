/**
 * Log lines of blocked lookups, merged per client × indicator × list × action: the first within a second of the hit,
 * then one in five seconds for as long as it goes on, so that a flood is a few lines and each says how many it stands
 * for. Bounded in number and pace: what comes beyond is counted in a line of its own.
 */
import type { Clock } from '../clock.ts'
import { HIT_ACTIONS } from '../thread/hit-table.ts'
import type { BlockLine, BlockLines } from './block-lines.ts'
import type { Hit, PairText } from './hit-text.ts'
import type { StoreLog } from './log.ts'

const FIRST_MS = 1000
const GOING_ON_MS = 5_000
/** Lines gathered or waiting to be written. */
const MAX_LINES = 50_000
/** Lines a call of `tick` writes: 10,000 a second at its usual pace, which a log ring carries. */
const LINES_A_TICK = 2000
/** Lines at the head of a queue that are gone before it is cut. */
const CUT_LINES = 4096

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

/** `count` 0: nothing since the last time it was written. */
interface Line extends Writable<BlockLine> {
  /** Monotonic time from which it is written, or forgotten where there is nothing to write. */
  dueMs: number
}

/** Lines by when they are due: each comes to the end with the latest time. So that no call looks at all of them. */
class DueLines {
  #lines: Line[] = []
  #head = 0

  get first(): Line | undefined {
    return this.#lines[this.#head]
  }

  push(line: Line): void {
    this.#lines.push(line)
  }

  drop(): void {
    if (++this.#head < CUT_LINES && this.#head < this.#lines.length) return
    this.#lines = this.#lines.slice(this.#head)
    this.#head = 0
  }
}

export class BlockLog {
  readonly #clock: Clock
  readonly #log: StoreLog
  readonly #blockLines: Pick<BlockLines, 'write' | 'expect'>
  /** By action, then by pair. */
  readonly #lines: readonly Map<PairText, Line>[] = HIT_ACTIONS.map(() => new Map())
  /** The same: those that were never written, and those that were. */
  readonly #fresh = new DueLines()
  readonly #goingOn = new DueLines()
  #count = 0
  #skipped = 0

  /** Hits go to `blockLines`, what becomes of too many to `log`. */
  constructor(clock: Clock, log: StoreLog, blockLines: Pick<BlockLines, 'write' | 'expect'>) {
    this.#clock = clock
    this.#log = log
    this.#blockLines = blockLines
  }

  /** Adds a hit, of which nothing is kept. */
  add(hit: Hit): void {
    const { pair, action, lastQname: qname, qtype, triggers, lists, firstMs, lastMs } = hit
    const lines = this.#lines[action] ?? this.#lines[0]!
    const line = lines.get(pair)
    const count = hit.blocked + hit.logged
    if (line === undefined) {
      if (this.#count >= MAX_LINES) {
        this.#skipped += count
        return
      }
      const dueMs = this.#clock.monotonicMs() + FIRST_MS
      const fresh = { pair, action, qname, qtype, triggers, lists, count, firstMs, lastMs, dueMs }
      lines.set(pair, fresh)
      this.#fresh.push(fresh)
      this.#count++
      this.#blockLines.expect(pair, lists)
      return
    }
    line.firstMs = line.count === 0 ? firstMs : Math.min(line.firstMs, firstMs)
    line.lastMs = line.count === 0 ? lastMs : Math.max(line.lastMs, lastMs)
    line.count += count
    line.qname = qname
    line.qtype = qtype
    line.triggers = triggers
    line.lists = lists
  }

  /** Writes what is due. To be called every 200 ms. */
  tick(): void {
    this.#write(this.#clock.monotonicMs(), LINES_A_TICK)
    this.#tellSkipped()
  }

  /** Writes everything at once: at the end. */
  flush(): void {
    this.#write(Infinity, MAX_LINES)
    this.#tellSkipped()
  }

  #write(dueMs: number, limit: number): void {
    const againMs = this.#clock.monotonicMs() + GOING_ON_MS
    for (let written = 0; written < limit;) {
      const line = this.#takeDue(dueMs)
      if (line === null) return
      if (line.count === 0) {
        const lines = this.#lines[line.action] ?? this.#lines[0]!
        lines.delete(line.pair)
        this.#count--
        continue
      }
      this.#blockLines.write(line)
      written++
      line.count = 0
      line.dueMs = againMs
      this.#goingOn.push(line)
    }
  }

  /** The line that was due first, or null. */
  #takeDue(dueMs: number): Line | null {
    const fresh = this.#fresh.first
    const goingOn = this.#goingOn.first
    const isFresh = goingOn === undefined || (fresh !== undefined && fresh.dueMs <= goingOn.dueMs)
    const line = isFresh ? fresh : goingOn
    if (line === undefined || line.dueMs > dueMs) return null
    const due = isFresh ? this.#fresh : this.#goingOn
    due.drop()
    return line
  }

  #tellSkipped(): void {
    if (this.#skipped === 0) return
    this.#log.warn(
      { hits: this.#skipped },
      'hits not logged one by one: too many clients and indicators at once',
    )
    this.#skipped = 0
  }
}
