/**
 * Hits on their way from one resolver thread to the store: a table in shared memory, merged per client × indicator
 * × deciding list while they wait. The thread alone writes, the store thread alone reads; neither waits for the
 * other, and either may die at any instruction.
 *
 * Two halves: one is active, the other sealed or empty. The writer makes `turn` odd, reads which half is active,
 * writes there, makes `turn` even: for each hit, or once for a batch of them. The drainer counts the sequence up, makes
 * the other half active, waits until the turn that may still be writing has ended, reads, commits together with the
 * sequence, and only then empties the half. A half found full by the next store thread is told by its sequence:
 * committed (empty it) or not (commit it).
 */
import { viewOf } from '../octets.ts'
import {
  ACTION, ACTIVE, CLIENT, DECIDING, ENTRY_MASK, FIRST_LENGTH, FIRST_QNAME, FOLDED, FOLDS, HIT_ACTIONS, HIT_FOLDS,
  HIT_LISTS, HIT_PAIRS, INDICATOR, INDICATOR_KINDS, INDICATOR_LENGTH, KIND, LAST_LENGTH, LAST_QNAME, LISTS,
  LIST_COUNT, LOST, PAIRS, QTYPE, SLOTS, TRIGGERS, TRIGGER_BITS, TURN, entryByte, releaseHitTable, runOf, slotWord,
} from './hit-layout.ts' // prettier-ignore

export {
  HIT_ACTIONS,
  HIT_FOLDS,
  HIT_LISTS,
  HIT_PAIRS,
  HIT_TABLE_BYTES,
  INDICATOR_KINDS,
  TRIGGERS,
  releaseHitTable,
} from './hit-layout.ts'
export { HitDrain, type HitPair } from './hit-drain.ts'

const LOG = HIT_ACTIONS.indexOf('log')
const ADDRESS = INDICATOR_KINDS.indexOf('address')
const QNAME = TRIGGERS.indexOf('qname')
const NOBODY = new Uint8Array(16)
const MAX_NAME = 255

/** The writing end: one a resolver thread. */
export class HitWriter {
  readonly #words: Int32Array
  readonly #floats: Float64Array
  readonly #shorts: Uint16Array
  readonly #bytes: Uint8Array
  readonly #seed: number
  #turn: number
  /** The half this turn writes to; -1: no turn. */
  #half = -1
  #isHeld = false

  /** A table is taken over as the thread before left it; the half-done write it may have died in is unreachable. */
  constructor(memory: SharedArrayBuffer) {
    releaseHitTable(memory)
    this.#words = new Int32Array(memory)
    this.#floats = new Float64Array(memory)
    this.#shorts = new Uint16Array(memory)
    this.#bytes = new Uint8Array(memory)
    this.#seed = runOf(this.#words)
    this.#turn = Atomics.load(this.#words, TURN)
  }

  /** Hits since the process started whose client is unknown because a half was full of pairs. */
  get folded(): number {
    return this.#floats[FOLDED]!
  }

  /** Hits since the process started that found no room at all. */
  get lost(): number {
    return this.#floats[LOST]!
  }

  /**
   * Counts one hit. Allocates nothing, never waits, never throws. `client`: 16 bytes; `indicator`: in whole words from
   * `indicatorWord` on, as policy snapshots hold it and zero behind its end, a lower-case wire name without the root's
   * zero byte, or an address as above; `indicatorLength` in bytes; `qname`: lower-case wire form; `lists`: numbers of the
   * lists that hold the indicator, the deciding one first; `wallMs`: since 1970.
   */
  record(
    client: Uint8Array,
    indicator: Int32Array,
    indicatorWord: number,
    indicatorLength: number,
    indicatorKind: number,
    trigger: number,
    action: number,
    qtype: number,
    qname: Uint8Array,
    qnameLength: number,
    lists: Uint16Array,
    listCount: number,
    wallMs: number,
  ): void {
    if (this.#half === -1) this.#beginTurn()
    const half = this.#half
    const deciding = listCount > 0 ? lists[0]! : 0
    const length = indicatorLength > MAX_NAME ? MAX_NAME : indicatorLength
    let entry = this.#place(half, client, indicator, indicatorWord, length, indicatorKind, deciding, PAIRS)
    if (entry < 0) {
      entry = this.#place(half, NOBODY, indicator, indicatorWord, length, indicatorKind, deciding, FOLDS)
      this.#floats[entry < 0 ? LOST : FOLDED]! += 1
    }
    if (entry >= 0) {
      // The indicator is an end of the qname: as long as it, it is the qname, and is not copied once more.
      const isOwn = trigger === QNAME && indicatorKind !== ADDRESS && qnameLength === length + 1
      const at = entryByte(half, entry)
      this.#count(at, trigger, action, qtype, qname, isOwn ? 0 : qnameLength, lists, listCount, wallMs)
    }
    if (!this.#isHeld) this.#endTurn()
  }

  /**
   * From here to `release` all hits are of one turn: its atomic operations cost as much as the rest of a hit
   * (benchmark: compare.py block). For a batch of queries, which takes about a tenth of a millisecond.
   */
  readonly hold = (): void => {
    this.#isHeld = true
  }

  /** Ends what `hold` began. */
  readonly release = (): void => {
    this.#isHeld = false
    if (this.#half !== -1) this.#endTurn()
  }

  #beginTurn(): void {
    // Odd whatever it was: a write that ended in an error must not turn "writing" into "idle".
    this.#turn = (this.#turn + 1) | 1
    Atomics.store(this.#words, TURN, this.#turn)
    this.#half = Atomics.load(this.#words, ACTIVE)
  }

  #endTurn(): void {
    this.#half = -1
    this.#turn = (this.#turn + 1) | 0
    Atomics.store(this.#words, TURN, this.#turn)
  }

  /** The entry of a pair, made where there is none yet; -1: no room. */
  #place(
    half: number,
    client: Uint8Array,
    indicator: Int32Array,
    start: number,
    length: number,
    kind: number,
    deciding: number,
    region: typeof PAIRS | typeof FOLDS,
  ): number {
    const words = this.#words
    const bytes = this.#bytes
    const who = viewOf(client)
    const client0 = who.getInt32(0, true)
    const client1 = who.getInt32(4, true)
    const client2 = who.getInt32(8, true)
    const client3 = who.getInt32(12, true)
    let hash = this.#seed ^ (kind << 16) ^ deciding
    hash = mixed(mixed(mixed(mixed(hash, client0), client1), client2), client3)
    const size = (length + 3) >> 2
    for (let word = 0; word < size; word++) hash = mixed(hash, indicator[start + word]!)
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    hash ^= hash >>> 16

    const slots = slotWord(half)
    const tag = hash & ~ENTRY_MASK
    let slot = (hash ^ (hash >>> 17)) & (SLOTS - 1)
    for (; words[slots + slot] !== 0; slot = (slot + 1) & (SLOTS - 1)) {
      const word = words[slots + slot]!
      if ((word & ~ENTRY_MASK) !== tag) continue
      const entry = (word & ENTRY_MASK) - 1
      const at = entryByte(half, entry)
      const clientAt = (at + CLIENT) >> 2
      if (
        words[clientAt] === client0 &&
        words[clientAt + 1] === client1 &&
        words[clientAt + 2] === client2 &&
        words[clientAt + 3] === client3 &&
        this.#isIndicator(at, indicator, start, length, kind, deciding)
      )
        return entry
    }

    const used = words[region + half]!
    if (used >= (region === PAIRS ? HIT_PAIRS : HIT_FOLDS)) return -1
    const entry = region === PAIRS ? used : HIT_PAIRS + used
    const at = entryByte(half, entry)
    this.#floats.fill(0, at >> 3, (at >> 3) + 4)
    const clientAt = (at + CLIENT) >> 2
    words[clientAt] = client0
    words[clientAt + 1] = client1
    words[clientAt + 2] = client2
    words[clientAt + 3] = client3
    for (let word = 0; word < size; word++) words[((at + INDICATOR) >> 2) + word] = indicator[start + word]!
    bytes[at + INDICATOR_LENGTH] = length
    bytes[at + KIND] = kind
    bytes[at + TRIGGER_BITS] = 0
    bytes[at + LIST_COUNT] = 0
    this.#shorts[(at + DECIDING) >> 1] = deciding
    // Counted before it can be found: dying in between leaves a pair that is drained, and written anew by the next.
    words[region + half] = used + 1
    words[slots + slot] = tag | (entry + 1)
    return entry
  }

  #isIndicator(
    at: number,
    indicator: Int32Array,
    start: number,
    length: number,
    kind: number,
    deciding: number,
  ): boolean {
    const bytes = this.#bytes
    if (bytes[at + INDICATOR_LENGTH] !== length || bytes[at + KIND] !== kind) return false
    if (this.#shorts[(at + DECIDING) >> 1] !== deciding) return false
    const own = (at + INDICATOR) >> 2
    for (let word = 0; word < (length + 3) >> 2; word++)
      if (this.#words[own + word] !== indicator[start + word]) return false
    return true
  }

  /** Counts a hit in the entry at byte `at`. `qnameLength` 0: the name is the indicator. */
  #count(
    at: number,
    trigger: number,
    action: number,
    qtype: number,
    qname: Uint8Array,
    qnameLength: number,
    lists: Uint16Array,
    listCount: number,
    wallMs: number,
  ): void {
    const bytes = this.#bytes
    const floats = this.#floats
    const float = at >> 3
    const isNew = floats[float] === 0 && floats[float + 1] === 0
    if (isNew || wallMs < floats[float + 2]!) {
      floats[float + 2] = wallMs
      bytes[at + FIRST_LENGTH] = this.#copyName(qname, qnameLength, at + FIRST_QNAME)
    }
    if (isNew || wallMs >= floats[float + 3]!) {
      floats[float + 3] = wallMs
      bytes[at + LAST_LENGTH] = this.#copyName(qname, qnameLength, at + LAST_QNAME)
      this.#shorts[(at + QTYPE) >> 1] = qtype
      bytes[at + ACTION] = action
      const count = listCount > HIT_LISTS ? HIT_LISTS : listCount
      for (let i = 0; i < count; i++) this.#shorts[((at + LISTS) >> 1) + i] = lists[i]!
      bytes[at + LIST_COUNT] = count
    }
    bytes[at + TRIGGER_BITS]! |= 1 << trigger
    // Last: up to here a dying thread leaves nothing that counts.
    floats[float + (action === LOG ? 1 : 0)]! += 1
  }

  #copyName(name: Uint8Array, nameLength: number, to: number): number {
    const length = nameLength > MAX_NAME ? MAX_NAME : nameLength
    for (let i = 0; i < length; i++) this.#bytes[to + i] = name[i]!
    return length
  }
}

function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1)
  return product ^ (product >>> 15)
}
