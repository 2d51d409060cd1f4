import { describe, expect, it } from 'vitest'
import { detectLeaseFormat } from '../../../../src/identity/leases/formats.ts'
import { LeaseLedger } from '../../../../src/identity/leases/ledger.ts'
import { LeaseReader } from '../../../../src/identity/leases/reader.ts'
import { MAX_LINE_LENGTH } from '../../../../src/identity/text-lines.ts'
import { brief, fixture, read, readFixture } from '../fixtures.ts'

describe('reading lease files', () => {
  it.each([
    ['dnsmasq.leases', 'dnsmasq'],
    ['dhcpd.leases', 'isc'],
    ['dhcpd6.leases', 'isc'],
    ['kea-leases4.csv', 'kea'],
    ['kea-leases6.csv', 'kea'],
    ['windows-vi.csv', 'windows-csv'],
    ['windows-en.csv', 'windows-csv'],
    ['windows-ambiguous.csv', 'windows-csv'],
    ['mikrotik-detail.txt', 'mikrotik'],
    ['mikrotik-terse.txt', 'mikrotik'],
    ['mikrotik-export.rsc', 'mikrotik'],
  ] as const)('%s shows that it is %s', (name, format) => {
    const reader = new LeaseReader('auto', { writtenMs: 0 })
    reader.push(fixture(name))
    expect(reader.format).toBe(format)
    expect(brief(readFixture(name))).toEqual(brief(readFixture(name, format)))
  })

  it('tells nothing from a line that could be anything', () => {
    for (const line of ['', 'hello', '1 2 3', '10.0.0.1 a', '{', 'a=b'] as const)
      expect(detectLeaseFormat(line)).toBeNull()
  })

  it('says that the format has to be given', () => {
    expect(read('hello\nworld\n').refused).toEqual([
      { line: 1, reason: 'no format of leases is known here: give the `format` of the file' },
    ])
    expect(read('')).toMatchObject({ leases: [], refusedCount: 0 })
  })

  it('passes a line over that is longer than any lease', () => {
    const lease = '1795276800 02:42:ac:11:00:02 10.1.1.20 a *\n'
    const reading = read(`${'x'.repeat(MAX_LINE_LENGTH + 1)}\n${lease}`, 'dnsmasq')
    expect(reading.refused).toEqual([{ line: 1, reason: 'the line is too long for any lease' }])
    expect(reading.leases).toHaveLength(1)
  })

  it('counts all refusals and shows the first twenty', () => {
    const reading = read('junk\n'.repeat(1000), 'dnsmasq')
    expect([reading.refusedCount, reading.refused.length]).toEqual([1000, 20])
  })

  it('takes at most so many leases, history included, and says once that there were more', () => {
    const ledger = new LeaseLedger(10)
    for (let index = 0; index < 20; index++) {
      const fromMs = index * 1000
      const machine = { mac: `02:00:00:00:00:${10 + index}`, duid: null, hostName: null }
      const common = { ...machine, fromMs, expiresMs: fromMs + 60_000, isReserved: false, line: index + 1 }
      ledger.hold({ ...common, address: `10.0.0.${index % 4}` })
    }
    const { leases, past, refused } = ledger.finish()
    expect([leases.length, past.length]).toEqual([4, 6])
    expect(refused).toHaveLength(1)
    expect(refused[0]!.reason).toContain('more than 10 leases')
  })
})
