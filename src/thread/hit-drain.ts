/**
 * The reading end of a hit table: the store thread's. See hit-table.ts for the protocol, hit-layout.ts for the memory.
 */
import {
  ACTIVE, ACTION, CLIENT, ENTRY_BYTES, FIRST_LENGTH, FIRST_QNAME, FOLDED, FOLDS, HIT_LISTS, HIT_PAIRS, INDICATOR,
  INDICATOR_LENGTH, KIND, LAST_LENGTH, LAST_QNAME, LISTS, LIST_COUNT, LOST, PAIRS, QTYPE, RUN, SEQUENCE, SLOTS,
  TRIGGER_BITS, TURN, entryByte, runOf, slotWord,
} from './hit-layout.ts' // prettier-ignore

/** One pair as the drainer sees it. Reused: valid during the call only. */
export interface HitPair {
  /** Client, deciding list, kind and indicator in one, as latin1 characters: the same whenever the pair is met again. */
  readonly key: string
  /** False: `client` is unknown (folded). */
  hasClient: boolean
  /** 16 bytes. */
  readonly client: Uint8Array
  /** A wire name without the root's zero byte, or an address as above. */
  readonly indicator: Uint8Array
  indicatorLength: number
  /** Index in INDICATOR_KINDS. */
  kind: number
  /** Bit t: TRIGGERS[t]. */
  triggers: number
  /** Of the last hit: index in HIT_ACTIONS. */
  action: number
  /** Of the last hit. */
  qtype: number
  readonly firstQname: Uint8Array
  /** 0: the name asked for was the indicator itself; the same with the last. */
  firstQnameLength: number
  readonly lastQname: Uint8Array
  lastQnameLength: number
  /** List numbers, the deciding one first; `listCount` of them. */
  readonly lists: Uint16Array
  listCount: number
  blocked: number
  logged: number
  /** Wall clock, milliseconds. */
  firstMs: number
  lastMs: number
}

/** A pair whose views lie in an entry. A class: an object literal with a getter is a hash table to V8. */
class EntryPair implements HitPair {
  readonly #entry: Buffer
  readonly client: Uint8Array
  readonly indicator: Uint8Array
  readonly firstQname: Uint8Array
  readonly lastQname: Uint8Array
  readonly lists: Uint16Array
  hasClient = false
  indicatorLength = 0
  kind = 0
  triggers = 0
  action = 0
  qtype = 0
  firstQnameLength = 0
  lastQnameLength = 0
  listCount = 0
  blocked = 0
  logged = 0
  firstMs = 0
  lastMs = 0

  constructor(entry: Buffer, shorts: Uint16Array) {
    this.#entry = entry
    this.client = entry.subarray(CLIENT, CLIENT + 16)
    this.indicator = entry.subarray(INDICATOR, INDICATOR + 256)
    this.firstQname = entry.subarray(FIRST_QNAME, FIRST_QNAME + 255)
    this.lastQname = entry.subarray(LAST_QNAME, LAST_QNAME + 255)
    this.lists = shorts.subarray(LISTS / 2, LISTS / 2 + HIT_LISTS)
  }

  get key(): string {
    return this.#entry.toString('latin1', CLIENT, INDICATOR + this.indicatorLength)
  }
}

/** A write takes about a microsecond; a thread that is not scheduled may hold one up. Then the next call goes on. */
const QUIET_WAITS = 5
const QUIET_WAIT_MS = 1

export class HitDrain {
  readonly #words: Int32Array
  readonly #header: Float64Array
  readonly #bytes: Buffer
  /** A private copy of one entry, and a pair whose views lie in it. */
  readonly #entry = Buffer.alloc(ENTRY_BYTES)
  readonly #floats = new Float64Array(this.#entry.buffer, this.#entry.byteOffset, 4)
  readonly #shorts = new Uint16Array(this.#entry.buffer, this.#entry.byteOffset, ENTRY_BYTES / 2)
  readonly #pair: EntryPair
  #half = -1

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory)
    this.#header = new Float64Array(memory, 0, 8)
    this.#bytes = Buffer.from(memory)
    runOf(this.#words)
    this.#pair = new EntryPair(this.#entry, this.#shorts)
  }

  /** Tells this memory from any earlier one: sequences count within a run. */
  get run(): number {
    return this.#words[RUN]!
  }

  /** Of the half `flip` sealed last. Stays the same until that half is cleared. */
  get sequence(): number {
    return Atomics.load(this.#words, SEQUENCE)
  }

  /** Pairs in both halves. */
  get pending(): number {
    const words = this.#words
    return words[PAIRS]! + words[PAIRS + 1]! + words[FOLDS]! + words[FOLDS + 1]!
  }

  /** Hits counted without their client, and hits not counted, since the process started. */
  get folded(): number {
    return this.#header[FOLDED]!
  }

  get lost(): number {
    return this.#header[LOST]!
  }

  /**
   * Seals a half for reading: the one that still waits to be cleared, otherwise the active one. False: nothing there,
   * or its writer is in the middle of a write (call again later). Waits at most 5 ms.
   */
  flip(): boolean {
    const words = this.#words
    const active = Atomics.load(words, ACTIVE)
    const other = 1 - active
    this.#half = -1
    if (Atomics.load(words, PAIRS + other) > 0) return this.#settle(other)
    if (Atomics.load(words, PAIRS + active) === 0) return false
    Atomics.add(words, SEQUENCE, 1)
    Atomics.store(words, ACTIVE, other)
    return this.#settle(active)
  }

  /** Calls `take` for each pair of the sealed half. */
  forEach(take: (pair: HitPair) => void): void {
    if (this.#half < 0) throw new Error('no half is sealed: flip first')
    const pairs = this.#words[PAIRS + this.#half]!
    const folds = this.#words[FOLDS + this.#half]!
    for (let entry = 0; entry < pairs; entry++) if (this.#read(entry)) take(this.#pair)
    for (let fold = 0; fold < folds; fold++) if (this.#read(HIT_PAIRS + fold)) take(this.#pair)
  }

  /** Empties the sealed half; what it held must be committed. Cut short at any point, it can be called again. */
  clear(): void {
    if (this.#half < 0) throw new Error('no half is sealed: flip first')
    const slots = slotWord(this.#half)
    this.#words.fill(0, slots, slots + SLOTS)
    this.#words[FOLDS + this.#half] = 0
    // Last: as long as pairs are counted the half is not taken for empty.
    Atomics.store(this.#words, PAIRS + this.#half, 0)
    this.#half = -1
  }

  /** Waits until nobody writes in `half` any more: until the turn that began before the flip has ended. */
  #settle(half: number): boolean {
    const turn = Atomics.load(this.#words, TURN)
    const isWriting = (): boolean => (turn & 1) === 1 && Atomics.load(this.#words, TURN) === turn
    for (let waits = 0; isWriting(); waits++) {
      if (waits === QUIET_WAITS) return false
      // Nobody notifies (it would cost the writer): this is a sleep.
      Atomics.wait(this.#words, TURN, turn, QUIET_WAIT_MS)
    }
    this.#half = half
    return true
  }

  /** Reads an entry into the pair; false where its writer died before it counted anything. */
  #read(entry: number): boolean {
    const from = entryByte(this.#half, entry)
    this.#bytes.copy(this.#entry, 0, from, from + ENTRY_BYTES)
    const bytes = this.#entry
    const pair = this.#pair
    pair.blocked = this.#floats[0]!
    pair.logged = this.#floats[1]!
    pair.firstMs = this.#floats[2]!
    pair.lastMs = this.#floats[3]!
    pair.hasClient = entry < HIT_PAIRS
    pair.indicatorLength = bytes[INDICATOR_LENGTH]!
    pair.kind = bytes[KIND]!
    pair.triggers = bytes[TRIGGER_BITS]!
    pair.action = bytes[ACTION]!
    pair.qtype = this.#shorts[QTYPE / 2]!
    pair.firstQnameLength = bytes[FIRST_LENGTH]!
    pair.lastQnameLength = bytes[LAST_LENGTH]!
    pair.listCount = Math.min(bytes[LIST_COUNT]!, HIT_LISTS)
    return pair.blocked + pair.logged > 0
  }
}
