/**
 * Which clients came to a socket that the firewall brings them to, because they ask other resolvers than the ones they
 * were given, and how often: what one resolver thread has seen since it last told. Memory of fixed size, nothing is
 * allocated for a query; addresses beyond the room are counted in the metric alone.
 */

/** Addresses between two letters, about a second apart. */
const PLACES = 1024
/** Places looked at before an address is given up. */
const PROBES = 8
const ADDRESS_BYTES = 16

/** An address and its queries since the last letter. */
export interface BypassCount {
  /** 16 bytes, IPv4 mapped; a buffer of its own. */
  readonly address: Uint8Array
  readonly queries: number
}

export class BypassTally {
  readonly #addresses = new Uint8Array(PLACES * ADDRESS_BYTES)
  /** 0: the place is free. */
  readonly #queries = new Float64Array(PLACES)
  #isEmpty = true

  /** A query came from `address` (16 bytes). */
  note(address: Uint8Array): void {
    const first = placeOf(address)
    for (let probe = 0; probe < PROBES; probe++) {
      const place = (first + probe) % PLACES
      if (this.#queries[place] === 0) {
        this.#addresses.set(address, place * ADDRESS_BYTES)
        this.#isEmpty = false
      } else if (!this.#holds(place, address)) continue
      this.#queries[place]! += 1
      return
    }
  }

  /** What was noted since the last call. */
  take(): BypassCount[] {
    if (this.#isEmpty) return []
    const counts: BypassCount[] = []
    this.#queries.forEach((queries, place) => {
      const at = place * ADDRESS_BYTES
      if (queries > 0) counts.push({ address: this.#addresses.slice(at, at + ADDRESS_BYTES), queries })
    })
    this.#queries.fill(0)
    this.#isEmpty = true
    return counts
  }

  #holds(place: number, address: Uint8Array): boolean {
    const at = place * ADDRESS_BYTES
    for (let byte = 0; byte < ADDRESS_BYTES; byte++)
      if (this.#addresses[at + byte] !== address[byte]) return false
    return true
  }
}

/** Not drawn by chance: who chooses addresses so that they collide hides from a list, and stands in the metric. */
function placeOf(address: Uint8Array): number {
  let hash = 0
  for (let byte = 0; byte < ADDRESS_BYTES; byte++) hash = Math.imul(hash ^ address[byte]!, 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
  return ((hash ^ (hash >>> 13)) >>> 0) % PLACES
}
