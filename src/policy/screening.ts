/**
 * What policy says of an answer: the aliases it leads over and the addresses it gives. What was found is kept with the
 * cached answer (never the verdict), so that a cached answer is decided again without being read again, and a clean one
 * costs a null check.
 *
 *   saved   words, for each alias or address that is held, but one of those that are held alike:
 *           trigger | entries found in the overlay << 8 | entries found in the base << 16
 *           for each entry, the overlay's first: its set, the place of its record
 */
import { hashSuffixes } from '../wire/name-key.ts'
import type { NameKey } from '../wire/name-key.ts'
import type { Policy } from './decide.ts'
import { Matches } from './matches.ts'
import { Trigger } from './meta.ts'
import { NO_END, Verdict, VerdictKind } from './verdict.ts'
import { BASE_PLACE, allowFound, walkLists } from './walk.ts'

const FIRST_WORDS = 256

export class Screening {
  readonly #policy: Policy
  readonly #overlayFound = new Matches()
  readonly #baseFound = new Matches()
  readonly #item = new Verdict()
  #own = new Int32Array(FIRST_WORDS)
  #words: Int32Array = this.#own
  #length = 0

  constructor(policy: Policy) {
    this.#policy = policy
  }

  /** Starts with another answer. */
  begin(): void {
    this.#words = this.#own
    this.#length = 0
  }

  /** Looks at an alias of the answer (computes its hashes). An allow entry for it exempts it alone. */
  addAlias(key: NameKey): void {
    hashSuffixes(key, this.#policy.seed)
    if (this.#policy.match(key) > 0) this.#keep(Trigger.alias)
  }

  /** Looks at an address of the answer, 4 or 16 bytes as `family` says. */
  addAddress(bytes: Uint8Array, offset: number, family: 4 | 6): void {
    if (this.#policy.matchAddress(bytes, offset, family) > 0) this.#keep(Trigger.address)
  }

  /** What was found, for the cache; null when nothing was. Means something under the same `Policy.generation` only. */
  save(): Int32Array | null {
    return this.#length === 0 ? null : this.#words.slice(0, this.#length)
  }

  /** Takes up what `save` gave instead of looking at the answer again; it is not copied. */
  restore(saved: Int32Array | null): void {
    this.#words = saved ?? this.#own
    this.#length = saved === null ? 0 : saved.length
  }

  /**
   * Fills `verdict` from all that was found and returns its kind, never Allow. Of several the first list in the order
   * of precedence that blocks decides. `endPlace` is the one of the qname's verdict: a PASSTHRU rule for the qname
   * silences its list and those behind it here too. `verdict.group` says for whom.
   */
  decide(paused: boolean, verdict: Verdict, endPlace: number = NO_END): VerdictKind {
    verdict.clear(Trigger.alias, endPlace)
    const item = this.#item
    item.group = verdict.group
    for (let at = 0; at < this.#length;) {
      const head = this.#words[at++]!
      at = this.#load(at, (head >> 8) & 0xff, this.#overlayFound)
      at = this.#load(at, (head >> 16) & 0xff, this.#baseFound)
      item.clear((head & 0xff) as Trigger, endPlace)
      walkLists(this.#policy.overlay, this.#overlayFound, 0, item)
      walkLists(this.#policy.base, this.#baseFound, BASE_PLACE, item)
      merge(item, verdict)
    }
    if (paused) verdict.pause()
    return verdict.kind
  }

  /** Keeps what the policy found last, unless an allow entry exempts it. */
  #keep(trigger: Trigger): void {
    const { overlay, overlayFound, base, baseFound } = this.#policy
    if (allowFound(overlay, overlayFound, this.#item) || allowFound(base, baseFound, this.#item)) return
    const entries = overlayFound.count + baseFound.count
    const head = trigger | (overlayFound.count << 8) | (baseFound.count << 16)
    if (this.#isKept(head)) return
    // An answer is at most 64 KB, so this ends; it starts where honest answers stay.
    while (this.#length + 1 + 2 * entries > this.#own.length) {
      const grown = new Int32Array(this.#own.length * 2)
      grown.set(this.#own)
      this.#words = this.#own = grown
    }
    this.#own[this.#length++] = head
    this.#append(overlayFound)
    this.#append(baseFound)
  }

  /**
   * True when what was found last is held by the very sets of an item that is kept: the first of them speaks for all.
   * An answer with thousands of listed addresses, asked for again and again, else costs a decision on each of them.
   */
  #isKept(head: number): boolean {
    const { overlayFound, baseFound } = this.#policy
    for (let at = 0; at < this.#length;) {
      const kept = this.#own[at++]!
      const base = at + 2 * ((kept >> 8) & 0xff)
      if (kept === head && this.#hasSets(at, overlayFound) && this.#hasSets(base, baseFound)) return true
      at = base + 2 * ((kept >> 16) & 0xff)
    }
    return false
  }

  #hasSets(at: number, { count, set }: Matches): boolean {
    for (let match = 0; match < count; match++) if (this.#own[at + 2 * match] !== set[match]) return false
    return true
  }

  #append(found: Matches): void {
    for (let match = 0; match < found.count; match++) {
      this.#own[this.#length++] = found.set[match]!
      this.#own[this.#length++] = found.record[match]!
    }
  }

  #load(from: number, count: number, found: Matches): number {
    let at = from
    for (let match = 0; match < count; match++) {
      found.set[match] = this.#words[at++]!
      found.record[match] = this.#words[at++]!
    }
    found.count = count
    return at
  }
}

/** Lets the earlier list decide, a block before a log entry; whatever does not decide is noted. */
function merge(item: Verdict, verdict: Verdict): void {
  if (item.kind === VerdictKind.Pass) return
  if (item.kind > verdict.kind || (item.kind === verdict.kind && item.place < verdict.place))
    verdict.decideLike(item)
  for (let i = 0; i < item.listCount; i++) verdict.addList(item.lists[i]!)
}
