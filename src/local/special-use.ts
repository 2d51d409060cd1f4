/**
 * Names that mean nothing in the public DNS and must not leave the network. A forward zone or an own record that is as
 * long or longer goes before them: the agency's own Active Directory, reverse zones and test names stay reachable.
 */
import type { Settings } from '../config/settings.ts'

/** What is answered for a special-use name and all names under it. */
export const SpecialUse = {
  /** NXDOMAIN. */
  NameError: 1,
  /** NXDOMAIN below; the zone itself exists and is empty (RFC 6303 §3). */
  EmptyZone: 2,
  /** NODATA for whatever is asked. */
  NoData: 3,
  /** The loopback addresses. */
  Loopback: 4,
} as const
export type SpecialUse = (typeof SpecialUse)[keyof typeof SpecialUse]

export interface SpecialName {
  /** Lower-case, no final dot. */
  readonly name: string
  readonly use: SpecialUse
}

/** The special-use names in force under `settings`. */
export function specialNames(settings: Pick<Settings, 'special'>): SpecialName[] {
  const { firefoxCanary, privateRelay } = settings.special
  return [
    ...NAMES,
    ...named(SpecialUse.EmptyZone, emptyReverseZones()),
    // Firefox then leaves its own DNS over HTTPS off: support.mozilla.org, "Canary domain - use-application-dns.net".
    ...named(SpecialUse.NameError, firefoxCanary ? ['use-application-dns.net'] : []),
    // iCloud Private Relay then stays off: developer.apple.com, "Prepare your network for iCloud Private Relay".
    ...named(SpecialUse.NameError, privateRelay ? ['mask.icloud.com', 'mask-h2.icloud.com'] : []),
  ]
}

// Not here on purpose: `example` and its kin are ordinary names to a resolver (RFC 6761 §6.5), and ipv4only.arpa is
// forwarded, because NAT64 is discovered by its answer (RFC 8880 §7.1).
const NAMES: readonly SpecialName[] = [
  { name: 'localhost', use: SpecialUse.Loopback }, // RFC 6761 §6.3
  { name: 'invalid', use: SpecialUse.NameError }, // RFC 6761 §6.4
  { name: 'test', use: SpecialUse.NameError }, // RFC 6761 §6.2
  { name: 'local', use: SpecialUse.NameError }, // RFC 6762 §22.1
  { name: 'onion', use: SpecialUse.NameError }, // RFC 7686 §2
  { name: 'alt', use: SpecialUse.NameError }, // RFC 9476 §2
  { name: 'home.arpa', use: SpecialUse.EmptyZone }, // RFC 8375 §4
  // RFC 9462 §6.4: never forwarded. _dns.resolver.arpa (§4) has no data: there is no encrypted resolver here to find.
  { name: 'resolver.arpa', use: SpecialUse.NoData },
]

/** Reverse zones of addresses that are nobody's or everybody's. */
function emptyReverseZones(): string[] {
  return [
    // RFC 6303 §4.1: RFC 1918.
    '10.in-addr.arpa',
    ...range(16, 31).map((octet) => `${octet}.172.in-addr.arpa`),
    '168.192.in-addr.arpa',
    // RFC 6303 §4.2: this network, loopback, link-local, documentation, broadcast.
    '0.in-addr.arpa',
    '127.in-addr.arpa',
    '254.169.in-addr.arpa', // RFC 6762 §4 too
    '2.0.192.in-addr.arpa',
    '100.51.198.in-addr.arpa',
    '113.0.203.in-addr.arpa',
    '255.255.255.255.in-addr.arpa',
    // RFC 7793 §2: addresses shared behind carrier-grade NAT, 100.64.0.0/10.
    ...range(64, 127).map((octet) => `${octet}.100.in-addr.arpa`),
    // RFC 6303 §4.3: the unspecified address and loopback.
    `${'0.'.repeat(32)}ip6.arpa`,
    `1.${'0.'.repeat(31)}ip6.arpa`,
    // RFC 6303 §4.4: locally assigned addresses, fd00::/8.
    'd.f.ip6.arpa',
    // RFC 6303 §4.5: link-local, fe80::/10 (RFC 6762 §4 too).
    ...['8', '9', 'a', 'b'].map((nibble) => `${nibble}.e.f.ip6.arpa`),
    // RFC 6303 §4.6: documentation, 2001:db8::/32.
    '8.b.d.0.1.0.0.2.ip6.arpa',
  ]
}

function named(use: SpecialUse, names: readonly string[]): SpecialName[] {
  return names.map((name) => ({ name, use }))
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
