/** Client rows: found or made by key, kept as what is known of them. Remembered between commits. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Identity, ClientIdentity } from './client-identity.ts'
import type { Row } from './client-rows.ts'
import { addressKey, addressOf } from './machine-key.ts'
import { searchText } from './search-text.ts'

/** A client row as the writer keeps it in mind. */
export interface KnownClient {
  readonly id: number
  key: string
  /** The latest address, 16 latin1 characters, and the first hit from it. */
  address: string
  sinceMs: number
  /** The last hit. */
  lastMs: number
}

/** Clients remembered before the memory starts anew. */
const REMEMBERED = 50_000

const IDENTITY = 'kind, source, sure, mac, duid, host_name, name, department, place, role, search'

export class Clients {
  readonly #identity: ClientIdentity
  readonly #find: StatementSync
  readonly #add: StatementSync
  readonly #addAddress: StatementSync
  readonly #readIdentity: StatementSync
  readonly #saveIdentity: StatementSync
  readonly #rename: StatementSync
  readonly #bumpHits: StatementSync
  readonly #byKey = new Map<string, KnownClient>()

  constructor(database: DatabaseSync, identity: ClientIdentity) {
    this.#identity = identity
    this.#find = database.prepare(
      `SELECT c.id, c.address, c.last_seen, a.first_at FROM client AS c
       LEFT JOIN client_address AS a ON a.client_id = c.id AND a.address = c.address WHERE c.key = ?`,
    )
    this.#add = database.prepare(
      `INSERT INTO client (key, address, first_seen, last_seen, revision, ${IDENTITY})
       VALUES (${Array.from({ length: 16 }, () => '?').join(', ')}) RETURNING id`,
    )
    this.#addAddress = database.prepare(
      'INSERT INTO client_address (client_id, address, first_at, last_at) VALUES (?, ?, ?, ?)',
    )
    this.#readIdentity = database.prepare(`SELECT ${IDENTITY} FROM client WHERE id = ?`)
    this.#saveIdentity = database.prepare(
      `UPDATE client SET (${IDENTITY}) = (${Array.from({ length: 11 }, () => '?').join(', ')}), revision = ? WHERE id = ?`,
    )
    this.#rename = database.prepare('UPDATE client SET key = ?, revision = ? WHERE id = ?')
    this.#bumpHits = database.prepare('UPDATE hit SET revision = ? WHERE client_id = ? AND origin_id = 0')
  }

  /** The client with that key, or null. */
  find(key: string): KnownClient | null {
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    const row = this.#find.get(key)
    return row === undefined ? null : this.#remember(knownOf(key, row))
  }

  /** A new client. `told`: what another node says of it, for what is not known here. */
  add(
    key: string,
    address: string,
    firstMs: number,
    lastMs: number,
    revision: number,
    told: Identity | null = null,
  ): KnownClient {
    const identity = this.#who(key, address, told)
    const bytes = addressOf(address)
    const row = this.#add.get(key, bytes, firstMs, lastMs, revision, ...columnsOf(identity))
    const id = Number(row!['id'])
    this.#addAddress.run(id, bytes, firstMs, lastMs)
    return this.#remember({ id, key, address, sinceMs: firstMs, lastMs })
  }

  /** Writes what is known now of who the client is; false: nothing has changed. */
  refresh(client: KnownClient, revision: () => number, told: Identity | null = null): boolean {
    const identity = this.#who(client.key, client.address, told)
    const columns = columnsOf(identity)
    const was = this.#readIdentity.get(client.id)
    if (was === undefined) return false
    // What was known stays until somebody knows better: bindings grow old, another node may be away.
    const isKept = identity.source === 'none' && was['source'] !== 'none'
    if (isKept) columns.splice(Number(identity.kind === 'router'), columns.length, ...keptOf(was, identity))
    if (Object.values(was).every((value, index) => value === columns[index])) return false
    this.#saveIdentity.run(...columns, revision(), client.id)
    return true
  }

  /** Gives a client the key of the machine it turned out to be. */
  rename(client: KnownClient, key: string, revision: number): void {
    this.#rename.run(key, revision, client.id)
    // Other nodes hear of the machine with its hits.
    this.#bumpHits.run(revision, client.id)
    this.#byKey.delete(client.key)
    client.key = key
    this.#remember(client)
  }

  /** Forgets one that is gone. */
  drop(client: KnownClient): void {
    this.#byKey.delete(client.key)
  }

  /** Starts anew where too many are remembered; between commits. True: it did. */
  trim(): boolean {
    if (this.#byKey.size < REMEMBERED) return false
    this.forget()
    return true
  }

  forget(): void {
    this.#byKey.clear()
  }

  #who(key: string, address: string, told: Identity | null): Identity {
    const own = this.#identity.of(key, address)
    return own.source === 'none' && told !== null
      ? { ...told, mac: own.mac, duid: own.duid ?? told.duid }
      : own
  }

  #remember(client: KnownClient): KnownClient {
    this.#byKey.set(client.key, client)
    return client
  }
}

function knownOf(key: string, row: Row): KnownClient {
  const lastMs = Number(row['last_seen'])
  return {
    id: Number(row['id']),
    key,
    address: addressKey(row['address'] as Uint8Array),
    sinceMs: Number(row['first_at'] ?? lastMs),
    lastMs,
  }
}

/** All columns of a row that stay; the kind does not where it is known to be a router now. */
function keptOf(was: Row, { kind }: Identity): (string | null)[] {
  return (Object.values(was) as (string | null)[]).slice(Number(kind === 'router'))
}

/** In the order of IDENTITY. */
function columnsOf(identity: Identity): (string | null)[] {
  const { kind, source, sure, mac, duid, hostName, name, department, place, role } = identity
  const search = searchText([mac, duid, hostName, name, department, place, role])
  return [kind, source, sure, mac, duid, hostName, name, department, place, role, search]
}
