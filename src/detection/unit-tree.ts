/** Units as a tree, each followed by those under it. Built once from settings. */
import { crc32 } from 'node:zlib'
import type { UnitSettings } from '../config/settings.ts'

/** A unit in its place. */
export interface UnitPlace {
  readonly unit: UnitSettings
  /** Its number in the tree; those under it follow. */
  readonly rank: number
  /** 0: nothing stands above it. */
  readonly level: number
  /** The rank of the one right above it, or -1. */
  readonly parent: number
  /** The rank behind the last one under it. */
  readonly end: number
  /** How many stand right under it. */
  readonly children: number
}

export class UnitTree {
  /** By rank. */
  readonly places: readonly UnitPlace[]
  /** Tells this tree from another: ranks of the one mean nothing in the other. */
  readonly mark: number
  readonly #byId: ReadonlyMap<string, UnitPlace>

  constructor(units: readonly UnitSettings[]) {
    const known = new Set(units.map(({ id }) => id))
    const isTop = ({ parent }: UnitSettings): boolean => parent === null || !known.has(parent)
    // Those whose parents go in a circle have none above them.
    const places = placesOf(
      [...units.filter(isTop), ...units],
      Map.groupBy(units, ({ parent }) => parent),
    )
    this.places = places
    this.mark = crc32(JSON.stringify(places.map(({ unit }) => unit.id)))
    this.#byId = new Map(places.map((one) => [one.unit.id, one]))
  }

  /** The unit of that id, or null. */
  find(id: string): UnitPlace | null {
    return this.#byId.get(id) ?? null
  }

  /** A unit with all under it. */
  under({ rank, end }: UnitPlace): readonly UnitPlace[] {
    return this.places.slice(rank, end)
  }

  /** Those above a unit, the uppermost first. */
  above({ parent }: UnitPlace): readonly UnitPlace[] {
    const path: UnitPlace[] = []
    for (let at = this.places[parent]; at !== undefined; at = this.places[at.parent]) path.unshift(at)
    return path
  }

  /** The ranks that stand in some units of these ids or under them. */
  ranks(ids: readonly string[]): ReadonlySet<number> {
    const ranks = new Set<number>()
    for (const id of ids) {
      const place = this.find(id)
      for (let rank = place?.rank ?? 0; rank < (place?.end ?? 0); rank++) ranks.add(rank)
    }
    return ranks
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Children = ReadonlyMap<string | null, readonly UnitSettings[]>

/** A stack of its own: nobody says how deep units may stand. */
function placesOf(units: readonly UnitSettings[], children: Children): UnitPlace[] {
  const places: Mutable<UnitPlace>[] = []
  const seen = new Set<string>()
  const waiting = units.map((unit) => ({ unit, level: 0 })).toReversed()
  // The last one told, and all above it.
  const open: Mutable<UnitPlace>[] = []
  const closeFrom = (level: number): void => {
    while (open.length > level) open.pop()!.end = places.length
  }
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { unit, level } = next
    if (seen.has(unit.id)) continue
    seen.add(unit.id)
    closeFrom(level)
    const under = children.get(unit.id) ?? []
    const parent = open.at(-1)?.rank ?? -1
    const place = { unit, rank: places.length, level, parent, end: 0, children: under.length }
    places.push(place)
    open.push(place)
    for (const child of under.toReversed()) waiting.push({ unit: child, level: level + 1 })
  }
  closeFrom(0)
  return places
}
