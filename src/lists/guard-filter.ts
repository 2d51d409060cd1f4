/**
 * Whether guards may have something against a name. Works on wire bytes and makes no string: it is asked for every name
 * of every list under a top-level domain with guarded names. By hash, so a yes wants a closer look; a no is sure.
 */
import { hashBytes } from '../wire/name-hash.ts'
import { MAX_LABELS } from '../wire/name-key.ts'
import { textToName } from '../wire/name.ts'
import type { Guards } from './guards.ts'

const SEED = 0

export class GuardFilter {
  readonly #within = new Set<number>()
  readonly #above = new Set<number>()
  readonly #labelStart = new Uint8Array(MAX_LABELS + 1)
  /** Labels of the longest of them: what stands before so many last labels makes no difference. */
  #mostLabels = 0
  /** One of them cannot be written as a name: then every name wants the closer look. */
  #isBlind = false

  constructor(guards: Pick<Guards, 'namesWithin' | 'namesAbove'>) {
    for (const name of guards.namesWithin) this.#add(this.#within, name)
    for (const name of guards.namesAbove) this.#add(this.#above, name)
  }

  /** False: the wire name is not guarded. */
  mayHold(wire: Uint8Array): boolean {
    if (this.#isBlind) return true
    const labels = this.#split(wire)
    const end = this.#labelStart[labels]!
    for (let label = Math.max(0, labels - this.#mostLabels); label < labels; label++) {
      const hash = hashBytes(wire, this.#labelStart[label]!, end, SEED)
      if (this.#within.has(hash) || (label === 0 && this.#above.has(hash))) return true
    }
    return false
  }

  #add(hashes: Set<number>, name: string): void {
    const wire = new Uint8Array(256)
    const length = textToName(name, wire)
    if (length < 2) {
      this.#isBlind = true
      return
    }
    hashes.add(hashBytes(wire, 0, length - 1, SEED))
    this.#mostLabels = Math.max(this.#mostLabels, this.#split(wire))
  }

  /** Notes where each label starts, and the root's zero; returns how many labels there are. */
  #split(wire: Uint8Array): number {
    let labels = 0
    let at = 0
    for (; wire[at] !== 0; at += wire[at]! + 1) this.#labelStart[labels++] = at
    this.#labelStart[labels] = at
    return labels
  }
}
