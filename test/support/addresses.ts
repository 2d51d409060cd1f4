/** Addresses as the data plane has them, made by ipaddr.js and not by our own code. */
import ipaddr from 'ipaddr.js'

/** 16 bytes; IPv4 as ::ffff:a.b.c.d. */
export function address16(text: string): Uint8Array {
  const address = ipaddr.parse(text)
  const ipv6 = address.kind() === 'ipv4' ? (address as ipaddr.IPv4).toIPv4MappedAddress() : address
  return Uint8Array.from(ipv6.toByteArray())
}
