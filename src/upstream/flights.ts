/**
 * What is in flight: one entry a datagram sent and not yet answered, in typed arrays, found by the socket it left by
 * and its id. A flight outlives its question, so that a late answer is known for one and measured.
 *
 *   entry   socket id where flags sentMs pending     socket: its number, never used twice
 *             ⋮     newer ⇄ older: by age              sibling: the next flight of the same question
 *   index   entry + 1, open addressing by (socket, id); 0 is free; removal shifts the following back
 */
import type { PooledSocket } from './socket-pool.ts'

/** Bits of a flight. */
export const Flight = {
  /** It went with EDNS. */
  Edns: 1,
  /** Its question was in 0x20 case. */
  MixedCase: 2,
  /** Nobody waits for it alone: it measures. */
  Probe: 4,
} as const

/** Longer than a question lives: what is still out then was lost. */
export const FLIGHT_MS = 11_000

export class FlightTable<Pending> {
  readonly #capacity: number
  readonly #mask: number
  readonly #index: Int32Array
  readonly socket: (PooledSocket | null)[]
  readonly pending: (Pending | null)[]
  readonly id: Uint16Array
  /** Place of the upstream among the question's candidates. */
  readonly place: Uint8Array
  readonly flags: Uint8Array
  readonly sentMs: Float64Array
  readonly sibling: Int32Array
  readonly #number: Int32Array
  readonly #newer: Int32Array
  readonly #older: Int32Array
  #newest = -1
  #oldest = -1
  /** Chain of free entries, by `sibling`. */
  #free = 0
  #size = 0

  /** At most `capacity` are kept: one more takes the place of the oldest. */
  constructor(capacity: number) {
    this.#capacity = capacity
    let slots = 2
    while (slots < capacity * 2) slots *= 2
    this.#mask = slots - 1
    this.#index = new Int32Array(slots)
    this.socket = Array.from({ length: capacity }, () => null)
    this.pending = Array.from({ length: capacity }, () => null)
    this.id = new Uint16Array(capacity)
    this.place = new Uint8Array(capacity)
    this.flags = new Uint8Array(capacity)
    this.sentMs = new Float64Array(capacity)
    this.sibling = new Int32Array(capacity)
    for (let i = 0; i < capacity; i++) this.sibling[i] = i + 1 < capacity ? i + 1 : -1
    this.#number = new Int32Array(capacity)
    this.#newer = new Int32Array(capacity)
    this.#older = new Int32Array(capacity)
  }

  get size(): number {
    return this.#size
  }

  /** The oldest flight, or -1. */
  get oldest(): number {
    return this.#oldest
  }

  /** The flight that left `socketNumber` with `id`, or -1. */
  find(socketNumber: number, id: number): number {
    for (let slot = this.#slot(socketNumber, id); ; slot = (slot + 1) & this.#mask) {
      const entry = this.#index[slot]! - 1
      if (entry < 0 || (this.#number[entry] === socketNumber && this.id[entry] === id)) return entry
    }
  }

  /** Notes a flight; the pair of socket and id must be free. Null where all are taken: remove the oldest first. */
  add(
    socket: PooledSocket,
    id: number,
    place: number,
    flags: number,
    sentMs: number,
    pending: Pending | null,
  ): number {
    const entry = this.#free
    if (entry < 0) return -1
    this.#free = this.sibling[entry]!
    this.#size++
    this.socket[entry] = socket
    this.pending[entry] = pending
    this.id[entry] = id
    this.place[entry] = place
    this.flags[entry] = flags
    this.sentMs[entry] = sentMs
    this.sibling[entry] = -1
    this.#number[entry] = socket.number
    this.#older[entry] = this.#newest
    this.#newer[entry] = -1
    if (this.#newest >= 0) this.#newer[this.#newest] = entry
    else this.#oldest = entry
    this.#newest = entry
    let slot = this.#slot(socket.number, id)
    while (this.#index[slot] !== 0) slot = (slot + 1) & this.#mask
    this.#index[slot] = entry + 1
    return entry
  }

  remove(entry: number): void {
    this.#unindex(entry)
    const newer = this.#newer[entry]!
    const older = this.#older[entry]!
    if (newer >= 0) this.#older[newer] = older
    else this.#newest = older
    if (older >= 0) this.#newer[older] = newer
    else this.#oldest = newer
    this.socket[entry] = null
    this.pending[entry] = null
    this.sibling[entry] = this.#free
    this.#free = entry
    this.#size--
  }

  /** The flights that left by `socket`, the oldest first. Costs a walk over all: for errors only. */
  of(socket: PooledSocket): number[] {
    const found: number[] = []
    for (let entry = this.#oldest; entry >= 0; entry = this.#newer[entry]!) {
      if (this.socket[entry] === socket) found.push(entry)
    }
    return found
  }

  get isFull(): boolean {
    return this.#size === this.#capacity
  }

  #slot(socketNumber: number, id: number): number {
    const hash = Math.imul(socketNumber ^ (id << 15), 0x9e3779b1)
    return (hash ^ (hash >>> 15) ^ id) & this.#mask
  }

  /** Knuth 6.4 R: what stands behind a freed slot moves up unless it would come before its own place. */
  #unindex(entry: number): void {
    const index = this.#index
    const mask = this.#mask
    let hole = this.#slot(this.#number[entry]!, this.id[entry]!)
    while (index[hole] !== entry + 1) hole = (hole + 1) & mask
    for (let slot = (hole + 1) & mask; index[slot] !== 0; slot = (slot + 1) & mask) {
      const other = index[slot]! - 1
      const home = this.#slot(this.#number[other]!, this.id[other]!)
      if (((slot - home) & mask) >= ((slot - hole) & mask)) {
        index[hole] = other + 1
        hole = slot
      }
    }
    index[hole] = 0
  }
}
