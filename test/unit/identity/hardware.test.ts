import { describe, expect, it } from 'vitest'
import { macOfDuid, readClientId, readDuid, readMac } from '../../../src/identity/hardware.ts'

describe('MAC addresses', () => {
  it.each([
    ['aa:bb:cc:dd:ee:f0', 'aa:bb:cc:dd:ee:f0'],
    ['AA-BB-CC-DD-EE-F0', 'aa:bb:cc:dd:ee:f0'],
    ['aabb.ccdd.eef0', 'aa:bb:cc:dd:ee:f0'],
    ['AABBCCDDEEF0', 'aa:bb:cc:dd:ee:f0'],
    ['2:c:42:0:0:10', '02:0c:42:00:00:10'],
    ['00:00:00:00:00:00', null],
    ['ff:ff:ff:ff:ff:ff', null],
    ['01:00:5e:00:00:16', null],
    ['aa:bb:cc:dd:ee', null],
    ['aa:bb-cc:dd-ee:ff', null],
    ['aa:bb:cc:dd:ee:ff:00', null],
    ['gg:bb:cc:dd:ee:ff', null],
    ['52-41-53-20-D4-70-A8-BB', null],
    ['', null],
  ])('%s', (text, mac) => expect(readMac(text)).toBe(mac))
})

describe('DUIDs and client identifiers', () => {
  it('are one spelling', () => {
    for (const text of [
      '00:03:00:01:02:15:5d:01:0a:14',
      '00-03-00-01-02-15-5D-01-0A-14',
      '0003000102155D010A14',
      '0:3:0:1:2:15:5d:1:a:14',
    ]) {
      expect(readDuid(text)).toBe('0003000102155d010a14')
    }
    for (const text of ['', '00', 'xyz', '00:', `00:${'11:'.repeat(200)}00`, '123'])
      expect(readDuid(text)).toBeNull()
  })

  it('hold a MAC in types 1 and 3 on Ethernet', () => {
    expect(macOfDuid('000100012b8f3d110242ac110002')).toBe('02:42:ac:11:00:02')
    expect(macOfDuid('0003000102155d010a14')).toBe('02:15:5d:01:0a:14')
    expect(macOfDuid('0003000602155d010a14')).toBeNull()
    expect(macOfDuid('00020000ab115d7c33aa109e0102')).toBeNull()
    expect(macOfDuid(null)).toBeNull()
  })

  it('of DHCPv4 name a MAC or a DUID', () => {
    expect(readClientId('01:02:15:5d:01:0a:14')).toEqual({ mac: '02:15:5d:01:0a:14', duid: null })
    expect(readClientId('1:2:15:5d:1:a:14')).toEqual({ mac: '02:15:5d:01:0a:14', duid: null })
    expect(readClientId('ff:5d:01:0a:14:00:03:00:01:02:15:5d:01:0a:14').duid).toBe('0003000102155d010a14')
    expect(readClientId('00:61:62:63')).toEqual({ mac: null, duid: null })
    expect(readClientId('*')).toEqual({ mac: null, duid: null })
  })
})
