/**
 * What sources of identity tell, into the file: bindings, their ends, the asset register. Each call is one transaction
 * and may be made again. Clients follow at once: hits counted under an address come to the machine that had it.
 */
import type { StatementSync } from 'node:sqlite'
import type { Binding, IdentitySource } from '../identity/binding.ts'
import type { AddressHistory } from './address-history.ts'
import { assetKeys, type RegisteredAsset } from './asset-register.ts'
import type { KnownClient } from './clients.ts'
import { addressClientKey, addressInKey, addressKey, addressOf, macInKey } from './machine-key.ts'
import { MACHINES_BEHIND } from './router-list.ts'
import type { StoreSession } from './store-session.ts'

/** What came of some bindings. */
export interface BindingsSaved {
  /** Bindings that were new or different. */
  readonly changed: number
  /** Clients that were found to be a machine known already. */
  readonly merged: number
}

export class IdentityCommit {
  readonly #session: StoreSession
  readonly #spanOf: StatementSync
  readonly #clientsAt: StatementSync
  readonly #clientsAfter: StatementSync
  #merged = 0
  /** Keys of clients of whom something new may be known. */
  readonly #stale = new Set<string>()

  constructor(session: StoreSession) {
    const { database } = session
    this.#session = session
    this.#spanOf = database.prepare('SELECT first_seen, last_seen FROM client WHERE id = ?')
    this.#clientsAt = database.prepare('SELECT key FROM client WHERE address = ?')
    this.#clientsAfter = database.prepare('SELECT id, key FROM client WHERE id > ? ORDER BY id LIMIT ?')
  }

  /** Takes bindings as told at `nowMs`. */
  bind(bindings: readonly Binding[], nowMs: number): BindingsSaved {
    const { clients, ledger, transaction } = this.#session
    return transaction(() => {
      this.#merged = 0
      this.#stale.clear()
      const changed = bindings.filter((binding) => ledger.save(binding))
      const addresses = new Set(changed.map(({ address }) => addressKey(address)))
      this.#lookForRouters(addresses, nowMs)
      for (const address of addresses) this.#settle(address)
      // Once each: a router's MAC may stand at thousands of addresses.
      for (const key of this.#stale) this.#refresh(clients.find(key))
      return { changed: changed.length, merged: this.#merged }
    })
  }

  /** Of a source that told all that holds: bindings in the file it did not tell. `told`: see `bindingName`. */
  missing(source: IdentitySource, told: ReadonlySet<string>, nowMs: number): Binding[] {
    return this.#session.ledger.open(source, nowMs).filter((binding) => !told.has(bindingName(binding)))
  }

  /** Takes entries of the asset register; returns how many were new or different. */
  saveAssets(entries: readonly RegisteredAsset[]): number {
    const { assets } = this.#session
    return this.#session.transaction(() => {
      const changed = entries.flatMap((entry) => assetKeys(entry).filter((key) => assets.save(key, entry)))
      this.#refreshKeys(changed)
      return changed.length
    })
  }

  /** Keys of the asset register that `kept` does not hold. */
  assetsBeyond(kept: ReadonlySet<string>): string[] {
    return this.#session.assets.keys().filter((key) => !kept.has(key))
  }

  /** Takes entries out of the asset register. */
  dropAssets(keys: readonly string[]): void {
    this.#session.transaction(() => {
      for (const key of keys) this.#session.assets.drop(key)
      this.#refreshKeys(keys)
    })
  }

  /** Looks anew who clients are, `limit` of them from behind id `after`; returns the last one's id, null at the end. */
  refreshClients(after: number, limit: number): number | null {
    return this.#session.transaction(() => {
      const rows = this.#clientsAfter.all(after, limit)
      for (const { key } of rows) this.#refresh(this.#session.clients.find(String(key)))
      return rows.length < limit ? null : Number(rows.at(-1)!['id'])
    })
  }

  /** Drops some of what is past the bounds; false: there is nothing to drop. */
  tidy(nowMs: number): boolean {
    const { ledger, routers } = this.#session
    return this.#session.transaction(() => {
      for (const key of routers.old(nowMs)) {
        const reason = this.#routerReason(key, nowMs)
        if (reason === null) routers.drop(key)
        else routers.note(key, reason, nowMs)
        this.#refreshKeys([key])
      }
      return ledger.tidy(nowMs)
    })
  }

  #lookForRouters(addresses: ReadonlySet<string>, nowMs: number): void {
    const { ledger, routers } = this.#session
    const keys = new Set<string>()
    for (const address of addresses) {
      keys.add(addressClientKey(address))
      for (const { mac } of ledger.of(addressOf(address))) if (mac !== null) keys.add(`mac:${mac}`)
    }
    for (const key of keys) {
      const reason = routers.isRecent(key, nowMs) ? null : this.#routerReason(key, nowMs)
      if (reason !== null && routers.note(key, reason, nowMs)) this.#stale.add(key)
    }
  }

  #routerReason(key: string, nowMs: number): string | null {
    const mac = macInKey(key)
    if (mac !== null) return this.#session.ledger.routerByMac(mac, MACHINES_BEHIND, nowMs)
    const address = addressOf(addressInKey(key)!)
    return this.#session.ledger.routerByAddress(address, MACHINES_BEHIND, nowMs)
  }

  /** Brings clients in line with the history of an address. */
  #settle(address: string): void {
    const { attribution, clients, histories } = this.#session
    this.#link(histories.read(address))
    attribution.forgetAddress(address)
    const history = histories.read(address)
    const key = addressClientKey(address)
    const nobody = clients.find(key)
    if (nobody !== null) this.#adopt(nobody, history)
    this.#stale.add(key)
    for (const tenure of history.tenures) this.#stale.add(tenure.key)
  }

  /** A client of whom only the address is known, and all of whose hits a machine must have made, is that machine. */
  #adopt(client: KnownClient, history: AddressHistory): void {
    const span = this.#spanOf.get(client.id)!
    const tenure = history.covering(Number(span['first_seen']), Number(span['last_seen']))
    if (tenure !== null) this.#become(client, tenure.key)
  }

  /** One who was known by a DUID and turns out to have a MAC is known by that. */
  #link({ tenures }: AddressHistory): void {
    const { attribution, clients, ledger } = this.#session
    for (const { binding: { mac, duid } } of tenures) {
      if (mac === null || duid === null || !ledger.link(duid, mac)) continue
      attribution.forget()
      const byDuid = clients.find(`duid:${duid}`)
      if (byDuid !== null) this.#become(byDuid, `mac:${mac}`)
    }
  } // prettier-ignore

  #become(client: KnownClient, key: string): void {
    const { clients, revision } = this.#session
    const machine = clients.find(key)
    if (machine === null) {
      clients.rename(client, key, revision())
      this.#session.attribution.forget()
    } else {
      this.#session.merge(client, machine)
      this.#merged++
    }
    this.#stale.add(key)
  }

  /** Clients with these keys, and for addresses those that have them now. */
  #refreshKeys(keys: readonly string[]): void {
    for (const key of keys) {
      const address = addressInKey(key)
      if (address === null) this.#refresh(this.#session.clients.find(key))
      else for (const row of this.#clientsAt.all(addressOf(address))) this.#refresh(this.#session.clients.find(String(row['key']))) // prettier-ignore
    }
  }

  #refresh(client: KnownClient | null): void {
    if (client !== null) this.#session.clients.refresh(client, this.#session.revision)
  }
}

/** What tells bindings of one source apart: address, machine and beginning. */
export function bindingName({ address, fromMs, mac, duid, hostName }: Binding): string {
  return `${addressKey(address)}${fromMs} ${mac ?? duid ?? hostName ?? ''}`
}
