/** Which units the botnet list is about: those with a public address or network that it names. */
import type { UnitSettings } from '../config/settings.ts'
import { parsePrefix, prefixText, type Prefix } from '../lists/prefix-text.ts'
import type { BotnetEntry } from './botnet-list.ts'

/** A unit that stands on the list, and what the list says of it. */
export interface ListedUnit {
  readonly unit: string
  /** In the order of the list. */
  readonly entries: readonly BotnetEntry[]
}

/** The units with a `wan` network that an entry lies in, or that lies in an entry. In the order of `units`. */
export function listedUnits(
  units: readonly Pick<UnitSettings, 'id' | 'wan'>[],
  entries: readonly BotnetEntry[],
): ListedUnit[] {
  const listed = new PrefixIndex(entries.map((entry) => [parsePrefix(entry.network)!, entry]))
  const owned = new PrefixIndex(
    units.flatMap(({ id, wan }) => wan.map((network): [Prefix, string] => [parsePrefix(network)!, id])),
  )
  const found = new Map(units.map(({ id }) => [id, new Set<BotnetEntry>()]))
  for (const { id, wan } of units) {
    for (const network of wan) {
      for (const entry of listed.holding(parsePrefix(network)!)) found.get(id)!.add(entry)
    }
  }
  for (const entry of entries) {
    for (const id of owned.holding(parsePrefix(entry.network)!)) found.get(id)!.add(entry)
  }
  const order = new Map(entries.map((entry, index) => [entry, index]))
  return [...found]
    .filter(([, of]) => of.size > 0)
    .map(([unit, of]) => ({ unit, entries: [...of].sort((a, b) => order.get(a)! - order.get(b)!) }))
}

/** Prefixes by their text: one look for each length there is, instead of a comparison with each prefix. */
class PrefixIndex<T> {
  readonly #values = new Map<string, T[]>()
  readonly #lengths = new Set<number>()

  constructor(entries: readonly (readonly [Prefix, T])[]) {
    for (const [{ address, prefixLength }, value] of entries) {
      const key = prefixText(address, prefixLength)
      const values = this.#values.get(key)
      if (values === undefined) this.#values.set(key, [value])
      else values.push(value)
      this.#lengths.add(prefixLength)
    }
  }

  /** What stands at the prefixes that hold `prefix`, itself included. */
  holding({ address, prefixLength }: Prefix): T[] {
    const text = prefixText(address, address.length * 8)
    return [...this.#lengths]
      .filter((length) => length <= prefixLength)
      .flatMap((length) => {
        const outer = parsePrefix(`${text}/${length}`)!
        return this.#values.get(prefixText(outer.address, outer.prefixLength)) ?? []
      })
  }
}
