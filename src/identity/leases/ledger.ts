/**
 * What a lease file says, gathered line by line: who has each address now, and who had it before. Files that grow
 * (ISC, Kea) repeat an address at each renewal and release; of those the last word counts, and the earlier ones are
 * history.
 */
import { isSameMachine, type Machine } from '../binding.ts'
import { macOfDuid } from '../hardware.ts'
import { Refusals, type Refusal } from '../refusals.ts'

/** Most leases of one file, past ones included. */
export const MAX_LEASES = 200_000

export interface Lease extends Machine {
  /** As `readAddress` gives it. */
  readonly address: string
  /** When it began; null: the file does not say. */
  readonly fromMs: number | null
  /** When it ends unless renewed; null: never, or the file does not say. */
  readonly expiresMs: number | null
  /** Kept for the machine, which need not be there now. */
  readonly isReserved: boolean
  readonly line: number
}

/** A lease that is over. */
export interface PastLease extends Lease {
  readonly fromMs: number
  readonly untilMs: number
}

export interface LeaseReading {
  /** One an address. */
  readonly leases: readonly Lease[]
  readonly past: readonly PastLease[]
  /** The first of what could not be taken. */
  readonly refused: readonly Refusal[]
  readonly refusedCount: number
}

export class LeaseLedger {
  readonly #current = new Map<string, Lease>()
  readonly #past: PastLease[] = []
  readonly #refusals = new Refusals()
  readonly #most: number
  #isFull = false

  /** `most`: leases that are taken. */
  constructor(most = MAX_LEASES) {
    this.#most = most
  }

  /** `lease` is in force, as of this place in the file. */
  hold(lease: Lease): void {
    const held = this.#current.get(lease.address)
    if (held === undefined) {
      if (this.#hasRoom(lease.line)) this.#current.set(lease.address, lease)
      return
    }
    if (isSameMachine(held, lease) && !hasGap(held, lease)) {
      this.#current.set(lease.address, {
        ...lease,
        fromMs: earliest(held.fromMs, lease.fromMs),
        mac: lease.mac ?? held.mac,
        duid: lease.duid ?? held.duid,
        hostName: lease.hostName ?? held.hostName,
      })
      return
    }
    this.#close(held, lease.fromMs ?? held.expiresMs)
    this.#current.set(lease.address, lease)
  }

  /** The lease of `address` is over since `untilMs`; null: since an unknown time. `over` is what it was, where the file says so. */
  end(address: string, untilMs: number | null, over: Lease | null = null): void {
    const held = this.#current.get(address)
    this.#current.delete(address)
    if (held !== undefined && (over === null || isSameMachine(held, over))) this.#close(held, untilMs)
    else {
      if (held !== undefined) this.#close(held, over?.fromMs ?? held.expiresMs)
      if (over !== null) this.#close(over, untilMs)
    }
  }

  refuse(line: number, reason: string): void {
    this.#refusals.add(line, reason)
  }

  finish(): LeaseReading {
    return {
      leases: withMacsOfDuids([...this.#current.values()]),
      past: this.#past,
      refused: this.#refusals.shown,
      refusedCount: this.#refusals.count,
    }
  }

  #close(lease: Lease, untilMs: number | null): void {
    const until = untilMs === null ? lease.expiresMs : Math.min(untilMs, lease.expiresMs ?? untilMs)
    // What covers no time, or no known time, is no history.
    if (lease.fromMs === null || until === null || until <= lease.fromMs) return
    if (this.#hasRoom(lease.line)) this.#past.push({ ...lease, fromMs: lease.fromMs, untilMs: until })
  }

  #hasRoom(line: number): boolean {
    if (this.#current.size + this.#past.length < this.#most) return true
    if (!this.#isFull) this.refuse(line, `more than ${this.#most} leases: what follows is left out`)
    this.#isFull = true
    return false
  }
}

/** The machine had the address, lost it, and got it again. */
function hasGap(before: Lease, after: Lease): boolean {
  return before.expiresMs !== null && after.fromMs !== null && after.fromMs > before.expiresMs
}

function earliest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b)
}

/** A lease that names its machine by DUID alone gets the MAC inside it, or the one another lease gives the DUID. */
function withMacsOfDuids(leases: Lease[]): Lease[] {
  const macs = new Map<string, string>()
  for (const { duid, mac } of leases) if (duid !== null && mac !== null) macs.set(duid, mac)
  for (const [index, lease] of leases.entries()) {
    if (lease.mac !== null || lease.duid === null) continue
    leases[index] = { ...lease, mac: macs.get(lease.duid) ?? macOfDuid(lease.duid) }
  }
  return leases
}
