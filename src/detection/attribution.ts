/**
 * Whose hit it was: (address, time) to the client that had the address then. Every hit asks, so what was found is kept:
 * an address whose history is known costs one look into a map.
 */
import type { AddressHistories } from './address-histories.ts'
import type { AddressHistory } from './address-history.ts'
import type { Clients, KnownClient } from './clients.ts'
import { addressClientKey } from './machine-key.ts'

/** An address and the clients found for it: of nobody known, then of each tenure. */
interface KnownAddress {
  readonly history: AddressHistory
  nobody: KnownClient | null
  readonly holders: (KnownClient | null)[]
}

/** Addresses remembered before the memory starts anew. */
const REMEMBERED = 50_000

export class Attribution {
  readonly #histories: AddressHistories
  readonly #clients: Clients
  readonly #addresses = new Map<string, KnownAddress>()

  constructor(histories: AddressHistories, clients: Clients) {
    this.#histories = histories
    this.#clients = clients
  }

  /**
   * The client that had `address` (16 latin1 characters) at `lastMs`; made where there is none. A pair that was merged
   * over a change of machines goes to the later one: counts cannot be told apart.
   */
  clientAt(address: string, firstMs: number, lastMs: number, revision: () => number): KnownClient {
    let known = this.#addresses.get(address)
    if (known === undefined) {
      known = { history: this.#histories.read(address), nobody: null, holders: [] }
      this.#addresses.set(address, known)
    }
    const index = known.history.at(lastMs)
    const found = index < 0 ? known.nobody : known.holders[index]
    if (found !== null && found !== undefined) return found
    const key = index < 0 ? addressClientKey(address) : known.history.tenures[index]!.key
    const client = this.#clients.find(key) ?? this.#clients.add(key, address, firstMs, lastMs, revision())
    if (index < 0) known.nobody = client
    else known.holders[index] = client
    return client
  }

  /** The client that had `address` at `atMs`, or null: there is none, and none is made. */
  find(address: string, atMs: number): KnownClient | null {
    const history = this.#addresses.get(address)?.history ?? this.#histories.read(address)
    const index = history.at(atMs)
    return this.#clients.find(index < 0 ? addressClientKey(address) : history.tenures[index]!.key)
  }

  /** The bindings of an address have changed. */
  forgetAddress(address: string): void {
    this.#addresses.delete(address)
  }

  /** Starts anew where too many are remembered; between commits. */
  trim(): void {
    if (this.#clients.trim() || this.#addresses.size >= REMEMBERED) this.forget()
  }

  forget(): void {
    this.#addresses.clear()
  }
}
