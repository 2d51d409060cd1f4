/** Networks that lie in each other, as disjoint ranges of which each belongs to the longest network around it. */
import { rangesOf, type AddressRange } from '../net/address-ranges.ts'

export interface OwnedNetwork {
  /** CIDR text, or a single address. */
  readonly network: string
  /** What the network stands for. */
  readonly owner: number
}

export interface OwnedRange extends AddressRange {
  readonly owner: number
}

interface Open extends OwnedRange {
  readonly prefixLength: number
}

/** Ascending. Of the same network given twice the last one owns it. Throws a RangeError where a network is none. */
export function flatten(networks: readonly OwnedNetwork[]): OwnedRange[] {
  const flat: OwnedRange[] = []
  /** The networks around the one at hand, the outermost first, and where what is not told yet of them begins. */
  const around: { readonly network: Open; from: bigint }[] = []
  const tell = ({ owner }: Open, first: bigint, last: bigint): void => {
    if (first <= last) flat.push({ first, last, owner })
  }
  const leave = (): void => {
    const { network, from } = around.pop()!
    tell(network, from, network.last)
    const outer = around.at(-1)
    if (outer !== undefined) outer.from = network.last + 1n
  }
  // Two networks are disjoint, or one lies in the other.
  for (const network of networks.flatMap(open).toSorted(outermostFirst)) {
    while (around.length > 0 && around.at(-1)!.network.last < network.first) leave()
    const outer = around.at(-1)
    if (outer !== undefined) tell(outer.network, outer.from, network.first - 1n)
    around.push({ network, from: network.first })
  }
  while (around.length > 0) leave()
  return flat
}

function open({ network, owner }: OwnedNetwork): Open[] {
  const { ranges, prefixLength } = rangesOf(network)
  return ranges.map((range) => ({ ...range, prefixLength, owner }))
}

function outermostFirst(a: Open, b: Open): number {
  if (a.first !== b.first) return a.first < b.first ? -1 : 1
  return a.prefixLength - b.prefixLength
}
