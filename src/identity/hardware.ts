/** What names a machine whatever its address: MAC addresses, DHCP unique identifiers, client identifiers. */

/** Groups of two digits, or of four (Cisco), or none; one kind of separator. */
const MAC_FORMS =
  /^(?:[0-9a-f]{1,2}([:-])(?:[0-9a-f]{1,2}\1){4}[0-9a-f]{1,2}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}|[0-9a-f]{12})$/i

/**
 * `aa:bb:cc:dd:ee:ff` from any usual spelling (`AA-BB-CC-DD-EE-FF`, `aabb.ccdd.eeff`, `aabbccddeeff`); null for
 * anything else, for a group address and for the zero one: they name no machine (IEEE 802 §8).
 */
export function readMac(text: string): string | null {
  if (isPlainMac(text)) return isOneMachine(text) ? flat(text) : null
  if (text.length > 17 || !MAC_FORMS.test(text)) return null
  const lower = text.toLowerCase()
  const digits = /[:-]/.test(lower)
    ? lower.split(/[:-]/).map((pair) => pair.padStart(2, '0')).join('')
    : lower.replaceAll('.', '') // prettier-ignore
  const mac = digits.replace(/(..)(?!$)/g, '$1:')
  return isOneMachine(mac) ? mac : null
}

/** The spelling that most files have already: no work to do. */
function isPlainMac(text: string): boolean {
  if (text.length !== 17) return false
  for (let at = 0; at < 17; at++) {
    const code = text.charCodeAt(at)
    const isRight =
      at % 3 === 2 ? code === 0x3a : (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66)
    if (!isRight) return false
  }
  return true
}

/** Not the zero address, and not a group's: the lowest bit of the first octet. */
function isOneMachine(mac: string): boolean {
  return mac !== '00:00:00:00:00:00' && (parseInt(mac[1]!, 16) & 1) === 0
}

const MIN_DUID_BYTES = 3
/** RFC 8415 §11.1: two octets of type and at most 128 more. */
const MAX_DUID_BYTES = 130

/** Lower-case hexadecimal digits of a DUID written with `:`, `-` or nothing between its octets; null for no DUID. */
export function readDuid(text: string): string | null {
  if (text.length > MAX_DUID_BYTES * 3 || !/^[0-9a-f]{1,2}(?:[:-]?[0-9a-f]{2}|[:-][0-9a-f])*$/i.test(text))
    return null
  const octets = /[:-]/.test(text) ? text.split(/[:-]/).map((octet) => octet.padStart(2, '0')) : [text]
  const digits = octets.join('').toLowerCase()
  const bytes = digits.length / 2
  return Number.isInteger(bytes) && bytes >= MIN_DUID_BYTES && bytes <= MAX_DUID_BYTES ? digits : null
}

/** The MAC inside a DUID of type 1 or 3 on Ethernet (RFC 8415 §11.2, §11.4); null where there is none. */
export function macOfDuid(duid: string | null): string | null {
  if (duid === null) return null
  if (duid.length === 28 && duid.startsWith('00010001')) return readMac(duid.slice(16))
  if (duid.length === 20 && duid.startsWith('00030001')) return readMac(duid.slice(8))
  return null
}

/** What a DHCPv4 client identifier says: type 1 a MAC (RFC 2132 §9.14), type 255 IAID and DUID (RFC 4361 §6.1). */
export function readClientId(text: string): { readonly mac: string | null; readonly duid: string | null } {
  const digits = readDuid(text)
  if (digits?.length === 14 && digits.startsWith('01')) return { mac: readMac(digits.slice(2)), duid: null }
  if (digits !== null && digits.startsWith('ff') && digits.length >= 10 + MIN_DUID_BYTES * 2) {
    return { mac: null, duid: digits.slice(10) }
  }
  return { mac: null, duid: null }
}

/** A copy with memory of its own: a piece of a file read would keep the whole of it in memory. */
export function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}
