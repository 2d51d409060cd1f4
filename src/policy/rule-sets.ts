/**
 * The sets of rules a snapshot's names have, each kept once however many names share it. A million names of three
 * lists have a handful of sets; a record then needs 24 bits to say which rules hold it.
 */
import { SnapshotFullError } from './full-error.ts'
import { MAX_PAIRS } from './layout.ts'
import { MAX_RULES } from './meta.ts'
import type { NameKind } from './meta.ts'

const KIND_NUMBERS = { exact: 0, subtree: 1, below: 2 } as const satisfies Record<NameKind, number>
const KINDS = 3

export class RuleSets {
  /** Sorted rule numbers; set 0 is empty. */
  readonly sets: (readonly number[])[] = [[]]
  /** By pair: the set for the name itself, and the one for the names under it. Pair 0 holds no rule. */
  readonly self: number[] = [0]
  readonly below: number[] = [0]
  readonly #setNumbers = new Map<string, number>([['', 0]])
  readonly #pairNumbers = new Map<number, number>([[0, 0]])
  readonly #unions = new Map<number, number>()
  // A list is added name after name, so the last union is nearly always the one asked for again.
  #lastKey = -1
  #lastPair = 0

  /** The pair that has what `pair` has and `rule` for names of `kind`; `pair` itself when it has it already. */
  withRule(pair: number, kind: NameKind, rule: number): number {
    const key = (pair * MAX_RULES + rule) * KINDS + KIND_NUMBERS[kind]
    if (key === this.#lastKey) return this.#lastPair
    let union = this.#unions.get(key)
    if (union === undefined) {
      if (!(rule >= 0 && rule < MAX_RULES))
        throw new RangeError(`rule number ${rule} is not below ${MAX_RULES}`)
      const self = kind === 'below' ? this.self[pair]! : this.#setWith(this.self[pair]!, rule)
      const below = kind === 'exact' ? this.below[pair]! : this.#setWith(this.below[pair]!, rule)
      union = this.#pair(self, below)
      this.#unions.set(key, union)
    }
    this.#lastKey = key
    this.#lastPair = union
    return union
  }

  #setWith(set: number, rule: number): number {
    const rules = this.sets[set]!
    if (rules.includes(rule)) return set
    const grown = [...rules, rule].toSorted((a, b) => a - b)
    const text = grown.join()
    let number = this.#setNumbers.get(text)
    if (number === undefined) {
      number = this.sets.push(grown) - 1
      this.#setNumbers.set(text, number)
    }
    return number
  }

  #pair(self: number, below: number): number {
    // At most two sets a pair: below 2^25, so that the product is exact.
    const key = self * 2 ** 26 + below
    let number = this.#pairNumbers.get(key)
    if (number === undefined) {
      number = this.self.push(self) - 1
      if (number >= MAX_PAIRS) throw new SnapshotFullError(`more than ${MAX_PAIRS} different sets of rules`)
      this.below.push(below)
      this.#pairNumbers.set(key, number)
    }
    return number
  }
}
