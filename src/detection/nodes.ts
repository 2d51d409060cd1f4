/** Servers whose hits stand in the file, this one among them, and how far each one's changes are taken over. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Other servers one store takes hits from. */
export const MAX_PEERS = 16

/** More servers tell this one their hits than there is room for. */
export class TooManyNodes extends Error {
  readonly code = 'THANHLOC_TOO_MANY_NODES'
}

export class Nodes {
  readonly #find: StatementSync
  readonly #add: StatementSync
  readonly #nameOwn: StatementSync
  readonly #pulled: StatementSync
  /** 16 hexadecimal digits: of this file, as other servers know it. */
  readonly ownKey: string
  #peers: number

  constructor(database: DatabaseSync, name: string) {
    this.#find = database.prepare('SELECT id FROM node WHERE key = ?')
    this.#add = database.prepare('INSERT INTO node (key, name) VALUES (?, ?) RETURNING id')
    this.#nameOwn = database.prepare('UPDATE node SET name = ?1 WHERE id = 0 AND name <> ?1')
    this.#pulled = database.prepare('UPDATE node SET name = ?, position = ?, pulled_at = ? WHERE id = ?')
    this.ownKey = String(database.prepare('SELECT key FROM node WHERE id = 0').get()!['key'])
    this.#peers = Number(database.prepare('SELECT count(*) AS n FROM node WHERE id > 0').get()!['n'])
    this.#nameOwn.run(name)
  }

  /** Whether rows of other servers may stand in the file. */
  get hasPeers(): boolean {
    return this.#peers > 0
  }

  /** The row of another server, made where there is none. Throws TooManyNodes. */
  peer(key: string, name: string): number {
    const row = this.#find.get(key)
    if (row !== undefined) return Number(row['id'])
    if (this.#peers >= MAX_PEERS) {
      throw new TooManyNodes(
        `hits of ${this.#peers} other servers stand here already: no room for node ${key}`,
      )
    }
    // Counted too high after a rollback, which costs no more than a look too many.
    this.#peers++
    return Number(this.#add.get(key, name)!['id'])
  }

  /** Remembers how far the changes of a server are taken over; inside the transaction that takes them over. */
  pulled(node: number, name: string, position: string, atMs: number): void {
    this.#pulled.run(name, position, atMs, node)
  }
}
