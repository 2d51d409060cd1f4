/**
 * Where a network asks this machine: the addresses of the interface its default route leads through. Loopback, bridges
 * of containers and virtual machines, and addresses that come and go (RFC 8981) are not among them.
 */
import { readFileSync } from 'node:fs'
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os'

/** IFA_F_PERMANENT of linux/if_addr.h: given by hand or by the configuration, without a lifetime. */
const PERMANENT = 0x80
const RTF_UP_GATEWAY = 0x3

/** IPv4 addresses first. Empty where there is no default route. */
export function ownAddresses(): string[] {
  const routes = { ipv4: read('/proc/net/route'), ipv6: read('/proc/net/ipv6_route') }
  return addressesToward(defaultInterfaces(routes), networkInterfaces(), read('/proc/net/if_inet6'))
}

/** Names of interfaces with a default route, from the kernel's tables (proc(5)). */
export function defaultInterfaces(tables: { readonly ipv4: string; readonly ipv6: string }): Set<string> {
  const rows = (text: string): string[][] => text.split('\n').map((line) => line.trim().split(/\s+/))
  // Iface Destination Gateway Flags RefCnt Use Metric Mask …
  const ipv4 = rows(tables.ipv4)
    .slice(1)
    .filter(([, to, , flags, , , , mask]) => isZero(to) && isZero(mask) && isGateway(flags))
    .map(([name]) => name!)
  // destination length source length next-hop metric references use flags interface
  const ipv6 = rows(tables.ipv6)
    .filter(([to, length, , , , , , , flags]) => isZero(to) && isZero(length) && isGateway(flags))
    .map((row) => row[9]!)
  return new Set([...ipv4, ...ipv6].filter((name) => name !== 'lo'))
}

/** Their addresses that stay; `inet6` is /proc/net/if_inet6. */
export function addressesToward(
  interfaces: ReadonlySet<string>,
  known: NodeJS.Dict<NetworkInterfaceInfo[]>,
  inet6: string,
): string[] {
  const staying = new Set(
    inet6
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , , flags]) => (parseInt(flags ?? '0', 16) & PERMANENT) !== 0)
      .map(([hex]) => hex!),
  )
  const all = [...interfaces].flatMap((name) => known[name] ?? []).filter(({ internal }) => !internal)
  const ipv4 = all.filter(({ family, address }) => family === 'IPv4' && !address.startsWith('169.254.'))
  const ipv6 = all.filter(
    ({ family, address }) => family === 'IPv6' && !address.startsWith('fe80:') && staying.has(hexOf(address)),
  )
  return [...ipv4, ...ipv6].map(({ address }) => address)
}

/** The address as if_inet6 writes it: 32 hexadecimal digits. */
function hexOf(address: string): string {
  const [head = '', tail] = address.split('::')
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'))
  const left = groups(head)
  const right = groups(tail ?? '')
  const middle = Array<string>(8 - left.length - right.length).fill('0')
  return [...left, ...middle, ...right].map((group) => group.padStart(4, '0')).join('')
}

function isZero(hex: string | undefined): boolean {
  return hex !== undefined && /^0+$/.test(hex)
}

function isGateway(flags: string | undefined): boolean {
  return (parseInt(flags ?? '0', 16) & RTF_UP_GATEWAY) === RTF_UP_GATEWAY
}

// A kernel without IPv6 has no tables for it.
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
