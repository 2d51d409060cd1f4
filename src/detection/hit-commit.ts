/**
 * One half of a hit table into the database, in one transaction with the sequence that says it is in: exactly once,
 * wherever a thread dies.
 */
import type { StatementSync } from 'node:sqlite'
import { HIT_PAIRS } from '../thread/hit-table.ts'
import type { Hit, PairText } from './hit-text.ts'
import type { ListRegistry } from './list-registry.ts'
import type { StoreSession } from './store-session.ts'

/** A sealed half: which, and what it holds. */
export interface SealedHalf {
  /** Index of the resolver thread. */
  readonly thread: number
  readonly run: number
  readonly sequence: number
  readonly forEach: (take: (hit: Hit) => void) => void
}

/** The origin and the node of hits seen here. */
const HERE = 0
/** Pairs and list sets remembered before the memory starts anew. */
const PAIRS_REMEMBERED = HIT_PAIRS
const LISTS_REMEMBERED = 10_000

/** What was written last to the row of a pair. The row may be gone by now: who adds to it finds out. */
interface KnownRow {
  readonly client: number
  readonly indicator: number
  lastMs: number
  /** What else is written only where it is another. */
  lastName: string | null
  qtype: number
  action: number
  triggers: number
  set: number
}

/** Row ids of the lists of a hit, the deciding one first, and of them as a set. */
interface ListRows {
  readonly lists: readonly number[]
  readonly set: number
}

export class HitCommit {
  readonly #session: StoreSession
  readonly #registry: ListRegistry
  readonly #findDrained: StatementSync
  readonly #saveDrained: StatementSync
  readonly #saveFolded: StatementSync
  readonly #rows = new Map<PairText, KnownRow>()
  readonly #listRows = new Map<readonly number[], ListRows>()
  #savedLists = -1
  #rowsMoved = 0

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
      this.#forgetMoved()
      half.forEach((hit) => this.#write(hit))
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
    this.#listRows.clear()
    for (const list of this.#registry.all()) this.#session.identifiers.saveList(list)
    this.#savedLists = this.#registry.version
  }

  /**
   * A row of two clients that became one says what neither of them said, and the number of an indicator that was deleted
   * may be another one's by now.
   */
  #forgetMoved(): void {
    const { rowsMoved } = this.#session
    if (this.#rowsMoved === rowsMoved) return
    this.#rowsMoved = rowsMoved
    this.#rows.clear()
    this.#listRows.clear()
  }

  #write(hit: Hit): void {
    const { identifiers, totals, attribution, nodes, revision } = this.#session
    const { blocked, logged, firstMs, lastMs, action, clientKey } = hit
    const { lists, set } = this.#listsOf(hit.lists)
    if (lists.length > 0) totals.decide(lists[0]!, blocked + logged)
    if (clientKey === null) {
      const indicator = identifiers.indicator(hit.indicator, hit.kind)
      this.#saveFolded.run(indicator, blocked, logged, firstMs, lastMs)
      return
    }
    const client = attribution.clientAt(clientKey, firstMs, lastMs, revision)
    const known = this.#rows.get(hit.pair)
    let indicator: number
    let previousMs: number | null
    let isNew = false
    if (known?.client === client.id && this.#addMore(hit, known, set)) {
      indicator = known.indicator
      previousMs = known.lastMs
      known.lastMs = Math.max(previousMs, lastMs)
    } else {
      indicator = identifiers.indicator(hit.indicator, hit.kind)
      previousMs = this.#save(hit, client.id, indicator, set)
      isNew = previousMs === null && (!nodes.hasPeers || this.#session.hits.isOnly(client.id, indicator))
      this.#remember(hit, client.id, indicator, set, previousMs)
    }
    totals.add(client, clientKey, lists, isNew, blocked + logged, logged, hit)
    this.#session.changed({
      client: client.id, indicator, lists, isNew, blocked, logged, firstMs, lastMs, previousLastMs: previousMs, action,
      node: HERE,
    }) // prettier-ignore
  }

  /**
   * Adds to the row the pair had the last time where the hit says nothing but "again", as most do: six parameters
   * instead of fourteen (benchmark: compare.py block). False: it says more, or the row is not there.
   */
  #addMore(hit: Hit, known: KnownRow, set: number): boolean {
    return (
      hit.firstMs >= known.lastMs &&
      hit.qtype === known.qtype &&
      hit.action === known.action &&
      (hit.triggers & ~known.triggers) === 0 &&
      set === known.set &&
      lastName(hit) === known.lastName &&
      this.#session.hits.addMore(
        known.client, known.indicator, hit.blocked, hit.logged, hit.lastMs, this.#session.revision(),
      ) // prettier-ignore
    )
  }

  /** Adds to the row of a pair, or makes it. Returns its `last_at` before, null where it is new. */
  #save(hit: Hit, client: number, indicator: number, set: number): number | null {
    const { blocked, logged, firstMs, lastMs, triggers, qtype, action } = hit
    return this.#session.hits.save(
      client, indicator, HERE, blocked, logged, firstMs, lastMs, firstName(hit), lastName(hit), qtype, action, triggers,
      set, this.#session.revision(),
    ) // prettier-ignore
  }

  /** Remembers what the row says now, unless it was the older of two times that were written. */
  #remember(hit: Hit, client: number, indicator: number, set: number, previousMs: number | null): void {
    const { pair, lastMs, qtype, action, triggers } = hit
    if (previousMs !== null && previousMs > lastMs) {
      this.#rows.delete(pair)
      return
    }
    if (this.#rows.size >= PAIRS_REMEMBERED) this.#rows.clear()
    this.#rows.set(pair, { client, indicator, lastMs, lastName: lastName(hit), qtype, action, triggers, set })
  }

  #listsOf(numbers: readonly number[]): ListRows {
    const known = this.#listRows.get(numbers)
    if (known !== undefined) return known
    if (this.#listRows.size >= LISTS_REMEMBERED) this.#listRows.clear()
    const { identifiers } = this.#session
    const lists = numbers.map((number) => identifiers.list(this.#registry.get(number)))
    const rows = { lists, set: identifiers.listSet(lists) }
    this.#listRows.set(numbers, rows)
    return rows
  }

  #transaction<T>(work: () => T): T {
    try {
      return this.#session.transaction(work)
    } catch (error) {
      this.#savedLists = -1
      this.#listRows.clear()
      this.#rows.clear()
      throw error
    }
  }
}

/** Null: the indicator itself. */
function firstName({ firstQname, indicator }: Hit): string | null {
  return firstQname === indicator ? null : firstQname
}

function lastName({ lastQname, indicator }: Hit): string | null {
  return lastQname === indicator ? null : lastQname
}
