/**
 * The one writer of the store's file: opens it when it can be opened, commits halves, keeps the hours bounded. After
 * any trouble but a lock the connection is dropped and made anew by the next attempt, so that no state of it lingers.
 */
import { join } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Clock } from '../clock.ts'
import { moveAside } from '../sqlite/move-aside.ts'
import { inTransaction } from '../sqlite/transaction.ts'
import { databaseBytes, openDatabase, type Connect } from './database.ts'
import { ContactCommit } from './contact-commit.ts'
import type { EntryBasis } from './entry-bases.ts'
import { faultKind } from './fault.ts'
import { HitCommit, type SealedHalf } from './hit-commit.ts'
import { HOUR_MS } from './hit-totals.ts'
import { IdentityCommit } from './identity-commit.ts'
import type { ListRegistry } from './list-registry.ts'
import type { StoreLog } from './log.ts'
import type { OpenWitness } from './pair-change.ts'
import { PeerCommit, type PeerApplied } from './peer-commit.ts'
import type { PeerPage } from './peer-page.ts'
import { DATABASE_FILE } from './schema.ts'
import { StoreSession } from './store-session.ts'

/** Bounds of the timeline: a year and a month, and about 100 MB. */
const HOURS_KEPT = 400 * 24
const HOUR_ROWS_KEPT = 2_000_000

export interface StoreWriterOptions {
  /** The data directory. */
  readonly directory: string
  readonly registry: ListRegistry
  readonly clock: Clock
  readonly log: StoreLog
  /** Opens a connection; tests put limited ones here. */
  readonly connect?: Connect
  readonly hourRowsKept?: number
  /** What this server is called, for people who look at another one. */
  readonly nodeName?: string
  /** Networks of routers, CIDR. */
  readonly routers?: readonly string[]
  /** Who hears of every commit within its transaction. */
  readonly openWitness?: OpenWitness
  /** Whether a legal hold keeps what would go for its age. */
  readonly isHeld?: () => boolean
}

interface Connection {
  readonly database: DatabaseSync
  readonly session: StoreSession
  readonly commit: HitCommit
  readonly identity: IdentityCommit
  readonly peers: PeerCommit
  readonly contacts: ContactCommit
  readonly dropHour: StatementSync
  readonly saveHorizon: StatementSync
}

export class StoreWriter {
  readonly #options: StoreWriterOptions
  #connection: Connection | null = null
  #rows = 0
  #movedTo: string | null = null
  #tidiedHour = -1
  #surplusHourRows = 0
  #hasOldHours = false
  #hasOldBindings = false
  #routers: readonly string[]

  constructor(options: StoreWriterOptions) {
    this.#options = options
    this.#routers = options.routers ?? []
  }

  /** Pairs of client and indicator in the file; 0 until it was first open. */
  get rows(): number {
    return this.#rows
  }

  /** Bytes of the file. */
  get bytes(): number {
    return databaseBytes(this.#options.directory)
  }

  /** Where the last corrupt file was moved to in the life of this thread, or null. */
  get movedTo(): string | null {
    return this.#movedTo
  }

  /** Commits a half, or finds that it is in. Throws what SQLite or the file system throws; see `faultKind`. */
  commit(half: SealedHalf): 'committed' | 'known' {
    return this.#changing(({ commit }) => commit.commit(half))
  }

  /** Lets `work` write what is told of machines; each of its calls is a transaction. Throws as `commit`. */
  identity<T>(work: (commit: IdentityCommit) => T): T {
    return this.#changing(({ identity }) => work(identity))
  }

  /** Takes over what has changed at another node. Throws as `commit`, BadPeerPage, TooManyNodes. */
  applyPeerPage(page: PeerPage): PeerApplied {
    return this.#changing(({ peers }) => peers.apply(page, this.#options.clock.wallMs()))
  }

  /** Lets `work` keep what came to the sinkhole's address, and look who is at an address. Throws as `commit`. */
  contacts<T>(work: (contacts: ContactCommit) => T): T {
    return this.#changing(({ contacts }) => work(contacts))
  }

  /** Keeps on whose word entries block that were hit. Throws as `commit`. */
  saveBases(bases: readonly EntryBasis[]): void {
    this.#changing(({ session }) =>
      session.transaction(() => bases.forEach((basis) => session.bases.save(basis))),
    )
  }

  /** Lets `work` change what is concluded from hits; its transactions are those of the session. Throws as `commit`. */
  within<T>(work: (session: StoreSession) => T): T {
    return this.#changing(({ session }) => work(session))
  }

  /** Takes the networks of routers from new settings; who clients are is to be looked at anew then. */
  setRouters(networks: readonly string[]): void {
    this.#routers = networks
    this.#connection?.session.tellRouters(networks)
  }

  /** Opens the file where it is not open, writes changed lists, drops what is past the bounds. Throws as `commit`. */
  tidy(): void {
    this.#attempt((connection) => {
      connection.commit.saveLists()
      this.#dropHours(connection)
      // In 1970 nothing is old: what is held goes by number alone.
      const nowMs = this.#isHeld ? 0 : this.#options.clock.wallMs()
      if (this.#hasOldBindings) this.#hasOldBindings = connection.identity.tidy(nowMs)
    })
  }

  /** Moves the WAL into the file and closes it. Never throws. */
  close(): void {
    try {
      this.#connection?.database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch {
      // A reader or a full disk is in the way: the WAL stays and is read at the next start.
    }
    this.#disconnect()
  }

  /** For `work` that is one transaction: keeps count of the rows. */
  #changing<T>(work: (connection: Connection) => T): T {
    return this.#attempt((connection) => {
      const result = work(connection)
      this.#rows += connection.session.takeAddedPairs()
      return result
    })
  }

  #attempt<T>(work: (connection: Connection) => T): T {
    try {
      return work((this.#connection ??= this.#connect()))
    } catch (error) {
      const kind = faultKind(error)
      if (kind !== 'locked') this.#disconnect()
      if (kind === 'corrupt') this.#moveAside(error)
      throw error
    }
  }

  #connect(): Connection {
    const { directory, registry, clock, log, connect, nodeName = '', openWitness = null } = this.#options
    const { database, movedTo } = openDatabase(directory, clock, log, connect)
    if (movedTo !== null) this.#sayMoved(movedTo, 'it failed the check at the start')
    try {
      this.#rows = Number(database.prepare('SELECT sum(indicator_count) AS n FROM client').get()!['n'])
      const session = new StoreSession(database, { nodeName, routers: this.#routers, openWitness })
      return {
        database,
        session,
        commit: new HitCommit(session, registry),
        identity: new IdentityCommit(session),
        peers: new PeerCommit(session),
        contacts: new ContactCommit(session),
        dropHour: database.prepare(
          'DELETE FROM hit_hour WHERE hour = (SELECT min(hour) FROM hit_hour) RETURNING hour',
        ),
        saveHorizon: database.prepare(
          `INSERT INTO fact (name, value) VALUES ('hour_horizon', ?)
           ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)`,
        ),
      }
    } catch (error) {
      database.close()
      throw error
    }
  }

  get #isHeld(): boolean {
    return this.#options.isHeld?.() ?? false
  }

  #disconnect(): void {
    const connection = this.#connection
    this.#connection = null
    try {
      connection?.database.close()
    } catch {
      // Closed is closed.
    }
  }

  #moveAside(error: unknown): void {
    const { directory, clock } = this.#options
    this.#sayMoved(moveAside(join(directory, DATABASE_FILE), clock), (error as Error).message)
  }

  #sayMoved(movedTo: string, reason: string): void {
    this.#movedTo = movedTo
    this.#options.log.error({ movedTo, reason }, 'the database is corrupt: moved aside, a new one begun')
  }

  /** One hour a call, so that the store thread is never held up; looks what there is to drop once an hour. */
  #dropHours({ database, dropHour, saveHorizon }: Connection): void {
    const hour = Math.floor(this.#options.clock.wallMs() / HOUR_MS)
    if (hour !== this.#tidiedHour) {
      const { rows, oldest } = database
        .prepare('SELECT count(*) AS rows, min(hour) AS oldest FROM hit_hour')
        .get()!
      this.#surplusHourRows = Number(rows) - (this.#options.hourRowsKept ?? HOUR_ROWS_KEPT)
      this.#hasOldHours = !this.#isHeld && Number(oldest ?? hour) < hour - HOURS_KEPT
      this.#hasOldBindings = true
      this.#tidiedHour = hour
    }
    if (this.#surplusHourRows <= 0 && !this.#hasOldHours) return
    const { rows, horizon } = inTransaction(database, () => {
      const dropped = dropHour.all()
      const first = Number(dropped[0]?.['hour'] ?? hour) + 1
      saveHorizon.run(first)
      return { rows: dropped.length, horizon: first }
    })
    this.#surplusHourRows -= rows
    this.#hasOldHours = rows > 0 && horizon < hour - HOURS_KEPT
  }
}
