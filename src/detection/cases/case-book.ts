/**
 * Cases as the writer keeps them in mind, so that a commit of known pairs reads nothing and writes each of its cases
 * once. What an officer or a merge changes is forgotten and read again.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Row } from '../client-rows.ts'
import type { CaseState } from './states.ts'

export interface KnownCase {
  readonly id: number
  readonly campaign: string
  state: CaseState
  cleanedMs: number | null
  /** See campaign_case.priority_day. */
  priorityDay: number
  lastMinute: number
  /** Of the running commit; `hits` 0: none. */
  hits: number
  firstMs: number
  lastMs: number
}

/** A client with its cases; one that is hit for the first time has none. */
export interface CaseClient {
  readonly id: number
  /** Its unit comes first. */
  readonly isHigh: boolean
  readonly cases: KnownCase[]
  /** By indicator: until when its hits open nothing. */
  readonly silences: ReadonlyMap<number, number>
}

/** Clients and silences remembered before the memory starts anew. */
const CLIENTS_REMEMBERED = 50_000
const SILENCES_REMEMBERED = 200_000
const MINUTE_MS = 60_000
const NOTHING: ReadonlyMap<number, number> = new Map()

export class CaseBook {
  readonly #isHigh: (address: Uint8Array) => boolean
  readonly #findClient: StatementSync
  readonly #casesOf: StatementSync
  readonly #silencesOf: StatementSync
  readonly #anySilence: StatementSync
  readonly #add: StatementSync
  readonly #addHits: StatementSync
  readonly #addHitsLater: StatementSync
  readonly #saveState: StatementSync
  readonly #savePriorityDay: StatementSync
  readonly #saveStatus: StatementSync
  readonly #clients = new Map<number, CaseClient>()
  readonly #touched: KnownCase[] = []
  #silences = 0
  #hasSilences: boolean | null = null

  /** `isHigh`: whether machines at an address (16 bytes) come first. */
  constructor(database: DatabaseSync, isHigh: (address: Uint8Array) => boolean) {
    this.#isHigh = isHigh
    this.#findClient = database.prepare('SELECT address FROM client WHERE id = ?')
    this.#casesOf = database.prepare(
      'SELECT id, campaign, state, cleaned_at, priority_day, last_hit_minute FROM campaign_case WHERE client_id = ?',
    )
    this.#silencesOf = database.prepare('SELECT indicator_id, until_at FROM silence WHERE client_id = ?')
    this.#anySilence = database.prepare('SELECT 1 FROM silence LIMIT 1')
    this.#add = database.prepare(
      `INSERT INTO campaign_case (client_id, campaign, opened_at, changed_at, first_hit_at, last_hit_at, last_hit_minute,
         hit_count, priority, node_id)
       VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, 0, ?7, ?8) RETURNING id`,
    )
    const sums = `hit_count = hit_count + ?2, first_hit_at = min(first_hit_at, ?3), last_hit_at = max(last_hit_at, ?4)`
    this.#addHits = database.prepare(`UPDATE campaign_case SET ${sums} WHERE id = ?1`)
    this.#addHitsLater = database.prepare(
      `UPDATE campaign_case SET ${sums}, last_hit_minute = ?5 WHERE id = ?1`,
    )
    this.#saveState = database.prepare(
      `UPDATE campaign_case SET state = ?2, changed_at = ?3, version = version + 1, false_alarm_until = NULL,
         reinfection_count = reinfection_count + (?2 = 'reinfected') WHERE id = ?1`,
    )
    this.#savePriorityDay = database.prepare('UPDATE campaign_case SET priority_day = ? WHERE id = ?')
    this.#saveStatus = database.prepare('UPDATE client SET status = ?1 WHERE id = ?2 AND status <> ?1')
  }

  /** The client of that row id and its cases. */
  of(client: number): CaseClient {
    const known = this.#clients.get(client)
    if (known !== undefined) return known
    const silences = this.#readSilences(client)
    const read: CaseClient = {
      id: client,
      isHigh: this.#isHigh(this.#findClient.get(client)!['address'] as Uint8Array),
      cases: this.#casesOf.all(client).map(knownCase),
      silences,
    }
    this.#silences += silences.size
    this.#clients.set(client, read)
    return read
  }

  /** Opens a case at `nowMs` for a hit; its sums are still empty. `node`: row id of the server that saw it. */
  open(
    client: CaseClient,
    campaign: string,
    nowMs: number,
    firstMs: number,
    lastMs: number,
    node: number,
  ): KnownCase {
    const lastMinute = Math.floor(lastMs / MINUTE_MS)
    const priority = client.isHigh ? 'high' : 'normal'
    const row = this.#add.get(client.id, campaign, nowMs, firstMs, lastMs, lastMinute, priority, node)
    const opened: KnownCase = {
      id: Number(row!['id']),
      campaign,
      state: 'new',
      cleanedMs: null,
      priorityDay: 0,
      lastMinute,
      hits: 0,
      firstMs,
      lastMs,
    }
    client.cases.push(opened)
    return opened
  }

  /** Adds hits to a case; written by `write`. */
  count(known: KnownCase, hits: number, firstMs: number, lastMs: number): void {
    if (known.hits === 0) {
      known.firstMs = firstMs
      known.lastMs = lastMs
      this.#touched.push(known)
    } else {
      if (firstMs < known.firstMs) known.firstMs = firstMs
      if (lastMs > known.lastMs) known.lastMs = lastMs
    }
    known.hits += hits
  }

  /** Writes what a hit made of a case. */
  restate(known: KnownCase, state: CaseState, nowMs: number): void {
    known.state = state
    this.#saveState.run(known.id, state, nowMs)
  }

  /** Writes what a client is by its cases. */
  restatus(client: CaseClient, status: CaseState): void {
    this.#saveStatus.run(status, client.id)
  }

  /** Remembers the day of the last priority-hit event. */
  notePriorityDay(known: KnownCase, day: number): void {
    known.priorityDay = day
    this.#savePriorityDay.run(day, known.id)
  }

  /** Writes the sums of the running commit. */
  write(): void {
    for (const known of this.#touched) {
      const { id, hits, firstMs, lastMs } = known
      const minute = Math.floor(lastMs / MINUTE_MS)
      if (minute <= known.lastMinute) this.#addHits.run(id, hits, firstMs, lastMs)
      else {
        this.#addHitsLater.run(id, hits, firstMs, lastMs, minute)
        known.lastMinute = minute
      }
      known.hits = 0
    }
    this.#touched.length = 0
  }

  /** Starts anew where too much is remembered; between commits. */
  trim(): void {
    if (this.#clients.size >= CLIENTS_REMEMBERED || this.#silences >= SILENCES_REMEMBERED) this.forget()
  }

  /** The client or its cases were changed by others than hits. */
  drop(client: number): void {
    this.#silences -= this.#clients.get(client)?.silences.size ?? 0
    this.#clients.delete(client)
    this.#hasSilences = null
  }

  forget(): void {
    this.#clients.clear()
    this.#touched.length = 0
    this.#silences = 0
    this.#hasSilences = null
  }

  #readSilences(client: number): ReadonlyMap<number, number> {
    this.#hasSilences ??= this.#anySilence.get() !== undefined
    if (!this.#hasSilences) return NOTHING
    const rows = this.#silencesOf.all(client)
    if (rows.length === 0) return NOTHING
    return new Map(rows.map((row) => [Number(row['indicator_id']), Number(row['until_at'])]))
  }
}

function knownCase(row: Row): KnownCase {
  const cleanedAt = row['cleaned_at']
  return {
    id: Number(row['id']),
    campaign: String(row['campaign']),
    state: String(row['state']) as CaseState,
    cleanedMs: cleanedAt === null ? null : Number(cleanedAt),
    priorityDay: Number(row['priority_day']),
    lastMinute: Number(row['last_hit_minute']),
    hits: 0,
    firstMs: 0,
    lastMs: 0,
  }
}
