/**
 * Rows of `contact`: what a client did at the sinkhole's address, connections that look the same in one row. A client has
 * so many at most; those seen longest ago are then counted in a row that says no more than protocol and likeness.
 */
import { createHash } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Contact } from '../notice/letters.ts'
import type { Led } from './contact-hit.ts'

/** Of one client, beside a dozen rows of what is more. */
export const CONTACTS_A_CLIENT = 200

const COLUMNS = `client_id, mark, address, client_port, local, port, protocol, host, method, path, user_agent, has_referrer,
  first_bytes, first_bytes_length, is_browser_like, is_confirmed, count, first_at, last_at, led, hit_indicator, hit_at`

const IS_NEWER = 'excluded.last_at >= last_at'
/** What is known of a hit is not forgotten for a connection of which nothing is known. */
const IS_LED = `excluded.led <> 'none' AND (led = 'none' OR ${IS_NEWER})`

/** Of two rows that look the same the newer gives what may differ. */
const COMBINED = `ON CONFLICT (client_id, mark) DO UPDATE SET count = count + excluded.count,
  address = iif(${IS_NEWER}, excluded.address, address),
  client_port = iif(${IS_NEWER}, excluded.client_port, client_port),
  has_referrer = max(has_referrer, excluded.has_referrer),
  first_bytes = iif(${IS_NEWER}, excluded.first_bytes, first_bytes),
  first_bytes_length = iif(${IS_NEWER}, excluded.first_bytes_length, first_bytes_length),
  led = iif(${IS_LED}, excluded.led, led),
  hit_indicator = iif(${IS_LED}, excluded.hit_indicator, hit_indicator),
  hit_at = iif(${IS_LED}, excluded.hit_at, hit_at),
  first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)`

export class ContactRows {
  readonly #save: StatementSync
  readonly #surplus: StatementSync
  readonly #fold: StatementSync
  readonly #drop: StatementSync
  readonly #merge: StatementSync
  readonly #dropOf: StatementSync
  readonly #dropOld: StatementSync
  readonly #addSums: StatementSync
  readonly #sumAnew: StatementSync
  readonly #markVisitor: StatementSync

  constructor(database: DatabaseSync) {
    this.#save = database.prepare(
      `INSERT INTO contact (${COLUMNS}) VALUES (${Array.from({ length: 22 }, () => '?').join(', ')}) ${COMBINED}`,
    )
    this.#surplus = database.prepare(
      `SELECT id, protocol, is_browser_like, is_confirmed FROM contact WHERE client_id = ? AND port IS NOT NULL
       ORDER BY last_at DESC, id DESC LIMIT -1 OFFSET ?`,
    )
    // WHERE also because an upsert behind a SELECT needs one (SQLite, "Parsing Ambiguity").
    this.#fold = database.prepare(
      `INSERT INTO contact (${COLUMNS})
         SELECT client_id, ?2, address, client_port, NULL, NULL, protocol, NULL, NULL, NULL, NULL, has_referrer, NULL, 0,
           is_browser_like, is_confirmed, count, first_at, last_at, led, hit_indicator, hit_at FROM contact WHERE id = ?1
       ${COMBINED}`,
    )
    this.#drop = database.prepare('DELETE FROM contact WHERE id = ?')
    this.#merge = database.prepare(
      `INSERT INTO contact (${COLUMNS}) SELECT ?2, ${COLUMNS.replace('client_id, ', '')} FROM contact WHERE client_id = ?1
       ${COMBINED}`,
    )
    this.#dropOf = database.prepare('DELETE FROM contact WHERE client_id = ?')
    this.#dropOld = database.prepare('DELETE FROM contact WHERE client_id = ? AND last_at < ?')
    this.#addSums = database.prepare(
      `UPDATE client SET contact_count = contact_count + ?2, confirmed_count = confirmed_count + ?3,
         confirmed_first_at = iif(?3 = 0, confirmed_first_at, min(coalesce(confirmed_first_at, ?4), ?4)),
         confirmed_last_at = iif(?3 = 0, confirmed_last_at, max(coalesce(confirmed_last_at, ?5), ?5))
       WHERE id = ?1`,
    )
    this.#sumAnew = database.prepare(
      `UPDATE client SET (contact_count, confirmed_count, confirmed_first_at, confirmed_last_at) =
         (SELECT coalesce(sum(count), 0), coalesce(sum(iif(is_confirmed, count, 0)), 0),
            min(iif(is_confirmed, first_at, NULL)), max(iif(is_confirmed, last_at, NULL))
          FROM contact WHERE client_id = ?1) WHERE id = ?1`,
    )
    this.#markVisitor = database.prepare(
      `UPDATE client SET status = 'visitor' WHERE id = ?1 AND contact_count > 0 AND indicator_count = 0
         AND status <> 'visitor' AND NOT EXISTS (SELECT 1 FROM campaign_case WHERE client_id = ?1)`,
    )
  }

  /** Adds to the row of what looks the same, or makes it; sums are added by `addSums`. Addresses: 16 bytes. */
  save(client: number, contact: Contact, address: Uint8Array, local: Uint8Array, led: Led): void {
    const { protocol, host, method, path, userAgent, firstBytes, count, firstMs, lastMs } = contact
    const isConfirmed = Number(led.isConfirmed)
    this.#save.run(
      client, markOf(contact, led.isConfirmed), address, contact.clientPort, local, contact.port, protocol, host, method,
      path, userAgent, Number(contact.hasReferrer), firstBytes === null ? null : Buffer.from(firstBytes, 'hex'),
      contact.firstBytesLength, Number(contact.isBrowserLike), isConfirmed, count, firstMs, lastMs, led.by,
      led.hit?.indicator ?? null, led.hit?.atMs ?? null,
    ) // prettier-ignore
  }

  /** Adds some contacts to the sums of their client. */
  addSums(client: number, contacts: readonly Contact[], led: readonly Led[]): void {
    const sure = contacts.filter((_, index) => led[index]!.isConfirmed)
    const count = (of: readonly Contact[]): number => of.reduce((sum, contact) => sum + contact.count, 0)
    const firstMs = Math.min(...sure.map((contact) => contact.firstMs), Number.MAX_SAFE_INTEGER)
    const lastMs = Math.max(...sure.map((contact) => contact.lastMs), 0)
    this.#addSums.run(client, count(contacts), count(sure), firstMs, lastMs)
  }

  /** Counts what is past the bound in rows that say less: those seen longest ago. */
  trim(client: number): void {
    for (const row of this.#surplus.all(client, CONTACTS_A_CLIENT)) {
      this.#fold.run(
        row['id']!,
        digest(['more', row['protocol'], row['is_browser_like'], row['is_confirmed']]),
      )
      this.#drop.run(row['id']!)
    }
  }

  /** All rows of client `from` become those of `into`; the sums are those of `into` already, or will be. */
  merge(from: number, into: number): void {
    this.#merge.run(from, into)
    this.#dropOf.run(from)
    this.trim(into)
    this.#sumAnew.run(into)
  }

  /** Deletes those not seen since `cutoffMs`; returns how many. */
  dropOld(client: number, cutoffMs: number): number {
    const dropped = Number(this.#dropOld.run(client, cutoffMs).changes)
    if (dropped > 0) this.#sumAnew.run(client)
    return dropped
  }

  /** Who has come here, and never asked for a listed name nor has a case, is no infected machine. */
  markVisitor(client: number): void {
    this.#markVisitor.run(client)
  }
}

/** Of all that tells two rows of a client apart. What a ClientHello holds is drawn anew each time, and a request tells itself. */
function markOf(contact: Contact, isConfirmed: boolean): Buffer {
  const { local, port, protocol, host, method, path, userAgent, isBrowserLike, firstBytes } = contact
  const bytes = protocol === 'tcp' ? firstBytes : null
  return digest([local, port, protocol, host, method, path, userAgent, isBrowserLike, isConfirmed, bytes])
}

function digest(fields: readonly unknown[]): Buffer {
  return createHash('sha256').update(JSON.stringify(fields)).digest().subarray(0, 16)
}
