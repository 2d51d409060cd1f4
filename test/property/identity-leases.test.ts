/** Lease formats against any bytes, any cut, and what was written from random leases. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LEASE_FORMATS, type NamedLeaseFormat } from '../../src/identity/leases/formats.ts'
import type { Lease, LeaseReading } from '../../src/identity/leases/ledger.ts'
import { LeaseReader, readLeases } from '../../src/identity/leases/reader.ts'
import { readAddress } from '../../src/identity/address-text.ts'
import { cleanHostName } from '../../src/identity/host-name.ts'
import { readMac } from '../../src/identity/hardware.ts'
import { fixture } from '../unit/identity/fixtures.ts'

const numRuns = Number(process.env['THANHLOC_FUZZ'] ?? 200)
const formats = Object.keys(LEASE_FORMATS) as NamedLeaseFormat[]
const format = fc.constantFrom(...formats)

/** A whole second of 2026: when files are taken to be written. */
const WRITTEN_MS = Date.UTC(2026, 10, 21, 8)
const times = { writtenMs: WRITTEN_MS }

/** Pieces that formats give a meaning to, so that random files come near real ones. */
const PIECES = [
  '10.0.0.1', 'fd00::1', '02:00:00:00:00:01', '02-00-00-00-00-02', '1795276800', '0', '*', ' ', '\t', '\n', '\n', '\r\n', ',', ';',
  '"', '""', '\\', '\\\n', '\\303', '&#x2c', '{', '}', '#', '#TYPE x', 'lease ', 'ia-na ', 'iaaddr ', 'starts 5 2026/11/20 06:00:00;',
  'ends never;', 'binding state free;', 'hardware ethernet ', 'uid ', 'client-hostname ', 'address,hwaddr,valid_lifetime,expire,state',
  'IPAddress,ClientId,LeaseExpiryTime', '8/9/2026 1:00', '/ip dhcp-server lease', 'add ', 'address=', 'mac-address=', 'status=bound',
  'status=waiting', 'expires-after=9m44s', ' 1 D ', ';;; x', 'host-name="', 'duid ', '\u202e', '\ufeff', '\u0000', 'á',
] // prettier-ignore

const anyFile = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 80 }).map((pieces) => Buffer.from(pieces.join(''))),
)

function isSound({ address, mac, duid, hostName, fromMs, expiresMs }: Lease): boolean {
  return (
    readAddress(address) === address &&
    (mac === null || readMac(mac) === mac) &&
    (duid === null || /^(?:[0-9a-f]{2}){3,130}$/.test(duid)) &&
    (hostName === null || (cleanHostName(hostName) === hostName && Buffer.byteLength(hostName) <= 253)) &&
    (fromMs === null || Number.isSafeInteger(fromMs)) &&
    (expiresMs === null || Number.isSafeInteger(expiresMs))
  )
}

function readInPieces(bytes: Uint8Array, of: NamedLeaseFormat | 'auto', pieceBytes: number): LeaseReading {
  const reader = new LeaseReader(of, times)
  for (let at = 0; at < bytes.length; at += pieceBytes) reader.push(bytes.slice(at, at + pieceBytes))
  const ending = reader.end()
  let step = ending.next()
  while (step.done !== true) step = ending.next()
  return step.value
}

describe('every lease format', () => {
  it('takes any bytes, and gives only what is sound', () => {
    fc.assert(
      fc.property(anyFile, fc.oneof(format, fc.constant('auto' as const)), (bytes, of) => {
        const { leases, past, refused, refusedCount } = readLeases(bytes, of, times)
        expect([...leases, ...past].filter((lease) => !isSound(lease))).toEqual([])
        expect(past.filter(({ fromMs, untilMs }) => untilMs <= fromMs)).toEqual([])
        expect(new Set(leases.map(({ address }) => address)).size).toBe(leases.length)
        expect(refused.length).toBe(Math.min(refusedCount, 20))
      }),
      { numRuns: numRuns * 5 },
    )
  })

  it('reads the same however the bytes are cut into pieces', () => {
    fc.assert(
      fc.property(anyFile, format, fc.integer({ min: 1, max: 20 }), (bytes, of, pieceBytes) => {
        expect(readInPieces(bytes, of, pieceBytes)).toEqual(readLeases(bytes, of, times))
      }),
      { numRuns },
    )
  })

  it('reads a line of a million characters and a file of nothing but line ends in no time', () => {
    for (const name of formats) {
      for (const bytes of [
        '"'.repeat(1_000_000),
        '\n'.repeat(100_000),
        '{'.repeat(100_000),
        'a='.repeat(8000),
        ' 1 D a='.repeat(2000),
      ]) {
        expect(readLeases(`${bytes}\n`, name, times).leases).toEqual([])
      }
    }
  })
})

interface Row {
  readonly address: string
  readonly mac: string
  readonly hostName: string
  /** Whole seconds. */
  readonly fromMs: number
  readonly expiresMs: number
}

const octet = fc.integer({ min: 0, max: 255 })
const hex = (value: number): string => value.toString(16).padStart(2, '0')
const row: fc.Arbitrary<Row> = fc
  .record({
    host: fc.tuple(octet, octet, octet),
    machine: fc.tuple(octet, octet, octet),
    hostName: fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9.-]{0,30}[a-z0-9]$/),
    from: fc.integer({ min: 1_700_000_000, max: 1_795_000_000 }),
    lasts: fc.integer({ min: 60, max: 1_000_000 }),
  })
  .map(({ host, machine, hostName, from, lasts }) => ({
    address: `10.${host.join('.')}`,
    mac: `02:00:00:${machine.map(hex).join(':')}`,
    hostName,
    fromMs: from * 1000,
    expiresMs: (from + lasts) * 1000,
  }))
const rows = fc.uniqueArray(row, { selector: ({ address }) => address, minLength: 1, maxLength: 20 })

const iscTime = (ms: number): string =>
  `4 ${new Date(ms).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ')}`
const quoted = (cells: readonly string[]): string => cells.map((cell) => `"${cell}"`).join(',')
/** Text of a time as `M/d/yyyy h:mm:ss tt` has it, local. */
function american(ms: number): string {
  const date = new Date(ms)
  const hour = date.getHours()
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${date.getMonth() + 1}/${date.getDate()}/${date.getFullYear()} ${hour % 12 || 12}:${two(date.getMinutes())}:${two(date.getSeconds())} ${hour < 12 ? 'AM' : 'PM'}`
}

/** How each format writes a lease, what stands before the first, and what it says of times. */
const WRITERS: Record<
  NamedLeaseFormat,
  { head: string; write(row: Row, index: number): string; from: boolean; expires: boolean }
> = {
  dnsmasq: {
    head: '',
    write: ({ address, mac, hostName, expiresMs }) =>
      `${expiresMs / 1000} ${mac} ${address} ${hostName} 01:${mac}\n`,
    from: false,
    expires: true,
  },
  isc: {
    head: '# made up\nauthoring-byte-order little-endian;\n\n',
    write: ({ address, mac, hostName, fromMs, expiresMs }) =>
      `lease ${address} {\n  starts ${iscTime(fromMs)};\n  ends ${iscTime(expiresMs)};\n  binding state active;\n  hardware ethernet ${mac};\n  client-hostname "${hostName}";\n}\n`,
    from: true,
    expires: true,
  },
  kea: {
    head: 'address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state\n',
    write: ({ address, mac, hostName, fromMs, expiresMs }) =>
      `${address},${mac},01:${mac},${(expiresMs - fromMs) / 1000},${expiresMs / 1000},1,0,0,${hostName},0\n`,
    from: true,
    expires: true,
  },
  'windows-csv': {
    head: '#TYPE x\r\n"IPAddress","ScopeId","AddressState","ClientId","HostName","LeaseExpiryTime"\r\n"10.99.99.99","","Active","","decides","12/31/2026 1:00:00 AM"\r\n',
    write: ({ address, mac, hostName, expiresMs }) =>
      `${quoted([address, '10.0.0.0', 'Active', mac.replaceAll(':', '-').toUpperCase(), hostName, american(expiresMs)])}\r\n`,
    from: false,
    expires: true,
  },
  mikrotik: {
    head: '',
    write: ({ address, mac, hostName }, index) =>
      ` ${index} D address=${address} mac-address=${mac.toUpperCase()} server=x status=bound\n     expires-after=1h last-seen=5s host-name="${hostName}" \n\n`,
    from: false,
    expires: false,
  },
}

describe.each(formats)('leases written as %s', (of) => {
  const { head, write, from, expires } = WRITERS[of]
  const expected = (row: Row): object => ({
    address: row.address,
    mac: row.mac,
    hostName: row.hostName,
    fromMs: from ? row.fromMs : null,
    expiresMs: expires ? row.expiresMs : WRITTEN_MS + 3_600_000,
  })
  const given = ({ leases }: LeaseReading): object[] =>
    leases
      .filter(({ address }) => address !== '10.99.99.99')
      .map(({ address, mac, hostName, fromMs, expiresMs }) => ({ address, mac, hostName, fromMs, expiresMs }))

  it('are read back', () => {
    fc.assert(
      fc.property(rows, (written) => {
        const reading = readLeases(head + written.map(write).join(''), of, times)
        expect(reading.refused).toEqual([])
        expect(given(reading)).toEqual(written.map(expected))
      }),
      { numRuns },
    )
  })

  it('give whole leases alone, cut wherever', () => {
    fc.assert(
      fc.property(rows, fc.nat(9999), (written, where) => {
        const bytes = Buffer.from(head + written.map(write).join(''))
        const found = given(
          readLeases(bytes.subarray(0, Math.floor((bytes.length * where) / 9999)), of, times),
        )
        const dates = (all: object[]): object[] =>
          of === 'windows-csv' ? all.map((each) => ({ ...each, expiresMs: 0 })) : all
        expect(found.length).toBeLessThanOrEqual(written.length)
        // A log that is cut in the middle of an entry of several lines may lack the name, never have half of it.
        const names = found.map((each, index) => ({
          ...each,
          hostName: (each as Row).hostName ?? written[index]!.hostName,
        }))
        expect(dates(names)).toEqual(dates(written.slice(0, found.length).map(expected)))
      }),
      { numRuns },
    )
  })

  it('are the same in UTF-16, as far as a lease is ASCII', () => {
    fc.assert(
      fc.property(rows, (written) => {
        const text = head + written.map(write).join('')
        expect(readLeases(Buffer.from(`\ufeff${text}`, 'utf16le'), of, times)).toEqual(
          readLeases(text, of, times),
        )
      }),
      { numRuns: numRuns / 4 },
    )
  })
})

describe('logs that grow', () => {
  it.each(['isc', 'kea'] as const)('%s: the last word on an address wins, whatever stood before', (of) => {
    fc.assert(
      fc.property(rows, rows, (before, after) => {
        const text =
          WRITERS[of].head +
          [...before, ...after].map((each, index) => WRITERS[of].write(each, index)).join('')
        const { leases, past } = readLeases(text, of, times)
        const last = new Map([...before, ...after].map((each) => [each.address, each.mac]))
        expect(new Map(leases.map(({ address, mac }) => [address, mac]))).toEqual(last)
        // What is over was there, and ends no later than it said itself.
        for (const { address, mac, fromMs, untilMs } of past) {
          const of = before.find((each) => each.address === address)!
          expect([mac, fromMs]).toEqual([of.mac, of.fromMs])
          expect(untilMs).toBeLessThanOrEqual(of.expiresMs)
        }
      }),
      { numRuns },
    )
  })
})

it('every fixture can be cut at every byte', () => {
  for (const name of [
    'dnsmasq.leases',
    'dhcpd.leases',
    'dhcpd6.leases',
    'kea-leases4.csv',
    'windows-vi.csv',
    'mikrotik-detail.txt',
    'mikrotik-export.rsc',
  ]) {
    const bytes = fixture(name)
    const all = new Set(readLeases(bytes, 'auto', times).leases.map(({ address }) => address))
    const of = new LeaseReader('auto', times)
    of.push(bytes)
    const seen = new Map<string, Set<string | null>>()
    for (let end = 0; end <= bytes.length; end++) {
      for (const { address, mac, line } of readLeases(bytes.subarray(0, end), of.format!, times).leases) {
        const macs = seen.get(`${address} ${line}`) ?? new Set()
        seen.set(`${address} ${line}`, macs.add(mac))
      }
    }
    // One lease, one machine, wherever the file ends; and nothing that the whole file has not got a block for.
    expect([...seen.values()].every((macs) => macs.size === 1)).toBe(true)
    for (const address of all)
      expect([...seen.keys()].some((key) => key.startsWith(`${address} `))).toBe(true)
  }
})
