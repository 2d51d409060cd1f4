/**
 * Lists that are read page by page behind the keys of the last row given out: nothing that stays where it is comes twice
 * or is missed, whatever comes and goes meanwhile.
 */
import type { SQLInputValue } from 'node:sqlite'
import type { Row } from './client-rows.ts'
import { readCursor, writeCursor } from './cursor.ts'
import type { Ask } from './read-connection.ts'

/** Where rows come from and how they are ordered. */
export interface SortSql {
  /** Tables, `client c` among them, and what joins them. */
  readonly tables: string
  readonly conditions: readonly string[]
  readonly values: Record<string, SQLInputValue>
  readonly keyset: Keyset
}

/** What is told of a row: see `Keyset.page`. */
export interface Told {
  readonly columns: string
  readonly rows: string
  readonly id: string
}

/** A condition to go on behind a cursor. */
export interface Behind {
  readonly condition: string
  readonly values: Record<string, SQLInputValue>
}

export class Keyset {
  readonly #name: string
  readonly #keys: readonly string[]
  readonly #isReversed: boolean

  /** `keys`: SQL of whole numbers, the last of them unique; the greatest come first, where it is reversed the least. */
  constructor(name: string, keys: readonly string[], isReversed = false) {
    this.#name = isReversed ? `${name}-reversed` : name
    this.#keys = keys
    this.#isReversed = isReversed
  }

  /**
   * The rows of a page, `:limit` of them, with what `cursorOf` reads: first their keys alone, because to sort whole rows costs
   * ten times as much. `rows`: the tables of what is told; `id` is the column there that the last key is.
   */
  page(from: { readonly tables: string; readonly conditions: readonly string[] }, told: Told): string {
    const { tables, conditions } = from
    const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''
    const places = this.#keys.map((_, at) => `page.key_${at}`)
    return `SELECT ${told.columns}, page.* FROM (
        SELECT ${this.#keys.map((key, at) => `${key} AS key_${at}`).join(', ')} FROM ${tables} ${where}
        ORDER BY ${this.#ordered(this.#keys)} LIMIT :limit) AS page
      CROSS JOIN ${told.rows} WHERE ${told.id} = ${places.at(-1)!} ORDER BY ${this.#ordered(places)}`
  }

  /** Throws BadCursor. */
  behind(cursor: string): Behind {
    const places = readCursor(cursor, this.#name, this.#keys.length)
    const names = places.map((_, at) => `:at_${at}`)
    const sign = this.#isReversed ? '>' : '<'
    // An index serves a single key only where it is written as one.
    const condition =
      places.length === 1
        ? `${this.#keys[0]!} ${sign} :at_0`
        : `(${this.#keys.join(', ')}) ${sign} (${names.join(', ')})`
    return { condition, values: Object.fromEntries(places.map((place, at) => [`at_${at}`, place])) }
  }

  cursorOf(row: Row): string {
    return writeCursor(
      this.#name,
      this.#keys.map((_, at) => Number(row[`key_${at}`])),
    )
  }

  #ordered(keys: readonly string[]): string {
    return keys.map((key) => `${key} ${this.#isReversed ? 'ASC' : 'DESC'}`).join(', ')
  }
}

/** The first `count` rows in an order that a filter lets through, behind `cursor` where there is one. Throws BadCursor. */
export function sortedRows(
  ask: Ask,
  sort: SortSql,
  filter: { readonly conditions: readonly string[]; readonly values: Record<string, SQLInputValue> },
  told: Told,
  count: number,
  cursor?: string,
): Row[] {
  const behind = cursor === undefined ? null : sort.keyset.behind(cursor)
  const conditions = [
    ...sort.conditions,
    ...filter.conditions,
    ...(behind === null ? [] : [behind.condition]),
  ]
  return ask(sort.keyset.page({ tables: sort.tables, conditions }, told), {
    ...sort.values,
    ...filter.values,
    ...behind?.values,
    limit: count,
  })
}
