/**
 * One log line a blocked lookup, merged per client × indicator × list × action over a second, so that a flood of one
 * name is one line a second. Bounded in number and pace: what comes beyond is counted in a line of its own.
 */
import type { Clock } from '../clock.ts'
import { HIT_ACTIONS, INDICATOR_KINDS, TRIGGERS } from '../thread/hit-table.ts'
import { bitNames, clientText, typeText, type Hit } from './hit-text.ts'
import type { ListRegistry } from './list-registry.ts'
import type { StoreLog } from './log.ts'

const WINDOW_MS = 1000
/** Lines gathered or waiting to be written. */
const MAX_LINES = 50_000
/** Lines a call of `tick` writes: 10,000 a second at its usual pace, which a log ring carries. */
const LINES_A_TICK = 2000

interface Line {
  readonly hit: Hit
  count: number
  firstMs: number
  lastMs: number
}

export class BlockLog {
  readonly #registry: ListRegistry
  readonly #clock: Clock
  readonly #log: StoreLog
  readonly #window = new Map<string, Line>()
  #windowStartMs = 0
  #queue: Line[] = []
  #written = 0
  #skipped = 0

  constructor(registry: ListRegistry, clock: Clock, log: StoreLog) {
    this.#registry = registry
    this.#clock = clock
    this.#log = log
  }

  /** Adds a hit to the window. */
  add(hit: Hit): void {
    const key = `${hit.clientKey}|${hit.kind}|${hit.indicator}|${hit.lists[0]}|${hit.action}`
    const line = this.#window.get(key)
    const count = hit.blocked + hit.logged
    if (line) {
      line.count += count
      line.firstMs = Math.min(line.firstMs, hit.firstMs)
      line.lastMs = Math.max(line.lastMs, hit.lastMs)
      return
    }
    if (this.#window.size + this.#queue.length - this.#written >= MAX_LINES) {
      this.#skipped += count
      return
    }
    if (this.#window.size === 0) this.#windowStartMs = this.#clock.monotonicMs()
    this.#window.set(key, { hit, count, firstMs: hit.firstMs, lastMs: hit.lastMs })
  }

  /** Closes the window when its second is over and writes lines of closed ones. To be called every 200 ms. */
  tick(): void {
    if (this.#window.size > 0 && this.#clock.monotonicMs() - this.#windowStartMs >= WINDOW_MS) this.#close()
    this.#write(LINES_A_TICK)
  }

  /** Writes everything at once: at the end. */
  flush(): void {
    this.#close()
    this.#write(MAX_LINES)
  }

  #close(): void {
    for (const line of this.#window.values()) this.#queue.push(line)
    this.#window.clear()
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

  #writeLine({ hit, count, firstMs, lastMs }: Line): void {
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
        action,
        count,
        first: new Date(firstMs).toISOString(),
        last: new Date(lastMs).toISOString(),
      },
      action === 'log' ? 'logged' : 'blocked',
    )
  }
}
