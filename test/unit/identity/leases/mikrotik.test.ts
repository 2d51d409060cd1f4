import { describe, expect, it } from 'vitest'
import { readDuration, readPairs } from '../../../../src/identity/leases/mikrotik-values.ts'
import { brief, read, readFixture } from '../fixtures.ts'

describe('leases of MikroTik', () => {
  it('reads `print detail`: bound leases by what is active, reservations as such, no others', () => {
    const reading = readFixture('mikrotik-detail.txt')
    expect(brief(reading)).toEqual([
      '192.168.88.10 02:0c:42:00:00:10 - .. reserved',
      '192.168.88.252 02:0c:42:00:01:fc Dien thoai "A" ..11-21T08:09:44',
      '192.168.88.113 02:0c:42:00:00:99 - ..11-22T10:00:00',
    ])
    expect(reading.refusedCount).toBe(0)
  })

  it('reads `print terse`, where values with spaces stand bare', () => {
    expect(brief(readFixture('mikrotik-terse.txt'))).toEqual([
      '192.168.88.10 02:0c:42:00:00:10 May in phong Ke toan .. reserved',
      '192.168.88.252 02:0c:42:00:01:fc Dien thoai A ..11-21T08:09:44',
    ])
  })

  it('reads a script: lines that go on, other sections, disabled entries, pools', () => {
    const reading = readFixture('mikrotik-export.rsc')
    expect(brief(reading)).toEqual([
      '192.168.88.10 02:0c:42:00:00:10 May in phong "Ke toan" .. reserved',
      '192.168.88.11 02:0c:42:00:00:11 Phòng họp .. reserved',
    ])
    expect(reading.refusedCount).toBe(0)
  })

  it('does not take an entry that is cut off', () => {
    const script = '/ip dhcp-server lease\nadd address=192.168.88.10 mac-address=\\\n'
    expect(read(script)).toMatchObject({ leases: [], refused: [{ line: 2 }] })
    const detail = ' 1 D address=192.168.88.252 mac-address=02:0C:42:00:01:FC server=dhcp1\n'
    expect(read(detail, 'mikrotik')).toMatchObject({ leases: [], refused: [{ line: 1 }] })
  })

  it('says that the plain table is not enough', () => {
    const table =
      'Columns: ADDRESS, MAC-ADDRESS, HOST-NAME\n#   ADDRESS         MAC-ADDRESS        HOST-NAME\n0 D 192.168.88.2  02:0C:42:00:01:FC  x\n'
    expect(read(table, 'mikrotik').refused[0]!.reason).toContain('use `print detail`')
  })
})

describe('values of RouterOS', () => {
  it.each([
    ['9m44s', 584_000],
    ['1d2h', 93_600_000],
    ['1w', 604_800_000],
    ['16s', 16_000],
    ['00:09:44', 584_000],
    ['1d02:03:04', 93_784_000],
    ['never', null],
    ['', null],
    ['9x', null],
  ])('the duration %s', (text, ms) => expect(readDuration(text)).toBe(ms))

  it('pairs, quoted and bare', () => {
    expect([...readPairs('a=1 b="x=\\"2\\" \\C3\\A1" c-d=two words e=')]).toEqual([
      ['a', '1'],
      ['b', 'x="2" á'],
      ['c-d', 'two words'],
      ['e', ''],
    ])
    expect([...readPairs('a="never closed b=1')]).toEqual([['a', 'never closed b=1']])
  })
})
