/** What the cache knows a question by. */
import { hashBytes } from '../wire/name-hash.ts'

/** All that must be the same for two questions to have one answer. */
export interface CacheQuestion {
  /** Lower-case wire form with the root's octet, in the first `nameLength` bytes. */
  readonly name: Uint8Array
  readonly nameLength: number
  readonly qtype: number
  readonly qclass: number
  readonly dnssecOk: boolean
  readonly checkingDisabled: boolean
  /** Which upstreams were asked: 0 the general ones, 1 … a forward zone's. */
  readonly group: number
}

const GROUP_SHIFT = 18

/** Class, DO, CD and upstream group as one number; groups are far fewer than the 16,384 that fit. */
export function facetOf(qclass: number, dnssecOk: boolean, checkingDisabled: boolean, group: number): number {
  return (group << GROUP_SHIFT) | (qclass << 2) | (dnssecOk ? 2 : 0) | (checkingDisabled ? 1 : 0)
}

/** The upstream group of a facet. */
export function groupOf(facet: number): number {
  return facet >>> GROUP_SHIFT
}

/**
 * 32 bits of a question, signed. The policy's suffix hashes do not serve here: their seed changes with every snapshot,
 * and the cache outlives it.
 */
export function hashOf(
  seed: number,
  name: Uint8Array,
  nameLength: number,
  qtype: number,
  facet: number,
): number {
  let hash = hashBytes(name, 0, nameLength, seed)
  hash = Math.imul(hash ^ qtype ^ (hash >>> 15), 0x85ebca6b)
  hash = Math.imul(hash ^ facet ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
