import { lower } from '../wire/name.ts'

/** The hash of `bytes[start … end)` under `seed`: what `hashSuffixes` gives for a name's suffix of the same bytes. */
export function hashBytes(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let hash = seed | 0
  for (let at = end - 1; at >= start; at--) hash = Math.imul(hash ^ bytes[at]!, PRIME)
  return finish(hash)
}

/**
 * Writes `name[0 … length)` in lower case to `to[place …)` and returns the hash of what it wrote: two passes in one,
 * for a builder that does this a million times.
 */
export function copyHashed(
  name: Uint8Array,
  length: number,
  to: Uint8Array,
  place: number,
  seed: number,
): number {
  let hash = seed | 0
  for (let at = length - 1; at >= 0; at--) {
    const byte = lower(name[at]!)
    to[place + at] = byte
    hash = Math.imul(hash ^ byte, PRIME)
  }
  return finish(hash)
}

const PRIME = 0x01000193

function finish(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
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
