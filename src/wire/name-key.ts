/**
 * A name as every lookup wants it: lower-case wire form, where each label starts, and the hash of each of its
 * suffixes, computed in one pass from the last byte to the first. One instance is reused for every query of a thread.
 *
 *   bytes       3 'w' 'w' 'w' 4 'e' 'v' 'i' 'l' 3 'c' 'o' 'm' 0
 *   labelStart  0             4                 9
 *   hash        [www.evil.com] [evil.com] [com] [root]
 */

/** RFC 1035 §2.3.4: a name is at most 255 octets, so it has at most 127 labels. */
export const MAX_NAME_BYTES = 255
export const MAX_LABELS = 127

export class NameKey {
  /** Lower-case wire form with the root's zero byte; names never compressed. */
  readonly bytes = new Uint8Array(256)
  /** Bytes used, the root's zero byte included: 1 for the root. */
  length = 0
  labelCount = 0
  /** Offset of the length byte of each label, the leftmost first. */
  readonly labelStart = new Uint8Array(MAX_LABELS + 1)
  /** `hash[i]`: of the suffix that starts at label i; `hash[labelCount]`: of the root. Valid after `hashSuffixes`. */
  readonly hash = new Int32Array(MAX_LABELS + 1)
}

/**
 * Fills `key.hash` under `seed`. A suffix hashes alike in whatever name it stands, so one probe a label finds every
 * listed ancestor. A hash alone never decides anything: whoever probes compares the bytes.
 */
export function hashSuffixes(key: NameKey, seed: number): void {
  const { bytes, labelStart, hash } = key
  let at = key.length - 2
  let running = seed | 0
  hash[key.labelCount] = finish(running)
  for (let label = key.labelCount - 1; label >= 0; label--) {
    const start = labelStart[label]!
    for (; at >= start; at--) running = Math.imul(running ^ bytes[at]!, 0x01000193)
    hash[label] = finish(running)
  }
}

/** Spreads the low bits, which the multiplication leaves poor, over the whole word (murmur3's finaliser). */
function finish(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
