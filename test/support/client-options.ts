/** EDNS options as forwarders write them: Client Subnet, and the MAC options of dnsmasq. */
import { isIPv4 } from 'node:net'
import { address16 } from './addresses.ts'

interface Option {
  readonly code: number
  readonly data: Buffer
}

/** Client Subnet of RFC 7871 §6, the full address unless `prefixBits` says less. */
export function subnetOption(address: string, prefixBits = isIPv4(address) ? 32 : 128, scope = 0): Option {
  const bytes = address16(address)
  const head = Buffer.from([0, isIPv4(address) ? 1 : 2, prefixBits, scope])
  const octets = Buffer.from(isIPv4(address) ? bytes.subarray(12) : bytes)
  return { code: 8, data: Buffer.concat([head, octets.subarray(0, Math.ceil(prefixBits / 8))]) }
}

/** `--add-mac`, `--add-mac=text`, `--add-mac=base64`. */
export function macOption(mac: string, form: 'raw' | 'text' | 'base64' = 'raw'): Option {
  const raw = Buffer.from(mac.replaceAll(':', ''), 'hex')
  if (form === 'raw') return { code: 65_001, data: raw }
  return { code: 65_073, data: Buffer.from(form === 'text' ? mac : raw.toString('base64'), 'latin1') }
}
