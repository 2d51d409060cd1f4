import { describe, expect, it } from 'vitest'
import { brief, read, readFixture } from '../fixtures.ts'

describe('leases of dnsmasq', () => {
  it('gives IPv4 and IPv6, leases without end, and no name for *', () => {
    const reading = readFixture('dnsmasq.leases')
    expect(brief(reading)).toEqual([
      '10.1.1.20 02:42:ac:11:00:02 pc-ketoan ..11-21T16:00:00',
      '10.1.1.21 02:42:ac:11:00:03 - ..11-21T16:01:00',
      '10.1.1.22 02:42:ac:11:00:04 may-in-tang2 ..',
      '10.1.1.23 02:42:ac:11:00:05 WIN-7K2 ..11-21T16:02:00',
      'fd00:1:1::1f4 02:42:ac:11:00:02 pc-ketoan ..11-21T16:03:00',
      'fd00:1:1::2a0:7 02:42:ac:11:00:04 - ..11-21T16:04:00',
    ])
    expect(reading.refusedCount).toBe(0)
  })

  it('finds the MAC of an IPv6 lease in its DUID, or in the IPv4 lease with the same DUID', () => {
    const { leases } = readFixture('dnsmasq.leases')
    expect(leases.slice(4).map(({ mac, duid }) => [mac, duid])).toEqual([
      ['02:42:ac:11:00:02', '000100012b8f3d110242ac110002'],
      ['02:42:ac:11:00:04', '00020000ab115d7c33aa109e0102'],
    ])
  })

  it('takes a lifetime for no date where dnsmasq has no clock', () => {
    expect(brief(read('43200 02:42:ac:11:00:02 10.1.1.20 a *\n', 'dnsmasq'))).toEqual([
      '10.1.1.20 02:42:ac:11:00:02 a ..',
    ])
  })

  it('takes names apart from what a stranger hid in them', () => {
    const name = 'a\u202ecod.exe\u0007<b>=1+1'
    expect(read(`1795276800 02:42:ac:11:00:02 10.1.1.20 ${name} *\n`, 'dnsmasq').leases[0]!.hostName).toBe(
      'acod.exe<b>=1+1',
    )
    const long = 'á'.repeat(300)
    expect(
      Buffer.byteLength(
        read(`1795276800 02:42:ac:11:00:02 10.1.1.20 ${long} *\n`, 'dnsmasq').leases[0]!.hostName!,
      ),
    ).toBe(252)
  })

  it('names the lines it cannot take and goes on', () => {
    const reading = read(
      'junk\n1795276800 02:42:ac:11:00:02 10.1.1.300 a *\n1795276800 02:42:ac:11:00:02 10.1.1.3 a *\n',
      'dnsmasq',
    )
    expect(reading.refused).toEqual([
      { line: 1, reason: 'is not `expiry machine address name id`: "junk"' },
      { line: 2, reason: '"10.1.1.300" is no address of a machine' },
    ])
    expect(reading.leases).toHaveLength(1)
  })

  it('does not take a last line that the file may have been cut in', () => {
    const reading = read(
      '1795276800 02:42:ac:11:00:02 10.1.1.3 a *\n1795276800 02:42:ac:11:00:03 10.1.1.4 b',
      'dnsmasq',
    )
    expect(reading.leases.map(({ address }) => address)).toEqual(['10.1.1.3'])
    expect(reading.refused).toEqual([
      { line: 2, reason: 'has no line break at its end: the file is cut off here' },
    ])
  })
})
