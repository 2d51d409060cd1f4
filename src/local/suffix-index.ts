/**
 * A small fixed set of names, looked up by the suffixes of a `NameKey`: open addressing over the hashes the key
 * already has, names compared byte by byte. Nothing is allocated by a look-up.
 */
import { NameKey, hashSuffixes } from '../wire/name-key.ts'

export class SuffixIndex {
  /** Lower-case wire names, one behind the other, and where each begins; one offset more than there are names. */
  readonly #bytes: Uint8Array
  readonly #start: Uint32Array
  readonly #hash: Int32Array
  /** Number of the name plus one; 0: free. At most half full. */
  readonly #slots: Int32Array

  /** `names`: lower-case wire form, each once. */
  constructor(names: readonly Uint8Array[]) {
    this.#bytes = Buffer.concat(names)
    this.#start = new Uint32Array(names.length + 1)
    for (let name = 0; name < names.length; name++) {
      this.#start[name + 1] = this.#start[name]! + names[name]!.length
    }
    this.#hash = new Int32Array(names.length)
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(names.length * 2, 2))))
  }

  /** Makes it fit keys whose hashes are computed under `seed`. */
  rehash(seed: number): void {
    const slots = this.#slots
    const mask = slots.length - 1
    const key = new NameKey()
    slots.fill(0)
    for (let name = 0; name < this.#hash.length; name++) {
      load(key, this.#bytes.subarray(this.#start[name], this.#start[name + 1]))
      hashSuffixes(key, seed)
      const hash = key.hash[0]!
      this.#hash[name] = hash
      let slot = hash & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = name + 1
    }
  }

  /** The number of the name that `key` ends in from `label` on, or -1. */
  find(key: NameKey, label: number): number {
    const slots = this.#slots
    const mask = slots.length - 1
    const hash = key.hash[label]!
    for (let slot = hash & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const name = slots[slot]! - 1
      if (this.#hash[name] === hash && this.#isSuffix(name, key, key.labelStart[label]!)) return name
    }
    return -1
  }

  #isSuffix(name: number, key: NameKey, from: number): boolean {
    const start = this.#start[name]!
    if (this.#start[name + 1]! - start !== key.length - from) return false
    for (let at = from; at < key.length; at++)
      if (this.#bytes[start + at - from] !== key.bytes[at]) return false
    return true
  }
}

function load(key: NameKey, name: Uint8Array): void {
  key.bytes.set(name)
  key.length = name.length
  key.labelCount = 0
  for (let at = 0; name[at]! !== 0; at += name[at]! + 1) key.labelStart[key.labelCount++] = at
}
