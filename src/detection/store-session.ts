/**
 * The writing side of one open connection: what the commits of hits, of bindings and of other nodes' rows share, and
 * the transaction they all run in. After an error everything remembered is forgotten, because it may never have been
 * written.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { AddressHistories } from './address-histories.ts'
import { AssetRegister } from './asset-register.ts'
import { Attribution } from './attribution.ts'
import { BindingLedger } from './binding-ledger.ts'
import { ClientIdentity } from './client-identity.ts'
import { ClientMerge } from './client-merge.ts'
import { Clients, type KnownClient } from './clients.ts'
import { ContactRows } from './contact-rows.ts'
import { BasisRows } from './basis-rows.ts'
import { HitRows } from './hit-rows.ts'
import { HitTotals } from './hit-totals.ts'
import { Identifiers } from './identifiers.ts'
import { Nodes } from './nodes.ts'
import { PairChanges, type CommitWitness, type OpenWitness, type PairChange } from './pair-change.ts'
import { RouterList } from './router-list.ts'

export interface SessionOptions {
  /** What this server is called, for people. */
  readonly nodeName: string
  /** Networks of routers, CIDR. */
  readonly routers: readonly string[]
  readonly openWitness: OpenWitness | null
}

export class StoreSession {
  readonly database: DatabaseSync
  readonly identifiers: Identifiers
  readonly ledger: BindingLedger
  readonly routers: RouterList
  readonly assets: AssetRegister
  readonly histories: AddressHistories
  readonly clients: Clients
  readonly attribution: Attribution
  readonly hits: HitRows
  readonly contacts: ContactRows
  readonly bases: BasisRows
  readonly totals: HitTotals
  readonly nodes: Nodes
  readonly #changes = new PairChanges()
  readonly #witness: CommitWitness | null
  readonly #merge: ClientMerge
  readonly #readRevision: StatementSync
  readonly #saveRevision: StatementSync
  #lastRevision: number
  #isDrawn = false
  #addedPairs = 0
  #committedPairs = 0
  #merges = 0

  constructor(database: DatabaseSync, { nodeName, routers, openWitness }: SessionOptions) {
    this.database = database
    this.identifiers = new Identifiers(database)
    this.ledger = new BindingLedger(database)
    this.routers = new RouterList(database)
    this.routers.tell(routers)
    this.assets = new AssetRegister(database)
    this.histories = new AddressHistories(this.ledger, this.routers)
    const identity = new ClientIdentity(this.ledger, this.histories, this.assets, this.routers)
    this.clients = new Clients(database, identity)
    this.attribution = new Attribution(this.histories, this.clients)
    this.hits = new HitRows(database)
    this.contacts = new ContactRows(database)
    this.bases = new BasisRows(database, this.identifiers)
    this.totals = new HitTotals(database)
    this.nodes = new Nodes(database, nodeName)
    this.#merge = new ClientMerge(database, this.clients, this)
    this.#witness = openWitness?.(database) ?? null
    this.#readRevision = database.prepare(`SELECT value FROM fact WHERE name = 'revision'`)
    this.#saveRevision = database.prepare(`UPDATE fact SET value = ? WHERE name = 'revision'`)
    this.#lastRevision = this.#revisionInFile()
  }

  /** By how many pairs of client and indicator the file has grown since the last call; may be below 0. */
  takeAddedPairs(): number {
    const added = this.#committedPairs
    this.#committedPairs = 0
    return added
  }

  /** Moves when rows of hits or indicators were changed or deleted by others than hits. */
  get rowsMoved(): number {
    return this.#merges + this.identifiers.forgotten
  }

  /** The number of the running transaction, drawn when it is first asked for; ascending, never given twice. */
  readonly revision = (): number => {
    if (!this.#isDrawn) {
      this.#isDrawn = true
      this.#lastRevision++
    }
    return this.#lastRevision
  }

  /** Runs `work` and writes its sums; all of it or nothing. Throws what SQLite throws. */
  readonly transaction = <T>(work: () => T): T => {
    this.attribution.trim()
    this.totals.reset()
    this.#changes.clear()
    this.#addedPairs = 0
    this.#isDrawn = false
    this.database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.totals.write(this.revision)
      for (const client of this.totals.moved) this.clients.refresh(client, this.revision)
      if (this.#changes.all.length > 0) this.#witness?.witness(this.#changes.all)
      if (this.#isDrawn) this.#saveRevision.run(this.#lastRevision)
      this.database.exec('COMMIT')
      this.#committedPairs += this.#addedPairs
      return result
    } catch (error) {
      this.#undo()
      throw error
    }
  }

  /** Takes the networks of routers from new settings. */
  tellRouters(networks: readonly string[]): void {
    this.routers.tell(networks)
    this.attribution.forget()
  }

  /** One pair of the running transaction: counts it where it is new, tells it the witness. */
  changed(change: PairChange): void {
    if (change.isNew) this.#addedPairs++
    if (this.#witness !== null) this.#changes.add(change)
  }

  /** Pairs of client and indicator that the running transaction has deleted. */
  droppedPairs(count: number): void {
    this.#addedPairs -= count
  }

  /** Makes one client of two, before any hit is counted in the running transaction. */
  merge(from: KnownClient, into: KnownClient): void {
    this.#addedPairs -= this.#merge.merge(from, into, this.revision(), (old, id) =>
      this.#witness?.merged(old, id),
    )
    this.attribution.forget()
    this.#merges++
  }

  #undo(): void {
    this.identifiers.forget()
    this.clients.forget()
    this.attribution.forget()
    this.#witness?.forget()
    try {
      // SQLite has rolled back by itself after some errors (disk full).
      if (this.database.isTransaction) this.database.exec('ROLLBACK')
      this.routers.forget()
      this.#lastRevision = this.#revisionInFile()
    } catch {
      // What went wrong first is what is told; the connection is closed after it.
    }
  }

  #revisionInFile(): number {
    return Number(this.#readRevision.get()!['value'])
  }
}
