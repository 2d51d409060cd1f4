/** Legal holds: what must not be deleted, by whose document. Those of settings and those set while the server runs. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { HoldScope, HoldSettings } from '../../config/settings.ts'
import { cleaned, invalid, readName, MAX_NAME, MAX_NOTE } from './asked.ts'
import type { CaseProblem } from './desk.ts'
import type { UnitWatch } from './unit-watch.ts'

const SCOPES: readonly HoldScope[] = ['all', 'unit', 'campaign', 'client']
/** Set and not lifted. */
const MOST_IN_FORCE = 1000
const MAX_TARGET = 64

type Fields = Readonly<Record<string, unknown>>

export interface HoldSet {
  readonly id: number
}

export class Holds {
  readonly #units: UnitWatch
  readonly #set: StatementSync
  readonly #release: StatementSync
  readonly #inForce: StatementSync
  readonly #addressesOf: StatementSync
  readonly #campaignsOf: StatementSync
  readonly #aliasOf: StatementSync
  #configured: readonly HoldSettings[]
  #holds: readonly Pick<HoldSettings, 'scope' | 'target'>[] | null = null

  constructor(database: DatabaseSync, units: UnitWatch, configured: readonly HoldSettings[]) {
    this.#units = units
    this.#configured = configured
    this.#set = database.prepare(
      `INSERT INTO hold (document, scope, target, reason, actor, set_at) VALUES (?, ?, ?, ?, ?, ?) RETURNING id`,
    )
    this.#release = database.prepare(
      `UPDATE hold SET released_at = ?2, released_by = ?3, release_reason = ?4
       WHERE id = ?1 AND released_at IS NULL RETURNING id`,
    )
    this.#inForce = database.prepare('SELECT scope, target FROM hold WHERE released_at IS NULL')
    this.#addressesOf = database.prepare('SELECT address FROM client_address WHERE client_id = ?')
    this.#campaignsOf = database.prepare(
      `SELECT campaign FROM campaign_case WHERE client_id = ?1
       UNION SELECT c.campaign FROM client_list AS cl JOIN list_campaign AS c ON c.list_id = cl.list_id
       WHERE cl.client_id = ?1`,
    )
    this.#aliasOf = database.prepare('SELECT client_id FROM client_alias WHERE old_id = ?')
  }

  /** Takes the holds of new settings. */
  configure(configured: readonly HoldSettings[]): void {
    this.#configured = configured
    this.#holds = null
  }

  /** Sets one: `{ document, scope, target, reason, actor }`. Inside a transaction. */
  set(asked: unknown, nowMs: number): HoldSet | CaseProblem {
    if (typeof asked !== 'object' || asked === null)
      return invalid('A hold names a document and what it is about.')
    const { document, scope, target = '', reason = '', actor } = asked as Fields
    const number = readName(document)
    if (number === null) return invalid(`A hold names a document, at most ${MAX_NAME} characters.`)
    if (!SCOPES.includes(scope as HoldScope)) return invalid(`A hold is about ${SCOPES.join(', ')}.`)
    const name = scope === 'all' ? '' : readName(target)
    if (name === null || name.length > MAX_TARGET) return invalid(`A hold on a ${String(scope)} names it.`)
    if (scope === 'client' && !/^[1-9]\d{0,14}$/.test(name))
      return invalid('A hold on a client names its number.')
    const who = readName(actor)
    if (who === null) return invalid('A hold names who sets it.')
    const why = cleaned(reason, MAX_NOTE)
    if (why === null) return invalid(`A reason is text of at most ${MAX_NOTE} characters.`)
    if (this.#inForce.all().length >= MOST_IN_FORCE)
      return { problem: 'not-permitted', message: `${MOST_IN_FORCE} holds are in force: no more are taken.` }
    const now = scope === 'client' ? String(this.#aliasOf.get(Number(name))?.['client_id'] ?? name) : name
    const row = this.#set.get(number, scope as HoldScope, now, why, who, nowMs)
    this.#holds = null
    return { id: Number(row!['id']) }
  }

  /** Lifts one: `{ id, reason, actor }`. It stays in the record. Inside a transaction. */
  release(asked: unknown, nowMs: number): HoldSet | CaseProblem {
    if (typeof asked !== 'object' || asked === null) return invalid('Which hold is to be lifted?')
    const { id, reason, actor } = asked as Fields
    if (!Number.isSafeInteger(id)) return invalid('A hold has a number.')
    const who = readName(actor)
    if (who === null) return invalid('To lift a hold names who does it.')
    const why = cleaned(reason, MAX_NOTE)
    if (why === null || why === '') return invalid('To lift a hold needs a reason.')
    const row = this.#release.get(id as number, nowMs, who, why)
    this.#holds = null
    return row === undefined
      ? {
          problem: 'not-found',
          message: `There is no hold ${id as number} in force; those of the configuration are lifted there.`,
        }
      : { id: id as number }
  }

  /** Whether any is in force: what belongs to no client is then kept, too. */
  get any(): boolean {
    return this.#all().length > 0
  }

  /** Whether nothing at all may go. */
  get holdsAll(): boolean {
    return this.#all().some(({ scope }) => scope === 'all')
  }

  /** Whether anything of a client must stay. */
  isHeld(client: number): boolean {
    const holds = this.#all()
    if (holds.length === 0) return false
    if (
      holds.some(({ scope, target }) => scope === 'all' || (scope === 'client' && Number(target) === client))
    )
      return true
    const campaigns = holds.flatMap(({ scope, target }) => (scope === 'campaign' ? [target] : []))
    if (campaigns.length > 0) {
      const own = this.#campaignsOf.all(client).map(({ campaign }) => String(campaign))
      if (own.some((campaign) => campaigns.includes(campaign))) return true
    }
    const units = holds.flatMap(({ scope, target }) => (scope === 'unit' ? [target] : []))
    return units.length > 0 && this.#isOfUnit(client, units)
  }

  /** After a rollback, and where clients became one. */
  forget(): void {
    this.#holds = null
  }

  /** By any address it ever had: it may have moved since. */
  #isOfUnit(client: number, units: readonly string[]): boolean {
    return this.#addressesOf.all(client).some(({ address }) => {
      const unit = this.#units.unitOf(address as Uint8Array)
      return unit !== null && units.some((held) => this.#units.isWithin(unit, held))
    })
  }

  #all(): readonly Pick<HoldSettings, 'scope' | 'target'>[] {
    this.#holds ??= [
      ...this.#configured.map(({ scope, target }) => ({
        scope,
        target:
          scope === 'client' ? String(this.#aliasOf.get(Number(target))?.['client_id'] ?? target) : target,
      })),
      ...this.#inForce
        .all()
        .map(({ scope, target }) => ({ scope: scope as HoldScope, target: String(target) })),
    ]
    return this.#holds
  }
}
