/**
 * What no list may block unless a person says so (`accept` on the list): government names, what this resolver itself
 * answers for, and addresses whose blocking would cut the network or the resolver off. Entries a guard stops are held
 * back, counted and shown, not lost: a government site can really have been broken into.
 */
import type { Settings } from '../config/settings.ts'
import type { GuardReason } from './outcome.ts'
import { overlaps, parsePrefix } from './prefix-text.ts'
import type { Prefix } from './prefix-text.ts'

/** With all names under them. */
const GOVERNMENT = ['gov.vn', 'dcs.vn'] as const

/** A list of whole providers is no list of indicators. */
const SHORTEST_IPV4 = 12
const SHORTEST_IPV6 = 32

/**
 * IANA special-purpose registries (RFC 6890). Left out are those for documentation (RFC 5737, RFC 3849): nobody has
 * them, and a set-up is tried out with them.
 */
const RESERVED = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24',
  '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '224.0.0.0/4', '240.0.0.0/4',
  '::/8', '64:ff9b::/96', '100::/64', '2001::/32', '2002::/16', 'fc00::/7', 'fe80::/10', 'ff00::/8',
] // prettier-ignore

const reserved = RESERVED.map((text) => parsePrefix(text)!)

/** True where no list may block the address (text, a zone allowed), whosever it is. */
export function isReserved(address: string): boolean {
  const prefix = parsePrefix(withoutZone(address))
  return prefix !== null && reserved.some((each) => overlaps(each, prefix))
}

/** Addresses that are guarded because of where this machine stands, as text. */
export interface GuardedAddresses {
  readonly own: readonly string[]
  readonly upstreams: readonly string[]
}

/** Whether a prefix holds more addresses than one who is to be blocked can have. */
export function isTooWide({ address, prefixLength }: Prefix): boolean {
  return prefixLength < (address.length === 4 ? SHORTEST_IPV4 : SHORTEST_IPV6)
}

export class Guards {
  /** By name: that name and all under it. */
  readonly #within = new Map<string, GuardReason>()
  /** Names that have a guarded one of our own under them. */
  readonly #above = new Map<string, GuardReason>()
  readonly #topLabels = new Set<string>()
  readonly #prefixes: (Prefix & { readonly reason: GuardReason })[] = []

  constructor(settings: Pick<Settings, 'records' | 'forward' | 'sinkhole'>, addresses: GuardedAddresses) {
    for (const name of GOVERNMENT) this.#guard(name, 'government')
    for (const { zones } of settings.forward) for (const zone of zones) this.#own(zone, 'forward-zone')
    for (const { name } of settings.records) this.#own(name, 'own-record')
    this.#add('sinkhole', [settings.sinkhole.ipv4, settings.sinkhole.ipv6])
    this.#add('own-address', addresses.own)
    this.#add('upstream', addresses.upstreams)
    this.#add('reserved-address', RESERVED)
  }

  /** Top-level labels under which a name may be guarded: others need not be looked at. */
  get topLabels(): ReadonlySet<string> {
    return this.#topLabels
  }

  /** Guarded with all under them. */
  get namesWithin(): Iterable<string> {
    return this.#within.keys()
  }

  /** Guarded by themselves: a guarded one is under them. */
  get namesAbove(): Iterable<string> {
    return this.#above.keys()
  }

  /** Why the name (lower-case, no final dot) is held back, or null. */
  nameReason(name: string): GuardReason | null {
    const above = this.#above.get(name)
    if (above) return above
    for (let at = 0; ;) {
      const reason = this.#within.get(name.slice(at))
      if (reason) return reason
      const dot = name.indexOf('.', at)
      if (dot === -1) return null
      at = dot + 1
    }
  }

  /** Why the prefix is held back, or null. */
  addressReason(prefix: Prefix): GuardReason | null {
    if (isTooWide(prefix)) return 'too-wide'
    return this.#prefixes.find((guarded) => overlaps(guarded, prefix))?.reason ?? null
  }

  #own(name: string, reason: GuardReason): void {
    this.#guard(name, reason)
    for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
      this.#above.set(name.slice(dot + 1), reason)
    }
  }

  #guard(name: string, reason: GuardReason): void {
    this.#within.set(name, reason)
    this.#topLabels.add(name.slice(name.lastIndexOf('.') + 1))
  }

  #add(reason: GuardReason, texts: readonly string[]): void {
    for (const text of texts) {
      const prefix = parsePrefix(withoutZone(text))
      if (prefix) this.#prefixes.push({ ...prefix, reason })
    }
  }
}

/** Without the zone of `fe80::1%eth0`. */
function withoutZone(address: string): string {
  return address.replace(/%.*$/, '')
}
