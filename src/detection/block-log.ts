/**
 * Log lines of blocked lookups, merged per client × indicator × list × action: the first within a second of the hit,
 * then one in five seconds for as long as it goes on, so that a flood is a few lines and each says how many it stands
 * for. Bounded in number and pace: what comes beyond is counted in a line of its own.
 */
import type { Clock } from '../clock.ts'
import { HIT_ACTIONS, INDICATOR_KINDS, TRIGGERS } from '../thread/hit-table.ts'
import { bitNames, clientText, typeText, type Hit, type PairText } from './hit-text.ts'
import type { ListRegistry } from './list-registry.ts'
import type { StoreLog } from './log.ts'

const FIRST_MS = 1000
const GOING_ON_MS = 5_000
/** Lines gathered or waiting to be written. */
const MAX_LINES = 50_000
/** Lines a call of `tick` writes: 10,000 a second at its usual pace, which a log ring carries. */
const LINES_A_TICK = 2000

interface Line {
  hit: Hit
  /** 0: nothing since the last one that was written. */
  count: number
  firstMs: number
  lastMs: number
  /** Monotonic time from which it is written, or forgotten where there is nothing to write. */
  dueMs: number
}

export class BlockLog {
  readonly #registry: ListRegistry
  readonly #clock: Clock
  readonly #log: StoreLog
  /** By action, then by pair. */
  readonly #lines: readonly Map<PairText, Line>[] = HIT_ACTIONS.map(() => new Map())
  #count = 0
  #queue: Omit<Line, 'dueMs'>[] = []
  #written = 0
  #skipped = 0

  constructor(registry: ListRegistry, clock: Clock, log: StoreLog) {
    this.#registry = registry
    this.#clock = clock
    this.#log = log
  }

  /** Adds a hit. */
  add(hit: Hit): void {
    const lines = this.#lines[hit.action] ?? this.#lines[0]!
    const line = lines.get(hit.pair)
    const count = hit.blocked + hit.logged
    if (line === undefined) {
      if (this.#count + this.#queue.length - this.#written >= MAX_LINES) {
        this.#skipped += count
        return
      }
      const dueMs = this.#clock.monotonicMs() + FIRST_MS
      lines.set(hit.pair, { hit, count, firstMs: hit.firstMs, lastMs: hit.lastMs, dueMs })
      this.#count++
      return
    }
    line.firstMs = line.count === 0 ? hit.firstMs : Math.min(line.firstMs, hit.firstMs)
    line.lastMs = line.count === 0 ? hit.lastMs : Math.max(line.lastMs, hit.lastMs)
    line.count += count
    line.hit = hit
  }

  /** Writes what is due. To be called every 200 ms. */
  tick(): void {
    this.#collect(this.#clock.monotonicMs())
    this.#write(LINES_A_TICK)
  }

  /** Writes everything at once: at the end. */
  flush(): void {
    this.#collect(Infinity)
    this.#write(MAX_LINES)
  }

  #collect(nowMs: number): void {
    for (const lines of this.#lines) {
      for (const [pair, line] of lines) {
        if (line.dueMs > nowMs) continue
        if (line.count === 0) {
          lines.delete(pair)
          this.#count--
          continue
        }
        const { hit, count, firstMs, lastMs } = line
        this.#queue.push({ hit, count, firstMs, lastMs })
        line.count = 0
        line.dueMs = nowMs + GOING_ON_MS
      }
    }
    if (this.#skipped === 0) return
    this.#log.warn(
      { hits: this.#skipped },
      'hits not logged one by one: too many clients and indicators at once',
    )
    this.#skipped = 0
  }

  #write(limit: number): void {
    const end = Math.min(this.#queue.length, this.#written + limit)
    while (this.#written < end) this.#writeLine(this.#queue[this.#written++]!)
    if (end < this.#queue.length) return
    this.#queue = []
    this.#written = 0
  }

  #writeLine({ hit, count, firstMs, lastMs }: Omit<Line, 'dueMs'>): void {
    const lists = hit.lists.map((number) => this.#registry.get(number))
    const action = HIT_ACTIONS[hit.action] ?? 'sinkhole'
    this.#log.info(
      {
        client: clientText(hit.clientKey),
        qname: hit.lastQname,
        qtype: typeText(hit.qtype),
        indicator: hit.indicator,
        kind: INDICATOR_KINDS[hit.kind],
        trigger: bitNames(hit.triggers, TRIGGERS).join(','),
        list: lists[0]?.id ?? null,
        lists: lists.map(({ id }) => id),
        campaigns: [...new Set(lists.flatMap(({ campaign }) => campaign ?? []))],
        basis: lists[0]?.basis ?? null,
        action,
        count,
        first: new Date(firstMs).toISOString(),
        last: new Date(lastMs).toISOString(),
      },
      action === 'log' ? 'logged' : 'blocked',
    )
  }
}
