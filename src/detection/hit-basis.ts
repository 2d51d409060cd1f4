/** On whose word hits were blocked, as it was written down with them: see entry-bases.ts. */
import type { ImportOrigin } from '../lists/basis.ts'
import { textOf, type HitBasis, type Row } from './client-rows.ts'
import type { Ask } from './read-connection.ts'

/** Told of an indicator by its row id and the row id of the list that decided; undefined: none did. */
export type BasisOf = (indicator: number, list: number | undefined) => HitBasis

/** Of all lists and of these indicators. Throws StoreUnavailable. */
export function readBases(ask: Ask, indicators: readonly number[]): BasisOf {
  const documents = new Map(
    ask(`SELECT id, document FROM list WHERE document <> ''`).map(({ id, document }) => [Number(id), textOf(document)]), // prettier-ignore
  )
  const entries = ask(
    `SELECT b.* FROM json_each(:ids) AS chosen CROSS JOIN entry_basis AS b ON b.indicator_id = chosen.value`,
    { ids: JSON.stringify([...new Set(indicators)]) },
  )
  const told = new Map(entries.map((row) => [keyOf(row), String(row['told'])]))
  return (indicator, list) => {
    if (list === undefined) return { document: null, origin: null }
    const text = told.get(`${indicator} ${list}`)
    const origin = text === undefined ? null : (JSON.parse(text) as ImportOrigin)
    return { document: origin?.document ?? documents.get(list) ?? null, origin }
  }
}

function keyOf({ indicator_id, list_id }: Row): string {
  return `${Number(indicator_id)} ${Number(list_id)}`
}
