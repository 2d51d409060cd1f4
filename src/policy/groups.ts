/** Which group a client belongs to, by its address: of networks that overlap the longest decides. */
import { AddressRanges } from '../net/address-ranges.ts'
import type { GroupMeta } from './meta.ts'
import { flatten } from './nested-networks.ts'

/** Everybody no group names. */
export const NO_GROUP = 0

export class ClientGroups {
  readonly #ranges: AddressRanges
  /** By range: number of its group, from 1. */
  readonly #group: Uint8Array

  /** `groups`: the first is number 1. Throws a RangeError where a network is none. */
  constructor(groups: readonly GroupMeta[]) {
    const ranges = flatten(
      groups.flatMap(({ networks }, index) => networks.map((network) => ({ network, owner: index + 1 }))),
    )
    this.#ranges = new AddressRanges(ranges)
    this.#group = Uint8Array.from(ranges, ({ owner }) => owner)
  }

  get size(): number {
    return this.#ranges.size
  }

  /** The number of the group of the client whose 16 bytes stand at `offset`; NO_GROUP: none. */
  of(address: Uint8Array, offset = 0): number {
    const range = this.#ranges.find(address, offset)
    return range === -1 ? NO_GROUP : this.#group[range]!
  }
}
