/**
 * Which campaign a list belongs to now, and which it ever belonged to: a case stays with the campaign it was opened
 * under, so its indicators are found by every campaign of their lists.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'

export class ListCampaigns {
  readonly #find: StatementSync
  readonly #note: StatementSync
  /** Of the running commit. */
  readonly #now = new Map<number, string>()
  /** Written already; of commits that stand, and of the running one. */
  readonly #noted = new Set<string>()
  readonly #noneNamed: readonly string[] = ['']

  constructor(database: DatabaseSync) {
    this.#find = database.prepare('SELECT campaign FROM list WHERE id = ?')
    this.#note = database.prepare('INSERT OR IGNORE INTO list_campaign (list_id, campaign) VALUES (?, ?)')
  }

  /** Settings may have changed since the commit before. */
  begin(): void {
    this.#now.clear()
  }

  /** The campaigns of some lists (row ids), each once; empty text for lists without one. */
  of(lists: readonly number[]): readonly string[] {
    if (lists.length === 0) return this.#noneNamed
    if (lists.length === 1) return [this.#campaign(lists[0]!)]
    const found: string[] = []
    for (const list of lists) {
      const campaign = this.#campaign(list)
      if (!found.includes(campaign)) found.push(campaign)
    }
    return found
  }

  /** After a rollback. */
  forget(): void {
    this.begin()
    this.#noted.clear()
  }

  #campaign(list: number): string {
    const known = this.#now.get(list)
    if (known !== undefined) return known
    const campaign = String(this.#find.get(list)?.['campaign'] ?? '')
    this.#now.set(list, campaign)
    const key = `${list} ${campaign}`
    if (!this.#noted.has(key)) {
      this.#note.run(list, campaign)
      this.#noted.add(key)
    }
    return campaign
  }
}
