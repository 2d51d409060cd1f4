/** Items of imports as they stand in the database: what is proposed, and what was decided. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FilePlace, ProposedItem } from '../indicators/proposal.ts'
import type { Decision, Kind, Scope } from '../indicators/verdict.ts'
import type { GuardReason } from '../lists/outcome.ts'
import type { ImportsDatabase } from './database.ts'
import { ItemNames, nameHash } from './item-names.ts'
import { refuse } from './problem.ts'
import type { ReviewReason } from './reasons.ts'
import type { Owners } from './sharing.ts'
import { plainTarget, type Target } from './targets.ts'

export const ITEM_STATES = ['open', 'approved', 'rejected', 'withdrawn'] as const
export type ItemState = (typeof ITEM_STATES)[number]

/** `known`: a list enforces it already. `conflict`: it is let through, or known with another action. `none`: nothing to enforce. */
export const STANDINGS = ['new', 'known', 'conflict', 'none'] as const
export type ItemStanding = (typeof STANDINGS)[number]

/** What was decided about an item, by whom, when, why. */
export interface Decided {
  readonly seq: number
  readonly actor: string
  readonly atMs: number
  readonly reason: string
}

export interface ItemRow extends Omit<ProposedItem, 'reasons'> {
  /** From 1, in the order of the file. */
  readonly number: number
  readonly decision: Decision
  readonly reasons: readonly ReviewReason[]
  /** The first ones; all are `placeCount`. */
  readonly places: readonly FilePlace[]
  readonly placeCount: number
  readonly standing: ItemStanding
  /** Ids of lists that hold it, and what lets it through; as it was when it was compared. */
  readonly knownBy: readonly string[]
  readonly allowedBy: string | null
  /** Of an address: owners of clean names that shared it then; null: too few to matter, or not known. */
  readonly sharedBy: Owners | null
  readonly state: ItemState
  /** What is enforced; null: nothing. */
  readonly enforced: Target | null
  readonly accepted: readonly GuardReason[]
  readonly approval: Decided | null
  /** The rejection, or the withdrawal after the approval. */
  readonly ending: Decided | null
}

/** Which items of an import; what is absent does not matter. */
export interface ItemFilter {
  readonly decision?: Decision
  readonly reason?: ReviewReason
  readonly kind?: Kind
  readonly state?: ItemState
  readonly standing?: ItemStanding
  /** Part of the value. */
  readonly q?: string
}

/** An item as it is compared with what is enforced. */
export interface TargetRow {
  readonly number: number
  readonly decision: Decision
  readonly reasons: readonly ReviewReason[]
  readonly target: string
}

/** What comparing found about an item. */
export interface Compared {
  readonly number: number
  readonly decision: Decision
  readonly reasons: readonly ReviewReason[]
  readonly standing: ItemStanding
  readonly known: {
    readonly by: readonly string[]
    readonly allowedBy: string | null
    readonly sharedBy: Owners | null
  }
}

/** Kept of each item; the rest is counted. */
const MAX_PLACES = 20
const MAX_TEXT = 4096
/** Removed before other work, and looked at. */
const STRIDE = 2000
const LOOKED_AT = 20_000

type Row = Readonly<Record<string, unknown>>

const SELECT = `SELECT item.*,
  a.seq AS a_seq, a.actor AS a_actor, a.at AS a_at, a.reason AS a_reason,
  e.seq AS e_seq, e.actor AS e_actor, e.at AS e_at, e.reason AS e_reason
  FROM item LEFT JOIN decision a ON a.seq = item.approval LEFT JOIN decision e ON e.seq = item.ending`
const FITS = `import = $import AND ($decision IS NULL OR decision = $decision) AND ($kind IS NULL OR kind = $kind)
  AND ($state IS NULL OR state = $state) AND ($standing IS NULL OR standing = $standing)
  AND ($reason IS NULL OR instr(reasons, $reason) > 0) AND ($q IS NULL OR instr(value, $q) > 0)`

const OF_NUMBERS = 'number > $after AND number <= $last'

/** Items behind one number, up to another. */
export interface Numbers {
  readonly $after: number
  readonly $last: number
}

export class ItemRows {
  readonly names: ItemNames
  readonly #database: ImportsDatabase

  constructor(database: ImportsDatabase) {
    this.#database = database
    this.names = new ItemNames(database)
  }

  /** Adds `items` as numbers from `first` on. */
  add(id: number, first: number, items: readonly ProposedItem[]): void {
    const insert = this.#database.of(
      `INSERT INTO item (import, number, value, kind, scope, decision, reasons, readings, written, places, place_count, target, standing)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#database.change(() => {
      for (const [index, item] of items.entries()) {
        const { value, kind, scope, decision, reasons, readings, written, places } = item
        const target = decision === 'refuse' ? null : (plainTarget(item)?.text ?? null)
        const texts = [JSON.stringify(reasons), JSON.stringify(readings), written.slice(0, MAX_TEXT), JSON.stringify(places.slice(0, MAX_PLACES))] // prettier-ignore
        insert.run(id, first + index, value.slice(0, MAX_TEXT), kind, scope, decision, ...texts, places.length, target, target === null ? 'none' : 'new') // prettier-ignore
      }
    })
  }

  /** Forgets all items of an import, some at a time. Rejects with ReviewError and what SQLite throws. */
  async remove(id: number): Promise<void> {
    await this.names.remove(id)
    const drop = this.#database.of(
      'DELETE FROM item WHERE (import, number) IN (SELECT import, number FROM item WHERE import = ? ORDER BY number LIMIT ?)',
    )
    while (drop.run(id, STRIDE).changes > 0) await nextTurn()
  }

  /** Whether something of an import is in force. */
  isEnforced(id: number): boolean {
    return this.#database.of('SELECT 1 FROM item WHERE import = ? AND enforced IS NOT NULL LIMIT 1').get(id) !== undefined // prettier-ignore
  }

  /** Throws ReviewError where there is none. */
  get(id: number, number: number): ItemRow {
    const row = this.#database.of(`${SELECT} WHERE item.import = ? AND item.number = ?`).get(id, number)
    return row === undefined ? refuse('unknown', `Import ${id} has no item ${number}.`) : toItem(row)
  }

  /** Those that fit, by number, behind `after`. */
  page(id: number, filter: ItemFilter, after: number, limit: number): ItemRow[] {
    const rows = this.#database
      .of(`${SELECT} WHERE item.number > $after AND ${FITS.replaceAll('import = ', 'item.import = ')} ORDER BY item.number LIMIT $limit`)
      .all({ ...bindings(id, filter), $after: after, $limit: limit }) // prettier-ignore
    return rows.map(toItem)
  }

  /** What may be enforced, by number, behind `after`: to be compared with what is. */
  pageOfTargets(id: number, after: number, limit: number): TargetRow[] {
    const rows = this.#database
      .of('SELECT number, decision, reasons, target FROM item WHERE import = ? AND number > ? AND target IS NOT NULL ORDER BY number LIMIT ?')
      .all(id, after, limit) // prettier-ignore
    return rows.map((row) => ({
      number: Number(row['number']),
      decision: row['decision'] as Decision,
      reasons: JSON.parse(String(row['reasons'])) as ReviewReason[],
      target: String(row['target']),
    }))
  }

  /** What may be enforced of items of these kinds, up to number `last`: the first `limit`, and how many there are. */
  async targets(
    id: number,
    kinds: readonly Kind[],
    limit: number,
    last: number,
  ): Promise<{ readonly texts: readonly string[]; readonly total: number }> {
    const rows = this.#database.of(`SELECT target FROM item WHERE import = ? AND number > ? AND number <= ?
      AND target IS NOT NULL AND kind IN (SELECT value FROM json_each(?))`)
    const texts: string[] = []
    let total = 0
    for (let after = 0; after < last; after += LOOKED_AT) {
      for (const row of rows.iterate(id, after, after + LOOKED_AT, JSON.stringify(kinds)))
        if (++total <= limit) texts.push(String(row['target']))
      await nextTurn()
    }
    return { texts, total }
  }

  /** Addresses with a port, of which a person may choose the address; `limit` at most, up to number `last`. */
  async withPort(id: number, limit: number, last: number): Promise<ItemRow[]> {
    const found: ItemRow[] = []
    for (let after = 0; after < last && found.length < limit; after += LOOKED_AT) {
      const rows = this.#database
        .of(`${SELECT} WHERE item.import = ? AND item.number > ? AND item.number <= ? AND kind = 'ip-port' ORDER BY item.number LIMIT ?`)
        .all(id, after, after + LOOKED_AT, limit - found.length) // prettier-ignore
      found.push(...rows.map(toItem))
      await nextTurn()
    }
    return found
  }

  compare(id: number, compared: readonly Compared[]): void {
    const update = this.#database.of('UPDATE item SET decision = ?, reasons = ?, standing = ?, known = ? WHERE import = ? AND number = ?') // prettier-ignore
    this.#database.change(() => {
      for (const { number, decision, reasons, standing, known } of compared)
        update.run(decision, JSON.stringify(reasons), standing, JSON.stringify(known), id, number)
    })
  }

  /** False: it is approved already. */
  approve(
    id: number,
    number: number,
    seq: number,
    target: Target,
    accepted: readonly GuardReason[],
  ): boolean {
    const made = this.#database
      .of(`UPDATE item SET state = 'approved', approval = ?, ending = NULL, enforced = ?, enforced_scope = ?, accepted = ?
           WHERE import = ? AND number = ? AND state <> 'approved'`)
      .run(seq, target.text, target.scope, JSON.stringify(accepted), id, number) // prettier-ignore
    this.names.add(id, nameHash(target.text), number)
    return made.changes === 1
  }

  /** All unguarded ones that fit, of these numbers: undecided ones, or those that were rejected or withdrawn. */
  approveAll(id: number, filter: ItemFilter, numbers: Numbers, seq: number): number {
    const made = this.#database
      .of(`UPDATE item SET state = 'approved', approval = $seq, ending = NULL, enforced = target, enforced_scope = scope, accepted = '[]'
           WHERE ${OF_NUMBERS} AND target IS NOT NULL AND ${FITS}`)
      .run({ ...bindings(id, { state: 'open', ...filter, decision: 'accept' }), ...numbers, $seq: seq }) // prettier-ignore
    return Number(made.changes)
  }

  /** All that fit, of these numbers. */
  end(
    id: number,
    filter: ItemFilter & { readonly state: ItemState },
    numbers: Numbers,
    to: 'rejected' | 'withdrawn',
    seq: number,
  ): number {
    const made = this.#database
      .of(`UPDATE item SET state = $to, ending = $seq, enforced = NULL, enforced_scope = NULL, accepted = '[]'
           WHERE ${OF_NUMBERS} AND ${FITS}`)
      .run({ ...bindings(id, filter), ...numbers, $to: to, $seq: seq }) // prettier-ignore
    return Number(made.changes)
  }
}

function bindings(id: number, { decision, reason, kind, state, standing, q }: ItemFilter) {
  return {
    $import: id,
    $decision: decision ?? null,
    $kind: kind ?? null,
    $state: state ?? null,
    $standing: standing ?? null,
    $reason: reason === undefined ? null : JSON.stringify(reason),
    $q: q ?? null,
  }
}

function toItem(row: Row): ItemRow {
  const {
    by = [],
    allowedBy = null,
    sharedBy = null,
  } = JSON.parse(String(row['known'])) as Partial<Compared['known']>
  return {
    number: Number(row['number']),
    value: String(row['value']),
    kind: row['kind'] as Kind,
    scope: row['scope'] as Scope,
    decision: row['decision'] as Decision,
    reasons: JSON.parse(String(row['reasons'])) as ReviewReason[],
    readings: JSON.parse(String(row['readings'])) as string[],
    written: String(row['written']),
    places: JSON.parse(String(row['places'])) as FilePlace[],
    placeCount: Number(row['place_count']),
    standing: row['standing'] as ItemStanding,
    knownBy: by,
    allowedBy,
    sharedBy,
    state: row['state'] as ItemState,
    enforced: row['enforced'] === null ? null : { text: row['enforced'] as string, scope: row['enforced_scope'] as Scope }, // prettier-ignore
    accepted: JSON.parse(String(row['accepted'])) as GuardReason[],
    approval: decided(row, 'a'),
    ending: decided(row, 'e'),
  }
}

function decided(row: Row, of: 'a' | 'e'): Decided | null {
  if (row[`${of}_seq`] === null) return null
  return {
    seq: Number(row[`${of}_seq`]),
    actor: String(row[`${of}_actor`]),
    atMs: Number(row[`${of}_at`]),
    reason: String(row[`${of}_reason`]),
  }
}
