/**
 * What came to the sinkhole since the last letter: connections that look the same are one contact with a count, so that
 * a bot that knocks a thousand times a second is one line. Bounded; what finds no room is counted.
 */
import { MAX_CONTACTS, MAX_LETTER_BYTES, type Contact } from './letters.ts'

/** Most distinct contacts between two letters, or while the server is away: a few megabytes. */
const MAX_HELD = 8192
/** Of them of one client, or whoever draws a new path for each request takes the room of all others. */
const MAX_OF_A_CLIENT = 512
/** Room in a letter for what stands around its contacts. */
const FRAME_BYTES = 256

/** One connection or request. */
export type Sighting = Omit<Contact, 'count' | 'firstMs' | 'lastMs'> & { readonly atMs: number }

export interface TakenContacts {
  readonly contacts: readonly Contact[]
  /** Not held since they were taken before. */
  readonly dropped: number
}

interface Held {
  latest: Sighting
  count: number
  readonly firstMs: number
}

export class ContactLedger {
  readonly #held = new Map<string, Held>()
  /** How many of them are of a client. */
  readonly #ofClient = new Map<string, number>()
  readonly #maxHeld: number
  readonly #maxOfClient: number
  #dropped = 0

  constructor(maxHeld = MAX_HELD, maxOfClient = MAX_OF_A_CLIENT) {
    this.#maxHeld = maxHeld
    this.#maxOfClient = maxOfClient
  }

  /** Distinct contacts held. */
  get size(): number {
    return this.#held.size
  }

  get isEmpty(): boolean {
    return this.#held.size === 0 && this.#dropped === 0
  }

  add(sighting: Sighting): void {
    const { client, port, protocol, host, method, path, userAgent, isBrowserLike } = sighting
    const key = JSON.stringify([client, port, protocol, host, method, path, userAgent, isBrowserLike])
    const held = this.#held.get(key)
    if (held !== undefined) {
      held.count++
      held.latest = sighting
      return
    }
    const own = this.#ofClient.get(client) ?? 0
    if (this.#held.size < this.#maxHeld && own < this.#maxOfClient) {
      this.#held.set(key, { latest: sighting, count: 1, firstMs: sighting.atMs })
      this.#ofClient.set(client, own + 1)
    } else this.#dropped++
  }

  /** As many of the oldest as a letter may hold; they are forgotten here. */
  take(): TakenContacts {
    const contacts: Contact[] = []
    let room = MAX_LETTER_BYTES - FRAME_BYTES
    for (const [key, { latest, count, firstMs }] of this.#held) {
      const { atMs, ...seen } = latest
      // The machine's clock may have been set back meanwhile.
      const contact: Contact = { ...seen, count, firstMs, lastMs: Math.max(firstMs, atMs) }
      room -= Buffer.byteLength(JSON.stringify(contact)) + 1
      if (contacts.length === MAX_CONTACTS || room < 0) break
      contacts.push(contact)
      this.#held.delete(key)
      this.#forget(contact.client)
    }
    const dropped = this.#dropped
    this.#dropped = 0
    return { contacts, dropped }
  }

  #forget(client: string): void {
    const own = this.#ofClient.get(client)! - 1
    if (own === 0) this.#ofClient.delete(client)
    else this.#ofClient.set(client, own)
  }
}
