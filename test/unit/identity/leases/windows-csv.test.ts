import { describe, expect, it } from 'vitest'
import { orderHint, readIsoDate, readLocalDate } from '../../../../src/identity/leases/windows-dates.ts'
import { fixture, read, readFixture } from '../fixtures.ts'

/** Local time, as the server's clock shows it. */
const at = (...parts: [number, number, number, number, number, number]): number =>
  new Date(...parts).getTime()

describe('leases of Windows', () => {
  it.each(['windows-vi.csv', 'windows-en.csv'])('reads %s', (name) => {
    const { leases, refused } = readFixture(name)
    expect(refused).toEqual([])
    expect(leases.map(({ address, mac, isReserved }) => [address, mac, isReserved])).toEqual([
      ['10.4.0.20', '02:15:5d:01:0a:14', false],
      ['10.4.0.21', '02:15:5d:01:0a:15', false],
      ['10.4.0.22', '02:15:5d:01:0a:16', true],
      ['10.4.0.24', null, false],
    ])
    expect(leases.map(({ expiresMs }) => expiresMs)).toEqual([
      null,
      at(2026, 10, 26, 14, 5, 9),
      null,
      at(2026, 11, 1, 9, 0, 0),
    ])
    expect(leases[1]!.hostName).toBe('pc-motcua.so.tinh.local')
  })

  it('really reads UTF-16, with its mark', () => {
    expect([...fixture('windows-vi.csv').subarray(0, 4)]).toEqual([0xff, 0xfe, 0x23, 0])
  })

  it('leaves ends open that may be read in two ways, and says so once', () => {
    const { leases, refused, refusedCount } = readFixture('windows-ambiguous.csv')
    expect(leases).toHaveLength(4)
    expect(leases.every(({ expiresMs }) => expiresMs === null)).toBe(true)
    expect(refusedCount).toBe(1)
    expect(refused[0]).toMatchObject({ line: 3 })
    expect(refused[0]!.reason).toContain('"8/9/2026 2:05:09 PM" may begin with the day or with the month')
  })

  const table = (...dates: string[]): string =>
    `IPAddress,ClientId,LeaseExpiryTime\r\n${dates.map((date, index) => `10.0.0.${index + 1},,${date}\r\n`).join('')}`

  it('lets one date decide for the whole file', () => {
    const { leases } = read(table('8/9/2026 2:05:09 PM', '13/9/2026 1:00:00 AM'))
    expect(leases[0]!.expiresMs).toBe(at(2026, 8, 8, 14, 5, 9))
    expect(read(table('8/9/2026 14:05', '9/13/2026 1:00')).leases[0]!.expiresMs).toBe(
      at(2026, 7, 9, 14, 5, 0),
    )
  })

  it('takes no date where two contradict each other, and ISO dates always', () => {
    const reading = read(table('13/9/2026 1:00', '9/13/2026 1:00', '2026-09-13T01:00:00+07:00'))
    expect(reading.leases.map(({ expiresMs }) => expiresMs)).toEqual([null, null, Date.UTC(2026, 8, 12, 18)])
    expect(reading.refusedCount).toBe(1)
  })

  it('says which date is none', () => {
    const { refused } = read(table('13/9/2026 1:00', '31/9/2026 1:00', 'soon'))
    expect(refused.map(({ line }) => line)).toEqual([3, 4])
    expect(refused[1]!.reason).toContain('"soon" is no date')
  })

  it('says that a header lacks the address', () => {
    expect(read('"ScopeId","ClientId"\r\n"10.0.0.0","x"\r\n', 'windows-csv').refused).toEqual([
      { line: 1, reason: 'the header has no column IPAddress' },
    ])
  })

  it('reads the leases of IPv6 with their DUID', () => {
    const text = 'IPAddress,ClientDuid,HostName\nfd00::5,00-03-00-01-02-15-5D-01-0A-14,pc\n'
    expect(read(text).leases[0]).toMatchObject({
      address: 'fd00::5',
      mac: '02:15:5d:01:0a:14',
      hostName: 'pc',
    })
  })
})

describe('dates of Windows', () => {
  it.each([
    ['8/9/2026 2:05:09 PM', null],
    ['13/9/2026 2:05', 'day first'],
    ['9/13/2026 2:05', 'month first'],
    ['8/9/2026 2:05:09 CH', 'day first'],
    ['8/9/2026 2:05:09 SA', 'day first'],
    ['2026-09-13', null],
  ])('%s allows %s', (text, order) => expect(orderHint(text)).toBe(order))

  it('knows noon and midnight', () => {
    expect(readLocalDate('1/2/2026 12:00:00 AM', 'day first')).toBe(at(2026, 1, 1, 0, 0, 0))
    expect(readLocalDate('1/2/2026 12:00:00 PM', 'month first')).toBe(at(2026, 0, 2, 12, 0, 0))
    expect(readLocalDate('1/2/2026 13:00:00 PM', 'month first')).toBeNull()
    expect(readLocalDate('1/2/2026 24:00', 'month first')).toBeNull()
  })

  it('takes ISO 8601 with and without a zone', () => {
    expect(readIsoDate('2026-09-13T01:00:00Z')).toBe(Date.UTC(2026, 8, 13, 1))
    expect(readIsoDate('2026-09-13T01:00:00.1234567+0700')).toBe(Date.UTC(2026, 8, 12, 18, 0, 0, 123))
    expect(readIsoDate('2026-09-13 01:00:00')).toBe(at(2026, 8, 13, 1, 0, 0))
    expect(readIsoDate('2026-13-13T01:00:00Z')).toBeNull()
  })
})
