/** Who had which address when, as it stands in the file: what sources tell, kept within bounds of count and age. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Binding, IdentitySource, Sure } from '../identity/binding.ts'
import type { Row } from './client-rows.ts'

/** Ended bindings are kept as long as hits may be; the oldest go first where there are more than so many. */
const BINDING_DAYS_KEPT = 400
const DAY_MS = 86_400_000
export const BINDINGS_KEPT = 500_000
/** Bindings kept of one address: the newest. */
export const BINDINGS_AN_ADDRESS = 100
/** Rows one call of `tidy` drops at most. */
const DROPPED_AT_ONCE = 2000
/** How recent what is counted for the recognition of routers must be. */
const ROUTER_WINDOW_MS = 3_600_000
/** Rows read between two pauses. */
const READ_AT_ONCE = 1000
const SOURCES: readonly IdentitySource[] = ['register', 'lease', 'neighbour', 'edns', 'reverse', 'none']

export class BindingLedger {
  readonly #of: StatementSync
  readonly #one: StatementSync
  readonly #bound: StatementSync
  readonly #add: StatementSync
  readonly #drop: StatementSync
  readonly #open: StatementSync
  readonly #nameOf: StatementSync
  readonly #behind: StatementSync
  readonly #revealed: StatementSync
  readonly #flaggedMac: StatementSync
  readonly #flaggedAddress: StatementSync
  readonly #findLink: StatementSync
  readonly #addLink: StatementSync
  readonly #dropEnded: StatementSync
  readonly #dropOldest: StatementSync
  readonly #count: StatementSync

  constructor(database: DatabaseSync) {
    this.#of = database.prepare('SELECT * FROM binding WHERE address = ? ORDER BY from_at')
    this.#one = database.prepare(
      'SELECT * FROM binding WHERE address = ? AND from_at = ? AND source = ? AND machine = ?',
    )
    this.#bound = database.prepare(
      `DELETE FROM binding WHERE (address, from_at, source, machine) IN
         (SELECT address, from_at, source, machine FROM binding WHERE address = ? ORDER BY from_at DESC LIMIT -1 OFFSET ?)`,
    )
    this.#add = database.prepare(
      `INSERT OR REPLACE INTO binding (address, from_at, source, machine, until_at, mac, duid, host_name, sure, is_router)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#drop = database.prepare(
      'DELETE FROM binding WHERE address = ? AND from_at = ? AND source = ? AND machine = ?',
    )
    this.#open = database.prepare(
      `SELECT * FROM binding WHERE source = ?1 AND until_at IS NULL
       UNION ALL SELECT * FROM binding WHERE source = ?1 AND until_at > ?2`,
    )
    this.#nameOf = database.prepare(
      `SELECT host_name FROM binding WHERE mac = ? AND host_name IS NOT NULL ORDER BY from_at DESC LIMIT 1`,
    )
    // A plus sign keeps a column out of the choice of an index: one address has few rows, one source has many.
    // Of each address the MAC is seen at: machines told by others, or the names it gave itself there.
    this.#behind = database.prepare(
      `SELECT count(DISTINCT iif(o.mac IS NULL OR o.mac = m.mac,
           lower(substr(o.host_name, 1, instr(o.host_name || '.', '.') - 1)), o.mac)) AS n
       FROM binding AS m CROSS JOIN binding AS o ON o.address = m.address
       WHERE m.mac = ?1 AND (m.until_at IS NULL OR m.until_at > ?2)
         AND (o.until_at IS NULL OR o.until_at > ?2) AND +o.source IN ('register', 'lease')`,
    )
    this.#revealed = database.prepare(
      `SELECT count(DISTINCT machine) AS n FROM binding
       WHERE address = ?1 AND +source = 'edns' AND (until_at IS NULL OR until_at > ?2)`,
    )
    const flagged = (where: string): StatementSync =>
      database.prepare(
        `SELECT 1 FROM binding WHERE ${where} AND is_router = 1 AND (until_at IS NULL OR until_at > ?) LIMIT 1`,
      )
    this.#flaggedMac = flagged('mac = ?')
    this.#flaggedAddress = flagged('address = ? AND mac IS NULL')
    this.#findLink = database.prepare('SELECT mac FROM duid_mac WHERE duid = ?')
    this.#addLink = database.prepare('INSERT OR IGNORE INTO duid_mac (duid, mac) VALUES (?, ?)')
    const dropWhere = (where: string): StatementSync =>
      database.prepare(
        `DELETE FROM binding WHERE (address, from_at, source, machine) IN
         (SELECT address, from_at, source, machine FROM binding WHERE ${where} LIMIT ${DROPPED_AT_ONCE})`,
      )
    this.#dropEnded = dropWhere('source = ? AND until_at < ?')
    this.#dropOldest = dropWhere('source = ? AND until_at IS NOT NULL ORDER BY until_at')
    this.#count = database.prepare('SELECT count(*) AS n FROM binding')
  }

  /** All bindings of an address, ascending by beginning. */
  of(address: Uint8Array): Binding[] {
    return this.#of.all(address).map(bindingOf)
  }

  /**
   * Adds what a source tells. Of one address, source, machine and beginning the last word counts; one that ends where it
   * begins takes back what was said. False: it was known.
   */
  save(told: Binding): boolean {
    const { address, fromMs, source, untilMs } = told
    const row = this.#one.get(address, fromMs, source, machineText(told))
    const isEmpty = untilMs !== null && untilMs <= fromMs
    if (isEmpty ? row === undefined : row !== undefined && isSame(bindingOf(row), told)) return false
    if (isEmpty) this.#remove(told)
    else this.#write(told)
    if (row === undefined) this.#bound.run(address, BINDINGS_AN_ADDRESS)
    return true
  }

  /** Bindings of a source that hold at `nowMs`. */
  open(source: IdentitySource, nowMs: number): Binding[] {
    return this.#open.all(source, nowMs).map(bindingOf)
  }

  /** The host name a MAC was last told with, or null. */
  hostNameOf(mac: string): string | null {
    const row = this.#nameOf.get(mac)
    return row === undefined ? null : String(row['host_name'])
  }

  /** Why a MAC looks like that of a router with more than `most` machines behind it; null: it does not. */
  routerByMac(mac: string, most: number, nowMs: number): string | null {
    const sinceMs = nowMs - ROUTER_WINDOW_MS
    if (this.#flaggedMac.get(mac, sinceMs) !== undefined) return 'told'
    return Number(this.#behind.get(mac, sinceMs)!['n']) > most ? 'machines behind its MAC' : null
  }

  /** The same for an address. */
  routerByAddress(address: Uint8Array, most: number, nowMs: number): string | null {
    const sinceMs = nowMs - ROUTER_WINDOW_MS
    if (this.#flaggedAddress.get(address, sinceMs) !== undefined) return 'told'
    return Number(this.#revealed.get(address, sinceMs)!['n']) > most ? 'machines its queries reveal' : null
  }

  /** The MAC of a machine known by its DUID, or null. */
  macOf(duid: string): string | null {
    const row = this.#findLink.get(duid)
    return row === undefined ? null : String(row['mac'])
  }

  /** Remembers that both are one machine; false: another or the same MAC is known already. */
  link(duid: string, mac: string): boolean {
    return Number(this.#addLink.run(duid, mac).changes) > 0
  }

  /** Drops some of what is past the bounds; inside a transaction. False: there is nothing to drop. */
  tidy(nowMs: number, kept = BINDINGS_KEPT): boolean {
    const rows = Number(this.#count.get()!['n'])
    let dropped = 0
    for (const source of SOURCES) {
      dropped += Number(this.#dropEnded.run(source, nowMs - BINDING_DAYS_KEPT * DAY_MS).changes)
      if (rows - dropped > kept) dropped += Number(this.#dropOldest.run(source).changes)
    }
    return dropped > 0
  }

  #write(each: Binding): void {
    const { address, fromMs, source, untilMs, mac, duid, hostName, sure, isRouter } = each
    const machine = machineText(each)
    this.#add.run(address, fromMs, source, machine, untilMs, mac, duid, hostName, sure, Number(isRouter))
  }

  #remove(each: Binding): void {
    this.#drop.run(each.address, each.fromMs, each.source, machineText(each))
  }
}

/** Bindings without an end, from all sources, some at a time. */
export function* openBindings(
  ask: (sql: string, values: Record<string, SQLInputValue>) => Row[],
): Generator<Binding[]> {
  let last: Row | null = { address: new Uint8Array(0), from_at: 0, source: '', machine: '' }
  while (last !== null) {
    const { address, from_at, source, machine } = last as Record<string, SQLInputValue>
    const rows = ask(
      `SELECT * FROM binding WHERE until_at IS NULL
         AND (address, from_at, source, machine) > (:address, :from_at, :source, :machine)
       ORDER BY address, from_at, source, machine LIMIT :limit`,
      { address: address!, from_at: from_at!, source: source!, machine: machine!, limit: READ_AT_ONCE },
    )
    if (rows.length > 0) yield rows.map(bindingOf)
    last = rows.length < READ_AT_ONCE ? null : rows.at(-1)!
  }
}

function machineText({ mac, duid, hostName }: Binding): string {
  return mac ?? duid ?? hostName ?? ''
}

function isSame(a: Binding, b: Binding): boolean {
  return (
    a.untilMs === b.untilMs &&
    a.mac === b.mac &&
    a.duid === b.duid &&
    a.hostName === b.hostName &&
    a.sure === b.sure &&
    a.isRouter === b.isRouter
  )
}

function bindingOf(row: Row): Binding {
  const text = (name: string): string | null => (row[name] === null ? null : String(row[name]))
  return {
    address: row['address'] as Uint8Array,
    fromMs: Number(row['from_at']),
    untilMs: row['until_at'] === null ? null : Number(row['until_at']),
    mac: text('mac'),
    duid: text('duid'),
    hostName: text('host_name'),
    source: String(row['source']) as IdentitySource,
    sure: String(row['sure']) as Sure,
    isRouter: row['is_router'] === 1,
  }
}
