/**
 * One half of a hit table into the database, in one transaction with the sequence that says it is in: exactly once,
 * wherever a thread dies.
 */
import type { StatementSync } from 'node:sqlite'
import type { HitPair } from '../thread/hit-table.ts'
import { readHit, type Hit } from './hit-text.ts'
import type { ListRegistry } from './list-registry.ts'
import type { StoreSession } from './store-session.ts'

/** A sealed half: which, and what it holds. */
export interface SealedHalf {
  /** Index of the resolver thread. */
  readonly thread: number
  readonly run: number
  readonly sequence: number
  readonly forEach: (take: (pair: HitPair) => void) => void
}

/** The origin and the node of hits seen here. */
const HERE = 0

export class HitCommit {
  readonly #session: StoreSession
  readonly #registry: ListRegistry
  readonly #findDrained: StatementSync
  readonly #saveDrained: StatementSync
  readonly #saveFolded: StatementSync
  #savedLists = -1

  constructor(session: StoreSession, registry: ListRegistry) {
    const { database } = session
    this.#session = session
    this.#registry = registry
    this.#findDrained = database.prepare('SELECT run, sequence FROM drained WHERE thread = ?')
    this.#saveDrained = database.prepare(
      `INSERT INTO drained (thread, run, sequence) VALUES (?, ?, ?)
       ON CONFLICT (thread) DO UPDATE SET run = excluded.run, sequence = excluded.sequence`,
    )
    this.#saveFolded = database.prepare(
      `INSERT INTO folded_hit (indicator_id, blocked_count, logged_count, first_at, last_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET blocked_count = blocked_count + excluded.blocked_count,
         logged_count = logged_count + excluded.logged_count,
         first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)`,
    )
  }

  /** Commits the half. 'known': it is in already, by a store thread that died before it could clear it. */
  commit(half: SealedHalf): 'committed' | 'known' {
    return this.#transaction(() => {
      const drained = this.#findDrained.get(half.thread)
      if (drained && drained['run'] === half.run && Number(drained['sequence']) >= half.sequence)
        return 'known'
      this.#writeLists()
      half.forEach((pair) => this.#write(readHit(pair)))
      this.#saveDrained.run(half.thread, half.run, half.sequence)
      return 'committed'
    })
  }

  /** Writes what has changed of the lists; nothing to do most of the time. */
  saveLists(): void {
    if (this.#savedLists !== this.#registry.version) this.#transaction(() => this.#writeLists())
  }

  #writeLists(): void {
    if (this.#savedLists === this.#registry.version) return
    for (const list of this.#registry.all()) this.#session.identifiers.saveList(list)
    this.#savedLists = this.#registry.version
  }

  #write(hit: Hit): void {
    const { identifiers, totals, attribution, hits, nodes, revision } = this.#session
    const { blocked, logged, firstMs, lastMs, triggers, qtype, action, clientKey } = hit
    const lists = hit.lists.map((number) => identifiers.list(this.#registry.get(number)))
    const indicator = identifiers.indicator(hit.indicator, hit.kind)
    if (lists.length > 0) totals.decide(lists[0]!, blocked + logged)
    if (clientKey === null) {
      this.#saveFolded.run(indicator, blocked, logged, firstMs, lastMs)
      return
    }
    const client = attribution.clientAt(clientKey, firstMs, lastMs, revision)
    const firstQname = hit.firstQname === hit.indicator ? null : hit.firstQname
    const lastQname = hit.lastQname === hit.indicator ? null : hit.lastQname
    const previousMs = hits.save(
      client.id, indicator, HERE, blocked, logged, firstMs, lastMs, firstQname, lastQname, qtype, action, triggers,
      identifiers.listSet(lists), revision(),
    ) // prettier-ignore
    const isNew = previousMs === null && (!nodes.hasPeers || hits.isOnly(client.id, indicator))
    totals.add(client, clientKey, lists, isNew, blocked + logged, logged, hit)
    this.#session.changed(
      client, indicator, lists, isNew, blocked, logged, firstMs, lastMs, previousMs, action, HERE,
    ) // prettier-ignore
  }

  #transaction<T>(work: () => T): T {
    try {
      return this.#session.transaction(work)
    } catch (error) {
      this.#savedLists = -1
      throw error
    }
  }
}
