/** Who a visitor is told to call: the unit of the longest network around it, and what is said where that says nothing. */
import { AddressRanges } from '../net/address-ranges.ts'
import { parseAddress } from '../net/address.ts'
import { flatten } from '../policy/nested-networks.ts'
import type { NoticeSettings } from './letters.ts'
import type { Speaker } from './page-frame.ts'

export class Speakers {
  readonly #settings: Pick<NoticeSettings, 'organisation' | 'contact' | 'units'>
  readonly #ranges: AddressRanges
  readonly #owners: readonly number[]

  /** Throws a RangeError where a network of a unit is none. */
  constructor(settings: Pick<NoticeSettings, 'organisation' | 'contact' | 'units'>) {
    this.#settings = settings
    const ranges = flatten(
      settings.units.flatMap(({ networks }, owner) => networks.map((network) => ({ network, owner }))),
    )
    this.#ranges = new AddressRanges(ranges)
    this.#owners = ranges.map(({ owner }) => owner)
  }

  /** For the visitor at `client`. */
  of(client: string): Speaker {
    const { organisation, contact, units } = this.#settings
    const address = new Uint8Array(16)
    const at = parseAddress(client, address) ? this.#ranges.find(address) : -1
    const unit = at < 0 ? undefined : units[this.#owners[at]!]
    return {
      organisation,
      unit: unit?.name ?? '',
      contact: unit === undefined || unit.contact === '' ? contact : unit.contact,
    }
  }
}
