/** Reads the history of an address from what stands in the file. */
import { AddressHistory } from './address-history.ts'
import type { BindingLedger } from './binding-ledger.ts'
import { addressClientKey, addressOf } from './machine-key.ts'
import type { RouterList } from './router-list.ts'

export class AddressHistories {
  readonly #ledger: BindingLedger
  readonly #routers: RouterList
  readonly #macOf = (duid: string): string | null => this.#ledger.macOf(duid)

  constructor(ledger: BindingLedger, routers: RouterList) {
    this.#ledger = ledger
    this.#routers = routers
  }

  /** `address`: 16 latin1 characters. */
  read(address: string): AddressHistory {
    const bindings = this.#ledger.of(addressOf(address))
    // What a forwarder reveals is true of one query; its address is nobody's behind it.
    const isMixed =
      bindings.some(({ source }) => source === 'edns') && this.#routers.isForwarder(addressClientKey(address))
    return new AddressHistory(
      isMixed ? bindings.filter(({ source }) => source !== 'edns') : bindings,
      this.#macOf,
    )
  }
}
