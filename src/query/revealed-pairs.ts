/**
 * Which MAC stood at an address when a forwarder last named both: so that the control thread is told once and not for
 * every hit, and so that it shows at once when an address changes hands. One table of fixed size for all resolver
 * threads, in shared memory, 40 bytes a place; who finds his place taken takes it over, and what was there is told
 * once more. No lock: a pair that two threads write at once looks like one that has changed hands, and that only means
 * that hits go by the MAC for a while.
 *
 *   0   when it was told, milliseconds since 1970 as a float; 0: never
 *   8   when the machine at the address changed
 *   16  address
 *   32  MAC
 */
const PLACE_BYTES = 40
const TOLD = 0
const CHANGED = 1
const ADDRESS = 16
const MAC = 32

/** Told again after this long, because a letter may be lost, and what is not told for long is forgotten. */
const TOLD_MS = 60_000

/** An address at which another machine was seen within this time is nobody's. */
const CHANGED_MS = 600_000

/** `news`: to be told. `contested`: another machine had the address a moment ago, or has it as well. */
export type PairState = 'known' | 'news' | 'contested'

export class RevealedPairs {
  readonly #bytes: Uint8Array
  readonly #floats: Float64Array
  readonly #places: number

  /** `memory`: shared by all threads, zero at first. */
  constructor(memory: SharedArrayBuffer) {
    this.#bytes = new Uint8Array(memory)
    this.#floats = new Float64Array(memory)
    this.#places = Math.floor(memory.byteLength / PLACE_BYTES)
    if (this.#places < 1) throw new RangeError(`pairs: ${memory.byteLength} bytes hold none`)
  }

  /** Notes that the machine with `mac` (6 bytes) asks from `address` (16 bytes), at `nowMs` by the wall clock. */
  note(address: Uint8Array, mac: Uint8Array, nowMs: number): PairState {
    const place = this.#placeOf(address)
    const told = place / 8 + TOLD
    const changed = place / 8 + CHANGED
    const isKnown = this.#holds(place + ADDRESS, address)
    const isSame = isKnown && this.#holds(place + MAC, mac)
    if (!isSame) {
      this.#floats[told] = 0
      this.#floats[changed] = isKnown ? nowMs : 0
      this.#bytes.set(address, place + ADDRESS)
      this.#bytes.set(mac, place + MAC)
    }
    if (isWithin(CHANGED_MS, this.#floats[changed]!, nowMs)) return 'contested'
    return isWithin(TOLD_MS, this.#floats[told]!, nowMs) ? 'known' : 'news'
  }

  /** The pair of `address` was told. */
  told(address: Uint8Array, nowMs: number): void {
    this.#floats[this.#placeOf(address) / 8 + TOLD] = nowMs
  }

  #placeOf(address: Uint8Array): number {
    let hash = 0
    for (let byte = 0; byte < 16; byte++) hash = Math.imul(hash ^ address[byte]!, 0x01000193)
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
    return (((hash ^ (hash >>> 13)) >>> 0) % this.#places) * PLACE_BYTES
  }

  #holds(at: number, bytes: Uint8Array): boolean {
    for (let byte = 0; byte < bytes.length; byte++) if (this.#bytes[at + byte] !== bytes[byte]) return false
    return true
  }
}

/** Whichever way the clock was set. */
function isWithin(ms: number, thenMs: number, nowMs: number): boolean {
  return Math.abs(nowMs - thenMs) < ms
}
