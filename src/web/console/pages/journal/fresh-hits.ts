/** Hits as they come: rows of `GET /hits` are pairs of machine and indicator, and what is new is what has grown. */

/** What of a row this needs. */
export interface Pair {
  readonly clientId: number
  readonly indicator: string
  readonly kind: string
  readonly hits: number
  readonly lastSeen: string
}

export interface FreshHit<T> {
  readonly key: string
  readonly pair: T
  /** Hits since the look before; null: it was there when one began to look. */
  readonly grown: number | null
}

/** What is written late, because the disk was slow, is found for so long. */
const LATE_MS = 60_000

/** Hits known by pair. */
export type Known = ReadonlyMap<string, number>

/** Rows that are new or have grown, the newest first as they came; `known` null: the first look, which shows all. */
export function freshHits<T extends Pair>(
  known: Known | null,
  rows: readonly T[],
): { readonly fresh: readonly FreshHit<T>[]; readonly known: Known } {
  const next = new Map(known ?? [])
  const fresh = rows.flatMap((pair): FreshHit<T>[] => {
    const id = `${pair.clientId} ${pair.kind} ${pair.indicator}`
    const before = known?.get(id) ?? 0
    next.set(id, pair.hits)
    if (known !== null && pair.hits <= before) return []
    return [{ key: `${id} ${pair.hits}`, pair, grown: known === null ? null : pair.hits - before }]
  })
  return { fresh, known: next }
}

/** From when the next look has to ask, given what has been seen; null: everything. */
export function nextSince(before: string | null, rows: readonly Pair[]): string | null {
  const latest = Math.max(
    before === null ? Number.NEGATIVE_INFINITY : Date.parse(before) + LATE_MS,
    ...rows.map(({ lastSeen }) => Date.parse(lastSeen)),
  )
  return Number.isFinite(latest) ? new Date(latest - LATE_MS).toISOString() : null
}
