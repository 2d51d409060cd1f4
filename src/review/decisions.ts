/** The rules by which people decide about items, and the record of who did. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { GuardReason } from '../lists/outcome.ts'
import type { Scope } from '../indicators/verdict.ts'
import type { ImportsDatabase } from './database.ts'
import type { ImportRow } from './import-rows.ts'
import type { Decided, ItemFilter, ItemRow, ItemRows } from './item-rows.ts'
import { refuse } from './problem.ts'
import { plainTarget, targetsOf, type Target } from './targets.ts'

export const DECISION_ACTIONS = ['approve', 'reject', 'withdraw'] as const
export type DecisionAction = (typeof DECISION_ACTIONS)[number]

/** Items decided about before other work, in one transaction: some 10 ms. */
const STRIDE = 2000

/** What somebody wants to decide. */
export interface DecisionAsked {
  readonly action: DecisionAction
  /** Number of the one item; null: all that fit the filter. */
  readonly item: number | null
  readonly filter: ItemFilter
  /** What to enforce of the one item, where it says more than one thing; null: what it says. */
  readonly as: string | null
  /** How far; null: as proposed. */
  readonly scope: Scope | null
  readonly reason: string
  readonly actor: string
}

/** A row of the record. */
export interface DecisionRow extends Decided {
  readonly action: DecisionAction
  readonly item: number | null
  readonly filter: ItemFilter
  /** Items it changed. */
  readonly count: number
  /** False: it is still being carried out, or was cut short and will be. */
  readonly isDone: boolean
}

/** How a single item comes into force. */
interface Approval {
  readonly target: Target
  readonly accepted: readonly GuardReason[]
}

/** A decision that may be made; nothing is changed yet. */
export interface Plan {
  readonly asked: DecisionAsked
  readonly row: ImportRow
  /** Of one item. */
  readonly approval: Approval | null
}

export class Decisions {
  readonly #database: ImportsDatabase
  readonly #items: ItemRows

  constructor(database: ImportsDatabase, items: ItemRows) {
    this.#database = database
    this.#items = items
  }

  /** Whether it may be decided so. `guardOf`: the guard of this server that holds a target now. Throws ReviewError. */
  plan(
    row: ImportRow,
    asked: DecisionAsked,
    fourEyes: boolean,
    guardOf: (target: string) => GuardReason | null,
  ): Plan {
    if (row.state !== 'ready') refuse('conflict', notReady(row))
    if (asked.reason.trim() === '') refuse('wrong', 'Say why: the decision is kept with its reason.')
    if (asked.action === 'approve' && fourEyes && row.actor === asked.actor)
      refuse(
        'forbidden',
        `${asked.actor} has made import ${row.id}: somebody else has to approve (review.fourEyes).`,
      )
    if (asked.item === null && (asked.as !== null || asked.scope !== null))
      refuse('wrong', 'What to enforce (`as`, `scope`) is said of one item.')
    if (asked.item === null) {
      const { decision, state } = asked.filter
      if (asked.action === 'approve' && decision !== undefined && decision !== 'accept')
        refuse('wrong', 'What is held is approved one by one, each with its reason: name the item.')
      if (state !== undefined && (asked.action !== 'approve' || state === 'approved'))
        refuse('wrong', '`state` is said of an approval: of what is `open`, `rejected` or `withdrawn`.')
      return { asked, row, approval: null }
    }
    const item = this.#items.get(row.id, asked.item)
    if (asked.action === 'approve') return { asked, row, approval: approvalOf(item, asked, guardOf) }
    const isRight = asked.action === 'reject' ? item.state === 'open' : item.state === 'approved'
    if (!isRight) refuse('conflict', `Item ${item.number} is ${item.state}: ${asked.action === 'reject' ? 'only what is undecided is rejected' : 'only what is approved is withdrawn'}.`) // prettier-ignore
    return { asked, row, approval: null }
  }

  /**
   * Writes down what was planned, and does it: of one item at once, of many some at a time, with other work between. What
   * is cut short is finished by `resume`. Rejects with ReviewError where another decision came first, and what SQLite throws.
   */
  async make({ asked, row, approval }: Plan, atMs: number): Promise<DecisionRow> {
    const seq = this.#database.change(() => {
      const { action, item, filter, actor, reason } = asked
      const made = this.#database
        .of('INSERT INTO decision (import, action, item, filter, count, actor, at, reason, next) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(row.id, action, item, JSON.stringify(filter), item === null ? 0 : 1, actor, atMs, reason.trim(), item === null ? 0 : null) // prettier-ignore
      const number = Number(made.lastInsertRowid)
      if (item === null) this.#step(number)
      else if (!this.#applyToOne(row.id, item, action, approval, number))
        refuse('conflict', `Somebody else has just decided about item ${item}: look at it again.`)
      return number
    })
    await this.#finish(seq)
    return toDecision(this.#database.of('SELECT * FROM decision WHERE seq = ?').get(seq)!)
  }

  /** Finishes what was cut short; the imports that were decided about. Rejects with what SQLite throws. */
  async resume(): Promise<number[]> {
    const rows = this.#database
      .of('SELECT seq, import FROM decision WHERE next IS NOT NULL ORDER BY seq')
      .all()
    for (const { seq } of rows) await this.#finish(Number(seq))
    return [...new Set(rows.map((row) => Number(row['import'])))]
  }

  /** Of an import, the last first. */
  list(id: number, limit: number): DecisionRow[] {
    const rows = this.#database
      .of('SELECT * FROM decision WHERE import = ? ORDER BY seq DESC LIMIT ?')
      .all(id, limit)
    return rows.map(toDecision)
  }

  async #finish(seq: number): Promise<void> {
    const open = this.#database.of('SELECT 1 FROM decision WHERE seq = ? AND next IS NOT NULL')
    while (open.get(seq) !== undefined) {
      await nextTurn()
      this.#database.change(() => this.#step(seq))
    }
  }

  /** The next items of a decision about many, in a transaction with how far it has come. */
  #step(seq: number): void {
    const row = this.#database
      .of('SELECT decision.*, items FROM decision JOIN import ON import.id = decision.import WHERE seq = ?')
      .get(seq)!
    const after = Number(row['next'])
    const numbers = { $after: after, $last: after + STRIDE }
    const filter = JSON.parse(String(row['filter'])) as ItemFilter
    const action = row['action'] as DecisionAction
    const id = Number(row['import'])
    const count =
      action === 'approve'
        ? this.#items.approveAll(id, filter, numbers, seq)
        : this.#items.end(id, { ...filter, state: ENDS[action].from }, numbers, ENDS[action].to, seq)
    this.#database
      .of('UPDATE decision SET count = count + ?, next = ? WHERE seq = ?')
      .run(count, numbers.$last >= Number(row['items']) ? null : numbers.$last, seq)
  }

  /** False: it is not as it was when that was planned. */
  #applyToOne(
    id: number,
    item: number,
    action: DecisionAction,
    approval: Approval | null,
    seq: number,
  ): boolean {
    if (action === 'approve') return this.#items.approve(id, item, seq, approval!.target, approval!.accepted)
    const { from, to } = ENDS[action]
    return this.#items.end(id, { state: from }, { $after: item - 1, $last: item }, to, seq) === 1
  }
}

/** What becomes of which items. */
const ENDS = {
  reject: { from: 'open', to: 'rejected' },
  withdraw: { from: 'approved', to: 'withdrawn' },
} as const

function toDecision(row: Readonly<Record<string, unknown>>): DecisionRow {
  return {
    seq: Number(row['seq']),
    action: row['action'] as DecisionAction,
    item: row['item'] === null ? null : Number(row['item']),
    filter: JSON.parse(String(row['filter'])) as ItemFilter,
    count: Number(row['count']),
    isDone: row['next'] === null,
    actor: String(row['actor']),
    atMs: Number(row['at']),
    reason: String(row['reason']),
  }
}

/** What approving the item puts in force. Throws ReviewError. */
function approvalOf(
  item: ItemRow,
  { as, scope }: DecisionAsked,
  guardOf: (target: string) => GuardReason | null,
): Approval {
  if (item.state === 'approved') refuse('conflict', `Item ${item.number} is approved already.`)
  const proposed = { ...item, kind: item.kind, scope: item.scope }
  const targets = targetsOf(proposed)
  const choices = targets.map(({ text }) => text).join(', ')
  if (targets.length === 0) refuse('wrong', `Item ${item.number} (${item.value}) holds nothing that a resolver could enforce.`) // prettier-ignore
  const plain = item.decision === 'refuse' ? null : plainTarget(proposed)
  const chosen = as === null ? plain : targets.find(({ text }) => text === as.trim().toLowerCase())
  if (chosen === null || chosen === undefined)
    refuse('wrong', `Item ${item.number} says "${item.value.slice(0, 200)}": say what of it is to be blocked with \`as\`: ${choices}.`) // prettier-ignore
  const guard = guardOf(chosen.text)
  return {
    target: { text: chosen.text, scope: scope ?? chosen.scope },
    accepted: guard === null ? [] : [guard],
  }
}

function notReady({ id, state, error }: ImportRow): string {
  if (state === 'failed') return `Import ${id} could not be read: ${error ?? ''}`
  return state === 'discarded' ? `Import ${id} is discarded.` : `Import ${id} is still being read: ask again.`
}
