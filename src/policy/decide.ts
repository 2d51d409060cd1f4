/**
 * Policy as a resolver thread uses it: a snapshot of all lists and, over it, a small one of single edits, each in two
 * slots used in turn. `match` and `decide` are called for every query and allocate nothing.
 *
 * Precedence: an allow entry for the name wins; then, list by list in the order of the configuration, the first that
 * blocks; inside a list the longest match.
 */
import { hashSuffixes } from '../wire/name-key.ts'
import type { NameKey } from '../wire/name-key.ts'
import { NO_GROUP } from './groups.ts'
import { Matches } from './matches.ts'
import { Trigger } from './meta.ts'
import { PolicyReader } from './reader.ts'
import { NO_END, Verdict, VerdictKind } from './verdict.ts'
import { BASE_PLACE, allowFound, hearOne, walkClients, walkLists } from './walk.ts'

/** What swaps in turn. */
export type SlotPair = readonly [SharedArrayBuffer, SharedArrayBuffer]

export class Policy {
  readonly #bases: readonly [PolicyReader, PolicyReader]
  readonly #overlays: readonly [PolicyReader, PolicyReader]
  readonly #baseFound = new Matches()
  readonly #overlayFound = new Matches()
  #base: PolicyReader
  #overlay: PolicyReader
  readonly #named = new Verdict()
  #trigger: Trigger = Trigger.qname
  #generation = 0
  // What few have, so that it costs those without it a look at a flag.
  #hasGroups = false
  #namesClients = false
  #hasPauses = false

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
    const holds = this.#base.attach()
    this.#hasGroups = this.#base.groups.size > 0
    this.#namesClients = this.#base.clientTriggers.size > 0
    return holds
  }

  /** The same for the overlay. */
  attachOverlay(slot: number): boolean {
    this.#overlay.detach()
    this.#overlay = this.#overlays[slot & 1]!
    this.#generation++
    const holds = this.#overlay.attach()
    this.#hasPauses = this.#overlay.pausedClients.size > 0 || this.#overlay.pausedGroups.length > 0
    return holds
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

  /** Whether some clients are under a policy of their own. */
  get hasGroups(): boolean {
    return this.#hasGroups
  }

  /** The group of the client whose 16 bytes stand in `address`. */
  groupOf(address: Uint8Array): number {
    return this.#base.groups.of(address)
  }

  /** Whether blocking is paused for the client whose 16 bytes stand in `address`, of that group, and not for all. */
  isPausedFor(group: number, address: Uint8Array): boolean {
    if (!this.#hasPauses) return false
    const { pausedClients, pausedGroups } = this.#overlay
    if (pausedClients.size > 0 && pausedClients.of(address) !== NO_GROUP) return true
    if (pausedGroups.length === 0 || group === NO_GROUP) return false
    return pausedGroups.includes(this.#base.meta.groups?.[group - 1]?.id ?? '')
  }

  /** Whether what is decided may differ from client to client. */
  get isPerClient(): boolean {
    return this.#hasGroups || this.#namesClients || this.#hasPauses
  }

  /** Whether something may be said: of what the last match found, or of some client whatever it asks. */
  get hasSay(): boolean {
    return this.#namesClients || this.found > 0
  }

  /**
   * Fills `verdict`, whose `group` says for whom, from the last match and returns its kind. `client`: who asks, 16 bytes,
   * for the lists that name clients; null: nobody they name.
   */
  decide(paused: boolean, verdict: Verdict, client: Uint8Array | null = null): VerdictKind {
    verdict.clear(this.#trigger, NO_END)
    if (!this.hasSay) return VerdictKind.Pass
    const only = this.#onlyRule()
    if (only >= 0) hearOne(this.#base, this.#baseFound.record[0]!, only, verdict)
    else this.#decideAmong(client, verdict)
    if (paused) verdict.pause()
    return verdict.kind
  }

  /** An allow entry, or else list by list. */
  #decideAmong(client: Uint8Array | null, verdict: Verdict): void {
    if (this.#overlayFound.count > 0 && allowFound(this.#overlay, this.#overlayFound, verdict)) return
    if (allowFound(this.#base, this.#baseFound, verdict)) return
    if (client !== null && this.#namesClients) this.#decideWith(client, verdict)
    else this.#walk(verdict)
  }

  /** The rule that alone has something to say, whoever asks; -1 where there are others, or an allow entry, or none. */
  #onlyRule(): number {
    if (this.#overlayFound.count !== 0 || this.#baseFound.count !== 1 || this.#namesClients) return -1
    return this.#base.onlyRuleOf(this.#baseFound.set[0]!)
  }

  #walk(verdict: Verdict): void {
    walkLists(this.#overlay, this.#overlayFound, 0, verdict)
    walkLists(this.#base, this.#baseFound, BASE_PLACE, verdict)
  }

  /**
   * List by list, and inside a list who asks before what is asked: what lets the client pass ends the search for the
   * name, and the other way round from the next list on.
   */
  #decideWith(client: Uint8Array, verdict: Verdict): void {
    const named = this.#named
    named.group = verdict.group
    named.clear(Trigger.client, NO_END)
    walkClients(this.#base, client, named)
    verdict.endPlace = named.endPlace
    this.#walk(verdict)
    if (verdict.endPlace < named.endPlace) {
      // The name ended the search earlier than who asks: lists behind that have no say in either.
      named.clear(Trigger.client, verdict.endPlace + 1)
      walkClients(this.#base, client, named)
    }
    if (named.kind === VerdictKind.Pass) return
    if (named.kind > verdict.kind || (named.kind === verdict.kind && named.place <= verdict.place))
      verdict.decideLike(named)
    for (let i = 0; i < named.listCount; i++) verdict.addList(named.lists[i]!)
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
