/** A set of networks, asked for every query: who may ask, who is exempt. Built once from CIDR text. */
import { AddressRanges, rangesOf, type AddressRange } from '../net/address-ranges.ts'

export class NetworkSet {
  readonly #ranges: AddressRanges

  /** `networks`: CIDR or single addresses. Throws a RangeError that names the first that is neither. */
  constructor(networks: readonly string[]) {
    this.#ranges = new AddressRanges(merge(networks.flatMap((network) => rangesOf(network).ranges)))
  }

  /** Disjoint ranges held. */
  get size(): number {
    return this.#ranges.size
  }

  /** Whether the 16 bytes at `offset` of `address` lie in one of the networks. */
  contains(address: Uint8Array, offset = 0): boolean {
    return this.#ranges.find(address, offset) !== -1
  }
}

function merge(ranges: readonly AddressRange[]): AddressRange[] {
  const merged: { first: bigint; last: bigint }[] = []
  for (const { first, last } of ranges.toSorted((a, b) => (a.first < b.first ? -1 : 1))) {
    const previous = merged.at(-1)
    if (previous === undefined || first > previous.last + 1n) merged.push({ first, last })
    else if (last > previous.last) previous.last = last
  }
  return merged
}
