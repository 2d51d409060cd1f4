/**
 * Numbered events of the store, for those who tell them on: written in the transaction they tell of, so that what was
 * committed is never lost, and bounded, because nobody may be listening. Pairs are many and tell little; they go first.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'

export type EventKind = 'case-opened' | 'case-changed' | 'case-reinfected' | 'priority-hit' | 'pair-new'

export interface NewEvent {
  readonly kind: EventKind
  readonly caseId: number | null
  readonly client: number
  readonly campaign: string
  /** Row ids; null: the event is about none. */
  readonly indicator: number | null
  readonly list: number | null
  readonly state: string | null
  readonly actor: string | null
}

export interface EventBounds {
  /** Numbers within which `pair-new` events are kept. */
  readonly pairNumbers: number
  /** Events of the other kinds. */
  readonly caseEvents: number
  readonly days: number
}

/** About 60 MB together. Two weeks: longer than any holiday on which nobody restarts a reader. */
export const EVENT_BOUNDS: EventBounds = { pairNumbers: 200_000, caseEvents: 200_000, days: 14 }

const DAY_MS = 86_400_000
/** More than the bound by so many are dropped together. */
const SLACK = 1000
/** Rows one call of `tidy` drops at most. */
const DROPPED_AT_ONCE = 2000

/** Which unit an address (16 bytes) belongs to, or null. */
export type UnitOf = (address: Uint8Array) => string | null

interface Who {
  readonly address: Uint8Array
  readonly hostName: string | null
  readonly unit: string | null
}

export class EventLog {
  readonly #database: DatabaseSync
  readonly #bounds: EventBounds
  readonly #unitOf: UnitOf
  readonly #add: StatementSync
  readonly #whoIs: StatementSync
  readonly #indicatorIs: StatementSync
  readonly #listIs: StatementSync
  readonly #dropPairs: StatementSync
  readonly #savePairHorizon: StatementSync
  /** Of the running commit. */
  readonly #whos = new Map<number, Who>()
  readonly #indicators = new Map<number, string>()
  readonly #lists = new Map<number, string>()
  #lastId = 0
  #pairHorizon = 0
  #caseEvents = 0
  #isCounted = false

  constructor(database: DatabaseSync, unitOf: UnitOf, bounds: EventBounds = EVENT_BOUNDS) {
    this.#database = database
    this.#unitOf = unitOf
    this.#bounds = bounds
    this.#add = database.prepare(
      `INSERT INTO event (at, kind, case_id, client_id, campaign, unit, host_name, address, indicator, list, state, actor)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#whoIs = database.prepare('SELECT address, host_name FROM client WHERE id = ?')
    this.#indicatorIs = database.prepare('SELECT value FROM indicator WHERE id = ?')
    this.#listIs = database.prepare('SELECT name FROM list WHERE id = ?')
    this.#dropPairs = database.prepare(`DELETE FROM event WHERE id > ? AND id <= ? AND kind = 'pair-new'`)
    this.#savePairHorizon = database.prepare('UPDATE event_log SET horizon = max(horizon, ?)')
  }

  /** Forgets names of the commit before: a row id may mean another by now. */
  begin(): void {
    this.#whos.clear()
    this.#indicators.clear()
    this.#lists.clear()
  }

  /** The text of an indicator. */
  indicator(id: number): string {
    return remembered(this.#indicators, id, () => String(this.#indicatorIs.get(id)!['value']))
  }

  add(atMs: number, event: NewEvent): void {
    this.#count()
    const { kind, caseId, client, campaign, indicator, list, state, actor } = event
    const { address, hostName, unit } = remembered(this.#whos, client, () => this.#who(client))
    const listName =
      list === null ? null : remembered(this.#lists, list, () => String(this.#listIs.get(list)!['name']))
    const { lastInsertRowid } = this.#add.run(
      atMs, kind, caseId, client, campaign, unit, hostName, address, indicator === null ? null : this.indicator(indicator),
      listName, state, actor,
    ) // prettier-ignore
    this.#lastId = Number(lastInsertRowid)
    if (kind !== 'pair-new') this.#caseEvents++
  }

  /** Keeps the log bounded; inside the transaction that added to it. */
  trim(): void {
    if (!this.#isCounted) return
    const { pairNumbers, caseEvents } = this.#bounds
    const upTo = this.#lastId - pairNumbers
    if (upTo > this.#pairHorizon + SLACK) {
      this.#dropPairs.run(this.#pairHorizon, upTo)
      this.#savePairHorizon.run(upTo)
      this.#pairHorizon = upTo
    }
    if (this.#caseEvents > caseEvents + SLACK) this.#dropCaseEvents(this.#caseEvents - caseEvents)
  }

  /** Drops some of what is too old, in a transaction of the caller's; false: there is nothing to drop. */
  tidy(nowMs: number): boolean {
    const oldest = this.#database
      .prepare('SELECT id, at, kind FROM event ORDER BY id LIMIT ?')
      .all(DROPPED_AT_ONCE)
    const young = oldest.findIndex(({ at }) => Number(at) >= nowMs - this.#bounds.days * DAY_MS)
    const old = young < 0 ? oldest : oldest.slice(0, young)
    const last = old.at(-1)
    if (last === undefined) return false
    this.#database.prepare('DELETE FROM event WHERE id <= ?').run(last['id']!)
    this.#database
      .prepare('UPDATE event_log SET horizon = max(horizon, ?1), case_horizon = max(case_horizon, ?1)')
      .run(last['id']!)
    this.forget()
    return true
  }

  /** After a rollback: what was counted may never have been written. */
  forget(): void {
    this.begin()
    this.#isCounted = false
  }

  #dropCaseEvents(surplus: number): void {
    const dropped = this.#database
      .prepare(
        `DELETE FROM event WHERE id IN (SELECT id FROM event WHERE kind <> 'pair-new' ORDER BY id LIMIT ?) RETURNING id`,
      )
      .all(surplus)
    const last = dropped.reduce((highest, { id }) => Math.max(highest, Number(id)), 0)
    this.#database
      .prepare('UPDATE event_log SET horizon = max(horizon, ?1), case_horizon = max(case_horizon, ?1)')
      .run(last)
    this.#caseEvents -= dropped.length
  }

  #count(): void {
    if (this.#isCounted) return
    const row = this.#database
      .prepare(
        `SELECT horizon, (SELECT count(*) FROM event WHERE kind <> 'pair-new') AS cases,
           (SELECT coalesce(max(id), 0) FROM event) AS last FROM event_log`,
      )
      .get()!
    this.#pairHorizon = Number(row['horizon'])
    this.#caseEvents = Number(row['cases'])
    this.#lastId = Number(row['last'])
    this.#isCounted = true
  }

  #who(client: number): Who {
    const row = this.#whoIs.get(client)!
    const address = row['address'] as Uint8Array
    const hostName = row['host_name'] as string | null
    return { address, hostName, unit: this.#unitOf(address) }
  }
}

function remembered<T>(memory: Map<number, T>, id: number, find: () => T): T {
  const known = memory.get(id)
  if (known !== undefined) return known
  const found = find()
  memory.set(id, found)
  return found
}
