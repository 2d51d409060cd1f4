/**
 * Routers and forwarders: one client that hides many machines. Told by configuration, by a source of identity or by the
 * asset register, or found by the many names behind one MAC. Shown as what they are, never counted as one machine.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { addressInKey, addressOf, isVirtualRouterMac, macInKey } from './machine-key.ts'
import { UnitIndex } from './units.ts'

/** More machines than this behind one MAC or address within an hour: a machine has one name, two when it was renamed. */
export const MACHINES_BEHIND = 3
/** Found ones that are remembered; one that does not look so any more is a machine again after this long. */
const ROUTERS_KEPT = 10_000
const DAY_MS = 86_400_000
const ROUTER_DAYS = 30

export class RouterList {
  readonly #save: StatementSync
  readonly #drop: StatementSync
  readonly #load: StatementSync
  /** When each was found last. */
  readonly #found = new Map<string, number>()
  #told = new UnitIndex([])

  constructor(database: DatabaseSync) {
    this.#save = database.prepare(
      `INSERT INTO router (key, reason, found_at) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET reason = excluded.reason, found_at = excluded.found_at`,
    )
    this.#drop = database.prepare('DELETE FROM router WHERE key = ?')
    this.#load = database.prepare('SELECT key, found_at FROM router ORDER BY found_at DESC LIMIT ?')
    this.forget()
  }

  /** Takes the networks of routers from settings, CIDR. */
  tell(networks: readonly string[]): void {
    this.#told = new UnitIndex([
      { id: 'routers', name: '', networks, parent: null, contact: '', wan: [], code: '' },
    ])
  }

  /** Whether a client is one. `address`: 16 latin1 characters, its latest. */
  has(clientKey: string, address: string): boolean {
    const mac = macInKey(clientKey)
    return (
      this.#found.has(clientKey) ||
      (mac !== null && isVirtualRouterMac(mac)) ||
      this.#told.find(addressOf(address)) !== null
    )
  }

  /** Whether many machines stand behind an address. `clientKey`: `addr:…`. */
  isForwarder(clientKey: string): boolean {
    return this.#found.has(clientKey) || this.#told.find(addressOf(addressInKey(clientKey)!)) !== null
  }

  /** Whether it looked like one within the last day: no need to look again. */
  isRecent(clientKey: string, atMs: number): boolean {
    const foundMs = this.#found.get(clientKey)
    return foundMs !== undefined && atMs - foundMs < DAY_MS
  }

  /** Remembers that a client looks like one; inside a transaction. True: it was not known. */
  note(clientKey: string, reason: string, atMs: number): boolean {
    const foundMs = this.#found.get(clientKey)
    if (foundMs === undefined && this.#found.size >= ROUTERS_KEPT) return false
    this.#save.run(clientKey, reason, atMs)
    this.#found.set(clientKey, atMs)
    return foundMs === undefined
  }

  /** Those that have not looked so for long, by key. */
  old(nowMs: number): string[] {
    return [...this.#found].flatMap(([key, foundMs]) => (foundMs < nowMs - ROUTER_DAYS * DAY_MS ? key : []))
  }

  /** Takes one out; inside a transaction. */
  drop(clientKey: string): void {
    this.#drop.run(clientKey)
    this.#found.delete(clientKey)
  }

  /** Reads anew what stands in the file: at the start, and after a rollback. */
  forget(): void {
    this.#found.clear()
    for (const row of this.#load.all(ROUTERS_KEPT))
      this.#found.set(String(row['key']), Number(row['found_at']))
  }
}
