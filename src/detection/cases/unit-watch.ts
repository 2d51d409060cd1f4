/**
 * Units, and which of them come first: those with a public address on the botnet list, and those under them that have
 * none of their own, because their machines are behind the same address.
 */
import type { UnitSettings } from '../../config/settings.ts'
import { UnitIndex } from '../units.ts'

export class UnitWatch {
  #settings: readonly UnitSettings[]
  #index: UnitIndex
  #parents: ReadonlyMap<string, string | null>
  #listed: ReadonlySet<string> = new Set()
  /** Units that come first. */
  #high: ReadonlySet<string> = new Set()

  constructor(units: readonly UnitSettings[]) {
    this.#settings = units
    this.#index = new UnitIndex(units)
    this.#parents = parentsOf(units)
  }

  /** Takes the units of new settings; false: they are the same. */
  setUnits(units: readonly UnitSettings[]): boolean {
    if (JSON.stringify(units) === JSON.stringify(this.#settings)) return false
    this.#settings = units
    this.#index = new UnitIndex(units)
    this.#parents = parentsOf(units)
    this.#rank()
    return true
  }

  /** Takes the ids of the units on the botnet list. */
  setListed(units: Iterable<string>): void {
    this.#listed = new Set(units)
    this.#rank()
  }

  /** The unit of an address (16 bytes), or null. */
  readonly unitOf = (address: Uint8Array): string | null => this.#index.find(address)

  /** Whether machines at an address (16 bytes) come first. */
  isHigh(address: Uint8Array): boolean {
    if (this.#high.size === 0) return false
    const unit = this.#index.find(address)
    return unit !== null && this.#high.has(unit)
  }

  /** Whether `unit` is `outer` or stands under it. */
  isWithin(unit: string, outer: string): boolean {
    const seen = new Set<string>()
    for (let at: string | null = unit; at !== null && !seen.has(at); at = this.#parents.get(at) ?? null) {
      if (at === outer) return true
      seen.add(at)
    }
    return false
  }

  #rank(): void {
    this.#high = highUnits(this.#settings, this.#listed)
  }
}

/** The units that come first, of those whose own ids are `listed`. */
export function highUnits(settings: readonly UnitSettings[], listed: ReadonlySet<string>): Set<string> {
  const units = new Map(settings.map((unit) => [unit.id, unit]))
  const high = new Set<string>()
  for (const { id } of settings) {
    // The nearest one above that has public addresses; parents that go in a circle end too.
    let owner = units.get(id)
    for (let left = units.size; owner !== undefined && owner.wan.length === 0 && left > 0; left--)
      owner = owner.parent === null ? undefined : units.get(owner.parent)
    if (owner !== undefined && listed.has(owner.id)) high.add(id)
  }
  return high
}

function parentsOf(units: readonly UnitSettings[]): ReadonlyMap<string, string | null> {
  return new Map(units.map(({ id, parent }) => [id, parent]))
}
