/** Addresses as keys: one spelling each, so that equal addresses are equal strings. */
import { isIPv4 } from 'node:net'
import { addressText, parseAddress } from '../net/address.ts'
import { flat } from './hardware.ts'

const scratch = new Uint8Array(16)

/** The address in its shortest form, IPv4-mapped ones dotted, a zone left out; null for no address of one machine. */
export function readAddress(text: string): string | null {
  if (text.length > 64) return null
  if (isIPv4(text)) return isOneMachineV4(text) ? flat(text) : null
  if (!parseAddress(text, scratch)) return null
  const address = addressText(scratch)
  if (isIPv4(address)) return isOneMachineV4(address) ? address : null
  // Unspecified, multicast.
  return address === '::' || scratch[0] === 0xff ? null : address
}

/** RFC 6890: not "this network", multicast, reserved or broadcast. */
function isOneMachineV4(text: string): boolean {
  const first = Number(text.slice(0, text.indexOf('.')))
  return first !== 0 && first < 224
}

/** The 16 bytes of an address that `readAddress` gave, in a buffer of their own. */
export function addressBytes(address: string): Uint8Array {
  const bytes = new Uint8Array(16)
  if (!parseAddress(address, bytes)) throw new RangeError(`"${address}" is not an address`)
  return bytes
}
