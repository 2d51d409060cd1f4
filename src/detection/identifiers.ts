/**
 * Row ids of indicators, lists and sets of lists, made where there are none. Remembered between commits;
 * after a rollback everything is forgotten, because what was remembered may never have been written.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { KnownList } from './list-registry.ts'

/** What is kept of a list; its number means nothing outside the process. */
type ListFacts = Omit<KnownList, 'number' | 'isApproved' | 'document'> & { readonly document?: string }

/** Entries a memory holds before it starts anew. */
const REMEMBERED = 50_000

export class Identifiers {
  readonly #findIndicator: StatementSync
  readonly #addIndicator: StatementSync
  readonly #findList: StatementSync
  readonly #saveList: StatementSync
  readonly #findSet: StatementSync
  readonly #addSet: StatementSync
  readonly #indicators = new Map<string, number>()
  readonly #lists = new Map<string, number>()
  readonly #sets = new Map<string, number>()
  #forgotten = 0

  constructor(database: DatabaseSync) {
    this.#findIndicator = database.prepare('SELECT id FROM indicator WHERE value = ? AND kind = ?')
    this.#addIndicator = database.prepare('INSERT INTO indicator (value, kind) VALUES (?, ?) RETURNING id')
    this.#findList = database.prepare('SELECT id FROM list WHERE name = ?')
    this.#saveList = database.prepare(
      `INSERT INTO list (name, campaign, basis, action, document) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE
         SET campaign = excluded.campaign, basis = excluded.basis, action = excluded.action,
           document = excluded.document
       RETURNING id`,
    )
    this.#findSet = database.prepare('SELECT id FROM list_set WHERE lists = ?')
    this.#addSet = database.prepare('INSERT INTO list_set (lists) VALUES (?) RETURNING id')
  }

  indicator(value: string, kind: number): number {
    return remember(this.#indicators, `${kind} ${value}`, () =>
      idOf(this.#findIndicator.get(value, kind) ?? this.#addIndicator.get(value, kind)),
    )
  }

  list(list: ListFacts): number {
    return remember(this.#lists, list.id, () => {
      const found = this.#findList.get(list.id)
      return found ? idOf(found) : this.saveList(list)
    })
  }

  /** Writes what is known of a list; returns its id. */
  saveList({ id, campaign, basis, action, document = '' }: ListFacts): number {
    return idOf(this.#saveList.get(id, campaign, basis, action, document))
  }

  /** `lists`: row ids, the deciding one first. */
  listSet(lists: readonly number[]): number {
    const text = JSON.stringify(lists)
    return remember(this.#sets, text, () => idOf(this.#findSet.get(text) ?? this.#addSet.get(text)))
  }

  /** How often all was forgotten. */
  get forgotten(): number {
    return this.#forgotten
  }

  forget(): void {
    this.#forgotten++
    for (const memory of [this.#indicators, this.#lists, this.#sets]) memory.clear()
  }
}

function remember(memory: Map<string, number>, key: string, find: () => number): number {
  const known = memory.get(key)
  if (known !== undefined) return known
  if (memory.size >= REMEMBERED) memory.clear()
  const id = find()
  memory.set(key, id)
  return id
}

function idOf(row: Record<string, unknown> | undefined): number {
  return Number(row?.['id'])
}
