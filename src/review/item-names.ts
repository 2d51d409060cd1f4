/**
 * Which items may be in force for a name: found by its hash inside each import, and looked at. An index by the names
 * themselves cost ten times what a decision about 300,000 items costs without: its pages are met at random, by each approval
 * and each withdrawal. These rows are written once, when the import is read, in their own order.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import type { ImportsDatabase } from './database.ts'

/** Rows written or removed before other work. */
const STRIDE = 2000
/** Numbers of items are below it: a reading has 1,500,000 at most. */
const NUMBERS = 2 ** 21

/** Of a name in lower-case A-labels, or of a prefix: 32 bits. */
export function nameHash(text: string): number {
  return crc32(text)
}

/** Names of one import as they are met, to be written in the order of their hashes. */
export class MetNames {
  readonly #met: number[] = []

  note(text: string, number: number): void {
    this.#met.push(nameHash(text) * NUMBERS + number)
  }

  /** Hash and number. */
  *inOrder(): Generator<readonly [hash: number, number: number]> {
    for (const one of Float64Array.from(this.#met).sort()) yield [Math.floor(one / NUMBERS), one % NUMBERS]
  }
}

export class ItemNames {
  readonly #database: ImportsDatabase

  constructor(database: ImportsDatabase) {
    this.#database = database
  }

  /** Writes the names of import `id`, some at a time. Rejects with ReviewError and what SQLite throws. */
  async write(id: number, names: MetNames): Promise<void> {
    const rows = names.inOrder()
    for (let isMore = true; isMore; await nextTurn())
      isMore = this.#database.change(() => {
        for (let written = 0; written < STRIDE; written++) {
          const { value, done } = rows.next()
          if (done === true) return false
          this.add(id, ...value)
        }
        return true
      })
  }

  /** What somebody has chosen of an item, in the transaction of the decision. */
  add(id: number, hash: number, number: number): void {
    this.#database.of('INSERT OR IGNORE INTO item_name (import, hash, number) VALUES (?, ?, ?)').run(id, hash, number) // prettier-ignore
  }

  /** Forgets those of an import, some at a time. */
  async remove(id: number): Promise<void> {
    const drop = this.#database.of(
      'DELETE FROM item_name WHERE (import, hash, number) IN (SELECT import, hash, number FROM item_name WHERE import = ? ORDER BY hash, number LIMIT ?)',
    )
    while (drop.run(id, STRIDE).changes > 0) await nextTurn()
  }
}
