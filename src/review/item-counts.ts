/** What there is in an import: items by proposal, decision, standing and reason, counted some at a time. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ImportsDatabase } from './database.ts'
import type { ItemCounts } from './import-rows.ts'

/** Items counted before other work. */
const STRIDE = 10_000

type Counts = Record<string, number>

/** Counts the items of import `id`, whose numbers go to `last`. Rejects with ReviewError and what SQLite throws. */
export async function countItems(database: ImportsDatabase, id: number, last: number): Promise<ItemCounts> {
  const counts = {
    decisions: {} as Counts,
    states: {} as Counts,
    standings: {} as Counts,
    reasons: {} as Counts,
    held: 0,
    unguarded: 0,
  }
  const note = (of: Counts, key: unknown, n: number): void => {
    of[String(key)] = (of[String(key)] ?? 0) + n
  }
  const groups = database.of(
    `SELECT decision, state, standing, target IS NOT NULL AS is_plain, count(*) AS n FROM item
     WHERE import = ? AND number > ? AND number <= ? GROUP BY 1, 2, 3, 4`,
  )
  const sets = database.of(
    `SELECT reasons, count(*) AS n FROM item
     WHERE import = ? AND number > ? AND number <= ? AND decision <> 'accept' GROUP BY 1`,
  )
  for (let after = 0; after < last; after += STRIDE) {
    for (const row of groups.all(id, after, after + STRIDE)) {
      const n = Number(row['n'])
      note(counts.decisions, row['decision'], n)
      note(counts.states, row['state'], n)
      note(counts.standings, row['standing'], n)
      if (row['state'] !== 'open') continue
      if (row['decision'] === 'hold') counts.held += n
      if (row['decision'] === 'accept' && row['is_plain'] === 1) counts.unguarded += n
    }
    for (const row of sets.all(id, after, after + STRIDE))
      for (const reason of JSON.parse(String(row['reasons'])) as string[])
        note(counts.reasons, reason, Number(row['n']))
    await nextTurn()
  }
  return counts
}
