/**
 * Kea's memfile (`kea-leases4.csv`, `kea-leases6.csv`): a row is appended at each change, the header names the columns,
 * the last row of an address wins. Values never stand in quotes; a comma in one is written `&#x2c`.
 */
import { readAddress } from '../address-text.ts'
import { macOfDuid, readClientId, readDuid, readMac } from '../hardware.ts'
import { cleanHostName } from '../host-name.ts'
import { quoted } from '../refusals.ts'
import type { Lease, LeaseLedger } from './ledger.ts'
import type { LeaseLines } from './lines.ts'

const COLUMNS = ['address', 'hwaddr', 'client_id', 'duid', 'valid_lifetime', 'expire', 'lease_type', 'hostname', 'state'] as const // prettier-ignore

type Column = (typeof COLUMNS)[number]

const State = { inUse: 0, declined: 1, expired: 2, released: 3, registered: 4 } as const

/** IA_PD: a prefix for a router, no address of a machine. */
const DELEGATED_PREFIX = 2

const INFINITE_SECONDS = 0xffff_ffff

export function keaLeases(ledger: LeaseLedger): LeaseLines {
  let places: ReadonlyMap<Column, number> | null = null
  return {
    line(text, line) {
      if (text === '') return
      const cells = text.split(',')
      // A file that is joined from several has a header more than once.
      if (cells[0] === 'address') places = columnPlaces(cells)
      else if (places === null) ledger.refuse(line, 'stands before a header that begins with `address`')
      else readRow(ledger, places, cells, line)
    },
    end: () => [],
  }
}

function columnPlaces(header: readonly string[]): Map<Column, number> {
  return new Map(
    COLUMNS.flatMap((column) => (header.includes(column) ? [[column, header.indexOf(column)]] : [])),
  )
}

function readRow(
  ledger: LeaseLedger,
  places: ReadonlyMap<Column, number>,
  cells: readonly string[],
  line: number,
): void {
  const cell = (column: Column): string => cells[places.get(column) ?? -1] ?? ''
  const address = readAddress(cell('address'))
  const expire = readCount(cell('expire'))
  const valid = readCount(cell('valid_lifetime'))
  if (address === null || expire === null || valid === null) {
    const what = address === null ? 'address' : expire === null ? 'expire' : 'valid_lifetime'
    ledger.refuse(line, `${what} cannot be ${quoted(cell(what))}`)
    return
  }
  if (readCount(cell('lease_type')) === DELEGATED_PREFIX) return
  const clientId = readClientId(cell('client_id'))
  const duid = readDuid(cell('duid')) ?? clientId.duid
  // `expire` is the time of the client's last word plus the lifetime; Kea before 1.9 lets the sum run over 32 bits.
  const fromMs = expire >= valid ? (expire - valid) * 1000 : null
  const lease: Lease = {
    line,
    address,
    mac: readMac(cell('hwaddr')) ?? clientId.mac ?? macOfDuid(duid),
    duid,
    hostName: cleanHostName(withoutEscapes(cell('hostname')).replace(/\.$/, '')),
    fromMs,
    expiresMs: valid === INFINITE_SECONDS ? null : expire * 1000,
    isReserved: false,
  }
  switch (readCount(cell('state')) ?? State.inUse) {
    case State.inUse:
    case State.registered:
      // A lifetime of nothing: the lease was taken out, its time of expiry is when.
      if (valid === 0) ledger.end(address, expire * 1000)
      else ledger.hold(lease)
      return
    case State.declined:
      // Somebody else sits at the address: nobody had this lease.
      ledger.end(address, fromMs)
      return
    case State.released:
      ledger.end(address, valid === 0 ? expire * 1000 : fromMs)
      return
    default:
      ledger.end(address, expire * 1000, valid === 0 ? null : lease)
  }
}

function readCount(text: string): number | null {
  return /^\d{1,12}$/.test(text) ? Number(text) : null
}

/** `&#x2c` and the like stand for one octet each; what they make together is UTF-8. */
function withoutEscapes(text: string): string {
  if (!text.includes('&#x')) return text
  const octets = Buffer.from(text).toString('latin1')
  const plain = octets.replace(/&#x([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(parseInt(digits, 16)),
  )
  return Buffer.from(plain, 'latin1').toString()
}
