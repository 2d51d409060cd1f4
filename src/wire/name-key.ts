/**
 * A name as every lookup wants it: lower-case wire form, where each label starts, and the hash of each of its
 * suffixes, computed in one pass from the last byte to the first. One instance is reused for every query of a thread.
 *
 *   bytes       3 'w' 'w' 'w' 4 'e' 'v' 'i' 'l' 3 'c' 'o' 'm' 0
 *   labelStart  0             4                 9
 *   hash        [www.evil.com] [evil.com] [com] [root]
 */

import { Octets } from '../octets.ts'
import { finish, firstOctets, mix } from './name-hash.ts'

/** RFC 1035 §2.3.4: a name is at most 255 octets, so it has at most 127 labels. */
export const MAX_NAME_BYTES = 255
export const MAX_LABELS = 127

export class NameKey {
  /** Lower-case wire form with the root's zero byte; names never compressed. */
  readonly bytes = new Octets(MAX_NAME_BYTES + 3)
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
  const { labelStart, hash } = key
  const { view } = key.bytes
  // Four octets at a time from the end; what is left of a suffix at its front goes in last, and only into its own hash.
  let whole = key.length - 1
  let running = seed | 0
  hash[key.labelCount] = finish(running)
  for (let label = key.labelCount - 1; label >= 0; label--) {
    const start = labelStart[label]!
    for (; whole - 4 >= start; whole -= 4) running = mix(running, view.getInt32(whole - 4, true))
    const left = whole - start
    hash[label] = finish(left === 0 ? running : mix(running, view.getInt32(start, true) & firstOctets(left)))
  }
}
