/** The formats of lease files, and how one is told from its first lines. */
import type { LeaseFormat } from '../../config/settings.ts'
import { dnsmasqLeases } from './dnsmasq.ts'
import { iscLeases } from './isc.ts'
import { keaLeases } from './kea.ts'
import type { OpenLeaseLines } from './lines.ts'
import { mikrotikLeases } from './mikrotik.ts'
import { windowsLeases } from './windows-csv.ts'

export type NamedLeaseFormat = Exclude<LeaseFormat, 'auto'>

export const LEASE_FORMATS: Readonly<Record<NamedLeaseFormat, OpenLeaseLines>> = {
  dnsmasq: dnsmasqLeases,
  isc: iscLeases,
  kea: keaLeases,
  'windows-csv': windowsLeases,
  mikrotik: mikrotikLeases,
}

/**
 * Formats that a person or a schedule writes now and then. Between two exports leases end and are renewed unseen: an
 * export says who had an address when it was made, and its dates of expiry end nothing.
 */
export const EXPORTED: readonly NamedLeaseFormat[] = ['windows-csv', 'mikrotik']

const MARKS: readonly (readonly [NamedLeaseFormat, RegExp])[] = [
  ['kea', /^address,(?:.*,)?(?:hwaddr|duid)(?:,|$)/],
  ['windows-csv', /^#TYPE\b|^"?[A-Za-z]*"?(?:[,;\t].*)?\bIPAddress"?(?:[,;\t]|$)/],
  ['isc', /^(?:lease\s+[0-9.]+\s*\{|ia-(?:na|ta|pd)\s|authoring-byte-order\s|(?:server|default)-duid\s|# The format of this file is documented in the dhcpd)/],
  ['mikrotik', /^\/ip dhcp-server\b|^\/\w|^Flags: |^\s*add\s.*=|^\s{0,6}\d+\s+(?:[A-Z]+\s+)?(?:;;;|[a-z-]+=)/],
  ['dnsmasq', /^(?:\d+ \S+ [0-9a-fA-F.:]+ \S+ \S+$|duid [0-9a-f:]+$)/],
] // prettier-ignore

/** The format `line` gives away, or null where it does not. */
export function detectLeaseFormat(line: string): NamedLeaseFormat | null {
  return MARKS.find(([, mark]) => mark.test(line))?.[0] ?? null
}
