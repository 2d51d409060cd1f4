/**
 * A letter of the notice service into the database, in one transaction with the sequence that says it is in: exactly once,
 * however often it is sent. Whose contact it was is told as for hits: by who had the address then.
 */
import type { StatementSync } from 'node:sqlite'
import { isPossible } from '../clock.ts'
import { parseAddress } from '../net/address.ts'
import type { Contact } from '../notice/letters.ts'
import { ContactHits, type Led } from './contact-hit.ts'
import { addressKey } from './machine-key.ts'
import type { StoreSession } from './store-session.ts'

/** Contacts of one letter; see `Contacts` in src/notice/letters.ts. */
export interface ContactLetter {
  readonly session: string
  readonly sequence: number
  readonly contacts: readonly Contact[]
}

/** What is known of the machine that has an address now. Times: milliseconds since 1970. */
export interface AtAddress {
  readonly client: number
  /** Many machines stand behind the address. */
  readonly isRouter: boolean
  readonly hits: number
  readonly firstMs: number | null
  readonly lastMs: number | null
}

/** Services and their restarts that a resent letter may come from. */
const SESSIONS_KEPT = 64
/** Clients that came without ever asking for a listed name: who draws a new IPv6 address for each connection is many. */
const MOST_VISITORS = 50_000
/** How many there are is counted anew after so long, where there were too many. */
const RECOUNT_MS = 60_000

export class ContactCommit {
  readonly #session: StoreSession
  readonly #hits: ContactHits
  readonly #findSession: StatementSync
  readonly #saveSession: StatementSync
  readonly #boundSessions: StatementSync
  readonly #firstConfirmed: StatementSync
  readonly #tellCases: StatementSync
  readonly #sumsOf: StatementSync
  readonly #countVisitors: StatementSync
  readonly #mostVisitors: number
  /** As counted, and those made since. */
  #visitors = 0
  #countedMs: number | null = null
  #unkept = 0

  constructor(session: StoreSession, mostVisitors = MOST_VISITORS) {
    const { database } = session
    this.#session = session
    this.#mostVisitors = mostVisitors
    this.#countVisitors = database.prepare(`SELECT count(*) AS n FROM client WHERE status = 'visitor'`)
    this.#hits = new ContactHits(database)
    this.#findSession = database.prepare('SELECT sequence FROM contact_session WHERE session = ?')
    this.#saveSession = database.prepare(
      `INSERT INTO contact_session (session, sequence, at) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET sequence = excluded.sequence, at = excluded.at`,
    )
    this.#boundSessions = database.prepare(
      // Never the one that is saved: the clock may have been set back behind all others.
      `DELETE FROM contact_session WHERE session IN
         (SELECT session FROM contact_session WHERE session <> ? ORDER BY at DESC LIMIT -1 OFFSET ?)`,
    )
    this.#firstConfirmed = database.prepare('SELECT confirmed_first_at AS at FROM client WHERE id = ?')
    this.#tellCases = database.prepare(
      `INSERT INTO case_change (case_id, at, cause, from_state, to_state, indicator)
         SELECT id, ?2, 'contact', state, state, ?3 FROM campaign_case WHERE client_id = ?1`,
    )
    this.#sumsOf = database.prepare(
      `SELECT c.id, c.kind, c.blocked_count + c.logged_count AS hits, min(h.first_at) AS first_at, max(h.last_at) AS last_at
       FROM client AS c LEFT JOIN hit AS h ON h.client_id = c.id WHERE c.id = ? GROUP BY c.id`,
    )
  }

  /**
   * Commits the letter at `nowMs`. 'known': it is in already, sent again for want of an answer. `isRouted`: whether an
   * address that was connected to is none that answers name. Throws what SQLite throws.
   */
  commit(letter: ContactLetter, nowMs: number, isRouted: (local: string) => boolean): 'committed' | 'known' {
    const { session, sequence, contacts } = letter
    return this.#session.transaction(() => {
      const found = this.#findSession.get(session)
      if (found !== undefined && Number(found['sequence']) >= sequence) return 'known'
      const byClient = Map.groupBy(
        contacts.map((contact) => dated(contact, nowMs)),
        (contact) => this.#clientOf(contact, nowMs),
      )
      for (const [client, own] of byClient) {
        if (client === null) this.#unkept += own.reduce((sum, { count }) => sum + count, 0)
        else this.#keep(client, own, nowMs, isRouted)
      }
      this.#saveSession.run(session, sequence, nowMs)
      if (found === undefined) this.#boundSessions.run(session, SESSIONS_KEPT - 1)
      return 'committed'
    })
  }

  /** The client that has `address` (text) at `nowMs`, or null: it has neither hits nor contacts. Throws what SQLite throws. */
  at(address: string, nowMs: number): AtAddress | null {
    const { attribution, routers } = this.#session
    const key = addressKey(bytesOf(address))
    const client = attribution.find(key, nowMs)
    if (client === null) return null
    const row = this.#sumsOf.get(client.id)!
    const hits = Number(row['hits'])
    return {
      client: client.id,
      isRouter: row['kind'] === 'router' || routers.has(client.key, key),
      hits,
      firstMs: hits === 0 ? null : Number(row['first_at']),
      lastMs: hits === 0 ? null : Number(row['last_at']),
    }
  }

  /** Connections not kept because there are too many visitors, since it was asked before. */
  takeUnkept(): number {
    const unkept = this.#unkept
    this.#unkept = 0
    return unkept
  }

  /** The client a contact is of, made where there is none; null: there are too many of whom nothing else is known. */
  #clientOf({ client, firstMs, lastMs }: Contact, nowMs: number): number | null {
    const { attribution, revision, totals } = this.#session
    const address = addressKey(bytesOf(client))
    if (attribution.find(address, lastMs) === null) {
      if (this.#isFull(nowMs)) return null
      this.#visitors++
    }
    const known = attribution.clientAt(address, firstMs, lastMs, revision)
    totals.see(known, address, { firstMs, lastMs })
    return known.id
  }

  #isFull(nowMs: number): boolean {
    const isOver = this.#visitors >= this.#mostVisitors
    if (this.#countedMs === null || (isOver && Math.abs(nowMs - this.#countedMs) >= RECOUNT_MS)) {
      this.#visitors = Number(this.#countVisitors.get()!['n'])
      this.#countedMs = nowMs
    }
    return this.#visitors >= this.#mostVisitors
  }

  #keep(
    client: number,
    contacts: readonly Contact[],
    nowMs: number,
    isRouted: (local: string) => boolean,
  ): void {
    const rows = this.#session.contacts
    const led = this.#hits.of(
      client,
      contacts.map((contact) => ({ ...contact, isRouted: isRouted(contact.local) })),
    )
    this.#tellFirst(client, led, nowMs)
    for (const [index, contact] of contacts.entries())
      rows.save(client, contact, bytesOf(contact.client), bytesOf(contact.local), led[index]!)
    rows.addSums(client, contacts, led)
    rows.trim(client)
    rows.markVisitor(client)
  }

  /** That a machine is confirmed stands in the history of its cases: once, the first time. */
  #tellFirst(client: number, led: readonly Led[], nowMs: number): void {
    const first = led.find(({ isConfirmed }) => isConfirmed)
    if (first === undefined || this.#firstConfirmed.get(client)!['at'] !== null) return
    this.#tellCases.run(client, nowMs, first.hit?.indicator ?? null)
  }
}

/** By a clock that is ahead nothing may be dated: what is of tomorrow would outlive all else, and be the last of all. */
function dated(contact: Contact, nowMs: number): Contact {
  const lastMs = isPossible(contact.lastMs) ? Math.min(contact.lastMs, nowMs) : nowMs
  const firstMs = isPossible(contact.firstMs) ? Math.min(contact.firstMs, lastMs) : lastMs
  return { ...contact, firstMs, lastMs }
}

function bytesOf(address: string): Buffer {
  const bytes = Buffer.alloc(16)
  if (!parseAddress(address, bytes)) throw new TypeError(`no address: ${address}`)
  return bytes
}
