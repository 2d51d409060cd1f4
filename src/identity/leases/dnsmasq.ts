/**
 * dnsmasq's leases (`dhcp-leasefile`), written anew at every change: `expiry mac address name client-id`, then a line
 * `duid …` with the server's own DUID, and behind it IPv6: `expiry iaid address name duid`.
 */
import { readAddress } from '../address-text.ts'
import { readClientId, readDuid, readMac } from '../hardware.ts'
import { cleanHostName } from '../host-name.ts'
import { quoted } from '../refusals.ts'
import type { LeaseLedger } from './ledger.ts'
import type { LeaseLines } from './lines.ts'

/** dnsmasq without a clock writes how long a lease lasts, not when it ends: no date is that small (1990). */
const FIRST_DATE_SECONDS = 631_152_000

/** Behind the type of hardware other than Ethernet: `06-aa:bb:…`. */
const HARDWARE_TYPE = /^[0-9a-f]{2}-/i

export function dnsmasqLeases(ledger: LeaseLedger): LeaseLines {
  return { line: (text, line) => readLine(ledger, text, line), end: () => [] }
}

function readLine(ledger: LeaseLedger, text: string, line: number): void {
  const [expiry = '', machine = '', addressText = '', name = '', id = '*', ...rest] = text.trim().split(' ')
  if (expiry === '' || expiry === 'duid') return
  if (!/^\d{1,12}$/.test(expiry) || name === '' || rest.length > 0) {
    ledger.refuse(line, `is not \`expiry machine address name id\`: ${quoted(text)}`)
    return
  }
  const address = readAddress(addressText)
  if (address === null) {
    ledger.refuse(line, `${quoted(addressText)} is no address of a machine`)
    return
  }
  const isIPv6 = address.includes(':')
  const clientId = isIPv6 ? { mac: null, duid: readDuid(id) } : readClientId(id)
  ledger.hold({
    line,
    address,
    mac: isIPv6 ? null : (readMac(machine.replace(HARDWARE_TYPE, '')) ?? clientId.mac),
    duid: clientId.duid,
    hostName: cleanHostName(name),
    fromMs: null,
    expiresMs: Number(expiry) < FIRST_DATE_SECONDS ? null : Number(expiry) * 1000,
    isReserved: false,
  })
}
