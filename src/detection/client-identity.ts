/** Who a client is, put together from bindings, the asset register and the list of routers. */
import type { IdentitySource, Sure } from '../identity/binding.ts'
import type { AddressHistories } from './address-histories.ts'
import type { AssetRegister } from './asset-register.ts'
import type { BindingLedger } from './binding-ledger.ts'
import { addressClientKey, duidInKey, isRandomMac, macInKey } from './machine-key.ts'
import type { RouterList } from './router-list.ts'

export type ClientKind = 'machine' | 'router'

export interface Identity {
  readonly mac: string | null
  readonly duid: string | null
  readonly hostName: string | null
  readonly name: string | null
  readonly department: string | null
  readonly place: string | null
  readonly role: string | null
  readonly kind: ClientKind
  readonly source: IdentitySource
  readonly sure: Sure
}

export class ClientIdentity {
  readonly #ledger: BindingLedger
  readonly #histories: AddressHistories
  readonly #assets: AssetRegister
  readonly #routers: RouterList

  constructor(
    ledger: BindingLedger,
    histories: AddressHistories,
    assets: AssetRegister,
    routers: RouterList,
  ) {
    this.#ledger = ledger
    this.#histories = histories
    this.#assets = assets
    this.#routers = routers
  }

  /** `key` of the client, `address` its latest (16 latin1 characters). */
  of(key: string, address: string): Identity {
    const mac = macInKey(key)
    const history = this.#histories.read(address)
    // The address may have gone to another machine; what was said while it was this one's stays true of it.
    const held = history.tenures.findLast((tenure) => tenure.key === key)?.binding
    const said = held ?? (key.startsWith('addr:') ? history.named : null)
    const asset = this.#assets.find(key) ?? this.#assets.find(addressClientKey(address))
    return {
      mac,
      duid: duidInKey(key) ?? held?.duid ?? null,
      hostName: said?.hostName ?? (mac === null ? null : this.#ledger.hostNameOf(mac)),
      name: asset?.name ?? null,
      department: asset?.department ?? null,
      place: asset?.place ?? null,
      role: asset?.role ?? null,
      kind: this.#routers.has(key, address) ? 'router' : 'machine',
      source: said?.source ?? (asset === null ? 'none' : 'register'),
      sure: sureOf(said?.sure ?? (asset === null ? 'guess' : 'likely'), mac),
    }
  }
}

function sureOf(sure: Sure, mac: string | null): Sure {
  return sure === 'certain' && mac !== null && isRandomMac(mac) ? 'likely' : sure
}
