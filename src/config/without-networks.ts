/** A network less others that lie in it, as networks again. */
import { rangesOf } from '../net/address-ranges.ts'
import { addressText } from '../net/address.ts'

/** Addresses as numbers of 128 bits, IPv4 as ::ffff:a.b.c.d. */
interface Block {
  readonly first: bigint
  /** 0 to 128. */
  readonly prefixLength: number
  readonly isIPv4: boolean
}

/** CIDR of all that `network` covers and none of `holes` does; [] where nothing is left. All in CIDR form. */
export function withoutNetworks(network: string, holes: readonly string[]): string[] {
  const block = blockOf(network)
  const inside = holes.map(blockOf).filter((hole) => hole.isIPv4 === block.isIPv4 && meet(hole, block))
  return inside.length === 0 ? [network] : cut(block, inside).map(text)
}

/** `holes` meet `block`, so each lies in it or it in them. */
function cut(block: Block, holes: readonly Block[]): Block[] {
  if (holes.length === 0) return [block]
  if (holes.some(({ prefixLength }) => prefixLength <= block.prefixLength)) return []
  const prefixLength = block.prefixLength + 1
  const halves = [block.first, block.first + sizeOf(prefixLength)].map((first) => ({ ...block, first, prefixLength })) // prettier-ignore
  return halves.flatMap((half) => cut(half, holes.filter((hole) => meet(hole, half)))) // prettier-ignore
}

function meet(a: Block, b: Block): boolean {
  return a.first < b.first + sizeOf(b.prefixLength) && b.first < a.first + sizeOf(a.prefixLength)
}

function sizeOf(prefixLength: number): bigint {
  return 1n << BigInt(128 - prefixLength)
}

function blockOf(network: string): Block {
  const { ranges, prefixLength } = rangesOf(network)
  return { first: ranges[0]!.first, prefixLength, isIPv4: !network.includes(':') }
}

function text({ first, prefixLength, isIPv4 }: Block): string {
  const bytes = Buffer.from(first.toString(16).padStart(32, '0'), 'hex')
  return `${addressText(bytes)}/${isIPv4 ? prefixLength - 96 : prefixLength}`
}
