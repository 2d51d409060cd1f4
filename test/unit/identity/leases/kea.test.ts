import { describe, expect, it } from 'vitest'
import { LeaseReader } from '../../../../src/identity/leases/reader.ts'
import { brief, briefPast, read, readFixture } from '../fixtures.ts'

const HEADER = 'address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state\n'

describe('leases of Kea', () => {
  it('lets the last row of an address win, and counts the beginning from the first of a machine', () => {
    const reading = readFixture('kea-leases4.csv')
    expect(brief(reading)).toEqual([
      '10.3.0.10 02:00:00:aa:00:01 pc-mot 11-21T14:00:00..11-21T15:30:00',
      '10.3.0.12 02:00:00:aa:00:03 máy-in.so.local 11-21T15:00:00..',
      '10.3.0.11 02:00:00:aa:00:04 pc-bon 11-21T14:46:40..11-21T15:46:40',
    ])
    expect(reading.refusedCount).toBe(0)
  })

  it('keeps what was released or expired as history, and what was declined not at all', () => {
    const reading = readFixture('kea-leases4.csv')
    expect(briefPast(reading)).toEqual([
      '10.3.0.11 02:00:00:aa:00:02 11-21T14:01:00..11-21T14:40:00',
      '10.3.0.14 02:00:00:aa:00:05 11-21T13:06:40..11-21T14:06:40',
    ])
    expect(reading.past[0]!.hostName).toBe('pc,hai&ba')
  })

  it('reads IPv6 by its own header, without delegated prefixes', () => {
    expect(brief(readFixture('kea-leases6.csv'))).toEqual([
      'fd00:3::10 02:00:00:aa:00:01 pc-mot 11-21T14:30:00..11-21T16:30:00',
      'fd00:3::11 00020000ab115d7c33aa109e0102 - 11-21T14:30:00..11-21T16:30:00',
    ])
  })

  it('finds columns by their names, wherever they stand', () => {
    const text = 'address,state,expire,valid_lifetime,hwaddr\n10.0.0.1,0,1795276800,600,02:00:00:00:00:01\n'
    expect(brief(read(text))).toEqual(['10.0.0.1 02:00:00:00:00:01 - 11-21T15:50:00..11-21T16:00:00'])
  })

  it('knows no beginning where the sum of Kea ran over', () => {
    const [lease] = read(`${HEADER}10.0.0.1,02:00:00:00:00:01,,4294967295,1794999999,1,0,0,,0\n`).leases
    expect(lease).toMatchObject({ fromMs: null, expiresMs: null })
  })

  it('says which value of which line is wrong', () => {
    const { refused } = read(`${HEADER}10.0.0.1,02:00:00:00:00:01,,x,1794999999,1,0,0,,0\nnonsense\n`)
    expect(refused).toEqual([
      { line: 2, reason: 'valid_lifetime cannot be "x"' },
      { line: 3, reason: 'address cannot be "nonsense"' },
    ])
  })

  it('reads the older files of a clean-up and the newer one as one log', () => {
    const row = (mac: string, expire: number): string =>
      `10.0.0.1,02:00:00:00:00:${mac},,3600,${expire},1,0,0,,0\n`
    const reader = new LeaseReader('kea', { writtenMs: 0 })
    reader.push(Buffer.from(`${HEADER}${row('01', 1795270000)}`))
    reader.nextFile()
    reader.push(Buffer.from(`${HEADER}${row('02', 1795276800)}`))
    const reading = reader.end().next().value as ReturnType<typeof read>
    expect(brief(reading)).toEqual(['10.0.0.1 02:00:00:00:00:02 - 11-21T15:00:00..11-21T16:00:00'])
    expect(briefPast(reading)).toEqual(['10.0.0.1 02:00:00:00:00:01 11-21T13:06:40..11-21T14:06:40'])
  })
})
