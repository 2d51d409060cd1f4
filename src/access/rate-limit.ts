/**
 * How many queries a client may have answered in a second, counted for all resolver threads together in one shared
 * table. Over the limit hits still count; only replies are withheld, so this is asked late and decides little: a table
 * that is full, or a race lost, lets the query pass.
 *
 *   head      second | - | - | -                          the second all threads count in
 *   place     state | key high | key low | count          four to a bucket, buckets to the end of the memory
 *             state = second << 1 | being claimed
 *
 * A place whose second has passed is free. Within a second the places of a bucket fill from the first on, so two
 * threads that see a client for the first time claim the same place, and one of them waits for the other.
 */
import type { Clock } from '../clock.ts'
import { viewOf } from '../octets.ts'
import { NetworkSet } from './networks.ts'

const WORDS = 4
const PLACES = 4
const STATE = 0
const KEY_HIGH = 1
const KEY_LOW = 2
const COUNT = 3

/** A claim is three stores: a thread that takes longer has died or was put to sleep. */
const MAX_SPINS = 2_000

export class RateLimiter {
  readonly #words: Int32Array
  readonly #buckets: number
  readonly #clock: Clock
  #limit: number
  #exempt: NetworkSet

  /**
   * `memory`: shared by all threads, zero at first; 16 bytes a client that asks within one second, with room to spare
   * because who finds his bucket full is not counted.
   * `limit`: answers per second and client (IPv4 address or IPv6 /64); 0: none. Loopback is always exempt.
   */
  constructor(memory: SharedArrayBuffer, limit: number, exempt: NetworkSet, clock: Clock) {
    this.#words = new Int32Array(memory, 0, memory.byteLength >>> 2)
    this.#buckets = Math.floor((this.#words.length - WORDS) / (WORDS * PLACES))
    if (this.#buckets < 1) throw new RangeError(`rate table: ${memory.byteLength} bytes hold no bucket`)
    this.#clock = clock
    this.#limit = limit
    this.#exempt = exempt
  }

  /** Takes a changed configuration; counts go on. */
  configure(limit: number, exempt: NetworkSet): void {
    this.#limit = limit
    this.#exempt = exempt
  }

  /** Counts one query of the client at `address` (16 bytes) and says whether it is over the limit. */
  over(address: Uint8Array): boolean {
    if (this.#limit === 0) return false
    const view = viewOf(address)
    if (isLoopback(view) || this.#exempt.contains(address)) return false
    // An IPv4 client has 32 bits of its own; ffff:ffff::/32 is multicast, so no IPv6 client has such a key.
    const isIpv4 = isMapped(view)
    const high = isIpv4 ? -1 : view.getInt32(0)
    const low = view.getInt32(isIpv4 ? 12 : 4)
    const place = this.#findPlace(high, low, this.#second())
    return place !== -1 && Atomics.add(this.#words, place + COUNT, 1) >= this.#limit
  }

  /**
   * The second that is counted in. By the wall clock, because the monotonic clocks of threads start when they do. A
   * thread that read the clock just before another one moved on follows it.
   */
  #second(): number {
    // Never 0, which is what fresh memory says.
    const own = (Math.floor(this.#clock.wallMs() / 1000) + 1) & 0x3fff_ffff
    const shared = Atomics.load(this.#words, 0)
    if (own === shared || own + 1 === shared) return shared
    Atomics.compareExchange(this.#words, 0, shared, own)
    return own
  }

  /** The place of this client in this second, claimed where it has none yet; -1 where there is none to be had. */
  #findPlace(high: number, low: number, second: number): number {
    const words = this.#words
    const bucket = (spread(high, low) >>> 0) % this.#buckets
    const counting = second << 1
    const first = WORDS * (1 + bucket * PLACES)
    for (let place = first; place < first + PLACES * WORDS; place += WORDS) {
      let state = Atomics.load(words, place + STATE)
      if (state !== counting && state !== counting + 1) {
        // Another thread is already a second further: this query belongs to a time nobody counts any more.
        if (state >>> 1 === second + 1) return -1
        if (Atomics.compareExchange(words, place + STATE, state, counting + 1) === state) {
          words[place + KEY_HIGH] = high
          words[place + KEY_LOW] = low
          Atomics.store(words, place + COUNT, 0)
          Atomics.store(words, place + STATE, counting)
          return place
        }
        state = Atomics.load(words, place + STATE)
      }
      for (let spin = 0; state === counting + 1; spin++) {
        if (spin === MAX_SPINS) return -1
        state = Atomics.load(words, place + STATE)
      }
      if (state === counting && words[place + KEY_HIGH] === high && words[place + KEY_LOW] === low)
        return place
    }
    return -1
  }
}

function isMapped(address: DataView): boolean {
  return address.getInt32(0) === 0 && address.getInt32(4) === 0 && address.getInt32(8) === 0xffff
}

/** 127.0.0.0/8 or ::1. */
function isLoopback(address: DataView): boolean {
  if (address.getUint8(12) === 127) return isMapped(address)
  return (
    address.getInt32(12) === 1 &&
    address.getInt32(8) === 0 &&
    address.getInt32(4) === 0 &&
    address.getInt32(0) === 0
  )
}

/** Whoever could aim at a bucket could as well ask from other addresses: no secret needed. */
function spread(high: number, low: number): number {
  let hash = Math.imul(high, 0x9e3779b1) ^ Math.imul(low ^ (low >>> 15), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
