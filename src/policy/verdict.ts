/** What policy says of a query. One instance is reused; what it points at is good until the thread changes slots. */
import { ACTIONS, IndicatorKind, Trigger } from './meta.ts'
import type { ListMeta } from './meta.ts'
import { SINKHOLE_TTL } from './rule-table.ts'
import type { LocalData } from './rule-table.ts'

/**
 * Pass: nothing holds it. Log: some list does and none blocks; a hit, and the answer goes out. Block: a hit, and the
 * action is what is answered. Allow: passes, and its answer is not screened.
 */
export const VerdictKind = { Pass: 0, Log: 1, Block: 2, Allow: 3 } as const
export type VerdictKind = (typeof VerdictKind)[keyof typeof VerdictKind]

/** What a hit can carry. */
export const MAX_VERDICT_LISTS = 16

/** `endPlace` while no PASSTHRU rule has ended the search. */
export const NO_END = 0x7fffffff

const NO_BYTES = new Uint8Array(0)
const NO_WORDS = new Int32Array(0)
const LOG = ACTIONS.indexOf('log')

export class Verdict {
  /** Of whose client it is, a number of ClientGroups: given, and kept by `clear`. */
  group = 0
  kind: VerdictKind = VerdictKind.Pass
  /** The fields from here to `indicatorKind` mean nothing when kind is Pass. Index in `ACTIONS`; `log` for Log. */
  action = LOG
  /** Seconds, or `SINKHOLE_TTL`: the list has none of its own. */
  ttlSeconds = SINKHOLE_TTL
  /** Number of the deciding rule in its snapshot's meta. */
  rule = -1
  /** Records the deciding rule gives instead of the sinkhole's addresses, or null. */
  data: LocalData | null = null
  /** The deciding list, with the document of the deciding entry. */
  list: ListMeta | null = null
  /** Numbers of the lists that hold it, the deciding one first, each once. */
  readonly lists = new Uint16Array(MAX_VERDICT_LISTS)
  listCount = 0
  trigger: Trigger = Trigger.qname
  /** The listed name, without the root's zero byte, or the pseudo-name of an address (see layout): in the slot. */
  indicator: Uint8Array = NO_BYTES
  /** The same memory in words, each indicator from a whole one on and zero behind its end. */
  indicatorWords: Int32Array = NO_WORDS
  indicatorStart = 0
  indicatorLength = 0
  indicatorKind: IndicatorKind = IndicatorKind.exact
  /** Place of the deciding list in the order of precedence, the overlay's lists before all others. */
  place = NO_END
  /** Place of the list whose PASSTHRU rule ended the search; neither it nor any behind it has a say. */
  endPlace = NO_END

  clear(trigger: Trigger, endPlace: number): void {
    this.kind = VerdictKind.Pass
    this.listCount = 0
    this.trigger = trigger
    this.place = NO_END
    this.endPlace = endPlace
  }

  /** Notes a list that holds it and does not decide. Beyond the bound it is left out. */
  addList(number: number): void {
    const { lists, listCount } = this
    if (listCount === MAX_VERDICT_LISTS) return
    for (let i = 0; i < listCount; i++) if (lists[i] === number) return
    lists[this.listCount++] = number
  }

  /** Puts the deciding list first; when the bound is reached the last one is left out. */
  putListFirst(number: number): void {
    const { lists } = this
    let hole = 0
    while (hole < this.listCount && lists[hole] !== number) hole++
    if (hole === this.listCount) {
      if (hole === MAX_VERDICT_LISTS) hole--
      else this.listCount++
    }
    // Mostly there is none to move, and `copyWithin` costs a hundred instructions before it moves anything.
    for (; hole > 0; hole--) lists[hole] = lists[hole - 1]!
    lists[0] = number
  }

  /** Takes over what decided `other`; its other lists are added. */
  decideLike(other: Verdict): void {
    this.kind = other.kind
    this.action = other.action
    this.ttlSeconds = other.ttlSeconds
    this.rule = other.rule
    this.data = other.data
    this.list = other.list
    this.trigger = other.trigger
    this.indicator = other.indicator
    this.indicatorWords = other.indicatorWords
    this.indicatorStart = other.indicatorStart
    this.indicatorLength = other.indicatorLength
    this.indicatorKind = other.indicatorKind
    this.place = other.place
    this.putListFirst(other.lists[0]!)
  }

  /** While blocking is paused a block is recorded and not enforced. */
  pause(): void {
    if (this.kind !== VerdictKind.Block) return
    this.kind = VerdictKind.Log
    this.action = LOG
  }
}
