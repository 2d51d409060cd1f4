import { describe, expect, it } from 'vitest'
import { brief, briefPast, read, readFixture } from '../fixtures.ts'

describe('leases of ISC dhcpd', () => {
  it('lets the last block of an address win', () => {
    const reading = readFixture('dhcpd.leases')
    expect(brief(reading)).toEqual([
      '10.2.0.50 02:00:5e:10:00:0c camera; {lobby} "1" 11-20T04:00:00..',
      '10.2.0.51 02:00:5e:10:00:0d - 11-20T06:00:00..11-20T10:00:00',
    ])
    expect(reading.refusedCount).toBe(0)
  })

  it('keeps earlier blocks as history, renewals as one lease, and a release as its end', () => {
    expect(briefPast(readFixture('dhcpd.leases'))).toEqual([
      '10.2.0.50 02:00:5e:10:00:0a 11-19T01:00:00..11-19T05:00:00',
      '10.2.0.51 02:00:5e:10:00:0b 11-20T01:30:00..11-20T05:00:00',
    ])
  })

  it('reads octal escapes as the UTF-8 they are', () => {
    expect(readFixture('dhcpd.leases').past[1]!.hostName).toBe('PC-VĂN-THƯ')
  })

  it('reads IPv6 with the DUID behind the IAID, and leaves delegated prefixes out', () => {
    const reading = readFixture('dhcpd6.leases')
    expect(brief(reading)).toEqual([
      'fd00:2::1000 02:42:ac:11:00:02 - 11-20T02:00:00..11-20T14:00:00',
      'fd00:2::1002 00020000ab115d7c33aa109e0102 - 11-20T02:30:00..',
    ])
    expect(reading.refusedCount).toBe(0)
  })

  it('goes on behind a block that dhcpd did not finish', () => {
    const half = 'lease 10.0.0.1 {\n  starts 5 2026/11/20 06:00:00;\n  hardware ethernet 02:00:'
    const whole =
      'lease 10.0.0.2 {\n  starts 5 2026/11/20 06:00:00;\n  ends never;\n  hardware ethernet 02:00:00:00:00:02;\n}\n'
    const reading = read(`${half}\n${whole}`, 'isc')
    expect(brief(reading)).toEqual(['10.0.0.2 02:00:00:00:00:02 - 11-20T06:00:00..'])
    expect(reading.refused).toEqual([{ line: 1, reason: 'a block without its end' }])
    expect(read(half, 'isc').leases).toEqual([])
  })

  it('takes epoch times, octets with colons, and a file all on one line', () => {
    const text =
      'lease 10.0.0.3 { starts epoch 1795000000; # now\n ends never; uid 01:02:00:00:00:00:03; binding state active; }\n'
    expect(brief(read(text, 'isc'))).toEqual(['10.0.0.3 02:00:00:00:00:03 - 11-18T11:06:40..'])
  })

  it('begins a new lease where the machine came back after its lease had run out', () => {
    const block = (starts: string, ends: string): string =>
      `lease 10.0.0.4 {\n starts 5 2026/11/${starts};\n ends 5 2026/11/${ends};\n binding state active;\n hardware ethernet 02:00:00:00:00:04;\n}\n`
    const reading = read(block('20 06:00:00', '20 07:00:00') + block('20 06:30:00', '20 07:30:00') + block('21 06:00:00', '21 07:00:00'), 'isc') // prettier-ignore
    expect(briefPast(reading)).toEqual(['10.0.0.4 02:00:00:00:00:04 11-20T06:00:00..11-20T07:30:00'])
    expect(brief(reading)).toEqual(['10.0.0.4 02:00:00:00:00:04 - 11-21T06:00:00..11-21T07:00:00'])
  })

  it('ends a lease when another machine takes the address over', () => {
    const block = (starts: string, mac: string): string =>
      `lease 10.0.0.5 {\n starts 5 2026/11/20 ${starts};\n ends 5 2026/11/20 23:00:00;\n hardware ethernet 02:00:00:00:00:${mac};\n}\n`
    const reading = read(block('06:00:00', '05') + block('08:00:00', '06'), 'isc')
    expect(briefPast(reading)).toEqual(['10.0.0.5 02:00:00:00:00:05 11-20T06:00:00..11-20T08:00:00'])
  })
})
