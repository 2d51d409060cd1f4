/**
 * Hits another node saw, into this one's file: exactly once however often, in whatever order and however interrupted
 * pages come. Its rows tell absolute counts and a revision; the difference to what stands here is what is added. It
 * belongs to the machine with the same MAC or DUID here, else to who had the address at the time, as this node knows it.
 */
import type { StatementSync } from 'node:sqlite'
import type { Identity } from './client-identity.ts'
import type { KnownClient } from './clients.ts'
import { COMBINED } from './hit-rows.ts'
import { addressInKey, duidInKey, macInKey } from './machine-key.ts'
import type { PeerClient, PeerPage, PeerRow } from './peer-page-schema.ts'
import { BadPeerPage } from './peer-position.ts'
import type { StoreSession } from './store-session.ts'

export interface PeerApplied {
  /** Rows that told something new. */
  readonly rows: number
  /** Hits added. */
  readonly hits: number
}

/** A client of the other node: the origin of its rows, and whose they are here. */
interface Told {
  readonly client: PeerClient
  readonly origin: number
  /** Of a machine; null: who had the address at the time of each row. */
  readonly key: string | null
}

interface Stored {
  readonly blocked: number
  readonly logged: number
  readonly lastMs: number
  readonly revision: number
}

/** Stands for the rows of a node that it has begun anew since they were told: they stay as they are. */
const BEGUN_ANEW = 0

export class PeerCommit {
  readonly #session: StoreSession
  readonly #findOrigin: StatementSync
  readonly #addOrigin: StatementSync
  readonly #mergeOrigin: StatementSync
  readonly #saveOriginKey: StatementSync
  readonly #moveRows: StatementSync
  readonly #dropRows: StatementSync
  readonly #clientsOf: StatementSync
  readonly #otherOrigins: StatementSync
  readonly #sumsOf: StatementSync
  readonly #touch: StatementSync

  constructor(session: StoreSession) {
    const { database } = session
    this.#session = session
    this.#findOrigin = database.prepare(
      'SELECT id, key, merged_into FROM origin WHERE node_id = ? AND client_number = ?',
    )
    this.#addOrigin = database.prepare(
      'INSERT INTO origin (node_id, client_number, key, merged_into) VALUES (?, ?, ?, ?) RETURNING id',
    )
    this.#mergeOrigin = database.prepare('UPDATE origin SET merged_into = ? WHERE id = ?')
    this.#saveOriginKey = database.prepare('UPDATE origin SET key = ? WHERE id = ?')
    // `origin_id > 0` is what the index on origins asks for.
    this.#moveRows = database.prepare(
      `INSERT INTO hit SELECT client_id, indicator_id, ?2, blocked_count, logged_count, first_at, last_at, first_qname,
         last_qname, last_qtype, last_action, triggers, list_set_id, revision
       FROM hit WHERE origin_id = ?1 AND origin_id > 0 AND (?3 IS NULL OR indicator_id = ?3) ${COMBINED}`,
    )
    this.#dropRows = database.prepare(
      'DELETE FROM hit WHERE origin_id = ?1 AND origin_id > 0 AND (?2 IS NULL OR indicator_id = ?2)',
    )
    this.#clientsOf = database.prepare(
      `SELECT DISTINCT c.key FROM hit AS h JOIN client AS c ON c.id = h.client_id
       WHERE h.origin_id = ? AND h.origin_id > 0 AND c.key LIKE 'addr:%'`,
    )
    this.#otherOrigins = database.prepare('SELECT 1 FROM hit WHERE client_id = ? AND origin_id <> ? LIMIT 1')
    this.#sumsOf = database.prepare(
      `SELECT sum(blocked_count) AS blocked, sum(logged_count) AS logged, max(last_at) AS lastMs,
         max(revision) AS revision FROM hit WHERE origin_id = ? AND indicator_id = ? AND origin_id > 0`,
    )
    this.#touch = database.prepare(
      `UPDATE hit SET revision = max(revision, ?1) WHERE origin_id = ?2 AND indicator_id = ?3 AND origin_id > 0`,
    )
  }

  /** Takes over a page, and remembers how far it goes, in one transaction. Throws BadPeerPage, TooManyNodes. */
  apply(page: PeerPage, nowMs: number): PeerApplied {
    const { identifiers, nodes } = this.#session
    if (page.node === nodes.ownKey) {
      throw new BadPeerPage(
        `node ${page.node} (${page.name}) is this one, or its database is a copy of this one's: begin one of them anew`,
      )
    }
    return this.#session.transaction(() => {
      const node = nodes.peer(page.node, page.name)
      // Clients first: after this none becomes another any more.
      const told = page.clients.map((client) => [client.client, this.#meet(node, client)] as const)
      const clients = new Map(told)
      const lists = new Map(page.lists.map((list) => [list.id, list]))
      const listId = (id: string): number =>
        identifiers.list(lists.get(id) ?? { id, campaign: null, basis: '', action: '' })
      const seen = new Set<Told>()
      let rows = 0
      let hits = 0
      for (const row of page.rows) {
        const client = clients.get(row.client) ?? null
        const added = client === null ? null : this.#add(node, client, row, row.lists.map(listId))
        if (added === null) continue
        rows++
        hits += added
        if (added > 0) seen.add(client!)
      }
      for (const client of seen) this.#see(client)
      nodes.pulled(node, page.name, page.next, nowMs)
      return { rows, hits }
    })
  }

  /** Finds whose a client's rows are here; null: it has become part of another one there, whose rows tell all. */
  #meet(node: number, client: PeerClient): Told | null {
    const { merged_into: mergedInto, ...known } = this.#origin(node, client.client, client.key)
    if (mergedInto !== null) return null
    const origin = Number(known['id'])
    let isOther = known['key'] !== client.key
    if (isOther) this.#saveOriginKey.run(client.key, origin)
    for (const number of client.merged) isOther = this.#absorb(node, number, origin) || isOther
    const key = this.#keyHere(client.key)
    if (key !== null && isOther) this.#gather(origin, key)
    return { client, origin, key }
  }

  #origin(
    node: number,
    number: number,
    key: string,
    mergedInto: number | null = null,
  ): Record<string, unknown> {
    const found = this.#findOrigin.get(node, number)
    if (found !== undefined) return found
    const added = this.#addOrigin.get(node, number, key, mergedInto)!
    return { id: added['id'], key, merged_into: mergedInto }
  }

  /** What was told under another id is this origin's; and what will be told under it, late, is told already. */
  #absorb(node: number, number: number, origin: number): boolean {
    const other = this.#origin(node, number, '', origin)
    if (other['merged_into'] !== null) return false
    const from = Number(other['id'])
    if (from === origin) throw new BadPeerPage(`client ${number} is told to be part of itself`)
    this.#moveRows.run(from, origin, null)
    this.#dropRows.run(from, null)
    this.#mergeOrigin.run(origin, from)
    return true
  }

  /** The key of a machine as it is known here; null: only its address is known. */
  #keyHere(key: string): string | null {
    if (addressInKey(key) !== null) return null
    const mac = this.#session.ledger.macOf(duidInKey(key) ?? '')
    return mac === null ? key : `mac:${mac}`
  }

  /** Clients known here by address alone, with no hits but these: they are the machine the other node names. */
  #gather(origin: number, key: string): void {
    const { clients, revision } = this.#session
    for (const row of this.#clientsOf.all(origin)) {
      const client = clients.find(String(row['key']))
      if (client === null || this.#otherOrigins.get(client.id, origin) !== undefined) continue
      const machine = clients.find(key)
      if (machine !== null) this.#session.merge(client, machine)
      else {
        clients.rename(client, key, revision())
        this.#session.attribution.forget()
      }
    }
  }

  /** Adds what a row tells beyond what is known; returns the hits, null: it tells nothing new. */
  #add(node: number, told: Told, row: PeerRow, lists: readonly number[]): number | null {
    const { hits, identifiers, totals } = this.#session
    const { origin } = told
    const indicator = identifiers.indicator(row.indicator, row.kind)
    let stored = this.#stored(origin, indicator)
    if (stored !== null && stored.revision >= row.revision) return null
    if (stored !== null && row.firstMs > stored.lastMs) {
      // It has dropped the row since, and begun it anew.
      this.#setAside(node, origin, indicator)
      stored = null
    }
    const blocked = Math.max(0, row.blocked - (stored?.blocked ?? 0))
    const logged = Math.max(0, row.logged - (stored?.logged ?? 0))
    if (blocked + logged === 0) {
      this.#touch.run(row.revision, origin, indicator)
      return 0
    }
    const client = this.#clientOf(told, row)
    const firstMs = stored === null ? row.firstMs : row.lastMs
    const previousMs = hits.save(
      client.id, indicator, origin, blocked, logged, firstMs, row.lastMs, row.firstQname, row.lastQname, row.qtype,
      row.action, row.triggers, identifiers.listSet(lists), row.revision,
    ) // prettier-ignore
    const isNew = previousMs === null && hits.isOnly(client.id, indicator)
    // A client without a machine has one address; where a machine was is told of it as a whole.
    const address = addressInKey(told.client.key)
    totals.add(client, address, lists, isNew, blocked + logged, logged, { firstMs, lastMs: row.lastMs })
    this.#session.changed({
      client: client.id, indicator, lists, isNew, blocked, logged, firstMs, lastMs: row.lastMs,
      previousLastMs: stored?.lastMs ?? null, action: row.action, node,
    }) // prettier-ignore
    return blocked + logged
  }

  #stored(origin: number, indicator: number): Stored | null {
    const sums = this.#sumsOf.get(origin, indicator) as unknown as Stored
    return sums.revision === null ? null : sums
  }

  #setAside(node: number, origin: number, indicator: number): void {
    const aside = Number(this.#origin(node, BEGUN_ANEW, '')['id'])
    this.#moveRows.run(origin, aside, indicator)
    this.#dropRows.run(origin, indicator)
  }

  #clientOf({ client, key }: Told, { firstMs, lastMs }: PeerRow): KnownClient {
    const { attribution, clients, revision } = this.#session
    if (key === null) return attribution.clientAt(addressInKey(client.key)!, firstMs, lastMs, revision)
    const known = clients.find(key)
    if (known !== null) return known
    const address = client.addresses[0]?.address ?? '0'.repeat(32)
    const identity: Identity = { ...client.identity, mac: macInKey(key) }
    return clients.add(
      key,
      Buffer.from(address, 'hex').toString('latin1'),
      firstMs,
      lastMs,
      revision(),
      identity,
    )
  }

  /** The addresses of a machine that hits were added to. */
  #see({ client, key }: Told): void {
    const machine = key === null ? null : this.#session.clients.find(key)
    if (machine === null) return
    for (const { address, firstMs, lastMs } of client.addresses)
      this.#session.totals.see(machine, Buffer.from(address, 'hex').toString('latin1'), { firstMs, lastMs })
  }
}
