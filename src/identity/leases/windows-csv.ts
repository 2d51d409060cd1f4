/**
 * What `Get-DhcpServerv4Lease | Export-Csv` writes on a Windows DHCP server, and its IPv6 sister: with or without the
 * `#TYPE` line, quoted, comma or the separator of the server's language.
 */
import { readAddress } from '../address-text.ts'
import { cellOf, findColumns } from '../columns.ts'
import { CsvRows, separatorOf } from '../csv.ts'
import { macOfDuid, readClientId, readDuid, readMac } from '../hardware.ts'
import { cleanHostName } from '../host-name.ts'
import { quoted } from '../refusals.ts'
import { MAX_LEASES, type Lease, type LeaseLedger } from './ledger.ts'
import type { LeaseLines } from './lines.ts'
import { isLocalDate, orderHint, readIsoDate, readLocalDate, type DateOrder } from './windows-dates.ts'

const NAMES = {
  address: ['ipaddress', 'ip address'],
  state: ['addressstate', 'address state'],
  clientId: ['clientid', 'client id', 'uniqueid', 'unique id'],
  duid: ['clientduid', 'client duid'],
  hostName: ['hostname', 'host name', 'name'],
  expiry: ['leaseexpirytime', 'lease expiry time', 'leaseexpiry'],
} as const

type Field = keyof typeof NAMES

/** A lease whose date waits for the order of days and months to be known. */
interface Undated {
  readonly lease: Lease
  readonly expiry: string
}

/** Leases between two pauses. */
const STEP = 2000

export function windowsLeases(ledger: LeaseLedger): LeaseLines {
  const undated: Undated[] = []
  /** Orders of day and month that some date of the file demands. */
  const orders = new Set<DateOrder>()
  let columns: ReadonlyMap<Field, number> | null = null
  let rows: CsvRows | null = null
  const handler = {
    row(cells: readonly string[], line: number) {
      if (columns === null) {
        columns = findColumns(cells, NAMES)
        if (!columns.has('address')) ledger.refuse(line, 'the header has no column IPAddress')
      } else if (columns.has('address')) {
        const found = undated.length < MAX_LEASES ? readRow(ledger, columns, cells, line) : null
        if (found === null) return
        undated.push(found)
        const order = orderHint(found.expiry)
        if (order !== null) orders.add(order)
      }
    },
    broken: (line: number, reason: string) => ledger.refuse(line, reason),
  }
  return {
    line(text, line) {
      if (text.trim() === '' || text.startsWith('#TYPE')) return
      rows ??= new CsvRows(separatorOf(text), handler)
      rows.line(text, line)
    },
    end() {
      rows?.end()
      if (undated.length === MAX_LEASES) {
        ledger.refuse(undated.at(-1)!.lease.line, `more than ${MAX_LEASES} leases: what follows is left out`)
      }
      return holdAll(ledger, undated, orders.size === 1 ? [...orders][0]! : null)
    },
  }
}

function readRow(
  ledger: LeaseLedger,
  columns: ReadonlyMap<Field, number>,
  cells: readonly string[],
  line: number,
): Undated | null {
  const cell = (field: Field): string => cellOf(columns, cells, field)
  const state = cell('state').toLowerCase()
  if (state !== '' && !state.startsWith('active') && state !== 'inactivereservation') return null
  const address = readAddress(cell('address'))
  if (address === null) {
    ledger.refuse(line, `${quoted(cell('address'))} is no address of a machine`)
    return null
  }
  const duid = readDuid(cell('duid'))
  const lease = {
    line,
    address,
    mac: readMac(cell('clientId')) ?? readClientId(cell('clientId')).mac ?? macOfDuid(duid),
    duid,
    hostName: cleanHostName(cell('hostName')),
    fromMs: null,
    expiresMs: null,
    isReserved: state === 'inactivereservation',
  }
  return { lease, expiry: cell('expiry') }
}

function* holdAll(
  ledger: LeaseLedger,
  undated: readonly Undated[],
  order: DateOrder | null,
): Generator<void> {
  let isSaid = false
  for (const [index, { lease, expiry }] of undated.entries()) {
    if (index % STEP === STEP - 1) yield
    const isOpen = order === null && isLocalDate(expiry)
    const expiresMs = readIsoDate(expiry) ?? (order === null ? null : readLocalDate(expiry, order))
    if (isOpen && !isSaid) {
      isSaid = true
      ledger.refuse(lease.line, `${quoted(expiry)} may begin with the day or with the month, and no date of the file decides: the ends of its leases stay unknown`) // prettier-ignore
    } else if (!isOpen && expiresMs === null && expiry !== '') {
      ledger.refuse(lease.line, `${quoted(expiry)} is no date that is known here: the end of this lease stays unknown`) // prettier-ignore
    }
    ledger.hold({ ...lease, expiresMs })
  }
}
