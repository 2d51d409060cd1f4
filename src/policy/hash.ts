import { hashBytes } from '../wire/name-hash.ts'
import { lower } from '../wire/name.ts'

/** Writes `name[0 … length)` in lower case to `to[place …)` and returns the hash of what it wrote. */
export function copyHashed(
  name: Uint8Array,
  length: number,
  to: Uint8Array,
  place: number,
  seed: number,
): number {
  for (let at = 0; at < length; at++) to[place + at] = lower(name[at]!)
  return hashBytes(to, place, place + length, seed)
}

/**
 * Where the search for `hash` begins in an index; `scale` is its number of words / 2^32. A multiplication lets the
 * index be of any size, so that a million names need not pay for the next power of two.
 */
export function firstIndexWord(hash: number, scale: number): number {
  return ((hash >>> 0) * scale) | 0
}

/** The bits of a hash that stand in the index word, so that most names that are not listed touch no record. */
export const TAG_BITS = 4
export const TAG_MASK = 0xf
