/**
 * Policy as a resolver thread uses it: a snapshot of all lists and, over it, a small one of single edits, each in two
 * slots used in turn. `match` and `decide` are called for every query and allocate nothing.
 *
 * Precedence: an allow entry for the name wins; then, list by list in the order of the configuration, the first that
 * blocks; inside a list the longest match.
 */
import { hashSuffixes } from '../wire/name-key.ts'
import type { NameKey } from '../wire/name-key.ts'
import { Matches } from './matches.ts'
import { Trigger } from './meta.ts'
import { PolicyReader } from './reader.ts'
import { NO_END, VerdictKind } from './verdict.ts'
import type { Verdict } from './verdict.ts'
import { BASE_PLACE, allowFound, walkLists } from './walk.ts'

/** What swaps in turn. */
export type SlotPair = readonly [SharedArrayBuffer, SharedArrayBuffer]

export class Policy {
  readonly #bases: readonly [PolicyReader, PolicyReader]
  readonly #overlays: readonly [PolicyReader, PolicyReader]
  readonly #baseFound = new Matches()
  readonly #overlayFound = new Matches()
  #base: PolicyReader
  #overlay: PolicyReader
  #trigger: Trigger = Trigger.qname
  #generation = 0

  /** Empty until attached. */
  constructor(baseSlots: SlotPair, overlaySlots: SlotPair) {
    this.#bases = [new PolicyReader(baseSlots[0]), new PolicyReader(baseSlots[1])]
    this.#overlays = [new PolicyReader(overlaySlots[0]), new PolicyReader(overlaySlots[1])]
    this.#base = this.#bases[0]
    this.#overlay = this.#overlays[0]
  }

  /** Changes over to the snapshot in slot 0 or 1, between batches. False: it holds none; nothing is listed then. */
  attachBase(slot: number): boolean {
    this.#base.detach()
    this.#base = this.#bases[slot & 1]!
    this.#generation++
    return this.#base.attach()
  }

  /** The same for the overlay. */
  attachOverlay(slot: number): boolean {
    this.#overlay.detach()
    this.#overlay = this.#overlays[slot & 1]!
    this.#generation++
    return this.#overlay.attach()
  }

  /** Moves with every change of either snapshot in this thread: what a screening is valid under. */
  get generation(): number {
    return this.#generation
  }

  /** Entries of whatever kind that the last match found; 0: neither list nor allow entry knows the name. */
  get found(): number {
    return this.#overlayFound.count + this.#baseFound.count
  }

  /** What `hashSuffixes` needs before `match`. */
  get seed(): number {
    return this.#base.seed
  }

  get base(): PolicyReader {
    return this.#base
  }

  get overlay(): PolicyReader {
    return this.#overlay
  }

  /** What the last match found: for `lookup` and for screening. */
  get baseFound(): Matches {
    return this.#baseFound
  }

  get overlayFound(): Matches {
    return this.#overlayFound
  }

  /** Finds what holds the name; `key.hash` was computed under `seed`. Returns how many entries do. */
  match(key: NameKey): number {
    this.#trigger = Trigger.qname
    return this.#matchOverlay(key) + this.#base.match(key, this.#baseFound)
  }

  /** Finds what holds the address of a client, 4 or 16 bytes. Returns how many entries do. */
  matchAddress(bytes: Uint8Array, offset: number, family: 4 | 6): number {
    this.#trigger = Trigger.client
    return (
      this.#overlay.matchAddress(bytes, offset, family, this.#overlayFound) +
      this.#base.matchAddress(bytes, offset, family, this.#baseFound)
    )
  }

  /** Fills `verdict` from the last match and returns its kind. */
  decide(paused: boolean, verdict: Verdict): VerdictKind {
    verdict.clear(this.#trigger, NO_END)
    if (this.found === 0) return VerdictKind.Pass
    if (this.#overlayFound.count > 0 && allowFound(this.#overlay, this.#overlayFound, verdict))
      return verdict.kind
    if (allowFound(this.#base, this.#baseFound, verdict)) return verdict.kind
    walkLists(this.#overlay, this.#overlayFound, 0, verdict)
    walkLists(this.#base, this.#baseFound, BASE_PLACE, verdict)
    if (paused) verdict.pause()
    return verdict.kind
  }

  #matchOverlay(key: NameKey): number {
    const { seed, names } = this.#overlay
    if (seed === this.#base.seed || names === 0) return this.#overlay.match(key, this.#overlayFound)
    // Another seed (an overlay older than the base) only costs hashing; everybody else's hashes are put back.
    hashSuffixes(key, seed)
    const count = this.#overlay.match(key, this.#overlayFound)
    hashSuffixes(key, this.#base.seed)
    return count
  }
}
