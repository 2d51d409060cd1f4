/**
 * Addresses, endpoints and networks in text. One spelling each comes out: IPv4 dotted, IPv6 as RFC 5952, networks
 * without host bits, so that equal things are equal strings. ipaddr.js reads forms nobody means (`0x7f.1`), so node:net
 * decides first.
 */
import { isIPv4, isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Endpoint } from './settings.ts'

type Parsed<T> = { readonly value: T } | { readonly problem: string }

/** An IPv4 or IPv6 address in its one spelling; `::ffff:a.b.c.d` becomes IPv4; a zone (`%eth0`) is kept. */
export function parseAddress(text: string): Parsed<string> {
  if (isIPv4(text)) return { value: text }
  if (!isIPv6(text)) return { problem: `is not an IP address${hostNameHint(text)}` }
  const [bare = '', zone] = text.split('%')
  const parsed = ipaddr.IPv6.parse(bare)
  if (parsed.isIPv4MappedAddress()) return { value: parsed.toIPv4Address().toString() }
  return { value: zone === undefined ? parsed.toRFC5952String() : `${parsed.toRFC5952String()}%${zone}` }
}

/** `1.2.3.4:53`, `[::1]:53`; without a port `defaultPort`, or a problem where that is null. */
export function parseEndpoint(text: string, defaultPort: number | null): Parsed<Endpoint> {
  const match =
    /^\[(?<address>[^\]]*)\](?::(?<port>\d+))?$/.exec(text) ??
    (isIPv6(text) ? /^(?<address>.*)$/.exec(text) : /^(?<address>[^:]*)(?::(?<port>\d+))?$/.exec(text))
  if (match === null)
    return { problem: 'is not an address and a port: write 192.0.2.1:53 or [2001:db8::1]:53' }
  const address = parseAddress(match.groups!['address']!)
  if ('problem' in address) return { problem: `${address.problem}: write 192.0.2.1:53 or [2001:db8::1]:53` }
  const digits = match.groups!['port']
  if (digits === undefined && defaultPort === null) {
    return { problem: `has no port: write ${formatEndpoint({ address: address.value, port: 8053 })}` }
  }
  const port = digits === undefined ? defaultPort! : Number(digits)
  if (port > 65535) return { problem: `has port ${digits}, and ports end at 65535` }
  return { value: { address: address.value, port } }
}

export function formatEndpoint(endpoint: Endpoint): string {
  return isIPv6(endpoint.address)
    ? `[${endpoint.address}]:${endpoint.port}`
    : `${endpoint.address}:${endpoint.port}`
}

/** A network in CIDR form; a bare address is a network of one. */
export function parseNetwork(text: string): Parsed<string> {
  const [addressText = '', prefixText, ...rest] = text.split('/')
  const address = parseAddress(addressText)
  if ('problem' in address)
    return { problem: `${address.problem}: write a network such as 10.1.0.0/16 or fd00::/8` }
  if (address.value.includes('%')) return { problem: 'is a network with a zone; leave the zone out' }
  const bits = isIPv4(address.value) ? 32 : 128
  if (prefixText === undefined) return { value: `${address.value}/${bits}` }
  if (isIPv4(address.value) !== isIPv4(addressText)) {
    return { problem: 'is an IPv4-mapped network: write it as IPv4' }
  }
  const prefix = Number(prefixText)
  if (rest.length > 0 || !/^\d+$/.test(prefixText) || prefix > bits) {
    return {
      problem: `has the prefix length "${[prefixText, ...rest].join('/')}": write a number from 0 to ${bits}`,
    }
  }
  const network = `${networkAddress(address.value, prefix)}/${prefix}`
  if (network !== `${address.value}/${prefix}`) {
    return { problem: `has bits set beyond its prefix length: did you mean ${network}?` }
  }
  return { value: network }
}

/** Whether the endpoint stands for every address of the machine (`0.0.0.0`, `::`). */
export function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::'
}

/** Whether a server can stand at `address`: not unspecified, broadcast or multicast. */
export function isUnicast(address: string): boolean {
  const range = ipaddr.parse(address.split('%')[0]!).range()
  return range !== 'unspecified' && range !== 'broadcast' && range !== 'multicast'
}

function networkAddress(address: string, prefix: number): string {
  const cidr = `${address}/${prefix}`
  return isIPv4(address)
    ? ipaddr.IPv4.networkAddressFromCIDR(cidr).toString()
    : ipaddr.IPv6.networkAddressFromCIDR(cidr).toRFC5952String()
}

function hostNameHint(text: string): string {
  return /[a-z]/i.test(text) && !text.includes(':')
    ? ' (a name cannot stand here: who would resolve it?)'
    : ''
}
