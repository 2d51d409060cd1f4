/** What the agency's own register says of its machines, by MAC or address, as it was told last. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Asset } from '../identity/assets.ts'
import { parseAddress } from '../net/address.ts'
import { addressClientKey, addressKey } from './machine-key.ts'

/** One machine of the register; one that has several MACs or addresses is found by each. */
export type RegisteredAsset = Pick<Asset, 'name' | 'macs' | 'addresses' | 'department' | 'person' | 'place'>

/** What the register says of one client; null: nothing. */
export interface AssetEntry {
  readonly name: string | null
  readonly department: string | null
  readonly place: string | null
  /** Who is in charge of it, by role. */
  readonly role: string | null
}

/** The keys under which an entry is found. */
export function assetKeys({ macs, addresses }: RegisteredAsset): string[] {
  const bytes = new Uint8Array(16)
  return [
    ...macs.map((mac) => `mac:${mac}`),
    ...addresses.flatMap((text) => (parseAddress(text, bytes) ? addressClientKey(addressKey(bytes)) : [])),
  ]
}

export class AssetRegister {
  readonly #find: StatementSync
  readonly #save: StatementSync
  readonly #drop: StatementSync
  readonly #keys: StatementSync

  constructor(database: DatabaseSync) {
    this.#find = database.prepare('SELECT name, department, place, role FROM asset WHERE key = ?')
    this.#save = database.prepare(
      `INSERT INTO asset (key, name, department, place, role) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET name = excluded.name, department = excluded.department, place = excluded.place,
         role = excluded.role
       WHERE (name, department, place, role)
         IS NOT (excluded.name, excluded.department, excluded.place, excluded.role)`,
    )
    this.#drop = database.prepare('DELETE FROM asset WHERE key = ?')
    this.#keys = database.prepare('SELECT key FROM asset')
  }

  /** What is known under a key (`mac:…`, `addr:…`), or null. */
  find(key: string): AssetEntry | null {
    return (this.#find.get(key) as AssetEntry | undefined) ?? null
  }

  /** Writes an entry under a key; false: it says what is known. */
  save(key: string, { name, department, place, person }: RegisteredAsset): boolean {
    const row = this.#save.run(key, name, orNull(department), orNull(place), orNull(person))
    return Number(row.changes) > 0
  }

  drop(key: string): void {
    this.#drop.run(key)
  }

  /** The keys of all entries. */
  keys(): string[] {
    return this.#keys.all().map(({ key }) => String(key))
  }
}

function orNull(text: string): string | null {
  return text === '' ? null : text
}
