/**
 * Hashes of names: four octets at a time from the end, so that what a name ends in need be hashed once, and what is left at
 * the front last. A hash alone never decides anything: whoever finds by it compares the octets.
 */
import { Octets } from '../octets.ts'

/** The hash of `bytes[start … end)` under `seed`: what `hashSuffixes` gives for a suffix of the same octets. */
export function hashBytes(bytes: Uint8Array, start: number, end: number, seed: number): number {
  return bytes instanceof Octets ? hashOctets(bytes, start, end, seed) : hashPlain(bytes, start, end, seed)
}

function hashOctets(bytes: Octets, start: number, end: number, seed: number): number {
  const { view } = bytes
  let hash = seed | 0
  let at = end
  for (; at - 4 >= start; at -= 4) hash = mix(hash, view.getInt32(at - 4, true))
  return finish(at === start ? hash : mix(hash, fewer(bytes, start, at)))
}

function hashPlain(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let hash = seed | 0
  let at = end
  for (; at - 4 >= start; at -= 4) hash = mix(hash, (bytes[at - 1]! << 24) | fewer(bytes, at - 4, at - 1))
  return finish(at === start ? hash : mix(hash, fewer(bytes, start, at)))
}

/** One to three octets as they read in memory, the first lowest. */
function fewer(bytes: Uint8Array, start: number, end: number): number {
  let number = 0
  for (let at = end - 1; at >= start; at--) number = (number << 8) | bytes[at]!
  return number
}

/** What leaves of four octets read as a number the first `count`, 1 to 3. */
export function firstOctets(count: number): number {
  return (1 << (count << 3)) - 1
}

/**
 * Takes four octets in. What is high comes down again, because a multiplication carries upwards only; and is multiplied
 * once more. After one multiplication the highest bit, turned round, always came down as the same two: turned round in
 * the next word they undid it, whatever the seed, and everybody could build names of one hash.
 */
export function mix(hash: number, four: number): number {
  const first = Math.imul(hash ^ four, 0x9e3779b1)
  const second = Math.imul(first ^ (first >>> 15), 0xc2b2ae35)
  return second ^ (second >>> 13)
}

/** Spreads the low bits, which the multiplication leaves poor, over the whole word (murmur3's finaliser). */
export function finish(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
