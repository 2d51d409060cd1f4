/**
 * What a client is known by: `mac:aa:bb:cc:dd:ee:ff`, where no MAC is known `duid:<hex>`, where neither is
 * `addr:<32 hex digits>`. In memory an address is a string of its 16 bytes as latin1 characters: a key of a map.
 */
import type { Machine } from '../identity/binding.ts'

/** 16 bytes as 16 latin1 characters. */
export function addressKey(address: Uint8Array): string {
  return Buffer.from(address.buffer, address.byteOffset, 16).toString('latin1')
}

/** The 16 bytes again. */
export function addressOf(key: string): Buffer {
  return Buffer.from(key, 'latin1')
}

/** The key of a client of whom nothing but the address is known. */
export function addressClientKey(key: string): string {
  return `addr:${addressOf(key).toString('hex')}`
}

/** The address in such a key as 16 latin1 characters; null for a key of a machine. */
export function addressInKey(clientKey: string): string | null {
  return clientKey.startsWith('addr:') ? Buffer.from(clientKey.slice(5), 'hex').toString('latin1') : null
}

/** The MAC in a key, or null. */
export function macInKey(clientKey: string): string | null {
  return clientKey.startsWith('mac:') ? clientKey.slice(4) : null
}

/** The DUID in a key, or null. */
export function duidInKey(clientKey: string): string | null {
  return clientKey.startsWith('duid:') ? clientKey.slice(5) : null
}

/** The key of a machine, or null where there is only a name. `macOf`: the MAC of a machine known by its DUID. */
export function machineKey(machine: Machine, macOf: (duid: string) => string | null): string | null {
  if (machine.mac !== null) return `mac:${machine.mac}`
  if (machine.duid === null) return null
  const mac = macOf(machine.duid)
  return mac === null ? `duid:${machine.duid}` : `mac:${mac}`
}

/** Drawn by the machine itself, not given to its network card (IEEE 802c, the U/L bit): another one may come tomorrow. */
export function isRandomMac(mac: string): boolean {
  return (parseInt(mac[1]!, 16) & 2) !== 0
}

/** The address of a virtual router (RFC 9568 §7.3). */
export function isVirtualRouterMac(mac: string): boolean {
  return /^00:00:5e:00:0[12]:/.test(mac)
}
