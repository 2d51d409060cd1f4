/** Machines that the organisation keeps a register of: what each is called, whose it is, where it stands. */
import { readAddress } from './address-text.ts'
import { readMac } from './hardware.ts'
import { cleanHostName, cleanText } from './host-name.ts'
import { quoted, Refusals, type Refusal } from './refusals.ts'

export const MAX_ASSETS = 100_000

export interface Asset {
  readonly name: string | null
  readonly macs: readonly string[]
  /** Fixed addresses, as `readAddress` gives them. */
  readonly addresses: readonly string[]
  readonly department: string
  /** Who answers for it: a role, not a person's data. */
  readonly person: string
  readonly place: string
  readonly line: number
}

export interface AssetsReading {
  readonly assets: readonly Asset[]
  readonly refused: readonly Refusal[]
  readonly refusedCount: number
}

/** An entry as written; every value text. */
export interface AssetText {
  readonly name: string
  readonly mac: string
  readonly address: string
  readonly department: string
  readonly person: string
  readonly place: string
}

/** Names of columns and keys, Vietnamese and English, as `plainName` gives them. */
export const ASSET_NAMES = {
  name: ['ten may', 'ten', 'ten thiet bi', 'ten may tinh', 'thiet bi', 'may', 'may tinh', 'name', 'machine', 'computer', 'computer name', 'host name', 'hostname', 'host', 'device', 'asset'],
  mac: ['mac', 'macs', 'dia chi mac', 'mac address', 'mac addresses', 'hardware address', 'dia chi vat ly', 'mac lan', 'mac wifi'],
  address: ['dia chi', 'dia chi ip', 'ip', 'ip tinh', 'ip address', 'address', 'addresses', 'ipv4'],
  department: ['phong ban', 'phong', 'bo phan', 'don vi', 'phong ban don vi', 'department', 'unit', 'section'],
  person: ['nguoi phu trach', 'phu trach', 'can bo phu trach', 'nguoi quan ly', 'nguoi su dung', 'can bo', 'person', 'person in charge', 'owner', 'responsible'],
  place: ['vi tri', 'noi dat', 'dia diem', 'vi tri lap dat', 'noi su dung', 'place', 'location', 'room'],
} as const // prettier-ignore

/** Collects entries; one whose MAC or address another has already is refused, with both lines. */
export class AssetList {
  readonly refusals = new Refusals()
  readonly #assets: Asset[] = []
  readonly #lines = new Map<string, number>()

  add(text: AssetText, line: number): void {
    if (Object.values(text).every((value) => value === '')) return
    const macs = this.#readAll(text.mac, readMac, 'MAC address', line)
    const addresses = this.#readAll(text.address, readAddress, 'address', line)
    if (macs === null || addresses === null) return
    if (macs.length === 0 && addresses.length === 0) {
      this.refusals.add(line, 'has neither a MAC nor an address to know the machine by')
      return
    }
    const taken = [...macs, ...addresses].find((key) => this.#lines.has(key))
    if (taken !== undefined) {
      this.refusals.add(line, `${taken} belongs to the machine in line ${this.#lines.get(taken)} already`)
      return
    }
    if (this.#assets.length === MAX_ASSETS) {
      this.refusals.add(line, `more than ${MAX_ASSETS} machines: this one is left out`)
      return
    }
    for (const key of [...macs, ...addresses]) this.#lines.set(key, line)
    this.#assets.push({
      line,
      name: cleanHostName(text.name),
      macs,
      addresses,
      department: cleanText(text.department),
      person: cleanText(text.person),
      place: cleanText(text.place),
    })
  }

  finish(): AssetsReading {
    return { assets: this.#assets, refused: this.refusals.shown, refusedCount: this.refusals.count }
  }

  /** The values of one cell, separated by white space, `,`, `;`, `/` or `|`; null where one is none. */
  #readAll(text: string, read: (word: string) => string | null, what: string, line: number): string[] | null {
    const words = text.split(/[\s,;/|]+/).filter((word) => word !== '' && word !== '-')
    const values = new Set<string>()
    for (const word of words) {
      const value = read(word)
      if (value === null) {
        this.refusals.add(line, `${quoted(word)} is no ${what} of a machine`)
        return null
      }
      values.add(value)
    }
    return [...values]
  }
}
